"""The bytes of a mail to an `IncomingMail`: never raises, same answer twice, bounded in time and memory.

Who does what, and why (measured on mailboxes of real mail):
- The tree and the bytes of attachments come from `structure`: mail-parser lets a nested message/rfc822 leak into the
  text, drops unnamed parts, names them at random and changes the bytes of attachments that are text.
- Text in any charset comes from `charset`: mail-parser believes labels (gb2312 over GBK bytes turns to mojibake).
- Addresses come from `addresses`: mail-parser reads only the first To and leaves quoted encoded-words encoded.
- mail-parser reads what it reads best: the Date (obsolete zones, comments, leap seconds, wrong weekdays, with no
  guessing) and the defects of the address headers, which become warnings. It gets a light message of five headers,
  and only where they aren't plain.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import parsedate_to_datetime, parsedate_tz
from types import MappingProxyType

from mailparser import MailParser

from mailbot.domain.message import Attachment, AuthenticationResults, IncomingMail, Origin
from mailbot.mail import attachments, bounces, language, origin
from mailbot.mail.addresses import message_ids, parse_addresses, parse_email
from mailbot.mail.body import Body, read_body
from mailbot.mail.charset import decode_header
from mailbot.mail.hazards import Budget
from mailbot.mail.reply import reply_text
from mailbot.mail.structure import Part, read_tree

_MAX_SUBJECT = 2_000  # characters
_MAX_AUTHENTICATION_RESULTS = 50
_MAX_WARNINGS = 50
_MAX_LIGHT_VALUE = 8_192  # characters of a header that mail-parser is given
_LINE_NOISE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PLAIN_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(?:0?[1-9]|[12]\d) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"(?:19|20)\d\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-](?:0\d|1[0-3])[0-5]\d",
    re.ASCII,
)
_PLAIN_ADDRESS = re.compile(r"(?:[\w =?.-]{0,200}<)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}>?", re.ASCII)
_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)  # RFC 9580, 6.2
_FOLD = re.compile(r"\s*[\r\n]+\s*")
# It reports every part that it does not manage, with the sender's words in the message.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, kw_only=True)
class ParsedMail:
    """A mail as values, and beside it the bytes of its attachments."""

    mail: IncomingMail
    contents: Mapping[str, bytes]  # attachment bytes by their SHA-256 (hex)


def parse_mail(raw: bytes) -> ParsedMail:
    """Understand the bytes of one mail. Never raises; what was guessed, cut or lost is named in `mail.warnings`."""
    try:
        return _parse(raw)
    except Exception as error:  # noqa: BLE001 - a mail that defeats the parser must still reach a person
        return _unreadable(raw, type(error).__name__)


def _parse(raw: bytes) -> ParsedMail:
    tree = read_tree(raw)
    root = tree.root
    body = read_body(root, root.parameters.get("charset"))
    files, contents, cut = _files(body)
    subjects = root.all("subject")
    guessed: list[str] = []
    subject = _one_line(decode_header(subjects[0], guessed)) if subjects else ""
    author = origin.judge(root, subject=subject, text=body.text)
    kind = author.origin
    bounced = kind is Origin.BOUNCE
    deliveries = bounces.delivery_reports(raw, root, body.text) if bounced else ()
    said = reply_text(body.text) if kind is Origin.HUMAN or kind is Origin.LIST else body.text
    date, header_warnings = _head(root)
    senders = parse_addresses(root.all("from"))
    own_ids = message_ids(root.all("message-id"), limit=1)
    warnings = [*tree.warnings, *body.warnings, *header_warnings, *cut, *(f"Subject: {note}" for note in guessed)]
    warnings.extend(_guessed_names(root))
    if len(subjects) > 1:
        warnings.append("more than one Subject; the first one counts")
    if not senders:
        warnings.append(_elsewhere(root))
    encrypted = tree.encrypted or _PGP.search(said) is not None
    if encrypted:
        warnings.insert(0, "the mail is encrypted; what is encrypted can't be read here")
    mail = IncomingMail(
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=own_ids[0] if own_ids else None,
        date=date,
        sender=senders[0] if senders else None,
        reply_to=parse_addresses(root.all("reply-to")),
        to=parse_addresses(root.all("to")),
        cc=parse_addresses(root.all("cc")),
        delivered_to=_delivered_to(root),
        subject=subject[:_MAX_SUBJECT],
        text=body.text,
        reply_text=said,
        language=language.detect(said, subject, body.text),
        origin=kind,
        failed_recipients=bounces.failed(deliveries),
        in_reply_to=message_ids(root.all("in-reply-to")),
        references=message_ids(root.all("references")),
        quoted_message_ids=bounces.quoted_message_ids(root, body.text, bounce=bounced),
        authentication_results=_authentication_results(root),
        attachments=files,
        warnings=tuple(dict.fromkeys(warnings))[:_MAX_WARNINGS],
        spam_headers=_spam_headers(root),
        encrypted=encrypted,
        senders=max(len(senders), len(root.all("from"))),
        content_digest=_content_digest(root, raw) if own_ids else "",
        deliveries=deliveries,
        no_reply_reason=author.no_reply_reason,
        is_news=author.is_news,
        is_news_in_thread=author.is_news_in_thread,
        desk=_one_line(root.first(origin.DESK_HEADER))[:255].lower(),
    )
    return ParsedMail(mail=mail, contents=MappingProxyType(contents))


def _content_digest(root: Part, raw: bytes) -> str:
    """A digest of what the sender wrote, without the trace headers that each way adds to it (RFC 5322, 3.6.7)."""
    written = hashlib.sha256()
    for name in ("message-id", "from", "to", "cc", "date", "subject"):
        written.update(repr((name, root.all(name))).encode("utf-8", "surrogatepass"))
    ends = [at + 2 * len(end) for end in (b"\r\n", b"\n") if (at := raw.find(end * 2)) >= 0]
    written.update(memoryview(raw)[min(ends, default=0) :])
    return written.hexdigest()


def _files(body: Body) -> tuple[tuple[Attachment, ...], dict[str, bytes], list[str]]:
    """The attachments, their bytes, and a warning where there were too many."""
    out: list[Attachment] = []
    contents: dict[str, bytes] = {}
    taken: set[str] = set()
    budget = Budget()
    for part in body.files[: attachments.MAX_ATTACHMENTS]:
        content = part.content()
        content_id = _one_line(part.first("content-id")).strip("<> ")[:255] or None
        described = attachments.describe(
            content,
            claimed=part.filename,
            content_type=part.content_type,
            inline=part.disposition == "inline" or (content_id is not None and content_id in body.cids),
            content_id=content_id,
            taken=taken,
            budget=budget,
        )
        out.append(described)
        contents[described.sha256] = content
    left = len(body.files) - len(out)
    return tuple(out), contents, [f"{left} attachments were left out"] if left else []


def _head(root: Part) -> tuple[datetime | None, list[str]]:
    """The date, and what mail-parser has to say about the date and the addresses."""
    value = _FOLD.sub(" ", root.first("date"))[:200]
    if _plain_head(root, value):
        return _with_offset(parsedate_to_datetime(value), value), []
    light = Message()
    for name in ("date", "from", "to", "cc", "reply-to"):
        for field in root.all(name)[:10]:
            light[name] = _FOLD.sub(" ", field)[:_MAX_LIGHT_VALUE]
    warnings: list[str] = []
    date: datetime | None = None
    try:
        parser = MailParser(light)
        date = parser.date
        for group in parser.defects:
            for entries in group.values():
                for entry in entries:
                    what, _, reason = str(entry).rpartition(": ")
                    warnings.append(f"header {what.rpartition(' ')[2].partition('[')[0].lower()}: {reason}"[:200])
    except Exception as error:  # noqa: BLE001 - real mails have made it raise several kinds of exceptions
        warnings.append(f"the headers could not be checked ({type(error).__name__})")
    if date is None and value:
        date = _lenient_date(value)
        if date is None:
            warnings.append("the Date header could not be read")
    return _with_offset(date, value), warnings


def _guessed_names(root: Part) -> list[str]:
    """What had to be guessed in the encoded names of the address headers."""
    out: list[str] = []
    for name in ("from", "to", "cc", "reply-to"):
        notes: list[str] = []
        for value in root.all(name)[:10]:
            if "=?" in value:
                decode_header(value[:_MAX_LIGHT_VALUE], notes)
        out.extend(f"{name.title()}: {note}" for note in dict.fromkeys(notes[:10]))
    return out


def _elsewhere(root: Part) -> str:
    """The warning of a mail without a From address, and where else an address stands: to look at, never to trust."""
    for name in ("sender", "reply-to", "return-path", "x-envelope-from"):
        found = parse_addresses(root.all(name)[:1])
        if found:
            return f"no address in From; {name.title()} names {found[0].email}, which proves nothing"[:300]
    return "no address in From"


def _plain_head(root: Part, date: str) -> bool:
    """One Date in today's form, and address headers that hold one plain address: nothing for mail-parser to judge.

    Most mails are like that, and asking it all the same would be a third of the time of a small mail.
    """
    if len(root.all("date")) != 1 or not _PLAIN_DATE.fullmatch(date.strip()):
        return False
    named = (root.all(name) for name in ("from", "to", "cc", "reply-to"))
    return all(
        len(values) <= 1 and all(_PLAIN_ADDRESS.fullmatch(value.strip()) for value in values) for values in named
    )


def _lenient_date(value: str) -> datetime | None:
    """What the standard library makes of a date that is none by RFC 5322; ISO 8601 as a last try."""
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        try:
            return datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            return None


def _with_offset(date: datetime | None, value: str) -> datetime | None:
    """The same instant at the sender's offset from UTC; a date without an offset is taken as UTC."""
    if date is None:
        return None
    try:
        if date.tzinfo is None:
            return date.replace(tzinfo=UTC)
        if date.utcoffset():
            return date
        parts = parsedate_tz(value)
        offset = parts[9] if parts else None
        return date.astimezone(timezone(timedelta(seconds=offset or 0)))
    except (ValueError, TypeError, IndexError, OverflowError):
        return date.astimezone(UTC) if datetime(2, 1, 1, tzinfo=UTC) < date < datetime(9998, 1, 1, tzinfo=UTC) else None


