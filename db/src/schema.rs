//! The tables, once for both databases: the column types are those of [`crate::types`], not a database's own.
#![allow(missing_docs, reason = "the migrations describe tables and columns")]

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    use crate::types::sql::*;

    gate (id) {
        id -> Integer,
        store_id -> Uid,
        issuer -> Nullable<Text>,
        position -> BigInt,
        audit_position -> BigInt,
        directory_version -> BigInt,
        clients_version -> BigInt,
        rules_version -> Integer,
        round_robin -> JsonDoc,
    }
}

table! {
    use crate::types::sql::*;

    directory (id) {
        id -> Uid,
        kind -> Text,
        unique_key -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
        document -> JsonDoc,
        created_at -> Moment,
        updated_at -> Moment,
        on_hold -> Bool,
        joined_to -> Nullable<Uid>,
    }
}

table! {
    use crate::types::sql::*;

    feeds (owner) {
        owner -> Uid,
        position -> BigInt,
        gate_position -> BigInt,
        weighted_load -> Integer,
        open_cases -> Integer,
    }
}

table! {
    use crate::types::sql::*;

    clients (client_id) {
        client_id -> Text,
        role -> Text,
        owner -> Nullable<Uid>,
        name -> Text,
        scopes -> Text,
        secret_sha256 -> Nullable<Binary>,
        active -> Bool,
        credential_version -> Integer,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        spare -> Bool,
        rate_per_second -> Nullable<Integer>,
        rate_burst -> Nullable<Integer>,
    }
}

