"""From commands to effects: all of a mail or nothing, and one refund at most (G6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import ENDED, Actor, CaseEvent, CaseKind, CaseState, rows_for
from mailbot.domain.commands import read_staff_words
from mailbot.domain.effects import (
    BookRefund,
    CloseTicket,
    Effect,
    FillForm,
    MoveCase,
    PromiseRefund,
    Reader,
    ReopenTicket,
    SettleRefund,
    UseCase,
    Write,
)
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item
from mailbot.domain.moves import Mover, Refusal, commands_now, move_cases
from tests.domain.examples import CALENDAR, NOW, STAFF, TODAY, book, case, line, order, parts, refund

S = CaseState
BY_STAFF = Mover(actor=Actor.STAFF, address=STAFF, today=TODAY)


def move(start: CaseFacts, text: str, mover: Mover = BY_STAFF) -> tuple[Effect, ...] | Refusal:
    words = read_staff_words(text)
    assert words.problems == ()
    return move_cases([start], words.commands, mover, book().returns, CALENDAR)


def kinds(effects: tuple[Effect, ...] | Refusal) -> list[str]:
    assert not isinstance(effects, Refusal), effects
    return [
        effect.template if isinstance(effect, Write) else type(effect).__name__
        for effect in effects
        if not isinstance(effect, UseCase)
    ]


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        (S.SUBMITTED, "#approve", ["MoveCase", "return_approved"]),
        (S.SUBMITTED, "#decline used", ["MoveCase", "case_declined", "CloseTicket"]),
        (S.DECLINED, "#approve", ["MoveCase", "ReopenTicket", "return_approved"]),
        (S.APPROVED, "#received", ["CountPieces", "MoveCase", "case_received"]),
        (S.RECEIVED, "#inspect pass", ["MoveCase", "BookRefund", "refund_notice"]),
        (S.RECEIVED, "#inspect fail scratched", ["MoveCase", "return_inspection_failed"]),
        (S.INSPECTED_FAILED, "#inspect pass", ["MoveCase", "BookRefund", "refund_notice"]),
        (S.INSPECTED_FAILED, "#decline scratched", ["MoveCase", "case_declined", "CloseTicket"]),
        (S.REFUND_DUE, "#refunded", ["MoveCase", "SettleRefund", "refund_settled", "CloseTicket"]),
        (S.REFUND_DUE, "#refundby 2026-04-03", ["MoveCase", "PromiseRefund", "refund_moved"]),
        (S.APPROVED, "#withdraw", ["MoveCase", "case_withdrawn", "CloseTicket"]),
        (
            S.APPROVED,
            "#received\n#inspect pass",
            ["CountPieces", "MoveCase", "case_received", "MoveCase", "BookRefund", "refund_notice"],
        ),
    ],
)
def test_what_a_command_brings_about(state: CaseState, text: str, expected: list[str]) -> None:
    assert kinds(move(case(state), text)) == expected


def test_a_move_records_who_decided_from_where_and_why() -> None:
    effects = move(case(S.SUBMITTED), "#decline it was used")
    assert not isinstance(effects, Refusal)
    assert effects[0] == UseCase(case_id=1)
    assert effects[1] == MoveCase(
        event=CaseEvent.DECLINE,
        expected=S.SUBMITTED,
        to=S.DECLINED,
        by=Actor.STAFF,
        by_address=STAFF,
        reason="it was used",
    )


def test_a_booked_refund_goes_back_the_way_it_was_paid_and_names_a_working_day() -> None:
    effects = move(case(S.RECEIVED), "#inspect pass")
    assert not isinstance(effects, Refusal)
    (booked,) = [effect for effect in effects if isinstance(effect, BookRefund)]
    assert booked == BookRefund(
        order_number="TP2026030117",
        parts=parts("199.00"),
        currency="GBP",
        payment_method="Visa card",
        due_on=date(2026, 3, 31),  # seven working days after Friday the 20th (P13)
        due_is_provisional=False,
        decided_by=STAFF,
    )


@pytest.mark.parametrize(("text", "day"), [("#refunded", TODAY), ("#refunded 2026-03-18", date(2026, 3, 18))])
def test_the_day_of_payment_is_the_one_given_or_today(text: str, day: date) -> None:
    effects = move(case(S.REFUND_DUE), text)
    assert not isinstance(effects, Refusal)
    assert SettleRefund(paid_on=day, by_address=STAFF) in effects
    (moved,) = [effect for effect in effects if isinstance(effect, MoveCase)]
    assert moved.reason == ""  # a date is no reason


@pytest.mark.parametrize(
    ("start", "text", "reason"),
    [
        (case(S.RECEIVED, refund=refund()), "#inspect pass", "booked already"),
        (case(S.RECEIVED, items=()), "#inspect pass", "no piece passed the inspection"),
        (case(S.RECEIVED, refunded_before=Decimal("0.01")), "#inspect pass", "would exceed"),
        (case(S.RECEIVED, items=(Item(model="TP-K17", quantity=2),)), "#inspect pass", "not 2"),
        (case(S.SUBMITTED), "#inspect pass", "possible now: #approve, #decline <reason>, #withdraw"),
        (case(S.CLOSED), "#approve", "nothing more can happen"),
        (case(S.REFUNDED), "#approve", "possible now: #close"),
        (case(S.APPROVED), "#received nothing so far", "expected #received TP-K17 × 1"),
        (case(S.APPROVED), "#received TP-K17 x 2", "2 can't be"),
        (case(S.APPROVED), "#received not all", "words for the customer go on a line of their own"),
        (case(S.RECEIVED), "#inspect pass, but it is scratched", "#inspect pass damaged TP-K17 × 1"),
        (case(S.REFUND_DUE), "#inspect pass", "possible now: #refundby <day>, #refunded"),
    ],
)
def test_what_is_refused_and_why(start: CaseFacts, text: str, reason: str) -> None:
    refused = move(start, text)
    assert isinstance(refused, Refusal)
    assert reason in refused.reasons[0]


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (case(S.SUBMITTED), "#approve\n#inspect pass"),
        (case(S.APPROVED, items=()), "#received\n#inspect pass"),
        (case(S.SUBMITTED), "#approve\n#approve"),
        (case(S.RECEIVED), "#inspect pass\n#inspect pass"),
        (case(S.RECEIVED), "#inspect pass\n#withdraw"),
    ],
)
def test_several_commands_are_carried_out_all_or_none(start: CaseFacts, text: str) -> None:
    assert isinstance(move(start, text), Refusal)


def test_a_customer_cannot_do_what_staff_do() -> None:
    customer = Mover(actor=Actor.CUSTOMER, address="kate@mail.example", today=TODAY)
    for event in commands_now(case(S.SUBMITTED)):
        command = {"approve": "#approve", "decline": "#decline x", "withdraw": "#withdraw"}[event.value]
        assert isinstance(move(case(S.SUBMITTED), command, customer), Refusal)


def test_without_a_case_nothing_can_be_commanded() -> None:
    assert commands_now(None) == ()
    assert commands_now(case(S.CLOSED)) == ()


def _letter_of(moved: MoveCase) -> str:
    return next(rows_for(CaseKind.RETURN, moved.expected, moved.event, Actor.STAFF)).letter


COMMANDS = st.lists(
    st.sampled_from(
        [
            "#approve",
            "#decline x",
            "#received",
            "#inspect pass",
            "#inspect fail x",
            "#refunded",
            "#withdraw",
            "#reopen",
            "#close",
            "#sendback",
            "#shipped SF10001",
        ]
    ),
    min_size=1,
    max_size=6,
)


@given(start=st.sampled_from(list(S)), commands=COMMANDS)
@settings(max_examples=300, deadline=None)
def test_no_row_of_commands_books_twice_or_breaks_the_chain(start: CaseState, commands: list[str]) -> None:
    words = read_staff_words("\n".join(commands))
    if words.problems:  # decides in two ways
        assert len(commands) > 1
        return
    effects = move_cases(
        [case(start, order=order(line("TP-K17", 2)))], words.commands, BY_STAFF, book().returns, CALENDAR
    )
    if isinstance(effects, Refusal):
        assert effects.reasons
        return
    moves = [effect for effect in effects if isinstance(effect, MoveCase)]
    assert len(moves) == len(commands)
    assert moves[0].expected is start
    assert all(one.to is two.expected for one, two in pairwise(moves))
    assert sum(isinstance(effect, BookRefund) for effect in effects) <= 1
    assert sum(isinstance(effect, SettleRefund) for effect in effects) <= 1
    letters = [effect for effect in effects if isinstance(effect, Write)]
    assert len(letters) == sum(bool(_letter_of(one)) for one in moves)
    assert all(letter.to is Reader.CUSTOMER and not letter.automatic for letter in letters)
    ended = moves[-1].to in ENDED
    last_word = [effect for effect in effects if isinstance(effect, CloseTicket | ReopenTicket)]
    if last_word:
        assert isinstance(last_word[-1], CloseTicket) == ended


@pytest.mark.parametrize("words", ["not yet, please wait", "?", "the blue one"])
def test_words_after_approve_that_name_no_item_approve_nothing(words: str) -> None:
    refused = move(case(S.SUBMITTED), f"#approve {words}")
    assert isinstance(refused, Refusal)
    assert "#approve TP-K17 × 1" in refused.reasons[0]


def test_an_approval_can_name_what_goes_back() -> None:
    unknown = case(S.SUBMITTED, items=())
    assert isinstance(move(unknown, "#approve"), Refusal)
    moved = move(unknown, "#approve TP-K17 x1\n#received\n#inspect pass")
    assert kinds(moved)[:2] == ["FillForm", "MoveCase"]
    assert "BookRefund" in kinds(moved)


def test_a_payment_in_the_future_is_not_booked() -> None:
    assert isinstance(move(case(S.REFUND_DUE), "#refunded 2099-01-01"), Refusal)


def test_a_second_person_agrees_to_what_was_decided_with_what_is_taken_off() -> None:
    policy = replace(book().returns, second_person_above={"GBP": Decimal(100)})

    def decided(start: CaseFacts, text: str, by: str) -> tuple[Effect, ...]:
        mover = replace(BY_STAFF, address=by)
        effects = move_cases([start], read_staff_words(text).commands, mover, policy, CALENDAR)
        assert not isinstance(effects, Refusal), effects
        return effects

    asked = decided(case(S.RECEIVED), "#inspect pass deduct 10.00 the lid is missing", STAFF)
    (moved,) = [effect for effect in asked if isinstance(effect, MoveCase)]
    (task,) = [effect for effect in asked if isinstance(effect, Write)]
    assert (moved.to, moved.deduction, moved.deduction_reason) == (S.INSPECTED_OK, Decimal(10), "the lid is missing")
    assert task.remarks == (
        f"{STAFF} decided for a refund of 189.00 GBP",
        "10.00 GBP are deducted: the lid is missing",
    )
    waiting = case(
        S.INSPECTED_OK,
        refund_wanted_by=STAFF,
        deduction=moved.deduction,
        deduction_reason=moved.deduction_reason,
    )
    agreed = decided(waiting, "#agree", "another@staff.example")
    (booked,) = [effect for effect in agreed if isinstance(effect, BookRefund)]
    assert (booked.amount, booked.deduction_reason) == (Decimal("189.00"), "the lid is missing")
    (moved,) = [effect for effect in agreed if isinstance(effect, MoveCase)]
    assert (moved.deduction, moved.deduction_reason, moved.reason) == (Decimal(10), "the lid is missing", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#inspect pass deduct 10.00 the lid is missing", "the lid is missing"),
        ("#inspect pass", ""),
        ("#approve", ""),
    ],
)
def test_the_reason_that_is_noted_is_that_of_the_step(text: str, reason: str) -> None:
    start = case(S.SUBMITTED if text == "#approve" else S.RECEIVED, staff_reason="of an earlier decision")
    effects = move(start, text)
    assert not isinstance(effects, Refusal)
    assert [effect.reason for effect in effects if isinstance(effect, MoveCase)] == [reason]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (S.SUBMITTED, "#decline too old\n#approve R-100001"),
        (S.SUBMITTED, "#approve\n#withdraw"),
        (S.RECEIVED, "#inspect fail scratched\n#inspect pass R-100001"),
    ],
)
def test_a_mail_that_decides_about_a_case_in_two_ways_moves_nothing(state: CaseState, text: str) -> None:
    refused = move(case(state), text)
    assert isinstance(refused, Refusal)
    assert refused.reasons == ("the mail decides about one case in two ways: send the one that you mean",)


def test_a_refund_isnt_paid_before_it_is_decided() -> None:
    start = case(S.REFUND_DUE, refund=refund(booked_at=NOW))
    assert not isinstance(move(start, f"#refunded {TODAY - timedelta(days=1)}"), Refusal)  # elsewhere it is that day
    refused = move(start, f"#refunded {TODAY - timedelta(days=2)}")
    assert isinstance(refused, Refusal)
    assert refused.reasons[0].endswith("the refund was decided later than that")


def test_another_model_changes_no_promise() -> None:
    due = TODAY + timedelta(days=2)
    start = case(
        S.EXCHANGE_DUE, kind=CaseKind.EXCHANGE, waits_until=due, answers={"wanted": "TP-K18", "reason": "size"}
    )
    effects = move(start, "#wanted TP-K20")
    assert kinds(effects) == ["FillForm", "MoveCase"]
    (filled,) = [effect for effect in effects if isinstance(effect, FillForm)]
    assert filled.answers == {"wanted": "TP-K20", "reason": "size"}
    (moved,) = [effect for effect in effects if isinstance(effect, MoveCase)]
    assert (moved.to, moved.waits_until) == (S.EXCHANGE_DUE, due)


def test_staff_name_another_day_for_a_refund() -> None:
    promised = TODAY + timedelta(days=7)
    start = case(S.REFUND_DUE, refund=refund(due_on=promised))
    for day in (TODAY, promised - timedelta(days=1), promised + timedelta(days=30)):
        assert PromiseRefund(due_on=day) in move(start, f"#refundby {day}")  # type: ignore[operator]
    for day, why in ((promised, "the day that the customer was told"), (TODAY - timedelta(days=1), "is over")):
        refused = move(start, f"#refundby {day}")
        assert isinstance(refused, Refusal)
        assert refused.reasons[0].endswith(why)
    early = move(case(S.RECEIVED), f"#refundby {promised}")
    assert isinstance(early, Refusal)
    assert "#inspect pass" in early.reasons[0]
