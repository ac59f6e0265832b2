"""The sandbox on HTTP: requests come in, answers go out, or get lost on the way."""

from __future__ import annotations

import select
import socket
import sys
import threading
import uuid
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from hub_quickbooks.sandbox.control import ROOT, control
from hub_quickbooks.sandbox.exchange import Request, fault_answer, html_answer, xml_answer
from hub_quickbooks.sandbox.refusals import system_failure, throttled
from hub_quickbooks.sandbox.service import Service, sorts_of

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.company import Company
    from hub_quickbooks.sandbox.exchange import Answer
    from hub_quickbooks.sandbox.misbehaviour import Fault

_PATIENCE_SECONDS = 0.05
"""How often a held connection is looked at."""


class Server(ThreadingHTTPServer):
    """Serves one company on loopback."""

    daemon_threads = True
    # Many clients may knock at once.
    request_queue_size = 128

    def __init__(self, company: Company, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.company = company
        self.service = Service(company)
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

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

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the base class
        """Pass over a client that has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two packets; without this the second waits for the first's receipt.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        if request.path.startswith(ROOT):
            self._send(control(self.server.company, request))
            return
        faults = self.server.company.faults
        fault = faults.draw(sorts_of(request)) if faults.pending else None
        if fault is None:
            self._send(self.server.service.answer(request))
        else:
            getattr(self, f"_{fault.kind}")(request, fault)

    # ------------------------------------------------------------ what goes wrong

    def _time_out(self, request: Request, fault: Fault) -> None:
        self.server.service.answer(request)
        self._hold(fault.seconds)
        self._hang_up()

    def _drop(self, request: Request, fault: Fault) -> None:
        del fault
        self.server.service.answer(request)
        self._hang_up()

    def _drop_before(self, request: Request, fault: Fault) -> None:
        del request, fault
        self._hang_up()

    def _error(self, request: Request, fault: Fault) -> None:
        if fault.committed:
            self.server.service.answer(request)
        self._send(fault_answer(system_failure(fault.status), self.server.company.clock.now()))

    def _slow(self, request: Request, fault: Fault) -> None:
        self.server.closing.wait(fault.seconds)
        self._send(self.server.service.answer(request))

    def _html(self, request: Request, fault: Fault) -> None:
        if fault.committed:
            self.server.service.answer(request)
        self._send(html_answer(fault.status))

    def _throttle(self, request: Request, fault: Fault) -> None:
        del request
        now = self.server.company.clock.now()
        self._send(xml_answer(throttled(), now) if fault.xml else fault_answer(throttled(), now))

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
        self.send_header("intuit_tid", f"1-{uuid.uuid4().hex}")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002, ANN401 -- as the base class
        """Stay silent: what is asked and answered is confidential."""
