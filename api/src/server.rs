//! The service put together and started.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App as ActixApp, HttpServer, guard, web};
use rustls::ServerConfig;
use utoipa_actix_web::AppExt;
use zvit_db::store;
use zvit_db::watch::{Seen, watch};
use zvit_db::writer::{Writer, WriterOptions};

use crate::blobs::{Attachments, Blobs, DiskBlobs};
use crate::clock;
use crate::config::{Settings, unstated_duty_line};
use crate::contract;
use crate::denials;
use crate::docs_ui;
use crate::flows::submit::SubmitFlow;
use crate::limits::{Limits, close_edge, limits_edge};
use crate::net::address::{note_caller, refuse_strangers};
use crate::net::tls::{HANDSHAKE_TIMEOUT, Https, TlsFault};
use crate::polls::Polls;
use crate::problem::{self, DutyLine};
use crate::request_log::log_request;
use crate::routes;
use crate::routes::me::WordsPage;
use crate::setup::{self, SetupFault};
use crate::start_page::{self, StartPages};
use crate::state::{App, Memory};
use crate::worker::{self, Worker};

/// After a stop is asked for, running requests have so long.
const SHUTDOWN_S: u64 = 10;

/// Why the service can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The store.
    #[error(transparent)]
    Setup(#[from] SetupFault),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// The address.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The directory of attachments.
    #[error("the attachments directory {dir}: {error}", dir = dir.display())]
    AttachmentsDir {
        /// The directory.
        dir: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A defect of this build.
    #[error("{0}")]
    Defect(String),
    /// The operating system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<zvit_db::error::StoreError> for StartFault {
    fn from(error: zvit_db::error::StoreError) -> Self {
        Self::Setup(error.into())
    }
}

/// The OpenAPI document as it is served.
///
/// # Errors
/// When the authorization table has other operations: a defect of this build.
pub fn openapi_document() -> Result<serde_json::Value, contract::UnauthorizedOperations> {
    let (_, document) = ActixApp::new().into_utoipa_app().configure(routes::configure).split_for_parts();
    contract::finish(document)
}

/// A running service.
#[allow(missing_debug_implementations, reason = "holds handles")]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The issuer of its tokens.
    pub issuer: String,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    writer: JoinHandle<()>,
    watcher: JoinHandle<()>,
    app: web::Data<App>,
    denials: tokio::task::JoinHandle<()>,
    stop_watching: mpsc::Sender<()>,
    memory: Arc<Memory>,
    worker: Worker,
    certificate_watch: Option<tokio::task::JoinHandle<()>>,
}

