//! Participants, institutions and teams. The three parts have the same six operations; `crud` has the one body of each.

use actix_web::{HttpResponse, get, post, put, web};
use serde::Serialize;
use uuid::Uuid;
use zvit_db::directory as store;
use zvit_db::rows::DirectoryRow;
use zvit_domain::directory::{InstitutionInput, ParticipantInput, TeamInput};

use crate::auth::Caller;
use crate::cursor::ListKind;
use crate::entries::{Institution, InstitutionList, Participant, ParticipantList, Team, TeamList};
use crate::input::{Body, IdempotencyKey, IfMatch, IfNoneMatch, PathId, Query, Schemas};
use crate::permission;
use crate::problem::Problem;
use crate::routes::cases::ReasonInput;
use crate::routes::reports::PartQuery;
use crate::state::App;

mod crud {
    use super::{
        App, Body, DirectoryRow, IdempotencyKey, IfMatch, IfNoneMatch, ListKind, PartQuery, Problem, Query,
        ReasonInput, Schemas, Serialize, Uuid, store,
    };
    use crate::actor::Actor;
    use crate::cursor::Scope;
    use crate::flows::assign::withdraw_above_ceiling;
    use crate::flows::directory::{Entry, create, replace, set_active};
    use crate::flows::idempotency::{Kept, once};
    use crate::input::etag;
    use crate::intake::request_key;
    use crate::reply;
    use actix_web::{HttpResponse, web};

    /// A view that an entry can be turned into.
    pub(super) trait View:
        for<'a> TryFrom<&'a DirectoryRow, Error = Problem> + Serialize + Send + 'static
    {
    }
    impl<T: for<'a> TryFrom<&'a DirectoryRow, Error = Problem> + Serialize + Send + 'static> View for T {}

    pub(super) async fn list<E: Entry, V: View>(
        app: &App,
        query: Query<PartQuery>,
        kind: ListKind,
    ) -> Result<(Vec<V>, Option<String>), Problem> {
        let query = query.checked()?;
        let scope = Scope { kind, store: app.store_id, owner: Uuid::nil() };
        let after = scope.id(query.cursor.as_deref())?;
        app.read(move |tx| {
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let mut rows = store::page(tx, E::KIND, after, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|row| scope.encode(row.id.0.as_bytes()));
            Ok((rows.iter().map(V::try_from).collect::<Result<_, _>>()?, next))
        })
        .await
    }

    pub(super) async fn one<E: Entry, V: View>(
        app: &App,
        id: Uuid,
        if_none_match: IfNoneMatch,
    ) -> Result<HttpResponse, Problem> {
        let row = find::<E>(app, id).await?;
        let tag = etag(row.version);
        if if_none_match.matches(&tag) {
            Ok(reply::not_modified(&tag))
        } else {
            reply::tagged(&V::try_from(&row)?, &tag)
        }
    }

    async fn find<E: Entry>(app: &App, id: Uuid) -> Result<DirectoryRow, Problem> {
        app.read(move |tx| store::find(tx, E::KIND, id)?.ok_or_else(Problem::not_found)).await
    }

    pub(super) async fn add<E: Entry, V: View>(
        app: &App,
        actor: Actor,
        key: IdempotencyKey,
        body: Body,
        schemas: &Schemas,
        path: &'static str,
    ) -> Result<HttpResponse, Problem> {
        let checked = body.json::<E>(schemas)?;
        let faults = checked.value.check(&app.directory(), None);
        let raw = checked.raw.clone();
        let entry = checked.strict(faults)?;
        let key = request_key(&actor, format!("POST {path}"), key.required()?, &raw);
        let answer = app
            .change(move |change, memory| {
                once(change, Some(&key), |change| {
                    let directory = memory.directory_for(change)?;
                    let row = create(change, &directory, &actor, None, &entry)?;
                    Ok(Kept::new(201, &V::try_from(&row)?)?
                        .at(format!("{path}/{}", row.id.0))
                        .tagged(etag(row.version)))
                })
            })
            .await?;
        Ok(reply::kept(answer))
    }

