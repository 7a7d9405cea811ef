-- Derived keys are only good for a while; afterwards they are cleared away.
-- A step of its own as on PostgreSQL, where it matters which locks are held meanwhile.
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;
