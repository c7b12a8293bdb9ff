"""What can be set. Every field is documented in settings.yaml; a test holds the two together."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import re2
from pydantic import AfterValidator, Field, model_validator

from mailbot.domain.standing import Vouched
from mailbot.domain.worktime import Hours
from mailbot.settings.accounts import MailboxSettings, Seconds, Section, SmtpSettings, folder_key


def _address(value: str) -> str:
    local, at, host = value.strip().rpartition("@")
    if not at or not local.isascii() or not local or not host or any(c in value for c in " \t\r\n<>,;"):
        raise ValueError("expected an e-mail address such as support@tp.example")
    return f"{local}@{host.lower()}"


def _address_or_none(value: str) -> str:
    return _address(value) if value.strip() else ""


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected an IANA time zone such as Asia/Shanghai") from None
    return value


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError("expected a two-letter country code (ISO 3166-1) such as CN")
    return value.upper()


def _pattern(value: str) -> str:
    try:
        pattern = re2.compile(value)
    except re2.error as error:
        raise ValueError(f"expected an RE2 pattern such as \\bTP\\d{{10}}\\b: {error}") from None
    if pattern.search("") is not None:
        raise ValueError("expected an RE2 pattern such as \\bTP\\d{10}\\b; this one is found in an empty text")
    return value


def _mailbox_name(value: str) -> str:
    # Environment variables know no capitals, and "__" parts their levels.
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
        raise ValueError("expected small letters and digits, with single _ between them, such as support or orders_eu")
    return value


def _web_address(value: str) -> str:
    url = urlsplit(value)
    if value and (url.scheme not in ("http", "https") or not url.hostname or any(c.isspace() for c in value)):
        raise ValueError('expected a whole web address such as https://tp.example/support, or ""')
    return value


def _reply_address(value: str) -> str:
    if value:
        if value.count("{token}") != 1:
            raise ValueError('expected {token} once, as in support+{token}@tp.example, or "" for none')
        _address(value.replace("{token}", "x"))
        if "{token}" not in value.partition("@")[0]:
            raise ValueError("expected {token} before the @, as in support+{token}@tp.example")
    return value


def _working_hours(value: str) -> str:
    found = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", value.replace(" ", "").replace("–", "-"))
    opens, closes = (60 * int(found[n]) + int(found[n + 1]) for n in (1, 3)) if found else (0, 0)
    if not found or opens >= closes or closes > 24 * 60 or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError('expected two times of one day, as "09:00-18:00", or "00:00-24:00" for the whole day')
    return found[0]


EmailAddress = Annotated[str, AfterValidator(_address)]
MailboxName = Annotated[str, AfterValidator(_mailbox_name)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class BrandSettings(Section):
    """Who speaks, and the official channels (P16, P20)."""

    name: str = Field(min_length=1, examples=["TP"])
    support_address: EmailAddress = Field(examples=["support@tp.example"])
    phone: str = ""
    phone_hours: str = ""
    chat_url: WebAddress = ""
    website: WebAddress = ""
    return_address: tuple[str, ...] = Field(min_length=1, examples=[["1 Example Road", "Shenzhen 518000"]])
    color: str = Field(default="#12435f", pattern=r"^#[0-9A-Fa-f]{6}$", examples=["#12435f"])


class StaffMember(Section):
    """One person at the desk."""

    name: str = Field(min_length=1, examples=["Li Na"])
    address: EmailAddress = Field(examples=["lina@tp.example"])
    also: tuple[str, ...] = ()


class StaffSettings(Section):
    """Who gets the desk's notices and may move cases."""

    members: tuple[StaffMember, ...] = Field(min_length=1, examples=[["{name: Li Na, address: lina@tp.example}"]])
    complaints_to: Annotated[str, AfterValidator(_address_or_none)] = ""
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
    vouched: Vouched = Vouched.TOPMOST
    staff_commands_need_pass: bool = True
    ask_owners: bool = True
    ask_days: int = Field(default=7, ge=1, le=90)


class OrderSettings(Section):
    """How an order number looks, which orders a mail may mean, and where exports of orders come in."""

    number_pattern: Annotated[str, AfterValidator(_pattern)] = r"(?i)\bTP\d{10}\b"
    serial_pattern: Annotated[str, AfterValidator(_pattern)] = r"(?i)\bSN[ -]?[A-Z0-9]{6,20}\b"
    tracking_pattern: Annotated[str, AfterValidator(_pattern)] = (
        r"(?i)\b(?:[A-Z]{2}\d{9,12}[A-Z]{2}|SF\d{12,15}|YT\d{13,15}|JD[A-Z]{0,3}\d{10,16}|1Z[0-9A-Z]{16})\b"
    )
    recent_days: int = Field(default=400, ge=1, le=3650)
    receipt_days: int = Field(default=5, ge=0, le=90)
    drop_folder: Path | None = None
    drop_settle_seconds: float = Field(default=60, ge=0, le=86400)
    drop_keep_days: int = Field(default=30, ge=0, le=3650)


class RefundSettings(Section):
    """Who pays the refunds."""

    export_to: Annotated[str, AfterValidator(_address_or_none)] = ""


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
    notices_per_ticket_per_hour: int = Field(default=20, ge=1)
    notices_per_sender_per_day: int = Field(default=100, ge=1)
    notices_per_subject_per_day: int = Field(default=30, ge=1)
    soft_bounces: int = Field(default=5, ge=1, le=1000)
    soft_bounce_days: float = Field(default=14, gt=0, le=365)


