//! A change: one transaction behind the gate.
//!
//! Every change locks the gate row first. That one lock orders all writers of all processes, and it gives out the positions
//! of the coordinator's feed and of the audit events. So positions become visible in the order in which they were given
//! out, and none is missing: a reader that has seen position N has seen everything up to N. Further rows need no lock of
//! their own and no order among them: whoever writes them holds the gate.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::{AuditRow, FeedRow, GateRow};
use crate::schema::{feeds, gate};
use crate::types::Id;

/// What a change has moved, told to pollers after the commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Newest position per feed (institution or team).
    pub feeds: Vec<(Uuid, i64)>,
    /// Newest position of the coordinator's feed.
    pub coordinator: i64,
    /// Version of directory, clients and rules together: a cache that holds another one must read again.
    pub versions: Versions,
}

/// Versions of what the processes keep in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Versions {
    /// Participants, institutions, teams.
    pub directory: i64,
    /// Clients and signing keys.
    pub clients: i64,
    /// Routing rules.
    pub rules: i32,
}

impl From<&GateRow> for Versions {
    fn from(row: &GateRow) -> Self {
        Self { directory: row.directory_version, clients: row.clients_version, rules: row.rules_version }
    }
}

/// A transaction that holds the gate.
#[allow(missing_debug_implementations, reason = "connections have nothing to show")]
pub struct Change<'a> {
    /// The transaction.
    pub tx: Tx<'a>,
    /// The gate as it will be written back.
    pub gate: GateRow,
    /// The moment of this change.
    pub now: Time,
    events: Vec<AuditRow>,
    moved: Vec<(Uuid, i64)>,
    relieved: Vec<Uuid>,
}

impl<'a> Change<'a> {
    /// Locks the gate.
    ///
    /// # Errors
    /// The database's own; `NotFound` when the store was never prepared.
    pub fn begin(mut tx: Tx<'a>, now: Time) -> Result<Self> {
        let gate = match &mut tx {
            Tx::Sqlite(c) => gate::table.first(*c)?,
            Tx::Pg(c) => gate::table.for_update().first(*c)?,
        };
        Ok(Self { tx, gate, now, events: Vec::new(), moved: Vec::new(), relieved: Vec::new() })
    }

    /// Runs `work` so that its failure undoes all it did, here and in the database, and nothing else.
    ///
    /// # Errors
    /// What `work` answers.
    pub fn attempt<T, E: From<crate::error::StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (gate, now) = (self.gate.clone(), self.now);
        let (answer, inner_gate, events, moved, relieved) = self.tx.savepoint(|tx| {
            let mut inner = Change { tx, gate, now, events: Vec::new(), moved: Vec::new(), relieved: Vec::new() };
            let answer = work(&mut inner)?;
            inner.write_events()?;
            Ok::<_, E>((answer, inner.gate, inner.events, inner.moved, inner.relieved))
        })?;
        self.gate = inner_gate;
        self.events.extend(events);
        self.moved.extend(moved);
        self.relieved.extend(relieved);
        Ok(answer)
    }

    /// The next position of the coordinator's feed.
    pub fn next_position(&mut self) -> i64 {
        self.gate.position += 1;
        self.gate.position
    }

    /// The next position of an institution's or a team's feed.
    ///
    /// # Errors
    /// `NotFound` when there is no such feed.
    pub fn next_feed_position(&mut self, owner: Uuid) -> Result<i64> {
        let gate_position = self.gate.position;
        let position: i64 = on!(&mut self.tx, c => diesel::update(feeds::table.find(Id(owner)))
            .set((feeds::position.eq(feeds::position + 1_i64), feeds::gate_position.eq(gate_position)))
            .returning(feeds::position)
            .get_result(*c))?;
        self.moved.push((owner, position));
        Ok(position)
    }

    /// Changes a team's load by so much.
    ///
    /// # Errors
    /// The database's own.
    pub fn add_load(&mut self, team: Uuid, weight: i32, cases: i32) -> Result<()> {
        on!(&mut self.tx, c => diesel::update(feeds::table.find(Id(team)))
            .set((feeds::weighted_load.eq(feeds::weighted_load + weight), feeds::open_cases.eq(feeds::open_cases + cases)))
            .execute(*c))?;
        if weight < 0 || cases < 0 {
            self.relieved.push(team);
        }
        Ok(())
    }

    /// The teams whose load fell: they may have room for what waits.
    pub fn relieved(&self) -> &[Uuid] {
        &self.relieved
    }

    /// Writes back feed rows that were advanced in memory (a batch).
    ///
    /// # Errors
    /// The database's own.
    pub fn put_feeds(&mut self, rows: Vec<FeedRow>) -> Result<()> {
        self.moved.extend(rows.iter().map(|row| (row.owner.0, row.position)));
        crate::feeds::put(&mut self.tx, rows)
    }

    /// Notes an event; it gets its place in the one order of all events, and is written with the change.
    pub fn event(&mut self, mut event: AuditRow) {
        self.gate.audit_position += 1;
        event.position = self.gate.audit_position;
        self.events.push(event);
    }

    fn write_events(&mut self) -> Result<()> {
        let events = std::mem::take(&mut self.events);
        if events.is_empty() { Ok(()) } else { AuditRow::insert_all(&mut self.tx, events) }
    }

    /// Writes the events and the gate, and on PostgreSQL tells the other processes what moved.
    ///
    /// # Errors
    /// The database's own.
    pub fn finish(mut self) -> Result<Moved> {
        self.write_events()?;
        let row = &self.gate;
        on!(&mut self.tx, c => diesel::update(gate::table.find(1))
            .set((
                gate::issuer.eq(row.issuer.as_deref()),
                gate::position.eq(row.position),
                gate::audit_position.eq(row.audit_position),
                gate::directory_version.eq(row.directory_version),
                gate::clients_version.eq(row.clients_version),
                gate::rules_version.eq(row.rules_version),
                gate::round_robin.eq(&row.round_robin),
            ))
            .execute(*c))?;
        let moved = Moved { feeds: self.moved, coordinator: self.gate.position, versions: Versions::from(&self.gate) };
        if let Tx::Pg(c) = &mut self.tx {
            diesel::sql_query("SELECT pg_notify('zvit', '')").execute(*c)?;
        }
        Ok(moved)
    }
}
