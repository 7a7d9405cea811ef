//! What the parties of an incident say to each other and send along: the words for it, and names of files that hurt nobody.

use crate::words;

words! {
    /// Who may see a message, beside its author's side and the coordinator.
    Visibility {
        All "all",
        Responders "responders",
        Coordinator "coordinator",
    }
}

words! {
    /// What an attachment is.
    AttachmentKind {
        Log "log",
        Screenshot "screenshot",
        MalwareSample "malware_sample",
        MemoryImage "memory_image",
        DiskImage "disk_image",
        NetworkCapture "network_capture",
        Document "document",
        Other "other",
    }
}

words! {
    /// Which text of an incident is translated.
    TranslatedText {
        Title "title",
        Description "description",
        MeasuresTaken "measures_taken",
        Message "message",
        ResolutionSummary "resolution_summary",
    }
}

words! {
    /// Where a proposal of a team stands.
    ProposalState {
        Pending "pending",
        Accepted "accepted",
        Rejected "rejected",
    }
}

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 200;

/// What a file is called that has no name of its own left.
const NAMELESS: &str = "attachment";

/// The name of a file without a path and without what could mislead a person or a file system: control characters, marks that
/// turn the direction of writing, characters that have a meaning somewhere. Doing so again changes nothing.
pub fn safe_filename(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().filter(|c| !is_misleading(*c)).map(|c| if is_special(c) { '_' } else { c }).collect();
    let is_edge = |c: char| c.is_whitespace() || c == '.';
    let trimmed: String = kept.trim_matches(is_edge).chars().take(LONGEST_NAME).collect();
    let name = trimmed.trim_end_matches(is_edge);
    if name.is_empty() { NAMELESS.to_owned() } else { name.to_owned() }
}

/// Control characters, and what is not seen or turns the direction (Unicode, bidirectional and zero-width formatting).
fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// A language tag (BCP 47) with its first part in lower case; `ua`, the country's code, is what many write for Ukrainian.
pub fn language_tag(text: &str) -> String {
    let (primary, rest) = text.split_at(text.find('-').unwrap_or(text.len()));
    let primary = primary.to_ascii_lowercase();
    format!("{}{rest}", if primary == "ua" { "uk" } else { &primary })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_loses_its_path_and_what_misleads() {
        for (sent, kept) in [
            ("журнал подій.log", "журнал подій.log"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\mail.eml", "mail.eml"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\r\nX-Header: y", "aX-Header_ y"),
            ("..", "attachment"),
            ("dir/", "attachment"),
            (" . ", "attachment"),
            ("a<b>:\"c\"|?*", "a_b___c____"),
            (".htaccess", "htaccess"),
        ] {
            assert_eq!(safe_filename(sent), kept, "{sent:?}");
        }
        assert_eq!(safe_filename(&"ї".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn a_language_is_written_in_one_way() {
        for (sent, kept) in [("UA", "uk"), ("uk", "uk"), ("EN-gb", "en-gb"), ("pl-PL", "pl-PL")] {
            assert_eq!(language_tag(sent), kept);
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_its_directory_and_none_changes_twice(name in any::<String>()) {
            let safe = safe_filename(&name);
            prop_assert_eq!(&safe_filename(&safe), &safe);
            prop_assert!(!safe.is_empty() && !safe.contains(['/', '\\', '\0', '\r', '\n', '"']));
            prop_assert!(!safe.starts_with('.') && !safe.ends_with('.') && safe.chars().count() <= 200);
        }
    }
}
