"""What a bounce makes of an address, and when it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.bounces import AddressState, BounceLimits, Severity, after_bounce, report_about, speaks_for
from mailbot.domain.effects import ClearAddress, FlagAddress
from mailbot.domain.message import Action, DeliveryReport, Origin
from mailbot.domain.rules import decide
from mailbot.domain.standing import Verdict
from tests.domain.examples import KATE, NOW, book, facts, mail, standing
from tests.domain.routing_situations import bounce, flagged, machine

LIMITS = BounceLimits(soft_bounces=3, within=timedelta(days=2))


def report(status: str = "5.1.1", *, action: Action = Action.FAILED, address: str = KATE) -> DeliveryReport:
    return DeliveryReport(address=address, action=action, status=status, reason="the reason")


def after(known: AddressState | None, *statuses: str, apart: timedelta = timedelta(hours=1)) -> AddressState | None:
    for number, status in enumerate(statuses):
        known = after_bounce(known, report(status), KATE, NOW + number * apart, LIMITS)
    return known


def test_a_hard_bounce_makes_the_address_hard() -> None:
    state = after(None, "5.1.1")
    assert state is not None
    assert (state.address, state.severity, state.status, state.count) == (KATE, Severity.HARD, "5.1.1", 1)


def test_a_delay_says_nothing_about_the_address() -> None:
    assert after_bounce(None, report("4.4.1", action=Action.DELAYED), KATE, NOW, LIMITS) is None


@pytest.mark.parametrize(
    ("statuses", "apart", "severity", "count"),
    [
        (("4.2.2",), timedelta(hours=1), Severity.SOFT, 1),
        (("4.2.2", "4.2.2"), timedelta(hours=1), Severity.SOFT, 2),
        (("4.2.2", "4.2.2", "4.2.2"), timedelta(hours=1), Severity.HARD, 3),
        (("4.2.2", "4.2.2", "4.2.2"), timedelta(days=3), Severity.SOFT, 1),  # each one begins anew
        (("4.2.2", "5.1.1"), timedelta(hours=1), Severity.HARD, 2),
        (("5.1.1", "4.2.2"), timedelta(hours=1), Severity.HARD, 2),
    ],
)
def test_soft_bounces_add_up_within_their_time(
    statuses: tuple[str, ...], apart: timedelta, severity: Severity, count: int
) -> None:
    state = after(None, *statuses, apart=apart)
    assert state is not None
    assert (state.severity, state.count) == (severity, count)


def test_a_bounce_counts_for_the_recipient_of_our_mail_only() -> None:
    others = (report(address="mallory@elsewhere.example"),)
    assert report_about(KATE, (*others, report(address=KATE.upper()))).status == "5.1.1"
    told = report_about(KATE, others)
    assert (told.address, told.action, told.status) == (KATE, Action.FAILED, "")  # soft: their forward failed
    assert report_about(KATE, ()).action is Action.FAILED
    assert report_about(KATE, (report(action=Action.DELAYED, address=""),)).action is Action.DELAYED


def test_a_proven_mail_from_the_address_clears_it_before_the_answer_is_written() -> None:
    decision = decide(facts(flagged=flagged(Severity.HARD)), book())
    assert decision.effects[0] == ClearAddress(address=KATE)


@pytest.mark.parametrize("verdict", [Verdict.UNVERIFIED, Verdict.FAILED])
def test_a_mail_without_proof_clears_nothing(verdict: Verdict) -> None:
    decision = decide(facts(flagged=flagged(Severity.HARD), standing=standing(verdict)), book())
    assert not [effect for effect in decision.effects if isinstance(effect, ClearAddress)]


def test_a_bounce_clears_nothing_and_flags_what_was_gathered() -> None:
    decision = decide(machine(Origin.BOUNCE, bounce=bounce(Severity.SOFT), flagged=flagged(Severity.HARD)), book())
    assert [e for e in decision.effects if isinstance(e, FlagAddress)] == [FlagAddress(state=flagged(Severity.SOFT))]
    assert not [e for e in decision.effects if isinstance(e, ClearAddress)]


def test_a_bounce_of_nothing_that_we_sent_flags_nothing() -> None:
    decision = decide(facts(mail=mail(origin=Origin.BOUNCE, is_news=False)), book())
    assert [type(effect).__name__ for effect in decision.effects] == ["FileApart"]


def test_only_the_recipients_own_domain_or_our_relay_speaks_for_an_address() -> None:
    ours = ("tp.example", "smtp.relay.example")
    for sender in ("d@mail.example", "d@mx.mail.example", "d@tp.example", "d@relay.example"):
        assert speaks_for(sender, "Kate@Mail.example", ours), sender
    for sender in ("d@elsewhere.example", "d@notmail.example", "d@example", "", "d@mail.example.elsewhere.example"):
        assert not speaks_for(sender, "kate@mail.example", ours), sender
