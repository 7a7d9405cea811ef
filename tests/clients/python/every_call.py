"""What an integrator's program does, with the client that openapi-python-client makes of the document: see `../run`."""

import contextlib
import json
import os
import pathlib
import uuid

import httpx
from zvit_client import AuthenticatedClient, Client
from zvit_client.api.audit import list_audit_events
from zvit_client.api.cases import acknowledge_case, follow_cases, get_case
from zvit_client.api.client import get_me, get_vocabularies
from zvit_client.api.directory import list_institutions, list_teams
from zvit_client.api.incidents import (
    follow_incidents, get_incident, get_receipt, get_timeline, list_incidents, list_reports, submit_incident,
)
from zvit_client.api.routing import get_routing_rules
from zvit_client.api.tokens import issue_token
from zvit_client.models import (
    AcknowledgeInput, Case, CaseFeed, CaseItem, Incident, IncidentList, Problem, ReportInput, TokenAnswer, TokenForm,
)
from zvit_client.types import UNSET

ACCOUNTS = json.loads(pathlib.Path(os.environ["ACCOUNTS"]).read_text(encoding="utf-8"))
LONGER_THAN_A_TOKEN_LIVES_S = 660
CONNECTIONS = contextlib.ExitStack()
MEMBER, WORD = "added_tomorrow", "word_of_tomorrow"


class RenewedToken(httpx.Auth):
    """Asks for a token when there is none, and for another when the service says that this one has expired."""

    requires_response_body = True

    def __init__(self, url, account):
        self.url, self.account, self.token, self.asked = url, account, None, 0

    def renew(self):
        form = TokenForm(
            grant_type="client_credentials",
            client_id=self.account["client_id"], client_secret=self.account["client_secret"],
        )
        with Client(self.url) as anyone:
            answer = issue_token.sync(client=anyone, body=form)
        assert isinstance(answer, TokenAnswer), answer
        self.token, self.asked = answer.access_token, self.asked + 1

    def auth_flow(self, request):
        if self.token is None:
            self.renew()
        request.headers["Authorization"] = f"Bearer {self.token}"
        response = yield request
        if response.status_code == 401 and Problem.from_dict(response.json()).code == "token_expired":
            self.renew()
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request


def client_of(url, role, owner=None):
    account = next(a for a in ACCOUNTS if a["role"] == role and owner in (None, a.get("owner")))
    auth = RenewedToken(url, account)
    client = AuthenticatedClient(url, token="", raise_on_unexpected_status=True, httpx_args={"auth": auth})
    return CONNECTIONS.enter_context(client), auth


def case_of(team, incident):
    """The case that the team has of an incident, and the cursor behind everything."""
    found, cursor = None, UNSET
    while True:
        page = follow_cases.sync(client=team, cursor=cursor)
        assert isinstance(page, CaseFeed), page
        for item in page.items:
            if item.incident and item.incident.id == incident:
                found = item
        if not page.items:
            return found, page.next_cursor
        cursor = page.next_cursor


