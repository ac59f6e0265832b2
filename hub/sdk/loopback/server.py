"""The sandbox on HTTP: requests come in, answers go out, or get lost on the way."""

from __future__ import annotations

import select
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from hub.sdk.loopback.exchange import Request, html_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.loopback.exchange import Answer
    from hub.sdk.loopback.faults import Fault
    from hub.sdk.loopback.site import Site

_PATIENCE_SECONDS = 0.05
"""How often a held connection is looked at."""
_STOPS_WITHIN_SECONDS = 0.02


class Server(ThreadingHTTPServer):
    """Serves one site on loopback from now on, until it is stopped.

    Args:
        site: what answers.
        port: ``0`` for any that is free.

    """

    daemon_threads = True
    # Many clients may knock at once.
    request_queue_size = 128

    def __init__(self, site: Site, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.site = site
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(_STOPS_WITHIN_SECONDS,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """Hang up on everybody, and wait until no request is worked on."""
        self.closing.set()
        self.shutdown()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._serving):
            thread.join()
        self.server_close()
        self._thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the base class
        """Serve a connection in a thread that is waited for in the end."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._connections.add(request)
        self._serving.add(thread)
        thread.start()

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 -- as the base class
        """Close a connection."""
        self._connections.discard(request)
        self._serving.discard(threading.current_thread())
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the base class
        """Pass over a client that has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two packets; without this the second waits for the first's receipt.
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        site = self.server.site
        if self.command not in site.methods:
            self.send_error(501, f"Unsupported method ({self.command!r})")
            return
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        if site.control and request.path.startswith(site.control):
            self._send(site.drive(request))
            return
        fault = site.faults.draw(site.sorts_of(request)) if site.faults.pending else None
        if fault is None:
            self._send(site.answer(request))
        else:
            getattr(self, f"_{fault.kind}")(request, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 -- as the base class calls them

    # ------------------------------------------------------------ what goes wrong

    def _time_out(self, request: Request, fault: Fault) -> None:
        self.server.site.answer(request)
        self._hold(fault.seconds)
        self._hang_up()

    def _drop(self, request: Request, fault: Fault) -> None:
        del fault
        self.server.site.answer(request)
        self._hang_up()

    def _drop_before(self, request: Request, fault: Fault) -> None:
        del request, fault
        self._hang_up()

    def _error(self, request: Request, fault: Fault) -> None:
        if fault.committed:
            self.server.site.answer(request)
        self._send(self.server.site.failed(fault.status))

    def _slow(self, request: Request, fault: Fault) -> None:
        self.server.closing.wait(fault.seconds)
        self._send(self.server.site.answer(request))

    def _html(self, request: Request, fault: Fault) -> None:
        if fault.committed:
            self.server.site.answer(request)
        self._send(html_answer(fault.status))

    def _throttle(self, request: Request, fault: Fault) -> None:
        del request
        answer = self.server.site.throttled(fault)
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        self._send(replace(answer, headers={**answer.headers, **wait}))

    def _cut_json(self, request: Request, fault: Fault) -> None:
        del fault
        answer = self.server.site.answer(request)
        self._send(replace(answer, text=answer.text[: len(answer.text) // 2]))

    def _hold(self, seconds: float) -> None:
        """Keep the connection until the client hangs up, the time is over, or the sandbox stops."""
        waited = 0.0
        while waited < seconds and not self.server.closing.is_set():
            if select.select([self.connection], [], [], _PATIENCE_SECONDS)[0]:
                return
            waited += _PATIENCE_SECONDS

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    # ------------------------------------------------------------ answering

    def _send(self, answer: Answer) -> None:
        content = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in {**self.server.site.headers(), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002, ANN401 -- as the base class
        """Stay silent: what is asked and answered is confidential."""


def announce(settings: Mapping[str, Any]) -> None:
    """Say on stdout how to reach a sandbox, as ``KEY=VALUE``, and wait until the process is killed."""
    for name, value in settings.items():
        sys.stdout.write(f"{name.upper()}={value}\n")
    sys.stdout.flush()
    threading.Event().wait()
