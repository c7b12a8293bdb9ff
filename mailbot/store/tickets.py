"""What is known of tickets and cases, read for a decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.cases import CLAIMING, ENDED, CaseKind, CaseState
from mailbot.domain.facts import CaseFacts, RefundFacts, TicketFacts
from mailbot.domain.forms import Item
from mailbot.domain.matters import subject_key
from mailbot.domain.message import IncomingMail
from mailbot.domain.numbers import ticket_number
from mailbot.domain.pieces import counted
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Verdict
from mailbot.domain.threads import Pointer, Strength
from mailbot.store import complaints, orders, sql, ticket_orders, views
from mailbot.store.models import Refund

_WAYS = {
    "out": (Strength.OUR_MAIL, "a mail of ours"),
    "learned": (Strength.LEARNED_ID, "a mail that was answered before"),
    "in": (Strength.EARLIER_MAIL, "an earlier mail"),
}
_CASE_COLUMNS = (
    "id, ticket_id, kind, state, order_number, answers, terms, staff_reason, opened_on, since, refund_wanted_by, "
    "tracking, sent_reference, sent_tracking, waits_until, deduction, deduction_reason"
)
_MOST_CASES = 50  # of one ticket or order
_CLOSED_STATES = tuple(sorted(state.value for state in ENDED))
_CLAIMING_STATES = tuple(sorted(state.value for state in CLAIMING))
_MOST_MERGES = 50  # followed from one ticket to the next


def after_merges(ticket_ids: Iterable[int]) -> dict[int, int]:
    """For those of the ids that are tickets: the ticket that each is part of by now, mostly itself."""
    now_in = {ticket_id: ticket_id for ticket_id in list(dict.fromkeys(ticket_ids))[:100]}
    goes_to: dict[int, int | None] = {}
    for _ in range(_MOST_MERGES):
        unknown = set(now_in.values()) - set(goes_to)
        if unknown:
            query = f"SELECT id, merged_into FROM ticket WHERE id IN {sql.marks(unknown)}"
            goes_to.update(sql.rows(query, *unknown))
        followed = {old: goes_to[new] or new for old, new in now_in.items() if new in goes_to}
        if followed == now_in:
            break
        now_in = followed
    return now_in


def subjects(ticket_id: int) -> frozenset[str]:
    """The subjects of a ticket's mails, as `subject_key` writes them."""
    query = "SELECT DISTINCT subject FROM message WHERE ticket_id = ? LIMIT 1000"
    return frozenset(subject_key(subject) for (subject,) in sql.rows(query, ticket_id))


def is_second_copy(mail: IncomingMail, verdict: Verdict, *, marked: bool = False) -> bool:
    """True when the same mail came in before by another way, its sender proven at least as well.

    A copy that a mailing list or a spam filter marked settles nothing for one without a mark.
    """
    if mail.message_id is None or not mail.content_digest:
        return False
    query = """
        SELECT m.verdict FROM message m JOIN inbox i ON i.id = m.inbox_id
        WHERE m.message_id = ? AND m.content_digest = ? AND i.digest <> ? AND m.ticket_id IS NOT NULL
        AND (? OR NOT m.marked)
        """
    before = {found for (found,) in sql.rows(query, mail.message_id, mail.content_digest, mail.digest, marked)}
    return verdict.value in before or Verdict.VERIFIED.value in before or (bool(before) and verdict is Verdict.FAILED)


