### The work of teams on their cases.

grant-by-lead-only = Only the lead's team or the coordinator decides what a support team sees.
grant-unknown-assignment = The incident has no assignment with this id.
case-coordinator-stands-last = The coordinator's own team stands last and can't decline; it can hand the case over.
case-not-from-state = The case is { $state }; from there this is not possible.
case-team-gave-it-up = This team declined the incident, gave it away or had it taken away; it does not come back to it.
case-unknown-team = No team with this id is in the directory.
case-team-inactive = This team is deactivated.
case-above-ceiling = The TLP label is above what this team may see.
case-team-has-it = This team has the incident already.
disclosure-before-acknowledging = Before it acknowledges the case, a team sees only codes of an incident with this TLP label. Acknowledge it.
disclosure-of-support = A support team sees what its kind of help needs. The lead's team or the coordinator can grant more.
grant-to-lead = The lead is shown everything already.
grant-to-nobody = The team does not hold the case any more.
support-asked-by-lead-only = Only the lead asks for support; tell the lead what is needed.
support-after-acknowledging = Acknowledge the case first; then you may ask for support.
indicators-of-ended-incident = This incident was withdrawn or merged.
team-indicators-at-most = A team adds 1,000 indicators to an incident at most; send those that matter most.
case-exercise-not-opted-in = This is an exercise, and this team takes part in none.
case-team-off-duty = This team is off duty now. Name another one, or none: then the rules decide.
case-resolved-otherwise = The case is resolved already, with another outcome or summary. What is to be corrected goes into a message.
case-handed-over-otherwise = The case was handed over already, and not to this team. Who has it now the coordinator knows.
