//! `zvit keys …`: beside a running service or without one.

#![allow(clippy::print_stdout, reason = "a command answers on standard output")]

use serde::Serialize;
use zvit_domain::time::Time;

use super::commands::{Failure, print_json};
use super::{KeysListArgs, KeysRotateArgs, logging};
use crate::actor::Actor;
use crate::config::{ConfigFile, LogFormat};
use crate::flows::signing_keys::plan::KeyTimes;
use crate::flows::signing_keys::{self, Rotation};
use crate::setup::{self, SetupFault};

/// A key as `keys list` prints it: no private part, nothing that could be one.
#[derive(Serialize)]
struct Line {
    kid: String,
    state: &'static str,
    created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_from: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_at: Option<Time>,
}

impl From<KeyTimes> for Line {
    fn from(key: KeyTimes) -> Self {
        let KeyTimes { kid, state, created_at, use_from, retired_at } = key;
        Self { kid, state: state.code(), created_at, use_from, retired_at }
    }
}

/// What `keys rotate` prints.
#[derive(Serialize)]
struct Rotated {
    /// Whether a key was made or brought forward.
    changed: bool,
    kid: String,
    use_from: Time,
}

pub(super) fn list(file: &ConfigFile, args: &KeysListArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "warn");
    let mut ready = setup::open(&file.database(&args.store)?, None)?;
    let rows = zvit_db::clients::signing_keys(&mut ready.conn.plain()).map_err(SetupFault::from)?;
    let keys: Result<Vec<KeyTimes>, _> = rows.iter().map(signing_keys::times_of).collect();
    let lines: Vec<Line> = keys.map_err(SetupFault::from)?.into_iter().map(Line::from).collect();
    if args.json {
        return print_json(&lines);
    }
    for line in lines {
        println!("{}", line.kid);
        println!("  state:      {}", line.state);
        println!("  created at: {}", line.created_at);
        if let Some(at) = line.use_from {
            println!("  signs from: {at}");
        }
        if let Some(at) = line.retired_at {
            println!("  retired at: {at}");
        }
    }
    Ok(())
}

pub(super) fn rotate(file: &ConfigFile, args: &KeysRotateArgs) -> Result<(), Failure> {
    logging::start(LogFormat::Text, "warn");
    let mut ready = setup::open(&file.database(&args.store)?, None)?;
    let actor = Actor { name: "command line".into(), ..Actor::service() };
    let rotation = setup::change(&mut ready.conn, |change| match &args.reason {
        Some(reason) if args.now => signing_keys::replace(change, &actor, reason),
        _ => signing_keys::rotate(change, &actor),
    })
    .map_err(SetupFault::from)?;
    let Rotation { is_new, is_brought, kid, use_from } = rotation;
    if args.json {
        return print_json(&Rotated { changed: is_new || is_brought, kid, use_from });
    }
    if args.now {
        println!("{kid} signs now. All keys of before are deleted: every token they signed is refused.");
    } else if is_new {
        println!("{kid} is published now and takes over at {use_from}. No token is refused meanwhile.");
    } else if is_brought {
        println!("{kid} was to take over much too late, by a clock that was wrong; now it does at {use_from}.");
    } else {
        println!("Nothing was changed: {kid} is the next key already and takes over at {use_from}.");
    }
    Ok(())
}
