### The page at the root of the service. Tags stay as they are.

start-title = Reports of cyber incidents
start-skip = To the content
start-interface = This is a programming interface (API), used by the tools of institutions and teams. There is no form to fill in.
start-duty-line = Help needed right now? Call:
start-language = Language of the page
start-own-name = English
start-ways = Where to go
start-docs = Documentation
start-docs-said = Every operation with examples, to be tried out on the page.
start-document = The OpenAPI document
start-document-said = Client libraries are generated from it.
start-tokens = Access tokens
start-tokens-said = Where and how to get them (RFC 8414).
start-state = State of the service
start-state-said = Whether it is ready to take reports.
start-steps = From credentials to the first report
start-credentials = Get a <code>client_id</code> and a <code>client_secret</code> from the coordinator. Better still, register a public key: then no secret is ever sent.
start-token =
    Get a token. It lives { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
start-report = Report what happened. Only <code>description</code> is mandatory; the rest can follow.
start-example = The servers have been encrypted since last night.
start-accepted = The answer <code>201</code> means that the report is stored for good, once, and that a team has it. It names the level, the team and the deadlines.
start-teams = Response teams poll for their cases: <code>GET /v1/cases?wait=30</code>.
start-what-this-is = Zvit (звіт, “report”) takes reports of cyber incidents from Ukrainian institutions, judges sector and severity, and hands each one to a partner response team.
