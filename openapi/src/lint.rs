//! The rules of the document, so that clients in every language come out of it clean. Each finding names its place and what
//! would be right.

mod examples;
mod limits;
mod names;
mod references;
mod refusals;
mod shapes;
mod texts;

use serde_json::Value;

use crate::finding::{Finding, Report};

/// A rule: its name, and what looks for its faults.
type Rule = (&'static str, fn(&Value, &mut Report<'_>));

/// Every rule.
const RULES: &[Rule] = &[
    ("references", references::lead_somewhere),
    ("path-parameters", references::path_parameters_are_declared),
    ("links", references::links_lead_to_operations),
    ("operation-names", names::operations),
    ("schema-names", names::schemas),
    ("tags", texts::one_tag),
    ("operation-texts", texts::operations),
    ("response-texts", texts::responses),
    ("parameter-texts", texts::parameters),
    ("request-examples", examples::of_requests),
    ("answer-examples", examples::of_answers),
    ("schema-examples", examples::of_schemas),
    ("limits", limits::everything_is_bounded),
    ("security", refusals::security),
    ("success", refusals::success),
    ("refusals", refusals::complete),
    ("no-default", refusals::no_default),
    ("one-media-type", refusals::one_media_type),
    ("one-form", refusals::one_form),
    ("named-bodies", shapes::bodies_are_named),
    ("named-objects", shapes::objects_are_named),
    ("no-composition", shapes::nothing_is_composed),
    ("closed-requests", shapes::requests_are_closed),
    ("open-answers", shapes::answers_are_open),
    ("open-vocabularies", shapes::vocabularies_are_open_in_answers),
];

/// Everything that is wrong with a document; nothing, when it is sound.
pub fn findings(document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, rule) in RULES {
        rule(document, &mut Report::new(name, &mut findings));
    }
    findings
}

#[cfg(test)]
mod tests;
