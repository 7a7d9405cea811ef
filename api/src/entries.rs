//! Directory entries as they are shown: what was said of them, with id, version and state.

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};
use zvit_db::directory::Kind;
use zvit_db::rows::DirectoryRow;
use zvit_domain::directory::{InstitutionInput, ParticipantInput, TeamInput};
use zvit_domain::time::Time;

use crate::flows::directory::Entry;
use crate::problem::Problem;

/// Declares the view of a kind of entry: the members of its input, and those of every entry. The schema is made from the
/// input's, so that the two can't drift apart.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident, $list:ident of $input:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(transparent)]
        pub struct $name(Value);

        impl TryFrom<&DirectoryRow> for $name {
            type Error = Problem;
            fn try_from(row: &DirectoryRow) -> Result<Self, Problem> {
                shown(row).map(Self)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                with_common_members(<$input>::schema(), <$input as Entry>::KIND)
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$input as ToSchema>::schemas(schemas);
                schemas.push((Time::name().into_owned(), Time::schema()));
            }
        }

        /// A page of entries, in the order of their ids.
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        pub struct $list {
            /// The entries.
            #[schema(max_items = 200)]
            pub items: Vec<$name>,
            /// Where the next page begins; absent on the last one.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 256)]
            pub next_cursor: Option<String>,
        }

        impl $list {
            /// A page of these entries.
            pub fn from_parts(items: Vec<$name>, next_cursor: Option<String>) -> Self {
                Self { items, next_cursor }
            }
        }
    )+};
}

entries! {
    /// A participant of the mechanism.
    Participant, ParticipantList of ParticipantInput;
    /// A reporting institution.
    Institution, InstitutionList of InstitutionInput;
    /// A partner response team.
    Team, TeamList of TeamInput;
}

fn shown(row: &DirectoryRow) -> Result<Value, Problem> {
    let mut entry: serde_json::Map<String, Value> = row.document.read()?;
    entry.insert("id".into(), serde_json::to_value(row.id.0)?);
    entry.insert("active".into(), row.active.into());
    if row.kind == Kind::Institution.code() {
        entry.insert("on_hold".into(), row.on_hold.into());
        if let Some(real) = row.joined_to {
            entry.insert("joined_to".into(), serde_json::to_value(real.0)?);
        }
    }
    entry.insert("version".into(), row.version.into());
    entry.insert("created_at".into(), serde_json::to_value(row.created_at.0)?);
    entry.insert("updated_at".into(), serde_json::to_value(row.updated_at.0)?);
    Ok(Value::Object(entry))
}

fn with_common_members(schema: RefOr<Schema>, kind: Kind) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    let time = || RefOr::Ref(Ref::from_schema_name(Time::name()));
    let uuid = |description: &str| {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some(description))
    };
    let id = uuid("Its id.");
    let active = ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether it takes part."));
    let version = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .maximum(Some(9_007_199_254_740_991_i64))
        .description(Some("Rises with every change; the ETag."));
    let members: [(&str, RefOr<Schema>); 5] = [
        ("id", id.into()),
        ("active", active.into()),
        ("version", version.into()),
        ("created_at", time()),
        ("updated_at", time()),
    ];
    let on_hold = ObjectBuilder::new().schema_type(Type::Boolean).description(Some(
        "Whether its credentials may be in an attacker's hands: its clients may still report, and nothing else.",
    ));
    let of_its_kind = (kind == Kind::Institution).then(|| ("on_hold", on_hold.into()));
    for (name, member) in members.into_iter().chain(of_its_kind) {
        object.properties.insert(name.to_owned(), member);
        object.required.push(name.to_owned());
    }
    if kind == Kind::Institution {
        let joined_to = uuid("The institution that this provisional entry turned out to be.");
        object.properties.insert("joined_to".to_owned(), joined_to.into());
    }
    object.additional_properties = None;
    RefOr::T(Schema::Object(object))
}
