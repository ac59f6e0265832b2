"""``hub connect`` lets a person sign in: in the browser here, or in any browser and pasted."""

from __future__ import annotations

import json
import socket
import sys
import threading
import tomllib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from hub.cli import sign_in
from hub.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.conftest import MemoryKeyring

BACK = "state=state-1&code=good-c3&company=Doyle"
GIVEN = {"HUB_SECRET_BOOKS__CLIENT_SECRET": "right"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Browser:
    """Opens a page, where somebody signs in at once; it is sent back with a query."""

    def __init__(self) -> None:
        self.back = BACK
        self.before: list[str] = []
        self.opened: list[str] = []
        self.answers: list[requests.Response] = []
        self.is_there = True
        self._threads: list[threading.Thread] = []

    def open(self, page: str) -> bool:
        self.opened.append(page)
        (place,) = parse_qs(urlsplit(page).query)["redirect_uri"]
        if self.is_there and self.back:
            paths = [*self.before, f"{place}?{self.back}"]
            self._threads.append(threading.Thread(target=self._visit, args=(paths,)))
            self._threads[-1].start()
        return self.is_there

    def close(self) -> None:
        for thread in self._threads:
            thread.join()

    def _visit(self, paths: list[str]) -> None:
        for path in paths:
            self.answers.append(requests.get(path, timeout=5))


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    made = Browser()
    monkeypatch.setattr("webbrowser.open", made.open)
    yield made
    made.close()


@pytest.fixture
def place() -> str:
    return f"http://localhost:{free_port()}/callback"


@pytest.fixture
def words(place: str) -> list[str]:
    return ["connect", "books", "--set", "connector=portal", "--set", f"redirect_uri={place}"]


def books_of(workspace: Path) -> Any:
    data = tomllib.loads((workspace / "hub.toml").read_text(encoding="utf-8"))
    return data.get("connections", {}).get("books")


def kept(keyring: MemoryKeyring) -> dict[str, str]:
    return {name.partition("/")[2]: json.loads(text)["value"] for (_, name), text in keyring.kept.items()}


def connected(workspace: Path, place: str, company: str = "Doyle") -> None:
    lines = ["", "[connections.books]", 'connector = "portal"', f'company = "{company}"']
    with (workspace / "hub.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join([*lines, f'redirect_uri = "{place}"', ""]))


class TestBrowser:
    def test_a_person_signs_in_confirms_the_company_and_all_is_kept(
        self, workspace: Path, run: Run, browser: Browser, words: list[str], memory_keyring: MemoryKeyring
    ) -> None:
        result = run(*words, typed="right\ny\n")
        assert result.exit_code == ExitCode.OK, result.output
        assert books_of(workspace)["company"] == "Doyle"
        assert kept(memory_keyring) == {
            "client_secret": "right",
            "token": "good-c3-and-newer",
            "ends": "tomorrow",
        }, "the token that came while it was tried is the newest"
        assert "books works: Doyle Ltd." in result.stdout
        assert "Is this the company?" in result.stderr
        assert "The token of a sign-in" not in result.stderr, "nobody is asked for what signing in gives"
        assert not [word for word in ("right", "good-c3", "state-1") if word in result.output]

    def test_the_browser_is_thanked_and_told_nothing(
        self, run: Run, browser: Browser, words: list[str]
    ) -> None:
        run(*words, typed="y\n", **GIVEN)
        browser.close()
        (answer,) = browser.answers
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "You can close this page." in answer.text
        assert "good-c3" not in answer.text

    def test_what_else_asks_there_is_turned_away(
        self, run: Run, browser: Browser, words: list[str], place: str
    ) -> None:
        root = place.removesuffix("/callback")
        browser.before = [f"{root}/favicon.ico", f"{root}/callback/../x?{BACK}", place]
        assert run(*words, typed="y\n", **GIVEN).exit_code == ExitCode.OK
        browser.close()
        assert [answer.status_code for answer in browser.answers] == [404, 404, 404, 200]

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback has one address")
    def test_nobody_but_this_machine_is_listened_to(
        self, run: Run, browser: Browser, words: list[str], place: str
    ) -> None:
        browser.before = [place.replace("localhost", "127.0.0.1")]
        port = urlsplit(place).port
        reached: list[int] = []
        open_page = browser.open

        def open_and_try(page: str) -> bool:
            with socket.socket() as other:
                reached.append(other.connect_ex(("127.0.0.2", port or 0)))
            return open_page(page)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("webbrowser.open", open_and_try)
            assert run(*words, typed="y\n", **GIVEN).exit_code == ExitCode.OK
        assert reached != [0]

    def test_a_wrong_state_is_refused_and_nothing_is_saved(
        self, workspace: Path, run: Run, browser: Browser, words: list[str], memory_keyring: MemoryKeyring
    ) -> None:
        browser.back = BACK.replace("state-1", "another")
        result = run(*words, typed="right\n")
        assert result.exit_code == ExitCode.FAILED
        assert "does not belong to this sign-in" in result.stderr
        assert books_of(workspace) is None
        assert memory_keyring.kept == {}

    def test_nobody_who_signs_in_is_not_waited_for_for_ever(
        self, run: Run, browser: Browser, words: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sign_in, "_PATIENCE_SECONDS", 0.02)
        monkeypatch.setattr(sign_in, "_LOOK_UP_SECONDS", 0.01)
        browser.back = ""
        result = run(*words, **GIVEN)
        assert result.exit_code == ExitCode.FAILED
        assert "Nobody signed in" in result.stderr
        assert "hub connect books --paste" in result.stderr

    def test_a_place_that_is_taken_is_named(
        self, run: Run, browser: Browser, words: list[str], place: str
    ) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", urlsplit(place).port or 0))
            other.listen()
            result = run(*words, **GIVEN)
        assert result.exit_code == ExitCode.FAILED
        assert f"cannot wait at {urlsplit(place).netloc}" in result.stderr
        assert "--paste" in result.stderr
        assert browser.opened == []


class TestPaste:
    def test_the_address_is_pasted_unseen(
        self, workspace: Path, run: Run, browser: Browser, words: list[str], place: str
    ) -> None:
        result = run(*words, "--paste", typed=f"{place}?{BACK}\ny\n", **GIVEN)
        assert result.exit_code == ExitCode.OK, result.output
        assert "https://portal/?redirect_uri=" in result.stderr
        assert "good-c3" not in result.output
        assert browser.opened == []
        assert books_of(workspace)["company"] == "Doyle"

    def test_where_no_browser_can_be_opened_it_is_pasted(
        self, run: Run, browser: Browser, words: list[str], place: str
    ) -> None:
        browser.is_there = False
        result = run(*words, typed=f"{place}?{BACK}\ny\n", **GIVEN)
        assert result.exit_code == ExitCode.OK, result.output
        assert "There is no browser here." in result.stderr

    @pytest.mark.parametrize(
        "elsewhere", ["https://firm.example/hub", "https://localhost/hub", "http://10.0.0.1/"]
    )
    def test_where_the_browser_is_sent_elsewhere_it_is_pasted(
        self, run: Run, browser: Browser, words: list[str], elsewhere: str
    ) -> None:
        typed = f"{elsewhere}?{BACK}\ny\n"
        result = run(*words[:-1], f"redirect_uri={elsewhere}", typed=typed, **GIVEN)
        assert result.exit_code == ExitCode.OK, result.output
        assert browser.opened == []

    def test_nobody_to_paste_is_no_crash(self, run: Run, words: list[str]) -> None:
        assert run(*words, "--paste", typed="", **GIVEN).exit_code == ExitCode.USAGE


class TestSetup:
    def test_the_wrong_company_is_not_saved(
        self, workspace: Path, run: Run, browser: Browser, words: list[str], memory_keyring: MemoryKeyring
    ) -> None:
        before = (workspace / "hub.toml").read_bytes()
        result = run(*words, typed="right\nn\n")
        assert result.exit_code == ExitCode.FAILED
        assert "Nothing was saved." in result.stderr
        assert (workspace / "hub.toml").read_bytes() == before
        assert memory_keyring.kept == {}

    def test_a_wrong_client_secret_is_asked_for_again(
        self, run: Run, browser: Browser, words: list[str], memory_keyring: MemoryKeyring
    ) -> None:
        result = run(*words, typed="wrong\nright\ny\n")
        assert result.exit_code == ExitCode.OK, result.output
        assert "The portal refuses the client secret." in result.stderr
        assert kept(memory_keyring)["client_secret"] == "right"
        assert len(browser.opened) == 2

    def test_a_sign_in_that_has_ended_is_made_anew(
        self, workspace: Path, run: Run, browser: Browser, place: str, memory_keyring: MemoryKeyring
    ) -> None:
        connected(workspace, place)
        result = run("connect", "books", HUB_SECRET_BOOKS__TOKEN="expired", **GIVEN)
        assert result.exit_code == ExitCode.OK, result.output
        assert "no longer accepts the sign-in" in result.stderr
        assert "Is this the company?" not in result.stderr, "it is the one that was confirmed once"
        assert kept(memory_keyring)["token"] == "good-c3-and-newer"

    def test_another_company_than_before_has_to_be_confirmed(
        self, workspace: Path, run: Run, browser: Browser, place: str
    ) -> None:
        connected(workspace, place, company="Vance")
        result = run("connect", "books", typed="n\n", HUB_SECRET_BOOKS__TOKEN="expired", **GIVEN)
        assert result.exit_code == ExitCode.FAILED
        assert "Doyle Ltd" in result.output
        assert books_of(workspace)["company"] == "Vance"

    @pytest.mark.parametrize(("typed", "opened"), [("\n", 0), ("y\n", 1)])
    def test_a_sign_in_that_works_is_made_anew_if_that_is_wanted(
        self, workspace: Path, run: Run, browser: Browser, place: str, typed: str, opened: int
    ) -> None:
        connected(workspace, place)
        result = run("connect", "books", typed=typed, HUB_SECRET_BOOKS__TOKEN="good", **GIVEN)
        assert result.exit_code == ExitCode.OK, result.output
        assert len(browser.opened) == opened

    def test_nobody_need_be_there_where_the_environment_gives_a_sign_in(
        self, workspace: Path, run: Run, browser: Browser, words: list[str], memory_keyring: MemoryKeyring
    ) -> None:
        token = {"HUB_SECRET_BOOKS__TOKEN": "good"}
        result = run(*words, "--set", "company=Doyle", "--yes", **GIVEN, **token)
        assert result.exit_code == ExitCode.OK, result.output
        assert kept(memory_keyring) == {"token": "good-and-newer"}, "what rotated while it was tried"
        assert books_of(workspace)["company"] == "Doyle"

    def test_without_one_somebody_has_to_sign_in(self, run: Run, browser: Browser, words: list[str]) -> None:
        result = run(*words, "--yes", **GIVEN)
        assert result.exit_code == ExitCode.FAILED
        assert "Sign in: hub connect books, without --yes." in result.stderr
        assert browser.opened == []

    @pytest.mark.parametrize(("token", "code"), [("good", ExitCode.OK), ("expired", ExitCode.FAILED)])
    def test_a_connection_that_wants_no_sign_in_is_tried_without(
        self, run: Run, words: list[str], token: str, code: ExitCode
    ) -> None:
        words = [*words[:-1], "redirect_uri=nowhere", "--set", "company=Doyle"]
        result = run(*words, typed="\ny\n", HUB_SECRET_BOOKS__TOKEN=token, **GIVEN)
        assert result.exit_code == code, result.output
