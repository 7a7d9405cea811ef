//! What a process keeps in memory of the store: the directory, the rules, the clients and the keys. The gate's versions say
//! when to read again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;
use zvit_db::change::Versions;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::{ClientKeyRow, ClientRow, DirectoryRow, SigningKeyRow};
use zvit_db::{clients, credentials, directory, rules};
use zvit_domain::directory::{InstitutionInput, ParticipantInput, TeamInput};
use zvit_domain::region::Region;
use zvit_domain::routing::{Roster, RuleSet, TeamEntry};
use zvit_domain::time::Time;
use zvit_domain::tlp::Tlp;
use zvit_domain::vocabulary::{Role, Sector};
use zvit_domain::word::Word;

use crate::flows::setbacks::Setbacks;
use crate::flows::signing_keys::plan::{KeyState, KeyTimes};
use crate::flows::signing_keys::times_of;
use crate::limits::rate::Rate;
use crate::polls::Polls;
use crate::reach::Reach;
use crate::token::{ClientKey, ClientKeyInput, ClientKeys, KeySet, SigningKey};

/// An institution as the directory has it.
#[derive(Debug, Clone)]
pub struct Institution {
    /// Its id.
    pub id: Uuid,
    /// Whether it may report.
    pub active: bool,
    /// Whether its credentials may be in an attacker's hands: it may still report, and nothing else.
    pub on_hold: bool,
    /// The institution that this one turned out to be, if it was entered provisionally.
    pub joined_to: Option<Uuid>,
    /// The entry.
    pub entry: InstitutionInput,
}

/// The directory and the rules.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// What the gate said when this was read.
    pub versions: Versions,
    /// Institutions by id.
    pub institutions: HashMap<Uuid, Institution>,
    /// How many active institutions, provisional ones aside, work in a sector and sit in a region.
    pub(crate) neighbours: HashMap<(Sector, Region), usize>,
    /// Participants by id, with whether they are active.
    pub participants: HashMap<Uuid, (bool, ParticipantInput)>,
    /// Teams, the coordinator's own among them.
    pub teams: Vec<TeamEntry>,
    /// The rules that hold.
    pub rules: RuleSet,
    /// Whose tools poll: shared by every reading of the directory in this process.
    pub polls: Arc<Polls>,
    /// How people can be told: shared likewise.
    pub reach: Arc<Reach>,
    /// What duties pass over: shared likewise.
    pub setbacks: Arc<Setbacks>,
}

impl Directory {
    /// Reads everything.
    ///
    /// # Errors
    /// The store's, or a stored document that can't be read.
    pub fn load(tx: &mut Tx<'_>, versions: Versions) -> Result<Self> {
        let mut loaded = Self { versions, ..Self::default() };
        let mut teams = Vec::new();
        for row in directory::all(tx)? {
            match row.kind.as_str() {
                "institution" => {
                    let institution = Institution {
                        id: row.id.0,
                        active: row.active,
                        on_hold: row.on_hold,
                        joined_to: row.joined_to.map(|id| id.0),
                        entry: row.document.read()?,
                    };
                    loaded.institutions.insert(row.id.0, institution);
                }
                "participant" => {
                    loaded.participants.insert(row.id.0, (row.active, row.document.read()?));
                }
                _ => teams.push(row),
            }
        }
        loaded.count_neighbours();
        loaded.teams = teams.iter().map(|row| loaded.team(row)).collect::<Result<_>>()?;
        loaded.rules = match rules::find(tx, versions.rules)? {
            Some(row) => row.document.read()?,
            None => RuleSet::default(),
        };
        Ok(loaded)
    }

    fn team(&self, row: &DirectoryRow) -> Result<TeamEntry> {
        let team: TeamInput = row.document.read()?;
        let participant = team.participant_id.and_then(|id| self.participants.get(&id));
        Ok(TeamEntry {
            id: row.id.0,
            active: row.active && participant.is_none_or(|(active, _)| *active),
            participant: participant.map(|(_, participant)| participant.clone()),
            team,
        })
    }

