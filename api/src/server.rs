//! The service put together and started.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpServer, guard, web};
use utoipa_actix_web::AppExt;
use zvit_db::store;
use zvit_db::watch::{Seen, watch};
use zvit_db::writer::{Writer, WriterOptions};

use crate::config::Settings;
use crate::contract;
use crate::docs_ui;
use crate::flows::submit::SubmitFlow;
use crate::limits::{Limits, close_edge, limits_edge};
use crate::net::address::note_caller;
use crate::problem::{self, DutyLine};
use crate::request_log::log_request;
use crate::routes;
use crate::routes::me::WordsPage;
use crate::setup::{self, SetupFault};
use crate::state::{App, Memory};

/// After a stop is asked for, running requests have so long.
const SHUTDOWN_S: u64 = 10;

/// Why the service can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The store.
    #[error(transparent)]
    Setup(#[from] SetupFault),
    /// The address.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
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
pub fn openapi_document() -> serde_json::Value {
    let (_, document) = ActixApp::new().into_utoipa_app().configure(routes::configure).split_for_parts();
    contract::finish(document)
}

/// A running service.
#[allow(missing_debug_implementations, reason = "holds handles")]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The issuer of its tokens.
    pub issuer: String,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    writer: JoinHandle<()>,
    watcher: JoinHandle<()>,
    stop_watching: mpsc::Sender<()>,
}

/// Opens the store and starts to listen.
///
/// # Errors
/// When the store can't be used or the address is taken.
pub async fn start(settings: &Settings) -> Result<Running, StartFault> {
    // The address first: a second start by mistake must not touch the store.
    let listener = TcpListener::bind(settings.listen).map_err(|error| StartFault::Listen(settings.listen, error))?;
    let address = listener.local_addr()?;
    let ready = setup::open(&settings.database, settings.issuer.as_deref())?;
    let (issuer, store_id) = (ready.issuer.clone(), ready.store_id);
    drop(ready);
    let readers = store::readers(&settings.database, settings.readers)?;
    let memory = Arc::new(Memory::load(&readers)?);

    let on_commit = {
        let (memory, readers) = (Arc::clone(&memory), readers.clone());
        Arc::new(move |moved: &zvit_db::change::Moved| memory.note(&readers, moved))
    };
    let options = WriterOptions {
        queue: settings.queue,
        queue_changes: settings.limits.not_reserved(settings.queue),
        queue_bytes: settings.limits.queue_bytes,
        batch: settings.batch,
        now: crate::clock::now,
        on_commit,
    };
    let flow = SubmitFlow::new(Arc::clone(&memory), settings.clocks);
    let (writer, writer_thread) = Writer::start(settings.database.clone(), flow, options)?;

    let (stop_watching, stopped) = mpsc::channel();
    let watcher = {
        let (url, memory, readers) = (settings.database.clone(), Arc::clone(&memory), readers.clone());
        let work = move || {
            watch(&url, &stopped, |seen| {
                if let Seen::Moved(moved) = seen {
                    memory.note(&readers, &moved);
                }
            });
        };
        std::thread::Builder::new().name("zvit-watcher".into()).spawn(work)?
    };

    let limits = Arc::new(Limits::new(&settings.limits, settings.max_connections, settings.readers as usize));
    let app = web::Data::new(App::new(readers, writer, memory, store_id, issuer.clone(), settings.clocks, limits));
    let (handle, server) = listen(settings, listener, app)?;
    Ok(Running { address, issuer, handle, server, writer: writer_thread, watcher, stop_watching })
}

fn listen(
    settings: &Settings,
    listener: TcpListener,
    app: web::Data<App>,
) -> Result<(ServerHandle, tokio::task::JoinHandle<std::io::Result<()>>), StartFault> {
    let document = openapi_document();
    let schemas = web::Data::new(contract::schemas(&document).map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let table = web::Data::new(contract::routes_of(&document));
    let words = web::Data::new(WordsPage::new().map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let limits = web::Data::from(Arc::clone(&app.limits));
    let capacity = Arc::clone(&limits.capacity);
    let duty_line = web::Data::new(DutyLine(settings.duty_line.clone()));
    let text = web::Bytes::from(serde_json::to_vec(&document).map_err(|fault| StartFault::Defect(fault.to_string()))?);
    let server = HttpServer::new(move || {
        let text = text.clone();
        ActixApp::new()
            .app_data(app.clone())
            .app_data(schemas.clone())
            .app_data(table.clone())
            .app_data(words.clone())
            .app_data(duty_line.clone())
            .app_data(limits.clone())
            .wrap(from_fn(limits_edge))
            .wrap(from_fn(problem::edge))
            .wrap(from_fn(close_edge))
            .wrap(from_fn(log_request))
            .wrap(from_fn(note_caller))
            // A fixed path under /v1/incidents must not be taken for an id when its method is wrong.
            .service(web::resource("/v1/incidents/batch").guard(guard::Not(guard::Post())).to(contract::unmatched))
            .into_utoipa_app()
            .configure(routes::configure)
            .into_app()
            .configure(|config| docs_ui::configure(config, text))
            .default_service(web::to(contract::unmatched))
    })
    .workers(settings.workers)
    // The framework counts by worker.
    .max_connections(settings.max_connections.div_ceil(settings.workers.max(1)))
    .on_connect(move |_, data| {
        data.insert(capacity.connect());
    })
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(SHUTDOWN_S)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok((server.handle(), tokio::spawn(server)))
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

    /// Takes no new requests, finishes those that run, writes what is queued, and ends.
    ///
    /// # Errors
    /// When the server ended with an error.
    pub async fn stop(self) -> std::io::Result<()> {
        self.handle.stop(true).await;
        let ended = self.server.await.map_err(std::io::Error::other)?;
        drop(self.stop_watching);
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
