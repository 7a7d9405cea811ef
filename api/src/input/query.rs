//! Query parameters, judged by the same schemas that the OpenAPI document shows for them.

use std::any::Any;
use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;
use zvit_domain::fault::Fault;
use zvit_texts::text;

use super::form::pairs;
use super::json::unescape;
use super::schemas::{Schemas, SchemasFault, faults_of};
use crate::contract::limits;
use crate::problem::{ErrorItem, Problem};

/// Items of a page where the caller doesn't say.
pub const DEFAULT_LIMIT: u32 = 50;

/// Items of a page at most.
pub const MAX_LIMIT: u32 = 200;

/// [`DEFAULT_LIMIT`], for `#[serde(default = "…")]`.
pub fn default_limit() -> u32 {
    DEFAULT_LIMIT
}

/// The query parameters as a `T`, whose `IntoParams` says which there are. Extraction never fails.
///
/// A parameter that is a list is repeated (`status=assigned&status=waiting`); any other may stand once. Unknown parameters are
/// refused, so that a misspelt filter never passes for one that matches everything.
#[derive(Debug)]
pub struct Query<T>(Result<T, Problem>);

impl<T> Query<T> {
    /// The parameters.
    ///
    /// # Errors
    /// 422 with every fault, each naming its `parameter`.
    pub fn checked(self) -> Result<T, Problem> {
        self.0
    }
}

impl<T: DeserializeOwned + IntoParams + Any> FromRequest for Query<T> {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let schemas = request.app_data::<web::Data<Schemas>>();
        let read = schemas.ok_or_else(|| Problem::internal("the application has no Schemas")).and_then(|schemas| {
            let parameters = schemas.query::<T, _>(|| Parameters::of::<T>(schemas)).map_err(Problem::internal)?;
            parameters.read(request.query_string())
        });
        ready(Ok(Self(read)))
    }
}

/// The query parameters of one operation.
struct Parameters {
    kinds: BTreeMap<String, Kind>,
    validator: Validator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// Repeated; with the kind of each item.
    List(Item),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Text,
    Integer,
}

impl Parameters {
    fn of<T: IntoParams>(schemas: &Schemas) -> Result<Self, SchemasFault> {
        let (mut kinds, mut properties, mut required) = (BTreeMap::new(), Map::new(), Vec::new());
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            let described = serde_json::to_value(&parameter).unwrap_or_default();
            let mut schema = described.get("schema").cloned().unwrap_or_else(|| json!({}));
            limits::tidy(&mut schema, limits::Side::Parameter);
            kinds.insert(parameter.name.clone(), kind(schemas, &schema));
            if described.get("required") == Some(&json!(true)) {
                required.push(parameter.name.clone());
            }
            properties.insert(parameter.name, schema);
        }
        let root =
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        Ok(Self { kinds, validator: schemas.compile("of query parameters", root)? })
    }

    fn read<T: DeserializeOwned>(&self, query: &str) -> Result<T, Problem> {
        let (value, mut errors) = self.value(query);
        errors.extend(faults_of(&self.validator, &value).into_iter().map(of_parameter));
        if !errors.is_empty() {
            return Err(Problem::validation(errors));
        }
        serde_path_to_error::deserialize(&value).map_err(|fault| {
            let name = fault.path().to_string();
            let detail = text!("value-not-possible");
            Problem::validation([ErrorItem::parameter(name, "not_allowed", detail)])
        })
    }

    /// The parameters as the members of an object, each in the type that its schema has where that is possible.
    fn value(&self, query: &str) -> (Value, Vec<ErrorItem>) {
        let (mut members, mut errors) = (Map::new(), Vec::new());
        for pair in pairs(query) {
            let Ok((name, text)) = pair else {
                let detail = text!("parameter-not-utf8");
                errors.push(ErrorItem::parameter("", "bad_encoding", detail));
                continue;
            };
            let kind = self.kinds.get(&name).copied().unwrap_or(Kind::Text);
            let value = typed(kind, text);
            match (kind, members.get_mut(&name)) {
                (Kind::List(_), Some(Value::Array(items))) => items.push(value),
                (Kind::List(_), _) => drop(members.insert(name, json!([value]))),
                (_, Some(_)) => {
                    let detail = text!("parameter-twice");
                    errors.push(ErrorItem::parameter(name, "repeated_parameter", detail));
                }
                (_, None) => drop(members.insert(name, value)),
            }
        }
        (members.into(), errors)
    }
}

