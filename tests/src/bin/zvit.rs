//! The program under test: the product's own `main`.

fn main() -> std::process::ExitCode {
    zvit_api::cli::main()
}
