"""A mail server and a webhook receiver made of published libraries, told of a case by a real service."""

import email
import email.policy
import http.server
import logging
import os
import pathlib
import queue
import sys
import tempfile
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from service import PATIENCE_S, ask, free_port, of_role, seeded, served, token_of
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET_WORDS = "Таємний опис"

# This mail server asks for a password without TLS, which is for this machine only; aiosmtpd says so at every connection.
warnings.simplefilter("ignore")
logging.getLogger("mail").setLevel(logging.ERROR)

mails, calls = queue.Queue(), queue.Queue()


class Mailbox:
    """What aiosmtpd hands over."""

    async def handle_DATA(self, server, session, envelope):
        mails.put(envelope)
        return "250 OK"


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        calls.put((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def woken(base, accounts, hook_url):
    """Lets a team have both channels, submits a report, and looks at what arrives."""
    coordinator = token_of(base, of_role(accounts, "coordinator"))
    institution = token_of(base, of_role(accounts, "institution"))
    report = {"description": SECRET_WORDS, "title": SECRET_WORDS}
    given, _ = ask("POST", f"{base}/v1/incidents", institution, report)
    lead = next(held for held in given["assignments"] if held["role"] == "lead")
    team = f"{base}/v1/teams/{lead['team']['id']}"
    # The demonstration's teams have addresses: what they were told meanwhile is of no interest here.
    entry, headers = ask("GET", team, coordinator)
    entry = {name: value for name, value in entry.items() if name not in ("id", "active", "version", "created_at", "updated_at")}
    entry["contacts"] = [{"name": "Duty", "email": "duty@team.example", "webhook": {"url": hook_url}, "notify": ["assigned"]}]
    ask("PUT", team, coordinator, entry, {"If-Match": headers["ETag"]})
    secret = ask("POST", f"{team}/webhook-secret", coordinator)[0]["secret"]
    reports = 0
    while reports < 200:
        incident, _ = ask("POST", f"{base}/v1/incidents", institution, {**report, "description": f"{SECRET_WORDS} {reports}"})
        reports += 1
        lead = next(held for held in incident["assignments"] if held["role"] == "lead")
        if f"{base}/v1/teams/{lead['team']['id']}" == team:
            break
    else:
        sys.exit("the team was given nothing")

    received, body = calls.get(timeout=PATIENCE_S)
    told = Webhook(secret).verify(body, {name.lower(): value for name, value in received.items()})
    assert told["type"] == "notice.assigned", told
    assert told["data"]["reference"] == incident["reference"], told
    assert told["data"]["link"] == f"https://zvit.example/v1/cases/{lead['id']}", told
    assert SECRET_WORDS not in body.decode(), body
    try:
        Webhook(secret).verify(body + b" ", {name.lower(): value for name, value in received.items()})
        sys.exit("a changed body was verified")
    except WebhookVerificationError:
        pass
    print("standardwebhooks: verified")

    until = time.monotonic() + PATIENCE_S
    while True:
        envelope = mails.get(timeout=max(0.1, until - time.monotonic()))
        if envelope.rcpt_tos == ["duty@team.example"]:
            break
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert incident["reference"] in mail["Subject"], mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated" and mail["From"].addresses[0].addr_spec == "zvit@zvit.example", mail
    text = mail.get_content()
    assert incident["reference"] in text and lead["id"] in text and SECRET_WORDS not in str(mail) + text, text
    print("aiosmtpd: delivered")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        data, zvit = str(pathlib.Path(scratch) / "data"), os.environ["ZVIT"]
        accounts = seeded(zvit, data)
        accept = lambda *given: AuthResult(success=given[4].login == b"zvit" and given[4].password == b"p@ss")
        smtp = Controller(Mailbox(), hostname="127.0.0.1", port=free_port(), authenticator=accept, auth_required=True, auth_require_tls=False)
        smtp.start()
        hooks = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=hooks.serve_forever, daemon=True).start()
        log = pathlib.Path(scratch) / "log"
        smtp_url = f"smtp://zvit:p%40ss@127.0.0.1:{smtp.port}"
        server, base = served(zvit, data, smtp_url, log, ["--webhook-allow", "127.0.0.1/32"])
        try:
            woken(base, accounts, f"http://127.0.0.1:{hooks.server_address[1]}/zvit")
            assert b"p%40ss" not in log.read_bytes() and b"p@ss" not in log.read_bytes(), "the password is in the log"
        except BaseException:
            print(log.read_text(encoding="utf-8"), file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait()
            smtp.stop()
            hooks.shutdown()


main()
