"""Who asks how a case goes on, and who asks or brings more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.facts import Facts
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.vocabulary.status import _waits_for_customer, _waits_for_us, case_asked_about
from mailbot.domain.wishes import Wish
from tests.domain.examples import RECEIPT, book, case, exact, facts, mail, order, standing, ticket

BOOK = book()


def wishes(*names: str) -> tuple[Wish, ...]:
    return tuple(Wish(name=name, score=5, because=()) for name in names)


def asking(state: CaseState = CaseState.SUBMITTED, *named: str, **changes: object) -> Facts:
    """A proven buyer's new mail about an order with an open case."""
    known: dict[str, object] = {"open_case_elsewhere": case(state), "order": exact()}
    return facts(**{**known, "wishes": wishes(*(named or ("case_status",))), **changes})


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        (("case_status",), True),
        (("order_status", "return"), True),  # "how is the return of my order going?"
        (("return", "case_status"), True),
        (("order_status",), False),  # of the parcel
        (("return",), False),
        (("case_status", "exchange"), False),
        (("case_status", "invoice"), False),
        (("complaint",), False),
    ],
)
def test_a_question_is_about_the_case_if_it_is_nothing_else(named: tuple[str, ...], asked: bool) -> None:
    assert (case_asked_about(asking(CaseState.SUBMITTED, *named)) is not None) == asked


@pytest.mark.parametrize(
    "changes",
    [
        {"standing": standing(Verdict.UNVERIFIED)},
        {"standing": standing(Verdict.FAILED)},
        {"role": Role.STAFF},
        {"mail": mail(attachments=(RECEIPT,))},
        {"open_case_elsewhere": case(order=order(buyer_email="other@mail.example"))},
        {"open_case_elsewhere": case(CaseState.DECLINED)},
        {"open_case_elsewhere": None},
        {"ticket": ticket(case=case(CaseState.CLOSED))},
        {"ticket": ticket(case=case(), customer_email="other@mail.example")},
        {"ticket": ticket(cases=(case(), case(case_id=2)))},
    ],
)
def test_nobody_else_is_told_and_nothing_else_is_passed_over(changes: dict[str, object]) -> None:
    assert case_asked_about(asking(**changes)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(CaseKind))
@pytest.mark.parametrize("state", list(CaseState))
def test_each_state_is_somebodys_turn_at_most(state: CaseState, kind: CaseKind) -> None:
    about = asking(open_case_elsewhere=case(state, kind=kind))
    turns = (_waits_for_customer(about, BOOK, ""), _waits_for_us(about, BOOK, ""))
    assert turns != (True, True)
    going = {CaseState.INSPECTED_FAILED, CaseState.REFUND_DUE}
    assert any(turns) == (case(state).is_open and state not in going)


def test_a_broken_promise_is_for_a_person() -> None:
    late = case(CaseState.EXCHANGE_DUE, waits_until=asking().today - timedelta(days=1))
    assert not _waits_for_us(asking(open_case_elsewhere=late), BOOK, "")
    in_time = case(CaseState.EXCHANGE_DUE, waits_until=asking().today)
    assert _waits_for_us(asking(open_case_elsewhere=in_time), BOOK, "")
