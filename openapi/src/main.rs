//! Writes the OpenAPI document, or checks that the committed one is what the program serves.
//!
//! `zvit-openapi write` after a change of the API; `zvit-openapi check` in CI. `zvit-openapi write --version 3.0 FILE` says
//! the same in the words of OpenAPI 3.0, which is not committed: it follows from the other.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use zvit_api::contract;

mod version_3_0;

const USAGE: &str = "usage: zvit-openapi write | check | write --version 3.0 FILE\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match arguments.as_slice() {
        ["write"] => document().and_then(|document| write(&document, &path())),
        ["write", "--version", "3.0", file] => {
            document().and_then(version_3_0::render).and_then(|document| write(&document, Path::new(file)))
        }
        ["check"] => check(),
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

/// The document as the program serves it.
///
/// # Errors
/// Everything that makes it unsound, a line each.
fn document() -> Result<Value, String> {
    let document = zvit_api::openapi_document().map_err(|fault| format!("{fault}\n"))?;
    let faults = contract::faults(&document);
    if !faults.is_empty() {
        return Err(format!("the OpenAPI document is not sound:\n{}\n", faults.join("\n")));
    }
    contract::schemas(&document).map_err(|fault| format!("{fault}\n"))?;
    Ok(document)
}

/// A document as it is committed: indented, with a newline at its end.
fn text(document: &Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(document).map_err(|fault| format!("{fault}\n"))?;
    Ok(format!("{text}\n"))
}

fn write(document: &Value, path: &Path) -> Result<String, String> {
    let text = text(document)?;
    fs::write(path, &text).map_err(|fault| format!("{}: {fault}\n", path.display()))?;
    Ok(format!("wrote {} ({} bytes)\n", path.display(), text.len()))
}

fn check() -> Result<String, String> {
    let (current, path) = (text(&document()?)?, path());
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