fn kind(schemas: &Schemas, schema: &Value) -> Kind {
    let schema = schemas.resolve(schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => {
            let items = schema.get("items").map(|items| kind(schemas, items));
            Kind::List(if items == Some(Kind::Integer) { Item::Integer } else { Item::Text })
        }
        _ => Kind::Text,
    }
}

/// A text in the type that is expected; one that can't be that stays a text, and the schema says what is wrong with it.
fn typed(kind: Kind, text: String) -> Value {
    let read = match kind {
        Kind::Integer | Kind::List(Item::Integer) if is_integer(&text) => text.parse::<i64>().ok().map(Value::from),
        Kind::Number => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or(Value::String(text))
}

/// `-?[0-9]+`: Rust's own parser would also take a plus sign.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `/status/1` is the parameter `status`.
fn of_parameter(fault: Fault) -> ErrorItem {
    let name = unescape(fault.pointer.split('/').nth(1).unwrap_or_default());
    match fault.code {
        "unknown_member" => {
            let detail = text!("parameter-unknown");
            ErrorItem::parameter(name, "unknown_parameter", detail)
        }
        "missing" => {
            let detail = text!("parameter-missing");
            ErrorItem::parameter(name, "missing", detail)
        }
        code => ErrorItem::parameter(name, code, fault.detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use crate::problem::Place;
    use serde::Deserialize;
    use utoipa::ToSchema;

    #[derive(Deserialize, ToSchema, Debug, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Deserialize, IntoParams, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        /// How many.
        #[serde(default = "default_limit")]
        #[param(minimum = 1, maximum = 200, default = 50)]
        limit: u32,
        /// Where to go on.
        #[param(nullable = false)]
        cursor: Option<String>,
        /// Which.
        #[serde(default)]
        colour: Vec<Colour>,
        #[param(nullable = false)]
        one: Option<Colour>,
        #[param(nullable = false)]
        exercise: Option<bool>,
    }

    fn schemas() -> Schemas {
        let colour = serde_json::to_value(<Colour as utoipa::PartialSchema>::schema()).unwrap();
        Schemas::new(json!({ "Colour": colour }).as_object().unwrap().clone(), &BTreeSet::new()).unwrap()
    }

    fn read(query: &str) -> Result<Asked, Vec<(String, &'static str)>> {
        Parameters::of::<Asked>(&schemas()).unwrap().read::<Asked>(query).map_err(|problem| {
            assert_eq!(problem.status(), 422);
            let name = |item: &ErrorItem| match &item.place {
                Place::Parameter(name) => name.clone(),
                other => panic!("{other:?}"),
            };
            problem.error_items().iter().map(|item| (name(item), item.code)).collect()
        })
    }

    #[test]
    fn parameters_get_their_types_and_defaults() {
        let none = Asked { limit: 50, cursor: None, colour: vec![], one: None, exercise: None };
        assert_eq!(read("").unwrap(), none);
        let asked = read("limit=200&cursor=a%2Bb&colour=red&colour=green&exercise=true&one=red").unwrap();
        let all = Asked {
            limit: 200,
            cursor: Some("a+b".into()),
            colour: vec![Colour::Red, Colour::Green],
            one: Some(Colour::Red),
            exercise: Some(true),
        };
        assert_eq!(asked, all);
    }

    #[test]
    fn every_fault_names_its_parameter() {
        let one = |query: &str| read(query).unwrap_err();
        assert_eq!(one("limit=0"), [("limit".into(), "too_small")]);
        assert_eq!(one("limit=201"), [("limit".into(), "too_large")]);
        for bad in ["limit=+5", "limit=", "limit=1.5", "limit=x", "limit=99999999999999999999"] {
            assert_eq!(one(bad), [("limit".into(), "wrong_type")], "{bad}");
        }
        assert_eq!(one("limit=1&limit=2"), [("limit".into(), "repeated_parameter")]);
        assert_eq!(one("colour=blue"), [("colour".into(), "unknown_word")]);
        assert_eq!(one("one=blue"), [("one".into(), "unknown_word")]);
        assert_eq!(one("exercise=1"), [("exercise".into(), "wrong_type")]);
        assert_eq!(one("cursor=%00"), [("cursor".into(), "nul_character")]);
        assert_eq!(one("cursor=%FF"), [(String::new(), "bad_encoding")]);
        let mut all = one("limit=0&colour=blue&nonsense=1&state=x");
        all.sort();
        let expected = [
            ("colour", "unknown_word"),
            ("limit", "too_small"),
            ("nonsense", "unknown_parameter"),
            ("state", "unknown_parameter"),
        ];
        assert_eq!(all, expected.map(|(name, code)| (name.to_owned(), code)));
    }
}
