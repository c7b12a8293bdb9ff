"""The shipped rules decide as the policy says, purely, and within the caps."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CaseState
from mailbot.domain.effects import (
    BookRefund,
    Decision,
    FillForm,
    MoveCase,
    OpenCase,
    OpenTicket,
    Reader,
    RecordIncident,
    UseTicket,
    Write,
)
from mailbot.domain.facts import AnswerBudget, Facts
from mailbot.domain.forms import Item
from mailbot.domain.match import Exact
from mailbot.domain.message import Origin
from mailbot.domain.rules import decide
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.wishes import Wish
from tests.domain.case_examples import CASE_EXAMPLES, CASES_ON_THE_WAY
from tests.domain.customer_examples import CUSTOMER_EXAMPLES
from tests.domain.examples import (
    NOT_CONFIRMED,
    NOT_NAMED,
    RETURN_WISH,
    TODAY,
    book,
    case,
    exact,
    facts,
    line,
    mail,
    standing,
    thread,
    ticket,
)
from tests.domain.routing_examples import ON_THE_WAY, ROUTING_EXAMPLES
from tests.domain.routing_situations import AMBIGUOUS, IN_TICKET, staff
from tests.domain.several_examples import (
    GOES_BACK,
    NAMED,
    ON_ITS_WAY,
    OTHER,
    SEVERAL_EXAMPLES,
    SEVERAL_ON_THE_WAY,
    several,
)

EXAMPLES = {**ROUTING_EXAMPLES, **CUSTOMER_EXAMPLES, **SEVERAL_EXAMPLES, **CASE_EXAMPLES}

TABLE_OF = {rule.where: (table, rule.name) for table, rules in book().mail_tables.items() for rule in rules}


def shown(decision: Decision) -> list[str]:
    return [f"{e.template} > {e.to}" if isinstance(e, Write) else type(e).__name__ for e in decision.effects]


def letters(decision: Decision) -> list[Write]:
    return [effect for effect in decision.effects if isinstance(effect, Write)]


@pytest.mark.parametrize("rule", list(EXAMPLES), ids=lambda rule: ": ".join(rule))
def test_every_rule_is_reached_and_does_what_it_says(rule: tuple[str, str]) -> None:
    given_facts, expected = EXAMPLES[rule]
    decision = decide(given_facts, book())
    assert TABLE_OF[decision.trace[-1].where] == rule
    assert decision.trace[-1].hit
    assert shown(decision) == expected


def test_no_rule_is_without_an_example() -> None:
    assert set(TABLE_OF.values()) == set(EXAMPLES) | ON_THE_WAY | SEVERAL_ON_THE_WAY | CASES_ON_THE_WAY
    hit = {
        TABLE_OF[t.where] for given_facts, _ in EXAMPLES.values() for t in decide(given_facts, book()).trace if t.hit
    }
    assert hit == set(TABLE_OF.values())


@pytest.mark.parametrize("rule", list(EXAMPLES), ids=lambda rule: ": ".join(rule))
def test_deciding_is_pure(rule: tuple[str, str]) -> None:
    given_facts = EXAMPLES[rule][0]
    before = deepcopy(given_facts)
    first = decide(given_facts, book())
    assert decide(given_facts, book()) == first
    assert given_facts == before
    assert first.trace  # every decision can be explained (G8)
    for step in first.trace:
        assert step.hit != bool(step.failed)


def test_the_order_number_that_was_asked_for_opens_the_case_in_the_same_ticket() -> None:
    answered = facts(ticket=ticket(wish="return", order_number=""), thread=IN_TICKET, order=exact())
    assert shown(decide(answered, book())) == [
        "UseTicket", "FileMail", "TieOrder", "OpenCase", "FillForm", "return_form > customer"
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "opens"), [(0, True), (29, True), (30, True), (31, False), (400, False)])
def test_a_return_may_be_asked_for_through_the_thirtieth_day(days: int, opens: bool) -> None:
    bought = exact(purchased_on=TODAY - timedelta(days=days))
    decision = decide(facts(wishes=(RETURN_WISH,), order=bought), book())
    assert any(isinstance(effect, OpenCase) for effect in decision.effects) is opens


@pytest.mark.parametrize(
    ("lines", "form", "items"),
    [
        ((line("TP-K17", 1),), {}, (Item(model="TP-K17", quantity=1),)),  # one piece: it can only be that
        ((line("TP-K17", 2),), {}, ()),
        ((line("TP-K17", 2),), {"items": "x2"}, (Item(model="TP-K17", quantity=2),)),
        ((line("TP-K17"), line("TP-F9")), {}, ()),
        ((line("TP-K17"), line("TP-F9")), {"items": "TP-F9"}, (Item(model="TP-F9", quantity=1),)),
    ],
)
def test_a_new_case_knows_what_goes_back_only_where_that_can_be_known(
    lines: tuple[object, ...], form: dict[str, str], items: tuple[Item, ...]
) -> None:
    decision = decide(facts(wishes=(RETURN_WISH,), order=exact(lines=lines), form=form), book())
    (filled,) = [effect for effect in decision.effects if isinstance(effect, FillForm)]
    assert filled.items == items
    assert filled.answers["order_number"] == "TP2026030117"


def test_the_wish_and_the_refused_ticket_are_kept_with_a_new_ticket() -> None:
    decision = decide(facts(wishes=(RETURN_WISH,), thread=thread(points_at=7, refused=("not part of it",))), book())
    (opened,) = [effect for effect in decision.effects if isinstance(effect, OpenTicket)]
    assert (opened.wish, opened.linked_to, opened.language) == ("return", 7, "en")


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"mail": mail(language="zh-Hans")}, "zh-Hans"),
        ({"mail": mail(language="zh-Hant")}, "zh-Hans"),
        ({"mail": mail(language="en-GB")}, "en"),
        ({"mail": mail(language="de")}, "en"),
        ({"mail": mail(language="und")}, "en"),
        ({"mail": mail(language="und"), "order": exact(language="zh-Hans")}, "zh-Hans"),
        ({"mail": mail(language="en"), "ticket": ticket(language="zh-Hans")}, "zh-Hans"),
    ],
)
def test_the_language_of_the_answer(changes: dict[str, object], language: str) -> None:
    assert facts(**changes).language == language


@pytest.mark.parametrize(
    ("for_address", "for_ticket", "which"), [(0, 5, "address"), (-1, 5, "address"), (20, 0, "ticket")]
)
def test_a_cap_takes_away_the_automatic_answer_and_says_so(for_address: int, for_ticket: int, which: str) -> None:
    budget = AnswerBudget(for_address=for_address, for_ticket=for_ticket)
    free = decide(facts(), book())
    capped = decide(facts(budget=budget), book())
    assert [letter.to for letter in letters(capped)] == [Reader.STAFF]
    assert [e for e in capped.effects if not isinstance(e, RecordIncident)] == [
        replace(e, remarks=(*e.remarks, *capped.remarks)) if isinstance(e, Write) else e
        for e in free.effects
        if not (isinstance(e, Write) and e.to is Reader.CUSTOMER)
    ]
    (incident,) = [effect for effect in capped.effects if isinstance(effect, RecordIncident)]
    assert incident.kind == "cap"
    assert f"limits.replies_per_{which}_per_" in incident.detail  # the setting that held it back
    assert "kate" not in incident.detail  # no personal data
    assert capped.remarks == (incident.detail,)


def test_a_cap_does_not_stop_what_a_person_decided() -> None:
    none_left = AnswerBudget(for_address=0, for_ticket=0)
    decision = decide(staff("#approve\nThe courier calls you.", budget=none_left), book())
    assert [letter.template for letter in letters(decision)] == ["return_approved", "staff_reply"]
    assert decision.remarks == ()


def test_a_cap_that_takes_nothing_away_leaves_no_remark() -> None:
    none_left = AnswerBudget(for_address=0, for_ticket=0)
    assert decide(staff("#note x", budget=none_left), book()).remarks == ()


ORIGINS = st.sampled_from([Origin.HUMAN] * 4 + list(Origin))
TICKETS = st.one_of(
    st.none(),
    st.builds(
        lambda state, is_open, number: ticket(
            is_open=is_open, order_number=number, case=case(state) if state else None
        ),
        st.sampled_from([None, *CaseState]),
        st.booleans(),
        st.sampled_from(["", "TP2026030117"]),
    ),
)
TEXTS = st.sampled_from(["Hello", "", "#approve", "#received", "#inspect pass", "#refunded", "#nonsense", "#note x"])
FORMS = st.dictionaries(st.sampled_from(["condition", "reason", "items", "order_number"]), st.just("all"), max_size=3)


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Facts in combinations that a mail can bring; gathered as `mailbot.process` does."""
    origin, verdict = draw(ORIGINS), draw(st.sampled_from(list(Verdict)))
    role, found = draw(st.sampled_from(list(Role))), draw(TICKETS)
    forged = verdict is Verdict.FAILED
    if forged or role is Role.NOBODY:
        found = None
    matches = [NOT_NAMED, NOT_CONFIRMED] if forged else [NOT_NAMED, NOT_CONFIRMED, AMBIGUOUS, exact()]
    matched = draw(st.sampled_from(matches))
    base = staff(draw(TEXTS)) if role is Role.STAFF else facts()
    token = found is not None and role is Role.STAFF and draw(st.booleans())
    return replace(
        base,
        mail=replace(base.mail, origin=origin),
        role=role,
        sender="" if role is Role.NOBODY else base.sender,
        standing=standing(verdict),
        staff_may_command=verdict is Verdict.VERIFIED,
        thread=thread(ticket_id=1 if found else None, staff_token=token),
        ticket=found,
        order=matched,
        open_case_elsewhere=case() if isinstance(matched, Exact) and draw(st.booleans()) else None,
        wishes=(RETURN_WISH,) if draw(st.booleans()) else (),
        form=draw(FORMS),
        budget=AnswerBudget(for_address=draw(st.integers(-1, 2)), for_ticket=draw(st.integers(-1, 2))),
    )


