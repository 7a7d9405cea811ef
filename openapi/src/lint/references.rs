//! What refers to something, refers to something that is there.

use serde_json::Value;

use crate::document::{members, operations, resolve};
use crate::finding::{Report, escape};

/// Every `$ref` leads to something in the document.
pub(super) fn lead_somewhere(document: &Value, report: &mut Report<'_>) {
    look(document, document, "", report);
}

fn look(document: &Value, value: &Value, at: &str, report: &mut Report<'_>) {
    match value {
        Value::Object(inner) => {
            for (name, member) in inner {
                let here = format!("{at}/{}", escape(name));
                match member {
                    Value::String(reference) if name == "$ref" => {
                        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                        if target.is_none() {
                            report.add(here, format!("{reference} should be in this document"));
                        }
                    }
                    member => look(document, member, &here, report),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| look(document, item, &format!("{at}/{n}"), report));
        }
        _ => {}
    }
}

/// What stands in braces in a path is a parameter of each of its operations, and nothing else is one of the path.
pub(super) fn path_parameters_are_declared(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        let in_path: Vec<&str> =
            operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation.parameters(document);
        let declared: Vec<&str> = parameters
            .iter()
            .filter(|(_, parameter)| parameter.get("in").is_some_and(|place| place == "path"))
            .filter_map(|(_, parameter)| parameter.get("name")?.as_str())
            .collect();
        for name in in_path.iter().filter(|name| !declared.contains(name)) {
            report.add(&operation.pointer, format!("the parameter {{{name}}} of the path should be declared"));
        }
        for name in declared.iter().filter(|name| !in_path.contains(name)) {
            report.add(&operation.pointer, format!("{{{name}}} is declared, but the path doesn't have it"));
        }
    }
}

/// Links name operations of this document, and parameters that those have.
pub(super) fn links_lead_to_operations(document: &Value, report: &mut Report<'_>) {
    let all = operations(document);
    for operation in &all {
        for (status, response) in operation.responses() {
            for (name, link) in members(resolve(document, response), "links") {
                let at = format!("{}/responses/{status}/links/{name}", operation.pointer);
                let to = link.get("operationId").and_then(Value::as_str).unwrap_or_default();
                let Some(target) = all.iter().find(|other| other.id() == to) else {
                    report.add(at, format!("{to:?} should be the operationId of an operation"));
                    continue;
                };
                let known = target.parameters(document);
                for (parameter, _) in members(link, "parameters") {
                    if !known.iter().any(|(_, one)| one.get("name").is_some_and(|name| name == parameter)) {
                        report.add(&at, format!("{to} has no parameter {parameter}"));
                    }
                }
            }
        }
    }
}
