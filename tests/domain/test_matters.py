"""When an answer in an old conversation opens a ticket of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.facts import TicketFacts
from mailbot.domain.match import OrderMatch
from mailbot.domain.matters import ThreadLimits, another_matter, as_matter_of_its_own, subject_key
from mailbot.domain.message import IncomingMail, Origin
from mailbot.domain.references import Place
from tests.domain.examples import NOT_NAMED, NOW, RECEIPT, exact, mail, references, thread, ticket

LIMITS = ThreadLimits(reopen=timedelta(days=14), quiet=timedelta(days=30))
OTHER = "TP2026030999"
SUBJECTS = frozenset({subject_key("My kettle"), subject_key("[T-100001] Your return")})


def closed(days: float) -> TicketFacts:
    return ticket(is_open=False, closed_at=NOW - timedelta(days=days), updated_at=NOW - timedelta(days=days))


def silent(days: float) -> TicketFacts:
    return ticket(updated_at=NOW - timedelta(days=days))


def why(found: TicketFacts, said: IncomingMail, order: OrderMatch = NOT_NAMED, place: Place = Place.NEW_TEXT) -> str:
    return another_matter(
        found,
        mail=said,
        references=references((OTHER, place)),
        order=order,
        subjects=SUBJECTS,
        names=("Kate Murray",),
        now=NOW,
        limits=LIMITS,
    )


def answer(text: str = "And now?", **changes: object) -> IncomingMail:
    return mail(text, **{"subject": "Re: [T-100001] Your return", **changes})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (silent(0), ""),
        (silent(31), ""),  # the same matter, however long the pause
        (closed(1), ""),
        (closed(14), ""),
        (closed(14.01), "was closed more than 14 days before"),
    ],
)
def test_the_same_matter_reopens_within_the_grace_time(found: TicketFacts, expected: str) -> None:
    reason = why(found, answer())
    assert expected in reason
    assert bool(expected) == bool(reason)


@pytest.mark.parametrize(("found", "splits"), [(silent(1), False), (silent(31), True), (closed(1), True)])
def test_another_order_in_an_old_ticket(found: TicketFacts, splits: bool) -> None:
    assert bool(why(found, answer(), exact(number=OTHER))) is splits
    assert not why(found, answer(), exact(number=OTHER), Place.QUOTED_TEXT)
    assert not why(found, answer(), exact())


@pytest.mark.parametrize(("found", "splits"), [(silent(1), False), (silent(31), True), (closed(1), True)])
def test_a_new_subject_in_an_old_ticket(found: TicketFacts, splits: bool) -> None:
    assert bool(why(found, answer(subject="Spare lid for my pan?"))) is splits
    assert bool(why(found, answer(subject="Re: [T-100001] Spare lid for my pan?"))) is splits
    for known in (
        "AW: my kettle",
        "回复：[T-100001] Your return",
        "RE[2]: Fwd: MY KETTLE",
        "[EXTERNAL] Re: My kettle",
        "",
    ):
        assert not why(found, answer(subject=known)), known


@pytest.mark.parametrize("found", [silent(400), closed(1), closed(400)])
def test_thanks_and_machines_open_nothing(found: TicketFacts) -> None:
    assert not why(found, answer("Thank you so much! Kate", subject="Thanks"))
    assert not why(found, answer(origin=Origin.AUTO_REPLY, subject="Out of office"))


def test_thanks_with_a_file_say_more() -> None:
    assert why(closed(400), answer("Thanks", attachments=(RECEIPT,)))


def test_the_new_ticket_is_linked_and_staff_see_why() -> None:
    match = as_matter_of_its_own(
        thread(ticket_id=7, evidence=("answers our mail",), staff_token=True), "closed long ago"
    )
    assert (match.ticket_id, match.points_at, match.staff_token, match.evidence) == (None, 7, False, ())
    assert match.refused == ("closed long ago",)


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        ("Re: Fwd: AW: [T-100001] Kettle", "kettle"),
        ("RE[3]: Kettle", "kettle"),
        ("Re (2): Kettle", "kettle"),
        ("Antw: SV: Odp: Kettle", "kettle"),
        ("回复：转发: 水壶", "水壶"),
        ("返信: 返品", "返品"),
        ("Отв: Чайник", "чайник"),
        ("Regarding: kettle", "regarding: kettle"),
        ("Reference: 12", "reference: 12"),
        ("I: kettle", "kettle"),
        ("Info: kettle", "info: kettle"),
    ],
)
def test_subjects_are_compared_without_prefixes(subject: str, key: str) -> None:
    assert subject_key(subject) == key
