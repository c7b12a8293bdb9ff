"""What happened in tickets and cases, for lists and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.store import inbox, sql
from mailbot.store.models import AttachmentRow, Case, CaseEventRow, CaseItem, Incident, Message


@dataclass(frozen=True, kw_only=True)
class StoredAttachment:
    """A file of a message."""

    filename: str
    content_type: str  # as claimed
    detected_type: str  # by the content, "" where it doesn't tell
    flags: tuple[str, ...]  # what to know before opening it: FileFlag values
    size: int  # bytes
    digest: str


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """A mail in a ticket, theirs or ours."""

    direction: str  # in or out
    sender: str
    recipient: str
    subject: str
    text: str  # masked
    origin: str
    reason: str  # why it belongs to no ticket, "" for one that does
    warnings: tuple[str, ...]  # what was guessed, cut or skipped when it was read
    message_id: str
    at: datetime
    attachments: tuple[StoredAttachment, ...]
    trace: str = ""  # how it was decided (JSON); "" for our own mails


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """A decision about a case."""

    at: datetime
    event: str
    from_state: str
    to_state: str
    actor: str
    actor_address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case as lists show it."""

    case_id: int
    ticket_id: int
    kind: str
    state: str
    order_number: str
    items: tuple[str, ...]  # "TP-K17 × 1"
    received: tuple[str, ...]  # what arrived of them
    damaged: tuple[str, ...]  # what of it failed the inspection
    tracking: str  # of the customer's parcel, "" while unknown
    sent_reference: str  # order number of the replacement, "" where none was sent
    sent_tracking: str  # of our parcel to the customer
    refund_wanted_by: str  # who decided for a refund to which a second person has to agree
    opened_at: datetime
    events: tuple[CaseEvent, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """Something that `health` shows."""

    at: datetime
    kind: str
    ticket_id: int | None
    detail: str


def messages(ticket_id: int | None, limit: int = 1000) -> list[StoredMessage]:
    """Mails of a ticket, oldest first; None: those that belong to no ticket."""
    where = Message.ticket.is_null() if ticket_id is None else Message.ticket == ticket_id
    rows = list(Message.select().where(where).order_by(Message.id).limit(limit))
    traces = inbox.traces(row.inbox_id for row in rows if row.inbox_id is not None)
    return [_message(row, traces.get(row.inbox_id or 0, "")) for row in rows]


def proven_words(ticket_id: int, sender: str) -> list[str]:
    """Masked texts of the first ten mails that somebody proven to be the sender wrote in a ticket, oldest first."""
    query = """
        SELECT SUBSTR(text, 1, 5000) FROM message
        WHERE ticket_id = ? AND direction = 'in' AND sender = ? AND origin = 'human' AND verdict = 'verified'
        ORDER BY id LIMIT 10
        """
    return [text for (text,) in sql.rows(query, ticket_id, sender)]


@dataclass(frozen=True, kw_only=True)
class Filed:
    """Where a mail that came in was put."""

    ticket_id: int | None
    subject: str  # masked


def filed(inbox_id: int) -> Filed | None:
    """Where the mail was put; None before it is decided."""
    found = sql.first("SELECT ticket_id, subject FROM message WHERE inbox_id = ?", inbox_id)
    return Filed(ticket_id=found[0], subject=found[1]) if found else None


def texts_of_ours(message_ids: Sequence[str]) -> list[str]:
    """Texts of those mails of ours that bear one of the Message-IDs."""
    wanted = list(message_ids)[:100]
    rows = Message.select(Message.text).where(Message.message_id.in_(wanted) & (Message.direction == "out"))
    return [row.text for row in rows] if wanted else []


def texts_to(ticket_id: int, recipient: str) -> list[str]:
    """Texts of what we wrote to somebody in a ticket, the newest hundred."""
    query = """
        SELECT text FROM message WHERE ticket_id = ? AND direction = 'out' AND recipient = ? ORDER BY id DESC LIMIT 100
        """
    return [text for (text,) in sql.rows(query, ticket_id, recipient)]


def texts_from(ticket_id: int, sender: str) -> list[str]:
    """Subject and text of what somebody wrote in a ticket: the newest fifty mails, 20,000 characters of each."""
    query = """
        SELECT subject, SUBSTR(text, 1, 20000) FROM message
        WHERE ticket_id = ? AND direction = 'in' AND sender = ? AND origin = 'human' ORDER BY id DESC LIMIT 50
        """
    return [f"{subject}\n{text}" for subject, text in sql.rows(query, ticket_id, sender)]


def _message(row: Message, trace: str) -> StoredMessage:
    files = AttachmentRow.select().where(AttachmentRow.message == row.id).order_by(AttachmentRow.id)
    return StoredMessage(
        direction=row.direction,
        sender=row.sender,
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        origin=row.origin,
        reason=row.reason,
        warnings=tuple(row.warnings.splitlines()),
        message_id=row.message_id,
        at=row.at,
        attachments=tuple(
            StoredAttachment(
                filename=f.filename,
                content_type=f.content_type,
                detected_type=f.detected_type,
                flags=tuple(f.flags.split()),
                size=f.size,
                digest=f.digest,
            )
            for f in files
        ),
        trace=trace,
    )


def cases(
    limit: int = 1000, *, state: str = "", ticket_id: int | None = None, case_id: int | None = None
) -> list[CaseRow]:
    """Cases, newest first."""
    query = Case.select().order_by(Case.id.desc()).limit(limit)
    if state:
        query = query.where(Case.state == state)
    if ticket_id is not None:
        query = query.where(Case.ticket == ticket_id)
    if case_id is not None:
        query = query.where(Case.id == case_id)
    return [_case(row) for row in query]


def _case(row: Case) -> CaseRow:
    items = CaseItem.select().where(CaseItem.case == row.id).order_by(CaseItem.id)
    events = CaseEventRow.select().where(CaseEventRow.case == row.id).order_by(CaseEventRow.id)
    return CaseRow(
        case_id=row.id,
        ticket_id=row.ticket_id,
        kind=row.kind,
        state=row.state,
        order_number=row.order_number,
        items=tuple(f"{item.model} × {item.quantity}" for item in items),
        received=tuple(f"{item.model} × {item.received}" for item in items if item.received),
        damaged=tuple(f"{item.model} × {item.damaged}" for item in items if item.damaged),
        tracking=row.tracking,
        sent_reference=row.sent_reference,
        sent_tracking=row.sent_tracking,
        refund_wanted_by=row.refund_wanted_by,
        opened_at=row.opened_at,
        events=tuple(
            CaseEvent(
                at=event.at,
                event=event.event,
                from_state=event.from_state,
                to_state=event.to_state,
                actor=event.actor,
                actor_address=event.actor_address,
                reason=event.reason,
            )
            for event in events
        ),
    )


def incidents_since(since: datetime) -> list[IncidentRow]:
    """Incidents, newest first."""
    rows = Incident.select().where(Incident.at >= since).order_by(Incident.id.desc()).limit(1000)
    return [IncidentRow(at=row.at, kind=row.kind, ticket_id=row.ticket_id, detail=row.detail) for row in rows]


def count_since(kind: str, since: datetime) -> int:
    """How many incidents of a kind there were since then."""
    return int(Incident.select().where((Incident.at >= since) & (Incident.kind == kind)).count())