def report_and_acknowledge(url):
    institution, auth = client_of(url, "institution")
    report = ReportInput(description="The booking system has been unreachable since 04:10; files are encrypted.")
    key = str(uuid.uuid4())
    first = submit_incident.sync_detailed(client=institution, body=report, idempotency_key=key)
    incident = first.parsed
    assert first.status_code == 201 and isinstance(incident, Incident), first
    assert "Idempotency-Replayed" not in first.headers
    print("ok: reported", incident.reference)

    again = submit_incident.sync_detailed(client=institution, body=report, idempotency_key=key)
    assert again.status_code == 201 and again.parsed == incident, again
    assert again.headers["Idempotency-Replayed"] == "true", again.headers
    print("ok: a repetition with its key is answered as the first")

    listed = list_incidents.sync(client=institution)
    assert isinstance(listed, IncidentList) and incident.id in [item.id for item in listed.items], listed
    print("ok: it stands in the list")

    refused = submit_incident.sync(client=institution, body=ReportInput(description=""))
    assert isinstance(refused, Problem) and refused.status == 422 and refused.code == "validation_failed", refused
    assert [error.pointer for error in refused.errors] == ["/description"], refused
    print("ok: a refusal says where the fault is")

    team, _ = client_of(url, "team", str(incident.assignments[0].team.id))
    case, cursor = case_of(team, incident.id)
    assert isinstance(case, CaseItem) and case.state == "assigned", case
    taken = acknowledge_case.sync(case.id, client=team, body=AcknowledgeInput(external_ref="T-2026-17"))
    assert isinstance(taken, Case) and taken.state == "acknowledged" and taken.external_ref == "T-2026-17", taken
    news = follow_cases.sync(client=team, cursor=cursor)
    assert isinstance(news, CaseFeed), news
    assert [(item.id, item.state) for item in news.items] == [(case.id, "acknowledged")], news
    print("ok: its team found it, acknowledged it, and was told so behind its cursor")

    assert auth.asked == 1, auth.asked
    pathlib.Path(os.environ["CLOCK"]).write_text(str(LONGER_THAN_A_TOKEN_LIVES_S), encoding="ascii")
    # A request with a body, which has to be sent twice.
    still = submit_incident.sync(client=institution, body=report, idempotency_key=key)
    assert isinstance(still, Incident) and still.id == incident.id, still
    assert auth.asked == 2, auth.asked
    print("ok: an expired token is renewed, and the call goes on")


def read_the_answers_of_tomorrow(url):
    institution, _ = client_of(url, "institution")
    incident = submit_incident.sync(
        client=institution, body=ReportInput(description="The laboratory can't print results."), idempotency_key=str(uuid.uuid4()),
    )
    assert isinstance(incident, Incident) and incident.status == WORD and incident.sector == WORD, incident
    assert incident.additional_properties[MEMBER] and incident.triage.additional_properties[MEMBER], incident
    assert incident.assignments[0].state == WORD, incident

    refused = submit_incident.sync(client=institution, body=ReportInput(description=""))
    assert isinstance(refused, Problem) and refused.code == WORD and refused.errors[0].pointer == "/description", refused
    missing = get_incident.sync(uuid.uuid4(), client=institution)
    assert isinstance(missing, Problem) and missing.status == 404, missing

    team, _ = client_of(url, "team", str(incident.assignments[0].team.id))
    case, _ = case_of(team, incident.id)
    assert case.state == WORD and case.additional_properties[MEMBER] and case.incident.additional_properties[MEMBER], case

    coordinator, _ = client_of(url, "coordinator")
    auditor, _ = client_of(url, "auditor")
    for call, answer in {
        "get_me": get_me.sync(client=institution),
        "get_vocabularies": get_vocabularies.sync(client=institution),
        "list_incidents": list_incidents.sync(client=institution),
        "get_incident": get_incident.sync(incident.id, client=institution),
        "list_reports": list_reports.sync(incident.id, client=institution),
        "get_timeline": get_timeline.sync(incident.id, client=institution),
        "get_receipt": get_receipt.sync(incident.id, client=institution),
        "follow_incidents": follow_incidents.sync(client=institution),
        "get_case": get_case.sync(case.id, client=team),
        "list_teams": list_teams.sync(client=coordinator),
        "list_institutions": list_institutions.sync(client=coordinator),
        "get_routing_rules": get_routing_rules.sync(client=coordinator),
        "list_audit_events": list_audit_events.sync(client=auditor),
    }.items():
        assert answer and answer.additional_properties[MEMBER], (call, answer)
        for item in getattr(answer, "items", []):
            assert item.additional_properties[MEMBER], (call, item)
    print("ok: members and words of tomorrow break nothing")


with CONNECTIONS:
    report_and_acknowledge(os.environ["ZVIT_URL"])
    read_the_answers_of_tomorrow(os.environ["DOCTORED_URL"])
