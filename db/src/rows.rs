//! Rows as they are stored, and how many of them are written at once.

use diesel::prelude::*;
use diesel::sql_types::Array;

use crate::conn::Tx;
use crate::error::Result;
use crate::schema::*;
use crate::types::sql::*;
use crate::types::{At, Id, Json};

/// Declares a row and how it is written: one prepared INSERT per row on SQLite and for a single row on PostgreSQL, one
/// `INSERT … SELECT * FROM UNNEST($1, …)` for several rows there. Diesel caches the statement because the query type is
/// static (its own batch INSERT is prepared anew each time).
macro_rules! rows {
    ($(#[$meta:meta])* pub struct $name:ident => $table:ident { $($field:ident : $rust:ty as $sql:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Insertable, Queryable, Selectable)]
        #[diesel(table_name = $table)]
        #[allow(missing_docs, reason = "the migrations describe the columns")]
        pub struct $name { $(pub $field: $rust),+ }

        const _: () = {
            struct Columns { $($field: Vec<$rust>),+ }

            impl diesel::query_builder::QueryId for Columns {
                type QueryId = Columns;
                const HAS_STATIC_QUERY_ID: bool = true;
            }

            impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for Columns {
                fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
                    out.push_sql(concat!("INSERT INTO ", stringify!($table), " ("));
                    let mut comma = "";
                    $(
                        out.push_sql(comma);
                        out.push_identifier(stringify!($field))?;
                        comma = ", ";
                    )+
                    let _ = comma;
                    out.push_sql(") SELECT * FROM UNNEST(");
                    let mut comma = "";
                    $(
                        out.push_sql(comma);
                        out.push_bind_param::<Array<$sql>, Vec<$rust>>(&self.$field)?;
                        comma = ", ";
                    )+
                    let _ = comma;
                    out.push_sql(")");
                    Ok(())
                }
            }

            impl RunQueryDsl<PgConnection> for Columns {}

            impl $name {
                /// Writes all rows.
                ///
                /// # Errors
                /// The database's own; then none of the rows is written.
                pub fn insert_all(tx: &mut Tx<'_>, rows: Vec<Self>) -> Result<()> {
                    match tx {
                        Tx::Pg(c) if rows.len() > 1 => {
                            let mut columns = Columns { $($field: Vec::with_capacity(rows.len())),+ };
                            for row in rows {
                                $(columns.$field.push(row.$field);)+
                            }
                            columns.execute(*c)?;
                        }
                        Tx::Pg(c) => {
                            for row in &rows {
                                diesel::insert_into($table::table).values(row).execute(*c)?;
                            }
                        }
                        Tx::Sqlite(c) => {
                            for row in &rows {
                                diesel::insert_into($table::table).values(row).execute(*c)?;
                            }
                        }
                    }
                    Ok(())
                }
            }
        };
    };
}

mod access;
mod responders;

pub use access::*;
pub use responders::*;

rows! {
    /// The gate: see the migration.
    pub struct GateRow => gate {
        id: i32 as Integer,
        store_id: Id as Uid,
        issuer: Option<String> as Nullable<Text>,
        position: i64 as BigInt,
        audit_position: i64 as BigInt,
        directory_version: i64 as BigInt,
        clients_version: i64 as BigInt,
        rules_version: i32 as Integer,
        round_robin: Json as JsonDoc,
    }
}

rows! {
    /// A participant, an institution or a team.
    pub struct DirectoryRow => directory {
        id: Id as Uid,
        kind: String as Text,
        unique_key: Option<String> as Nullable<Text>,
        active: bool as Bool,
        version: i64 as BigInt,
        document: Json as JsonDoc,
        created_at: At as Moment,
        updated_at: At as Moment,
        on_hold: bool as Bool,
        joined_to: Option<Id> as Nullable<Uid>,
    }
}

rows! {
    /// The newest position of one feed, and a team’s load.
    pub struct FeedRow => feeds {
        owner: Id as Uid,
        position: i64 as BigInt,
        gate_position: i64 as BigInt,
        weighted_load: i32 as Integer,
        open_cases: i32 as Integer,
    }
}

rows! {
    /// One version of the routing rules.
    pub struct RuleVersionRow => rule_versions {
        version: i32 as Integer,
        document: Json as JsonDoc,
        reason: Option<String> as Nullable<Text>,
        changed_by: String as Text,
        created_at: At as Moment,
    }
}

