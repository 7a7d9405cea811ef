### Rules, and trying them out.

version-unknown = Такої версії немає.
rules-or-restore = Надішліть або rules, або restore.
report-or-last = Надішліть або report, або last.
rule-name-needed = правило повинне мати назву
rule-id-malformed = ідентифікатор складається з 1–64 малих латинських літер, цифр, знаків - та _ і починається з літери або цифри
rule-id-reserved = цей ідентифікатор зарезервовано для самої служби
rule-id-twice = інше правило вже має такий ідентифікатор
rule-brings-nothing = правило підтримки називає допомогу, яку воно надає: у `pool` або, якщо команди перелічено, у `when`
rule-teams-needed = вкажіть або `teams`, або `pool`
rule-teams-or-pool = вкажіть щось одне: `teams` або `pool`
rule-team-twice = команду вказано двічі
rule-language-malformed = мову позначають кодом ISO 639, наприклад uk або en
rule-out-of-range = має бути від { $least } до { $most }
rule-at-most = не більше ніж { $most }
rule-team-unknown = такої команди немає
rules-to-default = З останніх інцидентів ({ $incidents }) до резервної команди потрапило б { $after } замість { $before }. Якщо так і задумано, надішліть `force`: true.
