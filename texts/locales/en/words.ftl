### Vocabularies: labels of what may be said.

## The sector an institution works in or an incident hit. The first four are those the service triages by; the others may be reported and go to the default routing rule, so that nothing is refused in a crisis.

sector-health = Health
sector-energy = Energy
sector-government = Government
sector-registries = State registries
sector-transport = Transport
sector-finance = Finance
sector-telecom = Telecommunications
sector-water = Water supply
sector-digital-infrastructure = Digital infrastructure
sector-education = Education
sector-other = Other

## What is seen, in plain words, by somebody who is no security specialist.

symptom-files-encrypted = Files encrypted
symptom-data-destroyed = Data destroyed
symptom-service-down = Service down
symptom-account-taken = Account taken over
symptom-data-leaked = Data leaked
symptom-phishing = Phishing
symptom-site-defaced = Site defaced
symptom-connectivity-lost = Connectivity lost
symptom-process-control-affected = Process control affected

## The kinds of assistance the mechanism gives.

assistance-cyber-defense-technology = Cyber defence technology
assistance-incident-response = Incident response
assistance-satellite-communications = Satellite communications
assistance-continuous-assistance = Continuous assistance

## The stage of a report: those of Resolution 1533 of the Cabinet of Ministers of Ukraine (26 November 2025), and `update` for anything said between or after them.

stage-initial = Initial notification
stage-preliminary = Preliminary report
stage-interim = Interim report
stage-final = Final report
stage-update = Update

## Where a reporting stage stands.

stage-state-pending = Pending
stage-state-submitted = Submitted in time
stage-state-late = Submitted late
stage-state-overdue = Overdue

## The status of an incident.

incident-status-received = Received
incident-status-waiting = Waiting for a team
incident-status-assigned = Assigned
incident-status-in-progress = In progress
incident-status-resolved = Resolved
incident-status-closed = Closed
incident-status-withdrawn = Withdrawn
incident-status-merged = Merged

## The state of a case: one team's assignment to one incident.

case-state-assigned = Assigned
case-state-acknowledged = Acknowledged
case-state-in-progress = In progress
case-state-resolved = Resolved
case-state-declined = Declined
case-state-expired = Expired
case-state-handed-over = Handed over
case-state-revoked = Revoked

## What a team is to an incident: the lead answers for it, support brings one kind of help.

assignment-role-lead = Lead
assignment-role-support = Support

## The role of a client, which decides its scopes.

role-institution = Institution
role-team = Response team
role-coordinator = Coordinator
role-observer = Observer
role-donor = Donor
role-auditor = Auditor

## The role of a participant of the mechanism.

participant-role-beneficiary = Beneficiary
participant-role-donor = Donor
participant-role-observer = Observer

## Category of a critical-infrastructure object (Law of Ukraine 1882-IX, article 8), I being the most important.

infrastructure-category-i = Category I
infrastructure-category-ii = Category II
infrastructure-category-iii = Category III
infrastructure-category-iv = Category IV
infrastructure-category-none = Not critical infrastructure

## Kinds of data an incident touched.

data-type-personal = Personal data
data-type-medical = Medical data
data-type-financial = Financial data
data-type-credentials = Credentials
data-type-operational = Operational data
data-type-state-secret = State secret
data-type-other = Other

## In which language a document is printed.

print-language-uk = Ukrainian
print-language-en = English
print-language-both = Ukrainian, then English

## What a recipient may do with the information, from anything at all to nothing an attacker could notice.

pap-clear = PAP:CLEAR
pap-green = PAP:GREEN
pap-amber = PAP:AMBER
pap-red = PAP:RED

## What kind of thing an indicator is.

indicator-type-ipv4 = IPv4 address
indicator-type-ipv6 = IPv6 address
indicator-type-cidr = Network (CIDR)
indicator-type-domain = Domain name
indicator-type-url = URL
indicator-type-email = E-mail address
indicator-type-file-sha256 = SHA-256 of a file
indicator-type-file-sha1 = SHA-1 of a file
indicator-type-file-md5 = MD5 of a file
indicator-type-filename = File name
indicator-type-cve = Vulnerability (CVE)
indicator-type-attack-technique = ATT&CK technique

## Who may see a message, beside its author's side and the coordinator.

visibility-all = Institution, teams and coordinator
visibility-responders = Teams and coordinator
visibility-coordinator = The coordinator only

## What an attachment is.

attachment-kind-log = Log
attachment-kind-screenshot = Screenshot
attachment-kind-malware-sample = Malware sample
attachment-kind-memory-image = Memory image
attachment-kind-disk-image = Disk image
attachment-kind-network-capture = Network capture
attachment-kind-document = Document
attachment-kind-other = Other

## Which text of an incident is translated.

translated-text-title = Title
translated-text-description = Description
translated-text-measures-taken = Measures taken
translated-text-message = A message
translated-text-resolution-summary = Summary of a resolution

## Where a proposal of a team stands.

proposal-state-pending = Pending
proposal-state-accepted = Accepted
proposal-state-rejected = Rejected

## A part of an incident that a team is shown or not.

