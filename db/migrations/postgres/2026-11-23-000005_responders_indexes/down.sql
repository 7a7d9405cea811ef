DROP INDEX assignments_waiting;
DROP INDEX incidents_received_at;
DROP INDEX incidents_status;
DROP INDEX incidents_remind_at;
DROP INDEX incidents_next_due_at;
DROP INDEX assignments_remind_at;
