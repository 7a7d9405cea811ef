### Rules, and trying them out.

version-unknown = There is no such version.
rules-or-restore = Send either rules or restore.
report-or-last = Send either report or last.
rule-name-needed = the rule needs a name
rule-id-malformed = an id has 1 to 64 lower-case letters, digits, - and _, a letter or digit first
rule-id-reserved = this id is kept for the service itself
rule-id-twice = another rule has this id
rule-brings-nothing = a support rule names the assistance it brings: in its pool, or in `when` if it lists teams
rule-teams-needed = give either `teams` or a `pool`
rule-teams-or-pool = give `teams` or a `pool`, not both
rule-team-twice = the team is listed twice
rule-language-malformed = a language is an ISO 639 code such as uk or en
rule-out-of-range = must be { $least } to { $most }
rule-at-most = at most { $most }
rule-team-unknown = there is no such team
rules-to-default = Of the last { $incidents } incidents { $after } instead of { $before } would fall to the default. If that is meant, send `force`: true.
