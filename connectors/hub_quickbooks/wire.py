"""The way to one company: addresses, headers, tokens, limits, and what an answer means."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
import simplejson

from hub.sdk import AuthenticationFailed, NotSent, RateLimit, SourceFailed, SystemClock, Unknown
from hub.sdk.http import Passing, place_of
from hub.sdk.limits import Limiter
from hub_quickbooks.faults import BREATH, Means, faults_in
from hub_quickbooks.settings import api_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hub.sdk import Clock, Surroundings
    from hub.sdk.http import Session
    from hub_quickbooks.faults import Fault
    from hub_quickbooks.oauth import Tokens
    from hub_quickbooks.settings import QuickBooksSettings

MINOR_VERSION = "75"
"""The only one since August 2025; others are answered as if they were this one."""
_READ_SECONDS = 60

# Of one company and app: 500 calls a minute and 10 a second; 40 batches a minute (Intuit, October 2025).
_CALLS = (RateLimit(500), RateLimit(10, timedelta(seconds=1)))
_BATCHES = RateLimit(40)

_limiters: dict[tuple[object, str], tuple[Limiter, Limiter]] = {}
_making = threading.Lock()


def _limiters_of(root: str, clock: Clock) -> tuple[Limiter, Limiter]:
    """The limiters of a company, for calls and for batches: one pair for all of the process."""
    whose = SystemClock if isinstance(clock, SystemClock) else clock
    with _making:
        if (whose, root) not in _limiters:
            _limiters[whose, root] = (Limiter(clock, *_CALLS), Limiter(clock, _BATCHES))
        return _limiters[whose, root]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a write.

    Args:
        status: the HTTP status.
        document: the JSON, numbers with decimals as Decimal; ``None`` where it is none.
        faults: what it says is wrong with the whole call.

    """

    status: int
    document: Any
    faults: tuple[Fault, ...]


class Wire:
    """Makes the calls to one company."""

    def __init__(
        self,
        config: QuickBooksSettings,
        surroundings: Surroundings,
        tokens: Tokens,
        count: Callable[[], None],
    ) -> None:
        self._root = api_root(config)
        self._http: Session = surroundings.http()
        self._tokens = tokens
        self._seconds = config.timeout_seconds
        # A stand-in lets everybody in at once.
        stands_in = config.environment == "stand-in"
        self._limits = () if stands_in else _limiters_of(self._root, surroundings.clock)
        self._clock = surroundings.clock
        self.skew = timedelta(0)
        """By how much QuickBooks' clock is ahead of ours: what changed when is told by its own."""
        self._count = count
        self._connect = f"hub connect {surroundings.connection}"

    # Reading.

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read something; repeated where that may help. Each success is a metered read.

        Raises:
            AuthenticationFailed: the sign-in is not accepted.
            SourceFailed: there is no answer, or one that says that something is wrong.

        """
        document: dict[str, Any] = self._http.repeat(lambda: self._read(path, params))
        self._count()
        return document

    def query(self, statement: str) -> dict[str, Any]:
        """The ``QueryResponse`` of a statement.

        Raises:
            AuthenticationFailed: as ``get``.
            SourceFailed: as ``get``.

        """
        found: dict[str, Any] = self.get("query", query=statement).get("QueryResponse", {})
        return found

    def _read(self, path: str, params: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON is any value
        answer = self._signed("GET", path, params)
        if isinstance(answer, NotSent | Unknown):
            raise Passing(answer.reason)
        read = _understood(answer)
        if answer.status_code < HTTPStatus.BAD_REQUEST and not read.faults and read.document is not None:
            self._compare_clocks(read.document)
            return read.document
        raise self._failure(answer, read)

    def _compare_clocks(self, document: Mapping[str, Any]) -> None:
        try:
            theirs = datetime.fromisoformat(str(document.get("time", "")))
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.skew = theirs - self._clock.now()

    def _failure(self, answer: requests.Response, read: Answer) -> Exception:
        place, status = place_of(self._root), answer.status_code
        fault = read.faults[0] if read.faults else None
        told = f"QuickBooks says: {fault.told()}" if fault else f"{place} answers {status}"
        if status == HTTPStatus.TOO_MANY_REQUESTS or (fault and fault.meaning.means is Means.LATER):
            return Passing(told, BREATH.total_seconds())
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or (
            fault and fault.meaning.means is Means.SIGN_IN
        ):
            return AuthenticationFailed(f"{told}.", remedy=f"Sign in again: {self._connect}.")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or read.document is None:
            return Passing(told)
        return SourceFailed(f"{told}.", remedy=fault.meaning.remedy if fault else "")

    # Writing.

    def post(
        self, path: str, body: Mapping[str, Any], *, private: Iterable[str] = (), **params: str
    ) -> Answer | NotSent | Unknown:
        """Make one writing call; ``private`` are texts in it that no fault may quote."""
        batch = path == "batch"
        answer = self._signed("POST", path, params, body, batch=batch)
        return _understood(answer, private) if isinstance(answer, requests.Response) else answer

    # Both.

    def _signed(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        batch: bool = False,
    ) -> requests.Response | NotSent | Unknown:
        """One call with a token; once more with a new one where that is not accepted.

        What is refused for its token was not done, so that this is no repeating on a guess.
        """
        token = self._tokens.access()
        answer = self._call(method, path, params, body, token, batch=batch)
        if isinstance(answer, requests.Response) and answer.status_code == HTTPStatus.UNAUTHORIZED:
            self._tokens.refused(token)
            token = self._tokens.access()
            answer = self._call(method, path, params, body, token, batch=batch)
        return answer

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None,
        token: str,
        *,
        batch: bool,
    ) -> requests.Response | NotSent | Unknown:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        sent = None if body is None else simplejson.dumps(body, use_decimal=True).encode()
        if sent is not None:
            headers["Content-Type"] = "application/json"
        return self._http.exchange(
            method,
            f"{self._root}/{path}",
            params={**params, "minorversion": MINOR_VERSION},
            data=sent,
            headers=headers,
            seconds=_READ_SECONDS if method == "GET" else self._seconds,
            limits=self._limits if batch else self._limits[:1],
        )


def _understood(answer: requests.Response, private: Iterable[str] = ()) -> Answer:
    try:
        document = simplejson.loads(answer.content, use_decimal=True)
    except ValueError:
        return Answer(answer.status_code, None, ())
    return Answer(answer.status_code, document, tuple(faults_in(document, private)))