part-institution = The institution
part-contact = Contact
part-title = Title
part-description = Description
part-measures-taken = Measures taken
part-services = Affected services
part-regions = Regions
part-affected-systems = Number of systems
part-affected-users = Number of users
part-indicators = Indicators of compromise
part-incident-type = Type within the class
part-circumstances = Circumstances and impact
part-times = Times and deadlines
part-triage = How it was judged
part-external-ref = The institution’s own number
part-reports = Reports as they came
part-conversation = Messages and attachments
part-course = The whole course

## How many there are, roughly: an exact number can tell whose they are.

size-band-0 = none
size-band-1-10 = 1 to 10
size-band-11-100 = 11 to 100
size-band-101-1000 = 101 to 1,000
size-band-1001-10000 = 1,001 to 10,000
size-band-more = more than 10,000

## How one incident stands to another.

link-kind-duplicate-of = Reported twice: it is told as part of the other
link-kind-same-attack = Part of the same attack
link-kind-caused-by = Caused by the other
link-kind-split-from = Split from the other

## What can be done with a case.

case-verb-acknowledge = Acknowledge
case-verb-start = Start work
case-verb-resolve = Resolve
case-verb-decline = Decline
case-verb-hand-over = Hand over
case-verb-expire = Let expire
case-verb-revoke = Revoke
case-verb-reopen = Reopen

## What can be done with an incident as a whole.

incident-verb-close = Close
incident-verb-withdraw = Withdraw
incident-verb-merge = Merge into another
incident-verb-reopen = Reopen

## Where the withdrawal of an incident stands.

withdrawal-state-requested = Asked for
withdrawal-state-confirmed = Confirmed
withdrawal-state-rejected = Rejected

## What a notice is about; contacts say which of these they want.

occasion-assigned = A case was assigned
occasion-half-deadline = Half of the time to acknowledge is gone
occasion-stage-due-soon = A report is due soon
occasion-overdue = A deadline has passed
occasion-message = A message has come
occasion-overload = Every team that fits is full

## How a notice travels.

channel-email = E-mail
channel-webhook = Webhook

## What became of a notice.

notice-state-pending = Waits to be sent
notice-state-sent = Sent
notice-state-failed = Given up
notice-state-cancelled = No longer needed
notice-state-gathered = Told in a digest

## What a further report is: the next stage, or an update.

follow-up-stage-preliminary = Preliminary report
follow-up-stage-interim = Interim report
follow-up-stage-final = Final report
follow-up-stage-update = Update

## How it came to an assignment.

outcome-rule = A rule had a candidate
outcome-default-rule = No rule had a candidate; a team that serves the sector
outcome-waiting = Every team that fits is full
outcome-no-candidate = No partner team fits
outcome-tries-used-up = Too many teams did not acknowledge in time
outcome-manual = Assigned by the coordinator

## One reason why a team is no candidate.

exclusion-inactive = The team is deactivated
exclusion-participant-inactive = Its participant’s role does not hold
exclusion-participant-observer = Its participant only observes
exclusion-off-duty = Off duty
exclusion-sector-not-served = Does not serve the sector
exclusion-assistance-not-offered = Gives none of the help needed
exclusion-language-not-spoken = Speaks none of the rule’s languages
exclusion-tlp-above-ceiling = The TLP label is above its ceiling
exclusion-at-capacity = No capacity left
exclusion-declined = Has given this incident back
exclusion-already-assigned = Is on this incident already
exclusion-not-in-pool = Not among the rule’s teams
exclusion-exercise-not-opted-in = Takes no part in exercises
exclusion-coordinator = The coordinator’s own team stands last
exclusion-silent = Its tools have not polled for long, and it has no contact that can be told

## Why re-routing takes an assignment back.

revocation-reason-tlp-above-ceiling = The TLP label is now above the team’s ceiling
revocation-reason-no-longer-eligible = The rules no longer give it to this team
revocation-reason-no-longer-needed = This support is no longer called for
revocation-reason-partner-available = A partner team can now take it

## Which level the rules' `level_min` is compared with.

act-on-score = The level itself
act-on-upper-first-hour = The upper end of the interval within the first hour, then the level itself

## How the best of several candidates is chosen.

strategy-least-loaded = Smallest weighted load first
strategy-priority = By the teams’ priority
strategy-round-robin = In turns

## What two reports have in common.

likeness-indicators = They share an indicator of compromise
likeness-words = They say the same in their titles or descriptions
likeness-services = The same service is hit
likeness-symptoms = The same symptoms are seen

## How a case ended.

outcome-contained = Contained
outcome-eradicated = Eradicated
outcome-recovered = Recovered
outcome-mitigated = Mitigated
outcome-false-alarm = False alarm
outcome-other = Other

## Labels of the Traffic Light Protocol: they are not translated.

tlp-clear = TLP:CLEAR
tlp-green = TLP:GREEN
tlp-amber = TLP:AMBER
tlp-amber-strict = TLP:AMBER+STRICT
tlp-red = TLP:RED

## What a level of severity is called, from 0 to 5.

level-0 = baseline
level-1 = low
level-2 = medium
level-3 = high
level-4 = severe
level-5 = emergency
