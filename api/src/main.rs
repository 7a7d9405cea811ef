//! The program `zvit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    zvit_api::cli::main()
}
