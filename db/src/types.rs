//! Column types that both databases share, and how each keeps them.
//!
//! | here | SQLite | PostgreSQL | Rust |
//! | --- | --- | --- | --- |
//! | `Uid` | 16-byte blob | `uuid` | [`Id`] |
//! | `Moment` | microseconds since 1970 | `timestamptz` | [`At`] |
//! | `JsonDoc` | text | `jsonb` | [`Json`] |

use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zvit_domain::time::Time;

/// The SQL types, to be imported by `table!`.
pub mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;
    pub use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};

    /// A UUID.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(sqlite_type(name = "Binary"))]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    pub struct Uid;

    /// A point in time, UTC, microseconds.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(sqlite_type(name = "Long"))]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185))]
    pub struct Moment;

    /// A JSON document.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(sqlite_type(name = "Text"))]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807))]
    pub struct JsonDoc;
}

use sql::{JsonDoc, Moment, Uid};

/// A UUID in a column. (Diesel's traits can only be given to types of this crate.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uid)]
pub struct Id(pub Uuid);

/// A point in time in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Moment)]
pub struct At(pub Time);

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl From<Time> for At {
    fn from(time: Time) -> Self {
        Self(time)
    }
}

impl ToSql<Uid, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<Uid, Sqlite> for Id {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Id(Uuid::from_slice(&bytes)?))
    }
}

impl ToSql<Uid, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Uid, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Id(Uuid::from_slice(value.as_bytes())?))
    }
}

impl ToSql<Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(At(Time::from_micros(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)))
    }
}

/// PostgreSQL counts microseconds from 2000-01-01T00:00:00Z.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

impl ToSql<Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&(self.0.as_micros() - POSTGRES_EPOCH).to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(At(Time::from_micros(micros.saturating_add(POSTGRES_EPOCH))))
    }
}

/// A JSON document, kept as its text.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonDoc)]
pub struct Json(pub String);

impl Json {
    /// The document of a value.
    ///
    /// # Errors
    /// When the value can't be JSON (a map with keys that are no strings): a defect.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(Self)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// When the stored document isn't a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl ToSql<JsonDoc, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<JsonDoc, Sqlite> for Json {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Json)
    }
}

/// The first byte of jsonb's binary form; there has only ever been version 1.
const JSONB_VERSION: u8 = 1;

impl ToSql<JsonDoc, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<JsonDoc, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Json(std::str::from_utf8(text)?.to_owned())),
            _ => Err("unknown version of binary jsonb".into()),
        }
    }
}
