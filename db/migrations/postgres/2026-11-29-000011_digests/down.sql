DROP TABLE mail_means;
DROP INDEX notices_digest;
DROP INDEX notices_gathers;
DROP INDEX notices_passed;
ALTER TABLE notices DROP COLUMN settled_at;
ALTER TABLE notices DROP COLUMN gathered;
ALTER TABLE notices DROP COLUMN gathers_until;
ALTER TABLE notices DROP COLUMN digest_id;
ALTER TABLE notices DROP COLUMN passed_at;
