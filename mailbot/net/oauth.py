"""Access tokens for XOAUTH2 (RFC 6749): kept, renewed before they run out, a new refresh token saved before use."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from mailbot.errors import ConfigError, ServerUnavailable
from mailbot.net.wire import Cutter
from mailbot.settings.accounts import OAuthSettings

_LEEWAY = 300  # seconds before its end in which a token is renewed, at most half of its life
_UNKNOWN_LIFE = 300  # seconds, where the server doesn't say
_TIMEOUT = 20  # seconds between two pieces of an answer
_TOTAL = 60  # seconds for the whole answer
_MOST_BYTES = 200_000
_PASSING = frozenset({"temporarily_unavailable", "slow_down", "server_error"})
_WHAT_TO_DO = {
    "invalid_grant": "the refresh token has run out or was withdrawn (a new password does that, too): sign in again "
    "and set the new one as oauth.refresh_token",
    "invalid_client": "check oauth.client_id and oauth.client_secret; the secret may have run out",
    "unauthorized_client": "the application may not do this: check its permissions and the kind of grant",
    "invalid_scope": "check oauth.scope",
}


class TokenKeeper(Protocol):
    """Where tokens are kept between two runs, for one account."""

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """One process at a time: a refresh token that is used twice may be withdrawn."""

    def load(self) -> bytes | None:
        """What was saved last, None if nothing was or it can't be read."""

    def make_room(self) -> None:
        """Make sure that `save` will not fail for want of room. Raises TryAgainLater."""

    def save(self, data: bytes) -> None:
        """Durable and whole once this returns. Raises TryAgainLater."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a token server gave."""

    access: str
    renew_at: float  # seconds since the epoch
    refresh: str  # "" under client credentials


class TokenSource:
    """Gives an account's access token; called with True after a server has refused the one it gave last."""

    def __init__(self, settings: OAuthSettings, keeper: TokenKeeper, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._keeper = keeper
        self._now = now
        self._given = ""

    def __call__(self, refused: bool) -> str:
        """A token that is good for a while.

        Raises ConfigError where the token server refuses (its message says what to do), ServerUnavailable where it
        can't be reached, TryAgainLater when the disk is at fault.
        """
        with self._keeper.locked():
            tokens = _read(self._keeper.load())
            # A refused one may have been renewed by another process since.
            usable = tokens is not None and self._now() < tokens.renew_at
            if tokens is None or not usable or (refused and tokens.access == self._given):
                tokens = self._renew(tokens)
            self._given = tokens.access
            return tokens.access

    def _renew(self, old: Tokens | None) -> Tokens:
        settings = self._settings
        refresh = (old.refresh if old else "") or settings.refresh_token.get_secret_value()
        form = {"client_id": settings.client_id, "grant_type": "refresh_token" if refresh else "client_credentials"}
        optional = {
            "client_secret": settings.client_secret.get_secret_value(),
            "refresh_token": refresh,
            "scope": settings.scope,
        }
        form |= {name: value for name, value in optional.items() if value}
        self._keeper.make_room()
        answer = _ask(settings.token_url, form)
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, (int, float, str)) and str(life).isdigit() else _UNKNOWN_LIFE
        rotated = answer.get("refresh_token")
        tokens = Tokens(
            access=answer["access_token"],
            renew_at=self._now() + seconds - min(_LEEWAY, seconds / 2),
            refresh=rotated if isinstance(rotated, str) and rotated else refresh,
        )
        # Before anybody uses the access token: the old refresh token may be worth nothing from now on.
        self._keeper.save(json.dumps(asdict(tokens)).encode())
        return tokens


def account_id(settings: OAuthSettings) -> str:
    """A name for the account's tokens; other credentials have another one, so that old tokens never outlive them."""
    secret = settings.refresh_token.get_secret_value() or settings.client_secret.get_secret_value()
    parts = (settings.token_url, settings.client_id, settings.scope, secret)
    return sha256("\0".join(parts).encode()).hexdigest()[:20]


def _read(data: bytes | None) -> Tokens | None:
    try:
        return Tokens(**json.loads(data)) if data else None
    except (ValueError, TypeError):
        return None


def _ask(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """POST the form; the answer holds an access token."""
    where = f"token server {urlsplit(url).hostname}"
    status, body = _post(url, form, where)
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    token = answer.get("access_token")
    if status == 200 and isinstance(token, str) and token and token.isascii() and token.isprintable():
        return answer
    said = answer.get("error")
    error = said if isinstance(said, str) and re.fullmatch(r"\w{1,40}", said) else ""
    if status >= 500 or status in (408, 429) or error in _PASSING or status == 200:
        raise ServerUnavailable(f"{where}: no token for now (status {status}); the next run carries on")
    code = error or f"status {status}"
    # Microsoft's number says more than the word; its sentence may name the person.
    number = re.search(r"AADSTS\d{1,7}", str(answer.get("error_description", ""))[:2000])
    what = f"{code}, {number[0]}" if number else code
    raise ConfigError(f"{where}: refuses a token ({what}); {_WHAT_TO_DO.get(code, 'check the oauth settings')}")


def _post(url: str, form: Mapping[str, str], where: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    cutter = Cutter()

    def connect(address: tuple[str, int], *arguments: Any) -> socket.socket:
        sock = socket.create_connection(address, *arguments)
        cutter.watch(sock)
        return sock

    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT, context=ssl.create_default_context()
        )
    else:  # the settings allow it on loopback only
        connection = http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    connection._create_connection = connect  # type: ignore[attr-defined]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        with cutter.within(_TOTAL):
            connection.request("POST", target, urlencode(form).encode("ascii"), headers)
            response = connection.getresponse()
            body = response.read(_MOST_BYTES)
            return response.status, body
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"{where}: its certificate can't be trusted: {error.verify_message}; check token_url"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise ServerUnavailable(f"{where}: can't be reached: {type(error).__name__}; the next run carries on") from None
    finally:
        connection.close()
        cutter.release()
