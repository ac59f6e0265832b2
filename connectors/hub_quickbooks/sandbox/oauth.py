"""OAuth2: consent, access tokens of an hour, refresh tokens that change (facts 1.1)."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from hub.sdk.loopback import Answer
from hub_quickbooks.sandbox.document import dumps, loads
from hub_quickbooks.sandbox.exchange import document_of, plain_answer, text_of
from hub_quickbooks.sandbox.refusals import not_authenticated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.loopback import Request
    from hub_quickbooks.sandbox.books import Books

ACCESS_SECONDS = 3600
CODE_SECONDS = 600
DAY_SECONDS = 86_400
REFRESH_SECONDS = 100 * DAY_SECONDS
"""How long a refresh token lives that is not used."""
HARD_SECONDS = 5 * 365 * DAY_SECONDS
"""How long a consent lasts, however often it is refreshed."""
_HARD_HEADER = "x-include-refresh-token-hard-expires-in"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, an authorization code among them; times are seconds since 1970."""

    value: str
    issued: int
    expires: int
    hard: int
    redirect: str = ""


class OAuth:
    """One app's access to one company: at most one consent at a time."""

    def __init__(self, books: Books, realm: str) -> None:
        self._books = books
        self._realm = realm

    # ------------------------------------------------------------ what is seeded

    def seed(self) -> None:
        """Register the app, and let it have a first consent."""
        self._books.store.set("client_id", f"AB{secrets.token_hex(24)}")
        self._books.store.set("client_secret", secrets.token_hex(20))
        self._consent()

    @property
    def client_id(self) -> str:
        """The app's id."""
        return self._books.store.setting("client_id") or ""

    @property
    def client_secret(self) -> str:
        """The app's secret."""
        return self._books.store.setting("client_secret") or ""

    @property
    def refresh_token(self) -> str:
        """The refresh token that is good just now; empty after a revocation."""
        found = self._tokens("refresh")
        return found[0].value if found else ""

    # ------------------------------------------------------------ the addresses

    def consent_page(self, query: Mapping[str, str]) -> Answer:
        """Consent at once, as a person would after some thought, and send the browser back."""
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id or query.get("response_type") != "code" or not redirect:
            return plain_answer({"error": "invalid_request"}, 400)
        now = self._books.seconds()
        code = self._keep("code", Token(self._value("XAB"), now, now + CODE_SECONDS, 0, redirect))
        back = urlencode({"code": code.value, "state": query.get("state", ""), "realmId": self._realm})
        return Answer(302, "", headers={"Location": f"{redirect}{'&' if '?' in redirect else '?'}{back}"})

    def bearer(self, request: Request) -> Answer:
        """Give an access token for a code or a refresh token."""
        form = dict(parse_qsl(text_of(request)))
        if not self._is_app(request):
            return plain_answer({"error": "invalid_client"}, 401)
        if form.get("grant_type") == "authorization_code":
            refresh = self._exchange(form)
        elif form.get("grant_type") == "refresh_token":
            refresh = self._refresh(form.get("refresh_token", ""))
        else:
            return plain_answer({"error": "unsupported_grant_type"}, 400)
        if refresh is None:
            return plain_answer({"error": "invalid_grant", "error_description": "Token invalid"}, 400)
        return plain_answer(self._pair(refresh, hard=request.headers.get(_HARD_HEADER) == "true"))

    def revoke(self, request: Request) -> Answer:
        """End the consent to which a token belongs."""
        if not self._is_app(request):
            return plain_answer({"error": "invalid_client"}, 401)
        value = document_of(request).get("token", "")
        if value not in {token.value for sort in ("access", "refresh") for token in self._tokens(sort)}:
            return plain_answer({"error": "invalid_request"}, 400)
        self._forget()
        return Answer(200, "")

    def check(self, request: Request) -> None:
        """See to it that a request holds a good access token.

        Raises:
            Refused: it does not.

        """
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value:
            raise not_authenticated("Missing access token")
        found = [token for token in self._tokens("access") if token.value == value]
        if not found:
            raise not_authenticated(f"Token invalid: {value}")
        if found[0].expires <= self._books.seconds():
            raise not_authenticated(f"Token expired: {value}")

    # ------------------------------------------------------------ tokens

    def _is_app(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").partition(" ")[2]
        try:
            return base64.b64decode(given).decode() == f"{self.client_id}:{self.client_secret}"
        except (binascii.Error, UnicodeDecodeError):
            return False

    def _exchange(self, form: Mapping[str, str]) -> Token | None:
        """A code is good once, and for the address to which it was sent; the old consent ends."""
        found = [token for token in self._tokens("code") if token.value == form.get("code")]
        if not found or found[0].expires <= self._books.seconds():
            return None
        if found[0].redirect != form.get("redirect_uri"):
            return None
        return self._consent()

    def _consent(self) -> Token:
        self._forget()
        now = self._books.seconds()
        return self._issue(now, now + HARD_SECONDS)

    def _refresh(self, value: str) -> Token | None:
        """Take a refresh token, or a newer one in its place; the older is dead from then on."""
        now = self._books.seconds()
        found = [token for token in self._tokens("refresh") if token.value == value]
        if not found or found[0].expires <= now:
            return None
        if now - found[0].issued < DAY_SECONDS and not self._books.switches.rotate_always:
            return found[0]
        self._books.store.database.execute("DELETE FROM token WHERE sort = 'refresh'")
        return self._issue(now, found[0].hard)

    def _issue(self, now: int, hard: int) -> Token:
        return self._keep("refresh", Token(self._value("RT1"), now, min(now + REFRESH_SECONDS, hard), hard))

    def _pair(self, refresh: Token, *, hard: bool) -> dict[str, object]:
        now = self._books.seconds()
        access = self._keep("access", Token(self._value("eyJ"), now, now + ACCESS_SECONDS, 0))
        pair: dict[str, object] = {
            "access_token": access.value,
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh.value,
            "x_refresh_token_expires_in": refresh.expires - now,
        }
        if hard:
            pair["x_refresh_token_hard_expires_in"] = refresh.hard - now
        return pair

    @staticmethod
    def _value(prefix: str) -> str:
        return f"{prefix}-{secrets.token_hex(24)}"

    def _keep(self, sort: str, token: Token) -> Token:
        body = {
            "issued": token.issued,
            "expires": token.expires,
            "hard": token.hard,
            "redirect": token.redirect,
        }
        self._books.store.database.execute(
            "INSERT INTO token VALUES (?, ?, ?)", (token.value, sort, dumps(body))
        )
        return token

    def _tokens(self, sort: str) -> list[Token]:
        statement = "SELECT value, body FROM token WHERE sort = ? ORDER BY rowid"
        return [
            Token(value, **loads(body))
            for value, body in self._books.store.database.execute(statement, (sort,))
        ]

    def _forget(self) -> None:
        self._books.store.database.execute("DELETE FROM token")
