//! What a run leaves on the machine, and who takes it away again.
//!
//! Statics are never dropped, and a test process may be killed. So a small shell stands by: when the pipe from the test
//! process closes, for whatever reason, it stops the servers and the database cluster that are still there and removes
//! the run's directory.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// `$1` is the run's directory. A process is only ended when it still runs the program it was started as.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
for file in "$1"/pids/*; do
    [ -f "$file" ] || continue
    pid=${file##*/}
    [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$(cat "$file")" ] && kill -KILL "$pid"
done
while read -r url name; do
    psql "$url" -qc "DROP DATABASE IF EXISTS $name WITH (FORCE)" >/dev/null 2>&1
done <"$1/databases"
if [ -s "$1/cluster/data/postmaster.pid" ]; then
    pid=$(head -n 1 "$1/cluster/data/postmaster.pid")
    kill -QUIT "$pid" 2>/dev/null
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
rm -rf "$1"
"#;

struct Run {
    directory: PathBuf,
    /// Its pipe is held open as long as the process lives; it is never waited for, since it ends after us.
    _watchdog: Child,
}

fn the_run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let directory = base().join(format!("zvit-tests-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("pids")).expect("a directory for this run");
        std::fs::write(directory.join("databases"), "").expect("a list of databases");
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "zvit-tests-watchdog"])
            .arg(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh is there");
        Run { directory, _watchdog: watchdog }
    })
}

/// Memory where there is plenty of it, since every test commits durably and a busy disk would set the pace; `TMPDIR` is
/// stronger. What is tested is kill -9, not a power cut: files outlive a process on either.
fn base() -> PathBuf {
    const MEMORY: &str = "/dev/shm";
    let free = || {
        let output = Command::new("df").args(["-Pk", MEMORY]).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    };
    let wanted = std::env::var_os("TMPDIR").is_none() && free().is_some_and(|kib| kib >= 3 << 20);
    if wanted { MEMORY.into() } else { std::env::temp_dir() }
}

/// The directory of this run.
pub fn root() -> &'static Path {
    &the_run().directory
}

/// A number that no other call in this process gets.
pub fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A directory that goes away with its owner.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// A new empty directory.
    pub fn new(purpose: &str) -> Self {
        let path = root().join(format!("{purpose}-{}", number()));
        std::fs::create_dir_all(&path).expect("a directory of its own");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Tells the watchdog of a process that must not outlive the tests; forgotten on drop.
#[derive(Debug)]
pub struct Watched(PathBuf);

impl Watched {
    /// Notes `pid`, which runs `program`.
    pub fn new(pid: u32, program: &Path) -> Self {
        let path = root().join("pids").join(pid.to_string());
        let program = program.canonicalize().unwrap_or_else(|_| program.to_owned());
        std::fs::write(&path, program.as_os_str().as_encoded_bytes()).expect("a note of the process");
        Self(path)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Tells the watchdog of a database on a server that outlives the tests. It is dropped where `psql` is installed.
pub fn watch_database(url: &str, name: &str) {
    std::fs::write(root().join("databases"), format!("{url} {name}\n")).expect("a note of the database");
}

/// Says something that libtest does not swallow.
pub fn say_loudly(text: &str) {
    let line = "=".repeat(78);
    let _ = writeln!(std::io::stderr().lock(), "\n{line}\n{text}\n{line}");
}
