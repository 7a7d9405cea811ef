//! What the forms of `/oauth2/*` leave to choose: one way to authenticate, whole (RFC 6749, section 2.3).

use serde_json::{Value, json};

/// Says of every form in which a client authenticates that it does so in one way only.
pub(super) fn constrain(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, schema) in schemas {
        let has = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
        if !has("client_assertion") || !has("client_secret") {
            continue;
        }
        if let Some(schema) = schema.as_object_mut() {
            let whole = json!({
                "client_assertion": ["client_assertion_type"],
                "client_assertion_type": ["client_assertion"],
            });
            schema.insert("dependentRequired".into(), whole);
            // The members stand there for tools that look for whatever is required.
            let both = json!({
                "required": ["client_secret", "client_assertion"],
                "properties": { "client_secret": {}, "client_assertion": {} },
            });
            schema.insert("not".into(), both);
        }
    }
}
