//! How to go on by hand: lines to paste into a shell.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use uuid::Uuid;
use zvit_domain::vocabulary::{Role, Sector};
use zvit_texts::label;

use super::figures::Figures;
use super::outcome::Outcome;
use super::text::Paint;
use crate::seed::MadeClient;

/// Takes the token out of the answer with what every system has.
const TAKE_TOKEN: &str = r#"sed 's/.*"access_token":"\([^"]*\)".*/\1/'"#;

/// Where the service is, and what its caller must trust.
pub(super) struct Reached<'a> {
    pub(super) address: SocketAddr,
    pub(super) certificate: &'a Path,
}

/// Token, submission, poll and the addresses of the documentation, with real clients of this run.
pub(super) fn invitation(outcome: &Outcome, reached: &Reached<'_>, clients: &[MadeClient], paint: &Paint) -> String {
    let base = format!("https://{}", reached.address);
    // In single quotes, so that any path of a temporary directory will do.
    let curl = format!("curl -s --cacert '{}'", reached.certificate.display().to_string().replace('\'', "'\\''"));
    let title = format!(
        "The service runs on until Ctrl-C. Its documentation: {base}/docs/ and {base}/openapi.json (its certificate is its own; browsers ask)"
    );
    let mut page = format!("\n{}\n\n", paint.bold(&title));
    let mut say = |comment: &str, line: &str| {
        let _ = writeln!(page, "{}\n{line}\n", paint.dim(&format!("# {comment}")));
    };
    if let Some((name, client)) = reporter(outcome, clients) {
        say(&format!("a token for {name}, good for ten minutes"), &token("TOKEN", &curl, &base, client));
        let submit = format!(
            r#"{curl} {base}/v1/incidents -H "Authorization: Bearer $TOKEN" \
  -H "Idempotency-Key: by-hand-$(date +%s)" -H 'Content-Type: application/json' \
  -d '{{"description":"{}","danger_to_life":true}}'; echo"#,
            label!("demo-report-by-hand").uk()
        );
        say("report an incident: one line is enough; the answer says how it was judged and who has it", &submit);
    }
    if let Some((name, client)) = busiest(outcome, clients) {
        say(&format!("a token for {name}"), &token("TEAM", &curl, &base, client));
        let poll = format!(r#"{curl} "{base}/v1/cases?limit=2" -H "Authorization: Bearer $TEAM"; echo"#);
        say("poll its cases; go on with the answer’s next_cursor: ?cursor=…&wait=30", &poll);
    }
    let role = Role::Coordinator.to_string();
    if let Some(client) = clients.iter().find(|client| client.role == role) {
        say("a token for the coordinator, who sees everything", &token("COORDINATOR", &curl, &base, client));
        let newest = format!(
            r#"{curl} "{base}/v1/incidents?level_min=4&limit=2" -H "Authorization: Bearer $COORDINATOR"; echo"#
        );
        say("the incidents of level 4 and above that changed last", &newest);
    }
    page
}

fn token(variable: &str, curl: &str, base: &str, client: &MadeClient) -> String {
    format!(
        "{variable}=$({curl} {base}/oauth2/token -d grant_type=client_credentials \\\n  -u '{}:{}' | {TAKE_TOKEN})",
        client.client_id, client.client_secret
    )
}

fn client_of(clients: &[MadeClient], owner: Uuid) -> Option<&MadeClient> {
    clients.iter().find(|client| client.owner == Some(owner))
}

/// The institution of the gravest incident in health: the report to paste is a hospital’s.
fn reporter<'a>(outcome: &'a Outcome, clients: &'a [MadeClient]) -> Option<(&'a str, &'a MadeClient)> {
    let shown = outcome.by_gravity().into_iter().find(|shown| shown.incident.sector == Sector::Health)?;
    let institution = &shown.incident.institution;
    Some((institution.name_en.as_str(), client_of(clients, institution.id)?))
}

/// The team with the most cases.
fn busiest<'a>(outcome: &'a Outcome, clients: &'a [MadeClient]) -> Option<(&'a str, &'a MadeClient)> {
    let figures = Figures::of(outcome);
    let (name, _) = figures.by_team.iter().max_by_key(|(_, team)| team.lead + team.support)?;
    let mut assignments = outcome.shown.iter().flat_map(|shown| &shown.incident.assignments);
    let team = &assignments.find(|assignment| assignment.team.name == *name)?.team;
    Some((team.name.as_str(), client_of(clients, team.id)?))
}
