ALTER TABLE incidents DROP COLUMN features;
DROP TABLE incident_links;
