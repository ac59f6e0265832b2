"""A sign-in that keeps working: tokens rotate, are kept before use, and are asked for by one at a time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from token_server import CLIENT, CODE, TokenServer

from hub.app.secrets import ConnectionSecrets, SecretStore
from hub.sdk import AuthenticationFailed, ConfigurationError, HubError, SourceFailed
from hub.sdk.http import Session
from hub.testing import FakeClock
from hub_quickbooks.oauth import MemoryKeeper, SignIn, Tokens, sign_in
from hub_quickbooks.settings import QuickBooksSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.sdk import Secrets


@dataclass
class Surroundings:
    folder: Path
    secrets: Secrets = field(default_factory=MemoryKeeper)
    clock: FakeClock = field(default_factory=FakeClock)
    connection: str = "books"

    def __post_init__(self) -> None:
        self._session = Session(self.clock)

    def http(self) -> Session:
        return self._session


@dataclass
class Desk:
    """A connection at the token service; each ``tokens()`` is as of a new process."""

    server: TokenServer
    around: Surroundings

    def settings(self, **given: Any) -> QuickBooksSettings:
        known = {
            "oauth_url": self.server.url,
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "refresh_token": "refresh-0",
        }
        return QuickBooksSettings.model_validate(known | given)

    def tokens(self, **given: Any) -> Tokens:
        return Tokens(self.settings(**given), self.around)

    def later(self, **span: float) -> None:
        self.around.clock.advance(timedelta(**span))


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.fixture
def desk(server: TokenServer, tmp_path: Path) -> Desk:
    return Desk(server, Surroundings(tmp_path))


class TestAccess:
    def test_a_token_is_used_as_long_as_it_is_good_by_every_process(self, desk: Desk) -> None:
        tokens = desk.tokens()
        assert tokens.access() == "access-1"
        desk.later(minutes=55)
        assert (tokens.access(), desk.tokens().access()) == ("access-1", "access-1")
        assert len(desk.server.asked) == 1

    def test_it_is_renewed_while_it_is_still_good_for_five_minutes(self, desk: Desk) -> None:
        tokens = desk.tokens()
        tokens.access()
        desk.later(minutes=55, seconds=1)
        assert tokens.access() == "access-2"
        assert desk.tokens().access() == "access-2"
        assert desk.around.secrets.get("refresh_token") == "refresh-2"

    def test_intuit_is_asked_as_it_wants_to_be(self, desk: Desk) -> None:
        desk.tokens().access()
        assert desk.server.asked == [{"grant_type": "refresh_token", "refresh_token": "refresh-0"}]
        assert desk.server.headers[0]["x-include-refresh-token-hard-expires-in"] == "true"
        assert desk.server.headers[0]["Accept"] == "application/json"

    def test_a_refresh_token_that_stays_the_same_is_used_again(self, desk: Desk) -> None:
        desk.server.rotates = False
        tokens = desk.tokens()
        for number in (1, 2, 3):
            assert tokens.access() == f"access-{number}"
            desk.later(hours=1)

    def test_nothing_is_asked_whose_answer_could_not_be_kept(self, desk: Desk) -> None:
        class Closed(MemoryKeeper):
            def keep(self, field: str, value: str) -> None:
                raise ConfigurationError("The keyring does not open.")

        desk.around.secrets = Closed()
        with pytest.raises(ConfigurationError):
            desk.tokens().access()
        assert desk.server.asked == []

    def test_what_comes_is_kept_before_it_is_used_and_the_refresh_token_first(self, desk: Desk) -> None:
        order: list[str] = []

        class Noted(MemoryKeeper):
            def keep(self, field: str, value: str) -> None:
                order.append(field)
                super().keep(field, value)

        desk.around.secrets = Noted()
        desk.tokens().access()
        assert order == ["sign_in", "refresh_token", "access_token", "sign_in"]

    @pytest.mark.parametrize("kept", [1, 2, 3])
    def test_a_process_that_dies_while_it_keeps_leaves_a_sign_in_that_works(
        self, desk: Desk, kept: int
    ) -> None:
        class Dying(MemoryKeeper):
            left = kept

            def keep(self, field: str, value: str) -> None:
                if not self.left:
                    raise KeyboardInterrupt
                self.left -= 1
                super().keep(field, value)

        desk.around.secrets = dying = Dying()
        desk.server.rotates = kept > 1  # what was given and never kept nobody has
        with pytest.raises(KeyboardInterrupt):
            desk.tokens().access()
        dying.left = 9
        assert desk.tokens().access() == "access-2"

    def test_a_token_of_another_sign_in_is_not_used(self, desk: Desk) -> None:
        """The environment's refresh token was changed: perhaps it is another company's."""
        environment = {"HUB_SECRET_BOOKS__REFRESH_TOKEN": "refresh-0"}
        desk.around.secrets = ConnectionSecrets(SecretStore(desk.around.folder, environment), "books")
        assert desk.tokens().access() == "access-1"
        assert desk.tokens().access() == "access-1", "the stored, newer token counts, not its seed"
        environment["HUB_SECRET_BOOKS__REFRESH_TOKEN"] = desk.server.current = "another seed"
        tokens = desk.tokens()
        assert tokens.ends() == SignIn()
        assert tokens.access() == "access-2"

    def test_they_may_be_kept_in_memory_alone(self, desk: Desk) -> None:
        keeper = MemoryKeeper()
        for _ in range(2):
            assert Tokens(desk.settings(), desk.around, keeper).access() == "access-1"
        assert desk.around.secrets.get("access_token") is None


class TestRefused:
    def test_a_refused_token_is_replaced(self, desk: Desk) -> None:
        tokens = desk.tokens()
        tokens.refused(tokens.access())
        assert tokens.access() == "access-2"
        assert tokens.access() == "access-2"

    def test_unless_another_process_has_done_so(self, desk: Desk) -> None:
        ours, theirs = desk.tokens(), desk.tokens()
        refused = ours.access()
        assert theirs.access() == refused
        theirs.refused(refused)
        theirs.access()
        ours.refused(refused)
        assert ours.access() == "access-2"
        assert len(desk.server.asked) == 2


class TestFailures:
    def test_a_sign_in_that_has_ended_is_told_at_once_and_not_tried_again(self, desk: Desk) -> None:
        desk.server.current = "another"
        tokens = desk.tokens()
        for _ in range(2):
            with pytest.raises(AuthenticationFailed) as caught:
                tokens.access()
            assert caught.value.message == "QuickBooks no longer accepts the sign-in."
            assert caught.value.remedy == "Sign in again: hub connect books."
        assert len(desk.server.asked) == 1
        with pytest.raises(AuthenticationFailed, match=r"accepts the sign-in\. Sign in"):
            desk.tokens().access()

    def test_a_new_sign_in_is_used_by_one_who_saw_the_old_one_end(self, desk: Desk) -> None:
        desk.server.current = "another"
        tokens = desk.tokens()
        with pytest.raises(AuthenticationFailed):
            tokens.access()
        desk.around.secrets.keep("refresh_token", "another")
        assert tokens.access() == "access-1"

    @pytest.mark.parametrize("client", [("other", CLIENT[1]), (CLIENT[0], "other")])
    def test_a_wrong_client_is_named(self, desk: Desk, client: tuple[str, str]) -> None:
        desk.server.client = client
        with pytest.raises(AuthenticationFailed, match="client_id and client_secret are not accepted"):
            desk.tokens().access()

    @pytest.mark.parametrize("missing", ["client_id", "client_secret"])
    def test_a_client_that_is_not_known_is_named(self, desk: Desk, missing: str) -> None:
        with pytest.raises(AuthenticationFailed, match=r"are not known\. .*hub connect books"):
            desk.tokens(**{missing: None}).access()
        assert desk.server.asked == []

    def test_where_nobody_has_signed_in_that_is_said(self, desk: Desk) -> None:
        with pytest.raises(AuthenticationFailed, match="Nobody has signed in yet") as caught:
            desk.tokens(refresh_token=None).access()
        assert "hub connect books" in caught.value.remedy

    @pytest.mark.parametrize("fault", ["500", "503", "lost", "garbage"])
    def test_a_call_without_an_answer_is_made_once_more(self, desk: Desk, fault: str) -> None:
        desk.server.faults = [fault]
        assert desk.tokens().access() == "access-1"
        assert [form["refresh_token"] for form in desk.server.asked] == ["refresh-0"] * 2

    @pytest.mark.parametrize("fault", ["500", "lost", "garbage"])
    def test_and_no_more_than_that(self, desk: Desk, fault: str) -> None:
        desk.server.faults = [fault] * 2
        tokens = desk.tokens()
        with pytest.raises(SourceFailed, match="could not be renewed") as caught:
            tokens.access()
        assert not isinstance(caught.value, AuthenticationFailed)
        assert tokens.access() == "access-1", "the sign-in itself may still be good"

    def test_an_answer_that_was_lost_is_remembered_when_the_sign_in_turns_out_to_be_used_up(
        self, desk: Desk
    ) -> None:
        desk.server.faults = ["rotated and lost"]
        with pytest.raises(AuthenticationFailed, match="earlier renewal got no answer"):
            desk.tokens().access()
        with pytest.raises(AuthenticationFailed, match="earlier renewal got no answer"):
            desk.tokens().access()

    def test_by_a_later_process_too(self, desk: Desk) -> None:
        desk.server.faults = ["500", "500"]
        with pytest.raises(SourceFailed):
            desk.tokens().access()
        desk.server.current = "another"
        with pytest.raises(AuthenticationFailed, match="earlier renewal got no answer"):
            desk.tokens().access()

    @pytest.mark.parametrize("fault", ["429", "403"])
    def test_a_refusal_leaves_no_doubt(self, desk: Desk, fault: str) -> None:
        desk.server.faults = [fault]
        with pytest.raises(SourceFailed, match=rf"{fault}, temporarily_unavailable"):
            desk.tokens().access()
        desk.server.current = "another"
        with pytest.raises(AuthenticationFailed, match=r"accepts the sign-in\. Sign in again"):
            desk.tokens().access()

    def test_without_a_connection_nothing_was_asked(self, desk: Desk) -> None:
        with pytest.raises(SourceFailed, match="cannot be reached to sign in: no connection to 127"):
            desk.tokens(oauth_url="http://127.0.0.1:1").access()
        assert desk.tokens().access() == "access-1"


class TestEnds:
    def test_both_ends_are_known_to_every_process(self, desk: Desk) -> None:
        now = desk.around.clock.now()
        desk.tokens().access()
        expected = SignIn(now + timedelta(days=100), now + timedelta(days=5 * 365))
        assert desk.tokens().ends() == expected

    def test_a_use_puts_off_the_one_end_and_not_the_other(self, desk: Desk) -> None:
        now, tokens = desk.around.clock.now(), desk.tokens()
        tokens.access()
        desk.later(days=10)
        desk.server.hard_days = None
        tokens.access()
        assert tokens.ends() == SignIn(now + timedelta(days=110), now + timedelta(days=5 * 365))

    def test_before_anything_is_known_nothing_is_said(self, desk: Desk) -> None:
        assert desk.tokens().ends() == SignIn()
        assert desk.tokens().notes() == ()

    @pytest.mark.parametrize(("days", "urgent"), [(0, False), (85, False), (86, True), (101, True)])
    def test_it_is_urgent_two_weeks_before_it_ends_unused(
        self, desk: Desk, days: int, *, urgent: bool
    ) -> None:
        desk.tokens().access()
        desk.later(days=days)
        of_use, of_the_end = desk.tokens().notes()
        assert "ends on 2026-04-15 (100 days after its last use)" in of_use
        assert ("soon" in of_use, "hub connect books" in of_use) == (urgent, urgent)
        assert of_the_end == "The sign-in ends for good on 2031-01-04, however often it is used."

    @pytest.mark.parametrize(("left", "urgent"), [(61, False), (60, True), (1, True)])
    def test_it_is_urgent_two_months_before_it_ends_for_good(
        self, desk: Desk, left: int, *, urgent: bool
    ) -> None:
        desk.server.hard_days = left
        tokens = desk.tokens()
        tokens.access()
        note = tokens.notes()[1]
        assert ("soon" in note, "hub connect books" in note) == (urgent, urgent)


@dataclass
class Person:
    """Somebody who signs in: what they see, and what the browser is sent back with."""

    back: Callable[[dict[str, str]], str]
    seen: list[str] = field(default_factory=list)
    page: str = ""

    def show(self, text: str) -> None:
        self.seen.append(text)

    def visit(self, address: Callable[[str], str], redirect_uri: str) -> str:
        self.page = address(redirect_uri)
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.page).query).items()}
        return self.back(asked)


def sent_back(**told: str) -> Callable[[dict[str, str]], str]:
    def back(asked: dict[str, str]) -> str:
        query = {"state": asked["state"], "code": CODE, "realmId": "9130357"} | told
        words = "&".join(f"{key}={value}" for key, value in query.items() if value)
        return f"{asked['redirect_uri']}?{words}"

    return back


class TestSignIn:
    def test_a_person_signs_in_and_all_that_is_needed_comes_of_it(self, desk: Desk) -> None:
        person = Person(sent_back())
        authorized = sign_in(person, desk.settings(refresh_token=None), desk.around)
        assert authorized.settings == {"realm": "9130357"}
        assert set(authorized.secrets) == {"refresh_token", "access_token", "sign_in"}
        assert authorized.secrets["refresh_token"] == "refresh-1"
        assert "refresh-1" not in repr(authorized)
        assert desk.server.asked == [
            {
                "grant_type": "authorization_code",
                "code": CODE,
                "redirect_uri": "http://localhost:8765/callback",
            }
        ]
        for name, value in authorized.secrets.items():
            desk.around.secrets.keep(name, value)
        assert desk.tokens().access() == "access-1", "it is good for an hour"
        assert desk.tokens().ends().hard_ends

    def test_the_page_is_asked_for_what_the_hub_needs_and_no_more(self, desk: Desk) -> None:
        person, other = Person(sent_back()), Person(sent_back())
        for one in (person, other):
            sign_in(one, desk.settings(), desk.around)
        assert person.page.startswith(f"{desk.server.url}/connect/oauth2?")
        asked = parse_qs(urlsplit(person.page).query)
        assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
        assert asked["response_type"] == ["code"]
        assert asked["client_id"] == [CLIENT[0]]
        assert CLIENT[1] not in person.page
        assert asked["state"] != parse_qs(urlsplit(other.page).query)["state"], "one for each attempt"

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"state": "another"}, "does not belong to this sign-in"),
            ({"state": "ü"}, "does not belong to this sign-in"),
            ({"state": ""}, "does not belong to this sign-in"),
            ({"error": "access_denied", "code": ""}, "broken off in the browser"),
            ({"code": ""}, "did not say which company"),
            ({"realmId": ""}, "did not say which company"),
        ],
    )
    def test_what_is_no_answer_to_this_attempt_is_refused(
        self, desk: Desk, told: dict[str, str], words: str
    ) -> None:
        with pytest.raises(HubError, match=words) as caught:
            sign_in(Person(sent_back(**told)), desk.settings(), desk.around)
        assert "hub connect books" in caught.value.remedy
        assert desk.server.asked == []

    @pytest.mark.parametrize("pasted", ["", "no address", "http://[", CODE])
    def test_something_else_that_was_pasted_is_refused(self, desk: Desk, pasted: str) -> None:
        with pytest.raises(HubError, match="does not belong"):
            sign_in(Person(lambda _asked: pasted), desk.settings(), desk.around)

    @pytest.mark.parametrize("fault", ["500", "lost"])
    def test_a_code_is_used_once(self, desk: Desk, fault: str) -> None:
        desk.server.faults = [fault]
        with pytest.raises(SourceFailed, match="got no answer"):
            sign_in(Person(sent_back()), desk.settings(), desk.around)
        assert len(desk.server.asked) == 1

    def test_a_code_that_is_too_old_is_answered(self, desk: Desk) -> None:
        with pytest.raises(HubError, match="too old, or was used before") as caught:
            sign_in(Person(sent_back(code="old")), desk.settings(), desk.around)
        assert not isinstance(caught.value, AuthenticationFailed), "the client secret is not to be asked for"

    def test_without_a_client_no_browser_is_opened(self, desk: Desk) -> None:
        person = Person(sent_back())
        with pytest.raises(AuthenticationFailed, match="not known"):
            sign_in(person, desk.settings(client_id=None), desk.around)
        assert not person.page

    def test_a_wrong_client_secret_is_named(self, desk: Desk) -> None:
        with pytest.raises(AuthenticationFailed, match="client_secret are not accepted"):
            sign_in(Person(sent_back()), desk.settings(client_secret="wrong"), desk.around)

    @pytest.mark.parametrize(
        ("given", "warned"),
        [
            ({"oauth_url": ""}, True),
            ({"oauth_url": "", "redirect_uri": "https://firm.example/hub"}, False),
            ({"oauth_url": "", "environment": "sandbox"}, False),
            ({}, False),
        ],
    )
    def test_a_place_that_intuit_may_not_send_the_browser_to_is_told(
        self, desk: Desk, given: dict[str, str], *, warned: bool
    ) -> None:
        person = Person(lambda _asked: "")
        with pytest.raises(HubError):
            sign_in(person, desk.settings(**given), desk.around)
        assert any("https addresses only" in text for text in person.seen) == warned


class TestSilence:
    def test_no_token_stands_in_any_text(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        tokens = desk.tokens()
        told = [tokens.access(), *tokens.notes()]
        secret = ("access-1", "refresh-1", CODE, *CLIENT)
        for fault in ("500", "429", "garbage"):
            desk.later(hours=1)
            desk.server.faults = [fault] * 2
            with pytest.raises(SourceFailed) as caught:
                tokens.access()
            told.append(f"{caught.value} {caught.value!r}")
        told.append(repr(sign_in(Person(sent_back()), desk.settings(), desk.around)))
        text = " ".join([*told[1:], repr(tokens), caplog.text])
        assert not [word for word in secret if word in text]
        redact = desk.around.http().redact
        assert redact(f"access-1 refresh-1 {CODE}") == "[redacted] [redacted] [redacted]"


KEY = "passphrase"
PROCESS = Path(__file__).with_name("refreshing_process.py")


def test_of_two_processes_one_asks_and_both_go_on(
    server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each refresh takes the old refresh token back: two at once would end the sign-in."""
    monkeypatch.setattr("hub.app.vaults._has_keyring", lambda: False)
    kept = ConnectionSecrets(SecretStore(tmp_path, {"HUB_SECRETS_KEY": KEY}), "books")
    for name, value in (
        ("client_id", CLIENT[0]),
        ("client_secret", CLIENT[1]),
        ("refresh_token", "refresh-0"),
    ):
        kept.keep(name, value)
    server.pause = 0.2
    environment = {"HUB_SECRETS_KEY": KEY, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    command = [sys.executable, str(PROCESS), str(tmp_path), server.url]
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert told == ["access-1", "access-1"]
    assert [form["refresh_token"] for form in server.asked] == ["refresh-0"]
    assert kept.get("refresh_token") == server.current == "refresh-1"
    assert json.loads(kept.get("sign_in") or "")["is_asked"] is False
