### The titles of all refusals.

## Titles of refusals: the kind of each in a few words.

problem-malformed-json = The body can't be read as JSON
problem-bad-encoding = The body is not UTF-8
problem-bad-request = The request can't be understood
problem-token-missing = An access token is needed
problem-token-invalid = The access token is not valid
problem-token-expired = The access token has expired
problem-token-revoked = The access token has been revoked
problem-scope-lacking = The access token lacks the scope for this
problem-institution-on-hold = Access of the institution is on hold
problem-forbidden = This client may not do that
problem-disclosure-withheld = This part of the incident is not disclosed to the team
problem-not-found = Not found
problem-method-not-allowed = The method is not allowed here
problem-request-timeout = The request arrived too slowly
problem-stage-order = The stage precedes one already submitted
problem-stage-already-submitted = The stage has already been submitted
problem-duplicate-edrpou = The EDRPOU code is already registered
problem-external-ref-exists = The external reference is already in use
problem-state-conflict = The present state does not allow this
problem-rules-unsafe = Too many incidents would be left to the default team
problem-idempotency-in-progress = The first request with this key is still being handled
problem-self-change = A client may not disable or renew itself
problem-already-exists = It already exists
problem-quota-exceeded = The quota for attachments is used up
problem-cursor-expired = The cursor belongs to another store
problem-precondition-failed = The resource has changed meanwhile
problem-payload-too-large = The body is too large
problem-uri-too-long = The address is too long
problem-range-not-satisfiable = The file has no such part
problem-unsupported-media-type = The media type is not accepted
problem-validation-failed = The request has faults
problem-idempotency-key-required = The header Idempotency-Key is needed
problem-idempotency-key-invalid = The header Idempotency-Key is malformed
problem-idempotency-key-reused = The key was used with another body
problem-digest-mismatch = The bytes are not those of the digest
problem-precondition-required = The header If-Match is needed
problem-rate-limited = Too many requests
problem-headers-too-large = The headers are too large
problem-internal = Something went wrong on our side
problem-unavailable = Not available at the moment
problem-overloaded = Too busy at the moment
problem-attachments-unavailable = Attachments can't be kept at the moment
problem-store-unavailable = The store can't be reached at the moment
