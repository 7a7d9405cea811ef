//! What is left of a value once its faults are out: so that an incomplete report is still a report, and so that the rules of
//! the field can be asked about the sound part of a faulty one.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use zvit_domain::fault::Fault;

use super::json::unescape;
use super::schemas::Schemas;

/// Repairs are tried so often: each may uncover the next (a list that is now too short, an object that is now empty).
pub(crate) const ROUNDS: usize = 8;

/// A value without its faults.
pub(crate) struct Repaired {
    /// What is left; mandatory members that are missing or faulty hold a placeholder.
    pub(crate) value: Value,
    /// Every fault of the value as it came.
    pub(crate) faults: Vec<Fault>,
    /// Those of their pointers at which a placeholder had to be put.
    pub(crate) mandatory: BTreeSet<String>,
    /// Where what is left stood in the value as it came.
    pub(crate) places: Places,
}

/// The places of list items before others were taken out: a tree like the value, with each item's first index beside it.
/// Empty while nothing was taken out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Option<Value>);

impl Places {
    fn of(value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| json!([index, Self::of(item)])).collect()
            }
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), Self::of(member))).collect())
            }
            _ => Value::Null,
        }
    }

    /// Begins to keep places, if none are kept yet and `value` is still whole.
    pub(crate) fn note(&mut self, value: &Value) {
        if self.0.is_none() {
            self.0 = Some(Self::of(value));
        }
    }

    /// A pointer into what is left as a pointer into the value as it came.
    pub(crate) fn original(&self, pointer: &str) -> String {
        let mut at = self.0.as_ref();
        let mut original = String::with_capacity(pointer.len());
        for segment in pointer.split('/').skip(1) {
            original.push('/');
            match at {
                Some(Value::Array(items)) => {
                    let item = segment.parse::<usize>().ok().and_then(|index| items.get(index));
                    match item.and_then(|item| item.get(0)).and_then(Value::as_u64) {
                        Some(index) => original.push_str(&index.to_string()),
                        None => original.push_str(segment),
                    }
                    at = item.and_then(|item| item.get(1));
                }
                inner => {
                    original.push_str(segment);
                    at = inner.and_then(|inner| inner.get(unescape(segment)));
                }
            }
        }
        original
    }

    /// The path to the same node in this tree: behind each index comes the step past the first index.
    fn path(&self, path: &[String]) -> Vec<String> {
        let mut at = self.0.as_ref();
        let mut steps = Vec::with_capacity(path.len());
        for (place, segment) in path.iter().enumerate() {
            steps.push(segment.clone());
            at = at.and_then(|at| child(at, segment));
            let is_item = at.is_some_and(|item| {
                item.as_array().is_some_and(|pair| pair.len() == 2 && pair.first().is_some_and(Value::is_u64))
            });
            if is_item && place + 1 < path.len() {
                steps.push("1".to_owned());
                at = at.and_then(|item| item.get(1));
            }
        }
        steps
    }

    fn remove(&mut self, path: &[String]) {
        let steps = self.path(path);
        if let Some(tree) = &mut self.0 {
            remove(tree, &steps);
        }
    }
}

impl Schemas {
    /// Finds every fault of `value` by the component schema `name`, and takes them out.
    pub(crate) fn repair(&self, name: &str, mut value: Value) -> Repaired {
        let faults = self.faults(name, &value);
        let mut mandatory = BTreeSet::new();
        let mut left = faults.clone();
        let mut places = Places::default();
        if !faults.is_empty() {
            places.note(&value);
        }
        for _ in 0..ROUNDS {
            if left.is_empty() {
                break;
            }
            for replaced in self.take_out(name, &mut value, &mut places, &left) {
                let within = faults.iter().filter(|fault| is_at_or_below(&fault.pointer, &replaced));
                mandatory.extend(within.map(|fault| fault.pointer.clone()));
            }
            left = self.faults(name, &value);
        }
        Repaired { value, faults, mandatory, places }
    }

    /// Whether the member at `pointer` could be left out, by itself or with what it stands in.
    pub(crate) fn is_optional(&self, name: &str, pointer: &str) -> bool {
        let segments = segments(pointer);
        self.deepest_removable(name, None, &segments).is_some()
    }

    /// Removes the deepest member or item that can go for each fault; where none can, puts a placeholder. Returns the pointers
    /// of the placeholders.
    pub(crate) fn take_out(&self, name: &str, value: &mut Value, places: &mut Places, faults: &[Fault]) -> Vec<String> {
        let mut removals: BTreeSet<Vec<String>> = BTreeSet::new();
        let mut replaced = Vec::new();
        for fault in faults {
            let segments = segments(&fault.pointer);
            match self.deepest_removable(name, Some(value), &segments) {
                Some(length) => {
                    removals.insert(segments.into_iter().take(length).collect());
                }
                None => replaced.push(fault.pointer.clone()),
            }
        }
        for pointer in &replaced {
            self.put_placeholder(name, value, &segments(pointer));
        }
        let mut removals: Vec<_> = removals.into_iter().collect();
        // Later items first, inner ones before outer ones: so no removal shifts the place of another.
        removals.sort_by(|a, b| by_place(b, a));
        for path in removals {
            places.remove(&path);
            remove(value, &path);
        }
        replaced
    }

