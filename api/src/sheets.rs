//! Sheets of paper: the code of an institution and its spare, in Ukrainian first and then in English.

use std::fmt;

use zvit_domain::time::Time;
use zvit_texts::{Label, Language, Text, label, text};

/// Characters of a line.
const WIDTH: usize = 118;

/// Between the sheet and the spare below it.
const CUT: &str = "- - - - - - - - - - - - - - - - - -  8<  - - - - - - - - - - - - - - - - - - -";

/// A code on a sheet.
#[derive(Debug, Clone, Copy)]
pub struct SheetCode<'a> {
    /// In groups.
    pub code: &'a str,
    /// It is good until then.
    pub expires_at: Time,
}

/// A spare on a sheet.
#[derive(Debug, Clone, Copy)]
pub struct SheetSpare<'a> {
    /// Its client.
    pub client_id: &'a str,
    /// Its secret, in groups.
    pub secret: &'a str,
}

/// One printable page. `Display` writes it; it holds secrets, so there is no `Debug`.
#[allow(missing_debug_implementations, reason = "holds secrets")]
pub struct Sheet<'a> {
    /// Whom it is for.
    pub name: Text,
    /// Its EDRPOU code.
    pub edrpou: Option<&'a str>,
    /// The issuer: where the service is.
    pub issuer: &'a str,
    /// Whom to call.
    pub duty_line: &'a Text,
    /// The code.
    pub code: Option<SheetCode<'a>>,
    /// The spare.
    pub spare: Option<SheetSpare<'a>>,
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edrpou = self.edrpou.map_or_else(String::new, |code| format!("   {} {code}", both(label!("sheet-edrpou"))));
        writeln!(f, "Zvit{edrpou}\n\n{}\n{}\n", plain(self.name.uk()), plain(self.name.en()))?;
        if let Some(code) = &self.code {
            self.enrolment(f, code)?;
        }
        if let Some(spare) = &self.spare {
            if self.code.is_some() {
                writeln!(f, "\n{CUT}\n")?;
            }
            self.spare(f, spare)?;
        }
        Ok(())
    }
}

impl Sheet<'_> {
    fn enrolment(&self, f: &mut fmt::Formatter<'_>, code: &SheetCode<'_>) -> fmt::Result {
        let until = code.expires_at.in_zone("Europe/Kyiv").unwrap_or_else(|| code.expires_at.to_string());
        let until = text!("sheet-code-until", until = until);
        let call = text!("sheet-code-call", line = self.duty_line.clone());
        let base = self.issuer.trim_end_matches('/');
        writeln!(f, "{}\n\n    {}\n", both(label!("sheet-code")), large(code.code))?;
        for language in [Language::Uk, Language::En] {
            writeln!(f, "{}", wrapped(until.in_language(language), ""))?;
            writeln!(f, "1. {}", wrapped(label!("sheet-code-check").in_language(language), "   "))?;
            writeln!(f, "2. {}", wrapped(label!("sheet-code-run").in_language(language), "   "))?;
            if language == Language::Uk {
                let line = format!("curl {base}/oauth2/enrol -H 'Content-Type: application/json' -d @-");
                writeln!(f, "\n  {line}\n  {{\"code\": \"{}\"}}\n", code.code)?;
            }
            writeln!(f, "3. {}", wrapped(label!("sheet-code-keep").in_language(language), "   "))?;
            writeln!(f, "4. {}", wrapped(call.in_language(language), "   "))?;
            if language == Language::Uk {
                writeln!(f)?;
            }
        }
        Ok(())
    }

    fn spare(&self, f: &mut fmt::Formatter<'_>, spare: &SheetSpare<'_>) -> fmt::Result {
        let call = text!("sheet-spare-call", line = self.duty_line.clone());
        writeln!(f, "{}: {}\n", both(label!("sheet-spare")), plain(self.name.uk()))?;
        writeln!(f, "    client_id      {}\n    client_secret  {}\n", spare.client_id, large(spare.secret))?;
        for language in [Language::Uk, Language::En] {
            writeln!(f, "{}", wrapped(label!("sheet-spare-safe").in_language(language), ""))?;
            if language == Language::Uk {
                self.commands(f, spare)?;
            }
            writeln!(f, "{}", wrapped(label!("sheet-spare-type").in_language(language), ""))?;
            writeln!(f, "{}", wrapped(label!("sheet-spare-may").in_language(language), ""))?;
            writeln!(f, "{}", wrapped(call.in_language(language), ""))?;
            if language == Language::Uk {
                writeln!(f)?;
            }
        }
        Ok(())
    }

    fn commands(&self, f: &mut fmt::Formatter<'_>, spare: &SheetSpare<'_>) -> fmt::Result {
        let (base, client, secret) = (self.issuer.trim_end_matches('/'), spare.client_id, spare.secret);
        writeln!(
            f,
            "\n  curl {base}/oauth2/token -d grant_type=client_credentials -d client_id={client} \\\n    \
             --data-urlencode client_secret@-\n  {secret}\n\n  curl {base}/v1/incidents -H @- \\\n    \
             -H 'Content-Type: application/json' -d '{{\"description\": \"{}\"}}'\n  Authorization: Bearer <access_token>\n",
            label!("sheet-spare-report").uk()
        )
    }
}

