//! The program: what can be asked of it on the command line.

mod commands;
mod institutions;
mod keys;
pub mod logging;
mod ready;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use uuid::Uuid;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Language;

use crate::config::{ServeArgs, StoreArgs};

/// Incident reports of Ukrainian institutions: accepted, triaged, routed to partner response teams.
#[derive(Debug, Parser)]
#[command(name = "zvit", version, about, max_term_width = 120)]
pub struct Cli {
    /// Configuration file (TOML): the same names as the flags, with underscores
    #[arg(long, global = true, env = "ZVIT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service; an empty store is made
    Serve {
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        serve: Box<ServeArgs>,
    },
    /// Bring the store to the newest version
    Migrate {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Fill an empty store with a directory, rules and clients; prints the clients as JSON
    Seed(SeedArgs),
    /// Machine accounts
    #[command(subcommand)]
    Client(ClientCommand),
    /// Keys that sign access tokens
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Ask the service that runs on this machine with these settings whether it is ready; exit code 0 if it is
    Ready {
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        serve: Box<ServeArgs>,
    },
    /// Institutions of the directory
    #[command(subcommand)]
    Institutions(InstitutionsCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Show the main job on a store of its own, and keep serving
    Demo(DemoArgs),
}

/// What `seed` takes.
#[derive(Debug, Args)]
pub struct SeedArgs {
    /// The file; see the README for its shape
    #[arg(required_unless_present = "demo", conflicts_with = "demo")]
    file: Option<PathBuf>,
    /// The demonstration directory instead of a file: everybody in it is invented
    #[arg(long)]
    demo: bool,
    /// Issuer and audience of access tokens, kept in the store
    #[arg(long, env = "ZVIT_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    /// Make a client; its secret is shown once
    Create(ClientArgs),
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show the keys: never their private parts
    List(KeysListArgs),
    /// Make the next key: it is published at once and takes over in ten minutes; no token is refused
    Rotate(KeysRotateArgs),
}

/// What `keys list` takes.
#[derive(Debug, Args)]
pub struct KeysListArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// What `keys rotate` takes.
#[derive(Debug, Args)]
pub struct KeysRotateArgs {
    /// The emergency, when somebody else may have a key: delete all keys at once, refuse every token they signed, and sign with
    /// a new key
    #[arg(long, requires = "reason")]
    now: bool,
    /// Why; kept in the audit
    #[arg(long, value_name = "TEXT", requires = "now", value_parser = reason)]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// What `client create` takes.
#[derive(Debug, Args)]
pub struct ClientArgs {
    /// institution, team, coordinator, observer, donor or auditor
    #[arg(long, value_parser = role, required_unless_present = "spare")]
    role: Option<Role>,
    /// Id of the institution, team or participant it belongs to
    #[arg(long, value_name = "ID")]
    owner: Option<Uuid>,
    /// What it is for
    #[arg(long, default_value = "made on the command line")]
    name: String,
    /// A scope it may ask for; several times; left out, all of its role
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A one-time code in place of a secret, to be traded at POST /oauth2/enrol
    #[arg(long)]
    enrolment: bool,
    /// A printed spare of the institution --owner: it may only submit reports, and its use is noticed; prints a sheet
    #[arg(long, requires = "owner")]
    spare: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sheet: SheetArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// What stands on sheets.
#[derive(Debug, Args)]
pub struct SheetArgs {
    /// The telephone line that sheets name, in English
    #[arg(long, env = "ZVIT_DUTY_LINE", value_name = "TEXT")]
    duty_line: Option<String>,
    /// The same in Ukrainian; left out, as in English
    #[arg(long, env = "ZVIT_DUTY_LINE_UK", value_name = "TEXT")]
    duty_line_uk: Option<String>,
}

#[derive(Debug, Subcommand)]
enum InstitutionsCommand {
    /// Take in a table of institutions (CSV), all or none; prints a sheet with a one-time code for each
    Import(ImportArgs),
}

/// What `institutions import` takes.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The table: CSV in UTF-8 with a header line, comma or semicolon between values
    file: PathBuf,
    /// Make a printed spare for each institution as well
    #[arg(long)]
    spares: bool,
    /// Only check; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Write one file per institution into this directory instead of printing all sheets
    #[arg(long, value_name = "DIR")]
    sheets: Option<PathBuf>,
    /// Print JSON instead of sheets
    #[arg(long)]
    json: bool,
    /// The language in which faults are told: uk or en
    #[arg(long, value_parser = language, default_value = "uk")]
    lang: Language,
    #[command(flatten)]
    sheet: SheetArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End after the demonstration instead of serving on
    #[arg(long)]
    pub once: bool,
    /// Print JSON lines instead of a table
    #[arg(long)]
    pub json: bool,
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= 2_000 && !text.contains('\0');
    if fits { Ok(text.to_owned()) } else { Err("a reason of 1 to 2000 characters".to_owned()) }
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| "institution, team, coordinator, observer, donor or auditor".to_owned())
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| Language::ALL.map(Language::code).join(" or "))
}

/// Runs what the command line asks for. Exit code 0 when it was done, 2 when the request or the store doesn't allow it, 1 for
/// anything else.
pub fn main() -> ExitCode {
    crate::net::tls::install_provider();
    let matches = Cli::command().get_matches();
    match Cli::from_arg_matches(&matches) {
        Ok(mut cli) => {
            if names_directory_over_variable(&matches) {
                cli.forget_database_url();
            }
            commands::run(cli)
        }
        Err(error) => error.exit(),
    }
}

/// Whether `--data-dir` stands on the command line and the database URL only in the environment: a flag is stronger.
fn names_directory_over_variable(matches: &ArgMatches) -> bool {
    let mut deepest = matches;
    while let Some((_, inner)) = deepest.subcommand() {
        deepest = inner;
    }
    let source = |id| deepest.try_contains_id(id).ok().and_then(|_| deepest.value_source(id));
    source("data_dir") == Some(ValueSource::CommandLine) && source("database_url") == Some(ValueSource::EnvVariable)
}

impl Cli {
    fn forget_database_url(&mut self) {
        let store = match &mut self.command {
            Command::Serve { store, .. } | Command::Ready { store, .. } | Command::Migrate { store } => store,
            Command::Seed(args) => &mut args.store,
            Command::Client(ClientCommand::Create(args)) => &mut args.store,
            Command::Keys(KeysCommand::List(args)) => &mut args.store,
            Command::Keys(KeysCommand::Rotate(args)) => &mut args.store,
            Command::Institutions(InstitutionsCommand::Import(args)) => &mut args.store,
            Command::Openapi | Command::Demo(_) => return,
        };
        store.database_url = None;
    }
}