    /// How many segments of the path lead to the deepest node that is there and may go. Without a value every node counts as
    /// being there.
    fn deepest_removable(&self, name: &str, value: Option<&Value>, path: &[String]) -> Option<usize> {
        let mut schema = self.component(name);
        let mut at = value;
        let mut found = None;
        for (index, segment) in path.iter().enumerate() {
            let step = self.step(schema, segment);
            at = at.and_then(|at| child(at, segment));
            if value.is_some() && at.is_none() {
                break;
            }
            if step.removable {
                found = Some(index + 1);
            }
            schema = step.schema;
        }
        found
    }

    fn step<'s>(&'s self, schema: Option<&'s Value>, segment: &str) -> Step<'s> {
        let Some(schema) = schema.map(|schema| self.resolve(schema)) else {
            return Step { removable: true, schema: None };
        };
        if let Some(alternatives) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
            let fits = |inner: &&Value| self.resolve(inner).get("properties").is_some_and(|p| p.get(segment).is_some());
            return alternatives
                .iter()
                .find(fits)
                .map_or(Step { removable: true, schema: None }, |one| self.step(Some(one), segment));
        }
        if let Some(items) = schema.get("items") {
            return Step { removable: true, schema: Some(items) };
        }
        let is_required =
            schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|n| n == segment));
        let of_name = schema.get("properties").and_then(|properties| properties.get(segment));
        Step {
            removable: !is_required,
            schema: of_name.or_else(|| schema.get("additionalProperties").filter(|s| s.is_object())),
        }
    }

    fn put_placeholder(&self, name: &str, value: &mut Value, path: &[String]) {
        let mut schema = self.component(name);
        let mut at = value;
        for segment in path {
            schema = self.step(schema, segment).schema;
            if at.is_object()
                && at.get(segment).is_none()
                && let Some(members) = at.as_object_mut()
            {
                members.insert(segment.clone(), Value::Null);
            }
            match child_mut(at, segment) {
                Some(next) => at = next,
                None => return,
            }
        }
        *at = self.placeholder(schema, 0);
    }

    /// Some value that the schema takes. It is never kept: the caller refuses a body in which it stands.
    fn placeholder(&self, schema: Option<&Value>, depth: usize) -> Value {
        let Some(schema) = schema.filter(|_| depth < 8).map(|schema| self.resolve(schema)) else { return Value::Null };
        if let Some(given) = schema.get("example").or_else(|| schema.get("const")) {
            return given.clone();
        }
        if let Some(first) = schema.get("enum").or_else(|| schema.get("examples")).and_then(|list| list.get(0)) {
            return first.clone();
        }
        if let Some(first) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(|list| list.get(0)) {
            return self.placeholder(Some(first), depth + 1);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => placeholder_text(schema),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
            Some("boolean") => json!(false),
            Some("array") => {
                let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
                (0..count.min(8)).map(|_| self.placeholder(schema.get("items"), depth + 1)).collect()
            }
            _ => {
                let required =
                    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                let of = |name: &str| self.placeholder(schema.get("properties").and_then(|p| p.get(name)), depth + 1);
                Value::Object(required.map(|name| (name.to_owned(), of(name))).collect())
            }
        }
    }
}

struct Step<'s> {
    removable: bool,
    schema: Option<&'s Value>,
}

fn placeholder_text(schema: &Value) -> Value {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => json!(uuid::Uuid::nil()),
        Some("date-time") => json!("2000-01-01T00:00:00Z"),
        _ => {
            let length = schema.get("minLength").and_then(Value::as_u64).unwrap_or(1).clamp(1, 1_000);
            json!("x".repeat(usize::try_from(length).unwrap_or(1)))
        }
    }
}

fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}

/// Whether `pointer` names what `ancestor` names or something within it.
fn is_at_or_below(pointer: &str, ancestor: &str) -> bool {
    pointer.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn child<'v>(value: &'v Value, segment: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        Value::Object(members) => members.get(segment),
        _ => None,
    }
}

fn child_mut<'v>(value: &'v mut Value, segment: &str) -> Option<&'v mut Value> {
    match value {
        Value::Array(items) => items.get_mut(segment.parse::<usize>().ok()?),
        Value::Object(members) => members.get_mut(segment),
        _ => None,
    }
}

fn by_place(a: &[String], b: &[String]) -> Ordering {
    let differing = a.iter().zip(b).map(|(a, b)| match (a.parse::<usize>(), b.parse::<usize>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    });
    differing.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn remove(value: &mut Value, path: &[String]) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut at = value;
    for segment in parents {
        match child_mut(at, segment) {
            Some(next) => at = next,
            None => return,
        }
    }
    match at {
        Value::Array(items) => {
            if let Some(index) = last.parse::<usize>().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        Value::Object(members) => {
            members.remove(last);
        }
        _ => {}
    }
}
