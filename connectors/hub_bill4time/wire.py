"""The way to one account: addresses, envelopes, and what an answer means.

The key stands in every address. So no address is ever shown, and the key is taken out of whatever other
libraries say of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
import simplejson

from hub.sdk import AuthenticationFailed, ConfigurationError, RateLimit, SourceFailed, SourceMissing
from hub.sdk.http import Passing, place_of, retry_after
from hub.sdk.limits import Limiter
from hub_bill4time.settings import API_ROOT

if TYPE_CHECKING:
    from hub.sdk import Surroundings
    from hub_bill4time.settings import Bill4TimeSettings

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_ROWS = ("data", "value")
_COUNTS = ("count", "totalcount", "total", "@odata.count", "odata.count")
# Error bodies are not documented; clients of others expect words such as these in `code`.
_NO_ENTRY = ("auth", "key", "forbidden", "expired", "denied")


class Unanswerable(SourceFailed):
    """The question itself was refused, so that another way of asking may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its rows, and how many there are in all, where it says so."""

    rows: list[dict[str, Any]] = field(repr=False)
    count: int | None = None


class Wire:
    """Asks one account; all of it is read only."""

    def __init__(self, config: Bill4TimeSettings, surroundings: Surroundings) -> None:
        if config.api_key is None:
            remedy = f"Run: hub connect {surroundings.connection}."
            raise ConfigurationError("The API key is not known.", remedy=remedy)
        key = quote(config.api_key.get_secret_value().strip(), safe="")
        self._root = f"{_api_root(config.base_url)}/{key}/{config.version}"
        self._http = surroundings.http()
        self._http.redact.learn(key)
        self._place = place_of(self._root)
        self._connect = f"hub connect {surroundings.connection}"
        rate = config.calls_per_minute
        self._limits = (Limiter(surroundings.clock, RateLimit(rate)),) if rate else ()

    def ask(self, resource: str, **query: str) -> Answer:
        """Read part of a resource; repeated where that may help.

        Raises:
            AuthenticationFailed: the key is not accepted, or not any more.
            SourceMissing: there is no such resource.
            SourceFailed: there is no answer, or one that says that something is wrong.

        """
        return self._http.repeat(lambda: self._ask(resource, query))

    def _ask(self, resource: str, query: Mapping[str, str]) -> Answer:
        params = {f"${name}": value for name, value in query.items()}
        answer = self._http.exchange("GET", f"{self._root}/{resource}", params=params, limits=self._limits)
        if not isinstance(answer, requests.Response):
            raise Passing(answer.reason)
        if answer.status_code in _PASSING:
            raise Passing(f"{self._place} answers {answer.status_code}", retry_after(answer))
        self._refuse(answer.status_code, resource)
        return self._understood(answer)

    def _refuse(self, status: int, resource: str) -> None:
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise self._no_entry(str(status))
        if status == HTTPStatus.NOT_FOUND:
            raise SourceMissing(f"{self._place} has no {resource}.", remedy=self._check_key)
        if status == HTTPStatus.BAD_REQUEST:
            raise Unanswerable(f"{self._place} does not understand the question for {resource} (400).")
        if status >= HTTPStatus.BAD_REQUEST:
            raise SourceFailed(f"{self._place} answers {status} for {resource}.")

    def _no_entry(self, said: str) -> AuthenticationFailed:
        return AuthenticationFailed(f"{self._place} refuses the API key ({said}).", remedy=self._check_key)

    @property
    def _check_key(self) -> str:
        return (
            "If the key has expired, or was made for another version of the API, make one in Bill4Time "
            f"(Settings → API), then run: {self._connect}."
        )

    def _understood(self, answer: requests.Response) -> Answer:
        try:
            document = simplejson.loads(answer.content, use_decimal=True)
        except ValueError:
            # A cut answer is as good as none: what it lacks is not known.
            raise Passing(
                f"{self._place} answers with something that is not JSON, or not all of it"
            ) from None
        if isinstance(document, list):
            return Answer(_rows(document))
        if not isinstance(document, Mapping):
            raise SourceFailed(f"{self._place} answers with something that is no list.")
        folded = {str(name).casefold(): value for name, value in document.items()}
        listed = next((folded[name] for name in _ROWS if isinstance(folded.get(name), list)), None)
        if listed is None:
            raise self._told(folded)
        counts = (folded[name] for name in _COUNTS if isinstance(folded.get(name), int))
        return Answer(_rows(listed), next(counts, None))

    def _told(self, document: Mapping[str, Any]) -> SourceFailed:
        """An answer without rows says that something is wrong, in words of its own."""
        inner = document.get("error")
        said = inner if isinstance(inner, Mapping) else document
        code = " ".join(str(said.get(name) or "") for name in ("code", "status")).strip()
        if any(word in code.casefold() for word in _NO_ENTRY):
            return self._no_entry(self._http.redact(code)[:40])
        return SourceFailed(f"{self._place} answers with something that is no list.")


def _api_root(base_url: str) -> str:
    """The base of all addresses; a server alone has them where the vendor has them."""
    base = (base_url or API_ROOT).rstrip("/")
    return base if urlsplit(base).path else f"{base}{urlsplit(API_ROOT).path}"


def _rows(listed: list[Any]) -> list[dict[str, Any]]:
    if not all(isinstance(row, dict) for row in listed):
        raise SourceFailed("Bill4Time lists something that is no record.")
    return listed
