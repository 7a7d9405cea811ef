//! Text in columns: widths, wrapping and colour. Every letter used here is one column wide, Cyrillic too.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use zvit_texts::label;

use crate::vocabularies::LEVELS;

/// Columns when nobody says how many there are.
const DEFAULT_WIDTH: usize = 140;
/// Narrower than this nothing can be shown in columns.
const LEAST_WIDTH: usize = 60;
/// Wider lines are hard to read.
const MOST_WIDTH: usize = 180;

/// Whether and how text is coloured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    /// Colours on a terminal, unless it or its user can't have them (<https://no-color.org>).
    pub(super) fn of_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: std::io::stdout().is_terminal() && !refused && !dumb }
    }

    /// Text that stands back.
    pub(super) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// Text that stands out.
    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Text on the colour of a level.
    pub(super) fn level(self, level: u8, text: &str) -> String {
        // The colours of the scale are backgrounds: white and black would vanish as letters on one terminal or another.
        let codes = match level_of(level).2 {
            "white" => "48;5;255;38;5;16",
            "green" => "48;5;34;38;5;16",
            "yellow" => "48;5;226;38;5;16",
            "orange" => "48;5;208;38;5;16",
            "red" => "48;5;160;38;5;231;1",
            _ => "48;5;16;38;5;231;1",
        };
        self.with(codes, text)
    }

    fn with(self, codes: &str, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\x1b[{codes}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// English name, Ukrainian name and colour of a level.
pub(super) fn level_of(level: u8) -> (&'static str, &'static str, &'static str) {
    let unknown = label!("demo-level-unknown");
    LEVELS
        .iter()
        .find(|known| known.0 == level)
        .map_or((unknown.en(), unknown.uk(), "white"), |known| (known.2, known.1, known.3))
}

/// Columns of the terminal on standard output.
pub(super) fn terminal_width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = stated.or_else(|| if std::io::stdout().is_terminal() { asked_width() } else { None });
    width.filter(|columns| *columns > 0).unwrap_or(DEFAULT_WIDTH).clamp(LEAST_WIDTH, MOST_WIDTH)
}

/// What `stty size` says: `rows columns`. Asking the terminal itself would need a system call.
fn asked_width() -> Option<usize> {
    let terminal = std::fs::File::open("/dev/tty").ok()?;
    let said = Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(said.stdout).ok()?.split_whitespace().nth(1)?.parse().ok()
}

/// Columns a text takes.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().count()
}

/// The text, filled up with blanks.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// The text with blanks before it.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// Lines no wider than this, broken between words; a word that is too wide is broken itself. At least one line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        while !letters.is_empty() {
            let Some(line) = lines.last_mut() else { return lines };
            let used = width_of(line);
            let gap = usize::from(used > 0);
            if used + gap + letters.len() <= width || used == 0 {
                let rest = letters.split_off(letters.len().min(width - used - gap));
                if gap == 1 {
                    line.push(' ');
                }
                line.extend(letters);
                letters = rest;
            }
            if !letters.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines
}

/// `1 refusal`, `2 refusals`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_those_that_are_too_wide() {
        assert_eq!(wrap("Реєстр знищено разом", 14), ["Реєстр знищено", "разом"]);
        assert_eq!(wrap("aaaaaaa bb", 3), ["aaa", "aaa", "a", "bb"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn letters_count_not_bytes() {
        assert_eq!(pad("лід", 5), "лід  ");
        assert_eq!(pad_left("лід", 5), "  лід");
    }

    #[test]
    fn nothing_is_coloured_unless_asked() {
        assert_eq!(Paint { colour: false }.level(3, "3 high"), "3 high");
        assert!(Paint { colour: true }.level(3, "3 high").contains("3 high"));
    }
}
