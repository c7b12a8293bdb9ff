"""A token server on loopback: it grants, rotates and refuses as told, and says whether an access token is good."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT_ID = "mailbot-test"
CLIENT_SECRET = "client-secret-1"
FIRST_REFRESH_TOKEN = "refresh-0"


class TokenServer:
    """What it grants, by number: "access-1", "refresh-1", …"""

    def __init__(self, username: str) -> None:
        self.username = username  # whose mail the tokens open
        self.life = 3600  # seconds
        self.rotates = True  # each refresh token is good once
        self.refusals: list[tuple[int, dict[str, Any] | bytes]] = []  # the next answers, before all others
        self.good_refresh = {FIRST_REFRESH_TOKEN}
        self.good_access: set[str] = set()
        self.requests: list[dict[str, str]] = []  # forms that were posted to /token
        self.port = 0
        self._lock = threading.Lock()
        self._granted = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    def settings(self, **changes: object) -> dict[str, object]:
        """The section `oauth`."""
        own = {"token_url": self.url, "client_id": CLIENT_ID, "refresh_token": FIRST_REFRESH_TOKEN, "scope": "mail"}
        return {**own, **changes}

    def grant(self, form: dict[str, str]) -> tuple[int, dict[str, Any] | bytes]:
        with self._lock:
            self.requests.append(form)
            if self.refusals:
                return self.refusals.pop(0)
            if form.get("client_id") != CLIENT_ID:
                return 401, {"error": "invalid_client"}
            if form["grant_type"] == "client_credentials":
                if form.get("client_secret") != CLIENT_SECRET:
                    return 401, {"error": "invalid_client", "error_description": "AADSTS7000215: of Kate Murray"}
            elif form.get("refresh_token") not in self.good_refresh:
                return 400, {"error": "invalid_grant", "error_description": "AADSTS700082: kate@mail.example, sorry"}
            self._granted += 1
            access = f"access-{self._granted}"
            self.good_access.add(access)
            answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
            if self.rotates and form["grant_type"] == "refresh_token":
                self.good_refresh = {f"refresh-{self._granted}"}
                answer["refresh_token"] = f"refresh-{self._granted}"
            return 200, answer

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """RFC 7662."""
        good = form.get("token") in self.good_access
        return 200, {"active": good, "username": self.username} if good else {"active": False}


@contextmanager
def token_server(username: str) -> Iterator[TokenServer]:
    """A running one."""
    server = TokenServer(username)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, answer = server.introspect(form) if self.path == "/introspect" else server.grant(form)
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Not into the test's output."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(10)
