availability-on-duty-needed = Say whether the team is on duty; an empty object takes back what was said before.
availability-over = This moment has passed already.
duty-zone-unknown = not an IANA time zone such as Europe/Kyiv
duty-day-needed = name at least one day
duty-time-malformed = a time of day is written HH:MM, such as 08:00
