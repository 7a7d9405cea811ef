//! The commands.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command answers on standard output and fails on standard error"
)]

use std::process::ExitCode;

use serde_json::{Value, json};
use zvit_db::feeds;
use zvit_db::rows::ClientRow;
use zvit_domain::typeable;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Text;

use super::{
    Cli, ClientArgs, ClientCommand, Command, InstitutionsCommand, KeysCommand, SeedArgs, institutions, keys, logging,
};
use crate::actor::Actor;
use crate::config::{ConfigFault, ConfigFile, LogFormat, ServeArgs, StoreArgs};
use crate::flows::clients::{Issued, NewClient, create};
use crate::memory::Directory;
use crate::seed::{DEMO, SeedFault, SeedFile, seed};
use crate::server;
use crate::setup::{self, SetupFault};
use crate::sheets::{Sheet, SheetSpare};
use crate::token::Secret;

/// Why a command failed, and with which exit code.
pub(super) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    pub(super) fn new(code: u8, message: impl ToString) -> Self {
        Self { code, message: message.to_string() }
    }
}

impl From<ConfigFault> for Failure {
    fn from(fault: ConfigFault) -> Self {
        Self::new(2, fault)
    }
}

impl From<SetupFault> for Failure {
    fn from(fault: SetupFault) -> Self {
        let code = if matches!(fault, SetupFault::Store(_)) { 1 } else { 2 };
        Self::new(code, fault)
    }
}

impl From<SeedFault> for Failure {
    fn from(fault: SeedFault) -> Self {
        match fault {
            SeedFault::Setup(fault) => fault.into(),
            other => Self::new(2, other),
        }
    }
}

pub(super) fn run(cli: Cli) -> ExitCode {
    let result = ConfigFile::read(cli.config.as_deref()).map_err(Failure::from).and_then(|file| match cli.command {
        Command::Serve { store, serve } => run_serve(&file, &store, &serve),
        Command::Migrate { store } => migrate(&file, &store),
        Command::Seed(args) => run_seed(&file, &args),
        Command::Client(ClientCommand::Create(args)) => create_client(&file, &args),
        Command::Keys(KeysCommand::List(args)) => keys::list(&file, &args),
        Command::Keys(KeysCommand::Rotate(args)) => keys::rotate(&file, &args),
        Command::Ready { store, serve } => {
            let settings = file.settings(&store, &serve)?;
            super::ready::ask(&settings).map_err(|why| Failure::new(1, why))
        }
        Command::Institutions(InstitutionsCommand::Import(args)) => institutions::import(&file, &args),
        Command::Openapi => openapi(),
        Command::Demo(args) => crate::demo::run(&args).map_err(|fault| Failure::new(1, fault)),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("zvit: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn run_serve(file: &ConfigFile, store: &StoreArgs, args: &ServeArgs) -> Result<(), Failure> {
    let settings = file.settings(store, args)?;
    logging::start(settings.log_format, "info,actix_server=warn");
    let runtime = actix_web::rt::System::new();
    runtime.block_on(async {
        let running = server::start(&settings).await.map_err(|fault| match fault {
            server::StartFault::Setup(fault) => Failure::from(fault),
            fault @ server::StartFault::Tls(_) => Failure::new(2, fault),
            other => Failure::new(1, other),
        })?;
        let (scheme, address, issuer) = (running.scheme, running.address, &running.issuer);
        log::info!("listening on {scheme}://{address} (store {}, issuer {issuer})", settings.database);
        running.until_told().await.map_err(|error| Failure::new(1, error))
    })
}

fn migrate(file: &ConfigFile, store: &StoreArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "info");
    let url = file.database(store)?;
    zvit_db::store::prepare(&url, crate::clock::new_id(crate::clock::now())).map_err(SetupFault::from)?;
    log::info!("the store {url} is at the newest version");
    Ok(())
}

fn run_seed(file: &ConfigFile, args: &SeedArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "warn");
    let text = match &args.file {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| Failure::new(2, format!("{}: {error}", path.display())))?
        }
        None => DEMO.to_owned(),
    };
    let seed_file = SeedFile::parse(&text)?;
    let url = file.database(&args.store)?;
    let mut ready = setup::open(&url, args.issuer.as_deref())?;
    let made = setup::change(&mut ready.conn, |change| seed(change, seed_file))?;
    print_json(&made)
}

