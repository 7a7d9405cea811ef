"""A real `zvit serve` and calls to it, for the receivers of other people."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 60


def ask(method, url, token=None, body=None, headers=None, basic=None, form=None):
    """One request; the decoded answer with its headers."""
    sent = dict(headers or {})
    data = None
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if basic:
        sent["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
    if body is not None:
        data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data, sent["Content-Type"] = form.encode(), "application/x-www-form-urlencoded"
    if data is None and method == "POST":
        data = b""
    request = urllib.request.Request(url, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null"), answer.headers
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {url}: {error.code} {error.read().decode()}")


def token_of(base, account):
    basic = f"{account['client_id']}:{account['client_secret']}"
    return ask("POST", f"{base}/oauth2/token", basic=basic, form="grant_type=client_credentials")[0]["access_token"]


def of_role(accounts, role):
    return next(account for account in accounts if account["role"] == role)


def seeded(zvit, data):
    """The clients of a new store with the demonstration directory."""
    done = subprocess.run([zvit, "seed", "--demo", "--data-dir", data], check=True, capture_output=True)
    return json.loads(done.stdout)


def served(zvit, data, smtp_url, log, flags=(), environment=None):
    """The service on a free port, once it says where it listens."""
    server = subprocess.Popen(
        [zvit, "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--mail-from", "Zvit <zvit@zvit.example>",
         "--public-url", "https://zvit.example", *flags],
        env={**os.environ, **(environment or {}), "ZVIT_SMTP_URL": smtp_url},
        stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        text = log.read_text(encoding="utf-8")
        if "listening on http" in text:
            return server, text.split("listening on ")[1].split()[0]
        time.sleep(0.1)
    server.kill()
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def free_port():
    """A port that nobody has; aiosmtpd takes no 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