@given(any_facts())
@settings(max_examples=400, deadline=None)
def test_whatever_comes_the_guarantees_hold(some: Facts) -> None:
    decision = decide(some, book())
    written = letters(decision)
    to_customer = [letter for letter in written if letter.to is Reader.CUSTOMER]
    moves = [effect for effect in decision.effects if isinstance(effect, MoveCase)]
    if some.mail.origin is not Origin.HUMAN:
        assert to_customer == []  # G4
        assert moves == []
    proven = some.role is Role.STAFF and some.standing.verdict is Verdict.VERIFIED and some.thread.staff_token
    if moves and moves[0].by == "staff":
        assert proven  # G5, G6
    if any(isinstance(effect, BookRefund) for effect in decision.effects):
        assert proven
    if some.standing.verdict is Verdict.FAILED:
        assert not any(letter.with_order for letter in to_customer)
    for letter in to_customer:
        if letter.with_order:  # order data: the buyer's own mail, the ticket's case, or a staff decision
            assert isinstance(some.order, Exact) or (some.ticket is not None and bool(some.ticket.cases))
        if letter.automatic:
            assert min(some.budget.for_address, some.budget.for_ticket) > 0
    for index, effect in enumerate(decision.effects):
        if isinstance(effect, MoveCase | OpenCase | FillForm):
            assert any(isinstance(e, UseTicket | OpenTicket) for e in decision.effects[:index])
    assert decision.trace[-1].hit


