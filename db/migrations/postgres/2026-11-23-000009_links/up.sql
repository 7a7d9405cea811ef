-- features is what an incident is compared by to find possible duplicates: hashes, so that neither content nor indicators have to
-- be read for it. It stands first: the lock that it takes must not come after a weaker one on the same table.
ALTER TABLE incidents ADD COLUMN features text NOT NULL DEFAULT '';

-- How incidents stand to each other. A link that was removed is kept; the audit says by whom and why.
CREATE TABLE incident_links (
    id uuid PRIMARY KEY,
    from_incident uuid NOT NULL REFERENCES incidents (id),
    to_incident uuid NOT NULL REFERENCES incidents (id),
    kind text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    removed_at timestamptz
);
CREATE UNIQUE INDEX incident_links_kind ON incident_links (from_incident, to_incident, kind) WHERE removed_at IS NULL;
CREATE INDEX incident_links_to ON incident_links (to_incident);
