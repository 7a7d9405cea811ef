//! Log lines: for people, or one JSON object each. Which are shown is `RUST_LOG`, by default `info`.

use std::fmt::Write as _;
use std::io::Write;

use log::Level;
use serde_json::{Map, Value, json};
use zvit_domain::time::Time;

use crate::clock;
use crate::config::LogFormat;
use crate::request_log;

/// Starts logging to standard error.
pub fn start(format: LogFormat, default_level: &str) {
    let mut builder = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(default_level));
    builder.format(move |out, record| {
        let line = line(format, clock::now(), record.level(), record.target(), &record.args().to_string());
        writeln!(out, "{line}")
    });
    // A second start in the same process (tests) keeps the first.
    let _ = builder.try_init();
}

fn line(format: LogFormat, now: Time, level: Level, target: &str, message: &str) -> String {
    match format {
        LogFormat::Text => plain(&format!("{now} {level:5} {target} {message}"), |c| format!("\\u{{{c:x}}}")),
        LogFormat::Json => {
            let mut members = Map::new();
            members.insert("at".into(), json!(now));
            members.insert("level".into(), level.as_str().into());
            members.insert("target".into(), target.into());
            if target == request_log::TARGET {
                members.extend(fields(message));
            } else {
                members.insert("message".into(), message.into());
            }
            // Outside its strings JSON is plain ASCII, so this changes only what is within them.
            plain(&Value::Object(members).to_string(), |c| format!("\\u{c:04x}"))
        }
    }
}

/// The `name=value` pairs of a line about a request.
fn fields(message: &str) -> impl Iterator<Item = (String, Value)> + '_ {
    message.split(' ').filter_map(|field| field.split_once('=')).map(|(name, value)| {
        let is_number = matches!(name, "status" | "micros" | "bytes");
        let number = value.parse::<u64>().ok().filter(|_| is_number);
        (name.to_owned(), number.map_or_else(|| value.into(), Value::from))
    })
}

/// What comes from outside must not be able to forge a line, nor command a terminal: control characters (C0, C1, DEL), the
/// line and paragraph separators that some readers split at, and what turns the direction of writing.
fn plain(text: &str, escape: fn(u32) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}') {
            let _ = out.write_str(&escape(u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(format: LogFormat, target: &str, message: &str) -> String {
        line(format, Time::parse("2026-11-23T04:10:00Z").unwrap(), Level::Info, target, message)
    }

    #[test]
    fn nothing_forges_a_line() {
        let nasty = "a\nb\r\u{1b}[2Jc\u{85}d\u{2028}e\u{202e}f\u{7f}\u{0}\"g\\";
        for format in [LogFormat::Text, LogFormat::Json] {
            let line = said(format, "zvit", nasty);
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{202e}'), "{line:?}");
        }
        let json: Value = serde_json::from_str(&said(LogFormat::Json, "zvit", nasty)).unwrap();
        assert_eq!(json["message"], nasty, "nothing is lost");
        assert_eq!(said(LogFormat::Text, "zvit", "a\nb"), "2026-11-23T04:10:00Z INFO  zvit a\\u{a}b");
    }

    #[test]
    fn a_request_has_members_of_its_own() {
        let text = "method=GET route=/v1/cases/{id} status=200 micros=12 bytes=3 request_id=7 client=c";
        let json: Value = serde_json::from_str(&said(LogFormat::Json, request_log::TARGET, text)).unwrap();
        assert_eq!(
            json,
            json!({"at": "2026-11-23T04:10:00Z", "level": "INFO", "target": "zvit::request", "method": "GET",
                   "route": "/v1/cases/{id}", "status": 200, "micros": 12, "bytes": 3, "request_id": "7", "client": "c"})
        );
    }
}
