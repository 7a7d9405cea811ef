//! `zvit institutions import`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zvit_domain::word::{Language, Text};
use zvit_texts::text;

use super::commands::{Failure, command_line, print_json};
use super::{ImportArgs, logging};
use crate::clock;
use crate::config::{ConfigFile, LogFormat};
use crate::contract;
use crate::import::{self, ImportFault, Invited, LineFault, MAX_BYTES, Prepared};
use crate::server;
use crate::setup;
use crate::sheets::{Sheet, SheetCode, SheetSpare};

/// Takes in a table, all of it or nothing.
pub(super) fn import(file: &ConfigFile, args: &ImportArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "warn");
    let bytes = read(&args.file)?;
    let schemas = contract::schemas(&server::openapi_document().map_err(|fault| Failure::new(1, fault))?)
        .map_err(|fault| Failure::new(1, fault))?;
    let lines = import::read(&bytes, &schemas).map_err(|faults| told(&faults, args.lang))?;
    drop(bytes);
    let mut ready = setup::open(&file.database(&args.store)?, None)?;
    let mut prepared = import::prepare(lines, args.spares, clock::now()).map_err(|problem| Failure::new(1, problem))?;
    let page = Page {
        issuer: ready.issuer.clone(),
        duty_line: file.duty_line(args.sheet.duty_line.as_ref(), args.sheet.duty_line_uk.as_ref()),
    };
    // Before the commit: what was printed and not stored can be thrown away, what was stored and not printed is lost.
    let mut written = Written::default();
    if let (Some(dir), false) = (&args.sheets, args.dry_run) {
        written.all(dir, &prepared, &page)?;
    }
    let change =
        setup::change(&mut ready.conn, |change| import::write(change, &command_line(), &mut prepared, args.dry_run));
    match change {
        Ok(()) => {
            written.0.clear();
            show(args, &prepared, &page)
        }
        Err(ImportFault::Checked) => {
            let count = prepared.invited.len();
            say(format!("{}\n", text!("import-checked", count = count).in_language(args.lang)).as_bytes(), args.json)
        }
        Err(ImportFault::Faults(faults)) => Err(told(&faults, args.lang)),
        Err(ImportFault::Setup(fault)) => Err(fault.into()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let fault = |why: String| Failure::new(2, format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(fault(format!("the file may have {} MiB", MAX_BYTES / (1024 * 1024))));
    }
    std::fs::read(path).map_err(|error| fault(error.to_string()))
}

/// All faults, one per line.
fn told(faults: &[LineFault], language: Language) -> Failure {
    let count = faults.len();
    let mut message = text!("import-nothing-written", count = count).in_language(language).to_owned();
    for fault in faults {
        message.push('\n');
        message.push_str(&fault.told(language));
    }
    Failure::new(2, message)
}

/// What stands on every sheet.
struct Page {
    issuer: String,
    duty_line: Text,
}

impl Page {
    fn of(&self, invited: &Invited) -> String {
        Sheet {
            name: Text::new(&invited.entry.name_en, &invited.entry.name_uk),
            edrpou: invited.entry.edrpou.as_deref(),
            issuer: &self.issuer,
            duty_line: &self.duty_line,
            code: Some(SheetCode { code: invited.code.code.expose(), expires_at: invited.code.expires_at }),
            spare: invited.spare.as_ref().map(|(client_id, secret)| SheetSpare { client_id, secret: secret.expose() }),
        }
        .to_string()
    }
}

/// Files that go away again unless the change is committed.
#[derive(Default)]
struct Written(Vec<PathBuf>);

impl Written {
    fn all(&mut self, dir: &Path, prepared: &Prepared, page: &Page) -> Result<(), Failure> {
        let fault = |path: &Path, error: std::io::Error| Failure::new(1, format!("{}: {error}", path.display()));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(|error| fault(dir, error))?;
        for invited in &prepared.invited {
            let path = dir.join(format!("{}.txt", invited.entry.edrpou.as_deref().unwrap_or(&invited.client_id)));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut sheet = options.open(&path).map_err(|error| fault(&path, error))?;
            self.0.push(path.clone());
            sheet.write_all(page.of(invited).as_bytes()).map_err(|error| fault(&path, error))?;
        }
        Ok(())
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn show(args: &ImportArgs, prepared: &Prepared, page: &Page) -> Result<(), Failure> {
    if args.json {
        return print_json(&prepared.invited.iter().map(json).collect::<Vec<_>>());
    }
    if let Some(dir) = &args.sheets {
        return say(format!("{}: {}\n", dir.display(), prepared.invited.len()).as_bytes(), false);
    }
    for (index, invited) in prepared.invited.iter().enumerate() {
        let feed = if index > 0 { "\u{c}" } else { "" };
        say(format!("{feed}{}", page.of(invited)).as_bytes(), false)?;
    }
    Ok(())
}

fn json(invited: &Invited) -> Value {
    let mut value = json!({
        "institution_id": invited.id,
        "edrpou": invited.entry.edrpou,
        "name_uk": invited.entry.name_uk,
        "client_id": invited.client_id,
        "code": invited.code.code.expose(),
        "expires_at": invited.code.expires_at,
    });
    if let (Some((client_id, secret)), Some(members)) = (&invited.spare, value.as_object_mut()) {
        members.insert("spare".into(), json!({"client_id": client_id, "secret": secret.expose()}));
    }
    value
}

/// Writes to standard output, or to standard error where that holds JSON alone.
fn say(bytes: &[u8], stdout_is_json: bool) -> Result<(), Failure> {
    let written = if stdout_is_json { std::io::stderr().write_all(bytes) } else { std::io::stdout().write_all(bytes) };
    written.map_err(|error| Failure::new(1, error))
}
