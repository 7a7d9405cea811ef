//! Receipts: what was received when, for machines and on paper.

use std::collections::HashMap;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use zvit_db::attachments;
use zvit_db::conn::Tx;
use zvit_db::receipt::{events, received};
use zvit_db::rows::{AttachmentRow, AuditRow};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{PrintLanguage, Stage};
use zvit_domain::word::Word;

use crate::auth::Caller;
use crate::clock;
use crate::flows::record::Record;
use crate::flows::show::assignment;
use crate::input::{IfNoneMatch, PathId, Query, weak_etag};
use crate::intake::sha256;
use crate::memory::{Clients, Directory};
use crate::permission::{GetReceipt, Permission, PrintReceipt};
use crate::problem::Problem;
use crate::receipt_page;
use crate::reply;
use crate::routes::reports::find_for_reporter;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{
    EventActor, InstitutionRef, PrintableReceipt, Receipt, ReceiptAttachment, ReceiptIncident, ReceiptInstitution,
    ReceiptReport, ReceiptTeam,
};

/// So many submissions stand on a receipt, and so many files.
const MOST: i64 = 10_000;

/// Get the receipt of an incident
///
/// What was received when, with the hash of each report and each file, what was due when, and which teams received it, as of the
/// moment of the answer. It repeats nothing of what the reports say, so it can be shown to an inspector; of files it
/// tells the names. Its ETag is a weak one:
/// as long as it holds, nothing has changed but `as_of`.
#[utoipa::path(
    tag = "incidents", operation_id = "get_receipt",
    params(("id" = Uuid, Path, description = "The incident's id"), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The receipt", body = Receipt, headers(("ETag" = String, description = "Names what the receipt says, but for its moment; weak (`W/`)"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/incidents/{id}/receipt")]
pub async fn get_receipt(
    caller: Caller<GetReceipt>,
    id: PathId,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (receipt, said) = read(&caller, id.0, &app).await?;
    let tag = weak_etag(said);
    if if_none_match.matches(&tag) {
        return Ok(reply::not_modified(&tag));
    }
    reply::tagged(&receipt, &tag)
}

fn both() -> PrintLanguage {
    PrintLanguage::Both
}

/// How a receipt is printed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PrintQuery {
    /// In which language.
    #[serde(default = "both")]
    #[param(default = "both")]
    language: PrintLanguage,
}

/// Print the receipt of an incident
///
/// The receipt as a document to be printed (A4) or kept: self-contained HTML without scripts, in Ukrainian, English, or both. Times
/// are those of Kyiv, to the second and with their offset from UTC. Its ETag is weak, as that of the receipt.
#[utoipa::path(
    tag = "incidents", operation_id = "print_receipt",
    params(("id" = Uuid, Path, description = "The incident's id"), PrintQuery, ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The document", content_type = "text/html", body = PrintableReceipt, headers(("ETag" = String, description = "Names what the receipt says, but for its moment, and the language; weak (`W/`)"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/incidents/{id}/receipt/printable")]
pub async fn print_receipt(
    caller: Caller<PrintReceipt>,
    id: PathId,
    query: Query<PrintQuery>,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (receipt, said) = read(&caller, id.0, &app).await?;
    let language = query.checked()?.language;
    let tag = weak_etag(format!("{said}-{language}"));
    if if_none_match.matches(&tag) {
        return Ok(reply::not_modified(&tag));
    }
    let PrintableReceipt(page) = receipt_page::write(&receipt, language);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, receipt_page::policy()))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((ETAG, tag))
        .body(page))
}

/// The receipt, and what names all that it says but its moment; the read is noted where it must be.
async fn read<P: Permission>(caller: &Caller<P>, id: Uuid, app: &web::Data<App>) -> Result<(Receipt, String), Problem> {
    let actor = caller.actor();
    let (directory, clients) = (app.directory(), app.clients());
    let (issuer, store_id) = (app.issuer().to_owned(), app.store_id);
    // Before anything is read, so that whatever had been taken in by then stands in it.
    let as_of = clock::now();
    let (receipt, reads) = app
        .read(move |tx| {
            let row = find_for_reporter(tx, &directory, &actor, id)?;
            let record = Record::load(tx, row)?;
            let who = |row: &AuditRow| submitter(row, &clients, actor.owner);
            let reports = reports(tx, id, who)?;
            let attachments = attached(tx, id, who)?;
            let incident = record.incident(&directory, actor.language, actor.role);
            let teams = record.assignments.iter().map(|row| team(assignment(row, &directory, false))).collect();
            let receipt = Receipt {
                as_of,
                incident: ReceiptIncident {
                    id,
                    reference: incident.reference,
                    status: incident.status,
                    received_at: incident.received_at,
                    became_aware_at: incident.became_aware_at,
                    exercise: incident.exercise,
                },
                institution: institution(incident.institution, &directory),
                reports,
                attachments,
                deadlines: incident.deadlines,
                teams,
                issuer,
                store_id,
            };
            Ok((receipt, sensitive([&record.row], actor.owner)))
        })
        .await?;
    app.note_reads(caller, P::OPERATION.id, reads).await?;
    let (said, receipt) = named(receipt)?;
    Ok((receipt, said))
}

