//! The demonstration: the main job, shown on a store of its own.
//!
//! A fresh temporary directory gets the demonstration directory; the service runs on it in this process, with a mailbox for its
//! mails; institutions and teams are played over real HTTPS with real tokens. The clock is put ahead once, so that a deadline passes.
//! What is shown in the end is read back from the service.

mod curl;
mod fault;
mod figures;
mod happened;
mod http;
mod lines;
mod mailbox;
mod outcome;
mod place;
mod play;
mod progress;
mod script;
mod table;
mod teams;
mod text;
mod timeline;

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use fault::DemoFault;

use crate::cli::{DemoArgs, logging};
use crate::config::LogFormat;
use crate::seed::{DEMO, MadeClient, SeedFile, seed};
use crate::server::{self, Running};
use crate::setup;
use curl::Reached;
use mailbox::Mailbox;
use outcome::Outcome;
use place::{HeldPort, Place};
use progress::Progress;
use text::Paint;

/// Runs it: plays, shows what happened, and then serves on until it is told to stop, unless it is to end at once.
///
/// # Errors
/// When the service can't be started or an answer is not as it should be; when a report was not accepted or an incident has
/// no team; when it is stopped before the end.
pub fn run(args: &DemoArgs) -> Result<(), DemoFault> {
    logging::start(LogFormat::Text, "warn");
    actix_web::rt::System::new().block_on(perform(args))
}

async fn perform(args: &DemoArgs) -> Result<(), DemoFault> {
    // Before the directory is made: from here on a stop lets it be removed.
    let mut told = Box::pin(place::told_to_stop().map_err(DemoFault::Place)?);
    let progress = Progress::start();
    let place = Place::make().map_err(DemoFault::Place)?;
    let port = HeldPort::find().map_err(DemoFault::Place)?;
    let mailbox = Mailbox::open().map_err(DemoFault::Place)?;
    let settings = place.settings(port.address().map_err(DemoFault::Place)?, mailbox.address())?;
    let clients = fill(&settings)?;
    let because = if port.is_makeshift() { format!(" ({} is taken)", place::PORT) } else { String::new() };
    drop(port);
    let running = server::start(&settings).await?;
    progress.say("service", &format!("https://{}{because}, its store in {}", running.address, place.dir().display()));

    let stop = Arc::new(AtomicBool::new(false));
    let mut playing = {
        let (clients, address, stop) = (clients.clone(), running.address, Arc::clone(&stop));
        let certificate = place.certificate();
        tokio::task::spawn_blocking(move || play::play(address, &certificate, &clients, &mailbox, &progress, &stop))
    };
    let played = tokio::select! {
        played = &mut playing => played,
        () = &mut told => {
            stop.store(true, Ordering::Relaxed);
            playing.await
        }
    };
    let shown = played.map_err(|error| DemoFault::Defect(error.to_string())).and_then(|outcome| {
        let outcome = outcome?;
        show(args, &outcome)?;
        outcome.verdict()?;
        if args.once { Ok(()) } else { invite(args, &outcome, &running, &place, &clients) }
    });
    if shown.is_ok() && !args.once {
        told.await;
    }
    running.stop().await.map_err(DemoFault::Place)?;
    shown
}

/// Makes the store and fills it; the clients' secrets stay in memory.
fn fill(settings: &crate::config::Settings) -> Result<Vec<MadeClient>, DemoFault> {
    let mut ready = setup::open(&settings.database, settings.issuer.as_deref())?;
    let file = SeedFile::parse(DEMO)?;
    Ok(setup::change(&mut ready.conn, |change| seed(change, file))?)
}

fn show(args: &DemoArgs, outcome: &Outcome) -> Result<(), DemoFault> {
    if args.json {
        return print(std::io::stdout(), &lines::of(outcome)?);
    }
    let paint = Paint::of_stdout();
    let width = text::terminal_width();
    let page = [
        table::incidents(outcome, &paint, width),
        table::levels(outcome, &paint),
        table::teams(outcome, &paint, width),
        happened::section(outcome, &paint, width),
        timeline::of(outcome, &paint, width),
        table::summary(outcome, &paint, width),
    ];
    print(std::io::stdout(), &page.join("\n"))
}

/// How to go on by hand; beside JSON lines it goes to standard error.
fn invite(
    args: &DemoArgs,
    outcome: &Outcome,
    running: &Running,
    place: &Place,
    clients: &[MadeClient],
) -> Result<(), DemoFault> {
    let reached = Reached { address: running.address, certificate: &place.certificate() };
    if args.json {
        let paint = Paint { colour: false };
        return print(std::io::stderr(), &curl::invitation(outcome, &reached, clients, &paint));
    }
    print(std::io::stdout(), &curl::invitation(outcome, &reached, clients, &Paint::of_stdout()))
}

/// A reader that has seen enough and gone (`| head`) is no fault.
fn print(mut out: impl Write + IsTerminal, text: &str) -> Result<(), DemoFault> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(DemoFault::Output(error)),
        _ => Ok(()),
    }
}
