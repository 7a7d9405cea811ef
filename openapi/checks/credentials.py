"""Makes a store worth calling and prints, as shell assignments, the credentials of one role and what it may call.

    credentials.py BASE ACCOUNTS ROLE

Some incidents are reported, with messages, files, a proposal and a link, so that there is something to read and to go on from;
a team is one that was given a case by them.
"""
import base64
import json
import shlex
import sys
import urllib.request

base, accounts, role = sys.argv[1:4]
accounts = json.load(open(accounts, encoding="utf-8"))
tokens = {}


def call(path, body=None, headers=None, kind="application/json"):
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {"Content-Type": kind, "Idempotency-Key": f"prepared-{path}", **(headers or {})}
    request = urllib.request.Request(base + path, data=body, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def bearer(account):
    if account["client_id"] not in tokens:
        pair = base64.b64encode(f"{account['client_id']}:{account['client_secret']}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}"}
        answer = call("/oauth2/token", b"grant_type=client_credentials", headers, "application/x-www-form-urlencoded")
        tokens[account["client_id"]] = answer["access_token"]
    return {"Authorization": f"Bearer {tokens[account['client_id']]}"}


def of(role):
    return [account for account in accounts if account["role"] == role]


# An institution looks at what is its own; the others' reports show whether it sees more.
reporters = of("institution")[:2]
incidents = []
for number in range(6):
    body = {"description": f"Вигадана подія {number}: сервіс не відповідає.", "symptoms": ["service_down"]}
    headers = {**bearer(reporters[number % 2]), "Idempotency-Key": f"prepared-{number}"}
    incidents.append(call("/v1/incidents", body, headers))
teams = [assignment["team"]["id"] for incident in incidents for assignment in incident["assignments"]]
for number, incident in enumerate(incidents):
    path, asker = f"/v1/incidents/{incident['id']}", bearer(reporters[number % 2])
    call(f"{path}/messages", {"text": "Вигадане уточнення.", "visibility": "all"}, asker)
    call(f"{path}/attachments?filename=log.txt&kind=log", b"invented", asker, "application/octet-stream")
for account in of("team"):
    if account["owner"] in teams:
        for case in call("/v1/cases", headers=bearer(account))["items"]:
            proposal = {"level": 3, "reason": "Вигадана причина."}
            call(f"/v1/cases/{case['id']}/triage-proposals", proposal, bearer(account))
coordinator = bearer(of("coordinator")[0])
for one, other in zip(incidents, incidents[1:]):
    link = {"kind": "same_attack", "to": other["id"], "reason": "Вигадана причина."}
    call(f"/v1/incidents/{one['id']}/links", link, coordinator)
# More than a page of them.
items = [
    {"idempotency_key": f"prepared-{number}", "report": {"description": f"Вигадана подія {number}.", "exercise": True}}
    for number in range(60)
]
call("/v1/incidents/batch", {"items": items}, bearer(reporters[0]))

of_role = of(role)
if role == "team":
    of_role = [account for account in of_role if account["owner"] in teams] or of_role
# The last coordinator is one that nobody but this run uses, as it may take its own credentials away.
account = of_role[-1] if role == "coordinator" else of_role[0]


# With a key that goes, all tokens of its client go, and the tool keeps the one that it has; the coordinator removes others' keys.
spared = [] if role == "coordinator" else ["remove_client_key"]


def may_call(operation):
    either = [one["oauth2"] for one in operation["security"] if "oauth2" in one]
    if operation["operationId"] in spared:
        return False
    return {} in operation["security"] or any(set(scopes) <= set(account["scopes"]) for scopes in either)


def leads_to(operation):
    responses = [response for response in operation["responses"].values() if "links" in response]
    return {link["operationId"] for response in responses for link in response["links"].values()}


document = call("/openapi.json")
operations = [operation for path in document["paths"].values() for operation in path.values() if "operationId" in operation]
allowed = {operation["operationId"]: leads_to(operation) for operation in operations if may_call(operation)}
if not any(led_to & allowed.keys() for led_to in allowed.values()):
    # Nothing that it may call leads on: then it is refused, wherever it goes.
    allowed = {operation["operationId"]: set() for operation in operations}
print("export ZVIT_CLIENT_ID=" + shlex.quote(account["client_id"]))
print("export ZVIT_CLIENT_SECRET=" + shlex.quote(account["client_secret"]))
print("operations=" + shlex.quote(f"^({'|'.join(sorted(allowed))})$"))
