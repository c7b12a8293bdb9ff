"""The numbers that people read: made from row ids, so that none is ever given twice or out of step."""

from __future__ import annotations

import re

_FIRST = 100_000
# Of mail programs in many languages, and of gateways that mark what comes from outside.
_PREFIXES = re.compile(
    r"^(?:\s*(?:(?:re|fwd?|aw|wg|sv|vs|vb|antw|doorst|rif|r|i|res|enc|tr|réf|ref|rv|odp|pd|ynt|ilt|отв|ответ|пер|ha|"
    r"回复|回覆|答复|答覆|转发|轉發|轉寄|返信|転送|회신|답장|전달)\s*(?:[\[(^]?\d{1,3}[\])]?)?\s*[:：]|"
    r"\[(?:ext|external|external sender|外部邮件)\]|\*{3,5}\s*spam\s*\*{3,5}))+",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[\s*(T-\d{6,12})\s*\]", re.ASCII | re.IGNORECASE)


def ticket_number(ticket_id: int) -> str:
    """`T-100001` for the first ticket."""
    return f"T-{_FIRST + ticket_id}"


def case_number(case_id: int) -> str:
    """`R-100001` for the first return case."""
    return f"R-{_FIRST + case_id}"


def refund_number(refund_id: int) -> str:
    """`RF-100001` for the first refund."""
    return f"RF-{_FIRST + refund_id}"


def instruction_number(instruction_id: int) -> str:
    """`RI-100001` for the first instruction to finance; it stands there as the reference."""
    return f"RI-{_FIRST + instruction_id}"


def export_number(export_id: int) -> str:
    """`X-100001` for the first export to finance."""
    return f"X-{_FIRST + export_id}"


def row_id(number: str) -> int | None:
    """The row id behind a number of any of these kinds, or None when it isn't one."""
    match = re.fullmatch(r"(?:T|R|RF|RI|X)-(\d{6,12})", number.strip().upper(), re.ASCII)
    if match is None or int(match[1]) <= _FIRST:
        return None
    return int(match[1]) - _FIRST


def subject_tag(ticket_id: int) -> str:
    """`[T-100001]`, as it stands in the subject of every mail of the ticket."""
    return f"[{ticket_number(ticket_id)}]"


def find_tags(subject: str) -> tuple[str, ...]:
    """Ticket numbers of the tags in a subject, in order."""
    return tuple(dict.fromkeys(found.upper() for found in _TAG.findall(subject)))


def without_tags(subject: str) -> str:
    """The customer's own subject: tags and any run of reply prefixes taken away."""
    return " ".join(_PREFIXES.sub("", _TAG.sub(" ", subject)).split())
