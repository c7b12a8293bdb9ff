"""Who reads a complaint about somebody at the desk."""

from __future__ import annotations

import pytest

from mailbot.domain.commands import read_staff_words
from mailbot.domain.complaints import Person, circle, named_in
from mailbot.domain.effects import KeepFrom, RecordIncident, Write
from mailbot.domain.rules import decide
from mailbot.domain.standing import Role, Verdict
from tests.domain.examples import STAFF, book, facts, mail, standing, thread, ticket
from tests.domain.routing_situations import ABOUT_LI_NA, ANGRY, FRAUD_REPORT, IN_TICKET, OVERSIZE

LI_NA, ANNA, WANG = (
    Person(name="Li Na", address="lina@tp.example", also=("李娜",)),
    Person(name="Anna Schmidt", address="anna@tp.example"),
    Person(name="王小明", address="wang@tp.example"),
)
PEOPLE = (LI_NA, ANNA, WANG)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Your colleague Li Na was rude to me.", {LI_NA}),
        ("Na Li hung up on me", {LI_NA}),
        ("LI  NA never answers", {LI_NA}),
        ("我要投诉你们的客服李娜", {LI_NA}),
        ("Anna was rude", {ANNA}),
        ("Frau Schmidt war unverschämt", {ANNA}),
        ("anna schmidt is arrogant", {ANNA}),
        ("Your banana is rotten, annas too; Hanna Schmidtke", set()),
        ("A line about na and li", set()),
        ("客服王小明态度很差", {WANG}),
        ("客服王小 明态度很差", {WANG}),
        ("王先生态度很差", set()),
        ("Li Na and Anna both", {LI_NA, ANNA}),
        ("", set()),
    ],
)
def test_who_is_named(text: str, named: set[Person]) -> None:
    assert named_in(text, PEOPLE) == {person.address for person in named}


A, B, C, BOSS = "lina@tp.example", "anna@tp.example", "wang@tp.example", "boss@tp.example"


@pytest.mark.parametrize(
    ("wrote", "named", "deputy", "kept", "reaches_them"),
    [
        ({A}, set(), "", (A,), False),
        ({A}, {B}, "", (A, B), False),
        ({A, B, C}, set(), BOSS, (A, B, C), False),
        ({A, B}, {C}, BOSS, (A, B, C), False),
        # Nobody is left: at least not whom it names.
        ({A, B, C}, {B}, "", (B,), True),
        ({A, B, C}, {B}, C, (B,), True),  # whom the settings name wrote there too
        ({A, B, C}, set(), "", (), True),
        (set(), {A, B, C}, "", (), True),
    ],
)
def test_who_does_not_get_it(
    wrote: set[str], named: set[str], deputy: str, kept: tuple[str, ...], reaches_them: bool
) -> None:
    assert circle(PEOPLE, wrote=wrote, named=named, deputy=deputy) == (kept, reaches_them)


def test_every_notice_about_such_a_mail_is_kept_from_them_whatever_the_rule() -> None:
    for changes in (
        {"wishes": (ANGRY,)},
        {"wishes": (FRAUD_REPORT,)},
        {"wishes": (ANGRY,), "standing": standing(Verdict.FAILED)},
        {"wishes": (ANGRY,), "oversize": OVERSIZE},
        {"wishes": (ANGRY,), "spam": "X-Spam-Flag: YES", "ticket": ticket(), "thread": IN_TICKET},
        {"wishes": (ANGRY,), "mail": mail(no_reply_reason="a mark")},
    ):
        effects = decide(facts(complaint=ABOUT_LI_NA, **changes), book()).effects
        notices = [effect for effect in effects if isinstance(effect, Write) and effect.template == "staff_notice"]
        assert [notice.not_to for notice in notices] == [(STAFF,)], changes


def test_the_notice_says_where_it_came_in_and_that_it_is_kept() -> None:
    told = decide(facts(complaint=ABOUT_LI_NA, wishes=(ANGRY,), ticket=ticket(), thread=IN_TICKET), book()).effects
    (notice,) = [effect for effect in told if isinstance(effect, Write) and effect.template == "staff_notice"]
    assert notice.headline == "complaint"
    assert notice.remarks == (
        "it came in T-100001; whom it is about doesn't get this notice: please don't forward it to them",
    )


def test_where_nobody_else_is_left_health_and_the_notice_say_so() -> None:
    nobody_left = type(ABOUT_LI_NA)(kept_from=(), reaches_them=True)
    effects = decide(facts(complaint=nobody_left, wishes=(ANGRY,)), book()).effects
    assert [effect.kind for effect in effects if isinstance(effect, RecordIncident)] == ["complaint_reaches_all"]
    assert not [effect for effect in effects if isinstance(effect, KeepFrom)]
    (notice,) = [effect for effect in effects if isinstance(effect, Write) and effect.template == "staff_notice"]
    assert "name somebody in staff.complaints_to" in notice.remarks[-1]


@pytest.mark.parametrize("kept", ["ticket", "target"])
def test_such_a_ticket_is_not_merged(kept: str) -> None:
    known = {
        "ticket": ticket(order_number="", **({"kept_from": frozenset({"x@tp.example"})} if kept == "ticket" else {})),
        "merge_target": ticket(ticket_id=2, kept_from=frozenset({"x@tp.example"} if kept == "target" else ())),
    }
    asked = facts(
        mail=mail("#merge T-100002"),
        sender=STAFF,
        role=Role.STAFF,
        staff_name="Li Na",
        staff_may_command=True,
        thread=thread(ticket_id=1, staff_token=True, evidence=("signed reply address",)),
        words=read_staff_words("#merge T-100002"),
        **known,
    )
    (refusal,) = [effect for effect in decide(asked, book()).effects if isinstance(effect, Write)]
    assert refusal.template == "staff_command_refused"
    assert refusal.remarks == ("a ticket with a complaint about a colleague stays by itself: others would read it",)
