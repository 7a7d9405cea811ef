//! Log lines: for people, or one JSON object each. Which are shown is `RUST_LOG`, by default `info`.

use std::io::Write;

use serde_json::json;

use crate::clock;
use crate::config::LogFormat;

/// Starts logging to standard error.
pub fn start(format: LogFormat, default_level: &str) {
    let mut builder = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(default_level));
    builder.format(move |out, record| {
        let now = clock::now();
        match format {
            LogFormat::Text => writeln!(out, "{now} {:5} {} {}", record.level(), record.target(), one_line(&record.args().to_string())),
            LogFormat::Json => {
                let line = json!({"at": now, "level": record.level().as_str(), "target": record.target(), "message": record.args().to_string()});
                writeln!(out, "{line}")
            }
        }
    });
    // A second start in the same process (tests) keeps the first.
    let _ = builder.try_init();
}

/// What comes from outside must not be able to forge a line.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r")
}
