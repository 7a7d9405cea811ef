//! The demonstration.

use crate::cli::DemoArgs;

/// Runs it.
///
/// # Errors
/// None yet.
pub fn run(_args: &DemoArgs) -> Result<(), std::io::Error> {
    Ok(())
}
