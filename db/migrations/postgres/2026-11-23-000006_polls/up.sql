-- When a tool of the team last asked for its cases, to within some minutes: a process remembers each poll and writes few.
CREATE TABLE team_polls (
    team_id uuid PRIMARY KEY REFERENCES directory (id),
    polled_at timestamptz NOT NULL
);

-- One row while incidents wait because every team that fits is full: so its begin and its end are told once.
CREATE TABLE overload (
    id integer PRIMARY KEY CHECK (id = 1),
    began_at timestamptz NOT NULL
);
