### The printed receipt.

receipt-title = Receipt of incident reports
receipt-by-coordinator = coordinator, as told by the institution
receipt-by-institution = institution
receipt-exercise = EXERCISE
receipt-institution = Institution
receipt-status = Status of the incident
receipt-became-aware = Institution became aware
receipt-first-report = First report received
receipt-incident-id = Id of the incident
receipt-received = Received
receipt-sent-by = Sent by
receipt-bytes = Bytes
receipt-reports = Reports received
receipt-submitted = Submitted
receipt-due = Due
receipt-report = Report
receipt-deadlines = When reports were due
receipt-team = Team
receipt-assigned = Assigned
receipt-delivered = Delivered
receipt-acknowledged = Acknowledged
receipt-state = State
receipt-teams = Response teams
receipt-how-to-check = Kyiv time. The SHA-256 is of the bytes of a report as they came in: whoever has the file can check it with sha256sum. What the reports say is not repeated here.
receipt-issued-by = Issued by
receipt-store = Store
