-- Who may see what it reported for another, what runs out of time, and when an overload is over.

-- submitted_by is the institution that reported it on behalf of another one; none where it reported for itself.
ALTER TABLE incidents ADD COLUMN submitted_by uuid;
UPDATE incidents SET submitted_by = clients.owner
    FROM reports, clients
    WHERE reports.incident_id = incidents.id AND reports.stage = 'initial' AND clients.client_id = reports.client_id
        AND clients.role = 'institution' AND clients.owner <> incidents.institution_id;
CREATE INDEX incidents_submitted_by ON incidents (submitted_by, institution_id, id) WHERE submitted_by IS NOT NULL;
-- What waits, in the order in which it is given out. The status stands in it, as SQLite else reads the row for it.
CREATE INDEX incidents_waiting ON incidents (status, level DESC, received_at, id, sector) WHERE status = 'waiting';

-- The time of the coordinator's own team to acknowledge never runs out: its cases are not looked at for that.
ALTER TABLE assignments ADD COLUMN expires boolean NOT NULL DEFAULT true;
UPDATE assignments SET expires = false
    WHERE state = 'assigned' AND team_id IN (SELECT id FROM directory WHERE kind = 'team' AND unique_key = 'coordinator');
CREATE INDEX assignments_expiring ON assignments (acknowledge_by, team_id, incident_id, state, expires)
    WHERE state = 'assigned' AND expires;
DROP INDEX assignments_acknowledge_by;

-- Since when nothing waits any more, until the overload is over.
ALTER TABLE overload ADD COLUMN quiet_since timestamptz;
