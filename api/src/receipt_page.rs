//! The receipt on paper: one HTML document, with its style in it and nothing that would be loaded or run.

use std::fmt::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;
use zvit_domain::deadline::Deadline;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{PrintLanguage, Stage};
use zvit_domain::word::{Label, Language, Word};
use zvit_texts::{label, text};

use crate::html::Escaped;
use crate::views::{EventActor, PrintableReceipt, Receipt, ReceiptInstitution, ReceiptTeam};

const STYLE: &str = include_str!("receipt_page.css");

/// Where the institutions are; the offset from UTC stands with every time.
const ZONE: &str = "Europe/Kyiv";

/// What the document may do: show itself in this very style.
pub fn policy() -> String {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    )
}

/// The document.
pub fn write(receipt: &Receipt, language: PrintLanguage) -> PrintableReceipt {
    let (first, all): (Language, &[Language]) = match language {
        PrintLanguage::Uk => (Language::Uk, &[Language::Uk]),
        PrintLanguage::En => (Language::En, &[Language::En]),
        PrintLanguage::Both => (Language::Uk, &[Language::Uk, Language::En]),
    };
    let mut page = String::new();
    // Writing to a String can't fail.
    let _ = document(&mut page, receipt, first, all);
    PrintableReceipt(page)
}

fn document(page: &mut String, receipt: &Receipt, first: Language, all: &[Language]) -> fmt::Result {
    let title = format!("{} {}", Say(first).title(), receipt.incident.reference);
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        first.code(),
        Escaped(&title)
    )?;
    for language in all {
        section(page, receipt, Say(*language))?;
    }
    page.write_str("</body>\n</html>\n")
}

/// The words of the document in one language.
#[derive(Debug, Clone, Copy)]
struct Say(Language);

impl Say {
    fn of(self, label: Label) -> &'static str {
        label.in_language(self.0)
    }

    fn word(self, word: impl Word) -> &'static str {
        self.of(word.label())
    }

    fn title(self) -> &'static str {
        self.of(label!("receipt-title"))
    }

    /// The moment on the clocks of the institutions.
    fn moment(time: Time) -> String {
        time.in_zone_with_offset(ZONE).unwrap_or_else(|| time.to_string())
    }

    fn covered(self, by: Stage) -> &'static str {
        self.of(match by {
            Stage::Interim => label!("receipt-covered-by-interim"),
            Stage::Final => label!("receipt-covered-by-final"),
            _ => label!("receipt-covered-by-later"),
        })
    }

    /// Where a stage stands. One that a later stage came in place of was never given, in time or late.
    fn stage_state(self, deadline: &Deadline) -> &'static str {
        deadline.covered_by.map_or_else(|| self.word(deadline.state), |by| self.covered(by))
    }

    /// Who sent something: the person, where that may be told, else what its sender is; `coordinator` is what is said of that one.
    fn sender(self, by: &EventActor, receipt: &Receipt, coordinator: Label) -> String {
        let institution = &receipt.institution;
        let name = if by.name == institution.name_en { self.name(institution) } else { &by.name };
        let role = match by.role.as_str() {
            "coordinator" => coordinator,
            "team" => label!("receipt-sent-by-team"),
            _ => label!("receipt-by-institution"),
        };
        match &by.person {
            Some(person) => format!("{person} ({name})"),
            None => format!("{name} ({})", self.of(role)),
        }
    }

    /// The institution's name in the language of the section.
    fn name(self, institution: &ReceiptInstitution) -> &str {
        match self.0 {
            Language::Uk => &institution.name_uk,
            _ => &institution.name_en,
        }
    }
}

/// A moment, for people and for programs.
struct At(Option<Time>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, "<time datetime=\"{time}\">{}</time>", Say::moment(time)),
            None => f.write_str("–"),
        }
    }
}

fn section(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let incident = &receipt.incident;
    writeln!(page, "<section lang=\"{}\">", say.0.code())?;
    writeln!(page, "<header>\n<h1>{}</h1>\n<p class=\"reference\">{}</p>", say.title(), Escaped(&incident.reference))?;
    let as_of = text!("receipt-as-of", moment = Say::moment(receipt.as_of));
    writeln!(page, "<p>{}</p>", Escaped(as_of.in_language(say.0)))?;
    if incident.exercise {
        writeln!(page, "<p class=\"exercise\">{}</p>", say.of(label!("receipt-exercise")))?;
    }
    writeln!(page, "</header>\n<dl>")?;
    let mut row = |term: Label, value: &dyn fmt::Display| writeln!(page, "<dt>{}</dt><dd>{value}</dd>", say.of(term));
    row(label!("receipt-institution"), &Escaped(say.name(&receipt.institution)))?;
    if let Some(code) = &receipt.institution.edrpou {
        row(label!("receipt-edrpou"), &Escaped(code))?;
    }
    row(label!("receipt-status"), &say.word(incident.status))?;
    row(label!("receipt-became-aware"), &At(Some(incident.became_aware_at)))?;
    row(label!("receipt-first-report"), &At(Some(incident.received_at)))?;
    row(label!("receipt-incident-id"), &Id(&incident.id))?;
    writeln!(page, "</dl>")?;
    reports(page, receipt, say)?;
    attachments(page, receipt, say)?;
    deadlines(page, receipt, say)?;
    teams(page, &receipt.teams, say)?;
    footer(page, receipt, say)?;
    writeln!(page, "</section>")
}

/// An id: it may be broken anywhere.
struct Id<'a>(&'a Uuid);

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<span class=\"id\">{}</span>", self.0)
    }
}

