//! Filling an empty store from a file: directory, rules, and a client for everybody.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::directory as store;
use zvit_domain::directory::{InstitutionInput, ParticipantInput, TeamInput};
use zvit_domain::routing::{RuleSet, TeamEntry};
use zvit_domain::vocabulary::{ParticipantRole, Role};

use crate::actor::Actor;
use crate::clock;
use crate::flows::clients::{Issued, NewClient, create as create_client};
use crate::flows::directory::{Entry, create};
use crate::flows::rules;
use crate::memory::{Directory, Institution};
use crate::problem::Problem;
use crate::setup::SetupFault;

/// The demonstration directory: every institution, team and person in it is invented.
pub const DEMO: &str = include_str!("../demo/directory.json");

/// A seed file. Each entry has the members of the API's input, with an optional `id`; a team names its participant by code,
/// as `participant`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedFile {
    #[serde(default)]
    participants: Vec<Map<String, Value>>,
    #[serde(default)]
    institutions: Vec<Map<String, Value>>,
    #[serde(default)]
    teams: Vec<Map<String, Value>>,
    #[serde(default)]
    routing_rules: Option<RuleSet>,
}

/// A client that was made, with its secret: shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MadeClient {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Its role.
    pub role: String,
    /// Institution, team or participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
    /// What it may ask for.
    pub scopes: Vec<String>,
}

/// A seed file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedFault {
    /// It can't be read.
    #[error("the seed file: {0}")]
    Unreadable(String),
    /// An entry is not right.
    #[error("the seed file, {list}[{index}]: {fault}")]
    Entry {
        /// Which list.
        list: &'static str,
        /// Which entry, from 0.
        index: usize,
        /// What is wrong.
        fault: String,
    },
    /// The store.
    #[error(transparent)]
    Setup(#[from] SetupFault),
}

impl From<zvit_db::error::StoreError> for SeedFault {
    fn from(error: zvit_db::error::StoreError) -> Self {
        Self::Setup(error.into())
    }
}

impl From<crate::problem::Problem> for SeedFault {
    fn from(problem: crate::problem::Problem) -> Self {
        Self::Setup(problem.into())
    }
}

struct Entries<E> {
    list: &'static str,
    entries: Vec<(Uuid, E)>,
}

impl SeedFile {
    /// Reads a seed file.
    ///
    /// # Errors
    /// When it is no JSON or has unknown members.
    pub fn parse(text: &str) -> Result<Self, SeedFault> {
        // Read as an object first: serde would take a list for a structure, too.
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| SeedFault::Unreadable(error.to_string()))?;
        serde_json::from_value(Value::Object(members)).map_err(|error| SeedFault::Unreadable(error.to_string()))
    }
}

fn entries<E: Entry>(list: &'static str, maps: Vec<Map<String, Value>>) -> Result<Entries<E>, SeedFault> {
    let mut entries = Vec::with_capacity(maps.len());
    for (index, mut map) in maps.into_iter().enumerate() {
        let fault = |fault: String| SeedFault::Entry { list, index, fault };
        let id = match map.remove("id") {
            Some(id) => serde_json::from_value(id).map_err(|error| fault(format!("id: {error}")))?,
            None => clock::new_id(clock::now()),
        };
        let entry = serde_json::from_value(Value::Object(map)).map_err(|error| fault(error.to_string()))?;
        entries.push((id, entry));
    }
    Ok(Entries { list, entries })
}

