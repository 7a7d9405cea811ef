### Files that are attached.

attachments-not-kept-here = This service has no directory for attachments; name where the file can be fetched, as an external attachment.
attachment-not-kept = The file could not be kept or read; it is no fault of yours. Try again later, or tell the coordinator.
attachment-empty = The file is empty.
attachment-digest-differs = The bytes that arrived have another SHA-256 than the header says: send the file again.
attachment-media-type = Send the file’s bytes as `Content-Type: application/octet-stream`, not compressed and not as a form.
attachment-digest-malformed = Write it as sha-256=:…:, with the 32 bytes in base64 (RFC 9530).
attachment-too-large = A file may have 32 MiB. Put a larger one where the responders can fetch it, and name that as an external attachment.
attachment-address-malformed = Write an address such as https://files.example/dump.raw, without a user and a password.
attachment-quota-used-up = Together, your attachments may have { $megabytes } MB. Name where a further one can be fetched, as an external attachment, or ask the coordinator.
attachment-external-of-incident = At one incident you may name { $most } files that are elsewhere. Put several into one archive.
attachment-external-in-all = You have named { $most } files that are elsewhere, and may name no more. Ask the coordinator.
