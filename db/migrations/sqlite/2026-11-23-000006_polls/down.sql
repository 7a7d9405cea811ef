DROP TABLE overload;
DROP TABLE team_polls;
