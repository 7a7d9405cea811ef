-- passed_at is when a notice was first let through to be sent by itself. What comes beyond a contact's measure is gathered: digest_id
-- then names the digest that tells of it, a row of this table too, whose gathers_until says when its window turns and whose gathered is
-- what it tells, written once, when it is sent first. settled_at is since when nothing more happens to a row by itself.
ALTER TABLE notices ADD COLUMN passed_at timestamptz;
ALTER TABLE notices ADD COLUMN digest_id uuid;
ALTER TABLE notices ADD COLUMN gathers_until timestamptz;
ALTER TABLE notices ADD COLUMN gathered text;
ALTER TABLE notices ADD COLUMN settled_at timestamptz;
CREATE INDEX notices_passed ON notices (target, passed_at) WHERE passed_at IS NOT NULL;
CREATE INDEX notices_gathers ON notices (target, gathers_until) WHERE gathers_until IS NOT NULL;
CREATE INDEX notices_digest ON notices (digest_id) WHERE digest_id IS NOT NULL;

-- One row: when a process that has a mail server was last seen, how many mails were given up since the coordinator was last told that
-- there is none, and when that was.
CREATE TABLE mail_means (
    id integer PRIMARY KEY NOT NULL,
    seen_at timestamptz,
    untold integer NOT NULL,
    told_at timestamptz
);
INSERT INTO mail_means (id, untold) VALUES (1, 0);
