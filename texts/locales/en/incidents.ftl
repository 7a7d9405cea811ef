text-empty = The text is empty.
message-for-responders = This is for responders among themselves; an institution says `all` or `coordinator`.