def test_several_orders_of_an_unproven_sender_are_left_to_staff() -> None:
    forged = several(ON_ITS_WAY, ON_ITS_WAY, standing=standing(Verdict.UNVERIFIED))
    assert [letter.template for letter in letters(decide(forged, book()))] == ["acknowledgement", "staff_notice"]


def test_staff_get_one_notice_of_all_that_is_left_to_them() -> None:
    left = tuple(
        replace(ON_ITS_WAY, wishes=(RETURN_WISH,), order=exact(number=number, purchased_on=TODAY - timedelta(days=90)))
        for number in NAMED.named
    )
    told, notice = letters(decide(several(*left), book()))
    assert told.template == "acknowledgement"
    for number in NAMED.named:
        assert f"order {number}: return; this is left to you" in notice.remarks


def test_a_fault_of_one_of_several_orders_is_read_by_a_person() -> None:
    broken = replace(ON_ITS_WAY, wishes=(RETURN_WISH, Wish(name="warranty", score=3, because=())))
    written = letters(decide(several(broken, ON_ITS_WAY), book()))
    assert [letter.template for letter in written] == ["acknowledgement", "order_status", "staff_notice"]


def test_two_orders_that_go_back_get_a_form_each() -> None:
    other = replace(GOES_BACK, order=exact(number=OTHER))
    decision = decide(several(GOES_BACK, other), book())
    assert shown(decision)[4:] == ["OpenCase", "FillForm", "return_form > customer"] * 2
    assert [effect.order_number for effect in decision.effects if isinstance(effect, OpenCase)] == list(NAMED.named)
