-- How clients prove who they are, and when nobody may act for an institution.

-- An institution whose credentials may be in an attacker's hands: it may still report, and nothing else.
ALTER TABLE directory ADD COLUMN on_hold INTEGER NOT NULL DEFAULT 0;

-- A spare is a printed credential for an institution that has lost its servers. The rates are this client's own limits, in
-- place of the configured ones.
ALTER TABLE clients ADD COLUMN spare INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN rate_per_second INTEGER;
ALTER TABLE clients ADD COLUMN rate_burst INTEGER;

-- Public keys of clients (RFC 7523): several, so that one can be changed for another without a gap.
CREATE TABLE client_keys (
    client_id TEXT NOT NULL REFERENCES clients (client_id),
    kid TEXT NOT NULL,
    alg TEXT NOT NULL CHECK (alg IN ('ES256', 'EdDSA')),
    jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, kid)
) STRICT;

-- Ids of client assertions that were used, until they would have expired anyway. Shared by every process on this store.
CREATE TABLE assertion_ids (
    client_id TEXT NOT NULL,
    jti_sha256 BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti_sha256)
) STRICT;
CREATE INDEX assertion_ids_expires_at ON assertion_ids (expires_at);

-- Access tokens that were revoked one by one (RFC 7009), until they would have expired anyway.
CREATE TABLE revoked_tokens (
    jti TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revoked_tokens_expires_at ON revoked_tokens (expires_at);

-- One-time codes that a client trades for its first credential. Only the hash is kept. key_thumbprint is that of the public
-- key the code was traded for: the same trade may be repeated, as its answer may have been lost and holds no secret.
CREATE TABLE enrolment_codes (
    code_sha256 BLOB PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (client_id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    key_thumbprint TEXT
) STRICT;
CREATE INDEX enrolment_codes_client ON enrolment_codes (client_id);

-- A next key is published before it signs: use_from says when it may. A retired one verifies until retired_at and the longest
-- life of a token have passed.
ALTER TABLE signing_keys ADD COLUMN use_from INTEGER;
ALTER TABLE signing_keys ADD COLUMN retired_at INTEGER;

-- Which person acted, as the client says.
ALTER TABLE audit_events ADD COLUMN acting_person TEXT;