/// The columns of a table: what each is called, and the classes of its cells.
struct Columns<const N: usize>([(&'static str, &'static str); N]);

impl<const N: usize> Columns<N> {
    fn head(&self, page: &mut String, title: &str) -> fmt::Result {
        write!(page, "<h2>{title}</h2>\n<table>\n<thead><tr>")?;
        for (name, class) in &self.0 {
            write!(page, "<th scope=\"col\" class=\"{class}\">{name}</th>")?;
        }
        writeln!(page, "</tr></thead>\n<tbody>")
    }

    /// A row of this class. On a narrow screen each cell says which column it is of.
    fn row(&self, page: &mut String, class: &str, cells: [&dyn fmt::Display; N]) -> fmt::Result {
        write!(page, "<tr class=\"{class}\">")?;
        for ((name, class), cell) in self.0.iter().zip(cells) {
            write!(page, "<td class=\"{class}\" data-term=\"{}\">{cell}</td>", Escaped(name))?;
        }
        writeln!(page, "</tr>")
    }

    /// A row that is one cell; `goes_on` when another belongs to it.
    fn whole(&self, page: &mut String, goes_on: bool, class: &str, value: &dyn fmt::Display) -> fmt::Result {
        let row = if goes_on { GOES_ON } else { "" };
        writeln!(page, "<tr class=\"{row}\"><td class=\"whole {class}\" colspan=\"{N}\">{value}</td></tr>")
    }
}

/// The class of a row that the next one belongs to.
const GOES_ON: &str = "goes-on";

fn reports(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let columns = Columns([
        (say.of(label!("receipt-received")), "one-line"),
        (say.of(label!("receipt-report")), ""),
        (say.of(label!("receipt-sent-by")), ""),
        (say.of(label!("receipt-bytes")), "number"),
    ]);
    columns.head(page, say.of(label!("receipt-reports")))?;
    for report in &receipt.reports {
        let by = report.submitted_by.as_ref().map(|by| say.sender(by, receipt, label!("receipt-by-coordinator")));
        let by = by.unwrap_or_default();
        columns.row(
            page,
            GOES_ON,
            [&At(Some(report.received_at)), &say.word(report.stage), &Escaped(&by), &report.bytes],
        )?;
        columns.whole(page, false, "hash", &format_args!("SHA-256 {}", Escaped(&report.sha256)))?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn attachments(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let title = say.of(label!("receipt-attachments"));
    if receipt.attachments.is_empty() {
        return writeln!(page, "<h2>{title}</h2>\n<p>{}</p>", say.of(label!("receipt-no-attachments")));
    }
    let columns = Columns([
        (say.of(label!("receipt-received")), "one-line"),
        (say.of(label!("receipt-sent-by")), ""),
        (say.of(label!("receipt-bytes")), "number"),
    ]);
    columns.head(page, title)?;
    for file in &receipt.attachments {
        let by = say.sender(&file.submitted_by, receipt, label!("receipt-sent-by-coordinator"));
        columns.row(page, GOES_ON, [&At(Some(file.received_at)), &Escaped(&by), &file.bytes])?;
        let name = text!("receipt-file", name = &file.filename);
        columns.whole(page, true, "id", &Escaped(name.in_language(say.0)))?;
        if file.external {
            columns.whole(page, true, "", &say.of(label!("receipt-external")))?;
        }
        columns.whole(page, false, "hash", &format_args!("SHA-256 {}", Escaped(&file.sha256)))?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn deadlines(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    if receipt.deadlines.is_empty() {
        return Ok(());
    }
    let columns = Columns([
        (say.of(label!("receipt-report")), ""),
        (say.of(label!("receipt-due")), "one-line"),
        (say.of(label!("receipt-submitted")), "one-line"),
        (say.of(label!("receipt-state")), ""),
    ]);
    columns.head(page, say.of(label!("receipt-deadlines")))?;
    for deadline in &receipt.deadlines {
        let submitted_at = deadline.submitted_at.filter(|_| deadline.covered_by.is_none());
        columns.row(
            page,
            "",
            [&say.word(deadline.stage), &At(Some(deadline.due_at)), &At(submitted_at), &say.stage_state(deadline)],
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn teams(page: &mut String, teams: &[ReceiptTeam], say: Say) -> fmt::Result {
    let columns = Columns([
        (say.of(label!("receipt-team")), ""),
        (say.of(label!("receipt-assigned")), "two-lines"),
        (say.of(label!("receipt-delivered")), "two-lines"),
        (say.of(label!("receipt-acknowledged")), "two-lines"),
        (say.of(label!("receipt-state")), ""),
    ]);
    columns.head(page, say.of(label!("receipt-teams")))?;
    for team in teams {
        columns.row(
            page,
            "",
            [
                &format_args!("{} ({})", Escaped(&team.team.name), say.word(team.role).to_lowercase()),
                &At(Some(team.assigned_at)),
                &At(team.first_delivered_at),
                &At(team.acknowledged_at),
                &say.word(team.state),
            ],
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn footer(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    writeln!(
        page,
        "<footer>\n<p>{}</p>\n<p>{} <span class=\"id\">{}</span>. {} {}.</p>\n</footer>",
        say.of(label!("receipt-how-to-check"),),
        say.of(label!("receipt-issued-by")),
        Escaped(&receipt.issuer),
        say.of(label!("receipt-store")),
        Id(&receipt.store_id)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_the_style_in_and_nothing_else() {
        let policy = policy();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        assert!(!STYLE.contains("url(") && !STYLE.contains("</") && !STYLE.contains("@import"));
    }
}
