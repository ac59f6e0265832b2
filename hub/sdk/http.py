"""The hub's way to the network: time-outs always, safe retries only, one rate limit, redaction.

A connector author writes no retry loop. ``get`` is repeated where repeating is safe; ``send``
never is: it makes one call and says which of the five ends a failure is. Where a system says more than
a status does, ``exchange`` makes the one call, and ``repeat`` repeats what is safe to repeat.
"""

from __future__ import annotations

import logging
import re
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import requests
import tenacity

from hub.sdk.errors import AuthenticationFailed, SourceFailed
from hub.sdk.limits import Limiter
from hub.sdk.writes import NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hub.sdk.access import RateLimit
    from hub.sdk.clock import Clock

T = TypeVar("T")

CONNECT_SECONDS = 10
READ_SECONDS = 60
_READ_ATTEMPTS = 5
_LONGEST_WAIT_SECONDS = 120
_UNAUTHORIZED = {401, 403}
_TOO_MANY = 429
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_PASSING = {408, 425, 429, 500, 502, 503, 504}


class Redactor:
    """Takes the secrets it was told out of any text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Take out one more from now on, such as a token that has just been given."""
        known = {*self._secrets, secret} - {""}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without secrets, bearer tokens and passwords in URLs."""
        for secret in self._secrets:
            text = text.replace(secret, "[redacted]")
        text = re.sub(r"(?i)(bearer|basic)\s+[\w.~+/=-]+", r"\1 [redacted]", text)
        return re.sub(r"://[^/\s@]+@", "://[redacted]@", text)


_REDACTORS: WeakSet[Redactor] = WeakSet()
_TALKATIVE = ("urllib3.connectionpool", "urllib3.util.retry")
"""The loggers that tell of addresses, in which a secret may stand."""


def _redacted(record: logging.LogRecord) -> bool:
    """Take all secrets out of what another library logs; it is logged all the same."""
    text = record.getMessage()
    for redactor in list(_REDACTORS):
        text = redactor(text)
    record.msg, record.args = text, ()
    return True


class Passing(Exception):
    """A fault that may pass: what failed is safe to repeat, after ``retry_after`` seconds if that is known.

    ``reason`` is shown to a person once repeating has not helped.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Session:
    """One connection's HTTP session."""

    def __init__(
        self,
        clock: Clock,
        *,
        secrets: Iterable[str] = (),
        rate: RateLimit | None = None,
    ) -> None:
        self.redact = Redactor(secrets)
        _REDACTORS.add(self.redact)
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_redacted)
        self._clock = clock
        self._requests = requests.Session()
        self._limiters = (Limiter(clock, rate),) if rate else ()

    def close(self) -> None:
        """Let go of the connections that were kept open."""
        self._requests.close()

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 -- JSON is any value
        """Read a JSON document; repeated with growing pauses while the fault may pass.

        Raises:
            AuthenticationFailed: the system refused our credentials.
            SourceFailed: it did not answer, or not with JSON.

        """
        return self.repeat(lambda: self._get_once(url, params, headers))

    def repeat(self, call: Callable[[], T]) -> T:
        """Make a call that is safe to repeat, again with growing pauses while it raises ``Passing``.

        Raises:
            SourceFailed: it kept failing.

        """
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_READ_ATTEMPTS),
            wait=_pause,
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(Passing),
        )
        try:
            return attempts(call)
        except tenacity.RetryError as error:
            last = error.last_attempt.exception()
            raise SourceFailed(self.redact(f"{last}.")) from None

    def _get_once(self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None) -> Any:  # noqa: ANN401 -- JSON is any value
        answer = self.exchange("GET", url, params=params, headers=headers)
        if not isinstance(answer, requests.Response):
            raise Passing(answer.reason)
        if answer.status_code in _PASSING:
            raise Passing(f"{place_of(url)} answers {answer.status_code}", retry_after(answer))
        if answer.status_code in _UNAUTHORIZED:
            message = f"{place_of(url)} refuses our credentials ({answer.status_code})."
            raise AuthenticationFailed(message, remedy="Connect again.")
        if answer.status_code >= _CLIENT_ERROR:
            message = f"{place_of(url)} answers {answer.status_code}."
            raise SourceFailed(message)
        try:
            return answer.json()
        except ValueError:
            message = f"{place_of(url)} answers with something that is not JSON."
            raise SourceFailed(message) from None

    def send(
        self,
        method: str,
        url: str,
        body: Any,  # noqa: ANN401 -- JSON is any value
        *,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response | Rejected | NotSent | Unknown:
        """Make one writing call. Anything but a 2xx answer comes back as the end that it is.

        No connection, 429, 401 and 403 are NotSent; another 4xx is Rejected; a 5xx, or a fault
        after the request left, is Unknown.
        """
        answer = self.exchange(method, url, json=body, headers=headers)
        return self._end_of(answer, url) if isinstance(answer, requests.Response) else answer

    def exchange(  # noqa: PLR0913 -- the parts of a request
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,  # noqa: ANN401 -- JSON is any value
        data: Mapping[str, str] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        seconds: float = READ_SECONDS,
        limits: Iterable[Limiter] = (),
    ) -> requests.Response | NotSent | Unknown:
        """Make one call and hand over whatever answer there is.

        Args:
            method: the HTTP method.
            url: the address.
            params: what is added to it as a query.
            json: a body that is sent as JSON.
            data: a body that is sent as it is, or a form.
            headers: further headers.
            auth: user and password of HTTP Basic.
            seconds: how long to wait for the answer.
            limits: what the system allows of calls of this sort, beside the connection's own limit.

        Returns:
            The answer, with whatever status; NotSent if the call did not reach the system for certain;
            Unknown if nobody knows.

        """
        parts = {"params": params, "json": json, "data": data, "headers": headers, "auth": auth}
        try:
            with ExitStack() as stack:
                for limiter in (*self._limiters, *limits):
                    stack.enter_context(limiter.call())
                return self._requests.request(method, url, timeout=(CONNECT_SECONDS, seconds), **parts)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL):
            return NotSent(reason=f"no connection to {place_of(url)}")
        except requests.exceptions.ConnectionError as error:
            if _refused(error):
                return NotSent(reason=f"no connection to {place_of(url)}")
            return Unknown(f"connection to {place_of(url)} lost: {type(error).__name__}")
        except requests.RequestException as error:
            return Unknown(f"no answer from {place_of(url)}: {type(error).__name__}")

    def _end_of(
        self, answer: requests.Response, url: str
    ) -> requests.Response | Rejected | NotSent | Unknown:
        status = answer.status_code
        if status == _TOO_MANY or status in _UNAUTHORIZED:
            seconds = retry_after(answer)
            wait = None if seconds is None else timedelta(seconds=seconds)
            return NotSent(wait, reason=f"{place_of(url)} answers {status}")
        if status >= _SERVER_ERROR:
            return Unknown(f"{place_of(url)} answers {status}")
        if status >= _CLIENT_ERROR:
            return Rejected(code=str(status), message=f"{place_of(url)} refuses it ({status})")
        return answer


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    grown = float(2 ** (state.attempt_number - 1))
    return min(asked if asked is not None else grown, _LONGEST_WAIT_SECONDS)


def retry_after(answer: requests.Response) -> float | None:
    """For how many seconds the system asks to wait; ``None`` where it does not say."""
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _refused(error: requests.exceptions.ConnectionError) -> bool:
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text


def place_of(url: str) -> str:
    """The host alone: paths and queries may hold keys and names."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or "the system"
