"""What can be set. Every field is documented in settings.yaml; a test holds the two together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import re2
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from mailbot.settings.accounts import MailboxSettings, Seconds, Section, SmtpSettings


def _address(value: str) -> str:
    local, at, host = value.strip().rpartition("@")
    if not at or not local.isascii() or not local or not host or any(c in value for c in " \t\r\n<>,;"):
        raise ValueError("expected an e-mail address such as support@tp.example")
    return f"{local}@{host.lower()}"


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected an IANA time zone such as Asia/Shanghai") from None
    return value


def _pattern(value: str) -> str:
    try:
        re2.compile(value)
    except re2.error as error:
        raise ValueError(f"expected an RE2 pattern: {error}") from None
    return value


EmailAddress = Annotated[str, AfterValidator(_address)]
# Environment variables know no capitals, and "__" parts their levels.
MailboxName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]


class BrandSettings(Section):
    """Who speaks, and the official channels (P16, P20)."""

    name: str = Field(min_length=1)
    support_address: EmailAddress
    phone: str = ""
    phone_hours: str = ""
    chat_url: str = ""
    website: str = ""
    return_address: tuple[str, ...] = Field(min_length=1)
    color: str = Field(default="#12435f", pattern=r"^#[0-9A-Fa-f]{6}$")


class StaffMember(Section):
    """One person at the desk."""

    name: str = Field(min_length=1)
    address: EmailAddress


class StaffSettings(Section):
    """Who gets the desk's notices and may move cases."""

    members: tuple[StaffMember, ...] = Field(min_length=1)
    language: str = "en"
    enclose_bytes: int = Field(default=5_000_000, ge=0, le=50_000_000)


class DeliverySettings(Section):
    """How long and how often a mail is tried."""

    retry_minutes: tuple[Annotated[float, Field(gt=0, le=100_000)], ...] = Field(
        default=(1, 5, 15, 60, 240, 720), min_length=1
    )
    batch: int = Field(default=50, ge=1, le=1000)
    companion_from: int = Field(default=100, ge=1)


class AuthenticationSettings(Section):
    """Whose word about SPF, DKIM and DMARC counts (RFC 8601)."""

    authserv_id: str = ""
    staff_commands_need_pass: bool = True
    ask_owners: bool = True
    ask_days: int = Field(default=7, ge=1, le=90)


class OrderSettings(Section):
    """How an order number looks, and where exports of orders come in."""

    number_pattern: Annotated[str, AfterValidator(_pattern)] = r"(?i)\bTP\d{10}\b"
    serial_pattern: Annotated[str, AfterValidator(_pattern)] = r"(?i)\bSN[ -]?[A-Z0-9]{6,20}\b"
    tracking_pattern: Annotated[str, AfterValidator(_pattern)] = (
        r"(?i)\b(?:[A-Z]{2}\d{9,12}[A-Z]{2}|SF\d{12,15}|YT\d{13,15}|JD[A-Z]{0,3}\d{10,16}|1Z[0-9A-Z]{16})\b"
    )
    drop_folder: Path | None = None
    drop_settle_seconds: float = Field(default=60, ge=0, le=86400)
    drop_keep_days: int = Field(default=30, ge=0, le=3650)


class LimitSettings(Section):
    """Bounds (G9)."""

    message_bytes: int = Field(default=50_000_000, ge=10_000, le=500_000_000)
    batch_bytes: int = Field(default=8_000_000, ge=10_000, le=100_000_000)
    batch_messages: int = Field(default=100, ge=1, le=1000)
    reading_seconds: Seconds = 60
    reading_memory: int = Field(default=1_000_000_000, ge=100_000_000)
    attempts: int = Field(default=3, ge=1, le=20)
    replies_per_address_per_day: int = Field(default=20, ge=1)
    replies_per_ticket_per_hour: int = Field(default=5, ge=1)
    replies_per_subject_per_day: int = Field(default=8, ge=1)
    staff_replies_per_ticket_per_hour: int = Field(default=20, ge=1)
    soft_bounces: int = Field(default=5, ge=1, le=1000)
    soft_bounce_days: float = Field(default=14, gt=0, le=365)


