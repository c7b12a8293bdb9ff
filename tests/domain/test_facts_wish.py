"""Which wish stands in the headline of a notice to staff."""

from __future__ import annotations

import pytest

from mailbot.domain.effects import OpenTicket, Write
from mailbot.domain.message import Origin
from mailbot.domain.rules import decide
from mailbot.domain.wishes import Wish
from tests.domain.examples import RETURN_WISH, book, facts, mail, ticket
from tests.domain.routing_situations import FRAUD_REPORT, WHERE_IS_IT, bounce


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ((), ""),
        ((RETURN_WISH, WHERE_IS_IT), "return"),
        ((RETURN_WISH, FRAUD_REPORT), "fraud_report"),  # handled first
    ],
)
def test_the_wish_that_counts_most(wishes: tuple[Wish, ...], expected: str) -> None:
    assert facts(wishes=wishes).main_wish == expected


def test_what_the_ticket_was_opened_for_stands_in_for_it() -> None:
    assert facts(ticket=ticket(wish="exchange")).main_wish == "exchange"
    assert facts(ticket=ticket(wish="exchange"), wishes=(WHERE_IS_IT,)).main_wish == "order_status"


def test_the_notice_and_the_ticket_have_it() -> None:
    effects = decide(facts(wishes=(FRAUD_REPORT,)), book()).effects
    assert [e.wish for e in effects if isinstance(e, OpenTicket)] == ["fraud_report"]
    assert [e.wish for e in effects if isinstance(e, Write) and e.template == "staff_notice"] == ["fraud_report"]


def test_what_a_bounce_quotes_is_nobodys_wish() -> None:
    returned = facts(mail=mail(origin=Origin.BOUNCE), bounce=bounce(), wishes=(RETURN_WISH,), ticket=ticket())
    notices = [e for e in decide(returned, book()).effects if isinstance(e, Write)]
    assert [(e.headline, e.wish) for e in notices] == [("bounce", "")]
