"""What the rules approve by themselves, within the owner's limit, and what they leave to staff (P10, G6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.effects import Effect, MoveCase, Write
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item
from mailbot.domain.proof import ProofFile
from mailbot.domain.rules import decide
from mailbot.domain.standing import Verdict
from tests.domain.examples import (
    RECEIPT,
    RETURN_WISH,
    book,
    case,
    exact,
    facts,
    line,
    mail,
    order,
    standing,
    thread,
    ticket,
)

LIMITED = replace(book(), returns=replace(book().returns, automatic_up_to={"USD": Decimal("200.00")}))
AMERICAN = order(country="US", currency="USD")


def asked(bought: object = AMERICAN, **changes: object) -> CaseFacts:
    """A case whose form lacks the condition only."""
    return case(
        CaseState.NEEDS_INFO,
        order=bought,
        answers={"order_number": "TP2026030117", "purchased_on": "2026-03-01"},
        **changes,
    )


def handed_in(waiting: CaseFacts, condition: str = "unused", limits: object = LIMITED) -> tuple[Effect, ...]:
    form = {"condition": condition, "fault": "no heat"}
    known = facts(
        mail=mail(attachments=(RECEIPT,)),
        ticket=ticket(case=waiting, has_proof=True),
        thread=thread(ticket_id=1, evidence=("answers our mail",)),
        form=form,
    )
    return decide(known, limits).effects  # type: ignore[arg-type]


def moves(effects: tuple[Effect, ...]) -> list[tuple[CaseEvent, Actor]]:
    return [(each.event, each.by) for each in effects if isinstance(each, MoveCase)]


def notice(effects: tuple[Effect, ...]) -> Write:
    return next(each for each in effects if isinstance(each, Write) and each.template == "staff_notice")


STAFF_DECIDE = [(CaseEvent.FORM_COMPLETE, Actor.CUSTOMER)]


def test_within_the_limit_the_rules_approve_and_the_record_says_by_what() -> None:
    effects = handed_in(asked())
    assert moves(effects) == [*STAFF_DECIDE, (CaseEvent.APPROVE, Actor.RULES)]
    (approved,) = [each for each in effects if isinstance(each, MoveCase) and each.by is Actor.RULES]
    assert approved.reason.startswith("allowed by returns within the window (returns.yaml:")
    assert approved.reason.endswith("within 200.00 USD (approve_at_once_up_to)")
    assert notice(effects).headline == "approved_by_rule"
    assert notice(effects).remarks[0] == f"approved by itself: {approved.reason}"
    assert [each.template for each in effects if isinstance(each, Write)] == ["return_approved", "staff_notice"]


def test_off_by_default() -> None:
    effects = handed_in(asked(), limits=book())
    assert moves(effects) == STAFF_DECIDE
    assert notice(effects).remarks == ()


OTHER = (Item(model="TP-V20", quantity=1),)


@pytest.mark.parametrize(
    ("waiting", "condition", "why"),
    [
        (asked(bought=order(line(price="200.01"), country="US", currency="USD")), "unused", "200.01 USD is above"),
        (asked(bought=order(country="US", currency="EUR")), "unused", "no limit is set up"),
        (asked(), "ok", "don't make the condition plain"),
        (asked(), "like new", "don't make the condition plain"),
        (asked(), "used twice", "don't plainly allow it"),
        (
            asked(bought=order(country="DE", currency="USD", delivered_on=date(2026, 3, 15))),
            "used twice",
            "the piece was used",
        ),
        (asked(opened_on=date(2026, 4, 1)), "unused", "don't plainly allow it"),
        (asked(opened_on=None), "unused", "isn't known what goes back"),
        (
            asked(bought=order(line("TP-F9"), country="US", currency="USD"), kind=CaseKind.WARRANTY,
                  items=(Item(model="TP-F9", quantity=1),)),
            "unused", "don't plainly allow it",
        ),
        (
            asked(bought=order(line("TP-X1"), country="US", currency="USD"), kind=CaseKind.WARRANTY,
                  items=(Item(model="TP-X1", quantity=1),)),
            "unused", "don't plainly allow it",
        ),
        (
            asked(bought=order(line(), line("TP-V20"), country="US", currency="USD"), claimed_elsewhere=OTHER),
            "unused", "in another case",
        ),
        (
            asked(bought=order(line(), line("TP-V20"), country="US", currency="USD"), returned_before=OTHER,
                  refunded_before=Decimal("1.00")),
            "unused", "in another case",
        ),
    ],
)  # fmt: skip
def test_everything_else_is_for_staff_who_learn_why(waiting: CaseFacts, condition: str, why: str) -> None:
    effects = handed_in(waiting, condition)
    assert moves(effects) == STAFF_DECIDE
    assert notice(effects).headline == "decision_wanted"
    assert notice(effects).remarks[0].startswith("not approved by itself: ")
    assert why in notice(effects).remarks[0]


def test_nothing_that_nobody_vouches_for_is_approved_by_rule() -> None:
    known = facts(
        mail=mail(attachments=(RECEIPT,)),
        ticket=ticket(case=asked(), has_proof=True),
        thread=thread(ticket_id=1, evidence=("answers our mail",), has_seen_ours=True),
        form={"condition": "unused"},
        standing=standing(Verdict.UNVERIFIED),
    )
    assert moves(decide(known, LIMITED).effects) == STAFF_DECIDE


def test_what_nobody_vouches_for_opens_a_case_and_no_more() -> None:
    told = facts(
        wishes=(RETURN_WISH,),
        order=exact(country="US", currency="USD"),
        form={"condition": "unused"},
        proofs=(ProofFile(file=RECEIPT),),
    )
    assert moves(decide(told, LIMITED).effects) != []
    effects = decide(replace(told, standing=standing(Verdict.UNVERIFIED)), LIMITED).effects
    assert moves(effects) == []
    assert [each.template for each in effects if isinstance(each, Write)] == ["return_form"]


def test_a_request_that_is_completed_long_after_it_was_begun_is_for_staff() -> None:
    waiting = asked(opened_on=date(2025, 5, 1), bought=replace(AMERICAN, purchased_on=date(2025, 4, 20)))
    assert moves(handed_in(waiting)) == STAFF_DECIDE
