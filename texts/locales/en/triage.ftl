### What triage assumes where a report says nothing, and proposals of another one.

proposal-empty = Propose a level, a sector or both.
assumed-because = “{ $question }” is not stated; “{ $answer }” is assumed because of: { $cause }.
assumed-usual = “{ $question }” is not stated; the usual “{ $answer }” is assumed.
assumed-class-by-symptom = No class is stated; it is assumed from the symptom “{ $symptom }”.
assumed-no-class = No class is stated and no symptom points to one.
assumed-receipt = The report does not say when the institution became aware of the incident; the time of receipt is taken.
assumed-amber = No TLP label is stated; TLP:AMBER is assumed.
assumed-sector-of-service = No sector is stated; the affected service “{ $service }” is registered under “{ $sector }”.
assumed-sector-of-institution = No sector is stated; that of the institution is assumed: “{ $sector }”.
danger-to-life = Danger to life
proposal-undecided = The coordinator has not decided yet on what your team proposed before.
proposal-decided-otherwise = The proposal was decided on otherwise before.
