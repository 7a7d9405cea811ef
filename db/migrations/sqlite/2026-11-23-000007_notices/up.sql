-- The outbox: what people are told. A row is written in the change that gives rise to it and sent by whichever process leases it.
-- next_try_at is set while it is pending only; while it is leased, it is when the lease ends. A result counts only for whoever
-- still holds the lease.
CREATE TABLE notices (
    id BLOB PRIMARY KEY NOT NULL,
    occasion TEXT NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    owner BLOB NOT NULL REFERENCES directory (id),
    incident_id BLOB,
    case_id BLOB,
    reference TEXT,
    level INTEGER,
    deadline INTEGER,
    exercise INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_try_at INTEGER,
    lease BLOB,
    sent_at INTEGER,
    last_error TEXT
) STRICT;
CREATE INDEX notices_due ON notices (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX notices_state ON notices (state, id);

-- What webhooks are signed with, of a team or an institution. It must be kept as it is, since both sides sign with it. The one
-- before it signs beside it until previous_until.
CREATE TABLE webhook_secrets (
    owner BLOB PRIMARY KEY NOT NULL REFERENCES directory (id),
    secret BLOB NOT NULL,
    previous BLOB,
    previous_until INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
