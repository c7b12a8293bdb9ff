"""What keeps an automatic answer back, and how staff hear of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.effects import Decision, Reader, RecordIncident, Write
from mailbot.domain.facts import AnswerBudget, Facts, NoticeBudget
from mailbot.domain.message import Origin
from mailbot.domain.restraint import subject_key
from mailbot.domain.rules import decide
from mailbot.domain.standing import Verdict
from tests.domain.examples import RETURN_WISH, book, exact, facts, mail, standing, thread, ticket
from tests.domain.routing_situations import staff

PLENTY = AnswerBudget(for_address=20, for_ticket=5, for_subject=8)
A_RETURN = facts(order=exact(), wishes=(RETURN_WISH,))  # answered with the form; staff don't hear of it


def letters(decision: Decision) -> list[Write]:
    return [effect for effect in decision.effects if isinstance(effect, Write)]


def to(decision: Decision, reader: Reader) -> list[Write]:
    return [letter for letter in letters(decision) if letter.to is reader]


@pytest.mark.parametrize("spent", ["for_address", "for_ticket", "for_subject"])
def test_a_spent_cap_holds_the_answer_back_and_staff_see_the_mail_instead(spent: str) -> None:
    capped = decide(replace(A_RETURN, budget=replace(PLENTY, **{spent: 0})), book())
    assert to(decide(replace(A_RETURN, budget=PLENTY), book()), Reader.STAFF) == []
    assert to(capped, Reader.CUSTOMER) == []
    (notice,) = to(capped, Reader.STAFF)
    assert notice.headline == "not_answered"
    assert "cap" in notice.remarks[0]
    incidents = [effect for effect in capped.effects if isinstance(effect, RecordIncident)]
    assert [incident.kind for incident in incidents] == ["cap"]
    assert "@" not in incidents[0].detail
    assert capped.effects[:2] == decide(A_RETURN, book()).effects[:2]  # the mail is filed as ever


def test_a_persons_mail_with_a_machines_mark_is_filed_and_shown_and_not_answered() -> None:
    marked = replace(A_RETURN, mail=mail(no_reply_reason="an empty envelope sender"))
    decision = decide(marked, book())
    assert to(decision, Reader.CUSTOMER) == []
    (notice,) = to(decision, Reader.STAFF)
    assert notice.remarks == ("not answered by itself: an empty envelope sender",)
    assert not [effect for effect in decision.effects if isinstance(effect, RecordIncident)]


def test_the_reason_stands_in_the_notice_that_staff_get_anyway() -> None:
    decision = decide(facts(mail=mail(no_reply_reason="the reason")), book())
    (notice,) = to(decision, Reader.STAFF)
    assert notice.headline == "new_mail"
    assert notice.remarks == ("not answered by itself: the reason",)


def test_what_staff_decide_is_sent_whatever_marks_their_mail_bears() -> None:
    marked = staff("#approve", mail=mail("#approve", no_reply_reason="X-Auto-Response-Suppress"))
    assert [letter.template for letter in to(decide(marked, book()), Reader.CUSTOMER)] == ["return_approved"]


def test_staffs_words_beyond_their_cap_are_refused_to_that_member_alone() -> None:
    decision = decide(staff("About 60 dB.", budget=replace(PLENTY, for_relays=0)), book())
    assert [(letter.template, letter.to) for letter in letters(decision)] == [
        ("staff_command_refused", Reader.ACTING_STAFF)
    ]


def test_words_beyond_the_cap_beside_a_command_are_told_of_and_the_command_stands() -> None:
    decision = decide(staff("#approve\nThank you for waiting.", budget=replace(PLENTY, for_relays=0)), book())
    assert [(letter.template, letter.to) for letter in letters(decision)] == [
        ("return_approved", Reader.CUSTOMER),
        ("staff_notice", Reader.STAFF),
    ]
    assert "limits.staff_replies_per_ticket_per_hour" in letters(decision)[1].remarks[0]


def test_a_report_is_not_said_to_be_unanswered() -> None:
    quiet = mail(origin=Origin.BOUNCE, no_reply_reason="a delivery report", is_news=False)
    assert decide(facts(mail=quiet), book()).remarks == ()


def test_a_responder_at_a_staff_address_gets_no_more_refusals_than_its_cap() -> None:
    decision = decide(staff("I am away.", budget=replace(PLENTY, for_relays=0, for_address=0)), book())
    assert letters(decision) == []


def test_a_forged_mail_is_not_answered_whatever_the_caps() -> None:
    forged: Facts = facts(standing=standing(Verdict.FAILED), budget=PLENTY)
    assert to(decide(forged, book()), Reader.CUSTOMER) == []


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("ann@c.example", "Re: Your order 20261103"),
        ("Ann@C.example", "RE: AW: [T-100001] your  order 20261104"),
        ("ann+x7@c.example", "回复：Your order 99999"),
        ("ann@c.example", "[Case #4711] Your order 123"),
    ],
)
def test_subjects_that_differ_in_tags_and_numbers_are_the_same(sender: str, subject: str) -> None:
    assert subject_key(sender, subject) == subject_key("ann@c.example", "Your order 1234")


def test_other_people_and_other_subjects_are_counted_apart() -> None:
    assert subject_key("ann@c.example", "Return") != subject_key("bob@c.example", "Return")
    assert subject_key("ann@c.example", "Return") != subject_key("ann@c.example", "Refund")


@pytest.mark.parametrize("spent", ["for_ticket", "for_sender", "for_subject"])
def test_a_spent_cap_on_notices_files_the_mail_without_one(spent: str) -> None:
    told = facts(ticket=ticket(), thread=thread(ticket_id=1))
    assert len(to(decide(told, book()), Reader.STAFF)) == 1
    last = decide(replace(told, notices=NoticeBudget(**{spent: 1})), book())
    assert "last notice" in to(last, Reader.STAFF)[0].remarks[-1]
    capped = decide(replace(told, notices=NoticeBudget(**{spent: 0})), book())
    assert letters(capped) == []
    assert [type(effect).__name__ for effect in capped.effects] == ["UseTicket", "FileMail", "RecordIncident"]
    assert "notices" in capped.remarks[0]


def test_a_held_back_answer_is_not_told_of_beyond_the_cap_on_notices() -> None:
    spent = replace(A_RETURN, budget=replace(PLENTY, for_ticket=0), notices=NoticeBudget(for_sender=0))
    assert letters(decide(spent, book())) == []
