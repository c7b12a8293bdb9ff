"""An e-mail as the desk understands it: plain frozen values, no bytes of the body, no e-mail library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """Who or what wrote a mail (RFC 3834, RFC 3464, RFC 5965, RFC 2369). Only `HUMAN` is ever answered (G4)."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    LIST = "list"
    OWN = "own"


class Action(StrEnum):
    """What a delivery report says that happened to a mail (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """What a bounce says about one recipient."""

    address: str  # as in `failed_recipients`; "" where a mere delay names nobody
    action: Action
    status: str  # RFC 3463: "5.1.1"; "5.0.0" where only a reply code of that class was given; "" where nothing was
    reason: str  # the server's words on one line, at most 300 characters; "" where there are none


@dataclass(frozen=True, kw_only=True)
class Address:
    """One mailbox of an address header (RFC 5322, 3.4)."""

    name: str  # display name, decoded; "" where there is none
    email: str  # addr-spec; the domain in lower case, the local part as written


class FileFlag(StrEnum):
    """What a person should know of a file before opening it."""

    TYPE_DIFFERS = "type_differs"  # the content is of another type than the sender or the name says
    EXECUTABLE = "executable"  # a program, a script or a shortcut, or an archive with one in it
    MACROS = "macros"  # an Office document that carries macros
    ENCRYPTED = "encrypted"  # an archive or document that opens with a password only
    NESTED_ARCHIVE = "nested_archive"  # an archive inside an archive
    TOO_LARGE_UNPACKED = "too_large_unpacked"  # unpacks to more than the bound, or to more than it announces
    UNCHECKED = "unchecked"  # an archive that can't be looked into
    DISGUISED_NAME = "disguised_name"  # the name hides its ending: writing direction turned, or "photo.jpg.exe"


HARMFUL = frozenset({FileFlag.EXECUTABLE, FileFlag.MACROS, FileFlag.TOO_LARGE_UNPACKED})


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A part that is kept as a file; its bytes travel beside it, keyed by `sha256`."""

    filename: str  # safe to show and to use as a file name: no path, control or bidi characters; never ""
    content_type: str  # "type/subtype" in lower case, as claimed by the sender
    size: int  # bytes after the transfer encoding is undone
    sha256: str  # hex digest of those bytes
    inline: bool  # True where the body refers to it (Content-Disposition: inline, or a cid: in the HTML)
    content_id: str | None  # Content-ID without the angle brackets
    detected_type: str = ""  # "type/subtype" by the content; "" where the content doesn't tell
    flags: tuple[FileFlag, ...] = ()  # in the order of the enumeration

    @property
    def is_harmful(self) -> bool:
        """True for what is never handed on by mail, only named."""
        return not HARMFUL.isdisjoint(self.flags)


@dataclass(frozen=True, kw_only=True)
class AuthenticationResults:
    """One Authentication-Results field and where it stands in the head (RFC 8601)."""

    value: str  # unfolded
    # Received fields above it, without those of the local delivery (LMTP), which are ours in any case. 0 only where one
    # stands below: then it was written after the first server of ours had taken the mail in.
    hops: int


@dataclass(frozen=True, kw_only=True)
class IncomingMail:
    """What one mail says, before anybody asks what it means."""

    digest: str  # SHA-256 of the raw bytes, hex: the mail's identity (G2)
    message_id: str | None  # "<id@host>" with brackets; a hint only, senders reuse it
    date: datetime | None  # the Date header, aware; information only, never used for deadlines
    sender: Address | None  # the first From mailbox
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]  # addresses of Delivered-To, X-Original-To, Envelope-To: where our server put it
    subject: str  # decoded, unfolded, on one line
    text: str  # the whole body as text, from the HTML part where there is no text part; line ends are "\n"
    reply_text: str  # `text` without quotes and signature; equals `text` when stripping would leave nothing
    language: str  # BCP 47: "zh-Hans", "zh-Hant", "en", "de"…; "und" when there is nothing to tell by
    origin: Origin
    failed_recipients: tuple[str, ...]  # addresses that a bounce says could not be reached
    in_reply_to: tuple[str, ...]  # valid msg-ids of In-Reply-To, with brackets
    references: tuple[str, ...]  # valid msg-ids of References, oldest first
    quoted_message_ids: tuple[str, ...]  # Message-IDs of mails that a bounce or forward carries
    authentication_results: tuple[AuthenticationResults, ...]  # topmost first
    attachments: tuple[Attachment, ...]
    warnings: tuple[str, ...]  # what had to be guessed or was lost, for people to read
    spam_headers: tuple[str, ...] = ()  # "X-Spam-Flag: YES": what filters on the way say, the topmost of each name
    content_digest: str = ""  # hex; equal in copies of one mail that came by different ways; "" without Message-ID
    encrypted: bool = False  # the text, or a part of it, can't be read without a key
    senders: int = 1  # mailboxes in all From fields; more than one proves nobody
    deliveries: tuple[DeliveryReport, ...] = ()  # what a bounce says, recipient by recipient
    no_reply_reason: str = (
        ""  # why no automatic answer may go out, even to a person; "" where nothing stands against it
    )
    is_news: bool = True  # staff must see it; False for absence notices, reports, lists: filed and never told
    is_news_in_thread: bool = False  # staff must see it where it answers in a ticket of its sender
    desk: str = ""  # which installation of ours or of others sent it, by our own header; "" for everybody else
