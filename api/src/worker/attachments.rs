//! Files that no attachment needs: what a killed process was taking in, and what came in and was then refused.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use zvit_domain::time::Time;

use super::Duty;
use crate::blobs::{Blobs, Sha256, unavailable};
use crate::flows::attach;
use crate::problem::Problem;
use crate::state::App;

/// What is younger may still be on its way to its attachment: nothing is taken in that pauses so long.
const OLD_S: i64 = 3_600;

/// So many files are looked at together.
const AT_ONCE: usize = 100;

/// The duty.
pub(super) struct Sweep;

impl Duty for Sweep {
    const NAME: &'static str = "files that no attachment needs";
    const INTERVAL: Duration = Duration::from_secs(1_800);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let Ok(blobs) = app.attachments.blobs() else { return Ok(()) };
        let before = now.plus_seconds(-OLD_S).as_micros();
        for part in 0..=u8::MAX {
            let old = {
                let blobs = Arc::clone(&blobs);
                let swept = web::block(move || blobs.sweep(part, before)).await.map_err(Problem::internal)?;
                swept.map_err(|error| unavailable(&error))?
            };
            for files in old.chunks(AT_ONCE) {
                sweep(app, &blobs, files.to_vec(), before).await?;
            }
        }
        Ok(())
    }
}

/// Looks without the gate, and takes away behind it only: there nothing can begin to need a file meanwhile.
async fn sweep(app: &App, blobs: &Arc<dyn Blobs>, files: Vec<Sha256>, before: i64) -> Result<(), Problem> {
    let candidates = app.read(move |tx| Ok(attach::unneeded(tx, &files)?)).await?;
    if candidates.is_empty() {
        return Ok(());
    }
    let blobs = Arc::clone(blobs);
    let gone = app.change(move |change, _| attach::forget(change, blobs.as_ref(), &candidates, Some(before))).await?;
    log::info!("files that no attachment needed were removed: {gone}");
    Ok(())
}
