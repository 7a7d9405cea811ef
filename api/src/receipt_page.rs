//! The receipt on paper: one HTML document, with its style in it and nothing that would be loaded or run.

use std::fmt::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::PrintLanguage;
use zvit_domain::word::{Language, Word};

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
    fn of(self, uk: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Uk => uk,
            Language::En => en,
        }
    }

    fn word(self, word: impl Word) -> &'static str {
        self.of(word.label_uk(), word.label_en())
    }

    fn title(self) -> &'static str {
        self.of("Підтвердження про отримання повідомлень", "Receipt of incident reports")
    }

    fn at(self, time: Option<Time>) -> String {
        time.map_or_else(|| "–".to_owned(), |time| time.in_zone(ZONE).unwrap_or_else(|| time.to_string()))
    }

    fn role(self, role: &str) -> &'static str {
        match role {
            "coordinator" => self.of("координатор, зі слів установи", "coordinator, as told by the institution"),
            _ => self.of("установа", "institution"),
        }
    }
}

fn section(page: &mut String, receipt: &Receipt, say: Say) -> fmt::Result {
    let incident = &receipt.incident;
    writeln!(page, "<section lang=\"{}\">", say.0.code())?;
    writeln!(page, "<header>\n<h1>{}</h1>\n<p class=\"reference\">{}</p>", say.title(), Escaped(&incident.reference))?;
    if incident.exercise {
        writeln!(page, "<p class=\"exercise\">{}</p>", say.of("НАВЧАННЯ", "EXERCISE"))?;
    }
    writeln!(page, "</header>\n<dl>")?;
    for (term, value) in [
        (say.of("Установа", "Institution"), institution(receipt, say).to_owned()),
        (say.of("Стан інциденту", "Status of the incident"), say.word(incident.status).to_owned()),
        (say.of("Установі стало відомо", "Institution became aware"), say.at(Some(incident.became_aware_at))),
        (say.of("Перше повідомлення отримано", "First report received"), say.at(Some(incident.received_at))),
        (say.of("Ідентифікатор інциденту", "Id of the incident"), incident.id.to_string()),
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
        Language::En => &receipt.institution.name_en,
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
        say.of("Отримано", "Received"),
        say.of("Звіт", "Report"),
        say.of("Надіслано", "Sent by"),
        say.of("Байтів", "Bytes"),
    ];
    head(page, say.of("Отримані повідомлення", "Reports received"), &columns)?;
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
    let columns =
        [say.of("Звіт", "Report"), say.of("Строк", "Due"), say.of("Подано", "Submitted"), say.of("Стан", "State")];
    head(page, say.of("Строки подання", "When reports were due"), &columns)?;
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
        say.of("Команда", "Team"),
        say.of("Призначено", "Assigned"),
        say.of("Доставлено", "Delivered"),
        say.of("Підтверджено", "Acknowledged"),
        say.of("Стан", "State"),
    ];
    head(page, say.of("Команди реагування", "Response teams"), &columns)?;
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
        say.of(
            "Час київський. SHA-256 обчислено з байтів повідомлення в тому вигляді, у якому воно надійшло: хто має файл, \
             може звірити його командою sha256sum. Зміст повідомлень тут не наведено.",
            "Kyiv time. The SHA-256 is of the bytes of a report as they came in: whoever has the file can check it with \
             sha256sum. What the reports say is not repeated here.",
        ),
        say.of("Видано сервісом", "Issued by"),
        Escaped(&receipt.issuer),
        say.of("Сховище", "Store"),
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
