"""Whom a bounce could not reach, why, and which mails it is about (RFC 3464, 3463). Nothing here raises."""

from __future__ import annotations

import re
from email import message_from_bytes

from mailbot.domain.message import Action, DeliveryReport
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
_STATUS = re.compile(r"^status:[ \t]{0,9}([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(
    r"^diagnostic-code:[ \t]{0,9}(?:[a-z0-9-]{1,20}[ \t]{0,9};)?([^\n]{1,1000}(?:\n[ \t][^\n]{0,500}){0,10})",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(
    r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)|(?<![\d.:/-])([45])[0-5]\d(?=[ \t:;,.)#-][^\d]|[ \t]*$)",
    re.MULTILINE,
)
_HARD_WORDS = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|address|person)|does(?: not|n't) exist|not listed in|"
    r"(?:recipient|mailbox|address|account|user).{0,30}(?:not found|unknown|disabled|invalid|inactive|not exist)|"
    r"(?:invalid|unknown|bad) (?:recipient|address|mailbox|destination)|host (?:or domain name )?not found|"
    r"host unknown|domain .{0,80}not (?:found|exist)|wasn't found|couldn't be found|unrouteable|no mailbox here|"
    r"地址不存在|用户不存在|账号不存在|帐号不存在|邮箱不存在|收件人.{0,30}不存在|域名不存在|无此用户|被禁用|已注销|地址有误|"
    r"宛先不明|存在しません|見つかりません",
    re.IGNORECASE,
)
_SOFT_WORDS = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota|temporar|try again|deferred|timed? ?out|greylist|too many|"
    r"已满|容量|超出|暂时|稍后|频率|繁忙|超时|一時的|容量オーバー",
    re.IGNORECASE,
)
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_MAX_REASON = 300  # characters
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
    re.compile(r"^[ \t]{0,8}<([^\s<>@]{1,64}@[A-Za-z0-9.-]{3,200})>[ \t]{0,4}:?[ \t]{0,80}$", re.MULTILINE),
)
_FIRST_ON_LINE = re.compile(r"^[ \t]{0,8}<?([^\s<>@]{1,64}@[A-Za-z0-9.-]{3,200})", re.MULTILINE)
_SAID_OF_IT = re.compile(
    r"\b(?:5\d\d|5\.\d\.\d|user unknown|does not exist|no such user|mailbox (?:full|unavailable))", re.IGNORECASE
)
_MAX_SAID = 280  # characters behind an address, on its line and the next


def delivery_reports(raw: bytes, root: Part, text: str) -> tuple[DeliveryReport, ...]:
    """What the bounce says of each recipient: by its report, flufl.bounce or our own patterns."""
    reports: dict[str, DeliveryReport] = {}
    for part in leaves(root):
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            for report in _from_report(part):
                reports.setdefault(report.address, report)
    spared = bool(reports) and all(report.action is not Action.FAILED for report in reports.values())
    found: dict[str, None] = {}
    for value in root.all("x-failed-recipients"):
        for piece in value[:_MAX_TEXT].split(","):
            _add(found, piece)
    if not spared and not reports:
        _from_text(raw, root, text[:_MAX_TEXT], found)
    told = _told(text[:_MAX_TEXT])
    for address in list(found)[:MAX_RECIPIENTS]:
        if address not in reports:
            reports[address] = _read(address, told)
    if not reports and _TEMPORARY.search(told):
        # Nobody is named, but it is clear that nothing failed yet.
        return (DeliveryReport(address="", action=Action.DELAYED, status="", reason=""),)
    return tuple(reports.values())[:MAX_RECIPIENTS]


def failed(reports: tuple[DeliveryReport, ...]) -> tuple[str, ...]:
    """The addresses that could not be reached, each once."""
    return tuple(dict.fromkeys(report.address for report in reports if report.action is Action.FAILED))


def _from_text(raw: bytes, root: Part, text: str, found: dict[str, None]) -> None:
    """The failed recipients of a bounce without a report."""
    if not found:
        for address in _scan(raw):
            _add(found, address)
    if not found:
        for pattern in _NAMED:
            for match in pattern.finditer(text):
                _add(found, match[1])
            if found:
                break
    if not found:
        # An address begins a line, and the error stands behind it: one pattern for both would try each pair of lengths.
        for match in _FIRST_ON_LINE.finditer(text):
            said = "\n".join(text[match.end() : match.end() + _MAX_SAID].split("\n", 2)[:2])
            if _SAID_OF_IT.search(said):
                _add(found, match[1])
    if not found:
        _by_elimination(root, text, found)


