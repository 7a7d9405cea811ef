### The life of an incident: reports, links, messages, withdrawal.

text-empty = The text is empty.
message-for-responders = This is for responders among themselves; an institution says `all` or `coordinator`.
incident-ended = This incident was withdrawn or merged; report what is new as an incident of its own.
hold-not-applied = The report says this and the incident was not changed by it, because the sender may not be who they claim: verify it by telephone, then let the institution report it again.
hold-reported = This was reported while access of the institution was on hold: verify it by telephone.
incident-over = The incident is { $status }.