/// The hash of all that the receipt says but its moment: names of institutions and teams change without the incident doing so.
fn named(mut receipt: Receipt) -> Result<(String, Receipt), Problem> {
    let as_of = std::mem::replace(&mut receipt.as_of, Time::from_micros(0));
    let said = crate::hex(&sha256(&serde_json::to_vec(&receipt)?));
    Ok((said, Receipt { as_of, ..receipt }))
}

fn institution(of: InstitutionRef, directory: &Directory) -> ReceiptInstitution {
    let edrpou = directory.institutions.get(&of.id).and_then(|known| known.entry.edrpou.clone());
    ReceiptInstitution { id: of.id, name_uk: of.name_uk, name_en: of.name_en, edrpou }
}

/// The events of these kinds, by what they name in this member; one that names nothing stands under the empty text.
fn by_what_they_name(
    tx: &mut Tx<'_>,
    incident: Uuid,
    kinds: &[&str],
    member: &str,
) -> Result<HashMap<String, AuditRow>, Problem> {
    let mut by_name = HashMap::new();
    for row in events(tx, incident, kinds, MOST)? {
        let data: serde_json::Value = row.data.read()?;
        let named = data.get(member).and_then(serde_json::Value::as_str).unwrap_or_default();
        by_name.insert(named.to_owned(), row);
    }
    Ok(by_name)
}

/// The submissions with who sent each: the initial one stands in an event of its own, the others in events that name them.
fn reports(
    tx: &mut Tx<'_>,
    incident: Uuid,
    who: impl Fn(&AuditRow) -> EventActor,
) -> Result<Vec<ReceiptReport>, Problem> {
    let by_report = by_what_they_name(tx, incident, &["incident_submitted", "report_submitted"], "report_id")?;
    let shown = received(tx, incident, MOST)?.into_iter().map(|row| {
        let stage = Stage::from_code(&row.stage).unwrap_or(Stage::Update);
        let named = if stage == Stage::Initial { String::new() } else { row.id.0.to_string() };
        ReceiptReport {
            id: row.id.0,
            stage,
            received_at: row.received_at.0,
            sha256: crate::hex(&row.sha256),
            bytes: row.bytes,
            submitted_by: by_report.get(&named).map(&who),
        }
    });
    Ok(shown.collect())
}

/// The files with who sent each. Whoever may read the receipt may list them: they are for all parties.
fn attached(
    tx: &mut Tx<'_>,
    incident: Uuid,
    who: impl Fn(&AuditRow) -> EventActor,
) -> Result<Vec<ReceiptAttachment>, Problem> {
    let by_file = by_what_they_name(tx, incident, &["attachment_added"], "attachment_id")?;
    let sender = |row: &AttachmentRow| {
        let unnamed =
            || EventActor { role: row.uploaded_role.clone(), id: None, name: row.uploaded_name.clone(), person: None };
        by_file.get(&row.id.0.to_string()).map_or_else(unnamed, &who)
    };
    let shown = attachments::of(tx, incident, None, None, MOST)?.into_iter().map(|row| ReceiptAttachment {
        id: row.id.0,
        submitted_by: sender(&row),
        received_at: row.uploaded_at.0,
        sha256: crate::hex(&row.sha256),
        bytes: row.size,
        external: row.external_url.is_some(),
        filename: row.filename,
    });
    Ok(shown.collect())
}

/// Client ids are the coordinator's business; persons are that of their own side too.
fn submitter(row: &AuditRow, clients: &Clients, reader: Option<Uuid>) -> EventActor {
    let of_own_side = reader.is_none() || clients.owner_of(&row.actor_id) == reader;
    EventActor {
        role: row.actor_role.clone(),
        id: reader.is_none().then(|| row.actor_id.clone()),
        name: row.actor_name.clone(),
        person: row.acting_person.clone().filter(|_| of_own_side),
    }
}

fn team(held: crate::views::Assignment) -> ReceiptTeam {
    ReceiptTeam {
        team: held.team,
        role: held.role,
        state: held.state,
        assigned_at: held.assigned_at,
        first_delivered_at: held.first_delivered_at,
        acknowledged_at: held.acknowledged_at,
    }
}
