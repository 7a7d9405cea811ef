//! The commands.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command answers on standard output and fails on standard error"
)]

use std::process::ExitCode;

use zvit_db::feeds;

use super::{Cli, ClientArgs, ClientCommand, Command, SeedArgs, logging};
use crate::actor::Actor;
use crate::config::{ConfigFault, ConfigFile, LogFormat, ServeArgs, StoreArgs};
use crate::flows::clients::NewClient;
use crate::memory::Directory;
use crate::seed::{DEMO, MadeClient, SeedFault, SeedFile, make_client, seed};
use crate::server;
use crate::setup::{self, SetupFault};

/// Why a command failed, and with which exit code.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl ToString) -> Self {
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
        Command::Ready { store, serve } => {
            let settings = file.settings(&store, &serve)?;
            super::ready::ask(&settings).map_err(|why| Failure::new(1, why))
        }
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
    // Anybody who can connect can make the TLS library warn of his handshake.
    logging::start(settings.log_format, "info,actix_server=warn,rustls=error");
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
    let made = setup::change(&mut ready.conn, |change| {
        let versions = (&feeds::gate(&mut change.tx)?).into();
        let directory = Directory::load(&mut change.tx, versions)?;
        let scopes = (!args.scopes.is_empty()).then(|| args.scopes.clone());
        let new = NewClient { role: args.role, owner: args.owner, name: args.name.clone(), scopes };
        make_client(change, &directory, &Actor { name: "command line".into(), ..Actor::service() }, &new)
    })?;
    if args.json {
        return print_json(&[made]);
    }
    print_client(&made);
    Ok(())
}

fn print_client(made: &MadeClient) {
    println!("client_id:     {}", made.client_id);
    println!("client_secret: {}", made.client_secret);
    println!("role:          {}", made.role);
    if let Some(owner) = made.owner {
        println!("owner:         {owner}");
    }
    println!("scopes:        {}", made.scopes.join(" "));
    println!("The secret is not shown again.");
}

fn print_json(value: &(impl serde::Serialize + ?Sized)) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(1, error))?;
    println!("{text}");
    Ok(())
}

fn openapi() -> Result<(), Failure> {
    print_json(&server::openapi_document())
}
