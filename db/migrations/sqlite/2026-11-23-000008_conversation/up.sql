-- What the parties say to each other about an incident, what they send along, and what a team proposes.

-- A message never changes. visibility says who may see it beside its author's side and the coordinator; author_owner is the
-- institution or the team, none for the coordinator.
CREATE TABLE messages (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    author_role TEXT NOT NULL,
    author_owner BLOB,
    author_name TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('all', 'responders', 'coordinator')),
    language TEXT,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_incident ON messages (incident_id, id);

-- The bytes stand in a file that is named after their SHA-256; with external_url they are elsewhere and nothing is stored here.
-- owner is whose quota they count against, the nil UUID for the coordinator.
CREATE TABLE attachments (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    owner BLOB NOT NULL,
    uploaded_role TEXT NOT NULL,
    uploaded_name TEXT NOT NULL,
    filename TEXT NOT NULL,
    kind TEXT NOT NULL,
    hazardous INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    external_url TEXT,
    uploaded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_incident ON attachments (incident_id, id);
CREATE INDEX attachments_owner ON attachments (owner);
CREATE INDEX attachments_sha256 ON attachments (sha256);

-- A text in another language, beside its original. source_sha256 is that of the original when it was translated.
CREATE TABLE translations (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    kind TEXT NOT NULL,
    message_id BLOB REFERENCES messages (id),
    assignment_id BLOB REFERENCES assignments (id),
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    machine INTEGER NOT NULL,
    source_sha256 BLOB NOT NULL,
    author_role TEXT NOT NULL,
    author_name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX translations_incident ON translations (incident_id, id);
CREATE INDEX translations_message ON translations (message_id) WHERE message_id IS NOT NULL;

-- What a team thinks level or sector should be, until the coordinator decides.
CREATE TABLE triage_proposals (
    id BLOB PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id),
    team_id BLOB NOT NULL REFERENCES directory (id),
    level INTEGER,
    sector TEXT,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected')),
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    decision_reason TEXT
) STRICT;
CREATE INDEX triage_proposals_incident ON triage_proposals (incident_id, id);
