//! The table: CSV as spreadsheets write it. Every line is judged by the schema and the rules that the API has for institutions.

use std::collections::{BTreeMap, HashMap};

use actix_web::web::Bytes;
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde_json::{Map, Value, json};
use zvit_domain::directory::InstitutionInput;
use zvit_domain::edrpou::Edrpou;
use zvit_domain::word::Text;
use zvit_texts::text;

use super::{Line, LineFault};
use crate::flows::directory::Entry;
use crate::input::Schemas;
use crate::memory::Directory;
use crate::problem::{ErrorItem, Place, Problem};

/// A file may have so many bytes: it is read into memory.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A file may name so many institutions.
pub const MAX_LINES: usize = 100_000;

/// A line may have so many bytes: an institution by the API has no more.
const MAX_LINE: usize = 256 * 1024;

/// The columns, and which of them must be there.
const COLUMNS: [(&str, bool); 12] = [
    ("edrpou", true),
    ("name_uk", true),
    ("name_en", true),
    ("sector", true),
    ("other_sectors", false),
    ("region", false),
    ("infrastructure_category", false),
    ("services", false),
    ("contact_name", false),
    ("contact_role", false),
    ("contact_phone", false),
    ("contact_email", false),
];

/// Reads the institutions of a file.
///
/// # Errors
/// All faults of all lines.
pub fn read(bytes: &[u8], schemas: &Schemas) -> Result<Vec<Line>, Vec<LineFault>> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(vec![not_utf8(1)]);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut table = Table::open(bytes);
    let header = match table.next() {
        None => {
            return Err(vec![fault(1, None, text!("import-file-empty"))]);
        }
        Some((line, record)) => header(line, record)?,
    };
    let (mut lines, mut faults, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    for (number, record) in table {
        if lines.len() >= MAX_LINES {
            faults.push(fault(number, None, text!("import-too-many")));
            break;
        }
        match entry(number, record, &header, schemas) {
            Ok(None) => {}
            Ok(Some(entry)) => {
                let code = entry.edrpou.clone().unwrap_or_default();
                match seen.insert(code, number) {
                    None => lines.push(Line { number, entry }),
                    Some(before) => {
                        faults.push(fault(number, Some("edrpou"), text!("import-code-twice", before = before)))
                    }
                }
            }
            Err(more) => faults.extend(more),
        }
    }
    if lines.is_empty() && faults.is_empty() {
        faults.push(fault(1, None, text!("import-no-institution")));
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn fault(line: usize, column: Option<&str>, detail: Text) -> LineFault {
    LineFault { line, column: column.map(str::to_owned), detail }
}

fn not_utf8(line: usize) -> LineFault {
    fault(line, None, text!("import-not-utf8"))
}

/// Records with the lines they begin in.
struct Table<'a> {
    bytes: &'a [u8],
    /// Bytes before those that the reader sees.
    skipped: usize,
    reader: csv::Reader<&'a [u8]>,
    /// How far lines are counted, and how many there were.
    counted: (usize, usize),
}

impl<'a> Table<'a> {
    fn open(bytes: &'a [u8]) -> Self {
        // `sep=;` is how a file tells Excel its separator.
        let first = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let skipped = if first.to_ascii_lowercase().starts_with(b"sep=") { first.len() } else { 0 };
        let rest = bytes.get(skipped..).unwrap_or_default();
        let header = rest.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
        let delimiter = if header.contains(&b';') { b';' } else { b',' };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(rest);
        Self { bytes, skipped, reader, counted: (0, 1) }
    }

    /// The line at an offset; offsets must rise.
    fn line(&mut self, offset: usize) -> usize {
        // The reader leaves the end of a line, and empty lines, to the record after them.
        let blank = |at: &usize| self.bytes.get(*at).is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        let end = offset + (offset..).take_while(blank).count();
        let (from, mut lines) = self.counted;
        for at in from..end {
            let (this, next) = (self.bytes.get(at), self.bytes.get(at + 1));
            lines += usize::from(this == Some(&b'\n') || (this == Some(&b'\r') && next != Some(&b'\n')));
        }
        self.counted = (end.max(from), lines);
        lines
    }
}

impl Iterator for Table<'_> {
    type Item = (usize, ByteRecord);

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = ByteRecord::new();
        let offset = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).saturating_add(self.skipped);
        // Reading from memory with lines of any length can't fail.
        let more = self.reader.read_byte_record(&mut record).unwrap_or(false);
        more.then(|| (self.line(offset), record))
    }
}

