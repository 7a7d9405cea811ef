//! What an integrator's program does, with the client that progenitor makes: see `../run`.

use std::env;
use std::error::Error as StdError;
use std::fs;

use first_report::types::{
    AcknowledgeInput, AcknowledgeInputExternalRef, CaseItem, Incident, Problem, ReportInput, Time, TokenForm,
    TokenFormClientId, TokenFormClientSecret,
};
use first_report::{Client, ResponseValue};
use progenitor_client::Error;
use reqwest::header::AUTHORIZATION;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn StdError>>;
type Answer<T> = Result<ResponseValue<T>, Error<Problem>>;

const LONGER_THAN_A_TOKEN_LIVES_S: &str = "660";
const WORD: &str = "word_of_tomorrow";

/// One account's way to the service: gets a token, and another when the service says that this one has expired.
struct Caller {
    url: String,
    id: TokenFormClientId,
    secret: TokenFormClientSecret,
    client: Client,
    asked: u32,
}

impl Caller {
    async fn new(url: &str, role: &str, owner: Option<Uuid>) -> Outcome<Self> {
        let accounts: Vec<serde_json::Value> = serde_json::from_str(&fs::read_to_string(env::var("ACCOUNTS")?)?)?;
        let owner = owner.map(|id| id.to_string());
        let account = accounts
            .iter()
            .find(|one| one["role"] == role && owner.as_deref().is_none_or(|owner| one["owner"] == owner))
            .ok_or_else(|| format!("no {role} {owner:?}"))?;
        let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
        let (id, secret) = (text("client_id").try_into()?, text("client_secret").try_into()?);
        let mut caller = Self { url: url.to_owned(), id, secret, client: Client::new(url), asked: 0 };
        caller.renew().await?;
        Ok(caller)
    }

    async fn renew(&mut self) -> Outcome<()> {
        let form = TokenForm::builder().grant_type("client_credentials");
        let form = form.client_id(self.id.clone()).client_secret(self.secret.clone());
        let token = Client::new(&self.url).issue_token().body(form).send().await?;
        let bearer = format!("Bearer {}", *token.access_token).parse()?;
        let headers = [(AUTHORIZATION, bearer)].into_iter().collect();
        let http = reqwest::Client::builder().default_headers(headers).build()?;
        self.client = Client::new_with_client(&self.url, http);
        self.asked += 1;
        Ok(())
    }

    async fn call<T>(&mut self, operation: impl AsyncFn(Client) -> Answer<T>) -> Outcome<ResponseValue<T>> {
        match operation(self.client.clone()).await {
            Err(Error::ErrorResponse(refusal)) if *refusal.code == "token_expired" => {
                self.renew().await?;
                Ok(operation(self.client.clone()).await?)
            }
            answer => Ok(answer?),
        }
    }

    async fn refused<T>(&self, operation: impl AsyncFn(Client) -> Answer<T>) -> Outcome<Problem> {
        match operation(self.client.clone()).await {
            Err(Error::ErrorResponse(refusal)) => Ok(refusal.into_inner()),
            Err(other) => Err(other.into()),
            Ok(_) => Err("not refused".into()),
        }
    }
}

/// The case that the team has of an incident, and the cursor behind everything.
async fn case_of(team: &mut Caller, incident: Uuid) -> Outcome<(CaseItem, String)> {
    let mut found = None;
    let mut page = team.call(async |zvit| zvit.follow_cases().send().await).await?.into_inner();
    while !page.items.is_empty() {
        let of_it = |item: &CaseItem| item.incident.as_ref().is_some_and(|own| own.id == incident);
        found = page.items.iter().find(|item| of_it(item)).cloned().or(found);
        let cursor = page.next_cursor.to_string();
        page = team.call(async |zvit| zvit.follow_cases().cursor(cursor.clone()).send().await).await?.into_inner();
    }
    Ok((found.ok_or("the team has no case of it")?, page.next_cursor.to_string()))
}

async fn submit(zvit: Client, text: &str, key: &str) -> Answer<Incident> {
    zvit.submit_incident().idempotency_key(key).body(ReportInput::builder().description(text)).send().await
}

