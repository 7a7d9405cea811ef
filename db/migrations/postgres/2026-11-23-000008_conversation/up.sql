-- What the parties say to each other about an incident, what they send along, and what a team proposes.

-- A message never changes. visibility says who may see it beside its author's side and the coordinator; author_owner is the
-- institution or the team, none for the coordinator.
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    author_role text NOT NULL,
    author_owner uuid,
    author_name text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('all', 'responders', 'coordinator')),
    language text,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX messages_incident ON messages (incident_id, id);

-- The bytes stand in a file that is named after their SHA-256; with external_url they are elsewhere and nothing is stored here.
-- owner is whose quota they count against, the nil UUID for the coordinator.
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    owner uuid NOT NULL,
    uploaded_role text NOT NULL,
    uploaded_name text NOT NULL,
    filename text NOT NULL,
    kind text NOT NULL,
    hazardous boolean NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    external_url text,
    uploaded_at timestamptz NOT NULL
);
CREATE INDEX attachments_incident ON attachments (incident_id, id);
CREATE INDEX attachments_owner ON attachments (owner);
CREATE INDEX attachments_sha256 ON attachments (sha256);

-- A text in another language, beside its original. source_sha256 is that of the original when it was translated.
CREATE TABLE translations (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    kind text NOT NULL,
    message_id uuid REFERENCES messages (id),
    assignment_id uuid REFERENCES assignments (id),
    language text NOT NULL,
    text text NOT NULL,
    machine boolean NOT NULL,
    source_sha256 bytea NOT NULL,
    author_role text NOT NULL,
    author_name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX translations_incident ON translations (incident_id, id);
CREATE INDEX translations_message ON translations (message_id) WHERE message_id IS NOT NULL;

-- What a team thinks level or sector should be, until the coordinator decides.
CREATE TABLE triage_proposals (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    team_id uuid NOT NULL REFERENCES directory (id),
    level integer,
    sector text,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected')),
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decision_reason text
);
CREATE INDEX triage_proposals_incident ON triage_proposals (incident_id, id);
