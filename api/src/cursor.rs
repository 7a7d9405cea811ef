//! Cursors: opaque to callers, bound to the store, the list and the owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use zvit_domain::time::Time;
use zvit_texts::text;

use crate::problem::{Code, ErrorItem, Problem};

/// What a cursor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// A team's feed.
    Cases = 1,
    /// An institution's or the coordinator's feed.
    IncidentFeed = 2,
    /// The list of incidents.
    Incidents = 3,
    /// The list of incidents reported for another institution.
    ReportedFor = 62,
    /// An incident's reports.
    Reports = 4,
    /// An incident's timeline.
    Timeline = 5,
    /// Audit events.
    Audit = 6,
    /// Participants.
    Participants = 7,
    /// Institutions.
    Institutions = 8,
    /// Teams.
    Teams = 9,
    /// Clients.
    Clients = 10,
    /// Rule versions.
    Rules = 11,
    /// Notices.
    Notices = 30,
    /// Links of an incident.
    Links = 60,
    /// Incidents that nobody has moved.
    Unmoved = 61,
    /// Keys of a client.
    ClientKeys = 20,
    /// Messages about an incident.
    Messages = 40,
    /// Attachments of an incident.
    Attachments = 41,
    /// Translations of an incident’s texts.
    Translations = 42,
    /// Proposals of triage for an incident.
    TriageProposals = 43,
}

const VERSION: u8 = 1;
/// Version, kind, eight random bytes of the store's id, four of the owner's.
const HEAD: usize = 14;
/// No incident changes after the year 9999; either database can be asked for what lies before.
const MAX_MOMENT: i64 = 253_402_300_799_000_000;

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Which list.
    pub kind: ListKind,
    /// The store.
    pub store: Uuid,
    /// Whose list, or which incident's.
    pub owner: Uuid,
}

impl Scope {
    fn head(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let (store, owner) = (self.store.as_bytes(), self.owner.as_bytes());
        let parts = [VERSION, self.kind as u8]
            .into_iter()
            .chain(store.iter().skip(8).copied())
            .chain(owner.iter().skip(12).copied());
        for (place, byte) in head.iter_mut().zip(parts) {
            *place = byte;
        }
        head
    }

    /// A cursor at `place`.
    pub fn encode(&self, place: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.head(), place].concat())
    }

    /// A cursor at a position.
    pub fn at(&self, position: i64) -> String {
        self.encode(&position.to_be_bytes())
    }

    /// Reads the place from a cursor.
    ///
    /// # Errors
    /// 410 for a cursor of another store, 422 for one that was not given out for this list.
    pub fn decode(&self, cursor: &str) -> Result<Vec<u8>, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (Some(head), Some(place)) = (bytes.get(..HEAD), bytes.get(HEAD..)) else { return Err(invalid()) };
        let own = self.head();
        if head.get(..2) != own.get(..2) || head.get(10..) != own.get(10..) {
            return Err(invalid());
        }
        if head != own {
            return Err(expired());
        }
        Ok(place.to_vec())
    }

    /// Reads a position from a cursor, if there is one.
    ///
    /// # Errors
    /// As [`Scope::decode`].
    pub fn position(&self, cursor: Option<&str>) -> Result<Option<i64>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let place: [u8; 8] = self.decode(cursor)?.try_into().map_err(|_| invalid())?;
        match i64::from_be_bytes(place) {
            position if position >= 0 => Ok(Some(position)),
            _ => Err(invalid()),
        }
    }

    /// Reads an id from a cursor, if there is one.
    ///
    /// # Errors
    /// As [`Scope::decode`].
    pub fn id(&self, cursor: Option<&str>) -> Result<Option<Uuid>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        Uuid::from_slice(&self.decode(cursor)?).map(Some).map_err(|_| invalid())
    }

    /// A cursor at a moment, and at an id among what happened then.
    pub fn at_moment(&self, at: Time, id: Uuid) -> String {
        self.encode(&[&at.as_micros().to_be_bytes()[..], id.as_bytes()].concat())
    }

    /// Reads a moment and an id from a cursor, if there is one.
    ///
    /// # Errors
    /// As [`Scope::decode`].
    pub fn moment_and_id(&self, cursor: Option<&str>) -> Result<Option<(Time, Uuid)>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let bytes = self.decode(cursor)?;
        let (at, id) = bytes.split_at_checked(8).ok_or_else(invalid)?;
        let at = at.try_into().map(i64::from_be_bytes).map_err(|_| invalid())?;
        let id = Uuid::from_slice(id).map_err(|_| invalid())?;
        if (0..=MAX_MOMENT).contains(&at) { Ok(Some((Time::from_micros(at), id))) } else { Err(invalid()) }
    }

    /// Reads a name of visible ASCII characters from a cursor, if there is one: what no name can be never reaches the database.
    ///
    /// # Errors
    /// As [`Scope::decode`].
    pub fn name(&self, cursor: Option<&str>) -> Result<Option<String>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let name = String::from_utf8(self.decode(cursor)?).map_err(|_| invalid())?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
        if is_name { Ok(Some(name)) } else { Err(invalid()) }
    }
}

