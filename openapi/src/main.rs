//! Writes the OpenAPI document, and checks that the committed one is what the program serves, sound, and breaks nobody who knows
//! the last released one.
//!
//! `zvit-openapi write` after a change of the API; `zvit-openapi check` and `lint` in CI; `zvit-openapi release` for a release.
//! `zvit-openapi write --version 3.0 FILE` says the same in the words of OpenAPI 3.0, which is not committed: it follows from the
//! other.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use zvit_api::contract;
use zvit_openapi::{Finding, compatibility, lint};

mod version_3_0;

const USAGE: &str = "usage: zvit-openapi write|check|lint [FILE]|release [--again]|write --version 3.0 FILE\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match arguments.as_slice() {
        ["write"] => document().and_then(|document| write(&document, &path())),
        ["write", "--version", "3.0", file] => {
            document().and_then(version_3_0::render).and_then(|document| write(&document, Path::new(file)))
        }
        ["check"] => check(),
        ["lint"] => lint(&path()),
        ["lint", file] => lint(Path::new(file)),
        ["release"] => release(false),
        ["release", "--again"] => release(true),
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

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The committed document, beside this package.
fn path() -> PathBuf {
    here().join("openapi.json")
}

fn released() -> PathBuf {
    here().join("released")
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|fault| format!("{}: {fault}\n", path.display()))
}

fn parse(path: &Path) -> Result<Value, String> {
    serde_json::from_str(&read(path)?).map_err(|fault| format!("{}: {fault}\n", path.display()))
}

/// The document as the program serves it.
///
/// # Errors
/// A document by which requests could not be judged.
fn document() -> Result<Value, String> {
    let document = zvit_api::openapi_document().map_err(|fault| format!("{fault}\n"))?;
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

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

fn lint(path: &Path) -> Result<String, String> {
    let findings = lint::findings(&parse(path)?);
    match findings.len() {
        0 => Ok(format!("{} keeps to every rule\n", path.display())),
        count => Err(format!("{}{} has {count} findings\n", lines(&findings), path.display())),
    }
}

fn check() -> Result<String, String> {
    Ok(is_current()? + &breaks_nobody()?)
}

fn is_current() -> Result<String, String> {
    let (current, path) = (text(&document()?)?, path());
    let committed = read(&path)?;
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

/// The newest of the released documents, with its version.
fn baseline() -> Result<Option<(String, Value)>, String> {
    let folder = released();
    let entries = fs::read_dir(&folder).map_err(|fault| format!("{}: {fault}\n", folder.display()))?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let versions = files.filter_map(|file| {
        let name = file.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        Some((compatibility::version(&name)?, name, file))
    });
    versions.max().map(|(_, name, file)| Ok((name, parse(&file)?))).transpose()
}

fn breaks_nobody() -> Result<String, String> {
    let Some((version, old)) = baseline()? else { return Ok("nothing is released yet\n".to_owned()) };
    let new = document()?;
    let breaks = compatibility::breaks(&old, &new);
    if breaks.is_empty() {
        return Ok(format!("clients of {version} go on working\n"));
    }
    let said = lines(&breaks);
    if compatibility::is_announced(&old, &new) {
        return Ok(format!("{said}clients of {version} break, as the version says\n"));
    }
    Err(format!(
        "{said}{} changes break clients of {version}: undo them, or raise the version (before 1.0.0 its minor number, else its major one)\n",
        breaks.len()
    ))
}

fn release(again: bool) -> Result<String, String> {
    is_current()?;
    let document = document()?;
    let version = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
    let path = released().join(format!("{version}.json"));
    let text = format!("{document}\n");
    if read(&path).is_ok_and(|known| known != text) && !again {
        return Err(format!(
            "{version} was released with another document: raise the version. Only while nobody was given it: release --again\n"
        ));
    }
    fs::create_dir_all(released())
        .and_then(|()| fs::write(&path, text))
        .map_err(|fault| format!("{}: {fault}\n", path.display()))?;
    Ok(format!("{} is what later documents are compared with\n", path.display()))
}
