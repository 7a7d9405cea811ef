//! Sheets of paper: the code of an institution and its spare, in Ukrainian first and then in English.

use std::fmt;

use zvit_domain::time::Time;
use zvit_domain::word::Text;

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
        let edrpou = self.edrpou.map_or_else(String::new, |code| format!("   ЄДРПОУ / EDRPOU {code}"));
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
        let at = |time: Time| time.in_zone("Europe/Kyiv").unwrap_or_else(|| time.to_string());
        let (large, until, base) = (large(code.code), at(code.expires_at), self.issuer.trim_end_matches('/'));
        let curl = format!(
            "  curl {base}/oauth2/enrol -H 'Content-Type: application/json' -d @-\n  {{\"code\": \"{}\"}}",
            code.code
        );
        writeln!(
            f,
            "ОДНОРАЗОВИЙ КОД / ONE-TIME CODE\n\n    {large}\n\n\
             Діє до {until} (за київським часом). Працює один раз.\n\
             1. Перевірте, що аркуш призначено вашій установі й ніхто інший його не бачив.\n\
             2. На сервері, з якого надсилатимете повідомлення, виконайте перший рядок, тоді введіть другий,\n\
             \x20  натисніть Enter і Ctrl-D (код не повинен стояти в самій команді):\n\n{curl}\n\n\
             3. У відповіді буде client_id і client_secret. Збережіть їх: удруге їх не покажуть.\n\
             4. Якщо код не приймають або аркуш бачив хтось інший, телефонуйте: {}\n",
            self.duty_line.uk()
        )?;
        writeln!(
            f,
            "Good until {until} (Kyiv time), for one use.\n\
             1. Make sure that this sheet is meant for you and that nobody else has seen it.\n\
             2. On the server that will send reports run the first line above, then type the second, press Enter and Ctrl-D\n\
             \x20  (the code must not stand in the command itself).\n\
             3. The answer holds client_id and client_secret. Keep them: they are not shown again.\n\
             4. If the code is refused, or somebody else has seen this sheet, call: {}",
            self.duty_line.en()
        )
    }

    fn spare(&self, f: &mut fmt::Formatter<'_>, spare: &SheetSpare<'_>) -> fmt::Result {
        let base = self.issuer.trim_end_matches('/');
        writeln!(
            f,
            "Запасний доступ / Printed spare: {}\n\n    client_id      {}\n    client_secret  {}\n\n\
             Зберігайте в сейфі, окремо від серверів. Коли сервери втрачено, з будь-якого комп’ютера:\n\n\
             \x20 curl {base}/oauth2/token -d grant_type=client_credentials -d client_id={} \\\n    --data-urlencode client_secret@-\n\
             \x20 {}\n\n\
             \x20 curl {base}/v1/incidents -H @- \\\n\
             \x20   -H 'Content-Type: application/json' -d '{{\"description\": \"Що сталося\"}}'\n\
             \x20 Authorization: Bearer <access_token>\n\n\
             Останній рядок кожної команди введіть, коли її запущено, і натисніть Enter та Ctrl-D: таємниця не повинна стояти в \
             самій команді.\n\
             Ним можна лише подати повідомлення. Кожне використання бачить координатор.\n\
             Без інтернету або якщо аркуш зник, телефонуйте: {}\n",
            plain(self.name.uk()),
            spare.client_id,
            large(spare.secret),
            spare.client_id,
            spare.secret,
            self.duty_line.uk()
        )?;
        writeln!(
            f,
            "Keep this spare in a safe, apart from the servers. When the servers are lost, run the commands above on any computer.\n\
             The last line of each is typed once it runs, then Enter and Ctrl-D: a secret must not stand in the command itself.\n\
             It can only submit reports, and the coordinator sees every use.\n\
             Without the internet, or if this sheet is gone, call: {}",
            self.duty_line.en()
        )
    }
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
