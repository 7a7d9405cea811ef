//! The schemas of the OpenAPI document, compiled, and what they find in a value.

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{ValidationOptions, Validator};
use serde_json::{Map, Value, json};
use zvit_domain::fault::Fault;
use zvit_domain::time::Time;

use super::describe;
use super::json::escape;
use crate::contract::{NO_NUL, NOT_BLANK, SAYS_SOMETHING};
use crate::problem::MAX_ERRORS;

/// The component schemas of the document. Cheap to clone.
#[derive(Clone)]
pub struct Schemas(Arc<Inner>);

struct Inner {
    /// The component schemas as they stand in the document.
    components: Map<String, Value>,
    compiled: HashMap<String, Validator>,
    /// What [`super::Query`] has compiled per parameter type.
    queries: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// A schema of the document that can't be compiled: a defect of the program, found at its start.
#[derive(Debug, thiserror::Error)]
#[error("schema {name} of the OpenAPI document: {reason}")]
pub struct SchemasFault {
    name: String,
    reason: String,
}

impl Schemas {
    /// Compiles those of the component schemas that `names` lists (what request bodies are made of).
    ///
    /// # Errors
    /// A schema that is not one of JSON Schema 2020-12, or refers to one that is not there.
    pub fn new(components: Map<String, Value>, names: &BTreeSet<String>) -> Result<Self, SchemasFault> {
        let mut compiled = HashMap::new();
        for name in names {
            let root = json!({ "$ref": format!("#/components/schemas/{}", escape(name)) });
            compiled.insert(name.clone(), compile(name, root, &components, names)?);
        }
        Ok(Self(Arc::new(Inner { components, compiled, queries: Mutex::default() })))
    }

    /// Compiles a schema that may refer to the component schemas.
    pub(crate) fn compile(&self, name: &str, root: Value) -> Result<Validator, SchemasFault> {
        let mut wanted = BTreeSet::new();
        references(&root, &self.0.components, &mut wanted);
        compile(name, root, &self.0.components, &wanted)
    }

    /// Every fault of `value` as the component schema `name` sees it, in the order of the document; none twice.
    pub(crate) fn faults(&self, name: &str, value: &Value) -> Vec<Fault> {
        self.0.compiled.get(name).map_or_else(Vec::new, |validator| faults_of(validator, value))
    }

    /// The component by which request bodies of this type are judged: that of its name, or `…Input` where the document had to
    /// tell what comes in from what goes out.
    pub(crate) fn request_name(&self, name: &str) -> Option<String> {
        [name.to_owned(), format!("{name}Input")].into_iter().find(|name| self.0.compiled.contains_key(name))
    }

    /// A component schema.
    pub(crate) fn component(&self, name: &str) -> Option<&Value> {
        self.0.components.get(name)
    }

    /// What stands behind a reference, a chain of them, or an `allOf` of one.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        for _ in 0..8 {
            let reference =
                at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/components/schemas/"));
            let only = at
                .get("allOf")
                .and_then(Value::as_array)
                .and_then(|all| if let [one] = all.as_slice() { Some(one) } else { None });
            match reference.and_then(|name| self.component(name)).or(only) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// What `make` makes for the type, made once.
    pub(crate) fn query<T: Any, V: Any + Send + Sync>(
        &self,
        make: impl FnOnce() -> Result<V, SchemasFault>,
    ) -> Result<Arc<V>, SchemasFault> {
        let mut queries = self.0.queries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = queries.get(&TypeId::of::<T>()).cloned().and_then(|any| any.downcast::<V>().ok()) {
            return Ok(known);
        }
        let made = Arc::new(make()?);
        queries.insert(TypeId::of::<T>(), Arc::<V>::clone(&made));
        Ok(made)
    }
}

/// Every fault that a validator finds, none twice; and every U+0000.
pub(crate) fn faults_of(validator: &Validator, value: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        describe::faults_of(&error, &mut found);
        if found.len() > MAX_ERRORS {
            break;
        }
    }
    nuls(value, &mut String::new(), &mut found);
    // A value of the wrong type fits no vocabulary either; that needs no second saying.
    let untyped: BTreeSet<String> = found
        .iter()
        .filter(|f| matches!(f.code, "wrong_type" | "null_not_allowed"))
        .map(|f| f.pointer.clone())
        .collect();
    let mut said = BTreeSet::new();
    found.retain(|fault| {
        let is_type = matches!(fault.code, "wrong_type" | "null_not_allowed");
        (is_type || !untyped.contains(&fault.pointer)) && said.insert((fault.pointer.clone(), fault.code))
    });
    found
}

