### The Reference Security Incident Taxonomy.

## The class of an incident: what kind of thing happened.

incident-class-abusive-content = Abusive Content
incident-class-malicious-code = Malicious Code
incident-class-information-gathering = Information Gathering
incident-class-intrusion-attempts = Intrusion Attempts
incident-class-intrusions = Intrusions
incident-class-availability = Availability
incident-class-information-content-security = Information Content Security
incident-class-fraud = Fraud
incident-class-vulnerable = Vulnerable
incident-class-other = Other
incident-class-test = Test

## A type of incident within its class.

incident-type-abusive-content-spam = Spam
incident-type-abusive-content-harmful-speech = Harmful Speech
incident-type-abusive-content-violence = (Child) Sexual Exploitation/Sexual/Violent Content
incident-type-malicious-code-infected-system = Infected System
incident-type-malicious-code-c2-server = C2 Server
incident-type-malicious-code-malware-distribution = Malware Distribution
incident-type-malicious-code-malware-configuration = Malware Configuration
incident-type-information-gathering-scanner = Scanning
incident-type-information-gathering-sniffing = Sniffing
incident-type-information-gathering-social-engineering = Social Engineering
incident-type-intrusion-attempts-ids-alert = Exploitation of Known Vulnerabilities
incident-type-intrusion-attempts-brute-force = Login Attempts
incident-type-intrusion-attempts-exploit = New Attack Signature
incident-type-intrusions-privileged-account-compromise = Privileged Account Compromise
incident-type-intrusions-unprivileged-account-compromise = Unprivileged Account Compromise
incident-type-intrusions-application-compromise = Application Compromise
incident-type-intrusions-system-compromise = System Compromise
incident-type-intrusions-burglary = Burglary
incident-type-availability-dos = Denial of Service
incident-type-availability-ddos = Distributed Denial of Service
incident-type-availability-misconfiguration = Misconfiguration
incident-type-availability-sabotage = Sabotage
incident-type-availability-outage = Outage
incident-type-information-content-security-unauthorised-information-access = Unauthorised Access to Information
incident-type-information-content-security-unauthorised-information-modification = Unauthorised Modification of Information
incident-type-information-content-security-data-loss = Data Loss
incident-type-information-content-security-data-leak = Leak of Confidential Information
incident-type-fraud-unauthorised-use-of-resources = Unauthorised Use of Resources
incident-type-fraud-copyright = Copyright
incident-type-fraud-masquerade = Masquerade
incident-type-fraud-phishing = Phishing
incident-type-vulnerable-weak-crypto = Weak Cryptography
incident-type-vulnerable-ddos-amplifier = DDoS Amplifier
incident-type-vulnerable-potentially-unwanted-accessible = Potentially Unwanted Accessible Services
incident-type-vulnerable-information-disclosure = Information Disclosure
incident-type-vulnerable-vulnerable-system = Vulnerable System
incident-type-other-other = Uncategorised
incident-type-other-undetermined = Undetermined
incident-type-test-test = Test
