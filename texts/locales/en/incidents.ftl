### The life of an incident: reports, links, messages, withdrawal.

text-empty = The text is empty.
message-for-responders = This is for responders among themselves; an institution says `all` or `coordinator`.
message-answers-nothing = There is no such message that you can see.
message-wider-than-answered = An answer can't be shown to more people than the message it answers.
incident-ended = This incident was withdrawn or merged; report what is new as an incident of its own.
hold-not-applied = The report says this and the incident was not changed by it, because the sender may not be who they claim: verify it by telephone, then let the institution report it again.
hold-reported = This was reported while access of the institution was on hold: verify it by telephone.
incident-over = The incident is { $status }.
incident-merged = This incident was merged into another one; report what is new there, or as an incident of its own.
link-to-itself = An incident isn't linked to itself.
link-unknown-incident = There is no incident with this id.
link-other-institution = A duplicate is of the same institution; nothing moves between institutions. Use same_attack.
link-exercise = One of the two is an exercise, the other is not.
link-exists = The two are linked like that already.
link-circle = The other one leads back to this incident by links of this kind.
link-to-merged = The other one was itself merged; link to the incident that goes on.
link-other-ended = The other one is { $status }: nobody works on it. Reopen it first (POST /v1/incidents/{"{"}id{"}"}/reopen), then merge.
translation-name-needed = Say which one is meant: `{ $name }`.
translation-name-not-of-kind = This goes with the kind `{ $kind }` only.
translation-of-nothing = The incident has no such text, or none that you may see.
withdrawal-not-asked = Nobody asked to withdraw this incident.
withdrawal-decided-otherwise = The withdrawal was decided otherwise.
exercise-not-applied = Only the coordinator can make an exercise of an incident that was reported as real. Work on the incident goes on; if it was a false alarm, withdraw it.
