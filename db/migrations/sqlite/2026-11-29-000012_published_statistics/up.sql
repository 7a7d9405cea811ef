-- What outsiders are told of a month, decided once: later changes to its incidents don't reach it. The audience is the nil UUID
-- for all alike, or the donor whose teams' help it is about.
CREATE TABLE published_months (
    month TEXT NOT NULL,
    audience BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (month, audience)
) STRICT;