    /// The teams as they stand at `now`, for routing.
    ///
    /// # Errors
    /// When there is no team of the coordinator: nothing can be routed before the directory has it.
    pub fn roster(&self, now: Time) -> Result<Roster<'_>> {
        let can_be_told =
            |entry: &TeamEntry| entry.team.has_working_contact(|channel| self.reach.is_open(channel, entry.id, now));
        let is_silent = |entry: &&TeamEntry| self.polls.is_silent(entry.id, now) && !can_be_told(entry);
        let silent: HashSet<Uuid> = self.teams.iter().filter(is_silent).map(|entry| entry.id).collect();
        let roster = Roster::new(&self.teams, now).map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(roster.with_silent(|team| silent.contains(&team)))
    }

    /// Counts again who shares sector and region, after the institutions were put in.
    pub(crate) fn count_neighbours(&mut self) {
        self.neighbours.clear();
        for institution in self.institutions.values().filter(|one| one.active && !one.entry.provisional) {
            let Some(region) = institution.entry.region else { continue };
            let mut sectors = institution.entry.other_sectors.clone();
            sectors.push(institution.entry.sector);
            sectors.sort_unstable();
            sectors.dedup();
            for sector in sectors {
                *self.neighbours.entry((sector, region)).or_default() += 1;
            }
        }
    }

    /// How many active institutions share this sector and region.
    pub fn neighbours(&self, sector: Sector, region: Region) -> usize {
        self.neighbours.get(&(sector, region)).copied().unwrap_or(0)
    }

    /// The name of a team.
    pub fn team_name(&self, id: Uuid) -> String {
        self.teams.iter().find(|team| team.id == id).map_or_else(|| id.to_string(), |team| team.team.name.clone())
    }

    /// The coordinator's own team.
    ///
    /// # Errors
    /// When there is none: nothing can be taken in before the directory has it.
    pub fn coordinator_team(&self) -> Result<Uuid> {
        let own = self.teams.iter().find(|team| team.team.coordinator);
        own.map(|team| team.id)
            .ok_or_else(|| StoreError::Refused("the directory has no coordinator's team yet: seed it first".into()))
    }

    /// Whether a team may see what carries this label. The coordinator's own team has no ceiling.
    pub fn may_see(&self, team: Uuid, tlp: Tlp) -> bool {
        let entry = self.teams.iter().find(|entry| entry.id == team);
        entry.is_some_and(|entry| entry.team.coordinator || tlp <= entry.team.tlp_ceiling)
    }

    /// The codes of the TLP labels that a team may see: what its queries are narrowed to.
    pub fn labels_seen_by(&self, team: Uuid) -> Vec<&'static str> {
        Tlp::ALL.iter().filter(|label| self.may_see(team, **label)).map(|label| label.code()).collect()
    }

    /// The institution that an id stands for: a provisional entry that was joined stands for the one it was joined to.
    pub fn joined(&self, institution: Uuid) -> Uuid {
        self.institutions.get(&institution).and_then(|entry| entry.joined_to).unwrap_or(institution)
    }

    /// The institutions for which this one may report, and see what it reported: not while either is on hold, as what it knows
    /// of another must not be an intruder's.
    pub fn represented_by(&self, own: Uuid) -> Vec<Uuid> {
        let is_at_work = |id: Uuid| self.institutions.get(&id).filter(|known| known.active && !known.on_hold);
        let represented = is_at_work(own).map(|own| own.entry.represents.as_slice()).unwrap_or_default();
        represented.iter().copied().filter(|id| is_at_work(*id).is_some()).collect()
    }

    /// The name of a client's owner, where it has one.
    pub fn owner_name(&self, owner: Uuid) -> Option<String> {
        if let Some(institution) = self.institutions.get(&owner) {
            return Some(institution.entry.name_en.clone());
        }
        if let Some(team) = self.teams.iter().find(|team| team.id == owner) {
            return Some(team.team.name.clone());
        }
        self.participants.get(&owner).map(|(_, participant)| participant.name_en.clone())
    }

    /// Whether a client's owner is an institution on hold.
    pub fn is_on_hold(&self, owner: Uuid) -> bool {
        self.institutions.get(&owner).is_some_and(|institution| institution.on_hold)
    }

    /// Whether a client's owner is active.
    pub fn owner_is_active(&self, owner: Uuid) -> bool {
        self.institutions
            .get(&owner)
            .map(|institution| institution.active)
            .or_else(|| self.teams.iter().find(|team| team.id == owner).map(|team| team.active))
            .or_else(|| self.participants.get(&owner).map(|(active, _)| *active))
            .unwrap_or(false)
    }
}

