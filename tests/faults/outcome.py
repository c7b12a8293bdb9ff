"""What an installation came to, in a form in which two runs can be compared."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from difflib import unified_diff
from email import message_from_bytes
from email.message import Message
from email.policy import default
from hashlib import sha256
from pathlib import Path

from mailbot.demo.people import body_text, header
from mailbot.errors import MailbotError
from mailbot.store.blobs import Blobs
from mailbot.store.orders import thawed
from mailbot.store.vault import Vault, read_key_file
from tests.servers.smtp import ReceivedMail

Rows = tuple[tuple[object, ...], ...]

# What differs from run to run and means nothing: Message-IDs, times and, across midnight, days.
_CHANGING = (
    (re.compile(r"<?[\w.+-]+\.[0-9a-f]{20}@[\w.-]+>?"), "<message-id>"),
    (re.compile(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "<date>"),
    (re.compile(r"\b\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?", re.IGNORECASE), "<time>"),
)
_DAYS = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\d{4}年\d{1,2}月\d{1,2}日|\b\d{1,2} [A-Z][a-z]+ \d{4}\b|[A-Z][a-z]+ \d{1,2}, \d{4}\b"
)

_QUERIES = {
    "tickets": """SELECT id, customer_email, customer_name, subject, language, state, wish, order_number, linked_to
        FROM ticket ORDER BY id""",
    "participants": "SELECT ticket_id, email FROM participant ORDER BY ticket_id, email",
    "cases": """SELECT id, ticket_id, kind, state, order_number, answers, staff_reason,
        (SELECT group_concat(model || '*' || quantity) FROM case_item WHERE case_id = cases.id)
        FROM cases ORDER BY id""",
    "case_events": """SELECT case_id, event, from_state, to_state, actor, actor_address, reason
        FROM case_event ORDER BY case_id, id""",
    "refunds": """SELECT case_id, order_number, amount, currency, payment_method, state, decided_by, settled_by
        FROM refund ORDER BY case_id""",
    "instructions": """SELECT refund_id, order_number, amount, currency, payment_method, state, export_id
        FROM refund_instruction ORDER BY refund_id""",
    "attachments": """SELECT message.ticket_id, direction, digest, filename, content_type, attachment.size
        FROM attachment JOIN message ON message.id = attachment.message_id
        ORDER BY 1, 2, 3, 4""",
    "messages": """SELECT ticket_id, direction, sender, recipient, subject, text, origin
        FROM message ORDER BY 1, 2, 3, 4, 5, 6""",
    "inbox": "SELECT state, attempts, count(*) FROM inbox GROUP BY 1, 2 ORDER BY 1, 2",
    "ledger": "SELECT mailbox, folder, uid FROM server_mail ORDER BY uid",
    "outbox": """SELECT ticket_id, template, reader, recipient, automatic, state
        FROM outbox ORDER BY 1, 2, 3, 4, 5, 6""",
    "incidents": "SELECT kind, ticket_id FROM incident ORDER BY 1, 2",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that must be the same after a run with crashes; rows in a fixed order."""

    tickets: Rows
    participants: Rows
    cases: Rows
    case_events: Rows
    refunds: Rows
    instructions: Rows  # to finance
    attachments: Rows  # by ticket and digest
    messages: Rows
    inbox: Rows  # states and their numbers
    ledger: Rows
    outbox: Rows
    incidents: Rows
    letters: Rows  # what readers got, each Message-ID once


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What the relay took over."""

    letters: int  # different Message-IDs
    repeated: tuple[ReceivedMail, ...]  # transmissions beyond the first of a Message-ID
    altered: tuple[str, ...]  # Message-IDs whose repetition had other bytes


@contextlib.contextmanager
def read_only(database: Path) -> Iterator[sqlite3.Connection]:
    """A look at the database that changes nothing."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def read_outcome(folder: Path, letters: Sequence[ReceivedMail], *, mask_days: bool) -> Outcome:
    """Read an installation's database and the relay's letters. `mask_days`: runs on different days are compared."""
    with read_only(folder / "var" / "mailbot.sqlite3") as connection:
        rows = {
            name: tuple(tuple(_masked(value, mask_days) for value in row) for row in connection.execute(query))
            for name, query in _QUERIES.items()
        }
    rows["messages"] = tuple(sorted(rows["messages"], key=str))
    once = {letter.message_id: letter for letter in letters}
    read = tuple(sorted((_letter(letter, mask_days) for letter in once.values()), key=str))
    return Outcome(**rows, letters=read)


def _masked(value: object, mask_days: bool) -> object:
    if not isinstance(value, str):
        return value
    for pattern, name in _CHANGING:
        value = pattern.sub(name, value)
    return _DAYS.sub("<day>", value) if mask_days else value