async fn report_and_acknowledge(url: &str) -> Outcome<()> {
    let mut institution = Caller::new(url, "institution", None).await?;
    let key = Uuid::new_v4().to_string();
    let submission = async |zvit| submit(zvit, "The booking system has been unreachable since 04:10.", &key).await;
    let incident = institution.call(submission).await?;
    assert!(incident.status() == 201 && incident.headers().get("idempotency-replayed").is_none());
    println!("ok: reported {}", *incident.reference);

    let again = institution.call(submission).await?;
    assert!(again.status() == 201 && again.headers().get("idempotency-replayed").is_some_and(|value| value == "true"));
    assert_eq!(serde_json::to_value(&*again)?, serde_json::to_value(&*incident)?);
    println!("ok: a repetition with its key is answered as the first");

    let listed = institution.call(async |zvit| zvit.list_incidents().send().await).await?;
    assert!(listed.items.iter().any(|item| item.id == incident.id));
    println!("ok: it stands in the list");

    // An empty description does not get past the client itself, so the fault is one that only the service finds.
    let backwards = ReportInput::builder()
        .description("The mail server is down.")
        .started_at("2026-01-02T00:00:00Z".parse::<Time>()?)
        .detected_at("2026-01-01T00:00:00Z".parse::<Time>()?);
    let submission_of_it = async |zvit: Client| zvit.submit_incident().body(backwards.clone()).send().await;
    let refused = institution.refused(submission_of_it).await?;
    assert!(refused.status == 422 && *refused.code == "validation_failed", "{refused:?}");
    let pointers: Vec<_> = refused.errors.iter().filter_map(|error| error.pointer.as_deref()).collect();
    assert_eq!(pointers, ["/started_at"]);
    println!("ok: a refusal says where the fault is");

    let mut team = Caller::new(url, "team", Some(incident.assignments[0].team.id)).await?;
    let (case, cursor) = case_of(&mut team, incident.id).await?;
    assert_eq!(case.state, "assigned");
    let taken = AcknowledgeInput::builder().external_ref("T-2026-17".parse::<AcknowledgeInputExternalRef>()?);
    let taking = async |zvit: Client| zvit.acknowledge_case().id(case.id).body(taken.clone()).send().await;
    let taken = team.call(taking).await?;
    assert!(taken.state == "acknowledged" && taken.external_ref.as_deref().is_some_and(|own| own == "T-2026-17"));
    let news = team.call(async |zvit| zvit.follow_cases().cursor(cursor.clone()).send().await).await?;
    let news: Vec<_> = news.items.iter().map(|item| (item.id, item.state.as_str())).collect();
    assert_eq!(news, [(case.id, "acknowledged")]);
    println!("ok: its team found it, acknowledged it, and was told so behind its cursor");

    assert_eq!(institution.asked, 1);
    fs::write(env::var("CLOCK")?, LONGER_THAN_A_TOKEN_LIVES_S)?;
    // A request with a body, which has to be sent twice.
    assert_eq!(institution.call(submission).await?.id, incident.id);
    assert_eq!(institution.asked, 2);
    println!("ok: an expired token is renewed, and the call goes on");
    Ok(())
}

async fn read_the_answers_of_tomorrow(url: &str) -> Outcome<()> {
    let mut institution = Caller::new(url, "institution", None).await?;
    let key = Uuid::new_v4().to_string();
    let submission = async |zvit| submit(zvit, "The laboratory can't print results.", &key).await;
    let incident = institution.call(submission).await?;
    assert!(incident.status == WORD && incident.sector == WORD && incident.assignments[0].state == WORD);
    let id = incident.id;

    let refused = institution.refused(async |zvit| submit(zvit, "Something else.", &key).await).await?;
    assert!(refused.status == 422 && *refused.code == WORD, "{refused:?}");
    let missing = institution.refused(async |zvit| zvit.get_incident().id(Uuid::new_v4()).send().await).await?;
    assert_eq!(missing.status, 404);

    let mut team = Caller::new(url, "team", Some(incident.assignments[0].team.id)).await?;
    let (case, _) = case_of(&mut team, id).await?;
    assert_eq!(case.state, WORD);
    team.call(async |zvit| zvit.get_case().id(case.id).send().await).await?;

    institution.call(async |zvit| zvit.get_me().send().await).await?;
    institution.call(async |zvit| zvit.get_vocabularies().send().await).await?;
    institution.call(async |zvit| zvit.list_incidents().send().await).await?;
    institution.call(async |zvit| zvit.get_incident().id(id).send().await).await?;
    institution.call(async |zvit| zvit.list_reports().id(id).send().await).await?;
    institution.call(async |zvit| zvit.get_timeline().id(id).send().await).await?;
    institution.call(async |zvit| zvit.get_receipt().id(id).send().await).await?;
    institution.call(async |zvit| zvit.follow_incidents().send().await).await?;
    let mut coordinator = Caller::new(url, "coordinator", None).await?;
    coordinator.call(async |zvit| zvit.list_teams().send().await).await?;
    coordinator.call(async |zvit| zvit.list_institutions().send().await).await?;
    coordinator.call(async |zvit| zvit.get_routing_rules().send().await).await?;
    let mut auditor = Caller::new(url, "auditor", None).await?;
    auditor.call(async |zvit| zvit.list_audit_events().send().await).await?;
    println!("ok: members and words of tomorrow break nothing");
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    report_and_acknowledge(&env::var("ZVIT_URL")?).await?;
    read_the_answers_of_tomorrow(&env::var("DOCTORED_URL")?).await
}
