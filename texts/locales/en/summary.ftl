### An incident in one line.

summary-level = level { $level } ({ $called })
summary-assistance = asked for: { $kinds }
summary-systems = systems: { $band }
summary-users = users: { $band }
