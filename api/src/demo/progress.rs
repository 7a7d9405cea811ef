//! What the demonstration is doing, on standard error: a counter that runs on a terminal, else one line per phase.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Width of the first column.
const NAME: usize = 10;

/// Tells how far the demonstration is.
pub(super) struct Progress {
    live: bool,
    since: Instant,
    counting: Cell<bool>,
}

impl Progress {
    /// From now on.
    pub(super) fn start() -> Self {
        Self { live: std::io::stderr().is_terminal(), since: Instant::now(), counting: Cell::new(false) }
    }

    /// A phase is over.
    pub(super) fn say(&self, phase: &str, what: &str) {
        let begin = if self.counting.replace(false) { "\r\x1b[2K" } else { "" };
        self.write(&format!("{begin}{phase:<NAME$} {what}\n"));
    }

    /// How far this phase is, in place of what stood there. Without a terminal only [`Progress::say`] speaks.
    pub(super) fn count(&self, phase: &str, what: &str) {
        if self.live {
            self.counting.set(true);
            self.write(&format!("\r\x1b[2K{phase:<NAME$} {what}"));
        }
    }

    /// Milliseconds since the start.
    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Progress that nobody can read is no reason to stop.
    fn write(&self, text: &str) {
        let mut out = std::io::stderr();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
