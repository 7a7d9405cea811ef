//! The OpenAPI document, walked: every operation with a body that it takes, as far as the document alone can say.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::client::{Call, Client};

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// In upper case.
    pub method: String,
    /// With its templates.
    pub path: String,
    /// What the document says of it.
    pub described: Value,
}

/// The document as the server gives it out.
#[derive(Debug, Clone)]
pub struct Walk(Value);

/// Deeper than any request body goes.
const DEPTH: usize = 8;

impl Walk {
    /// Fetches the document.
    #[track_caller]
    pub fn of(anyone: &Client) -> Self {
        Self(anyone.get("/openapi.json").expect(200).value)
    }

    /// Every operation.
    pub fn operations(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        for (path, item) in self.0["paths"].as_object().expect("paths") {
            for (method, described) in item.as_object().expect("a path item") {
                if matches!(method.as_str(), "get" | "post" | "put" | "delete" | "patch") {
                    let method = method.to_uppercase();
                    found.push(Operation { method, path: path.clone(), described: described.clone() });
                }
            }
        }
        found
    }

    /// The schema of the JSON body, if there is one.
    pub fn body_schema(&self, operation: &Operation) -> Option<Value> {
        operation.described.pointer("/requestBody/content/application~1json/schema").cloned()
    }

    /// A body that says everything that can be said: the document's example where it has one, else made of the schema.
    pub fn body(&self, operation: &Operation) -> Option<Value> {
        let schema = self.body_schema(operation)?;
        let content = &operation.described["requestBody"]["content"]["application/json"];
        let example = content["examples"].as_object().and_then(|all| all.values().next());
        let example = example.map(|one| self.resolve(one)["value"].clone()).or_else(|| content.get("example").cloned());
        Some(example.unwrap_or_else(|| self.sample(&schema)))
    }

    /// What stands behind a reference.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        while let Some(target) = at["$ref"].as_str() {
            at = self.0.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} leads nowhere"));
        }
        at
    }

    /// A value of the schema, with every member.
    pub fn sample(&self, schema: &Value) -> Value {
        self.sample_to(schema, 0)
    }

    fn sample_to(&self, schema: &Value, depth: usize) -> Value {
        let schema = self.resolve(schema);
        if let Some(given) = schema.get("example").or_else(|| schema.get("const")) {
            return given.clone();
        }
        if let Some(first) = schema["enum"].get(0).or_else(|| schema["examples"].get(0)) {
            return first.clone();
        }
        if let Some(first) = schema["oneOf"].get(0).or_else(|| schema["anyOf"].get(0)) {
            return self.sample_to(first, depth);
        }
        let types = &schema["type"];
        match types.as_str().or_else(|| types.get(0).and_then(Value::as_str)) {
            Some("string") => match schema["format"].as_str() {
                Some("uuid") => json!("01920000-0000-7000-8000-0000000000ff"),
                Some("date-time") => json!("2026-01-01T00:00:00Z"),
                _ => json!("Слово"),
            },
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            Some("boolean") => json!(false),
            Some("array") if depth < DEPTH => json!([self.sample_to(&schema["items"], depth + 1)]),
            Some("array") => json!([]),
            _ => {
                let members = schema["properties"].as_object().into_iter().flatten();
                members
                    .map(|(name, inner)| (name.clone(), self.sample_to(inner, depth + 1)))
                    .collect::<Map<_, _>>()
                    .into()
            }
        }
    }

    /// The schemas of every member of a body that is an object, by the pointer to where it stands in `body`; those of the
    /// objects themselves too (the body's own at the empty pointer).
    pub fn places(&self, schema: &Value, body: &Value) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        self.places_at(schema, body, String::new(), &mut found);
        found
    }

    fn places_at(&self, schema: &Value, body: &Value, at: String, into: &mut BTreeMap<String, Value>) {
        let schema = self.resolve(schema);
        match body {
            Value::Object(members) => {
                let alternatives = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
                let fitting = alternatives
                    .into_iter()
                    .flatten()
                    .map(|one| self.resolve(one))
                    .find(|one| members.keys().all(|name| one["properties"].get(name).is_some()));
                let schema = fitting.unwrap_or(schema);
                for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                    if let Some(member) = members.get(name) {
                        self.places_at(inner, member, format!("{at}/{name}"), into);
                    }
                }
                into.insert(at, schema.clone());
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.places_at(&schema["items"], item, format!("{at}/{index}"), into);
                }
            }
            _ => {
                into.insert(at, schema.clone());
            }
        }
    }
}

impl Operation {
    /// The path with its one parameter filled in.
    pub fn at(&self, id: &str) -> String {
        let parts = self.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Whether something is named by its id.
    pub fn names_something(&self) -> bool {
        self.path.contains('{')
    }

    /// The names of its query parameters, with their schemas.
    pub fn query(&self) -> Vec<(String, Value)> {
        let parameters = self.described["parameters"].as_array().into_iter().flatten();
        let of_query = parameters.filter(|parameter| parameter["in"] == "query");
        of_query.map(|one| (one["name"].as_str().expect("a name").to_owned(), one["schema"].clone())).collect()
    }

    /// Whether it is of the API: not one that anybody may call.
    pub fn needs_token(&self) -> bool {
        self.described["security"].as_array().is_some_and(|list| list.iter().any(|one| one != &json!({})))
    }

    /// A call with what every operation of its kind asks for: a new key, and an entity tag where one is needed.
    pub fn call(&self, client: &Client, path: &str, body: Option<&Value>) -> Call {
        let call = client.call(&self.method, path);
        match (self.method.as_str(), body) {
            ("GET", _) => call,
            (_, Some(body)) => call.fresh_key().json(body.clone()),
            (_, None) => call.fresh_key(),
        }
    }
}
