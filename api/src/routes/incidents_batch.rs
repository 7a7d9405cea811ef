//! Many reports in one request: each is taken or refused by itself.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::fault::Fault;
use zvit_domain::report::ReportInput;
use zvit_domain::time::Time;
use zvit_domain::word::Language;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::clock;
use crate::flows::idempotency::Kept;
use crate::flows::submit::Submission;
use crate::input::{BatchBody, Prefer, Schemas, escape};
use crate::intake::{answered, request_key, submission};
use crate::memory::Directory;
use crate::permission::SubmitIncidentBatch;
use crate::problem::{Code, DutyLine, MAX_ERRORS, Problem, ProblemBody};
use crate::reply;
use crate::state::App;

use zvit_domain::report::limits::BATCH_ITEMS;
use zvit_texts::text;

/// One item of a batch.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchItemInput {
    /// The same for every repetition of this report: 8 to 128 visible characters.
    #[schema(min_length = 8, max_length = 128, pattern = "^[!-~]{8,128}$")]
    pub idempotency_key: String,
    /// The report.
    pub report: ReportInput,
}

/// Many reports at once.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    /// The reports.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Vec<BatchItemInput>,
}

/// What became of one item of a batch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BatchItemResult {
    /// The status that the report would have had by itself: 201, or that of the problem.
    #[schema(minimum = 200, maximum = 599)]
    pub status: u16,
    /// The incident's id, when it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// The incident's reference, when it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 32)]
    pub reference: Option<String>,
    /// Why it was not accepted; pointers are into the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemBody>,
}

/// What became of a batch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BatchResult {
    /// One result for each item, in order.
    #[schema(max_items = 500)]
    pub items: Vec<BatchItemResult>,
}

/// What an incident's answer is read for here.
#[derive(Deserialize)]
struct Made {
    id: Uuid,
    reference: String,
}

fn result(answer: Result<Kept, Problem>, language: Language, duty_line: &DutyLine) -> BatchItemResult {
    let made = answer.and_then(|kept| {
        let made: Made = serde_json::from_str(&kept.body)?;
        Ok((kept.status, made))
    });
    match made {
        Ok((status, made)) => {
            BatchItemResult { status, id: Some(made.id), reference: Some(made.reference), problem: None }
        }
        Err(problem) => BatchItemResult {
            status: problem.status(),
            id: None,
            reference: None,
            problem: Some(problem.text("support", duty_line.0.clone()).body(language, None, None)),
        },
    }
}

/// Report many incidents
///
/// Up to 500 reports, each with its own `idempotency_key`. A bad item fails alone: its result says why, with pointers such as
/// `/items/3/report/tlp`. Repeating the batch repeats the answers.
#[utoipa::path(
    tag = "incidents", operation_id = "submit_incident_batch",
    params(("Prefer" = Option<String>, Header, description = "`handling=lenient` (RFC 7240): take reports even if optional members are faulty", max_length = 200)),
    request_body(content = BatchInput, example = json!({"items": [
        {"idempotency_key": "night-shift-0001", "report": {"description": "Фішингові листи від імені міністерства.", "symptoms": ["phishing"]}},
        {"idempotency_key": "night-shift-0002", "report": {"description": "The public site shows a foreign banner.", "symptoms": ["site_defaced"]}}
    ]})),
    responses((status = 200, description = "A result for each item, in order", body = BatchResult)),
)]
#[post("/v1/incidents/batch")]
pub async fn submit_incident_batch(
    caller: Caller<SubmitIncidentBatch>,
    request: HttpRequest,
    prefer: Prefer,
    body: BatchBody,
    schemas: web::Data<Schemas>,
    duty_line: web::Data<DutyLine>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (value, _) = body.value()?;
    let items = items(value)?;
    let own = app.clients().by_id.get(&caller.client_id).and_then(|client| client.rate);
    app.limits.count_items(&request, &caller.client_id, own, items.len())?;
    let (directory, now, language) = (app.directory(), clock::now(), caller.language);
    let (actor, lenient) = (caller.actor(), prefer.lenient);
    // Many reports are much to judge: off the threads that answer everybody else.
    let read = web::block(move || {
        let mut budget = MAX_ERRORS;
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                if budget == 0 {
                    return Err(not_judged());
                }
                read_item(item, index, &actor, lenient, &schemas, &directory, now).map_err(|problem| {
                    let problem = problem.at_most(budget);
                    budget = budget.saturating_sub(problem.error_items().len());
                    problem
                })
            })
            .collect::<Vec<_>>()
    })
    .await
    .map_err(Problem::internal)?;
    let mut results: Vec<Option<BatchItemResult>> = Vec::with_capacity(read.len());
    let mut submissions = Vec::new();
    let result = |answer| result(answer, language, &duty_line);
    for item in read {
        match item {
            Ok(submission) => {
                submissions.push(submission);
                results.push(None);
            }
            Err(problem) => results.push(Some(result(Err(problem)))),
        }
    }
    let mut answers = app.writer.submit(submissions).await?.into_iter();
    let items = results
        .into_iter()
        .enumerate()
        .map(|(index, refused)| {
            refused.unwrap_or_else(|| {
                result(answered(answers.next()).map_err(|problem| problem.under(&format!("/items/{index}/report"))))
            })
        })
        .collect();
    let mut response = reply::json(&BatchResult { items })?;
    if let Some((name, value)) = prefer.applied() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Of a batch with a thousand faults the rest is not looked at.
