//! The floor: a process of its own with the same web framework and as many workers as the service has, that checks the token
//! and does next to nothing else. It is this very program, started again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use zvit_api::clock;
use zvit_api::input::{Body, Schemas};
use zvit_api::problem::Problem;
use zvit_api::token::{Claims, KeySet, SigningKey, issue, verify};
use zvit_api::{contract, openapi_document};
use zvit_domain::report::{Circumstances, ReportFields, ReportInput, parse};
use zvit_tests::scratch::Watched;

use crate::connection::Door;
use crate::cpu::Meter;
use crate::load::Load;

/// The hidden argument that makes this program the floor.
pub const ARGUMENT: &str = "--floor";

const ISSUER: &str = "https://floor.example";

/// The running floor.
#[derive(Debug)]
pub struct Floor {
    address: SocketAddr,
    child: Child,
    /// The floor ends when this is closed.
    _stdin: ChildStdin,
    _watched: Watched,
}

impl Floor {
    /// Starts it.
    pub fn start(workers: usize) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(&program);
        command.arg(ARGUMENT).arg(workers.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts again");
        let watched = Watched::new(child.id(), &program);
        let stdin = child.stdin.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("the floor says where it is");
        Self { address: line.trim().parse().expect("an address"), child, _stdin: stdin, _watched: watched }
    }

    /// Its meter: it has no database.
    fn meter(&self) -> Meter {
        Meter { server: self.child.id(), database: None }
    }

    /// A load on it.
    pub fn load(&self, connections: usize, time: Duration, expected: u16) -> Load {
        let (door, meter) = (Door::plain(self.address), self.meter());
        Load { door, connections, time, expected, meter, anew: false }
    }

    /// A fresh token.
    pub fn token(&self) -> String {
        zvit_tests::Client::anonymous(&format!("http://{}", self.address)).get("/token").expect(200).text()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Keys {
    signing: SigningKey,
    verifying: KeySet,
}

/// Is the floor, until standard input ends.
pub fn serve(workers: usize) {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let signing = SigningKey::generate().expect("a key");
    let verifying = KeySet::new([(signing.kid.clone(), signing.public_x.clone())]).expect("a set of keys");
    let keys = web::Data::new(Keys { signing, verifying });
    let schemas = web::Data::new(contract::schemas(&openapi_document().expect("the document")).expect("the schemas"));
    actix_web::rt::System::new().block_on(async move {
        let make = move || {
            App::new()
                .app_data(keys.clone())
                .app_data(schemas.clone())
                .route("/token", web::get().to(token))
                .route("/authenticated", web::get().to(authenticated))
                .route("/report", web::post().to(report))
                .route("/unjudged", web::post().to(unjudged))
        };
        let server = HttpServer::new(make).workers(workers).disable_signals().bind("127.0.0.1:0").expect("a port");
        println!("{}", server.addrs()[0]);
        std::io::stdout().flush().expect("standard output");
        server.run().await.expect("the floor runs");
    });
}

async fn token(keys: web::Data<Keys>) -> HttpResponse {
    let claims = Claims::new(ISSUER, "floor", &["incidents:write".to_owned()], 1, "floor", clock::now());
    HttpResponse::Ok().body(issue(&keys.signing, &claims).expect("a token"))
}

fn check(request: &HttpRequest, keys: &Keys) -> Result<Claims, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(Problem::token_missing)?;
    Ok(verify(token, &keys.verifying, ISSUER, clock::now())?)
}

async fn authenticated(request: HttpRequest, keys: web::Data<Keys>) -> Result<HttpResponse, Problem> {
    let claims = check(&request, &keys)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "client_id": claims.client_id })))
}

/// The token, the body by the schema, the rules of the field.
async fn report(
    request: HttpRequest,
    body: Body,
    keys: web::Data<Keys>,
    schemas: web::Data<Schemas>,
) -> Result<HttpResponse, Problem> {
    let claims = check(&request, &keys)?;
    let input = body.json::<ReportInput>(&schemas)?.strict(Vec::new())?;
    accepted(&claims, input)
}

/// The same without the schema: what its check costs.
async fn unjudged(request: HttpRequest, body: web::Bytes, keys: web::Data<Keys>) -> Result<HttpResponse, Problem> {
    let claims = check(&request, &keys)?;
    accepted(&claims, serde_json::from_slice(&body)?)
}

fn accepted(claims: &Claims, input: ReportInput) -> Result<HttpResponse, Problem> {
    let parsed = parse(&ReportFields::from(input), &Circumstances { now: clock::now(), current: None });
    if !parsed.faults.is_empty() {
        return Err(parsed.faults.into());
    }
    let answer = serde_json::json!({"client_id": claims.client_id, "indicators": parsed.indicators.len()});
    Ok(HttpResponse::Created().json(answer))
}
