//! Institutions that are entered provisionally, because they reported by telephone before they were on-boarded.

use std::collections::HashMap;

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::feeds;
use zvit_db::idempotency::KeyOf;
use zvit_db::rows::DirectoryRow;
use zvit_db::types::{At, Id, Json};
use zvit_domain::directory::{DirectoryContact, InstitutionInput};
use zvit_domain::vocabulary::Sector;

use super::event::Event;
use super::submit::{Reporter, Submission};
use crate::actor::Actor;
use crate::clock;

/// The institution of each item; those reported by telephone for the first time are entered provisionally.
pub(super) fn reporters(
    change: &mut Change<'_>,
    items: &[Submission],
    is_kept: impl Fn(&KeyOf) -> bool,
) -> Result<Vec<Uuid>> {
    let mut ids = Vec::with_capacity(items.len());
    // A repetition within the batch must not enter the institution twice.
    let mut entered: HashMap<&KeyOf, Uuid> = HashMap::new();
    for item in items {
        ids.push(match (&item.reporter, entered.get(&item.key.of)) {
            (Reporter::Known(id), _) => *id,
            (Reporter::Unregistered { .. }, Some(id)) => *id,
            (Reporter::Unregistered { .. }, None) if is_kept(&item.key.of) => Uuid::nil(),
            (Reporter::Unregistered { name, phone }, None) => {
                let id = enter_provisionally(change, &item.actor, name, phone.as_deref())?;
                entered.insert(&item.key.of, id);
                id
            }
        });
    }
    Ok(ids)
}

fn enter_provisionally(change: &mut Change<'_>, actor: &Actor, name: &str, phone: Option<&str>) -> Result<Uuid> {
    let id = clock::new_id(change.now);
    let contact =
        DirectoryContact { name: name.to_owned(), phone: phone.map(str::to_owned), ..DirectoryContact::default() };
    let entry = InstitutionInput {
        edrpou: None,
        name_uk: name.to_owned(),
        name_en: name.to_owned(),
        sector: Sector::Other,
        other_sectors: Vec::new(),
        services: Vec::new(),
        region: None,
        infrastructure_category: None,
        contacts: vec![contact],
        represents: Vec::new(),
        provisional: true,
    };
    let row = DirectoryRow {
        id: Id(id),
        kind: "institution".into(),
        unique_key: None,
        active: true,
        version: 1,
        document: Json::of(&entry)?,
        created_at: At(change.now),
        updated_at: At(change.now),
        on_hold: false,
        joined_to: None,
    };
    DirectoryRow::insert_all(&mut change.tx, vec![row])?;
    feeds::open(&mut change.tx, id)?;
    change.gate.directory_version += 1;
    Event::other("institution_entered_provisionally", "institution", id).note(change, actor);
    Ok(id)
}
