### Refusals that any operation may give.

duty-line-unstated = the coordinator's duty line
nothing-here = There is nothing at this address, or it isn't yours to see.
fault-is-ours = The fault is on our side. Repeating the request with the same Idempotency-Key is safe; name the request id when you ask for help.
too-many-requests = Nothing was accepted. The header RateLimit-Policy says how many requests are taken; go on after the time in Retry-After.
try-later = Nothing was accepted. Send the same request again after the time in Retry-After, with the same Idempotency-Key.
methods-here = This path answers to: { $allowed }.
faults-listed = Faults: { $count }. They are listed under `errors`.
statistics-month-not-published = The last month that can be asked for is { $latest }.
statistics-period = A period has 1 to 24 months, the first before the last.
