//! The receipt on paper: one HTML document, with its style in it and nothing that would be loaded or run.

use std::fmt::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::PrintLanguage;
use zvit_domain::word::{Label, Language, Word};
use zvit_texts::label;

use crate::html::Escaped;
use crate::views::{PrintableReceipt, Receipt, ReceiptTeam};

const STYLE: &str = include_str!("receipt_page.css");

/// Where the institutions are; times in UTC stand beside.
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

    fn at(self, time: Option<Time>) -> String {
        time.map_or_else(|| "–".to_owned(), |time| time.in_zone(ZONE).unwrap_or_else(|| time.to_string()))
    }

    fn role(self, role: &str) -> &'static str {
        match role {
            "coordinator" => self.of(label!("receipt-by-coordinator")),
            _ => self.of(label!("receipt-by-institution")),
        }
    }
}

fn section(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let incident = &receipt.incident;
    writeln!(page, "<section lang=\"{}\">", say.0.code())?;
    writeln!(page, "<header>\n<h1>{}</h1>\n<p class=\"reference\">{}</p>", say.title(), Escaped(&incident.reference))?;
    if incident.exercise {
        writeln!(page, "<p class=\"exercise\">{}</p>", say.of(label!("receipt-exercise")))?;
    }
    writeln!(page, "</header>\n<dl>")?;
    for (term, value) in [
        (say.of(label!("receipt-institution")), institution(receipt, say).to_owned()),
        (say.of(label!("receipt-status")), say.word(incident.status).to_owned()),
        (say.of(label!("receipt-became-aware")), say.at(Some(incident.became_aware_at))),
        (say.of(label!("receipt-first-report")), say.at(Some(incident.received_at))),
        (say.of(label!("receipt-incident-id")), incident.id.to_string()),
    ] {
        writeln!(page, "<dt>{term}</dt><dd>{}</dd>", Escaped(&value))?;
    }
    writeln!(page, "</dl>")?;
    reports(page, receipt, say)?;
    deadlines(page, receipt, say)?;
    teams(page, &receipt.teams, say)?;
    footer(page, receipt, say)?;
    writeln!(page, "</section>")
}

/// The institution's name in the language of the section.
fn institution(receipt: &Receipt, say: Say) -> &str {
    match say.0 {
        Language::Uk => &receipt.institution.name_uk,
        _ => &receipt.institution.name_en,
    }
}

fn head(page: &mut String, title: &str, columns: &[&str]) -> fmt::Result {
    write!(page, "<h2>{title}</h2>\n<table>\n<thead><tr>")?;
    for column in columns {
        write!(page, "<th scope=\"col\">{column}</th>")?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")
}

fn reports(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let columns = [
        say.of(label!("receipt-received")),
        say.of(label!("receipt-report")),
        say.of(label!("receipt-sent-by")),
        say.of(label!("receipt-bytes")),
    ];
    head(page, say.of(label!("receipt-reports")), &columns)?;
    for report in &receipt.reports {
        let by = report.submitted_by.as_ref().map_or_else(String::new, |by| {
            let name = if by.name == receipt.institution.name_en { institution(receipt, say) } else { &by.name };
            match &by.person {
                Some(person) => format!("{person} ({name})"),
                None => format!("{name} ({})", say.role(&by.role)),
            }
        });
        writeln!(
            page,
            "<tr class=\"report\"><td class=\"nobreak\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n\
             <tr class=\"hash\"><td colspan=\"4\">SHA-256 {}</td></tr>",
            say.at(Some(report.received_at)),
            say.word(report.stage),
            Escaped(&by),
            report.bytes,
            Escaped(&report.sha256)
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn deadlines(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    if receipt.deadlines.is_empty() {
        return Ok(());
    }
    let columns = [
        say.of(label!("receipt-report")),
        say.of(label!("receipt-due")),
        say.of(label!("receipt-submitted")),
        say.of(label!("receipt-state")),
    ];
    head(page, say.of(label!("receipt-deadlines")), &columns)?;
    for deadline in &receipt.deadlines {
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"nobreak\">{}</td><td class=\"nobreak\">{}</td><td>{}</td></tr>",
            say.word(deadline.stage),
            say.at(Some(deadline.due_at)),
            say.at(deadline.submitted_at),
            say.word(deadline.state)
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn teams(page: &mut String, teams: &[ReceiptTeam], say: Say) -> fmt::Result {
    let columns = [
        say.of(label!("receipt-team")),
        say.of(label!("receipt-assigned")),
        say.of(label!("receipt-delivered")),
        say.of(label!("receipt-acknowledged")),
        say.of(label!("receipt-state")),
    ];
    head(page, say.of(label!("receipt-teams")), &columns)?;
    for team in teams {
        writeln!(
            page,
            "<tr><td>{} ({})</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            Escaped(&team.team.name),
            say.word(team.role),
            say.at(Some(team.assigned_at)),
            say.at(team.first_delivered_at),
            say.at(team.acknowledged_at),
            say.word(team.state)
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn footer(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    writeln!(
        page,
        "<footer>\n<p>{}</p>\n<p>{} {}. {} {}.</p>\n</footer>",
        say.of(label!("receipt-how-to-check"),),
        say.of(label!("receipt-issued-by")),
        Escaped(&receipt.issuer),
        say.of(label!("receipt-store")),
        receipt.store_id
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