class ThreadSettings(Section):
    """How long a conversation is the same one."""

    reopen_days: int = Field(default=14, ge=0, le=3650)
    quiet_days: int = Field(default=30, ge=1, le=3650)


def _addresses_or_domains(values: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = tuple(value.strip().removeprefix("@").lower() for value in values)
    if any(not value or "." not in value.rpartition("@")[2] or " " in value for value in cleaned):
        raise ValueError("expected addresses or domains such as spam@bad.example or bad.example")
    return cleaned


def _header_lines(values: tuple[str, ...]) -> tuple[str, ...]:
    if any(not name.strip() or not value.strip() for name, _, value in (line.partition(":") for line in values)):
        raise ValueError('expected lines such as "X-Spam-Flag: YES"')
    return values


class SpamSettings(Section):
    """What is kept and shown, but never answered and never brought to staff."""

    headers: Annotated[tuple[str, ...], AfterValidator(_header_lines)] = ("X-Spam-Flag: YES", "X-Spam-Status: Yes")
    blocklist: Annotated[tuple[str, ...], AfterValidator(_addresses_or_domains)] = ()


class ScheduleSettings(Section):
    """The clock of `mailbot serve`."""

    poll_seconds: Seconds = 60
    idle_minutes: float = Field(default=25, gt=0, le=29)  # RFC 2177: a server may end an IDLE after 30
    stuck_after: Seconds = 1800
    retry_minutes: tuple[Annotated[float, Field(ge=0, le=1440)], ...] = Field(default=(0, 1, 2, 5, 15), min_length=1)
    refused_retry_minutes: tuple[Annotated[float, Field(gt=0, le=1440)], ...] = Field(
        default=(5, 15, 60, 240), min_length=1
    )


class Settings(Section):
    """Everything that an installation sets; frozen."""

    brand: BrandSettings
    staff: StaffSettings
    mailboxes: dict[MailboxName, MailboxSettings] = Field(min_length=1)
    smtp: SmtpSettings
    reply_address: str = ""
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    calendar: str = "CN"
    languages: tuple[str, ...] = Field(default=("zh-Hans", "zh-Hant", "ja", "de", "fr", "es", "en"), min_length=1)
    data: Path = Path("var")
    rules: Path = Path("rules")
    catalogue: str = "catalogue.yaml"
    templates: Path = Path("templates")
    key_file: Path = Path("mailbot.key")
    authentication: AuthenticationSettings = AuthenticationSettings()
    orders: OrderSettings = OrderSettings()
    delivery: DeliverySettings = DeliverySettings()
    limits: LimitSettings = LimitSettings()
    spam: SpamSettings = SpamSettings()
    threads: ThreadSettings = ThreadSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    @model_validator(mode="after")
    def _reply_address_carries_a_token(self) -> Settings:
        if self.reply_address:
            if self.reply_address.count("{token}") != 1:
                raise ValueError("reply_address: expected {token} once, as in support+{token}@tp.example")
            _address(self.reply_address.replace("{token}", "x"))
        return self

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "mailbot.sqlite3"

    @property
    def blobs(self) -> Path:
        """The folder of encrypted bytes."""
        return self.data / "blobs"

    @property
    def mail_domain(self) -> str:
        """Right side of our Message-IDs."""
        return self.brand.support_address.rpartition("@")[2]

    def is_staff(self, email: str) -> StaffMember | None:
        """The staff member with this address, compared without case; the address alone proves nothing (G5)."""
        wanted = email.lower()
        return next((member for member in self.staff.members if member.address.lower() == wanted), None)

    def spam_folders(self) -> frozenset[str]:
        """Folders whose mail counts as spam, as the inbox names them."""
        boxes = self.mailboxes.items()
        return frozenset(f"imap:{name}/{folder.name}" for name, box in boxes for folder in box.folders if folder.spam)

    def own_addresses(self) -> frozenset[str]:
        """Addresses that are the desk itself, lower case: never a customer."""
        return frozenset({self.brand.support_address.lower()})