fn nuls(value: &Value, at: &mut String, into: &mut Vec<Fault>) {
    let length = at.len();
    match value {
        Value::String(text) if text.contains('\0') => into.push(describe::nul(at)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push_str(&format!("/{index}"));
                nuls(item, at, into);
                at.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                at.push('/');
                at.push_str(&escape(name));
                if name.contains('\0') {
                    into.push(describe::nul(at));
                }
                nuls(member, at, into);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

fn compile(
    name: &str,
    root: Value,
    components: &Map<String, Value>,
    wanted: &BTreeSet<String>,
) -> Result<Validator, SchemasFault> {
    let mut definitions: Map<String, Value> =
        components.iter().filter(|(n, _)| wanted.contains(*n)).map(|(n, s)| (n.clone(), s.clone())).collect();
    definitions.values_mut().for_each(localize);
    let mut schema = root;
    localize(&mut schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("$defs".into(), definitions.into());
    }
    options().build(&schema).map_err(|fault| SchemasFault { name: name.to_owned(), reason: fault.to_string() })
}

/// The formats that this API uses are checked by the very code that reads them later.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("date-time", |text: &str| Time::parse(text).is_ok())
        .with_format("uuid", is_uuid)
        // JSON Schema knows these only as notes for people; `pattern` and limits beside them do the work.
        .with_format("email", |_: &str| true)
        .with_format("uri", |_: &str| true)
        .with_format("regex", |_: &str| true)
}

/// The hyphenated form only: what is stored and sent back.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// `#/components/schemas/X` becomes `#/$defs/X`: JSON Schema knows no components. OpenAPI's own keywords go, as a validator
/// might read a meaning into them.
fn localize(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                *reference = reference.replace("#/components/schemas/", "#/$defs/");
            }
            for keyword in ["discriminator", "example", "examples", "default", "xml", "externalDocs"] {
                if members.get(keyword).is_some_and(|inner| inner.get("type").is_none() && inner.get("$ref").is_none())
                {
                    members.remove(keyword);
                }
            }
            // Said by `nuls`, in better words and of names as well.
            if members.get("pattern").is_some_and(|pattern| pattern == NO_NUL) {
                members.remove("pattern");
            }
            if let Some(pattern) = members.get_mut("pattern").filter(|pattern| **pattern == SAYS_SOMETHING) {
                *pattern = json!(NOT_BLANK);
            }
            // Of an object that takes no member at all the validator would not say which one was too much.
            if members.get("additionalProperties") == Some(&Value::Bool(false)) && !members.contains_key("properties") {
                members.insert("properties".to_owned(), json!({}));
            }
            members.values_mut().for_each(localize);
        }
        Value::Array(items) => items.iter_mut().for_each(localize),
        _ => {}
    }
}

/// The names of all component schemas that `schema` refers to, directly or not.
pub(crate) fn references(schema: &Value, components: &Map<String, Value>, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (keyword, inner) in members {
                match inner {
                    Value::String(reference) => {
                        let name = reference.strip_prefix("#/components/schemas/");
                        if let Some(name) = name.filter(|_| keyword == "$ref")
                            && into.insert(name.to_owned())
                            && let Some(next) = components.get(name)
                        {
                            references(next, components, into);
                        }
                    }
                    inner => references(inner, components, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, components, into)),
        _ => {}
    }
}
