"""What follows an attempt to send (G10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.cases import TABLE, Consequence
from mailbot.domain.delivery import NextStep, after_delay, after_doubt, after_refusal, is_careful
from tests.domain.examples import NOW

MINUTES = (1, 5, 15)


@pytest.mark.parametrize("to_customer", [True, False])
def test_a_refusal_is_final_and_staff_hear_of_a_customers_mail_only(to_customer: bool) -> None:
    assert after_refusal(to_customer=to_customer) == NextStep(state="dead", next_try_at=None, tell_staff=to_customer)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 5), (2, 15)])
@pytest.mark.parametrize("to_customer", [True, False])
def test_each_delay_waits_for_the_next_pause_of_the_list(attempts: int, minutes: int, to_customer: bool) -> None:
    step = after_delay(attempts=attempts, retry_minutes=MINUTES, now=NOW, to_customer=to_customer)
    assert step == NextStep(state="queued", next_try_at=NOW + timedelta(minutes=minutes), tell_staff=False)


@pytest.mark.parametrize("attempts", [3, 4, 100])
@pytest.mark.parametrize("to_customer", [True, False])
def test_after_the_last_pause_the_mail_is_given_up(attempts: int, to_customer: bool) -> None:
    step = after_delay(attempts=attempts, retry_minutes=MINUTES, now=NOW, to_customer=to_customer)
    assert step == NextStep(state="dead", next_try_at=None, tell_staff=to_customer)


def test_retrying_ends() -> None:
    states = [after_delay(attempts=n, retry_minutes=MINUTES, now=NOW, to_customer=True).state for n in range(10)]
    assert states == ["queued"] * 3 + ["dead"] * 7


def _doubt(template: str, *, attempts: int = 0, wait: float | None = None, to_customer: bool = True) -> NextStep:
    return after_doubt(
        template=template,
        attempts=attempts,
        retry_minutes=MINUTES,
        now=NOW,
        to_customer=to_customer,
        sent_folder_wait=wait,
    )


@pytest.mark.parametrize("wait", [None, 0.0, 300.0])
@pytest.mark.parametrize("attempts", [0, 2, 3])
def test_an_ordinary_mail_in_doubt_goes_out_again_as_after_any_delay(wait: float | None, attempts: int) -> None:
    assert _doubt("acknowledgement", attempts=attempts, wait=wait) == after_delay(
        attempts=attempts, retry_minutes=MINUTES, now=NOW, to_customer=True
    )


@pytest.mark.parametrize("attempts", [0, 3, 100])
def test_a_refund_notice_in_doubt_is_never_sent_again_blindly(attempts: int) -> None:
    assert _doubt("refund_notice", attempts=attempts) == NextStep(state="uncertain", next_try_at=None, tell_staff=True)
    waiting = NextStep(state="uncertain", next_try_at=NOW + timedelta(seconds=300), tell_staff=False)
    assert _doubt("refund_notice", attempts=attempts, wait=300) == waiting


def test_a_sent_folder_that_needs_no_wait_is_looked_into_at_once() -> None:
    assert _doubt("refund_notice", wait=0).next_try_at == NOW


def test_every_letter_that_announces_money_is_careful() -> None:
    announcing = {row.letter for row in TABLE if Consequence.BOOK_REFUND in row.then}
    assert announcing
    assert all(letter is not None and is_careful(letter) for letter in announcing)
    assert not is_careful("acknowledgement")
