//! Routing rules: one versioned document.

use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::rows::RuleVersionRow;
use zvit_db::{feeds, rules as store};
use zvit_domain::fault::Fault;
use zvit_domain::routing::{ActOn, Rule, RuleSet, RulesEffect};
use zvit_domain::time::Time;
use zvit_texts::text;

use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::idempotency::Kept;
use crate::flows::rules::{check as check_rules, check_effect, effect as effect_of, faults, put as set_rules};
use crate::input::{Body, IfMatch, IfNoneMatch, Query, Schemas, etag};
use crate::memory::Directory;
use crate::permission::{GetRoutingRules, ListRoutingRulesVersions, ReplaceRoutingRules};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::routes::reports::PartQuery;
use crate::state::App;

/// The rules that hold, with their version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoutingRulesVersion {
    /// The version; 0 is the standard set that holds before anyone has set rules.
    #[schema(minimum = 0)]
    pub version: i32,
    /// Which level `level_min` is compared with.
    pub act_on: ActOn,
    /// After so many assignments that nobody acknowledged in time the coordinator's own team leads.
    #[schema(minimum = 1, maximum = 50)]
    pub max_tries: u32,
    /// The rules, in the order in which they are tried.
    #[schema(max_items = 200)]
    pub rules: Vec<Rule>,
    /// Who set them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub changed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changed_at: Option<Time>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub reason: Option<String>,
    /// Only in the answer that set them: what they would have done with the newest incidents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub effect: Option<RulesEffect>,
}

impl RoutingRulesVersion {
    fn of(row: &RuleVersionRow) -> Result<Self, Problem> {
        let set: RuleSet = row.document.read()?;
        Ok(Self {
            version: row.version,
            act_on: set.act_on,
            max_tries: set.max_tries,
            rules: set.rules,
            changed_by: Some(row.changed_by.clone()),
            changed_at: Some(row.created_at.0),
            reason: row.reason.clone(),
            effect: None,
        })
    }

    fn standard() -> Self {
        let set = RuleSet::default();
        Self {
            version: 0,
            act_on: set.act_on,
            max_tries: set.max_tries,
            rules: set.rules,
            changed_by: None,
            changed_at: None,
            reason: None,
            effect: None,
        }
    }
}

/// Every version of the rules, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoutingRulesVersionList {
    /// The versions.
    #[schema(max_items = 200)]
    pub items: Vec<RoutingRulesVersion>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub next_cursor: Option<String>,
}

/// New rules, or an earlier version that is to hold again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingRulesInput {
    /// Which level `level_min` is compared with; left out, the level itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub act_on: Option<ActOn>,
    /// After so many assignments that nobody acknowledged in time the coordinator's own team leads; left out, 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 50)]
    pub max_tries: Option<u32>,
    /// The rules, in the order in which they are tried. Either these or `restore`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 200)]
    pub rules: Option<Vec<Rule>>,
    /// The version that is to hold again, as a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 2_147_483_647)]
    pub restore: Option<i32>,
    /// Set them even if many more incidents would fall to the default.
    #[serde(default)]
    pub force: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// Read the routing rules
#[utoipa::path(
    tag = "routing", operation_id = "get_routing_rules",
    params(("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The rules that hold", body = RoutingRulesVersion, headers(("ETag" = String, description = "Their version"))),
        (status = 304, description = "They have not changed"),
    ),
)]
#[get("/v1/routing-rules")]
pub async fn get_routing_rules(
    _caller: Caller<GetRoutingRules>,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let rules = app
        .read(|tx| {
            let version = feeds::gate(tx)?.rules_version;
            store::find(tx, version)?
                .map_or_else(|| Ok(RoutingRulesVersion::standard()), |row| RoutingRulesVersion::of(&row))
        })
        .await?;
    let tag = etag(rules.version);
    if if_none_match.matches(&tag) { Ok(reply::not_modified(&tag)) } else { reply::tagged(&rules, &tag) }
}

