"""A token service on loopback, which takes back the old refresh token each time it gives a new one."""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENT = ("client-id-a1", "client-secret-b2")
CODE = "code-c3"
DAY = 86_400


class TokenServer:
    """Its memory, and what it is told to do next."""

    def __init__(self) -> None:
        self.current = "refresh-0"
        self.given = 0
        self.asked: list[Mapping[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.faults: list[str] = []
        """What goes wrong with the next calls: a status, ``lost``, ``rotated and lost`` or ``garbage``."""
        self.rotates = True
        self.pause = 0.0
        self.hard_days: int | None = 5 * 365
        self.client = CLIENT
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Any] | None:
        """Status and document; nothing where the connection is cut."""
        time.sleep(self.pause)
        with self._lock:
            self.asked.append(form)
            self.headers.append(headers)
            fault = self.faults.pop(0) if self.faults else ""
            if fault == "rotated and lost":
                self._grant(form)
            if fault.endswith("lost"):
                return None
            if fault == "garbage":
                return 200, ["no tokens"]
            if fault:
                return int(fault), {"error": "temporarily_unavailable"}
            if not self._knows(headers):
                return 401, {"error": "invalid_client"}
            return self._grant(form)

    def _knows(self, headers: Mapping[str, str]) -> bool:
        expected = base64.b64encode(":".join(self.client).encode()).decode()
        return headers.get("Authorization") == f"Basic {expected}"

    def _grant(self, form: Mapping[str, str]) -> tuple[int, Any]:
        good = {"refresh_token": self.current, "authorization_code": CODE}
        what = form.get("grant_type", "")
        if form.get("refresh_token", form.get("code")) != good.get(what):
            return 400, {"error": "invalid_grant", "error_description": "Incorrect Token type or clientID"}
        self.given += 1
        if self.rotates:
            self.current = f"refresh-{self.given}"
        hard = {} if self.hard_days is None else {"x_refresh_token_hard_expires_in": self.hard_days * DAY}
        return 200, {
            "token_type": "bearer",
            "expires_in": 3600,
            "access_token": f"access-{self.given}",
            "refresh_token": self.current,
            "x_refresh_token_expires_in": 100 * DAY,
            **hard,
        }


def _handler_for(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = (
                server.answer(dict(parse_qsl(text)), dict(self.headers.items()))
                if self.path == "/oauth2/v1/tokens/bearer"
                else (404, {})
            )
            if answer is None:
                return
            status, document = answer
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
