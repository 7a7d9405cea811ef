-- How clients prove who they are, and when nobody may act for an institution.

-- An institution whose credentials may be in an attacker's hands: it may still report, and nothing else.
ALTER TABLE directory ADD COLUMN on_hold boolean NOT NULL DEFAULT false;

-- A spare is a printed credential for an institution that has lost its servers. The rates are this client's own limits, in
-- place of the configured ones.
ALTER TABLE clients ADD COLUMN spare boolean NOT NULL DEFAULT false;
ALTER TABLE clients ADD COLUMN rate_per_second integer;
ALTER TABLE clients ADD COLUMN rate_burst integer;

-- Public keys of clients (RFC 7523): several, so that one can be changed for another without a gap.
CREATE TABLE client_keys (
    client_id text NOT NULL REFERENCES clients (client_id),
    kid text NOT NULL,
    alg text NOT NULL CHECK (alg IN ('ES256', 'EdDSA')),
    jwk jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, kid)
);

-- Ids of client assertions that were used, until they would have expired anyway. Shared by every process on this store.
CREATE TABLE assertion_ids (
    client_id text NOT NULL,
    jti_sha256 bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_sha256)
);
CREATE INDEX assertion_ids_expires_at ON assertion_ids (expires_at);

-- Access tokens that were revoked one by one (RFC 7009), until they would have expired anyway.
CREATE TABLE revoked_tokens (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_tokens_expires_at ON revoked_tokens (expires_at);

-- One-time codes that a client trades for its first credential. Only the hash is kept. key_thumbprint is that of the public
-- key the code was traded for: the same trade may be repeated, as its answer may have been lost and holds no secret.
CREATE TABLE enrolment_codes (
    code_sha256 bytea PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients (client_id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    key_thumbprint text
);
CREATE INDEX enrolment_codes_client ON enrolment_codes (client_id);

-- A next key is published before it signs: use_from says when it may. A retired one verifies until retired_at and the longest
-- life of a token have passed.
ALTER TABLE signing_keys ADD COLUMN use_from timestamptz;
ALTER TABLE signing_keys ADD COLUMN retired_at timestamptz;

-- Which person acted, as the client says.
ALTER TABLE audit_events ADD COLUMN acting_person text;
