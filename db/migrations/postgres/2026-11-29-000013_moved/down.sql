DROP TABLE liveness;
DROP INDEX incidents_moved;
ALTER TABLE incidents DROP COLUMN moved_at;