def _delivered_to(root: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("delivered-to", "x-original-to", "envelope-to"):
        for value in root.all(name)[:20]:
            for piece in value[:2_000].split(","):
                email = parse_email(piece)
                if email is not None:
                    found[email] = None
    return tuple(found)


def _authentication_results(root: Part) -> tuple[AuthenticationResults, ...]:
    found: list[AuthenticationResults] = []
    hops = 0
    # Without any Received nothing is known to stand above the sender's own fields.
    taken_in = any(name == "received" and not _is_local_delivery(value) for name, value in root.headers)
    for name, value in root.headers:
        if name == "received":
            hops += not _is_local_delivery(value)
        elif name == "authentication-results" and len(found) < _MAX_AUTHENTICATION_RESULTS:
            found.append(AuthenticationResults(value=_one_line(value), hops=hops if taken_in else 1))
    return tuple(found)


def _is_local_delivery(received: str) -> bool:
    """Whether a Received field tells of a delivery into the mailbox (RFC 2033), in words that no sender can have put
    there: a server writes the name that a sender greets with as it came, and then a "by" and a "with" of its own."""
    words = received.lower().split()  # the date holds neither
    if words.count("by") != 1 or words.count("with") != 1:
        return False
    return words[words.index("with") + 1 :][:1] in (["lmtp"], ["lmtps"], ["lmtpa"], ["lmtpsa"])


def _spam_headers(root: Part) -> tuple[str, ...]:
    """What spam filters wrote; a filter nearer to us writes above what came with the mail."""
    found: dict[str, str] = {}
    for name, value in root.headers:
        if ("spam" in name or name.endswith("-scl")) and name not in found and len(found) < 20:
            found[name] = _one_line(value[:500])
    return tuple(f"{name}: {value}" for name, value in found.items())


def _one_line(text: str) -> str:
    return _LINE_NOISE.sub(" ", _FOLD.sub(" ", text)).strip()


def _unreadable(raw: bytes, reason: str) -> ParsedMail:
    """The least that can be said of a mail that defeats the parser: its bytes as text, for a person to read."""
    text = raw[:200_000].decode("utf-8", "replace").replace("\0", "")
    mail = IncomingMail(
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=None,
        date=None,
        sender=None,
        reply_to=(),
        to=(),
        cc=(),
        delivered_to=(),
        subject="",
        text=text,
        reply_text=text,
        language=language.UNDETERMINED,
        origin=Origin.AUTO_REPLY,  # unread mail must not be answered by itself (G4)
        failed_recipients=(),
        in_reply_to=(),
        references=(),
        quoted_message_ids=(),
        authentication_results=(),
        attachments=(),
        warnings=(f"the mail could not be read ({reason}); its bytes are shown as text",),
        no_reply_reason="the mail could not be read",
    )
    return ParsedMail(mail=mail, contents=MappingProxyType({}))
