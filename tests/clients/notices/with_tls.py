"""A mail server of a published library that speaks TLS, with certificates made here: mails reach it, and only it."""

import email
import email.policy
import logging
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from service import PATIENCE_S, ask, free_port, of_role, seeded, served, token_of

warnings.simplefilter("ignore")
logging.getLogger("mail").setLevel(logging.CRITICAL)
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


class Mailbox:
    """What arrives, and whether it came over TLS; and what was said before."""

    def __init__(self):
        self.mails, self.senders, self.passwords = [], 0, 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.senders += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        over_tls = server.transport.get_extra_info("ssl_object") is not None
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((mail.get_content(), over_tls))
        return "250 OK"

    def check(self, server, session, envelope, mechanism, data):
        self.passwords += 1
        return AuthResult(success=data.login == b"zvit" and data.password == b"p@ss")


class Stripped(SMTP):
    """As somebody in between would have it: nobody is offered STARTTLS, and whoever asks for it is refused."""

    async def smtp_STARTTLS(self, arg):
        await self.push("502 not here")


class StrippedController(Controller):
    def factory(self):
        return Stripped(self.handler, **self.SMTP_kwargs)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def authority(place, name):
    """A certificate authority of one's own, and a certificate of it for localhost."""
    key, root, request, leaf, extensions = (place / f"{name}{end}" for end in (".key", "-root.pem", ".csr", ".pem", ".ext"))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name} authority (test)",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign", "-keyout", place / f"{name}-root.key", "-out", root)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    extensions.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", request, "-CA", root, "-CAkey", place / f"{name}-root.key", "-CAcreateserial", "-days", "2",
            "-extfile", extensions, "-out", leaf)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf, key)
    return root, context


def told(zvit, scratch, accounts, root, smtp, scheme):
    """Submits a report to a service that has this mail server. Answers its reference, and what became of its notices: all are waited for."""
    log = pathlib.Path(scratch) / f"log-{smtp.port}"
    query = "?tls=required" if scheme == "smtp" else ""
    url = f"{scheme}://zvit:p%40ss@localhost:{smtp.port}{query}"
    server, base = served(zvit, str(pathlib.Path(scratch) / "data"), url, log, environment={"SSL_CERT_FILE": str(root)})
    try:
        report = {"description": f"Пробний звіт {smtp.port}"}
        incident, _ = ask("POST", f"{base}/v1/incidents", token_of(base, of_role(accounts, "institution")), report)
        coordinator, until = token_of(base, of_role(accounts, "coordinator")), time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            listed, _ = ask("GET", f"{base}/v1/notices?limit=200", coordinator)
            notices = [one for one in listed["items"] if one.get("incident_id") == incident["id"] and one["channel"] == "email"]
            if notices and all(one["attempts"] for one in notices):
                return incident["reference"], notices
            time.sleep(0.2)
        sys.exit(f"nothing was tried:\n{log.read_text(encoding='utf-8')}")
    finally:
        server.terminate()
        server.wait()
        assert b"p@ss" not in log.read_bytes() and b"p%40ss" not in log.read_bytes(), "the password is in the log"


def main():
    with tempfile.TemporaryDirectory() as scratch:
        place, zvit = pathlib.Path(scratch), os.environ["ZVIT"]
        accounts = seeded(zvit, str(place / "data"))
        root, trusted = authority(place, "trusted")
        _, foreign = authority(place, "foreign")
        starttls = lambda context: {"tls_context": context, "require_starttls": True, "auth_required": True}
        plain = {"auth_required": True, "auth_require_tls": False}
        cases = [
            ("implicit TLS", "smtps", Controller, {"ssl_context": trusted, **plain}, None),
            ("STARTTLS", "smtp", Controller, starttls(trusted), None),
            ("implicit TLS, a foreign authority", "smtps", Controller, {"ssl_context": foreign, **plain}, "tls_failed"),
            ("STARTTLS, a foreign authority", "smtp", Controller, starttls(foreign), "tls_failed"),
            ("STARTTLS stripped", "smtp", StrippedController, plain, "connection_failed"),
        ]
        for name, scheme, controller, options, failure in cases:
            mailbox = Mailbox()
            smtp = controller(mailbox, hostname="127.0.0.1", port=free_port(), authenticator=mailbox.check, **options)
            # A controller looks at its start whether it can be reached, as a client that trusts it; a connection is enough.
            smtp._trigger_server = lambda: socket.create_connection(("127.0.0.1", smtp.port), timeout=5).close()
            smtp.start()
            try:
                reference, notices = told(zvit, scratch, accounts, root, smtp, scheme)
            finally:
                smtp.stop()
            if failure is None:
                assert all(one["state"] == "sent" for one in notices), notices
                ours = [over_tls for content, over_tls in mailbox.mails if reference in content]
                assert len(ours) == len(notices) and all(ours), mailbox.mails
            else:
                assert all(one["state"] == "pending" and one["last_error"] == failure for one in notices), notices
                assert not (mailbox.mails or mailbox.senders or mailbox.passwords), "something was said to whom it is not for"
            print(f"{name}: {'delivered' if failure is None else 'refused'}")


main()
