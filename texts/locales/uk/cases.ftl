### The work of teams on their cases.

grant-by-lead-only = Лише провідна команда або координатор вирішує, що бачить допоміжна команда.
grant-unknown-assignment = Інцидент не має призначення з таким ідентифікатором.
