//! Writes the OpenAPI document, or checks that the committed one is what the program serves.
//!
//! `zvit-openapi write` after a change of the API; `zvit-openapi check` in CI.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use zvit_api::contract;

const USAGE: &str = "usage: zvit-openapi write|check\n";

fn main() -> ExitCode {
    let answer = match std::env::args().nth(1).as_deref() {
        Some("write") => write(),
        Some("check") => check(),
        _ => Err(USAGE.to_owned()),
    };
    // Writing to a closed pipe is no reason to fail differently.
    match answer {
        Ok(said) => {
            let _ = io::stdout().write_all(said.as_bytes());
            ExitCode::SUCCESS
        }
        Err(said) => {
            let _ = io::stderr().write_all(said.as_bytes());
            ExitCode::FAILURE
        }
    }
}

/// The committed document, beside this package.
fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

/// The document as it is committed: indented, with a newline at its end.
///
/// # Errors
/// Everything that makes the document unsound, a line each.
fn text() -> Result<String, String> {
    let document = zvit_api::openapi_document().map_err(|fault| format!("{fault}\n"))?;
    let faults = contract::faults(&document);
    if !faults.is_empty() {
        return Err(format!("the OpenAPI document is not sound:\n{}\n", faults.join("\n")));
    }
    contract::schemas(&document).map_err(|fault| format!("{fault}\n"))?;
    let text = serde_json::to_string_pretty(&document).map_err(|fault| format!("{fault}\n"))?;
    Ok(format!("{text}\n"))
}

fn write() -> Result<String, String> {
    let (text, path) = (text()?, path());
    fs::write(&path, &text).map_err(|fault| format!("{}: {fault}\n", path.display()))?;
    Ok(format!("wrote {} ({} bytes)\n", path.display(), text.len()))
}

fn check() -> Result<String, String> {
    let (current, path) = (text()?, path());
    let committed = fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}\n", path.display()))?;
    if committed == current {
        return Ok(format!("{} is current\n", path.display()));
    }
    let differing = committed.lines().zip(current.lines()).position(|(old, new)| old != new);
    let line = differing.unwrap_or_else(|| committed.lines().count().min(current.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    Err(format!(
        "{} has drifted from the program, first at line {}:\n- {}\n+ {}\nRun `cargo run -p zvit-openapi -- write` and commit the result.\n",
        path.display(),
        line + 1,
        at(&committed),
        at(&current),
    ))
}