table! {
    use crate::types::sql::*;

    client_keys (client_id, kid) {
        client_id -> Text,
        kid -> Text,
        alg -> Text,
        jwk -> JsonDoc,
        created_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    assertion_ids (client_id, jti_sha256) {
        client_id -> Text,
        jti_sha256 -> Binary,
        expires_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    enrolment_codes (code_sha256) {
        code_sha256 -> Binary,
        client_id -> Text,
        created_at -> Moment,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
        key_thumbprint -> Nullable<Text>,
    }
}

table! {
    use crate::types::sql::*;

    signing_keys (kid) {
        kid -> Text,
        state -> Text,
        pkcs8 -> Binary,
        public_x -> Text,
        created_at -> Moment,
        use_from -> Nullable<Moment>,
        retired_at -> Nullable<Moment>,
    }
}

table! {
    use crate::types::sql::*;

    rule_versions (version) {
        version -> Integer,
        document -> JsonDoc,
        reason -> Nullable<Text>,
        changed_by -> Text,
        created_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    incidents (id) {
        id -> Uid,
        reference -> Text,
        institution_id -> Uid,
        status -> Text,
        sector -> Text,
        level -> Integer,
        class -> Text,
        tlp -> Text,
        exercise -> Bool,
        external_ref -> Nullable<Text>,
        regions -> Text,
        search_text -> Text,
        received_at -> Moment,
        updated_at -> Moment,
        version -> BigInt,
        institution_position -> BigInt,
        coordinator_position -> BigInt,
        next_due_at -> Nullable<Moment>,
        report_sha256 -> Binary,
        content -> JsonDoc,
        triage -> JsonDoc,
        deadlines -> JsonDoc,
        warnings -> JsonDoc,
        remind_at -> Nullable<Moment>,
        resolved_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
        withdrawal -> Nullable<JsonDoc>,
        merged_into -> Nullable<Uid>,
        features -> Text,
        submitted_by -> Nullable<Uid>,
        moved_at -> Nullable<Moment>,
    }
}

table! {
    use crate::types::sql::*;

    reports (id) {
        id -> Uid,
        incident_id -> Uid,
        stage -> Text,
        received_at -> Moment,
        client_id -> Text,
        sha256 -> Binary,
        body -> Text,
        warnings -> JsonDoc,
    }
}

table! {
    use crate::types::sql::*;

    indicators (incident_id, ordinal) {
        incident_id -> Uid,
        ordinal -> Integer,
        kind -> Text,
        value -> Text,
        original -> Nullable<Text>,
        description -> Nullable<Text>,
        added_at -> Moment,
        retracted_at -> Nullable<Moment>,
        added_by -> Nullable<Uid>,
        tlp -> Nullable<Text>,
    }
}

table! {
    use crate::types::sql::*;

    assignments (id) {
        id -> Uid,
        incident_id -> Uid,
        team_id -> Uid,
        role -> Text,
        state -> Text,
        position -> BigInt,
        rule_id -> Text,
        weight -> Integer,
        acknowledge_by -> Nullable<Moment>,
        assigned_at -> Moment,
        updated_at -> Moment,
        acknowledged_at -> Nullable<Moment>,
        external_ref -> Nullable<Text>,
        outcome -> Nullable<Text>,
        summary -> Nullable<Text>,
        why -> JsonDoc,
        changes -> JsonDoc,
        escalate_to -> Nullable<Uid>,
        remind_at -> Nullable<Moment>,
        rule_version -> Integer,
        first_delivered_at -> Nullable<Moment>,
        resolved_at -> Nullable<Moment>,
        assistance -> Nullable<Text>,
        grants -> Text,
        expires -> Bool,
    }
}

table! {
    use crate::types::sql::*;

    audit_events (position) {
        position -> BigInt,
        id -> Uid,
        at -> Moment,
        kind -> Text,
        audience -> Text,
        actor_role -> Text,
        actor_id -> Text,
        actor_name -> Text,
        object_kind -> Text,
        object_id -> Text,
        incident_id -> Nullable<Uid>,
        team_id -> Nullable<Uid>,
        reason -> Nullable<Text>,
        request_id -> Nullable<Text>,
        data -> JsonDoc,
        acting_person -> Nullable<Text>,
    }
}

table! {
    use crate::types::sql::*;

    idempotency_keys (owner, operation, key) {
        owner -> Uid,
        operation -> Text,
        key -> Text,
        body_sha256 -> Binary,
        status -> Integer,
        body -> Text,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        incident_id -> Nullable<Uid>,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
        replays -> Integer,
    }
}

table! {
    use crate::types::sql::*;

    notices (id) {
        id -> Uid,
        occasion -> Text,
        channel -> Text,
        target -> Text,
        owner -> Uid,
        incident_id -> Nullable<Uid>,
        case_id -> Nullable<Uid>,
        reference -> Nullable<Text>,
        level -> Nullable<Integer>,
        deadline -> Nullable<Moment>,
        exercise -> Bool,
        state -> Text,
        attempts -> Integer,
        created_at -> Moment,
        next_try_at -> Nullable<Moment>,
        lease -> Nullable<Uid>,
        sent_at -> Nullable<Moment>,
        last_error -> Nullable<Text>,
        passed_at -> Nullable<Moment>,
        digest_id -> Nullable<Uid>,
        gathers_until -> Nullable<Moment>,
        gathered -> Nullable<Text>,
        settled_at -> Nullable<Moment>,
    }
}

table! {
    use crate::types::sql::*;

    mail_means (id) {
        id -> Integer,
        seen_at -> Nullable<Moment>,
        untold -> Integer,
        told_at -> Nullable<Moment>,
    }
}

table! {
    use crate::types::sql::*;

    webhook_secrets (owner) {
        owner -> Uid,
        secret -> Binary,
        previous -> Nullable<Binary>,
        previous_until -> Nullable<Moment>,
        created_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    incident_links (id) {
        id -> Uid,
        from_incident -> Uid,
        to_incident -> Uid,
        kind -> Text,
        reason -> Text,
        created_at -> Moment,
        created_by -> Text,
        removed_at -> Nullable<Moment>,
    }
}

allow_tables_to_appear_in_same_query!(
    gate,
    directory,
    feeds,
    clients,
    client_keys,
    assertion_ids,
    revoked_tokens,
    enrolment_codes,
    signing_keys,
    rule_versions,
    incidents,
    reports,
    indicators,
    assignments,
    audit_events,
    idempotency_keys,
    incident_links,
    notices,
    webhook_secrets
);

table! {
    use crate::types::sql::*;

    team_polls (team_id) {
        team_id -> Uid,
        polled_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    liveness (id) {
        id -> Integer,
        seen_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    overload (id) {
        id -> Integer,
        began_at -> Moment,
        quiet_since -> Nullable<Moment>,
    }
}

table! {
    use crate::types::sql::*;

    messages (id) {
        id -> Uid,
        incident_id -> Uid,
        author_role -> Text,
        author_owner -> Nullable<Uid>,
        author_name -> Text,
        visibility -> Text,
        language -> Nullable<Text>,
        text -> Text,
        created_at -> Moment,
        in_reply_to -> Nullable<Uid>,
        side_role -> Nullable<Text>,
        side_owner -> Nullable<Uid>,
    }
}

table! {
    use crate::types::sql::*;

    attachments (id) {
        id -> Uid,
        incident_id -> Uid,
        owner -> Uid,
        uploaded_role -> Text,
        uploaded_name -> Text,
        filename -> Text,
        kind -> Text,
        hazardous -> Bool,
        size -> BigInt,
        sha256 -> Binary,
        external_url -> Nullable<Text>,
        uploaded_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    translations (id) {
        id -> Uid,
        incident_id -> Uid,
        kind -> Text,
        message_id -> Nullable<Uid>,
        assignment_id -> Nullable<Uid>,
        language -> Text,
        text -> Text,
        machine -> Bool,
        source_sha256 -> Binary,
        author_role -> Text,
        author_name -> Text,
        created_at -> Moment,
    }
}

table! {
    use crate::types::sql::*;

    triage_proposals (id) {
        id -> Uid,
        incident_id -> Uid,
        team_id -> Uid,
        level -> Nullable<Integer>,
        sector -> Nullable<Text>,
        reason -> Text,
        state -> Text,
        created_at -> Moment,
        decided_at -> Nullable<Moment>,
        decided_by -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
    }
}

table! {
    use crate::types::sql::*;

    published_months (month, audience) {
        month -> Text,
        audience -> Uid,
        published_at -> Moment,
        document -> JsonDoc,
    }
}

allow_tables_to_appear_in_same_query!(messages, translations);
