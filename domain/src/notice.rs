//! Notices that wake people: which there are, how long a failed one waits, and what it may say.
//!
//! A notice travels in clear text through other people's machines, so it says reference, level, deadline and link, and nothing of
//! what was reported.

pub mod digest;

use serde::Serialize;
use uuid::Uuid;

use crate::time::Time;
use crate::word::Word;
use crate::words;
use digest::Digest;

words! {
    /// What a notice is about; contacts say which of these they want.
    Occasion {
        Assigned "assigned" "A case was assigned" "Призначено справу",
        HalfDeadline "half_deadline" "Half of the time to acknowledge is gone" "Минула половина строку підтвердження",
        StageDueSoon "stage_due_soon" "A report is due soon" "Наближається строк звіту",
        Overdue "overdue" "A deadline has passed" "Строк минув",
        Message "message" "A message has come" "Надійшло повідомлення",
        Overload "overload" "Every team that fits is full" "Усі відповідні команди завантажені",
    }
}

words! {
    /// How a notice travels.
    Channel {
        Email "email" "E-mail" "Електронна пошта",
        Webhook "webhook" "Webhook" "Вебхук",
    }
}

words! {
    /// What became of a notice.
    NoticeState {
        Pending "pending" "Waits to be sent" "Очікує надсилання",
        Sent "sent" "Sent" "Надіслано",
        Failed "failed" "Given up" "Не вдалося надіслати",
        Cancelled "cancelled" "No longer needed" "Більше не потрібно",
        Gathered "gathered" "Told in a digest" "Увійшло до зведення",
    }
}

impl Occasion {
    /// What a team's contact is told of that says nothing about it: whatever can't wait.
    pub const URGENT: &'static [Self] = &[Self::Assigned, Self::HalfDeadline, Self::Overdue, Self::Overload];
}

/// Seconds that a notice waits after its first, second, … failure; after the last of them it is given up. Somebody who must be
/// woken is worth several tries in the first minutes; half a day covers a night's outage of a mail server.
pub const WAITS_S: [u32; 7] = [5, 30, 120, 600, 3_600, 10_800, 28_800];

/// How long a notice waits that has failed `attempts` times, give or take a fifth by `random`, so that what failed together
/// doesn't come back together; none when it is given up.
pub fn wait_s(attempts: u32, random: u32) -> Option<i64> {
    let nth = usize::try_from(attempts.checked_sub(1)?).ok()?;
    Some(spread(i64::from(*WAITS_S.get(nth)?), random))
}

/// How long a notice waits that was let through `age_s` ago and was not tried, because another one to the same target found nobody
/// there: as long as if it had failed ever since. None when by then it would have been given up.
pub fn postponed_s(age_s: i64, random: u32) -> Option<i64> {
    let mut planned = 0;
    let step = WAITS_S.into_iter().map(i64::from).find(|wait| {
        planned += wait;
        age_s < planned
    });
    step.map(|wait| spread(wait, random))
}

fn spread(wait: i64, random: u32) -> i64 {
    let fifth = (wait / 5).max(1);
    wait - fifth + i64::from(random) % (2 * fifth + 1)
}

/// All that a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The notice: the same at every try, so that receivers can tell a repetition.
    pub id: Uuid,
    /// What it is about.
    pub occasion: Occasion,
    /// When it was written.
    pub at: Time,
    /// The incident's reference.
    pub reference: Option<String>,
    /// The incident's level.
    pub level: Option<u8>,
    /// Until when something must be done.
    pub deadline: Option<Time>,
    /// Where to read on; a token is needed there.
    pub link: String,
    /// It is only an exercise.
    pub exercise: bool,
    /// It tells of several at once; level and deadline are then the highest and the earliest.
    pub digest: Option<Digest>,
}

/// What stands before the values of a mail.
struct Names {
    reference: &'static str,
    level: &'static str,
    deadline: &'static str,
    count: &'static str,
    highest_level: &'static str,
    earliest_deadline: &'static str,
    references: &'static str,
    link: &'static str,
    exercise: &'static str,
    last: &'static str,
}

const UK: Names = Names {
    reference: "Номер",
    level: "Рівень",
    deadline: "Строк",
    count: "Кількість",
    highest_level: "Найвищий рівень",
    earliest_deadline: "Найближчий строк",
    references: "Номери",
    link: "Посилання",
    exercise: "Це навчання.",
    last: "Нічого більше цим каналом не надсилають.",
};

const EN: Names = Names {
    reference: "Reference",
    level: "Level",
    deadline: "Deadline",
    count: "Count",
    highest_level: "Highest level",
    earliest_deadline: "Earliest deadline",
    references: "References",
    link: "Link",
    exercise: "This is an exercise.",
    last: "Nothing else is sent this way.",
};

#[derive(Serialize)]
struct Payload<'a> {
    r#type: String,
    timestamp: Time,
    data: PayloadData<'a>,
}

#[derive(Serialize)]
struct PayloadData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<Time>,
    link: &'a str,
    exercise: bool,
}

impl Told {
    /// The subject of a mail, in both languages.
    pub fn subject(&self) -> String {
        let mut parts = Vec::new();
        if self.exercise {
            parts.push("[НАВЧАННЯ / EXERCISE]".to_owned());
        }
        parts.extend(self.reference.clone());
        parts.extend(self.digest.as_ref().map(|digest| format!("{} ×", digest.count)));
        if let Some(level) = self.level {
            let (uk, en) =
                if self.digest.is_some() { ("до рівня", "up to level") } else { ("рівень", "level") };
            parts.push(format!("({uk} / {en} {level})"));
        }
        parts.push(format!("{} / {}", self.occasion.label_uk(), self.occasion.label_en()));
        parts.join(" ")
    }

