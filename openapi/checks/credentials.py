"""Makes a store worth calling and prints the credentials of one role, as shell assignments.

    credentials.py BASE ACCOUNTS ROLE

Reports a few incidents as an institution, so that there is something to read; a team is one that was given a case by them.
"""
import base64
import json
import shlex
import sys
import urllib.request

base, accounts, role = sys.argv[1:4]
accounts = json.load(open(accounts, encoding="utf-8"))


def call(path, body, headers):
    request = urllib.request.Request(base + path, data=body, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def token(account):
    pair = base64.b64encode(f"{account['client_id']}:{account['client_secret']}".encode()).decode()
    return call("/oauth2/token", b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"})["access_token"]


of_role = [account for account in accounts if account["role"] == role]
if role in ("institution", "team"):
    # An institution looks at what is its own; the others' reports show whether it sees more.
    reporters = [account for account in accounts if account["role"] == "institution"][:2]
    teams = []
    for number in range(6):
        reporter = reporters[number % 2]
        headers = {"Authorization": f"Bearer {token(reporter)}", "Content-Type": "application/json", "Idempotency-Key": f"prepared-{number}"}
        body = {"description": f"Вигадана подія {number}: сервіс не відповідає.", "symptoms": ["service_down"]}
        incident = call("/v1/incidents", json.dumps(body).encode(), headers)
        teams += [assignment["team"]["id"] for assignment in incident["assignments"]]
    if role == "team":
        of_role = [account for account in of_role if account["owner"] in teams] or of_role
# The last coordinator is one that nobody but this run uses, as it may take its own credentials away.
account = of_role[-1] if role == "coordinator" else of_role[0]
print("export ZVIT_CLIENT_ID=" + shlex.quote(account["client_id"]))
print("export ZVIT_CLIENT_SECRET=" + shlex.quote(account["client_secret"]))
