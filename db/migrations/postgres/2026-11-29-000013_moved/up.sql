-- Incidents that nobody moves, and a service that was away.

-- moved_at is when a responder or the coordinator last did something about it; none yet: it stands since it came in.
ALTER TABLE incidents ADD COLUMN moved_at timestamptz;
UPDATE incidents SET moved_at = updated_at;
CREATE INDEX incidents_moved ON incidents ((COALESCE(moved_at, received_at)), id)
    WHERE status IN ('received', 'waiting', 'assigned', 'in_progress');

-- When any process last looked for what has run out of time: deadlines that passed while none did were nobody's fault.
CREATE TABLE liveness (
    id integer PRIMARY KEY CHECK (id = 1),
    seen_at timestamptz NOT NULL
);
