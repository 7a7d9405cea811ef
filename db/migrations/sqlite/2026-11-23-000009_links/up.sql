-- features is what an incident is compared by to find possible duplicates: hashes, so that neither content nor indicators have to
-- be read for it. It stands first: the lock that it takes must not come after a weaker one on the same table.
ALTER TABLE incidents ADD COLUMN features TEXT NOT NULL DEFAULT '';

-- How incidents stand to each other. A link that was removed is kept; the audit says by whom and why.
CREATE TABLE incident_links (
    id BLOB PRIMARY KEY,
    from_incident BLOB NOT NULL REFERENCES incidents (id),
    to_incident BLOB NOT NULL REFERENCES incidents (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX incident_links_kind ON incident_links (from_incident, to_incident, kind) WHERE removed_at IS NULL;
CREATE INDEX incident_links_to ON incident_links (to_incident);
