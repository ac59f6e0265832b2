"""Signing in to a QuickBooks company by OAuth 2.0, and keeping the sign-in alive.

A sign-in is a refresh token. It ends 100 days after its last use and, whatever happens, 5 years after it
was made. It is exchanged for access tokens, good for an hour each; with that it changes about daily, and
the old one then stops working. So whatever comes is kept before it is used, and one process at a time
asks (developer.intuit.com, "OAuth 2.0" and its FAQ; the 5 years: Intuit's blog of 2025-11-12).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.sdk import AuthenticationFailed, Authorized, HubError, SourceFailed
from hub_quickbooks.settings import AUTHORIZE_URL, authorize_url
from hub_quickbooks.token_service import Doubtful, Granted, NotAccepted, TokenService, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.sdk import Secrets, SignInUI, Surroundings
    from hub_quickbooks.settings import QuickBooksSettings

SCOPE = "com.intuit.quickbooks.accounting"

_REFRESH_TOKEN = "refresh_token"  # noqa: S105 -- the name of a field
_ACCESS_TOKEN = "access_token"  # noqa: S105 -- as above
_SIGN_IN = "sign_in"

_SPARE = timedelta(minutes=5)
"""How much longer an access token has to be good: a request may take two minutes, and clocks differ."""
_SOON = timedelta(days=14)
_SOON_FOR_GOOD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class SignIn:
    """When the sign-in ends; ``None`` where Intuit has not said.

    Args:
        ends: 100 days after its last use.
        hard_ends: however often it is used.

    """

    ends: datetime | None = None
    hard_ends: datetime | None = None


class _Course(BaseModel):
    """What is kept beside the tokens.

    Args:
        of: which refresh token this is said of: a digest of it.
        access_ends: when the access token that is kept ends.
        ends: when the refresh token ends unless it is used.
        hard_ends: when it ends for good.
        is_asked: whether Intuit was asked with this refresh token and no answer is known: it may have
            been changed.

    """

    model_config = ConfigDict(frozen=True)

    of: str = ""
    access_ends: datetime | None = None
    ends: datetime | None = None
    hard_ends: datetime | None = None
    is_asked: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class _Access:
    token: str
    ends: datetime


class MemoryKeeper:
    """Keeps secrets for as long as the process lives."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, field: str) -> str | None:
        """The value of a field."""
        return self.values.get(field)

    def keep(self, field: str, value: str) -> None:
        """Keep a value."""
        self.values[field] = value

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads out; no other process knows these values."""
        with self._lock:
            yield


class Tokens:
    """The tokens of one connection.

    Args:
        settings: the connection's settings; their refresh token is the first one.
        surroundings: where the hub stands.
        keeper: where tokens are kept, where that is not among the connection's own secrets.

    """

    def __init__(
        self, settings: QuickBooksSettings, surroundings: Surroundings, keeper: Secrets | None = None
    ) -> None:
        self._keeper = keeper or surroundings.secrets
        self._service = TokenService(settings, surroundings)
        self._clock = surroundings.clock
        self._http = surroundings.http
        self._first = plain(settings.refresh_token)
        self._connect = f"hub connect {surroundings.connection}"
        self._held: _Access | None = None
        self._refused = ""
        self._ended = ""

    def access(self) -> str:
        """An access token that is good for five more minutes.

        Raises:
            AuthenticationFailed: a person has to sign in again, or the app's own secrets are wrong.
            SourceFailed: Intuit does not answer.
            HubError: tokens cannot be kept, or another process does not come to an end.

        """
        held = self._held
        if held is None or not self._is_good(held):
            with self._keeper.alone():
                # Another process may have asked while this one waited.
                kept = self._kept()
                held = kept if kept and self._is_good(kept) else self._refresh()
            self._held = held
        return held.token

    def refused(self, token: str) -> None:
        """Note that the system refused an access token: the next one will be another."""
        self._refused = token

    def exchange(self, code: str, redirect_uri: str) -> None:
        """Get and keep the first tokens of a sign-in.

        Args:
            code: what the browser was sent back with.
            redirect_uri: where it was sent back to.

        Raises:
            AuthenticationFailed: the app's own secrets are wrong.
            HubError: nothing came of it.

        """
        remedy = f"Sign in again: {self._connect}."
        self._http().redact.learn(code)
        with self._keeper.alone():
            now = self._clock.now()
            match answer := self._service.of_code(code, redirect_uri):
                case Granted():
                    self._held = self._keep(answer, answer.refresh_token, now, _Course())
                case Doubtful():
                    raise SourceFailed(f"The sign-in got no answer: {answer.reason}.", remedy=remedy)
                case NotAccepted():
                    message = "Intuit does not accept this sign-in: it is too old, or was used before."
                    raise HubError(message, remedy=remedy)
                case _:
                    raise answer.error

    def ends(self) -> SignIn:
        """When the sign-in ends, as far as Intuit has said."""
        course = self._course()
        return SignIn(course.ends, course.hard_ends)

    def notes(self) -> tuple[str, ...]:
        """What a person should know about the end of the sign-in, in sentences."""
        now, found = self._clock.now(), self.ends()
        urgent = f"That is soon. Sign in again: {self._connect}"
        notes = []
        if found.ends:
            text = f"The sign-in ends on {found.ends:%Y-%m-%d} (100 days after its last use)"
            notes.append(
                f"{text}. {urgent}." if found.ends - now <= _SOON else f"{text}; a run puts that off."
            )
        if found.hard_ends:
            text = f"The sign-in ends for good on {found.hard_ends:%Y-%m-%d}, however often it is used"
            notes.append(f"{text}. {urgent}." if found.hard_ends - now <= _SOON_FOR_GOOD else f"{text}.")
        return tuple(notes)

    # What is kept.

    def _is_good(self, access: _Access) -> bool:
        return access.ends - self._clock.now() >= _SPARE and access.token != self._refused

    def _refresh_token(self) -> str:
        return self._keeper.get(_REFRESH_TOKEN) or self._first

    def _course(self) -> _Course:
        """What is known of the refresh token of today; nothing, where it was said of another one."""
        mark = _mark(self._refresh_token())
        try:
            course = _Course.model_validate_json(self._keeper.get(_SIGN_IN) or "{}")
        except ValidationError:
            course = _Course()
        return course if course.of == mark else _Course(of=mark)

    def _kept(self) -> _Access | None:
        ends, token = self._course().access_ends, self._keeper.get(_ACCESS_TOKEN)
        return _Access(token, ends) if ends and token else None

    def _note(self, course: _Course) -> None:
        self._keeper.keep(_SIGN_IN, course.model_dump_json())

    def _keep(self, granted: Granted, refresh_token: str, now: datetime, before: _Course) -> _Access:
        """Keep what was granted: what matters most first, and what is said of it last."""
        access = _Access(granted.access_token, _after(now, granted.access_seconds) or now)
        for token in (refresh_token, access.token):
            self._http().redact.learn(token)
        if refresh_token != self._refresh_token():
            self._keeper.keep(_REFRESH_TOKEN, refresh_token)
        self._keeper.keep(_ACCESS_TOKEN, access.token)
        course = _Course(
            of=_mark(refresh_token),
            access_ends=access.ends,
            ends=_after(now, granted.seconds),
            hard_ends=_after(now, granted.hard_seconds) or before.hard_ends,
        )
        self._note(course)
        return access

    # What is asked.

    def _refresh(self) -> _Access:
        token, before, now = self._refresh_token(), self._course(), self._clock.now()
        if not token:
            raise AuthenticationFailed("Nobody has signed in yet.", remedy=f"Sign in: {self._connect}.")
        if before.of == self._ended:
            raise self._no_longer_accepted(before)
        # Noted first, so that nothing is asked whose answer could not be kept.
        asked = before.model_copy(update={"is_asked": True})
        self._note(asked)
        answer = self._service.of_refresh_token(token)
        if isinstance(answer, Doubtful):
            before = asked
            # What Intuit may have done it will do again: an old token is good until it was changed.
            answer = self._service.of_refresh_token(token)
        if isinstance(answer, Granted):
            return self._keep(answer, answer.refresh_token or token, now, before)
        if isinstance(answer, Doubtful):
            message = f"The sign-in could not be renewed: {answer.reason}."
            raise SourceFailed(message, remedy="Try again later.")
        self._note(before)
        if isinstance(answer, NotAccepted):
            self._ended = before.of
            raise self._no_longer_accepted(before)
        raise answer.error

    def _no_longer_accepted(self, course: _Course) -> AuthenticationFailed:
        doubt = " An earlier renewal got no answer, and may have used it up." if course.is_asked else ""
        message = f"QuickBooks no longer accepts the sign-in.{doubt}"
        return AuthenticationFailed(message, remedy=f"Sign in again: {self._connect}.")


def sign_in(ui: SignInUI, settings: QuickBooksSettings, surroundings: Surroundings) -> Authorized:
    """Let a person sign in and choose the company.

    Returns:
        The company's id, and the tokens as they are to be kept.

    Raises:
        AuthenticationFailed: client id or client secret are not known, or wrong.
        HubError: nothing came of it.

    """
    client_id, _ = TokenService(settings, surroundings).client()
    state = secrets.token_urlsafe(32)

    def address(redirect_uri: str) -> str:
        query = {
            "client_id": client_id,
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{authorize_url(settings)}?{urlencode(query)}"

    _warn(ui, settings, surroundings.connection)
    told = _query(ui.visit(address, settings.redirect_uri))
    code, realm = _checked(told, state, f"Sign in again: hub connect {surroundings.connection}.")
    keeper = MemoryKeeper()
    Tokens(settings, surroundings, keeper).exchange(code, settings.redirect_uri)
    return Authorized({"realm": realm}, keeper.values)


def _warn(ui: SignInUI, settings: QuickBooksSettings, connection: str) -> None:
    """Intuit's page refuses a wrong place and sends nothing back ("Set app redirect URIs", its docs)."""
    is_plain = not settings.redirect_uri.startswith("https://")
    if is_plain and settings.environment == "production" and authorize_url(settings) == AUTHORIZE_URL:
        ui.show(
            "For a production company Intuit sends the browser back to https addresses only. If it refuses"
            f" {settings.redirect_uri}, name one of the app's Redirect URIs:"
            f" hub connect {connection} --set redirect_uri=https://…"
        )


def _checked(told: Mapping[str, str], state: str, remedy: str) -> tuple[str, str]:
    """The code and the company's id, if this is what came of our own attempt."""
    if not hmac.compare_digest(told.get("state", "").encode(), state.encode()):
        raise HubError("What came back does not belong to this sign-in.", remedy=remedy)
    if told.get("error") == "access_denied":
        raise HubError("The sign-in was broken off in the browser.", remedy=remedy)
    code, realm = told.get("code", ""), told.get("realmId", "")
    if not code or not realm:
        raise HubError("Intuit did not say which company was chosen.", remedy=remedy)
    return code, realm


def _query(address: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(address.strip()).query))
    except ValueError:
        return {}


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _after(now: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)
