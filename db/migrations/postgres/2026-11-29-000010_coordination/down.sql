ALTER TABLE overload DROP COLUMN quiet_since;
CREATE INDEX assignments_acknowledge_by ON assignments (acknowledge_by) WHERE state = 'assigned';
DROP INDEX assignments_expiring;
ALTER TABLE assignments DROP COLUMN expires;
DROP INDEX incidents_waiting;
DROP INDEX incidents_submitted_by;
ALTER TABLE incidents DROP COLUMN submitted_by;
