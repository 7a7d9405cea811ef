### Mails and webhooks that wake people.

notice-level-within = level
notice-reference = Reference
notice-level = Level
notice-deadline = Deadline
notice-link = Link
notice-is-exercise = This is an exercise.
notice-nothing-else = Nothing else is sent this way.
