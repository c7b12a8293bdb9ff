"""The last guard before the database: what a decision overlooked is refused here (G6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item
from mailbot.domain.proof import has_proof
from mailbot.errors import SafeguardTripped
from mailbot.store import desk, history, instructions, orders, tickets
from mailbot.store.database import Database, transaction
from mailbot.store.models import CaseEventRow, Refund
from tests.domain.examples import KATE, RECEIPT, STAFF, line, mail, order, parts

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DUE = date(2026, 3, 31)
NUMBER = "TP2026030117"
S = CaseState


@pytest.fixture
def case_id(database: Database) -> int:
    """A case of an order of 2 × 100.00, for which 200.00 were paid."""
    orders.upsert([order(line("TP-K17", 2, "100.00"))])
    return new_case()


def new_ticket() -> int:
    return desk.open_ticket(
        now=NOW,
        subject="Return",
        language="en",
        customer_name="Kate",
        customer_email=KATE,
        wish="return",
        linked_to=None,
    )


def new_case() -> int:
    return desk.open_case(new_ticket(), CaseKind.RETURN, order(line("TP-K17", 2, "100.00")), NOW.date(), NOW)


def book(case: int, amount: str = "100.00", paid: str = "200.00") -> int:
    return desk.book_refund(
        case,
        order_number=NUMBER,
        parts=parts(amount),
        deduction_reason="",
        paid=Decimal(paid),
        currency="GBP",
        payment_method="Visa card",
        due_on=DUE,
        due_is_provisional=False,
        decided_by=STAFF,
        now=NOW,
    )


def move(case: int, expected: CaseState, to: CaseState, reason: str = "") -> None:
    desk.move_case(
        case,
        event=CaseEvent.APPROVE,
        expected=expected,
        to=to,
        actor=Actor.STAFF,
        actor_address=STAFF,
        reason=reason,
        refund_wanted_by="",
        deduction=Decimal(0),
        deduction_reason="",
        inbox_id=None,
        now=NOW,
    )


def test_what_a_second_person_must_agree_to_is_kept_and_an_earlier_reason_is_not(case_id: int) -> None:
    def step(event: CaseEvent, expected: CaseState, to: CaseState, reason: str, deduction: str = "0") -> CaseFacts:
        desk.move_case(
            case_id,
            event=event,
            expected=expected,
            to=to,
            actor=Actor.STAFF,
            actor_address=STAFF,
            reason=reason,
            refund_wanted_by=STAFF if deduction != "0" else "",
            deduction=Decimal(deduction),
            deduction_reason="PIN: 4821, a dent" if deduction != "0" else "",
            inbox_id=None,
            now=NOW,
        )
        (found,) = tickets.cases_of_order(NUMBER)
        return found

    assert step(CaseEvent.DECLINE, S.REQUESTED, S.DECLINED, "too late").staff_reason == "too late"
    assert step(CaseEvent.APPROVE, S.DECLINED, S.APPROVED, "").staff_reason == ""
    assert step(CaseEvent.RECEIVE, S.APPROVED, S.RECEIVED, "").staff_reason == ""
    assert step(CaseEvent.INSPECT_FAIL, S.RECEIVED, S.INSPECTED_FAILED, "worn").staff_reason == "worn"
    waiting = step(CaseEvent.INSPECT_PASS, S.INSPECTED_FAILED, S.INSPECTED_OK, "a dent", "10.00")
    assert (waiting.staff_reason, waiting.deduction) == ("a dent", Decimal("10.00"))
    assert "a dent" in waiting.deduction_reason
    assert "4821" not in waiting.deduction_reason
    back = step(CaseEvent.INSPECT_FAIL, S.INSPECTED_OK, S.INSPECTED_FAILED, "worn")
    assert (back.deduction, back.deduction_reason) == (Decimal(0), "")


def refused(act: Callable[[], object], reason: str) -> None:
    """`act` is refused, and the transaction around it leaves nothing behind."""
    before = tickets.refunded(NUMBER), CaseEventRow.select().count(), [c.state for c in history.cases()]
    with pytest.raises(SafeguardTripped, match=reason), transaction():
        act()
    assert (tickets.refunded(NUMBER), CaseEventRow.select().count(), [c.state for c in history.cases()]) == before


def test_a_second_refund_of_a_case_is_refused_by_the_database(case_id: int) -> None:
    book(case_id, "50.00")
    refused(lambda: book(case_id, "50.00"), "booked already")
    desk.settle_refund(case_id, DUE, STAFF)
    refused(lambda: book(case_id, "50.00"), "booked already")
    assert tickets.refunded(NUMBER) == Decimal("50.00")


@pytest.mark.parametrize("amount", ["200.01", "1000"])
def test_a_refund_above_what_was_paid_is_refused(case_id: int, amount: str) -> None:
    refused(lambda: book(case_id, amount), "would exceed what was paid")


def test_refunds_of_several_cases_of_an_order_count_together(case_id: int) -> None:
    book(case_id, "150.00")
    second = new_case()
    refused(lambda: book(second, "50.01"), "would exceed what was paid")
    book(second, "50.00")
    assert tickets.refunded(NUMBER) == Decimal("200.00")
    refused(lambda: book(new_case(), "0.01"), "would exceed what was paid")


def test_a_refund_of_an_unknown_case_is_refused(case_id: int) -> None:
    with pytest.raises(SafeguardTripped), transaction():
        book(4711)


def test_a_case_moves_once_and_the_move_is_recorded_with_who_decided(case_id: int) -> None:
    move(case_id, S.REQUESTED, S.APPROVED, reason="my PIN: 4821")
    refused(lambda: move(case_id, S.REQUESTED, S.DECLINED), "no longer requested")
    refused(lambda: move(case_id, S.SUBMITTED, S.APPROVED), "no longer submitted")
    refused(lambda: move(4711, S.REQUESTED, S.APPROVED), "no longer requested")
    (row,) = history.cases()
    assert row.state == "approved"
    (event,) = row.events
    assert (event.from_state, event.to_state, event.actor, event.actor_address) == (
        "requested",
        "approved",
        "staff",
        STAFF,
    )
    assert "4821" not in event.reason


def test_only_a_booked_refund_can_be_settled_and_only_once(case_id: int) -> None:
    refused(lambda: desk.settle_refund(case_id, DUE, STAFF), "no refund that could be settled")
    book(case_id)
    desk.settle_refund(case_id, DUE, STAFF)
    refused(lambda: desk.settle_refund(case_id, DUE, "somebody@else.example"), "no refund that could be settled")
    row = Refund.get(Refund.case == case_id)
    assert (row.state, row.settled_on, row.settled_by) == ("settled", DUE, STAFF)


def test_only_a_refund_that_is_owed_can_be_promised_by_another_day(case_id: int) -> None:
    refused(lambda: desk.promise_refund(case_id, DUE), "no refund to be paid")
    book(case_id)
    first, second = date(2026, 4, 7), date(2026, 4, 14)
    desk.promise_refund(case_id, first)
    instructions.claim([1], "0" * 64, "", NOW)
    desk.promise_refund(case_id, second)
    row = Refund.get(Refund.case == case_id)
    assert (row.due_before, row.due_on) == (first, second)
    (export,) = instructions.exports(1)
    assert export.first_due_on == first  # as finance has it
    desk.settle_refund(case_id, DUE, STAFF)
    refused(lambda: desk.promise_refund(case_id, first), "no refund to be paid")


def test_a_decision_that_is_refused_half_way_leaves_nothing(case_id: int) -> None:
    book(case_id, "200.00")
    second = new_case()

    def decided() -> None:
        move(second, S.REQUESTED, S.REFUND_DUE)
        book(second, "200.00")

    refused(decided, "would exceed what was paid")
    assert [row.state for row in history.cases()] == ["requested", "requested"]


def test_the_store_reads_back_what_was_written(case_id: int) -> None:
    desk.fill_form(case_id, {"condition": "unused, PIN: 4821"}, (Item(model="TP-K17", quantity=2),))
    book(case_id)
    facts = tickets.load_case(case_id)
    assert facts is not None
    assert facts.state is S.REQUESTED
    assert facts.items == (Item(model="TP-K17", quantity=2),)
    assert facts.order == order(line("TP-K17", 2, "100.00"))
    assert "4821" not in facts.answers["condition"]
    assert facts.refund is not None
    assert (facts.refund.amount, facts.refund.due_on, facts.refund.settled) == (Decimal("100.00"), DUE, False)
    desk.fill_form(case_id, {}, (Item(model="TP-K17", quantity=1),))
    again = tickets.load_case(case_id)
    assert again is not None
    assert again.items == (Item(model="TP-K17", quantity=1),)


@pytest.mark.parametrize(
    ("content_type", "inline", "is_proof"),
    [
        ("image/jpeg", False, True),
        ("image/jpeg", True, False),  # a logo
        ("application/pdf", True, True),
        ("text/plain", False, False),
    ],
)
def test_a_filed_mail_is_masked_and_its_attachments_may_be_proof(
    database: Database, content_type: str, inline: bool, is_proof: bool
) -> None:
    database.execute_sql(
        "INSERT INTO inbox VALUES "
        "(1, 'd', 'file', 1, 0, '2026-03-20T09:00:00.000000Z', 'pending', 0, '', NULL, '', '', 0)"
    )
    ticket_id = new_ticket()
    attachment = RECEIPT.__class__(**{**vars(RECEIPT), "content_type": content_type, "inline": inline})
    incoming = mail("my card is 4111 1111 1111 1111", subject="PIN: 4821", attachments=(attachment,))
    desk.file_mail(ticket_id=ticket_id, inbox_id=1, mail=incoming, sender=KATE, verdict="verified", at=NOW)
    (filed,) = history.messages(ticket_id)
    assert "4111" not in filed.text
    assert "4821" not in filed.subject
    assert filed.attachments[0].filename == "receipt.jpg"
    loaded = tickets.load(ticket_id)
    assert loaded is not None
    assert has_proof(loaded.proofs, "TP2026030117") is is_proof


def test_merges_are_followed_and_never_go_in_circles(database: Database) -> None:
    first, second, third = new_ticket(), new_ticket(), new_ticket()
    desk.merge_ticket(third, second, NOW)
    desk.merge_ticket(second, first, NOW)
    assert tickets.after_merges([first, second, third, 99]) == {first: first, second: first, third: first}
    for ticket_id, into in ((first, first), (first, second), (third, first), (first, 99)):
        with pytest.raises(SafeguardTripped, match="merged already"):
            desk.merge_ticket(ticket_id, into, NOW)
    assert tickets.after_merges([]) == {}


def test_a_ticket_keeps_only_so_many_people(database: Database) -> None:
    ticket_id = new_ticket()
    for group in range(4):
        desk.keep_in_copy(ticket_id, [KATE, *(f"guest{group}-{number}@mail.example" for number in range(8))])
    assert len(tickets.participants([ticket_id])[ticket_id]) == 20


def test_a_closed_ticket_knows_since_when(database: Database) -> None:
    ticket_id = new_ticket()
    desk.close_ticket(ticket_id, NOW)
    closed = tickets.load(ticket_id)
    desk.open_again(ticket_id)
    opened = tickets.load(ticket_id)
    assert closed is not None
    assert opened is not None
    assert (closed.is_open, closed.closed_at, opened.is_open, opened.closed_at) == (False, NOW, True, None)