def _told(text: str) -> str:
    """The server's own words: what stands above the copy of the original mail."""
    cut = _COPY.search(text)
    return text[: cut.start()] if cut and cut.start() > 40 else text[:4_000]


def _read(address: str, told: str) -> DeliveryReport:
    """What the server's words near an address say about it."""
    at = told.lower().find(address.lower())
    near = told[max(0, at - 300) : at + 1_500] if at >= 0 else told[:4_000]
    after = told[at : at + 600] if at >= 0 else near
    status = _status(after) or _status(near)
    if not status and _HARD_WORDS.search(near):
        status = "5.1.1"
    if not status and _SOFT_WORDS.search(near):
        status = "4.0.0"
    delayed = _TEMPORARY.search(near) is not None and not status.startswith("5")
    line = next((line for line in after.split("\n") if _CODE.search(line) or _HARD_WORDS.search(line)), "")
    return DeliveryReport(
        address=address, action=Action.DELAYED if delayed else Action.FAILED, status=status, reason=_one_line(line)
    )


def _status(text: str) -> str:
    """The first enhanced status code (RFC 3463), or the class of the first reply code (RFC 5321)."""
    match = _CODE.search(text)
    if match is None:
        return ""
    return match[1] or f"{match[2]}.0.0"


def _one_line(text: str) -> str:
    return " ".join(_UNSHOWN.sub(" ", text).split())[:_MAX_REASON]


def _by_elimination(root: Part, text: str, found: dict[str, None]) -> None:
    """Addresses above the copy of the original mail, neither ours nor the daemon's, where an error is named."""
    cut = _COPY.search(text)
    told = text[: cut.start()] if cut else text
    if not _TEMPORARY.search(told) and not _ERROR.search(told):
        return
    said = [value for name in ("to", "from", "reply-to") for value in root.all(name)]
    known = {address.email.lower() for address in parse_addresses(said)}
    for match in re.finditer(_ADDRESS, told):
        before = told[max(0, match.start() - 20) : match.start()]
        if match[1].lower() not in known and not _NOT_A_RECIPIENT.search(match[1]) and not _SENDER_SAID.search(before):
            _add(found, match[1].rstrip("."))


def quoted_message_ids(root: Part, text: str, *, bounce: bool) -> tuple[str, ...]:
    """The Message-IDs of mails that a bounce or a forward carries as parts.

    Those of a bounce that carries none: what stands in its text, where the copy of the returned mail begins.
    """
    values: list[str] = []
    for part in leaves(root):
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            head = read_headers(part.content()[:100_000].lstrip())
            values.extend(value for name, value in head if name == "message-id")
    if bounce and not values and (copy := _COPY.search(text[: 4 * _MAX_TEXT])):
        returned = text[copy.start() : copy.start() + 4 * _MAX_TEXT]
        values.extend(match[1] for match in _QUOTED_ID.finditer(returned))
    return message_ids(values, limit=MAX_QUOTED_IDS)


def _from_report(part: Part) -> list[DeliveryReport]:
    """The recipients of a delivery-status part (RFC 3464, 2.3)."""
    text = part.content()[: 4 * _MAX_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")
    reports = []
    for block in re.split(r"\n[ \t]*\n", text)[: MAX_RECIPIENTS + 1]:
        recipients = {match[1].lower(): match[2] for match in _FINAL.finditer(block)}
        # The original one is the address that we wrote to, where the relay knows it.
        named = (recipients.get("original"), recipients.get("final"))
        address = next((email for text in named if text and (email := parse_email(text)) is not None), None)
        if address is None:
            continue
        said = _FIELD.search(block)
        diagnostic = _one_line(said[1]) if said else ""
        status = next((match[1] for match in _STATUS.finditer(block)), "") or _status(diagnostic)
        if status.endswith(".0.0") and _status(diagnostic)[:1] == status[:1]:
            status = _status(diagnostic)
        reports.append(DeliveryReport(address=address, action=_action(block), status=status, reason=diagnostic))
    return reports


def _action(block: str) -> Action:
    match = _ACTION.search(block)
    word = match[1].lower() if match else "failed"
    return {"delayed": Action.DELAYED, "delivered": Action.DELIVERED, "delivery": Action.DELIVERED}.get(
        word, Action(word) if word in ("relayed", "expanded") else Action.FAILED
    )


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
