"""Which refund is meant where the mail names no order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.match import Ambiguous, Exact, NoMatch, OrderMatch
from mailbot.domain.refund_meant import with_refund_meant
from mailbot.domain.rules import decide
from tests.domain.examples import NOT_NAMED, book, exact, facts, order
from tests.domain.routing_situations import AMBIGUOUS, PROBABLE, WHERE_IS_MY_REFUND

BOTH = ("TP2026030117", "TP2026030118")


@pytest.mark.parametrize("match", [PROBABLE, AMBIGUOUS])
def test_the_only_one_with_a_refund_is_meant(match: OrderMatch) -> None:
    meant = with_refund_meant(match, {"TP2026030117", "TP2026999999"})
    assert isinstance(meant, Exact)
    assert meant.order.number == "TP2026030117"
    assert "TP2026030117 is the only order in question that has a refund" in meant.evidence


def test_of_several_with_a_refund_only_those_are_asked_about() -> None:
    three = replace(AMBIGUOUS, orders=(*AMBIGUOUS.orders, order(number="TP2026030119")))
    meant = with_refund_meant(three, BOTH)
    assert isinstance(meant, Ambiguous)
    assert tuple(one.number for one in meant.orders) == BOTH


@pytest.mark.parametrize(
    ("match", "refunded"),
    [
        (AMBIGUOUS, ()),
        (PROBABLE, ("TP2026030118",)),
        (NOT_NAMED, BOTH),
        (NoMatch(evidence=(), numbers_quoted=True), BOTH),
        (exact(), BOTH),
        (replace(AMBIGUOUS, conflicts=("two things",)), ("TP2026030117",)),
        (replace(PROBABLE, conflicts=("two things",)), ("TP2026030117",)),
    ],
)
def test_else_nothing_changes(match: OrderMatch, refunded: tuple[str, ...]) -> None:
    assert with_refund_meant(match, refunded) == match


@pytest.mark.parametrize("match", [PROBABLE, AMBIGUOUS])
def test_without_a_refund_a_person_answers(match: OrderMatch) -> None:
    decision = decide(facts(wishes=(WHERE_IS_MY_REFUND,), order=match), book())
    assert decision.trace[-1].rule == "everything else"