    pub(super) async fn put<E: Entry, V: View>(
        app: &App,
        actor: Actor,
        id: Uuid,
        if_match: IfMatch,
        body: Body,
        schemas: &Schemas,
    ) -> Result<HttpResponse, Problem> {
        find::<E>(app, id).await?;
        let checked = body.json::<E>(schemas)?;
        let faults = checked.value.check(&app.directory(), Some(id));
        let entry = checked.strict(faults)?;
        let answer = app
            .change(move |change, memory| {
                let directory = memory.directory_for(change)?;
                let row = store::find(&mut change.tx, E::KIND, id)?.ok_or_else(Problem::not_found)?;
                if_match.required(&etag(row.version))?;
                let row = replace(change, &directory, &actor, row, entry)?;
                if E::KIND == store::Kind::Team {
                    let directory = memory.directory_for(change)?;
                    withdraw_above_ceiling(change, id, &directory)?;
                }
                Ok(Kept::new(200, &V::try_from(&row)?)?.tagged(etag(row.version)))
            })
            .await?;
        Ok(reply::kept(answer))
    }

    pub(super) async fn activate<E: Entry, V: View>(
        app: &App,
        actor: Actor,
        id: Uuid,
        body: Body,
        schemas: &web::Data<Schemas>,
        active: bool,
    ) -> Result<HttpResponse, Problem> {
        find::<E>(app, id).await?;
        let input = body.json::<ReasonInput>(schemas)?.strict(Vec::new())?;
        let answer = app
            .change(move |change, memory| {
                let directory = memory.directory_for(change)?;
                let row = store::find(&mut change.tx, E::KIND, id)?.ok_or_else(Problem::not_found)?;
                let row = set_active::<E>(change, &directory, &actor, row, active, &input.reason)?;
                Ok(Kept::new(200, &V::try_from(&row)?)?.tagged(etag(row.version)))
            })
            .await?;
        Ok(reply::kept(answer))
    }
}