    /// The text of a mail, in both languages.
    pub fn text(&self) -> String {
        format!("{}\r\n\r\n{}", self.part(self.occasion.label_uk(), &UK), self.part(self.occasion.label_en(), &EN))
    }

    fn part(&self, heading: &str, names: &Names) -> String {
        let level = self.level.map(|level| format!("{level} (0–5)"));
        let deadline = self.deadline.map(|at| format!("{at} (UTC)"));
        let rows = match &self.digest {
            None => vec![(names.reference, self.reference.clone()), (names.level, level), (names.deadline, deadline)],
            Some(digest) => vec![
                (names.count, Some(digest.count.to_string())),
                (names.highest_level, level),
                (names.earliest_deadline, deadline),
                (names.references, Some(digest.listed()).filter(|listed| !listed.is_empty())),
            ],
        };
        let mut lines = vec![heading.to_owned(), String::new()];
        let rows = rows.into_iter().chain([(names.link, Some(self.link.clone()))]);
        lines.extend(rows.filter_map(|(name, value)| Some(format!("{name}: {}", value?))));
        lines.extend(self.exercise.then(|| names.exercise.to_owned()));
        lines.extend([String::new(), names.last.to_owned(), String::new()]);
        lines.join("\r\n")
    }

    /// The body of a webhook: type, timestamp and data, as Standard Webhooks recommends. The same at every try.
    ///
    /// # Errors
    /// None that a text, a number or a time could give rise to.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Payload {
            r#type: format!("notice.{}", self.occasion),
            timestamp: self.at,
            data: PayloadData {
                reference: self.reference.as_deref(),
                level: self.level,
                deadline: self.deadline,
                link: &self.link,
                exercise: self.exercise,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told {
            id: Uuid::nil(),
            occasion: Occasion::Assigned,
            at: Time::from_micros(1_795_000_000_000_000),
            reference: Some("UA-2026-7KQ4-M".into()),
            level: Some(4),
            deadline: Some(Time::from_micros(1_795_000_900_000_000)),
            link: "https://zvit.example/v1/cases/1".into(),
            exercise: false,
            digest: None,
        }
    }

    #[test]
    fn a_mail_says_in_both_languages_what_it_may_say() {
        let told = told();
        assert_eq!(told.subject(), "UA-2026-7KQ4-M (рівень / level 4) Призначено справу / A case was assigned");
        let text = told.text();
        for part in
            ["Номер: UA-2026-7KQ4-M", "Reference: UA-2026-7KQ4-M", "Level: 4 (0–5)", "https://zvit.example/v1/cases/1"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let exercise = Told { exercise: true, ..told };
        assert!(exercise.subject().starts_with("[НАВЧАННЯ / EXERCISE] UA-2026"), "{}", exercise.subject());
        assert!(exercise.text().contains("This is an exercise."));
    }

    #[test]
    fn a_digest_says_how_many_and_which_and_nothing_else() {
        let digest =
            Digest { count: 23, references: vec!["UA-2026-7KQ4-M".into(), "UA-2026-9XZ1-C".into()], of_cases: true };
        let told = Told {
            reference: None,
            level: Some(3),
            digest: Some(digest),
            link: "https://zvit.example/v1/cases".into(),
            ..told()
        };
        assert_eq!(told.subject(), "23 × (до рівня / up to level 3) Призначено справу / A case was assigned");
        let english = told.part("", &EN);
        let said: Vec<&str> = english.split("\r\n").filter(|line| !line.is_empty()).collect();
        assert_eq!(
            said,
            [
                "Count: 23",
                "Highest level: 3 (0–5)",
                &format!("Earliest deadline: {} (UTC)", told.deadline.unwrap()),
                "References: UA-2026-7KQ4-M, UA-2026-9XZ1-C (+21)",
                "Link: https://zvit.example/v1/cases",
                "Nothing else is sent this way.",
            ]
        );
    }

    #[test]
    fn a_webhook_says_the_same_and_nothing_else() {
        let value: serde_json::Value = serde_json::from_str(&told().payload().unwrap()).unwrap();
        assert_eq!(value["type"], "notice.assigned");
        let members: Vec<&String> = value["data"].as_object().unwrap().keys().collect();
        assert_eq!(members, ["reference", "level", "deadline", "link", "exercise"]);
    }

    proptest::proptest! {
        /// What is postponed again and again comes back as often as what is tried, and ends.
        #[test]
        fn what_is_postponed_waits_as_if_it_had_failed(random in proptest::prelude::any::<u32>()) {
            let (mut age, mut times) = (0, 0);
            while let Some(wait) = postponed_s(age, random) {
                proptest::prop_assert!(wait >= 1);
                (age, times) = (age + wait, times + 1);
                proptest::prop_assert!(times <= 2 * WAITS_S.len());
            }
            let plan: i64 = WAITS_S.into_iter().map(i64::from).sum();
            proptest::prop_assert!(times >= WAITS_S.len() && (plan..=2 * plan).contains(&age), "{} {}", times, age);
        }

        /// Each wait is near its place in the plan, waits rise, and the plan ends.
        #[test]
        fn waits_rise_and_end(one in proptest::prelude::any::<u32>(), other in proptest::prelude::any::<u32>()) {
            let mut before = 0;
            for (attempts, planned) in (1_u32..).zip(WAITS_S) {
                let (wait, planned) = (wait_s(attempts, one).unwrap(), i64::from(planned));
                proptest::prop_assert!(wait >= 1 && (wait - planned).abs() <= (planned / 5).max(1));
                proptest::prop_assert!(wait > before);
                before = wait_s(attempts, other).unwrap();
            }
            proptest::prop_assert_eq!(wait_s(0, one), None);
            proptest::prop_assert_eq!(wait_s(8, one), None);
        }
    }
}
