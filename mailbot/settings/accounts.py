"""Settings of the accounts at the mail provider: mailboxes to read, the relay, and OAuth2 for both."""

from __future__ import annotations

import hmac
import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Section(BaseModel):
    """A part of settings.yaml; a key that it doesn't know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Security(StrEnum):
    """How a connection is protected; certificates are always verified."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"  # loopback only, unless `allow_plaintext` says so


class AfterIntake(StrEnum):
    """What happens to a mail on the server once its bytes are safe here."""

    KEEP = "keep"
    KEYWORD = "keyword"
    MOVE = "move"
    DELETE = "delete"


class OAuthSettings(Section):
    """Login with an access token (XOAUTH2) in place of a password; off while token_url is "" (RFC 6749)."""

    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    scope: str = ""
    secret_expires_on: date | None = None
    warn_days: int = Field(default=30, ge=0, le=365)

    @property
    def is_used(self) -> bool:
        """True where the account logs in with tokens."""
        return bool(self.token_url)

    def warning(self, today: date) -> str:
        """What `health` says some time before the secret runs out, "" while there is time."""
        if not self.is_used or self.secret_expires_on is None:
            return ""
        left = (self.secret_expires_on - today).days
        if left > self.warn_days:
            return ""
        when = f"runs out on {self.secret_expires_on} ({left} days left)" if left >= 0 else "has run out"
        return f"the oauth secret {when}: put a new one in its place and set secret_expires_on"

    @model_validator(mode="after")
    def _is_whole_and_safe(self) -> OAuthSettings:
        if not self.is_used:
            return self
        url = urlsplit(self.token_url)
        if not (url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)) or not url.hostname:
            raise ValueError("token_url: would send secrets in clear text; expected https://…")
        if not self.client_id:
            raise ValueError("client_id: is missing; token_url needs it")
        if not self.refresh_token.get_secret_value() and not self.client_secret.get_secret_value():
            raise ValueError("refresh_token: is missing; token_url needs it, or client_secret for client credentials")
        return self


class Connection(Section):
    """How a server is reached."""

    host: str = Field(min_length=1, examples=["mail.tp.example"])
    port: Port
    security: Security = Security.TLS
    ca_file: Path | None = None
    allow_plaintext: bool = False
    username: str = ""
    password: SecretStr = SecretStr("")
    oauth: OAuthSettings = OAuthSettings()
    connect_timeout: Seconds = 20
    timeout: Seconds = 60

    @model_validator(mode="after")
    def _plaintext_stays_home(self) -> Connection:
        if self.security is Security.NONE and not self.allow_plaintext and self.host not in _LOOPBACK:
            raise ValueError(
                f"security: would send the password to {self.host} in clear text; "
                "expected tls or starttls (or allow_plaintext: true)"
            )
        if self.oauth.is_used and not self.username:
            raise ValueError("username: is empty; oauth needs it, the address of the account")
        return self


def _keyword(value: str) -> str:
    if not re.fullmatch(r"\$?[A-Za-z][A-Za-z0-9_.-]*", value):
        raise ValueError("expected an IMAP keyword: letters, digits, - _ and . without blanks, such as $MailbotStored")
    return value


class FolderSettings(Section):
    """One folder of a mailbox; its name alone is enough."""

    name: str = Field(min_length=1, examples=["INBOX"])
    spam: bool = False

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class MailboxSettings(Connection):
    """One IMAP account; its name is the key in `mailboxes`."""

    port: Port = 993
    total_timeout: Seconds = 600
    folders: tuple[FolderSettings, ...] = Field(default=(FolderSettings(name="INBOX"),), min_length=1, max_length=20)
    after: AfterIntake = AfterIntake.KEEP
    keyword: Annotated[str, AfterValidator(_keyword)] = "$MailbotStored"
    move_to: str = ""
    idle: bool = True
    sent_folder: str = ""
    sent_folder_wait: float = Field(default=300, ge=0, le=86400)

    @model_validator(mode="after")
    def _folders_are_clear(self) -> MailboxSettings:
        names = [folder_key(folder.name) for folder in self.folders]
        if len(set(names)) < len(names):
            raise ValueError("folders: a folder is named twice")
        if self.after is AfterIntake.MOVE and folder_key(self.move_to) in ("", *names):
            raise ValueError(
                "move_to: after: move needs move_to, such as Done, a folder other than those that are read"
            )
        return self

    def mark(self, key: bytes) -> str:
        """A keyed digest (HMAC-SHA256, hex): other settings, a new password among them, have another one."""
        secrets = (self.password, self.oauth.client_secret, self.oauth.refresh_token)
        text = "\0".join((self.model_dump_json(), *(secret.get_secret_value() for secret in secrets)))
        return hmac.digest(key, text.encode(), "sha256").hex()


def folder_key(name: str) -> str:
    """A folder's name to be compared: INBOX has no case, other names may have (RFC 3501, 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


class SmtpSettings(Connection):
    """The relay that takes our mail."""

    port: Port = 587
    security: Security = Security.STARTTLS
    connections: int = Field(default=2, ge=1, le=20)