/// Opens the store and starts to listen.
///
/// # Errors
/// When the store can't be used or the address is taken.
pub async fn start(settings: &Settings) -> Result<Running, StartFault> {
    // The address first: a second start by mistake must not touch the store.
    let listener = TcpListener::bind(settings.listen).map_err(|error| StartFault::Listen(settings.listen, error))?;
    let address = listener.local_addr()?;
    settings.tls.check()?;
    if let Some(file) = &settings.rehearsal_clock {
        log::warn!("this is a rehearsal: the clock is ahead by what {} says", file.display());
        clock::follow(file.clone());
    }
    if let Some(moment) = settings.rehearsal_moment {
        log::warn!("this is a rehearsal: the clock stands at {moment}");
        clock::stand_at(moment);
    }
    let ready = setup::open(&settings.database, settings.issuer.as_deref())?;
    let (issuer, store_id) = (ready.issuer.clone(), ready.store_id);
    drop(ready);
    let https = settings.tls.prepare(&issuer, address)?.map(Https::watch);
    let (tls, certificate_watch) = https.unzip();
    let readers = store::readers(&settings.database, settings.readers)?;
    let memory = Arc::new(Memory::load(&readers, Polls::new(settings.silent_after_minutes))?);

    let on_commit = {
        let (memory, readers) = (Arc::clone(&memory), readers.clone());
        Arc::new(move |moved: &zvit_db::change::Moved| memory.note(&readers, moved, Instant::now()))
    };
    let options = WriterOptions {
        queue: settings.queue,
        queue_changes: settings.limits.not_reserved(settings.queue),
        queue_bytes: settings.limits.queue_bytes,
        batch: settings.batch,
        now: clock::now,
        on_commit,
    };
    let flow = SubmitFlow::new(Arc::clone(&memory), settings.clocks);
    let (writer, writer_thread) = Writer::start(settings.database.clone(), flow, options)?;

    let (stop_watching, stopped) = mpsc::channel();
    let watcher = {
        let (url, memory, readers) = (settings.database.clone(), Arc::clone(&memory), readers.clone());
        let work = move || {
            watch(&url, &stopped, |seen| {
                if let Seen::Moved(moved, asked_at) = seen {
                    memory.note(&readers, &moved, asked_at);
                }
            });
        };
        std::thread::Builder::new().name("zvit-watcher".into()).spawn(work)?
    };

    let limits = Arc::new(Limits::new(&settings.limits, settings.max_connections, settings.readers as usize));
    let mut app = App::new(readers, writer, Arc::clone(&memory), store_id, issuer.clone(), settings.clocks, limits);
    app.attachments = attachments(settings)?;
    let app = web::Data::new(app);
    let (handle, server) = listen(settings, listener, tls, app.clone())?;
    let worker = worker::start(&app, settings);
    let denials = tokio::spawn(denials::run(app.clone()));
    let scheme = if settings.tls.is_on() { "https" } else { "http" };
    let writer = writer_thread;
    Ok(Running {
        address,
        scheme,
        issuer,
        handle,
        server,
        writer,
        watcher,
        app,
        denials,
        stop_watching,
        memory,
        worker,
        certificate_watch,
    })
}

/// The directory of attachments, ready to be written.
fn attachments(settings: &Settings) -> Result<Attachments, StartFault> {
    let fault = |dir: &Path, error| StartFault::AttachmentsDir { dir: dir.to_owned(), error };
    let open = |dir: &Path| DiskBlobs::open(dir).map_err(|error| fault(dir, error));
    let blobs = settings.attachments_dir.as_deref().map(open).transpose()?;
    let quota = u64::from(settings.attachment_quota_mb) * 1_000_000;
    Ok(Attachments::new(blobs.map(|blobs| Arc::new(blobs) as Arc<dyn Blobs>), quota))
}