class EvidenceSettings(Section):
    """How much of attached files is read (G9)."""

    files: int = Field(default=10, ge=0, le=100)
    file_bytes: int = Field(default=25_000_000, ge=1_000, le=500_000_000)
    pages: int = Field(default=10, ge=1, le=1000)
    characters: int = Field(default=50_000, ge=100, le=1_000_000)
    pixels: int = Field(default=40_000_000, ge=10_000, le=500_000_000)
    file_seconds: Seconds = 30
    mail_seconds: Seconds = 60
    memory: int = Field(default=1_500_000_000, ge=200_000_000)
    ocr: bool = True
    ocr_threads: int = Field(default=1, ge=1, le=64)


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
    reply_address: Annotated[str, AfterValidator(_reply_address)] = ""
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    calendar: Annotated[str, AfterValidator(_country)] = "CN"
    working_hours: Annotated[str, AfterValidator(_working_hours)] = "09:00-18:00"
    languages: tuple[str, ...] = Field(default=("zh-Hans", "zh-Hant", "ja", "de", "fr", "es", "en"), min_length=1)
    data: Path = Path("var")
    rules: Path = Path("rules")
    catalogue: str = "catalogue.yaml"
    templates: Path = Path("templates")
    key_file: Path = Path("mailbot.key")
    authentication: AuthenticationSettings = AuthenticationSettings()
    orders: OrderSettings = OrderSettings()
    refunds: RefundSettings = RefundSettings()
    delivery: DeliverySettings = DeliverySettings()
    limits: LimitSettings = LimitSettings()
    spam: SpamSettings = SpamSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    threads: ThreadSettings = ThreadSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    @model_validator(mode="after")
    def _staff_are_told_apart(self) -> Settings:
        seen: dict[str, str] = {}
        for index, member in enumerate(self.staff.members):
            address = member.address.lower()
            if address in self.own_addresses():
                raise ValueError(
                    f"staff.members.{index}.address: is brand.support_address, the desk's own; "
                    "expected the member's own address, such as lina@tp.example"
                )
            if address in seen:
                raise ValueError(
                    f"staff.members.{index}.address: is {seen[address]}'s already; one address is one person"
                )
            seen[address] = member.name
        if self.staff.complaints_to.lower() in self.own_addresses():
            raise ValueError(
                "staff.complaints_to: is brand.support_address, the desk's own; expected a person's, or \"\" for nobody"
            )
        return self

    @model_validator(mode="after")
    def _finance_is_in_the_house(self) -> Settings:
        address = self.refunds.export_to.lower()
        staff = {member.address.rpartition("@")[2].lower() for member in self.staff.members}
        house = sorted({self.mail_domain.lower(), *staff})
        host = address.rpartition("@")[2]
        if address in self.own_addresses():
            raise ValueError(
                "refunds.export_to: is brand.support_address, the desk's own; expected the address of those who pay, "
                "such as finance@tp.example"
            )
        if address and not any(host == domain or host.endswith(f".{domain}") for domain in house):
            raise ValueError(
                f"refunds.export_to: {address} is no address of the house; expected one at {' or '.join(house)}, "
                "where brand.support_address and staff.members are"
            )
        return self

    @model_validator(mode="after")
    def _no_folder_is_read_twice(self) -> Settings:
        seen: dict[tuple[str, str, str], str] = {}
        for name, box in self.mailboxes.items():
            for folder in box.folders:
                account = (box.host.lower(), box.username.lower(), folder_key(folder.name))
                if account in seen:
                    raise ValueError(
                        f"mailboxes.{name}.folders: {folder.name} of {box.username} at {box.host} is read by "
                        f"mailboxes.{seen[account]} already; expected each folder in one place"
                    )
                seen[account] = name
        return self

    @property
    def hours(self) -> Hours:
        """The working hours as times of day."""
        opens, closes = self.working_hours.split("-")
        return Hours(opens=time.fromisoformat(opens), closes=None if closes == "24:00" else time.fromisoformat(closes))

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
        return next((one for one in self.staff_people() if one.address.lower() == wanted), None)

    def staff_people(self) -> tuple[StaffMember, ...]:
        """The members, and whom complaints about them go to if that is somebody else."""
        members = self.staff.members
        there = {member.address.lower() for member in members}
        extra = self.staff.complaints_to
        return (*members, self.deputy()) if extra and extra.lower() not in there else members

    def deputy(self) -> StaffMember:
        """Whom complaints go to where no other member is left; there must be one in the settings."""
        address = self.staff.complaints_to
        known = (member for member in self.staff.members if member.address.lower() == address.lower())
        return next(known, None) or StaffMember(name=self.brand.name, address=address)

    def spam_folders(self) -> frozenset[str]:
        """Folders whose mail counts as spam, as the inbox names them."""
        boxes = self.mailboxes.items()
        return frozenset(f"imap:{name}/{folder.name}" for name, box in boxes for folder in box.folders if folder.spam)

    def own_addresses(self) -> frozenset[str]:
        """Addresses that are the desk itself, lower case: never a customer."""
        return frozenset({self.brand.support_address.lower()})
