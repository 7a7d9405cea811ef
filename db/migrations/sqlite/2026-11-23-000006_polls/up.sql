-- When a tool of the team last asked for its cases, to within some minutes: a process remembers each poll and writes few.
CREATE TABLE team_polls (
    team_id BLOB PRIMARY KEY REFERENCES directory (id),
    polled_at INTEGER NOT NULL
) STRICT;

-- One row while incidents wait because every team that fits is full: so its begin and its end are told once.
CREATE TABLE overload (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    began_at INTEGER NOT NULL
) STRICT;
