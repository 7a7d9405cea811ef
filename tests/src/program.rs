//! The program under test as a command: `zvit migrate`, `zvit seed`, `zvit client create` and so on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says where the program is. Only an integration test or a bench knows (`env!("CARGO_BIN_EXE_zvit-under-test")`), so it
/// is told first of all.
pub fn use_program(path: &str) {
    PROGRAM.get_or_init(|| path.into());
}

/// Where the program is.
///
/// # Panics
/// When nobody has said so.
pub fn path() -> &'static Path {
    PROGRAM.get().expect("use_program comes first")
}

/// The program, without any setting of this process's environment that it would read.
pub fn command() -> Command {
    let mut command = Command::new(path());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZVIT_") {
            command.env_remove(name);
        }
    }
    command.current_dir(crate::scratch::root()).stdin(Stdio::null());
    command
}

/// What a finished command left.
#[derive(Debug)]
pub struct Finished {
    /// The command line, for messages.
    pub line: String,
    /// Exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs the program to its end.
pub fn zvit<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Finished {
    let mut command = command();
    command.args(arguments);
    let output = command.output().expect("the program starts");
    Finished {
        line: format!("{command:?}"),
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\nexit status {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.line, self.status, self.stdout, self.stderr
        )
    }
}

impl Finished {
    /// Asserts the exit status.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert!(self.status == Some(status), "exit status {status} was expected\n{self}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("standard output is not JSON: {error}\n{self}"))
    }
}