/// Fills an empty store. Gives the clients that were made: one of each role, and one for each institution and team.
///
/// # Errors
/// [`SetupFault::NotEmpty`] when the directory has entries; the first entry that is not right. Then nothing is changed.
pub fn seed(change: &mut Change<'_>, file: SeedFile) -> Result<Vec<MadeClient>, SeedFault> {
    if !store::is_empty(&mut change.tx)? {
        return Err(SetupFault::NotEmpty.into());
    }
    let participants = entries::<ParticipantInput>("participants", file.participants)?;
    let by_code: HashMap<String, Uuid> =
        participants.entries.iter().map(|(id, entry)| (entry.code.clone(), *id)).collect();
    let institutions = entries::<InstitutionInput>("institutions", file.institutions)?;
    let teams =
        entries::<TeamInput>("teams", file.teams.into_iter().map(|team| with_participant(team, &by_code)).collect())?;
    let directory = directory(&participants, &institutions, &teams);

    let actor = Actor { name: "seed".into(), ..Actor::service() };
    add(change, &directory, &actor, &participants)?;
    add(change, &directory, &actor, &institutions)?;
    add(change, &directory, &actor, &teams)?;
    if let Some(set) = &file.routing_rules {
        rules::put(change, &directory, &actor, set, Some("seed"))?;
    }
    wanted_clients(&participants, &institutions, &teams)
        .iter()
        .map(|new| make_client(change, &directory, &actor, new))
        .collect()
}

fn with_participant(mut team: Map<String, Value>, by_code: &HashMap<String, Uuid>) -> Map<String, Value> {
    if let Some(id) = team.get("participant").and_then(Value::as_str).and_then(|code| by_code.get(code)) {
        team.insert("participant_id".into(), id.to_string().into());
        team.remove("participant");
    }
    team
}

/// The directory as it will be, so that entries may refer to later ones.
fn directory(
    participants: &Entries<ParticipantInput>,
    institutions: &Entries<InstitutionInput>,
    teams: &Entries<TeamInput>,
) -> Directory {
    let mut directory = Directory::default();
    for (id, entry) in &participants.entries {
        directory.participants.insert(*id, (true, entry.clone()));
    }
    for (id, entry) in &institutions.entries {
        directory
            .institutions
            .insert(*id, Institution { id: *id, active: true, on_hold: false, joined_to: None, entry: entry.clone() });
    }
    directory.teams = teams
        .entries
        .iter()
        .map(|(id, team)| TeamEntry { id: *id, active: true, participant: None, team: team.clone() })
        .collect();
    directory
}

fn add<E: Entry>(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    entries: &Entries<E>,
) -> Result<(), SeedFault> {
    for (index, (id, entry)) in entries.entries.iter().enumerate() {
        create(change, directory, actor, Some(*id), entry).map_err(|problem| SeedFault::Entry {
            list: entries.list,
            index,
            fault: problem.to_string(),
        })?;
    }
    Ok(())
}

fn wanted_clients(
    participants: &Entries<ParticipantInput>,
    institutions: &Entries<InstitutionInput>,
    teams: &Entries<TeamInput>,
) -> Vec<NewClient> {
    let client = |role, owner, name: &str| NewClient {
        role,
        owner,
        name: name.to_owned(),
        scopes: None,
        rate: None,
        spare: false,
        enrolment: false,
    };
    let mut wanted = vec![client(Role::Coordinator, None, "Coordinator"), client(Role::Auditor, None, "Auditor")];
    for (id, entry) in &participants.entries {
        match entry.role {
            ParticipantRole::Donor => wanted.push(client(Role::Donor, Some(*id), &entry.name_en)),
            ParticipantRole::Observer => wanted.push(client(Role::Observer, Some(*id), &entry.name_en)),
            ParticipantRole::Beneficiary => {}
        }
    }
    wanted.extend(institutions.entries.iter().map(|(id, entry)| client(Role::Institution, Some(*id), &entry.name_en)));
    wanted.extend(teams.entries.iter().map(|(id, entry)| client(Role::Team, Some(*id), &entry.name)));
    wanted
}

/// Makes one client, secret and all.
fn make_client(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    new: &NewClient,
) -> Result<MadeClient, SeedFault> {
    let (row, issued) = create_client(change, directory, actor, new)?;
    let Issued::Secret(secret) = issued else { return Err(Problem::internal("a code in place of a secret").into()) };
    Ok(MadeClient {
        client_id: row.client_id,
        client_secret: secret.expose().to_owned(),
        role: row.role,
        owner: row.owner.map(|owner| owner.0),
        scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
    })
}