fn invalid() -> Problem {
    Problem::new(Code::ValidationFailed).error(ErrorItem::parameter(
        "cursor",
        "cursor_invalid",
        text!("cursor-invalid"),
    ))
}

/// The cursor is from another store, or from a state of this one that a restore has undone.
pub fn expired() -> Problem {
    Problem::new(Code::CursorExpired)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(store: u128, owner: u128) -> Scope {
        Scope { kind: ListKind::Cases, store: Uuid::from_u128(store), owner: Uuid::from_u128(owner) }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let mine = scope(1, 2);
        assert_eq!(mine.position(Some(&mine.at(7))).unwrap(), Some(7));
        assert_eq!(mine.position(Some(&scope(9, 2).at(7))).unwrap_err().code(), Code::CursorExpired);
        assert_eq!(mine.position(Some(&scope(1, 9).at(7))).unwrap_err().code(), Code::ValidationFailed);
        let other_list = Scope { kind: ListKind::Audit, ..mine };
        assert_eq!(mine.position(Some(&other_list.at(7))).unwrap_err().code(), Code::ValidationFailed);
    }

    /// Every kind of list there is.
    const KINDS: [ListKind; 18] = [
        ListKind::Cases,
        ListKind::IncidentFeed,
        ListKind::Incidents,
        ListKind::Reports,
        ListKind::Timeline,
        ListKind::Audit,
        ListKind::Participants,
        ListKind::Institutions,
        ListKind::Teams,
        ListKind::Clients,
        ListKind::Rules,
        ListKind::Notices,
        ListKind::Messages,
        ListKind::Attachments,
        ListKind::Translations,
        ListKind::TriageProposals,
        ListKind::Links,
        ListKind::Unmoved,
    ];

    #[test]
    fn a_name_is_one_that_a_database_can_be_asked_for() {
        let mine = scope(1, 2);
        assert_eq!(mine.name(None).unwrap(), None);
        assert_eq!(mine.name(Some(&mine.encode(b"client-1"))).unwrap().as_deref(), Some("client-1"));
        for bytes in [b"".as_slice(), b"a\0", b"a b", b"\xff", "ї".as_bytes()] {
            assert_eq!(mine.name(Some(&mine.encode(bytes))).unwrap_err().code(), Code::ValidationFailed, "{bytes:x?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            let _ = scope(1, 2).position(Some(&text));
            let _ = scope(1, 2).id(Some(&text));
            let _ = scope(1, 2).name(Some(&text));
        }

        /// What is read is what would be written, so a bent cursor is one of the same list or none at all.
        #[test]
        fn a_cursor_is_written_in_one_way_and_read_by_one_list(
            place in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
            at in proptest::prelude::any::<proptest::sample::Index>(),
            flipped in 1..=255_u8,
            tail in ".{0,3}",
        ) {
            let mine = scope(1, 2);
            let whole = mine.encode(&place);
            proptest::prop_assert_eq!(mine.decode(&whole).unwrap(), place.clone());
            let mut bytes = URL_SAFE_NO_PAD.decode(&whole).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flipped;
            let bent = URL_SAFE_NO_PAD.encode(&bytes);
            proptest::prop_assert_eq!(mine.decode(&bent).is_ok(), at >= HEAD);
            for text in [&bent, &format!("{whole}{tail}"), &format!("{tail}{whole}"), &format!("{whole}=")] {
                if let Ok(read) = mine.decode(text) {
                    proptest::prop_assert_eq!(&mine.encode(&read), text);
                }
            }
            let others = KINDS.into_iter().filter(|kind| *kind != mine.kind).map(|kind| Scope { kind, ..mine });
            for other in others.chain([scope(1, 3), scope(3, 2), scope(3, 3)]) {
                proptest::prop_assert!(other.decode(&whole).is_err(), "{other:?}");
            }
        }
    }
}