fn not_judged() -> Problem {
    Problem::new(Code::ValidationFailed).because(text!("batch-not-judged"))
}

/// The items of the body: what is wrong with the body as a whole is a problem of the whole request.
fn items(value: Value) -> Result<Vec<Value>, Problem> {
    let Value::Object(mut body) = value else {
        let faulty = Fault::at(String::new(), "type", text!("batch-not-an-object"));
        return Err(vec![faulty].into());
    };
    let items = body.remove("items");
    let mut faults: Vec<Fault> = body
        .keys()
        .map(|member| Fault::at(format!("/{}", escape(member)), "unknown_member", text!("batch-member-unknown")))
        .collect();
    match items {
        Some(Value::Array(items)) if (1..=BATCH_ITEMS).contains(&items.len()) && faults.is_empty() => return Ok(items),
        Some(Value::Array(items)) if (1..=BATCH_ITEMS).contains(&items.len()) => {}
        Some(Value::Array(_)) => faults.push(Fault::at("/items", "item_count", text!("batch-item-count"))),
        Some(_) => faults.push(Fault::at("/items", "type", text!("batch-not-an-array"))),
        None => faults.push(Fault::at("/items", "required", text!("batch-member-missing"))),
    }
    Err(faults.into())
}

/// One item as a submission; pointers of its faults are into the whole body.
fn read_item(
    item: Value,
    index: usize,
    actor: &Actor,
    lenient: bool,
    schemas: &Schemas,
    directory: &Directory,
    now: Time,
) -> Result<Submission, Problem> {
    let at = format!("/items/{index}");
    let report = item.get("report").map(Value::to_string).unwrap_or_default();
    let envelope =
        schemas.check::<BatchItemInput>(item.clone(), web::Bytes::new()).map_err(|problem| problem.under(&at))?;
    // Faults of the report are found again, and judged strictly or leniently, when it is read by itself.
    let faults = envelope
        .faults
        .into_iter()
        .filter(|fault| !fault.pointer.starts_with("/report/"))
        .map(|fault| fault.under(&at))
        .collect::<Vec<_>>();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let under = |problem: Problem| problem.under(&format!("{at}/report"));
    let value = item.get("report").cloned().unwrap_or_default();
    let checked = schemas.check::<ReportInput>(value, report.clone().into()).map_err(under)?;
    let key =
        request_key(actor, "POST /v1/incidents/batch".to_owned(), envelope.value.idempotency_key, report.as_bytes());
    submission(actor.clone(), checked, key, lenient, directory, now).map_err(under)
}
