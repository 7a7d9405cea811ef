ALTER TABLE messages DROP COLUMN side_owner;
ALTER TABLE messages DROP COLUMN side_role;
ALTER TABLE messages DROP COLUMN in_reply_to;
