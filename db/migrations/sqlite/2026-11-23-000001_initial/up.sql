-- UUIDs are 16-byte blobs, times are microseconds since 1970-01-01 UTC, documents are JSON text.

-- The gate: one row that every change locks first. It holds the newest position of the coordinator's feed and of the audit
-- events, so both are gap-free, and the versions that tell caches when to read again.
CREATE TABLE gate (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    store_id BLOB NOT NULL,
    issuer TEXT,
    position INTEGER NOT NULL,
    audit_position INTEGER NOT NULL,
    directory_version INTEGER NOT NULL,
    clients_version INTEGER NOT NULL,
    rules_version INTEGER NOT NULL,
    round_robin TEXT NOT NULL
) STRICT;

-- Participants, institutions and teams: what is looked up by stands in columns, the rest in the document.
CREATE TABLE directory (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('participant', 'institution', 'team')),
    unique_key TEXT,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX directory_unique_key ON directory (kind, unique_key);

-- One row per feed (institution or team): its newest position, and a team's load. gate_position is the gate's position at the
-- last change, by which other processes find what moved.
CREATE TABLE feeds (
    owner BLOB PRIMARY KEY REFERENCES directory (id),
    position INTEGER NOT NULL,
    gate_position INTEGER NOT NULL,
    weighted_load INTEGER NOT NULL,
    open_cases INTEGER NOT NULL
) STRICT;
CREATE INDEX feeds_gate_position ON feeds (gate_position);

-- Machine accounts. A secret is kept as SHA-256 only.
CREATE TABLE clients (
    client_id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    owner BLOB REFERENCES directory (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_sha256 BLOB,
    active INTEGER NOT NULL,
    credential_version INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Keys that sign access tokens, shared by every process on this store.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    pkcs8 BLOB NOT NULL,
    public_x TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Every routing rule set that ever held.
CREATE TABLE rule_versions (
    version INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    reason TEXT,
    changed_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Incidents: what is filtered or ordered by stands in columns, the merged report in content.
CREATE TABLE incidents (
    id BLOB PRIMARY KEY,
    reference TEXT NOT NULL,
    institution_id BLOB NOT NULL REFERENCES directory (id),
    status TEXT NOT NULL,
    sector TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 5),
    class TEXT NOT NULL,
    tlp TEXT NOT NULL,
    exercise INTEGER NOT NULL,
    external_ref TEXT,
    regions TEXT NOT NULL,
    search_text TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    institution_position INTEGER NOT NULL,
    coordinator_position INTEGER NOT NULL,
    next_due_at INTEGER,
    report_sha256 BLOB NOT NULL,
    content TEXT NOT NULL,
    triage TEXT NOT NULL,
    deadlines TEXT NOT NULL,
    warnings TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_reference ON incidents (reference);
CREATE UNIQUE INDEX incidents_external_ref ON incidents (institution_id, external_ref);
CREATE UNIQUE INDEX incidents_institution_position ON incidents (institution_id, institution_position);
CREATE UNIQUE INDEX incidents_coordinator_position ON incidents (coordinator_position);

-- Every submission as it came, to the byte.
CREATE TABLE reports (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    stage TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    body TEXT NOT NULL,
    warnings TEXT NOT NULL
) STRICT;
CREATE INDEX reports_incident ON reports (incident_id, received_at);

-- Indicators of compromise, normalised; the original only where it differs.
CREATE TABLE indicators (
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    original TEXT,
    description TEXT,
    added_at INTEGER NOT NULL,
    retracted_at INTEGER,
    PRIMARY KEY (incident_id, ordinal)
) STRICT;
CREATE INDEX indicators_value ON indicators (kind, value);

-- Incident x team. The position is the case's place in its team's feed.
CREATE TABLE assignments (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    team_id BLOB NOT NULL REFERENCES directory (id),
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    position INTEGER NOT NULL,
    rule_id TEXT NOT NULL,
    weight INTEGER NOT NULL,
    acknowledge_by INTEGER,
    assigned_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    external_ref TEXT,
    outcome TEXT,
    summary TEXT,
    why TEXT NOT NULL,
    changes TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX assignments_position ON assignments (team_id, position);
CREATE INDEX assignments_incident ON assignments (incident_id);
CREATE INDEX assignments_acknowledge_by ON assignments (acknowledge_by) WHERE state = 'assigned';

-- Every change, in one gap-free order. The incident's timeline is read from here; audience says which parties may see an event.
CREATE TABLE audit_events (
    position INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    audience TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    incident_id BLOB,
    team_id BLOB,
    reason TEXT,
    request_id TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_incident ON audit_events (incident_id, position);

-- What was answered to which key. A key lives as long as what it made; a derived one until expires_at.
CREATE TABLE idempotency_keys (
    owner BLOB NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    body_sha256 BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    location TEXT,
    etag TEXT,
    incident_id BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    replays INTEGER NOT NULL,
    PRIMARY KEY (owner, operation, key)
) STRICT;
