"""Signing in with a browser: here, with a page that the system sends it back to, or anywhere and pasted."""

from __future__ import annotations

import os
import queue
import threading
import time
import webbrowser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from hub.sdk import HubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.cli.ask import Asker

_LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 300.0
# On Windows a wait without an end cannot be broken off from the keyboard.
_LOOK_UP_SECONDS = 0.5
_PAGE = b"""\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Legal Billing Hub</title>
<body style="font-family: sans-serif; margin: 4em"><h1>Thank you.</h1>
<p>The hub goes on by itself. You can close this page.</p></body></html>
"""


class BrowserSignIn:
    """A person at a terminal with a browser; with ``paste``, the browser is on another machine."""

    def __init__(self, asker: Asker, name: str, *, paste: bool) -> None:
        self._asker = asker
        self._name = name
        self._paste = paste

    def show(self, text: str) -> None:
        """Tell the person something."""
        self._asker.show(text)

    def visit(self, address: Callable[[str], str], redirect_uri: str) -> str:
        """Open the page, and wait for what the browser is sent back with; or let that be pasted.

        Raises:
            HubError: nobody signed in in time, or the place to which the browser is sent is taken.

        """
        page, place = address(redirect_uri), urlsplit(redirect_uri)
        if self._paste or not _is_here(place):
            return self._pasted(page, redirect_uri)
        with _waiting_room(place) as arrived:
            if _opened(page):
                self.show(
                    "The browser opens a page to sign in at; this goes on when that is done. If no page"
                    f" opens, break off and run: hub connect {self._name} --paste"
                )
                return self._redirected(arrived, place)
        self.show("There is no browser here.")
        return self._pasted(page, redirect_uri)

    def _redirected(self, arrived: queue.Queue[str], place: SplitResult) -> str:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                path = arrived.get(timeout=_LOOK_UP_SECONDS)
            except queue.Empty:
                continue
            return f"{place.scheme}://{place.netloc}{path}"
        message = f"Nobody signed in within {_PATIENCE_SECONDS / 60:.0f} minutes."
        remedy = f"Try again; with a browser elsewhere: hub connect {self._name} --paste."
        raise HubError(message, remedy=remedy)

    def _pasted(self, page: str, redirect_uri: str) -> str:
        self.show(f"Sign in at this page, in any browser:\n\n{page}\n")
        self.show(
            f"It then sends the browser to an address that begins with {redirect_uri}, whether anything is"
            " shown there or not. Copy the whole address from the browser."
        )
        return self._asker.secret("That address (it stays unseen)", optional=False)


def _is_here(place: SplitResult) -> bool:
    """Whether the browser of this machine reaches us there: on loopback, and without TLS."""
    return place.scheme == "http" and place.hostname in {"localhost", _LOOPBACK}


def _opened(page: str) -> bool:
    try:
        return webbrowser.open(page)
    except webbrowser.Error:
        return False


class _WaitingRoom(ThreadingHTTPServer):
    """Serves nobody but this machine. A thread for each connection: browsers open some in vain."""

    # Elsewhere it only spares a wait; on Windows it would let another program take the place over.
    allow_reuse_address = os.name != "nt"

    def __init__(self, place: SplitResult) -> None:
        super().__init__((_LOOPBACK, place.port or 80), _Guest)
        self.path = place.path or "/"
        self.arrived: queue.Queue[str] = queue.Queue()


class _Guest(BaseHTTPRequestHandler):
    server: _WaitingRoom
    timeout = 5.0

    def do_GET(self) -> None:
        """Take in the one path that is expected; anything else is not here."""
        asked = urlsplit(self.path)
        if asked.path != self.server.path or not asked.query:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(_PAGE)
        self.server.arrived.put(self.path)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 -- as http.server has it
        """Say nothing: what is asked for holds the code that signs in."""


@contextmanager
def _waiting_room(place: SplitResult) -> Iterator[queue.Queue[str]]:
    try:
        room = _WaitingRoom(place)
    except OSError as error:
        message = f"The hub cannot wait at {place.netloc} for the browser: {error.strerror}."
        remedy = "Another program may be there; end it, or take --paste."
        raise HubError(message, remedy=remedy) from None
    thread = threading.Thread(target=room.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield room.arrived
    finally:
        room.shutdown()
        thread.join()
        room.server_close()