/// Declares the six operations of one part of the directory.
macro_rules! part {
    (
        $input:ty, $view:ty, $list:ty, $kind:expr, $one:literal, $many:literal, $path:literal, $path_id:literal, $path_on:literal, $path_off:literal,
        $list_id:literal $list_fn:ident $list_op:ident, $get_id:literal $get_fn:ident $get_op:ident, $add_id:literal $add_fn:ident $add_op:ident, $put_id:literal $put_fn:ident $put_op:ident,
        $on_id:literal $on_fn:ident $on_op:ident, $off_id:literal $off_fn:ident $off_op:ident
    ) => {
        #[doc = concat!("List ", $many, ", in the order of their ids.")]
        #[utoipa::path(tag = "directory", summary = concat!("List ", $many), description = concat!("The ", $many, " in the order of their ids."), operation_id = $list_id, params(PartQuery), responses((status = 200, description = "A page of the directory", body = $list)))]
        #[get($path)]
        pub async fn $list_fn(_caller: Caller<permission::$list_op>, query: Query<PartQuery>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            let (items, next_cursor) = crud::list::<$input, $view>(&app, query, $kind).await?;
            crate::reply::json(&<$list>::from_parts(items, next_cursor))
        }

        #[doc = concat!("Read one ", $one, ".")]
        #[utoipa::path(
            summary = concat!("Read one ", $one), description = "One entry with its version.",
            tag = "directory", operation_id = $get_id,
            params(("id" = Uuid, Path, description = "Its id"), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
            responses(
                (status = 200, description = "The entry", body = $view, headers(("ETag" = String, description = "Its version"))),
                (status = 304, description = "It has not changed"),
            ),
        )]
        #[get($path_id)]
        pub async fn $get_fn(_caller: Caller<permission::$get_op>, id: PathId, if_none_match: IfNoneMatch, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            crud::one::<$input, $view>(&app, id.0, if_none_match).await
        }

        #[doc = concat!("Add one ", $one, ".")]
        #[utoipa::path(
            summary = concat!("Add one ", $one), description = "A new entry.",
            tag = "directory", operation_id = $add_id,
            params(("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128)),
            request_body = $input,
            responses((status = 201, description = "The entry", body = $view, headers(
                ("Location" = String, description = "Its address"),
                ("ETag" = String, description = "Its version"),
                ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
            ))),
        )]
        #[post($path)]
        pub async fn $add_fn(caller: Caller<permission::$add_op>, key: IdempotencyKey, body: Body, schemas: web::Data<Schemas>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            crud::add::<$input, $view>(&app, caller.actor(), key, body, &schemas, $path).await
        }

        #[doc = concat!("Replace one ", $one, ".")]
        #[utoipa::path(
            summary = concat!("Replace one ", $one), description = "The whole entry at once; If-Match guards against another's change.",
            tag = "directory", operation_id = $put_id,
            params(("id" = Uuid, Path, description = "Its id"), ("If-Match" = String, Header, description = "Its ETag", max_length = 300)),
            request_body = $input,
            responses((status = 200, description = "The entry", body = $view, headers(("ETag" = String, description = "Its version")))),
        )]
        #[put($path_id)]
        pub async fn $put_fn(caller: Caller<permission::$put_op>, id: PathId, if_match: IfMatch, body: Body, schemas: web::Data<Schemas>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            crud::put::<$input, $view>(&app, caller.actor(), id.0, if_match, body, &schemas).await
        }

        #[doc = concat!("Activate one ", $one, ".")]
        #[utoipa::path(
            summary = concat!("Activate one ", $one), description = "It takes part again.",
            tag = "directory", operation_id = $on_id,
            params(("id" = Uuid, Path, description = "Its id")),
            request_body = ReasonInput,
            responses((status = 200, description = "The entry", body = $view, headers(("ETag" = String, description = "Its version")))),
        )]
        #[post($path_on)]
        pub async fn $on_fn(caller: Caller<permission::$on_op>, id: PathId, body: Body, schemas: web::Data<Schemas>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            crud::activate::<$input, $view>(&app, caller.actor(), id.0, body, &schemas, true).await
        }

        #[doc = concat!("Deactivate one ", $one, ": its clients are refused at once; what it reported or leads stays.")]
        #[utoipa::path(
            summary = concat!("Deactivate one ", $one), description = "Its clients are refused at once; what it reported or leads stays.",
            tag = "directory", operation_id = $off_id,
            params(("id" = Uuid, Path, description = "Its id")),
            request_body = ReasonInput,
            responses((status = 200, description = "The entry", body = $view, headers(("ETag" = String, description = "Its version")))),
        )]
        #[post($path_off)]
        pub async fn $off_fn(caller: Caller<permission::$off_op>, id: PathId, body: Body, schemas: web::Data<Schemas>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
            crud::activate::<$input, $view>(&app, caller.actor(), id.0, body, &schemas, false).await
        }
    };
}

part!(
    ParticipantInput, Participant, ParticipantList, ListKind::Participants, "participant", "participants",
    "/v1/participants", "/v1/participants/{id}", "/v1/participants/{id}/activate", "/v1/participants/{id}/deactivate",
    "list_participants" list_participants ListParticipants, "get_participant" get_participant GetParticipant, "create_participant" create_participant CreateParticipant,
    "replace_participant" replace_participant ReplaceParticipant, "activate_participant" activate_participant ActivateParticipant, "deactivate_participant" deactivate_participant DeactivateParticipant
);
part!(
    InstitutionInput, Institution, InstitutionList, ListKind::Institutions, "institution", "institutions",
    "/v1/institutions", "/v1/institutions/{id}", "/v1/institutions/{id}/activate", "/v1/institutions/{id}/deactivate",
    "list_institutions" list_institutions ListInstitutions, "get_institution" get_institution GetInstitution, "create_institution" create_institution CreateInstitution,
    "replace_institution" replace_institution ReplaceInstitution, "activate_institution" activate_institution ActivateInstitution, "deactivate_institution" deactivate_institution DeactivateInstitution
);
part!(
    TeamInput, Team, TeamList, ListKind::Teams, "team", "teams",
    "/v1/teams", "/v1/teams/{id}", "/v1/teams/{id}/activate", "/v1/teams/{id}/deactivate",
    "list_teams" list_teams ListTeams, "get_team" get_team GetTeam, "create_team" create_team CreateTeam,
    "replace_team" replace_team ReplaceTeam, "activate_team" activate_team ActivateTeam, "deactivate_team" deactivate_team DeactivateTeam
);
