"""The server on loopback that every sandbox uses, and its script of faults."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests

from hub.sdk.loopback import KINDS, Answer, Fault, Script, Server, Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.sdk.loopback import Request


class Shop(Site):
    """Remembers what it was asked."""

    control = "/sandbox/"

    def __init__(self) -> None:
        self.faults = Script(Fault, own=("forget",))
        self.done: list[str] = []
        self.reached = threading.Event()

    def answer(self, request: Request) -> Answer:
        self.done.append(f"{request.method} {request.path} {dict(request.query)} {request.content.decode()}")
        self.reached.set()
        return Answer(200, '{"ok": "Größe"}', headers={"X-Own": "1"})

    def headers(self) -> Mapping[str, str]:
        return {"X-Every": "2"}


class Open:
    def __init__(self, shop: Shop, server: Server, session: requests.Session) -> None:
        self.shop = shop
        self.server = server
        self.session = session

    def ask(self, method: str = "GET", path: str = "/a", **more: object) -> requests.Response:
        return self.session.request(method, self.server.url + path, timeout=5, **more)  # type: ignore[arg-type]


@contextmanager
def opened() -> Iterator[Open]:
    shop = Shop()
    server = Server(shop)
    try:
        with requests.Session() as session:
            yield Open(shop, server, session)
    finally:
        server.stop()


@pytest.fixture
def shop() -> Iterator[Open]:
    with opened() as shop:
        yield shop


def test_a_request_is_answered(shop: Open) -> None:
    answer = shop.ask("POST", "/a%20b?x=1&y=", data="hello")

    assert answer.json() == {"ok": "Größe"}
    assert (answer.headers["X-Own"], answer.headers["X-Every"]) == ("1", "2")
    assert shop.shop.done == ["POST /a%20b {'x': '1', 'y': ''} hello"]
    assert shop.server.url.startswith("http://127.0.0.1:")


def test_a_method_that_a_system_does_not_know_is_not_asked(shop: Open) -> None:
    assert shop.ask("PUT").status_code == 501
    assert shop.shop.done == []


def test_whoever_drives_it_meets_no_faults(shop: Open) -> None:
    shop.shop.faults.tell("drop_before", times=None)

    assert shop.ask(path="/sandbox/nothing").status_code == 404


@pytest.mark.parametrize("kind", ["drop", "drop_before", "time_out"])
def test_an_answer_is_lost(shop: Open, kind: str) -> None:
    shop.shop.faults.tell(kind, seconds=0.05)

    # A GET would be sent again by urllib3.
    with pytest.raises(requests.ConnectionError):
        shop.ask("POST")
    assert len(shop.shop.done) == (kind != "drop_before")
    assert shop.ask("POST").ok


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["error", "html"])
def test_an_error_says_nothing_of_what_was_done(shop: Open, kind: str, *, committed: bool) -> None:
    shop.shop.faults.tell(kind, status=502, committed=committed)

    assert shop.ask().status_code == 502
    assert len(shop.shop.done) == committed


def test_a_throttle_may_say_how_long(shop: Open) -> None:
    shop.shop.faults.tell("throttle")
    shop.shop.faults.tell("throttle", retry_after=7)

    said = [(answer.status_code, answer.headers.get("Retry-After")) for answer in (shop.ask(), shop.ask())]
    assert said == [(429, None), (429, "7")]
    assert shop.shop.done == []


def test_half_an_answer_looks_like_a_whole_one(shop: Open) -> None:
    shop.shop.faults.tell("cut_json")

    assert (shop.ask().text, len(shop.shop.done)) == ('{"ok": ', 1)


def test_a_fault_waits_for_its_turn() -> None:
    script = Script(Fault, own=("forget",), on=("any", "read", "write"))
    script.tell("error", on="read", after=2, times=2)
    script.tell("drop", on="write")
    script.tell("forget", on="write", after=1, times=None)

    drawn = [script.draw({sort}) for sort in ("read", "write", "read", "read", "read", "read", "write")]
    taken = [script.take("forget", {sort}) for sort in ("read", "write", "write", "write")]

    assert [one and one.kind for one in drawn] == [None, "drop", None, "error", "error", None, None]
    assert [bool(one) for one in taken] == [False, False, True, True]
    script.clear()
    assert not script.pending


@pytest.mark.parametrize(("kind", "how"), [("explode", {}), ("drop", {"on": "monday"})])
def test_a_fault_that_is_not_known_is_not_told(kind: str, how: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="No fault"):
        Script(Fault).tell(kind, **how)


def test_every_kind_is_played(shop: Open) -> None:
    for kind in KINDS:
        shop.shop.faults.tell(kind, seconds=0)
        try:
            shop.ask("POST")
        except requests.ConnectionError:
            continue
    assert not shop.shop.faults.pending


def test_stopping_hangs_up_on_who_still_waits() -> None:
    with opened() as shop:
        shop.shop.faults.tell("time_out", seconds=60)
        failed: list[Exception] = []
        waiting = threading.Thread(target=lambda: failed.append(_failure(shop)))
        waiting.start()
        shop.shop.reached.wait(5)
    waiting.join(5)
    assert isinstance(failed[0], requests.ConnectionError)


def _failure(shop: Open) -> Exception:
    try:
        shop.ask("POST")
    except requests.RequestException as error:
        return error
    return AssertionError("It was answered.")


def test_a_connector_at_work_does_not_import_it() -> None:
    script = "import sys, hub.sdk, hub.sdk.http; sys.exit('hub.sdk.loopback' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
