### An incident in one line.

summary-level = рівень { $level } ({ $called })
summary-assistance = запитано: { $kinds }
summary-systems = систем: { $band }
summary-users = користувачів: { $band }
