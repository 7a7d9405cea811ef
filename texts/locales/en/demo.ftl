### What the demonstration shows beside its invented story.

demo-duty-line = the duty line of this demonstration
demo-level-unknown = unknown
demo-report-by-hand = Everything is encrypted, intensive care has no network