rows! {
    /// An incident.
    pub struct IncidentRow => incidents {
        id: Id as Uid,
        reference: String as Text,
        institution_id: Id as Uid,
        status: String as Text,
        sector: String as Text,
        level: i32 as Integer,
        class: String as Text,
        tlp: String as Text,
        exercise: bool as Bool,
        external_ref: Option<String> as Nullable<Text>,
        regions: String as Text,
        search_text: String as Text,
        received_at: At as Moment,
        updated_at: At as Moment,
        version: i64 as BigInt,
        institution_position: i64 as BigInt,
        coordinator_position: i64 as BigInt,
        next_due_at: Option<At> as Nullable<Moment>,
        report_sha256: Vec<u8> as Binary,
        content: Json as JsonDoc,
        triage: Json as JsonDoc,
        deadlines: Json as JsonDoc,
        warnings: Json as JsonDoc,
        remind_at: Option<At> as Nullable<Moment>,
        resolved_at: Option<At> as Nullable<Moment>,
        closed_at: Option<At> as Nullable<Moment>,
        withdrawal: Option<Json> as Nullable<JsonDoc>,
        merged_into: Option<Id> as Nullable<Uid>,
        features: String as Text,
        submitted_by: Option<Id> as Nullable<Uid>,
        moved_at: Option<At> as Nullable<Moment>,
    }
}

rows! {
    /// One submission, verbatim.
    pub struct ReportRow => reports {
        id: Id as Uid,
        incident_id: Id as Uid,
        stage: String as Text,
        received_at: At as Moment,
        client_id: String as Text,
        sha256: Vec<u8> as Binary,
        body: String as Text,
        warnings: Json as JsonDoc,
    }
}

rows! {
    /// An indicator of compromise.
    pub struct IndicatorRow => indicators {
        incident_id: Id as Uid,
        ordinal: i32 as Integer,
        kind: String as Text,
        value: String as Text,
        original: Option<String> as Nullable<Text>,
        description: Option<String> as Nullable<Text>,
        added_at: At as Moment,
        retracted_at: Option<At> as Nullable<Moment>,
        added_by: Option<Id> as Nullable<Uid>,
        tlp: Option<String> as Nullable<Text>,
    }
}

rows! {
    /// A team’s assignment to an incident.
    pub struct AssignmentRow => assignments {
        id: Id as Uid,
        incident_id: Id as Uid,
        team_id: Id as Uid,
        role: String as Text,
        state: String as Text,
        position: i64 as BigInt,
        rule_id: String as Text,
        weight: i32 as Integer,
        acknowledge_by: Option<At> as Nullable<Moment>,
        assigned_at: At as Moment,
        updated_at: At as Moment,
        acknowledged_at: Option<At> as Nullable<Moment>,
        external_ref: Option<String> as Nullable<Text>,
        outcome: Option<String> as Nullable<Text>,
        summary: Option<String> as Nullable<Text>,
        why: Json as JsonDoc,
        changes: Json as JsonDoc,
        escalate_to: Option<Id> as Nullable<Uid>,
        remind_at: Option<At> as Nullable<Moment>,
        rule_version: i32 as Integer,
        first_delivered_at: Option<At> as Nullable<Moment>,
        resolved_at: Option<At> as Nullable<Moment>,
        assistance: Option<String> as Nullable<Text>,
        grants: String as Text,
        expires: bool as Bool,
    }
}

rows! {
    /// One change, for audit and timeline.
    pub struct AuditRow => audit_events {
        position: i64 as BigInt,
        id: Id as Uid,
        at: At as Moment,
        kind: String as Text,
        audience: String as Text,
        actor_role: String as Text,
        actor_id: String as Text,
        actor_name: String as Text,
        object_kind: String as Text,
        object_id: String as Text,
        incident_id: Option<Id> as Nullable<Uid>,
        team_id: Option<Id> as Nullable<Uid>,
        reason: Option<String> as Nullable<Text>,
        request_id: Option<String> as Nullable<Text>,
        data: Json as JsonDoc,
        acting_person: Option<String> as Nullable<Text>,
    }
}

rows! {
    /// What was answered to an idempotency key.
    pub struct AnswerRow => idempotency_keys {
        owner: Id as Uid,
        operation: String as Text,
        key: String as Text,
        body_sha256: Vec<u8> as Binary,
        status: i32 as Integer,
        body: String as Text,
        location: Option<String> as Nullable<Text>,
        etag: Option<String> as Nullable<Text>,
        incident_id: Option<Id> as Nullable<Uid>,
        created_at: At as Moment,
        expires_at: Option<At> as Nullable<Moment>,
        replays: i32 as Integer,
    }
}
