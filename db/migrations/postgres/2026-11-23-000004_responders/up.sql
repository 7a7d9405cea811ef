-- The responders' side: what became of an assignment, and how an incident ends.

-- escalate_to is told when the deadline passes; remind_at is when half of the time to acknowledge is gone, and null once that
-- was said. rule_version is that of the rules that decided, 0 for those from before it was kept. first_delivered_at is when a
-- tool of the team first had the case in an answer. assistance is what a support team was asked for. grants are the parts of
-- the report that lead or coordinator opened to a support team, as codes between blanks.
ALTER TABLE assignments ADD COLUMN escalate_to uuid;
ALTER TABLE assignments ADD COLUMN remind_at timestamptz;
ALTER TABLE assignments ADD COLUMN rule_version integer NOT NULL DEFAULT 0;
ALTER TABLE assignments ADD COLUMN first_delivered_at timestamptz;
ALTER TABLE assignments ADD COLUMN resolved_at timestamptz;
ALTER TABLE assignments ADD COLUMN assistance text;
ALTER TABLE assignments ADD COLUMN grants text NOT NULL DEFAULT '';

-- remind_at is when the next stage is nearly due, and null once that was said. withdrawal is a request that nobody has decided
-- on yet.
ALTER TABLE incidents ADD COLUMN remind_at timestamptz;
ALTER TABLE incidents ADD COLUMN resolved_at timestamptz;
ALTER TABLE incidents ADD COLUMN closed_at timestamptz;
ALTER TABLE incidents ADD COLUMN withdrawal jsonb;
ALTER TABLE incidents ADD COLUMN merged_into uuid;

-- Indicators that an assigned team found, with a label of their own.
ALTER TABLE indicators ADD COLUMN added_by uuid;
ALTER TABLE indicators ADD COLUMN tlp text;

-- A provisional institution that turned out to be this one.
ALTER TABLE directory ADD COLUMN joined_to uuid;