/// Set the routing rules
///
/// The whole document at once, or `restore` for an earlier version. They hold for every report from now on. They are tried out on
/// the newest 500 incidents first; if over 20 percent more of those would fall to the default rule or the coordinator's team than
/// by the rules that hold, that is 409 `rules_unsafe` with the `effect`, unless `force` is true.
#[utoipa::path(
    tag = "routing", operation_id = "replace_routing_rules",
    params(("If-Match" = String, Header, description = "ETag of the rules that hold", max_length = 300)),
    request_body(content = RoutingRulesInput, example = json!({"restore": 1, "reason": "The new rules sent too much to one team."})),
    responses((status = 200, description = "The rules that hold now", body = RoutingRulesVersion, headers(("ETag" = String, description = "Their version")))),
)]
#[put("/v1/routing-rules")]
pub async fn replace_routing_rules(
    caller: Caller<ReplaceRoutingRules>,
    if_match: IfMatch,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let checked = body.json::<RoutingRulesInput>(&schemas)?;
    let semantic = rules_faults(&checked.value, &app.directory());
    let input = checked.strict(semantic)?;
    let (actor, directory, now) = (caller.actor(), app.directory(), clock::now());
    // Tried out before the change: nobody else waits for that.
    let (input, rules, tried_beside, effect) = app
        .read(move |tx| {
            let rules = wanted(tx, &input)?;
            check_rules(&rules, &directory)?;
            let version = feeds::gate(tx)?.rules_version;
            let present = version_of(tx, version)?.unwrap_or_default();
            Ok((input, rules.clone(), version, effect_of(tx, &directory, (&present, &rules), now)?))
        })
        .await?;
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            check_rules(&rules, &directory)?;
            if_match.required(&etag(change.gate.rules_version))?;
            if tried_beside != change.gate.rules_version {
                return Err(Problem::new(Code::PreconditionFailed));
            }
            if !input.force {
                check_effect(&effect)?;
            }
            let row = set_rules(change, &directory, &actor, &rules, Some(&input.reason))?;
            let shown = RoutingRulesVersion { effect: Some(effect), ..RoutingRulesVersion::of(&row)? };
            Ok(Kept::new(200, &shown)?.tagged(etag(row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}

/// The rules of a version; none before anyone has set rules.
fn version_of(tx: &mut Tx<'_>, version: i32) -> Result<Option<RuleSet>, Problem> {
    Ok(store::find(tx, version)?.map(|row| row.document.read()).transpose()?)
}

fn wanted(tx: &mut Tx<'_>, input: &RoutingRulesInput) -> Result<RuleSet, Problem> {
    match input.restore {
        Some(0) => Ok(RuleSet::default()),
        Some(version) => version_of(tx, version)?.ok_or_else(unknown_version),
        None => Ok(set_of(input)),
    }
}

fn set_of(input: &RoutingRulesInput) -> RuleSet {
    let standard = RuleSet::default();
    RuleSet {
        act_on: input.act_on.unwrap_or(standard.act_on),
        max_tries: input.max_tries.unwrap_or(standard.max_tries),
        rules: input.rules.clone().unwrap_or_default(),
    }
}

fn rules_faults(input: &RoutingRulesInput, directory: &Directory) -> Vec<Fault> {
    match (&input.rules, input.restore) {
        (Some(_), None) => faults(&set_of(input), directory),
        (None, Some(_)) if input.act_on.is_none() && input.max_tries.is_none() => Vec::new(),
        (Some(_), Some(_)) | (None, Some(_)) => {
            vec![Fault::at("/restore", "not_with_rules", text!("rules-or-restore"))]
        }
        (None, None) => {
            vec![Fault::at("/rules", "required", text!("rules-or-restore"))]
        }
    }
}

fn unknown_version() -> Problem {
    vec![Fault::at("/restore", "unknown_version", text!("version-unknown"))].into()
}

/// List the versions of the routing rules
#[utoipa::path(tag = "routing", operation_id = "list_routing_rules_versions", params(PartQuery), responses((status = 200, description = "A page of versions, newest first", body = RoutingRulesVersionList)))]
#[get("/v1/routing-rules/versions")]
pub async fn list_routing_rules_versions(
    _caller: Caller<ListRoutingRulesVersions>,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let scope = Scope { kind: ListKind::Rules, store: app.store_id, owner: Uuid::nil() };
    let before = scope.position(query.cursor.as_deref())?.map(|version| i32::try_from(version).unwrap_or(i32::MAX));
    let list = app
        .read(move |tx| {
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let mut rows = store::page(tx, before, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|row| scope.at(i64::from(row.version)));
            let items = rows.iter().map(RoutingRulesVersion::of).collect::<Result<_, _>>()?;
            Ok(RoutingRulesVersionList { items, next_cursor })
        })
        .await?;
    reply::json(&list)
}
