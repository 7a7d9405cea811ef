-- Messages that answer others.

-- side_role and side_owner: whose side reads a message of the coordinator's that is confidential, as it answers one of theirs.
ALTER TABLE messages ADD COLUMN in_reply_to BLOB;
ALTER TABLE messages ADD COLUMN side_role TEXT;
ALTER TABLE messages ADD COLUMN side_owner BLOB;
