"""Whom a bounce could not reach, and which mails it is about (RFC 3464). Nothing here raises."""

from __future__ import annotations

import re
from email import message_from_bytes

from mailbot.mail.addresses import message_ids, parse_addresses, parse_email
from mailbot.mail.origin import leaves
from mailbot.mail.structure import Part, read_headers

MAX_RECIPIENTS = 100
MAX_QUOTED_IDS = 20
_MAX_SCANNED = 50_000  # bytes of a bounce that flufl.bounce is given; some of its patterns take quadratic time
_MAX_NESTING = 30  # mentions of "multipart/" in it
_MAX_TEXT = 50_000  # characters of the text that our own patterns look at

_FINAL = re.compile(
    r"^(final|original)-recipient:[ \t]{0,9}(?:rfc822|utf-8|unknown)?[ \t]{0,9};?[ \t]{0,9}<?([^\s<>;]{3,320})>?",
    re.IGNORECASE | re.MULTILINE,
)
_ACTION = re.compile(r"^action:[ \t]{0,9}([a-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_QUOTED_ID = re.compile(r"^[ \t>|]{0,8}Message-ID:\s{0,3}(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(
    r"^[ \t>|-]{0,40}(?:received:|return-path:|from:|message-id:|.{0,20}original (?:mail|message)|"
    r".{0,20}(?:unsent|returned) message|message headers follow|.{0,10}原邮件|.{0,10}原始邮件)",
    re.IGNORECASE | re.MULTILINE,
)
_ERROR = re.compile(
    r"\b(?:error deliver|could not|unable to|giving up|55\d|5\.\d{1,3}\.\d{1,3}|fail|unknown|undeliver|not listed|"
    r"reject|bounce)|失败|退回|退信|不存在|送信できません|失敗",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"temporary failure|delayed for|still trying|will (?:keep|be) (?:trying|retried)|this is a warning", re.IGNORECASE
)
_NOT_A_RECIPIENT = re.compile(r"^(?:mailer-?daemon|postmaster)@", re.IGNORECASE)
_SENDER_SAID = re.compile(r"(?:MAIL From:|envelope-from|<<< 501)\s?[<(]?$", re.IGNORECASE)
_ADDRESS = r"[<＜(（\[\"“'「]?\s?([A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{3,200})"
# QQ Mail, 163, Exim, qmail, Notes and others name the address after or before such words.
_NAMED = (
    re.compile(
        r"(?:无法发送到|无法投递到|未能发送到|无法送达|发送给|收件人(?:邮件地址)?|收信人|失败的收件人|退信地址)"
        r"[^\S\n]{0,4}[:：]?\s{0,4}" + _ADDRESS
    ),
    re.compile(_ADDRESS + r"[>＞)）\]\"”'」]?[^\S\n]{0,4}(?:的邮件.{0,10}(?:退回|失败)|不存在|无法送达|被退回)"),
    re.compile(
        r"(?:could not be delivered to|unable to deliver (?:message )?to|failed recipient|recipient address|"
        r"undeliverable to|the following (?:address(?:es)?|recipients?).{0,60}):?\s{0,6}" + _ADDRESS,
        re.IGNORECASE,
    ),
    re.compile(r"^[ \t]{0,8}<([^\s<>@]{1,64}@[A-Za-z0-9.-]{3,200})>[ \t]{0,4}:?[ \t]*$", re.MULTILINE),
    re.compile(
        r"^[ \t]{0,8}<?([^\s<>@]{1,64}@[A-Za-z0-9.-]{3,200})>?[ \t]{0,4}(?::|\.\.\.)?[^\n]{0,80}\n?[^\n]{0,200}"
        r"\b(?:5\d\d|5\.\d\.\d|user unknown|does not exist|no such user|mailbox (?:full|unavailable))",
        re.IGNORECASE | re.MULTILINE,
    ),
)


def failed_recipients(raw: bytes, root: Part, text: str) -> tuple[str, ...]:
    """The addresses that could not be reached: by the bounce's report, flufl.bounce or our own patterns."""
    found: dict[str, None] = {}
    for value in root.all("x-failed-recipients"):
        for piece in value.split(","):
            _add(found, piece)
    delayed = False
    for part in leaves(root):
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            delayed = _from_report(part, found) or delayed
    if not found and not delayed:
        for address in _scan(raw):
            _add(found, address)
    if not found and not delayed:
        for pattern in _NAMED:
            for match in pattern.finditer(text[:_MAX_TEXT]):
                _add(found, match[1])
            if found:
                break
    if not found and not delayed:
        _by_elimination(root, text[:_MAX_TEXT], found)
    return tuple(found)[:MAX_RECIPIENTS]


def _by_elimination(root: Part, text: str, found: dict[str, None]) -> None:
    """Addresses above the copy of the original mail, neither ours nor the daemon's, where an error is named."""
    cut = _COPY.search(text)
    told = text[: cut.start()] if cut else text
    if _TEMPORARY.search(told) or not _ERROR.search(told):
        return
    said = [value for name in ("to", "from", "reply-to") for value in root.all(name)]
    known = {address.email.lower() for address in parse_addresses(said)}
    for match in re.finditer(_ADDRESS, told):
        before = told[max(0, match.start() - 20) : match.start()]
        if match[1].lower() not in known and not _NOT_A_RECIPIENT.search(match[1]) and not _SENDER_SAID.search(before):
            _add(found, match[1].rstrip("."))


def quoted_message_ids(root: Part, text: str, *, bounce: bool) -> tuple[str, ...]:
    """The Message-IDs of mails that a bounce or a forward carries as parts, and for a bounce in its text, too."""
    values: list[str] = []
    for part in leaves(root):
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            head = read_headers(part.content()[:100_000].lstrip())
            values.extend(value for name, value in head if name == "message-id")
    if bounce:
        values.extend(match[1] for match in _QUOTED_ID.finditer(text[: 4 * _MAX_TEXT]))
    return message_ids(values, limit=MAX_QUOTED_IDS)


def _from_report(part: Part, found: dict[str, None]) -> bool:
    """Add what a delivery-status part says; True where it only tells of a delay or of success."""
    text = part.content()[: 4 * _MAX_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")
    spared = False
    for block in re.split(r"\n[ \t]*\n", text):
        recipients = {match[1].lower(): match[2] for match in _FINAL.finditer(block)}
        action = _ACTION.search(block)
        if action is not None and action[1].lower() not in ("failed", "failure"):
            spared = spared or bool(recipients)
            continue
        # The original one is the address that we wrote to, where the relay knows it.
        address = recipients.get("original") or recipients.get("final")
        if address is not None and not _add(found, address) and "final" in recipients:
            _add(found, recipients["final"])
    return spared


def _scan(raw: bytes) -> list[str]:
    """flufl.bounce, which knows the bounces of many servers and raises on some mails."""
    if raw[:_MAX_SCANNED].lower().count(b"multipart/") > _MAX_NESTING:
        return []  # the standard library's parser, which it needs, is slow on hostile nesting
    from flufl.bounce import scan_message

    try:
        scanned = scan_message(message_from_bytes(raw[:_MAX_SCANNED]))
    except Exception:  # noqa: BLE001 - it raises whatever its patterns stumble over; our own ones come next
        return []
    return sorted(item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in scanned)


def _add(found: dict[str, None], text: str) -> bool:
    email = parse_email(text)
    if email is None:
        return False
    found[email] = None
    return True
