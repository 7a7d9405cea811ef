### Participants, institutions, teams and their duty hours.

availability-on-duty-needed = Say whether the team is on duty; an empty object takes back what was said before.
availability-above-entry = A team may give its capacity as at most { $most } by itself; the coordinator may give more.
availability-over = This moment has passed already.
duty-zone-unknown = not an IANA time zone such as Europe/Kyiv
duty-day-needed = name at least one day
duty-time-malformed = a time of day is written HH:MM, such as 08:00
participant-role-ends-before = The role must end after it begins.
institution-edrpou-needed = An institution has an EDRPOU code unless it is provisional.
institution-other-unknown = No other institution with this id is in the directory.
team-participant-unknown = No participant with this id is in the directory.
team-participant-needed = A partner's team belongs to a participant.
team-language-malformed = A language is two or three lower-case letters (ISO 639), such as uk.
team-coordinator-needed = This is the coordinator's own team, and there must be one.
contact-email-implausible = This is not an e-mail address.
team-coordinator-stays = The coordinator's own team can't be deactivated: it stands last for every incident.
institution-joined-already = This provisional entry was joined to another institution, which has its incidents now.
join-done-otherwise = It was joined to another institution.
join-to-provisional = This entry is provisional itself; join to the real one.
institution-inactive = This institution is deactivated.
join-of-provisional-only = Only a provisional entry can be joined to another.
join-has-clients = It has clients: somebody may be reading its incidents. Make it a full entry instead.
join-reference-taken = The institution uses this external reference for another incident; it was taken off this one.