/// The column of each cell; none for a cell that has no heading.
fn header(line: usize, record: ByteRecord) -> Result<Vec<Option<&'static str>>, Vec<LineFault>> {
    let record = StringRecord::from_byte_record(record).map_err(|_| vec![not_utf8(line)])?;
    let (mut columns, mut faults): (Vec<Option<&'static str>>, Vec<LineFault>) = (Vec::new(), Vec::new());
    for given in &record {
        let name = given.trim().to_lowercase();
        let known = COLUMNS.iter().map(|(known, _)| *known).find(|known| *known == name);
        match known {
            Some(known) if columns.contains(&Some(known)) => {
                faults.push(fault(line, Some(known), text!("import-column-twice")));
            }
            None if !name.is_empty() => faults.push(unknown(line, given.trim())),
            _ => {}
        }
        columns.push(known);
    }
    for (name, is_mandatory) in COLUMNS {
        if is_mandatory && !columns.contains(&Some(name)) {
            faults.push(fault(line, Some(name), text!("import-column-missing")));
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn unknown(line: usize, given: &str) -> LineFault {
    let shown: String = given.chars().take(60).collect();
    let lookalike = |c: char| match c {
        'а' => 'a',
        'с' => 'c',
        'е' => 'e',
        'і' => 'i',
        'о' => 'o',
        'р' => 'p',
        'х' => 'x',
        'у' => 'y',
        other => other,
    };
    let latin: String = given.to_lowercase().chars().map(lookalike).collect();
    if latin.is_ascii() && COLUMNS.iter().any(|(name, _)| *name == latin) {
        return fault(line, Some(&shown), text!("import-heading-cyrillic", latin = latin));
    }
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    fault(line, Some(&shown), text!("import-column-unknown", names = names))
}

/// The institution of a line; none for a line without any value.
fn entry(
    line: usize,
    record: ByteRecord,
    header: &[Option<&'static str>],
    schemas: &Schemas,
) -> Result<Option<InstitutionInput>, Vec<LineFault>> {
    if record.as_slice().len() > MAX_LINE {
        return Err(vec![fault(line, None, text!("import-line-too-long"))]);
    }
    let record = StringRecord::from_byte_record(record).map_err(|_| vec![not_utf8(line)])?;
    if record.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(None);
    }
    let (cells, filled) = (record.len(), record.iter().rposition_filled());
    if cells < header.len() || filled > header.len() {
        return Err(vec![fault(line, None, text!("import-cells", cells = cells, columns = header.len()))]);
    }
    let mut values = BTreeMap::new();
    for (column, cell) in header.iter().zip(&record).filter(|(_, cell)| !cell.trim().is_empty()) {
        let column = column.ok_or_else(|| vec![fault(line, None, text!("import-without-heading"))])?;
        values.insert(column, cell.trim());
    }
    judge(line, &values, schemas).map(Some)
}

/// Up to which cell a record is filled.
trait Filled {
    fn rposition_filled(self) -> usize;
}

impl<'a, I: Iterator<Item = &'a str>> Filled for I {
    fn rposition_filled(self) -> usize {
        self.enumerate().filter(|(_, cell)| !cell.trim().is_empty()).map(|(at, _)| at + 1).last().unwrap_or(0)
    }
}

fn judge(
    line: usize,
    cells: &BTreeMap<&'static str, &str>,
    schemas: &Schemas,
) -> Result<InstitutionInput, Vec<LineFault>> {
    let (value, mut faults) = value(line, cells);
    let judged = schemas.check::<InstitutionInput>(value, Bytes::new()).and_then(|checked| {
        let semantic = checked.value.check(&Directory::default(), None);
        checked.strict(semantic)
    });
    match judged {
        Ok(entry) if faults.is_empty() => Ok(entry),
        Ok(_) => Err(faults),
        Err(problem) => {
            faults.extend(told(line, cells, &problem));
            Err(faults)
        }
    }
}

/// The line in the shape of the API.
fn value(line: usize, cells: &BTreeMap<&'static str, &str>) -> (Value, Vec<LineFault>) {
    let (mut entry, mut contact, mut faults) = (Map::new(), Map::new(), Vec::new());
    for (column, cell) in cells {
        let items = || cell.split('|').map(str::trim).filter(|item| !item.is_empty());
        match *column {
            "other_sectors" => {
                entry.insert("other_sectors".into(), items().collect());
            }
            "services" => {
                let mut services = Vec::new();
                for item in items() {
                    match item.rsplit_once('=') {
                        Some((name, sector)) => services.push(json!({"name": name.trim(), "sector": sector.trim()})),
                        None => faults.push(fault(line, Some("services"), text!("import-services"))),
                    }
                }
                entry.insert("services".into(), services.into());
            }
            column => match column.strip_prefix("contact_") {
                Some(member) => drop(contact.insert(member.to_owned(), json!(cell))),
                None => drop(entry.insert(column.to_owned(), json!(cell))),
            },
        }
    }
    if !contact.is_empty() {
        entry.insert("contacts".into(), json!([contact]));
    }
    (Value::Object(entry), faults)
}

/// What the API has found, by column.
fn told(line: usize, cells: &BTreeMap<&'static str, &str>, problem: &Problem) -> Vec<LineFault> {
    let place = |item: &ErrorItem| match &item.place {
        Place::Pointer(pointer) => column(pointer),
        _ => None,
    };
    let mut faults: Vec<LineFault> = Vec::new();
    for item in problem.error_items() {
        let column = place(item);
        // The rule says more than the pattern: that noughts in front belong to the code, as spreadsheets drop them.
        let rule = cells
            .get("edrpou")
            .filter(|_| column.as_deref() == Some("edrpou"))
            .and_then(|cell| Edrpou::parse(cell).err());
        let detail = rule.map_or_else(|| item.detail.clone(), |rule| rule.at("/edrpou").detail);
        let fault = LineFault { line, column, detail };
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    if faults.is_empty() {
        faults.push(fault(line, None, text!("import-line-faulty")));
    }
    faults
}

/// The column that a member of the API's shape comes from.
fn column(pointer: &str) -> Option<String> {
    let mut parts = pointer.split('/').skip(1);
    let first = parts.next()?;
    if first != "contacts" {
        return Some(first.to_owned());
    }
    Some(format!("contact_{}", parts.nth(1).unwrap_or("name")))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
