"""Stands between a client and a server, and makes every answer one of tomorrow.

Answers may gain members and words at any time, so a client must not break on either. Guided by the OpenAPI document, every
object of a JSON answer gets a member that the document doesn't name, and every word of an open vocabulary becomes one that
nobody knows. `GET /doctored` says which operations were answered so.

    doctor.py UPSTREAM DOCUMENT ADDRESS_FILE    serves, and writes its address into the file
    doctor.py --check ADDRESS                   fails unless everything that is to be read was read through it
"""

import collections
import http.client
import http.server
import json
import os
import pathlib
import re
import sys
import threading
import urllib.parse
import urllib.request

MEMBER, SAID = "added_tomorrow", {"deep": [1, "two", None, {"three": 3.5}]}
WORD = "word_of_tomorrow"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host", "te", "upgrade"}

# What each client reads through here: the operation and the status.
READ = {
    "issue_token 200", "get_me 200", "get_vocabularies 200", "submit_incident 201", "submit_incident 422",
    "list_incidents 200", "get_incident 200", "get_incident 404", "list_reports 200", "get_timeline 200", "get_receipt 200",
    "follow_cases 200", "get_case 200", "follow_incidents 200", "list_teams 200", "list_institutions 200",
    "get_routing_rules 200", "list_audit_events 200",
}


class Document:
    def __init__(self, document):
        self.document = document
        self.routes = []
        for path, item in document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$")
            for method, operation in item.items():
                if "responses" in operation:
                    self.routes.append((path.count("{"), method.upper(), pattern, operation))
        self.routes.sort(key=lambda route: route[0])

    def resolve(self, part):
        while "$ref" in part:
            target = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                target = target[name.replace("~1", "/").replace("~0", "~")]
            part = target
        return part

    def answer(self, method, path, status):
        """The operation's id, and the schema of its answer; neither if it isn't in the document."""
        for _, own_method, pattern, operation in self.routes:
            if own_method == method and pattern.match(path):
                response = operation["responses"].get(str(status))
                if response is None:
                    raise LookupError(f"{operation['operationId']} answered {status}, which the document doesn't say")
                for media_type, content in self.resolve(response).get("content", {}).items():
                    if media_type.endswith("json"):
                        return operation["operationId"], content["schema"]
                return operation["operationId"], None
        return None, None

    def doctored(self, value, schema, counts):
        """The value as it could be tomorrow. What stands beside a reference is about words, never about shape."""
        schema = {**self.resolve(schema), **schema}
        if isinstance(value, dict):
            properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
            inner = others if isinstance(others, dict) else {}
            changed = {name: self.doctored(member, properties.get(name, inner), counts) for name, member in value.items()}
            if not isinstance(others, dict):
                changed[MEMBER] = SAID
                counts["members"] += 1
            return changed
        if isinstance(value, list):
            return [self.doctored(item, schema.get("items", {}), counts) for item in value]
        is_open = "x-extensible-enum" in schema or "New ones may be added" in schema.get("description", "")
        if isinstance(value, str) and is_open:
            counts["words"] += 1
            return WORD
        return value


class Doctor(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def doctor(self):
        server = self.server
        path = urllib.parse.urlsplit(self.path).path
        body = self.body()
        if path == "/doctored":
            with server.lock:
                said = json.dumps(server.seen).encode()
            return self.respond(200, [("Content-Type", "application/json")], said)
        upstream = http.client.HTTPConnection(server.upstream.hostname, server.upstream.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        upstream.request(self.command, self.path, body or None, {**headers, "Accept-Encoding": "identity"})
        answer = upstream.getresponse()
        content, status = answer.read(), answer.status
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        upstream.close()
        try:
            operation, schema = server.document.answer(self.command, path, status)
            if schema is not None and content:
                counts = collections.Counter()
                content = json.dumps(server.document.doctored(json.loads(content), schema, counts)).encode()
                with server.lock:
                    seen = server.seen.setdefault(f"{operation} {status}", {"answers": 0, "members": 0, "words": 0})
                    seen["answers"] += 1
                    for name, count in counts.items():
                        seen[name] += count
        except LookupError as unknown:
            status, kept, content = 599, [("Content-Type", "text/plain")], str(unknown).encode()
        self.respond(status, kept, content)

    do_GET = do_POST = do_PUT = do_DELETE = doctor

    def log_message(self, *_):
        pass


def serve(upstream, document, address_file):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Doctor)
    server.daemon_threads = True
    server.upstream = urllib.parse.urlsplit(upstream)
    server.document = Document(json.loads(pathlib.Path(document).read_text(encoding="utf-8")))
    server.lock, server.seen = threading.Lock(), {}
    new = pathlib.Path(address_file + ".new")
    new.write_text(f"http://127.0.0.1:{server.server_port}", encoding="utf-8")
    os.replace(new, address_file)
    server.serve_forever()


def check(address):
    with urllib.request.urlopen(address + "/doctored", timeout=10) as answer:
        seen = json.load(answer)
    if missing := READ - seen.keys():
        sys.exit(f"not read through the doctor: {', '.join(sorted(missing))}")
    if bare := [name for name in READ if seen[name]["members"] == 0]:
        sys.exit(f"came through the doctor unchanged: {', '.join(sorted(bare))}")
    members, words = (sum(one[name] for one in seen.values()) for name in ("members", "words"))
    print(f"ok: {len(seen)} kinds of answers with {members} unknown members and {words} unknown words")


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(sys.argv[2])
    else:
        serve(*sys.argv[1:])
