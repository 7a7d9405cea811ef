### The work of teams on their cases.

grant-by-lead-only = Only the lead's team or the coordinator decides what a support team sees.
grant-unknown-assignment = The incident has no assignment with this id.
