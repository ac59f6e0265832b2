"""The hub's way to the network: time-outs always, safe retries only, one rate limit, redaction.

A connector author writes no retry loop. ``get`` is repeated where repeating is safe; ``send``
never is: it makes one call and says which of the five ends a failure is.
"""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests
import tenacity

from hub.sdk.errors import AuthenticationFailed, SourceFailed
from hub.sdk.writes import NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk.access import RateLimit
    from hub.sdk.clock import Clock

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
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without secrets, bearer tokens and passwords in URLs."""
        for secret in self._secrets:
            text = text.replace(secret, "[redacted]")
        text = re.sub(r"(?i)(bearer|basic)\s+[\w.~+/=-]+", r"\1 [redacted]", text)
        return re.sub(r"://[^/\s@]+@", "://[redacted]@", text)


class _Passing(Exception):
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
        self._clock = clock
        self._requests = requests.Session()
        self._limiter = _Limiter(clock, rate) if rate else None

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 -- JSON is any value
        """Read a JSON document; repeated with growing pauses while the fault may pass.

        Raises:
            AuthenticationFailed: the system refused our credentials.
            SourceFailed: it did not answer, or not with JSON.

        """
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_READ_ATTEMPTS),
            wait=_pause,
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(_Passing),
        )
        try:
            return attempts(self._get_once, url, params, headers)
        except tenacity.RetryError as error:
            last = error.last_attempt.exception()
            raise SourceFailed(self.redact(f"{last}.")) from None

    def _get_once(self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None) -> Any:  # noqa: ANN401 -- JSON is any value
        try:
            answer = self._call("GET", url, params=params, headers=headers)
        except requests.RequestException as error:
            raise _Passing(f"No answer from {_place(url)}: {type(error).__name__}") from None
        if answer.status_code in _PASSING:
            raise _Passing(f"{_place(url)} answers {answer.status_code}", _retry_after(answer))
        if answer.status_code in _UNAUTHORIZED:
            message = f"{_place(url)} refuses our credentials ({answer.status_code})."
            raise AuthenticationFailed(message, remedy="Connect again.")
        if answer.status_code >= _CLIENT_ERROR:
            message = f"{_place(url)} answers {answer.status_code}."
            raise SourceFailed(message)
        try:
            return answer.json()
        except ValueError:
            message = f"{_place(url)} answers with something that is not JSON."
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
        try:
            answer = self._call(method, url, json=body, headers=headers)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL):
            return NotSent(reason=f"no connection to {_place(url)}")
        except requests.exceptions.ConnectionError as error:
            if _refused(error):
                return NotSent(reason=f"no connection to {_place(url)}")
            return Unknown(f"connection to {_place(url)} lost: {type(error).__name__}")
        except requests.RequestException as error:
            return Unknown(f"no answer from {_place(url)}: {type(error).__name__}")
        return self._end_of(answer, url)

    def _end_of(
        self, answer: requests.Response, url: str
    ) -> requests.Response | Rejected | NotSent | Unknown:
        status = answer.status_code
        if status == _TOO_MANY or status in _UNAUTHORIZED:
            seconds = _retry_after(answer)
            wait = None if seconds is None else timedelta(seconds=seconds)
            return NotSent(wait, reason=f"{_place(url)} answers {status}")
        if status >= _SERVER_ERROR:
            return Unknown(f"{_place(url)} answers {status}")
        if status >= _CLIENT_ERROR:
            return Rejected(code=str(status), message=f"{_place(url)} refuses it ({status})")
        return answer

    def _call(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 -- handed on to requests
        if self._limiter:
            self._limiter.wait()
        return self._requests.request(method, url, timeout=(CONNECT_SECONDS, READ_SECONDS), **options)


class _Limiter:
    """Spreads calls evenly over the time that the system allows for them."""

    def __init__(self, clock: Clock, rate: RateLimit) -> None:
        self._clock = clock
        self._gap = rate.per / rate.calls
        self._next = clock.now()
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            now = self._clock.now()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._clock.sleep((start - now).total_seconds())


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    grown = float(2 ** (state.attempt_number - 1))
    return min(asked if asked is not None else grown, _LONGEST_WAIT_SECONDS)


def _retry_after(answer: requests.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _refused(error: requests.exceptions.ConnectionError) -> bool:
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text


def _place(url: str) -> str:
    """The host alone: paths and queries may hold keys and names."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or "the system"
