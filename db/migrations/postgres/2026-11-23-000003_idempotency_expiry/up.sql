-- Derived keys are only good for a while; afterwards they are cleared away.
-- By itself, so that no lock on another table is held while a large one is read.
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;
