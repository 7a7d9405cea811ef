//! The security of the document, from the authorization table: the handlers' annotations say nothing of it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::sides::is_method;
use crate::permission::{Access, Operation};

/// The document and the authorization table don't have the same operations: a defect of this build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnauthorizedOperations(Vec<String>);

impl fmt::Display for UnauthorizedOperations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document and authorization table differ: {}", self.0.join("; "))
    }
}

impl std::error::Error for UnauthorizedOperations {}

/// Gives each operation the security of its row.
///
/// # Errors
/// Every operation without a row of the same method, path and id, and every row without an operation.
pub(super) fn derive(document: &mut Value, table: &[&Operation]) -> Result<(), UnauthorizedOperations> {
    let mut rows: BTreeMap<(String, &str), &Operation> =
        table.iter().map(|row| ((row.method.to_ascii_lowercase(), row.path), *row)).collect();
    let mut faults = Vec::new();
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten().filter(|(method, _)| is_method(method)) {
            let Some(row) = rows.remove(&(method.clone(), path.as_str())) else {
                faults.push(format!("{} {path} has no row", method.to_ascii_uppercase()));
                continue;
            };
            if operation.get("operationId").and_then(Value::as_str) != Some(row.id) {
                faults.push(format!("{} {path} is not called {}", row.method, row.id));
            }
            if let Some(operation) = operation.as_object_mut() {
                operation.insert("security".into(), security(&row.access));
            }
        }
    }
    faults.extend(rows.values().map(|row| format!("{} is no operation", row.id)));
    if faults.is_empty() { Ok(()) } else { Err(UnauthorizedOperations(faults)) }
}

/// The security of what anybody may call. Said as an alternative that asks for nothing: an empty list reads as forgotten.
pub(super) fn nobody() -> Value {
    json!([{}])
}

/// Both schemes are alternatives. With `oauth2` alone, tools that try calls without a token are silent about the answer.
fn security(access: &Access) -> Value {
    let Access::Clients(rule) = access else { return nobody() };
    let mut alternatives = vec![json!({ "bearerAuth": [] })];
    alternatives.extend(rule.scopes.iter().map(|scope| json!({ "oauth2": [scope] })));
    if rule.scopes.is_empty() {
        alternatives.push(json!({ "oauth2": [] }));
    }
    alternatives.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::{GetIncident, GetMe, ListReports, OPERATIONS, Permission};

    fn document() -> Value {
        json!({"paths": {
            "/v1/me": {"get": {"operationId": "get_me"}},
            "/v1/incidents/{id}": {"get": {"operationId": "get_incident"}, "parameters": []},
            "/v1/incidents/{id}/reports": {"get": {"operationId": "list_reports"}},
            "/healthz": {"get": {"operationId": "get_health"}}
        }})
    }

    fn rows() -> Vec<&'static Operation> {
        let health = OPERATIONS.iter().copied().find(|row| row.id == "get_health").unwrap();
        vec![GetMe::OPERATION, GetIncident::OPERATION, ListReports::OPERATION, health]
    }

    #[test]
    fn each_operation_gets_the_security_of_its_row() {
        let mut document = document();
        derive(&mut document, &rows()).unwrap();
        let security = |path: &str| document["paths"][path]["get"]["security"].clone();
        assert_eq!(security("/v1/me"), json!([{"bearerAuth": []}, {"oauth2": []}]));
        assert_eq!(security("/v1/incidents/{id}"), json!([{"bearerAuth": []}, {"oauth2": ["incidents:read"]}]));
        let either = json!([{"bearerAuth": []}, {"oauth2": ["incidents:read"]}, {"oauth2": ["cases:read"]}]);
        assert_eq!(security("/v1/incidents/{id}/reports"), either);
        assert_eq!(security("/healthz"), json!([{}]));
    }

    #[test]
    fn what_stands_on_one_side_only_is_named() {
        let named =
            |document: &Value, rows: &[&Operation]| derive(&mut document.clone(), rows).unwrap_err().to_string();
        let without_row: Vec<_> = rows().into_iter().filter(|row| row.id != "get_incident").collect();
        assert!(named(&document(), &without_row).contains("GET /v1/incidents/{id} has no row"));
        let mut without_operation = document();
        without_operation["paths"].as_object_mut().unwrap().remove("/v1/me");
        assert!(named(&without_operation, &rows()).contains("get_me is no operation"));
        let mut renamed = document();
        renamed["paths"]["/v1/me"]["get"]["operationId"] = json!("who_am_i");
        assert!(named(&renamed, &rows()).contains("GET /v1/me is not called get_me"));
    }

    #[test]
    fn the_table_is_that_of_this_service() {
        if let Err(fault) = crate::openapi_document() {
            panic!("{fault}");
        }
    }
}
