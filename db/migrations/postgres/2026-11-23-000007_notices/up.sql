-- The outbox: what people are told. A row is written in the change that gives rise to it and sent by whichever process leases it.
-- next_try_at is set while it is pending only; while it is leased, it is when the lease ends. A result counts only for whoever
-- still holds the lease.
CREATE TABLE notices (
    id uuid PRIMARY KEY NOT NULL,
    occasion text NOT NULL,
    channel text NOT NULL,
    target text NOT NULL,
    owner uuid NOT NULL REFERENCES directory (id),
    incident_id uuid,
    case_id uuid,
    reference text,
    level integer,
    deadline timestamptz,
    exercise boolean NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    created_at timestamptz NOT NULL,
    next_try_at timestamptz,
    lease uuid,
    sent_at timestamptz,
    last_error text
);
CREATE INDEX notices_due ON notices (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX notices_state ON notices (state, id);

-- What webhooks are signed with, of a team or an institution. It must be kept as it is, since both sides sign with it. The one
-- before it signs beside it until previous_until.
CREATE TABLE webhook_secrets (
    owner uuid PRIMARY KEY NOT NULL REFERENCES directory (id),
    secret bytea NOT NULL,
    previous bytea,
    previous_until timestamptz,
    created_at timestamptz NOT NULL
);