fn listen(
    settings: &Settings,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    app: web::Data<App>,
) -> Result<(ServerHandle, tokio::task::JoinHandle<std::io::Result<()>>), StartFault> {
    let document = openapi_document().map_err(|fault| StartFault::Defect(fault.to_string()))?;
    let schemas = web::Data::new(contract::schemas(&document).map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let table = web::Data::new(contract::routes_of(&document));
    let words = web::Data::new(WordsPage::new().map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let proxies = web::Data::new(settings.proxies.clone());
    let only_proxies = settings.is_plain_beyond_this_machine();
    let limits = web::Data::from(Arc::clone(&app.limits));
    let capacity = Arc::clone(&limits.capacity);
    let duty_line = web::Data::new(DutyLine(settings.duty_line.clone()));
    let stated_duty_line = (settings.duty_line != unstated_duty_line()).then_some(&settings.duty_line);
    let start_pages = web::Data::new(StartPages::new(app.issuer(), stated_duty_line));
    let text = web::Bytes::from(serde_json::to_vec(&document).map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let (workers, connections) = shares(settings.workers, settings.max_connections);
    let server = HttpServer::new(move || {
        let text = text.clone();
        ActixApp::new()
            .app_data(app.clone())
            .app_data(schemas.clone())
            .app_data(table.clone())
            .app_data(words.clone())
            .app_data(duty_line.clone())
            .app_data(start_pages.clone())
            .app_data(proxies.clone())
            .app_data(limits.clone())
            .wrap(Condition::new(only_proxies, from_fn(refuse_strangers)))
            .wrap(from_fn(limits_edge))
            .wrap(from_fn(problem::edge))
            .wrap(from_fn(contract::deprecation::edge))
            .wrap(from_fn(close_edge))
            .wrap(from_fn(log_request))
            .wrap(from_fn(note_caller))
            // A fixed path under /v1/incidents must not be taken for an id when its method is wrong.
            .service(web::resource("/v1/incidents/batch").guard(guard::Not(guard::Post())).to(contract::unmatched))
            .into_utoipa_app()
            .configure(routes::configure)
            .into_app()
            .configure(|config| docs_ui::configure(config, text))
            .configure(start_page::configure)
            .default_service(web::to(contract::unmatched))
    })
    .workers(workers)
    .max_connections(connections)
    // Handshakes are bounded by the connections they belong to. A lower bound would let slow ones hold up all others: a
    // worker that has so many under way takes nothing new.
    .max_connection_rate(connections)
    .tls_handshake_timeout(HANDSHAKE_TIMEOUT)
    .on_connect(move |_, data| {
        data.insert(capacity.connect());
    })
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(5))
    .shutdown_timeout(SHUTDOWN_S)
    .disable_signals();
    let server = match tls {
        Some(config) => server.listen_rustls_0_23(listener, config)?,
        None => server.listen(listener)?,
    };
    let server = server.run();
    Ok((server.handle(), tokio::spawn(server)))
}

/// Threads, and how many connections each may have open: the framework counts per thread, the setting is for the process.
fn shares(workers: usize, max_connections: usize) -> (usize, usize) {
    let workers = workers.min(max_connections).max(1);
    (workers, (max_connections / workers).max(1))
}

impl Running {
    /// Waits until the service is told to stop by SIGTERM or SIGINT, and stops it.
    ///
    /// # Errors
    /// When it ended by itself with an error.
    pub async fn until_told(self) -> std::io::Result<()> {
        let told = told_to_stop()?;
        tokio::select! {
            () = told => log::info!("stopping: running requests are finished first"),
            () = until_finished(&self.server) => log::error!("the server ended by itself"),
        }
        self.stop().await
    }

    /// Takes no new requests, answers those that wait for news, finishes those that run, writes what is queued, and ends.
    ///
    /// # Errors
    /// When the server ended with an error.
    pub async fn stop(self) -> std::io::Result<()> {
        self.memory.hub.stop();
        tokio::join!(self.worker.stop(), self.handle.stop(true));
        let ended = self.server.await.map_err(std::io::Error::other)?;
        self.denials.abort();
        let _ = self.denials.await;
        // A store that doesn't answer must not hold up the stop.
        let last_words = tokio::time::timeout(Duration::from_secs(SHUTDOWN_S), self.app.write_denials(true));
        if last_words.await.is_err() {
            log::warn!("refusals could not be written to the audit before the stop");
        }
        drop(self.app);
        drop(self.stop_watching);
        if let Some(task) = self.certificate_watch {
            task.abort();
        }
        let threads = [self.writer, self.watcher];
        // The writer ends when the last handler has let go of it.
        for _ in 0..(SHUTDOWN_S * 100) {
            if threads.iter().all(JoinHandle::is_finished) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        log::info!("stopped");
        ended
    }
}

async fn until_finished<T>(task: &tokio::task::JoinHandle<T>) {
    while !task.is_finished() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_threads_together_keep_to_the_bound() {
        assert_eq!(shares(4, 10_000), (4, 2_500));
        assert_eq!(shares(8, 3), (3, 1), "fewer threads rather than more connections");
        for (workers, max) in [(1, 1), (3, 10), (7, 7), (64, 1000), (1024, 1_000_000)] {
            let (threads, each) = shares(workers, max);
            assert!(threads >= 1 && each >= 1 && threads * each <= max, "{workers} {max}");
        }
    }
}