def _letter(letter: ReceivedMail, mask_days: bool) -> tuple[object, ...]:
    message = message_from_bytes(letter.raw, policy=default)
    html = message.get_body(preferencelist=("html",))
    files = sorted(
        f"{part.get_filename()} {sha256(_bytes(part)).hexdigest()[:12]}" for part in message.iter_attachments()
    )
    texts = (
        ",".join(letter.recipients),
        *(header(letter.raw, name) for name in ("Subject", "Reply-To", "Auto-Submitted")),
        body_text(letter.raw),
        "" if html is None else str(html.get_content()),
    )
    return (*(_masked(text, mask_days) for text in texts), *files)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def differences(undisturbed: Outcome, disturbed: Outcome, most: int = 40) -> list[str]:
    """What differs, as lines to read; empty when nothing does."""
    lines: list[str] = []
    for part in fields(Outcome):
        before, after = getattr(undisturbed, part.name), getattr(disturbed, part.name)
        if before != after:
            lines.append(f"{part.name}: {len(before)} rows undisturbed, {len(after)} disturbed")
            lost, extra = Counter(before) - Counter(after), Counter(after) - Counter(before)
            lines += list(
                unified_diff(
                    [repr(row)[:600] for row in sorted(lost.elements(), key=str)],
                    [repr(row)[:600] for row in sorted(extra.elements(), key=str)],
                    "undisturbed",
                    "disturbed",
                    lineterm="",
                    n=0,
                )
            )[:most]
            if not lost and not extra:
                lines.append("  the same rows in another order")
    return lines


def count_letters(letters: Sequence[ReceivedMail]) -> Delivered:
    """Repeated transmissions, and whether they were the same mail byte for byte."""
    seen: dict[str, bytes] = {}
    repeated: list[ReceivedMail] = []
    altered: list[str] = []
    for letter in letters:
        name = letter.message_id or "(none)"
        if name not in seen:
            seen[name] = letter.raw
            continue
        repeated.append(letter)
        if seen[name] != letter.raw:
            altered.append(name)
    return Delivered(letters=len(seen), repeated=tuple(repeated), altered=tuple(altered))


def refund_faults(connection: sqlite3.Connection) -> list[str]:
    """Decision, instruction and notice of a refund are there once, or none of them; no order is paid back twice."""
    found: list[str] = []
    records = """
        SELECT c.id,
          (SELECT count(*) FROM case_event e WHERE e.case_id = c.id AND e.to_state = 'refund_due'),
          (SELECT count(*) FROM refund r WHERE r.case_id = c.id),
          (SELECT count(*) FROM refund_instruction i JOIN refund r ON r.id = i.refund_id WHERE r.case_id = c.id),
          (SELECT count(*) FROM outbox o WHERE o.case_id = c.id AND o.template = 'refund_notice')
        FROM cases c
        """
    for case, *counts in connection.execute(records):
        if len(set(counts)) > 1 or counts[0] > 1:
            found.append(f"case {case}: decisions, refunds, instructions, notices are {counts}")
    settled = """
        SELECT c.id,
          (SELECT count(*) FROM case_event e WHERE e.case_id = c.id AND e.to_state = 'refunded'),
          (SELECT count(*) FROM refund r WHERE r.case_id = c.id AND r.state = 'settled'),
          (SELECT count(*) FROM refund_instruction i JOIN refund r ON r.id = i.refund_id
           WHERE r.case_id = c.id AND i.state = 'settled'),
          (SELECT count(*) FROM outbox o WHERE o.case_id = c.id AND o.template = 'refund_settled')
        FROM cases c
        """
    for case, *counts in connection.execute(settled):
        if len(set(counts)) > 1 or counts[0] > 1:
            found.append(f"case {case}: settled by event, refund, instruction, letter: {counts}")
    paid: dict[str, Decimal] = {}
    back: dict[str, Decimal] = {}
    for number, terms in connection.execute("SELECT order_number, terms FROM cases"):
        paid[number] = thawed(terms).paid
    for number, amount in connection.execute("SELECT order_number, amount FROM refund"):
        back[number] = back.get(number, Decimal(0)) + Decimal(amount)
    found += [
        f"order {number}: {total} of {paid[number]} went back" for number, total in back.items() if total > paid[number]
    ]
    return found


def faults(folder: Path) -> list[str]:
    """What must not be in any installation at rest, whatever it is compared with."""
    found: list[str] = []
    blobs = Blobs(folder / "var" / "blobs", Vault(read_key_file(folder / "mailbot.key")))
    with read_only(folder / "var" / "mailbot.sqlite3") as connection:

        def one(query: str) -> list[tuple[object, ...]]:
            return connection.execute(query).fetchall()

        for state, count in one("SELECT state, count(*) FROM inbox WHERE state <> 'done' GROUP BY 1"):
            found.append(f"inbox: {count} mails are {state}")
        for state, count in one("SELECT state, count(*) FROM outbox WHERE state <> 'sent' GROUP BY 1"):
            found.append(f"outbox: {count} letters are {state}")
        for (case,) in one("SELECT case_id FROM refund GROUP BY 1 HAVING count(*) > 1"):
            found.append(f"case {case} has several refunds")
        found += refund_faults(connection)
        for (digest,) in one("SELECT digest FROM attachment UNION SELECT digest FROM inbox"):
            try:
                blobs.get(str(digest))
            except MailbotError as error:
                found.append(f"blob: {error}")
        found += [f"integrity: {text}" for (text,) in one("PRAGMA integrity_check") if text != "ok"]
        found += [f"foreign key: {row}" for row in one("PRAGMA foreign_key_check")]
    return found
