-- The gate: one row that every change locks first. It holds the newest position of the coordinator's feed and of the audit
-- events, so both are gap-free, and the versions that tell caches when to read again.
CREATE TABLE gate (
    id integer PRIMARY KEY CHECK (id = 1),
    store_id uuid NOT NULL,
    issuer text,
    position bigint NOT NULL,
    audit_position bigint NOT NULL,
    directory_version bigint NOT NULL,
    clients_version bigint NOT NULL,
    rules_version integer NOT NULL,
    round_robin jsonb NOT NULL
);

-- Participants, institutions and teams: what is looked up by stands in columns, the rest in the document.
CREATE TABLE directory (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('participant', 'institution', 'team')),
    unique_key text,
    active boolean NOT NULL,
    version bigint NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX directory_unique_key ON directory (kind, unique_key);

-- One row per feed (institution or team): its newest position, and a team's load. gate_position is the gate's position at the
-- last change, by which other processes find what moved.
CREATE TABLE feeds (
    owner uuid PRIMARY KEY REFERENCES directory (id),
    position bigint NOT NULL,
    gate_position bigint NOT NULL,
    weighted_load integer NOT NULL,
    open_cases integer NOT NULL
);
CREATE INDEX feeds_gate_position ON feeds (gate_position);

-- Machine accounts. A secret is kept as SHA-256 only.
CREATE TABLE clients (
    client_id text PRIMARY KEY,
    role text NOT NULL,
    owner uuid REFERENCES directory (id),
    name text NOT NULL,
    scopes text NOT NULL,
    secret_sha256 bytea,
    active boolean NOT NULL,
    credential_version integer NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Keys that sign access tokens, shared by every process on this store.
CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    pkcs8 bytea NOT NULL,
    public_x text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Every routing rule set that ever held.
CREATE TABLE rule_versions (
    version integer PRIMARY KEY,
    document jsonb NOT NULL,
    reason text,
    changed_by text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Incidents: what is filtered or ordered by stands in columns, the merged report in content.
CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    reference text NOT NULL,
    institution_id uuid NOT NULL REFERENCES directory (id),
    status text NOT NULL,
    sector text NOT NULL,
    level integer NOT NULL CHECK (level BETWEEN 0 AND 5),
    class text NOT NULL,
    tlp text NOT NULL,
    exercise boolean NOT NULL,
    external_ref text,
    regions text NOT NULL,
    search_text text NOT NULL,
    received_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    institution_position bigint NOT NULL,
    coordinator_position bigint NOT NULL,
    next_due_at timestamptz,
    report_sha256 bytea NOT NULL,
    content jsonb NOT NULL,
    triage jsonb NOT NULL,
    deadlines jsonb NOT NULL,
    warnings jsonb NOT NULL
);
CREATE UNIQUE INDEX incidents_reference ON incidents (reference);
CREATE UNIQUE INDEX incidents_external_ref ON incidents (institution_id, external_ref);
CREATE UNIQUE INDEX incidents_institution_position ON incidents (institution_id, institution_position);
CREATE UNIQUE INDEX incidents_coordinator_position ON incidents (coordinator_position);

-- Every submission as it came, to the byte.
CREATE TABLE reports (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    stage text NOT NULL,
    received_at timestamptz NOT NULL,
    client_id text NOT NULL,
    sha256 bytea NOT NULL,
    body text NOT NULL,
    warnings jsonb NOT NULL
);
CREATE INDEX reports_incident ON reports (incident_id, received_at);

-- Indicators of compromise, normalised; the original only where it differs.
CREATE TABLE indicators (
    incident_id uuid NOT NULL REFERENCES incidents (id),
    ordinal integer NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    original text,
    description text,
    added_at timestamptz NOT NULL,
    retracted_at timestamptz,
    PRIMARY KEY (incident_id, ordinal)
);
CREATE INDEX indicators_value ON indicators (kind, value);

-- Incident x team. The position is the case's place in its team's feed.
CREATE TABLE assignments (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    team_id uuid NOT NULL REFERENCES directory (id),
    role text NOT NULL,
    state text NOT NULL,
    position bigint NOT NULL,
    rule_id text NOT NULL,
    weight integer NOT NULL,
    acknowledge_by timestamptz,
    assigned_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    external_ref text,
    outcome text,
    summary text,
    why jsonb NOT NULL,
    changes jsonb NOT NULL
);
CREATE UNIQUE INDEX assignments_position ON assignments (team_id, position);
CREATE INDEX assignments_incident ON assignments (incident_id);
CREATE INDEX assignments_acknowledge_by ON assignments (acknowledge_by) WHERE state = 'assigned';

-- Every change, in one gap-free order. The incident's timeline is read from here; audience says which parties may see an event.
CREATE TABLE audit_events (
    position bigint PRIMARY KEY,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    audience text NOT NULL,
    actor_role text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    incident_id uuid,
    team_id uuid,
    reason text,
    request_id text,
    data jsonb NOT NULL
);
CREATE INDEX audit_events_incident ON audit_events (incident_id, position);

-- What was answered to which key. A key lives as long as what it made; a derived one until expires_at.
CREATE TABLE idempotency_keys (
    owner uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    body_sha256 bytea NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    location text,
    etag text,
    incident_id uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    replays integer NOT NULL,
    PRIMARY KEY (owner, operation, key)
);