fn create_client(file: &ConfigFile, args: &ClientArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "warn");
    let url = file.database(&args.store)?;
    let mut ready = setup::open(&url, None)?;
    let (row, issued, owner) = setup::change(&mut ready.conn, |change| {
        let versions = (&feeds::gate(&mut change.tx)?).into();
        let directory = Directory::load(&mut change.tx, versions)?;
        let scopes = (!args.scopes.is_empty()).then(|| args.scopes.clone());
        let new = NewClient {
            role: args.role.unwrap_or(Role::Institution),
            owner: args.owner,
            name: args.name.clone(),
            scopes,
            rate: None,
            spare: args.spare,
            enrolment: args.enrolment,
        };
        let (row, issued) = create(change, &directory, &command_line(), &new)?;
        let owner = args.owner.and_then(|owner| directory.institutions.get(&owner).cloned());
        Ok::<_, SetupFault>((row, issued, owner))
    })?;
    if args.json {
        return print_json(&[made(&row, &issued)]);
    }
    match (&issued, owner) {
        (Issued::Secret(secret), Some(owner)) if row.spare => {
            let secret = typeable::grouped(secret.expose());
            let sheet = Sheet {
                name: Text::new(owner.entry.name_en, owner.entry.name_uk),
                edrpou: owner.entry.edrpou.as_deref(),
                issuer: &ready.issuer,
                duty_line: &file.duty_line(args.sheet.duty_line.as_ref(), args.sheet.duty_line_uk.as_ref()),
                code: None,
                spare: Some(SheetSpare { client_id: &row.client_id, secret: &secret }),
            };
            print!("{sheet}");
        }
        _ => print_client(&row, &issued),
    }
    Ok(())
}

/// Whoever has a shell on the server.
pub(super) fn command_line() -> Actor {
    Actor { name: "command line".into(), ..Actor::service() }
}

/// A client with what it was given, in the shape that `seed` prints.
fn made(row: &ClientRow, issued: &Issued) -> Value {
    let mut value = json!({"client_id": row.client_id});
    match issued {
        Issued::Secret(secret) => value["client_secret"] = json!(shown(row, secret)),
        Issued::Code(issued) => {
            value["code"] = json!(issued.code.expose());
            value["expires_at"] = json!(issued.expires_at);
        }
    }
    value["role"] = json!(row.role);
    if let Some(owner) = row.owner {
        value["owner"] = json!(owner.0);
    }
    value["scopes"] = row.scopes.split_whitespace().collect();
    if row.spare {
        value["spare"] = json!(true);
    }
    value
}

fn shown(row: &ClientRow, secret: &Secret) -> String {
    if row.spare { typeable::grouped(secret.expose()) } else { secret.expose().to_owned() }
}

fn print_client(row: &ClientRow, issued: &Issued) {
    println!("client_id:     {}", row.client_id);
    match issued {
        Issued::Secret(secret) => println!("client_secret: {}", shown(row, secret)),
        Issued::Code(issued) => {
            println!("code:          {}", issued.code.expose());
            println!("expires_at:    {}", issued.expires_at);
        }
    }
    println!("role:          {}", row.role);
    if let Some(owner) = row.owner {
        println!("owner:         {}", owner.0);
    }
    println!("scopes:        {}", row.scopes);
    match issued {
        Issued::Secret(_) => println!("The secret is not shown again."),
        Issued::Code(_) => println!("The code is not shown again; POST /oauth2/enrol takes it, once."),
    }
}

pub(super) fn print_json(value: &(impl serde::Serialize + ?Sized)) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(1, error))?;
    println!("{text}");
    Ok(())
}

fn openapi() -> Result<(), Failure> {
    print_json(&server::openapi_document().map_err(|fault| Failure::new(1, fault))?)
}
