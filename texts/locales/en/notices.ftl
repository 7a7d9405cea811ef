### Mails and webhooks that wake people.

notice-level-within = level
notice-reference = Reference
notice-level = Level
notice-deadline = Deadline
notice-link = Link
notice-is-exercise = This is an exercise.
notice-nothing-else = Nothing else is sent this way.
notice-up-to-level = up to level
notice-count = Count
notice-highest-level = Highest level
notice-earliest-deadline = Earliest deadline
notice-references = References
notice-not-given-up = Only a notice that was given up can be sent again.