/// In both languages on one line.
fn both(label: Label) -> String {
    format!("{} / {}", label.uk(), label.en())
}

/// In lines that fit on the sheet, each but the first with this before it.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut length) = (String::new(), indent.len());
    for word in text.split(' ') {
        let longer = length + 1 + word.chars().count();
        if lines.is_empty() {
            length += word.chars().count();
        } else if longer > WIDTH {
            lines.push('\n');
            lines.push_str(indent);
            length = indent.len() + word.chars().count();
        } else {
            lines.push(' ');
            length = longer;
        }
        lines.push_str(word);
    }
    lines
}

/// A name on one line: what ends lines and pages, or steers a terminal, stays out.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Groups set apart, so that one can be read out after the other.
fn large(code: &str) -> String {
    code.replace('-', "  -  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_goes_on_below_itself() {
        let text = format!("{} {} end", "a".repeat(60), "я".repeat(60));
        assert_eq!(wrapped(&text, "   "), format!("{}\n   {} end", "a".repeat(60), "я".repeat(60)));
        assert_eq!(wrapped("one two", ""), "one two");
        assert_eq!(wrapped(&"x".repeat(200), " "), "x".repeat(200));
    }

    #[test]
    fn a_sheet_says_everything_in_ukrainian_first() {
        let line = Text::new("+380 1", "+380 1 (цілодобово)");
        let sheet = Sheet {
            name: Text::new("Hospital\u{c}\u{1b}[2J", "Лікарня"),
            edrpou: Some("99880087"),
            issuer: "https://zvit.example/",
            duty_line: &line,
            code: Some(SheetCode {
                code: "AAAAA-BBBBB-CCCCC-DDDDD-E",
                expires_at: Time::parse("2026-11-26T21:03:00Z").unwrap(),
            }),
            spare: Some(SheetSpare { client_id: "c-1", secret: "11111-22222-33333-44444-5" }),
        }
        .to_string();
        assert!(!sheet.contains(['\u{c}', '\u{1b}']), "{sheet:?}");
        for part in [
            "AAAAA  -  BBBBB",
            "2026-11-26 23:03",
            "curl https://zvit.example/oauth2/enrol",
            "99880087",
            "c-1",
            "11111-22222-33333-44444-5",
        ] {
            assert!(sheet.contains(part), "{part}\n{sheet}");
        }
        let commands = sheet.split("  curl ").skip(1).map(|from| from.split("\n  ").next().unwrap());
        let secrets = ["AAAAA-BBBBB", "11111-22222", "Bearer"];
        for line in sheet.lines().filter(|line| line.contains("curl ") || line.starts_with("    -")).chain(commands) {
            assert!(secrets.iter().all(|secret| !line.contains(secret)), "no secret is an argument: {line}");
        }
        assert_eq!(sheet.matches("@-").count(), 3, "{sheet}");
        let places = ["Лікарня", "Hospital", "Діє до", "цілодобово", "Good until", "8<", "Запасний", "Keep this spare"];
        let places = places.map(|part| sheet.find(part).unwrap_or_else(|| panic!("{part}\n{sheet}")));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}\n{sheet}");
    }
}
