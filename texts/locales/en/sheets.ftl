### Sheets of paper: the one-time code of an institution, and its printed spare. Ukrainian stands above, the commands in between.

sheet-edrpou = EDRPOU
sheet-code = ONE-TIME CODE
sheet-code-until = Good until { $until } (Kyiv time), for one use.
sheet-code-check = Make sure that this sheet is meant for you and that nobody else has seen it.
sheet-code-run = On the server that will send reports run the first line above, then type the second, press Enter and Ctrl-D (the code must not stand in the command itself).
sheet-code-keep = The answer holds client_id and client_secret. Keep them: they are not shown again.
sheet-code-call = If the code is refused, or somebody else has seen this sheet, call: { $line }
sheet-spare = Printed spare
sheet-spare-safe = Keep this spare in a safe, apart from the servers. When the servers are lost, run the commands above on any computer.
sheet-spare-report = What happened
sheet-spare-type = The last line of each is typed once it runs, then Enter and Ctrl-D: a secret must not stand in the command itself.
sheet-spare-may = It can only submit reports, and the coordinator sees every use.
sheet-spare-call = Without the internet, or if this sheet is gone, call: { $line }
