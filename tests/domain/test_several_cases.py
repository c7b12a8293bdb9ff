"""A ticket with several orders and cases: which one a command or a form means, and what staff name by #order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mailbot.domain.cases import Actor, CaseState
from mailbot.domain.commands import command_line, read_staff_words
from mailbot.domain.effects import (
    BookRefund,
    CloseTicket,
    Effect,
    FillForm,
    MoveCase,
    NameOrder,
    OpenCase,
    RememberCorrection,
    ReopenTicket,
    UseCase,
    Write,
)
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.forms import Item
from mailbot.domain.matters import ThreadLimits, another_matter
from mailbot.domain.moves import Mover, Refusal, move_cases
from mailbot.domain.references import Place
from mailbot.domain.rules import decide
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.standing import Verdict
from mailbot.domain.ticket_orders import NamedOrder, TicketOrder
from tests.domain.examples import (
    CALENDAR,
    KATE,
    NOW,
    RETURN_WISH,
    STAFF,
    TODAY,
    book,
    case,
    exact,
    facts,
    line,
    mail,
    order,
    references,
    standing,
    thread,
    ticket,
)
from tests.domain.routing_situations import IN_TICKET, named, staff

S = CaseState
A, B = "TP2026030117", "TP2026030118"
BY_STAFF = Mover(actor=Actor.STAFF, address=STAFF, today=TODAY)


def two(first: CaseState, second: CaseState) -> tuple[CaseFacts, ...]:
    """The cases R-100001 of order A and R-100002 of order B, newest first."""
    return (case(second, case_id=2, order=order(number=B)), case(first, case_id=1, order=order(number=A)))


def move(cases: tuple[CaseFacts, ...], text: str) -> tuple[Effect, ...] | Refusal:
    words = read_staff_words(text)
    assert words.problems == ()
    return move_cases(cases, words.commands, BY_STAFF, book().returns, CALENDAR)


def moved(effects: tuple[Effect, ...] | Refusal) -> list[tuple[int, str]]:
    """Case id and new state of each move."""
    assert not isinstance(effects, Refusal), effects
    found, case_id = [], 0
    for effect in effects:
        if isinstance(effect, UseCase):
            case_id = effect.case_id
        elif isinstance(effect, MoveCase):
            found.append((case_id, effect.to.value))
    return found


@pytest.mark.parametrize(
    ("line_", "number", "argument"),
    [
        ("#approve R-100002", "R-100002", ""),
        ("#approve r-100002: TP-K17 × 1", "R-100002", "TP-K17 × 1"),
        ("#同意R-100002", "R-100002", ""),
        ("#收到：R-100002", "R-100002", ""),
        ("#inspect R-100002 pass", "R-100002", ""),
        ("#验货通过 R-100002", "R-100002", ""),
        ("#inspect fail [R-100002] the lid is broken", "R-100002", "the lid is broken"),
        ("#decline R-100002 used", "R-100002", "used"),
        ("#refunded R-100002 2026-03-18", "R-100002", "2026-03-18"),
        ("#withdraw R-100002.", "R-100002", "."),
        ("#approve TP-R-100002", "", "TP-R-100002"),
    ],
)
def test_a_command_may_name_its_case(line_: str, number: str, argument: str) -> None:
    (command,) = read_staff_words(line_).commands
    assert (command.case_number, command.argument) == (number, argument)
    assert read_staff_words(command_line(command.event, "R-100002")).commands[0].case_number == "R-100002"


@pytest.mark.parametrize("text", ["#decline R-100002", "#inspect R-100002"])
def test_a_number_doesnt_stand_for_what_is_missing(text: str) -> None:
    words = read_staff_words(text)
    assert words.commands == ()
    assert len(words.problems) == 1


@pytest.mark.parametrize(
    ("line_", "number"),
    [
        ("#order TP2026030118", B),
        ("#Order: tp2026030118.", B),
        ("＃订单 TP2026030118", B),
        ("#订单号TP2026030118", B),
        ("#訂單：TP2026030118", B),
        ("#order 8837-22/1", "8837-22/1"),
    ],
)
def test_staff_name_an_order(line_: str, number: str) -> None:
    words = read_staff_words(f"{line_}\n谢谢")
    assert (words.name_order, words.problems, words.text) == (number, (), "")


@pytest.mark.parametrize("text", ["#order", "#order this one", "#order A1", f"#order {A}\n#order {B}", "#ordered TP1"])
def test_an_order_that_isnt_named_plainly_is_a_problem(text: str) -> None:
    assert read_staff_words(text).problems


@pytest.mark.parametrize(
    "text", ["#merge T-100002\n#approve", f"#merge T-100002\n#order {A}", f"#return {A}\n#approve R-100001"]
)
def test_of_commands_that_cant_go_together_none_is_carried_out(text: str) -> None:
    assert read_staff_words(text).problems


@pytest.mark.parametrize(
    ("first", "second", "text", "expected"),
    [
        (S.SUBMITTED, S.SUBMITTED, "#approve R-100002", [(2, "approved")]),
        (S.SUBMITTED, S.SUBMITTED, "#approve R-100001\n#decline R-100002 used", [(1, "approved"), (2, "declined")]),
        (S.APPROVED, S.REFUNDED, "#received", [(1, "received")]),  # the only one that is open
        (S.WITHDRAWN, S.RECEIVED, "#inspect pass", [(2, "refund_due")]),
        (S.DECLINED, S.REFUNDED, "#approve R-100001", [(1, "approved")]),
    ],
)
def test_a_command_moves_the_case_that_it_names_or_the_only_open_one(
    first: CaseState, second: CaseState, text: str, expected: list[tuple[int, str]]
) -> None:
    assert moved(move(two(first, second), text)) == expected


@pytest.mark.parametrize(
    ("first", "second", "text", "saying"),
    [
        (S.SUBMITTED, S.APPROVED, "#received", Saying(key=Says.SEVERAL_CASES, numbers=("R-100001", "R-100002"))),
        (S.DECLINED, S.DECLINED, "#approve", Saying(key=Says.SEVERAL_CASES, numbers=("R-100001", "R-100002"))),
        (S.SUBMITTED, S.APPROVED, "#received R-100003", Saying(key=Says.NO_SUCH_CASE, numbers=("R-100003",))),
    ],
)
def test_where_it_isnt_clear_which_case_is_meant_nothing_is_moved(
    first: CaseState, second: CaseState, text: str, saying: Saying
) -> None:
    assert move(two(first, second), text) == Refusal(sayings=(replace(saying, text=text),))


def test_one_unclear_command_keeps_the_whole_mail_back() -> None:
    assert isinstance(move(two(S.SUBMITTED, S.SUBMITTED), "#approve R-100001\n#received"), Refusal)


@pytest.mark.parametrize(("second", "closes"), [(S.SUBMITTED, False), (S.REFUNDED, True), (S.REFUND_DUE, False)])
def test_a_ticket_is_closed_with_its_last_open_case(second: CaseState, closes: bool) -> None:
    effects = move(two(S.REFUND_DUE, second), "#refunded R-100001")
    assert not isinstance(effects, Refusal)
    assert (CloseTicket() in effects) is closes


def test_two_cases_that_end_in_one_mail_close_the_ticket_once() -> None:
    effects = move(two(S.REFUND_DUE, S.REFUND_DUE), "#refunded R-100001\n#refunded R-100002")
    assert not isinstance(effects, Refusal)
    assert effects.count(CloseTicket()) == 1
    assert effects[-1] == CloseTicket()


def test_what_one_case_is_refunded_for_another_one_isnt_in_the_same_mail() -> None:
    bought = order(line("TP-K17", 2))
    cases = tuple(case(S.RECEIVED, case_id=number, order=bought) for number in (2, 1))
    both = move(cases, "#inspect pass R-100001\n#inspect pass R-100002")
    assert not isinstance(both, Refusal)
    assert [e.amount for e in both if isinstance(e, BookRefund)] == [Decimal("199.00"), Decimal("199.00")]
    same = tuple(replace(one, order=order(line("TP-K17", 1))) for one in cases)
    assert isinstance(move(same, "#inspect pass R-100001\n#inspect pass R-100002"), Refusal)


# Forms


def handed_in(answers: dict[str, str], first: CaseState, second: CaseState) -> Facts:
    known = ticket(cases=two(first, second), has_proof=True)
    return facts(form=answers, ticket=known, thread=IN_TICKET)


@pytest.mark.parametrize(
    ("number", "first", "second", "expected"),
    [
        (A, S.REQUESTED, S.REQUESTED, 1),
        (f"{A.lower()} (kettle)", S.REQUESTED, S.REQUESTED, 1),
        (B, S.REQUESTED, S.REQUESTED, 2),
        ("", S.REQUESTED, S.REQUESTED, 2),  # the newest that waits
        ("", S.NEEDS_INFO, S.APPROVED, 1),
        ("TP2026039999", S.REQUESTED, S.REQUESTED, None),  # no order of this ticket: staff read what is meant
        (B, S.REQUESTED, S.APPROVED, None),  # it isn't the other one's form: staff read it
    ],
)
def test_a_form_belongs_to_the_case_whose_order_it_names(
    number: str, first: CaseState, second: CaseState, expected: int | None
) -> None:
    answers = {"condition": "unused", **({"order_number": number} if number else {})}
    effects = decide(handed_in(answers, first, second), book()).effects
    used = [effect.case_id for effect in effects if isinstance(effect, UseCase)]
    assert used == ([expected] if expected else [])
    assert any(isinstance(effect, MoveCase) for effect in effects) is (expected is not None)


# Further cases


def wants_return(number: str, **changes: object) -> Facts:
    known = ticket(cases=two(S.APPROVED, S.REFUNDED))
    return facts(ticket=known, thread=IN_TICKET, wishes=(RETURN_WISH,), order=exact(number=number), **changes)


def test_a_customer_may_ask_for_a_further_return_in_the_same_ticket() -> None:
    effects = decide(wants_return("TP2026030119"), book()).effects
    assert [effect.order_number for effect in effects if isinstance(effect, OpenCase)] == ["TP2026030119"]


@pytest.mark.parametrize("number", [A, B])
def test_of_an_order_that_has_a_case_in_the_ticket_a_person_decides(number: str) -> None:
    effects = decide(wants_return(number), book()).effects
    assert not [effect for effect in effects if isinstance(effect, OpenCase)]


def start(text: str, *, cases: tuple[CaseFacts, ...] = (), **changes: object) -> tuple[Effect, ...]:
    """What a staff member's "#return" for the customer's own order brings about; `cases` are those of the order."""
    own = exact(number=B, lines=(line("TP-K17"), line("TP-F9")))
    values: dict[str, object] = {
        "order": own,
        "cases_of_order": cases,
        "ticket": ticket(cases=two(S.APPROVED, S.APPROVED)),
    }
    return decide(staff(text, **{**values, **changes}), book()).effects


def refusal(effects: tuple[Effect, ...]) -> Saying:
    (letter,) = [e for e in effects if isinstance(e, Write)]
    assert letter.template == "staff_command_refused"
    (said,) = letter.sayings
    return said


def test_staff_open_a_further_case_for_the_rest_of_an_order() -> None:
    effects = start(f"#return {B}", cases=(case(S.APPROVED, case_id=2),))
    assert OpenCase(kind=case().kind, order_number=B, opened_on=TODAY, waits_until=date(2026, 4, 3)) in effects
    (filled,) = [effect for effect in effects if isinstance(effect, FillForm)]
    assert filled.items == (Item(model="TP-F9", quantity=1),)  # one piece is left: it can only be that


def test_what_was_declined_can_be_asked_for_again() -> None:
    both = (Item(model="TP-K17", quantity=1), Item(model="TP-F9", quantity=1))
    effects = start("#return", cases=(case(S.DECLINED, case_id=2, items=both),))
    assert any(isinstance(effect, OpenCase) for effect in effects)


@pytest.mark.parametrize(
    ("items", "key"),
    [
        ((Item(model="TP-K17", quantity=1), Item(model="TP-F9", quantity=1)), Says.NOTHING_LEFT),
        ((), Says.PIECES_UNKNOWN),
    ],
)
def test_no_piece_goes_back_under_two_cases(items: tuple[Item, ...], key: Says) -> None:
    said = refusal(start("#return", cases=(case(S.APPROVED, case_id=2, items=items),)))
    assert said == Saying(key=key, numbers=(B, "R-100002"))


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (
            NamedOrder(number=B, exists=True, is_customers=False, written=()),
            Saying(key=Says.OTHERS_ORDER, numbers=(B,)),
        ),
        (NamedOrder(number=B, exists=False, is_customers=False, written=()), Saying(key=Says.NO_ORDER, numbers=(B,))),
        (NamedOrder(number="", exists=False, is_customers=False, written=()), Saying(key=Says.NO_ORDER)),
    ],
)
def test_no_case_is_opened_for_an_order_that_isnt_the_customers(returned: NamedOrder, expected: Saying) -> None:
    effects = start("#return", order=facts().order, returned_order=returned)
    assert not [effect for effect in effects if isinstance(effect, OpenCase)]
    assert refusal(effects) == expected


def test_a_further_case_opens_a_closed_ticket_again() -> None:
    effects = start("#return", ticket=ticket(is_open=False))
    assert ReopenTicket() in effects


# Corrections


def test_a_correction_is_noted_remembered_and_told() -> None:
    effects = decide(staff(f"#order {B}", named_order=named(B)), book()).effects
    assert NameOrder(order_number=B, by="Li Na") in effects
    (kept,) = [effect for effect in effects if isinstance(effect, RememberCorrection)]
    assert kept.email == KATE
    assert (kept.correction.order_number, kept.correction.written) == (B, (A,))
    assert (kept.correction.by, kept.correction.ticket_id, kept.correction.said_at) == ("Li Na", 1, NOW)
    (letter,) = [effect for effect in effects if isinstance(effect, Write)]
    assert letter.sayings == (Saying(key=Says.ORDER_NOTED, numbers=(B,)),)


def test_somebody_elses_order_can_be_noted_and_staff_are_told_whose_it_is() -> None:
    effects = decide(staff(f"#order {B}", named_order=named(B, is_customers=False)), book()).effects
    assert NameOrder(order_number=B, by="Li Na") in effects
    (letter,) = [effect for effect in effects if isinstance(effect, Write)]
    assert letter.to == "acting staff"  # nothing of it for the customer (G5)
    assert letter.sayings == (Saying(key=Says.OTHERS_ORDER_NOTED, numbers=(B,)),)


def test_an_order_and_a_return_of_it_go_in_one_mail() -> None:
    effects = start(f"#order {B}\n#return", named_order=named(B))
    assert [effect for effect in effects if isinstance(effect, NameOrder)] == [NameOrder(order_number=B, by="Li Na")]
    assert any(isinstance(effect, RememberCorrection) for effect in effects)
    assert any(isinstance(effect, OpenCase) for effect in effects)


@pytest.mark.parametrize("text", [f"#order {B}\n#approve R-100001", f"#order {B}\n#return"])
def test_with_an_order_that_nobody_knows_nothing_of_the_mail_is_carried_out(text: str) -> None:
    effects = start(text, named_order=named(B, exists=False))
    assert not [e for e in effects if isinstance(e, NameOrder | RememberCorrection | OpenCase | MoveCase)]
    assert refusal(effects) == Saying(key=Says.NO_ORDER, numbers=(B,))


@pytest.mark.parametrize(
    "changes",
    [
        {"staff_may_command": False},
        {"thread": thread(ticket_id=1)},
        {"standing": standing(Verdict.FAILED), "staff_may_command": False, "thread": thread(), "ticket": None},
    ],
)
def test_a_forged_correction_does_nothing(changes: dict[str, object]) -> None:
    effects = decide(staff(f"#order {B}", named_order=named(B), **changes), book()).effects
    assert not [effect for effect in effects if isinstance(effect, NameOrder | RememberCorrection)]


@pytest.mark.parametrize(("number", "another"), [(A, False), (B, False), ("TP2026030119", True)])
def test_an_old_ticket_with_two_orders_goes_on_with_a_mail_about_either(number: str, another: bool) -> None:
    about = ticket(
        updated_at=NOW - timedelta(days=60),
        orders=(TicketOrder(number=B, named_by="Li Na", since=NOW), TicketOrder(number=A, named_by="", since=NOW)),
    )
    why = another_matter(
        about,
        mail=mail(f"And order {number}?"),
        references=references((number, Place.NEW_TEXT)),
        order=exact(number=number),
        subjects=frozenset(),
        names=(),
        now=NOW,
        limits=ThreadLimits(reopen=timedelta(days=30), quiet=timedelta(days=30)),
    )
    assert bool(why) is another
