-- What is due, looked for by the workers. By itself, so that no lock on another table is held while a large one is read.
CREATE INDEX assignments_remind_at ON assignments (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX incidents_next_due_at ON incidents (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX incidents_remind_at ON incidents (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX incidents_status ON incidents (status, updated_at);
CREATE INDEX incidents_received_at ON incidents (received_at);
CREATE INDEX assignments_waiting ON assignments (rule_id, assigned_at) WHERE state = 'assigned' AND acknowledge_by IS NULL;
