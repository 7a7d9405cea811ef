DROP TABLE triage_proposals;
DROP TABLE translations;
DROP TABLE attachments;
DROP TABLE messages;
