### The questions of the scoring system and their answers.

## What the incident does to the services of the institution.

question-functional-impact = Functional impact
functional-impact-no-impact = No impact
functional-impact-no-impact-to-services = No impact to services
functional-impact-minimal-impact-to-non-critical-services = Minimal impact to non-critical services
functional-impact-minimal-impact-to-critical-services = Minimal impact to critical services
functional-impact-significant-impact-to-non-critical-services = Significant impact to non-critical services
functional-impact-denial-of-non-critical-services = Denial of non-critical services
functional-impact-significant-impact-to-critical-services = Significant impact to critical services
functional-impact-denial-of-critical-services-or-loss-of-control = Denial of critical services or loss of control

## How far the attacker has come.

question-observed-activity = Observed activity
observed-activity-none = None
observed-activity-prepare = Prepare
observed-activity-engage = Engage
observed-activity-presence = Presence
observed-activity-effect = Effect

## The innermost place where the attacker was seen.

question-location-of-observed-activity = Location of observed activity
location-of-observed-activity-level-1-business-dmz = Level 1: business DMZ
location-of-observed-activity-level-2-business-network = Level 2: business network
location-of-observed-activity-unknown = Unknown
location-of-observed-activity-level-3-business-network-management = Level 3: business network management
location-of-observed-activity-level-4-critical-system-dmz = Level 4: critical system DMZ
location-of-observed-activity-level-5-critical-system-management = Level 5: critical system management
location-of-observed-activity-level-6-critical-systems = Level 6: critical systems
location-of-observed-activity-level-7-safety-systems = Level 7: safety systems

## Who is believed to be behind it.

question-actor-characterization = Actor characterization
actor-characterization-hacktivists = Hacktivists
actor-characterization-unwitting-insider = Unwitting insider
actor-characterization-criminal = Criminal
actor-characterization-unknown = Unknown
actor-characterization-witting-insider = Witting insider
actor-characterization-apt = Advanced persistent threat
actor-characterization-apt-targeted = Advanced persistent threat, targeted

## What happened to information.

question-information-impact = Information impact
information-impact-no-impact = No impact
information-impact-suspected-but-not-identified = Suspected but not identified
information-impact-privacy-data-loss = Privacy data loss
information-impact-proprietary-information-loss = Proprietary information loss
information-impact-destruction-of-non-critical-system = Destruction of a non-critical system
information-impact-critical-systems-data-breach = Breach of critical systems’ data
information-impact-core-credential-compromise = Compromise of core credentials
information-impact-destruction-of-critical-system = Destruction of a critical system

## What it takes to recover.

question-recoverability = Recoverability
recoverability-regular = With existing resources
recoverability-supplemented = With additional resources
recoverability-extended = Time not predictable, outside help needed
recoverability-not-recoverable = Not recoverable

## How much other sectors depend on the one that was hit. It follows from the sector and is never asked.

question-cross-sector-dependency = Cross-sector dependency
cross-sector-dependency-agriculture-and-food = Agriculture and food
cross-sector-dependency-banking-and-finance = Banking and finance
cross-sector-dependency-chemical = Chemical
cross-sector-dependency-commercial-facilities = Commercial facilities
cross-sector-dependency-communications = Communications
cross-sector-dependency-critical-manufacturing = Critical manufacturing
cross-sector-dependency-dams = Dams
cross-sector-dependency-defense-industrial-base = Defense industrial base
cross-sector-dependency-emergency-services = Emergency services
cross-sector-dependency-energy = Energy
cross-sector-dependency-government-facilities = Government facilities
cross-sector-dependency-healthcare-and-public-health = Healthcare and public health
cross-sector-dependency-information-technology = Information technology
cross-sector-dependency-nuclear-reactors-materials-and-waste = Nuclear reactors, materials and waste
cross-sector-dependency-transportation-systems = Transportation systems
cross-sector-dependency-water = Water

## What may come of it yet.

question-potential-impact = Potential impact
potential-impact-minimal = Minimal
potential-impact-low = Low
potential-impact-moderate = Moderate
potential-impact-high = High
potential-impact-severe = Severe