/// A client as the process knows it.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its role.
    pub role: Role,
    /// Institution, team or participant.
    pub owner: Option<Uuid>,
    /// Its own name.
    pub name: String,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// SHA-256 of its secret.
    pub secret_sha256: Option<Vec<u8>>,
    /// Public keys that its assertions verify with.
    pub client_keys: ClientKeys,
    /// A printed credential: it reports, and changes no credentials.
    pub spare: bool,
    /// Whether it may do anything at all.
    pub active: bool,
    /// Tokens with another version are refused.
    pub credential_version: i32,
    /// How many requests it may make, where its entry says so.
    pub rate: Option<Rate>,
}

/// Clients and keys.
#[derive(Debug, Default)]
pub struct Clients {
    /// What the gate said when this was read.
    pub version: i64,
    /// Clients by id.
    pub by_id: HashMap<String, Client>,
    /// Keys that tokens are verified with.
    pub keys: KeySet,
    /// The key that signs.
    pub signing: Option<SigningKey>,
    /// Ids of tokens that were revoked and have not expired.
    pub revoked: HashSet<String>,
    /// When the keys change their state.
    pub key_times: Vec<KeyTimes>,
}

impl Clients {
    /// Institution, team or participant of a client.
    pub fn owner_of(&self, client_id: &str) -> Option<Uuid> {
        self.by_id.get(client_id).and_then(|client| client.owner)
    }

    /// Reads everything that still counts at `now`. One entry that can't be read, as a later version may have written it, must
    /// not shut everybody out: such a client is unknown, and such a key isn't used.
    ///
    /// # Errors
    /// The store's.
    pub fn load(tx: &mut Tx<'_>, version: i64, now: Time) -> Result<Self> {
        let mut by_id: HashMap<String, Client> =
            clients::all(tx)?.into_iter().map(client).filter_map(readable).collect();
        for row in credentials::all_keys(tx)? {
            let (key, client) = (client_key(&row), by_id.get_mut(&row.client_id));
            match (key, client) {
                (Ok(key), Some(client)) => client.client_keys.push(key),
                (Err(fault), _) => log::error!("a key of the client {} can't be read: {fault}", row.client_id),
                (Ok(_), None) => {}
            }
        }
        let revoked = credentials::revoked_tokens(tx, now)?.into_iter().map(|row| row.jti).collect();
        let (mut key_times, mut published, mut signing) = (Vec::new(), Vec::new(), None);
        for row in clients::signing_keys(tx)? {
            if let Some((times, key)) = readable(signing_key(&row)) {
                published.push((row.kid, row.public_x));
                key_times.push(times);
                signing = signing.or(key);
            }
        }
        let keys = KeySet::new(published).map_err(unreadable)?;
        Ok(Self { version, by_id, keys, signing, revoked, key_times })
    }
}

/// Says what can't be read, and goes on without it.
fn readable<T>(read: Result<T>) -> Option<T> {
    read.inspect_err(|fault| log::error!("it is left out: {fault}")).ok()
}

/// When a key changes its state, and the key itself where it is the one that signs.
fn signing_key(row: &SigningKeyRow) -> Result<(KeyTimes, Option<SigningKey>)> {
    let times = times_of(row)?;
    KeySet::new([(row.kid.clone(), row.public_x.clone())]).map_err(unreadable)?;
    let signs = times.state == KeyState::Active;
    let key = signs.then(|| SigningKey::from_pkcs8(row.pkcs8.clone())).transpose().map_err(unreadable)?;
    Ok((times, key))
}

fn client(row: ClientRow) -> Result<(String, Client)> {
    let role =
        row.role.parse().map_err(|_| StoreError::Failed(format!("client {} has an unknown role", row.client_id)))?;
    let client = Client {
        role,
        owner: row.owner.map(|owner| owner.0),
        name: row.name,
        scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
        secret_sha256: row.secret_sha256,
        client_keys: ClientKeys::default(),
        spare: row.spare,
        active: row.active,
        credential_version: row.credential_version,
        rate: Rate::of_columns(row.rate_per_second, row.rate_burst),
    };
    Ok((row.client_id, client))
}

fn client_key(row: &ClientKeyRow) -> Result<ClientKey> {
    let input: ClientKeyInput = row.jwk.read()?;
    input.stored().ok_or_else(|| StoreError::Failed("it is no public key".into()))
}

fn unreadable(fault: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a stored signing key can't be read: {fault}"))
}