def participants(ticket_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Lower-case addresses that belong to each ticket."""
    found: dict[int, set[str]] = {ticket_id: set() for ticket_id in ticket_ids}
    if found:
        query = f"SELECT ticket_id, email FROM participant WHERE ticket_id IN {sql.marks(found)}"
        for ticket_id, email in sql.rows(query, *found):
            found[ticket_id].add(email)
    return {ticket_id: frozenset(emails) for ticket_id, emails in found.items()}


def pointers_by_message_id(message_ids: Sequence[str]) -> list[Pointer]:
    """Tickets in which a mail with one of these Message-IDs stands, theirs or ours."""
    wanted = list(message_ids)[:100]
    if not wanted:
        return []
    query = f"SELECT message_id, ticket_id, direction FROM message WHERE message_id IN {sql.marks(wanted)}"
    found = {(message_id, ticket_id): way for message_id, ticket_id, way in sql.rows(query, *wanted) if ticket_id}
    query = f"SELECT message_id, ticket_id FROM learned_id WHERE message_id IN {sql.marks(wanted)}"
    for message_id, ticket_id in sql.rows(query, *wanted):
        found.setdefault((message_id, ticket_id), "learned")
    pointers = []
    for (_, ticket_id), way in sorted(found.items(), key=lambda item: wanted.index(item[0][0])):
        strength, whose = _WAYS[way]
        what = Remark("answers {whose} in {ticket}", whose=whose, ticket=ticket_number(ticket_id))
        pointers.append(Pointer(ticket_id=ticket_id, strength=strength, what=what))
    return list(dict.fromkeys(pointers))


@dataclass(frozen=True, kw_only=True)
class SentMail:
    """A mail of ours that somebody quotes."""

    ticket_id: int
    to_staff: bool
    recipient: str
    template: str


def sent_mail(message_ids: Sequence[str], recipients: Sequence[str] = ()) -> SentMail | None:
    """The first mail of ours that bears one of these Message-IDs, in the order given.

    Where a relay gave the id, the newest one of its ticket to one of the `recipients`.
    """
    wanted = list(message_ids)[:100]
    if not wanted:
        return None
    query = f"""
        SELECT message_id, ticket_id, reader, recipient, template FROM outbox
        WHERE ticket_id IS NOT NULL AND message_id IN {sql.marks(wanted)}
        """
    found = min(sql.rows(query, *wanted), key=lambda row: wanted.index(row[0]), default=None)
    if found is None:
        to = sorted({address.lower() for address in recipients[:100]})
        found = _sent_under_another_id(wanted, to) if to else None
    if found is None:
        return None
    return SentMail(ticket_id=found[1], to_staff=found[2] == "staff", recipient=found[3], template=found[4])


def _sent_under_another_id(message_ids: Sequence[str], recipients: Sequence[str]) -> sql.Row | None:
    query = f"""
        SELECT l.message_id, o.ticket_id, o.reader, o.recipient, o.template
        FROM learned_id l JOIN outbox o ON o.ticket_id = l.ticket_id
        WHERE l.message_id IN {sql.marks(message_ids)} AND LOWER(o.recipient) IN {sql.marks(recipients)}
        ORDER BY o.id DESC LIMIT 1
        """
    return sql.first(query, *message_ids, *recipients)


def is_ours(message_id: str | None) -> bool:
    """A mail of ours bears this Message-ID."""
    return message_id is not None and sql.first("SELECT 1 FROM outbox WHERE message_id = ?", message_id) is not None


def load(ticket_id: int) -> TicketFacts | None:
    """A ticket with its orders and cases, or None."""
    query = """
        SELECT state, closed_at, updated_at, language, customer_name, customer_email, wish, order_number,
               asked_orders
        FROM ticket WHERE id = ?
        """
    found = sql.first(query, ticket_id)
    if found is None:
        return None
    state, closed_at, updated_at, language, customer_name, customer_email, wish, order_number, asked = found
    return TicketFacts(
        ticket_id=ticket_id,
        is_open=state == "open",
        closed_at=datetime.fromisoformat(closed_at) if closed_at else None,
        updated_at=datetime.fromisoformat(updated_at),
        language=language,
        customer_name=customer_name,
        customer_email=customer_email,
        wish=wish,
        order_number=order_number,
        asked_orders=tuple(asked.split()),
        proofs=views.proofs_from_customer(ticket_id),
        orders=ticket_orders.of_ticket(ticket_id),
        kept_from=complaints.kept_from(ticket_id),
        cases=cases(ticket_id),
    )


def newest_language(email: str) -> str:
    """The language of the newest ticket of an address; "" where there is none."""
    found = sql.first("SELECT language FROM ticket WHERE customer_email = ? ORDER BY id DESC LIMIT 1", email)
    return str(found[0]) if found else ""


def open_case_of_order(order_number: str) -> CaseFacts | None:
    """The newest open case of an order."""
    query = f"""
        SELECT {_CASE_COLUMNS} FROM cases WHERE order_number = ? AND state NOT IN {sql.marks(_CLOSED_STATES)}
        ORDER BY id DESC LIMIT 1
        """
    found = sql.first(query, order_number, *_CLOSED_STATES)
    return _case(found) if found else None


def open_cases_of(customer_email: str, most: int) -> tuple[CaseFacts, ...]:
    """The newest open cases in the tickets of a customer, at most so many."""
    query = f"""
        SELECT {_CASE_COLUMNS} FROM cases
        WHERE ticket_id IN (SELECT id FROM ticket WHERE customer_email = ?)
            AND state NOT IN {sql.marks(_CLOSED_STATES)}
        ORDER BY id DESC LIMIT ?
        """
    return tuple(_case(row) for row in sql.rows(query, customer_email, *_CLOSED_STATES, most))


def load_case(case_id: int) -> CaseFacts | None:
    """One case, or None."""
    found = sql.first(f"SELECT {_CASE_COLUMNS} FROM cases WHERE id = ?", case_id)
    return _case(found) if found else None


def cases(ticket_id: int) -> tuple[CaseFacts, ...]:
    """The cases of a ticket, newest first."""
    query = f"SELECT {_CASE_COLUMNS} FROM cases WHERE ticket_id = ? ORDER BY id DESC LIMIT {_MOST_CASES}"
    return tuple(_case(found) for found in sql.rows(query, ticket_id))


def cases_of_order(order_number: str) -> tuple[CaseFacts, ...]:
    """The cases of an order, whatever their ticket, newest first."""
    query = f"SELECT {_CASE_COLUMNS} FROM cases WHERE order_number = ? ORDER BY id DESC LIMIT {_MOST_CASES}"
    return tuple(_case(found) for found in sql.rows(query, order_number))


def _case(found: sql.Row) -> CaseFacts:
    case_id, ticket_id, kind, state, order_number, answers, terms, staff_reason, *rest = found
    opened_on, since, refund_wanted_by, tracking, sent_reference, sent_tracking, *rest = rest
    waits_until, deduction, deduction_reason = rest
    refund = Refund.get_or_none(Refund.case == case_id)
    query = "SELECT model, quantity, received, damaged FROM case_item WHERE case_id = ? ORDER BY id"
    items = sql.rows(query, case_id)
    return CaseFacts(
        case_id=case_id,
        ticket_id=ticket_id,
        kind=CaseKind(kind),
        state=CaseState(state),
        order=orders.thawed(terms),
        answers=json.loads(answers),
        items=tuple(Item(model=model, quantity=quantity) for model, quantity, _, _ in items),
        received=tuple(Item(model=model, quantity=count) for model, _, count, _ in items if count),
        damaged=tuple(Item(model=model, quantity=count) for model, _, _, count in items if count),
        refund=_refund(refund) if refund else None,
        refunded_before=refunded(order_number),
        returned_before=_returned_under_others(case_id, order_number),
        claimed_elsewhere=_claimed_by_others(case_id, order_number),
        staff_reason=staff_reason,
        opened_on=date.fromisoformat(str(opened_on)) if opened_on else None,
        since=datetime.fromisoformat(since) if since else None,
        refund_wanted_by=refund_wanted_by,
        deduction=Decimal(deduction),
        deduction_reason=deduction_reason,
        tracking=tracking,
        sent_reference=sent_reference,
        sent_tracking=sent_tracking,
        waits_until=date.fromisoformat(str(waits_until)) if waits_until else None,
    )


def _returned_under_others(case_id: int, order_number: str) -> tuple[Item, ...]:
    """Pieces of the order that were refunded under other cases."""
    query = """
        SELECT i.model, SUM(i.received - i.damaged) FROM case_item i JOIN refund r ON r.case_id = i.case_id
        WHERE r.order_number = ? AND r.case_id <> ? GROUP BY i.model ORDER BY i.model
        """
    rows = sql.rows(query, order_number, case_id)
    return tuple(Item(model=model, quantity=int(count)) for model, count in rows if count)


def _claimed_by_others(case_id: int, order_number: str) -> tuple[Item, ...]:
    """Pieces of the order that other open cases are about."""
    query = f"""
        SELECT i.model, SUM(CASE WHEN i.received > i.quantity THEN i.received ELSE i.quantity END)
        FROM case_item i JOIN cases c ON c.id = i.case_id
        WHERE c.order_number = ? AND c.id <> ? AND c.state IN {sql.marks(_CLAIMING_STATES)}
        GROUP BY i.model ORDER BY i.model
        """
    rows = sql.rows(query, order_number, case_id, *_CLAIMING_STATES)
    return tuple(Item(model=model, quantity=int(count)) for model, count in rows)


def refunds_too_many_pieces(case_id: int) -> bool:
    """True when the case's items, with what was refunded under other cases, are more than was bought (G6)."""
    case = load_case(case_id)
    if case is None:
        return True
    pieces = Counter({line.model: line.quantity for line in case.order.lines})
    pieces.subtract(counted(case.returned_before))
    paid_for = counted(case.received)
    paid_for.subtract(counted(case.damaged))
    return any(number > pieces[model] for model, number in paid_for.items())


def refund_of_order(order_number: str) -> RefundFacts | None:
    """The newest refund of an order, or None."""
    row = Refund.select().where(Refund.order_number == order_number).order_by(Refund.id.desc()).first()
    return _refund(row) if row is not None else None


def refunded_orders(numbers: Iterable[str]) -> frozenset[str]:
    """Those of the orders, at most a hundred, that a refund is booked for."""
    wanted = list(numbers)[:100]
    if not wanted:
        return frozenset()
    query = f"SELECT DISTINCT order_number FROM refund WHERE order_number IN {sql.marks(wanted)}"
    return frozenset(number for (number,) in sql.rows(query, *wanted))


def _refund(row: Refund) -> RefundFacts:
    return RefundFacts(
        refund_id=row.id,
        parts=views.parts_of(row),
        booked_at=row.booked_at,
        currency=row.currency,
        due_on=row.due_on,
        settled=row.state == "settled",
    )


def refunded(order_number: str) -> Decimal:
    """Sum of all refunds booked for an order, in its currency."""
    amounts = sql.rows("SELECT amount FROM refund WHERE order_number = ?", order_number)
    return sum((Decimal(amount) for (amount,) in amounts), Decimal(0))


def answers_since(address: str, since: datetime, *, verified: bool) -> int:
    """Automatic answers written to an address since then, to verified mail or to other."""
    query = "SELECT COUNT(*) FROM outbox WHERE recipient = ? AND created_at >= ? AND automatic AND verified = ?"
    return int(sql.rows(query, address, since, verified)[0][0])


def ticket_answers_since(ticket_id: int, since: datetime, *, verified: bool) -> int:
    """Automatic answers written to the customer in a ticket since then, to verified mail or to other."""
    query = """
        SELECT COUNT(*) FROM outbox
        WHERE ticket_id = ? AND created_at >= ? AND automatic AND reader = 'customer' AND verified = ?
        """
    return int(sql.rows(query, ticket_id, since, verified)[0][0])


def subject_answers_since(subject_key: str, since: datetime, *, verified: bool) -> int:
    """Automatic answers to mails with this sender and subject since then, verified or other."""
    query = (
        "SELECT COUNT(*) FROM outbox WHERE subject_key = ? AND subject_key <> '' AND created_at >= ? AND automatic "
        "AND verified = ?"
    )
    return int(sql.rows(query, subject_key, since, verified)[0][0])


_NOTICES = "created_at >= ? AND template = 'staff_notice' AND verified = ?"


def ticket_notices_since(ticket_id: int, since: datetime, *, verified: bool) -> int:
    """Notices about mail in a ticket that a member of staff got since then, verified or other mail."""
    query = f"SELECT recipient FROM outbox WHERE ticket_id = ? AND {_NOTICES}"
    return _most_to_one(sql.rows(query, ticket_id, since, verified))


def sender_notices_since(sender_key: str, since: datetime, *, verified: bool) -> int:
    """Notices about mail of one sender that a member of staff got since then."""
    query = f"SELECT recipient FROM outbox WHERE sender_key = ? AND sender_key <> '' AND {_NOTICES}"
    return _most_to_one(sql.rows(query, sender_key, since, verified))


def subject_notices_since(subject_key: str, since: datetime, *, verified: bool) -> int:
    """Notices about mails with this sender and subject that a member of staff got since then."""
    query = f"SELECT recipient FROM outbox WHERE subject_key = ? AND subject_key <> '' AND {_NOTICES}"
    return _most_to_one(sql.rows(query, subject_key, since, verified))


def _most_to_one(rows: Sequence[sql.Row]) -> int:
    """Each member of staff gets a mail of their own; the caps keep these rows few."""
    return max(Counter(recipient for (recipient,) in rows).values(), default=0)


def is_linked(ticket_id: int) -> bool:
    """The ticket was opened for a mail that points at another one."""
    return sql.first("SELECT 1 FROM ticket WHERE id = ? AND linked_to IS NOT NULL", ticket_id) is not None


def relayed_since(ticket_id: int, since: datetime) -> int:
    """Staff's own words sent on to the customer in a ticket since then."""
    query = """
        SELECT COUNT(*) FROM outbox o JOIN ticket t ON t.id = o.ticket_id AND t.customer_email = o.recipient
        WHERE o.ticket_id = ? AND o.created_at >= ? AND o.template = 'staff_reply'
        """  # people in copy get theirs beside the customer's
    return int(sql.rows(query, ticket_id, since)[0][0])
