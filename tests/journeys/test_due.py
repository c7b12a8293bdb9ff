"""What waits: reminders, expiry with a way back, and promises, with a clock that is moved."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.demo.people import File, body_text, header, reply, write
from mailbot.domain.bounces import AddressState, Severity
from mailbot.settings import load_settings
from mailbot.store import addresses, desk
from mailbot.store.database import transaction
from mailbot.wiring import open_store
from tests.journeys.world import KATE, LIN, PHOTO, ROOT, STAFF, SUPPORT, World, only
from tests.servers.smtp import ReceivedMail

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = {
    "zh": (LIN, "TP2026110001", "我想退货", "申请退货，订单TP2026110001", "商品状况：全新未使用",
           "还在等待", "暂时关闭", "很抱歉"),
    "en": (KATE, "TP2026110002", "Return", "I want to return order TP2026110002", "Condition: unused",
           "still waiting", "closed for now", "We are sorry"),
}  # fmt: skip


@pytest.fixture
def weekdays(world: World) -> World:
    """The desk works on Mondays to Fridays: Britain has no make-up days, and few holidays. It is a Monday at ten."""
    world.write_settings(calendar="GB")
    world.now = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
    return world


def state(world: World) -> str:
    return str(world.json("cases", "list")[0]["state"])  # type: ignore[index]


def look(world: World, day: int, hour: int = 10) -> list[ReceivedMail]:
    """What the desk sends in one pass on a day of June, and that a second pass sends nothing."""
    world.now = datetime(2026, 6, 1, hour, 0, tzinfo=SHANGHAI) + timedelta(days=day - 1)
    assert world.poll().exit_code == 0
    sent = world.new_mails()
    assert world.poll().due == 0
    assert world.new_mails() == []
    return sent


def ask(world: World, language: str = "en") -> ReceivedMail:
    customer, _, subject, text, *_ = WORDS[language]
    return only(world.exchange(write(customer, SUPPORT, subject, text, at=world.now)), customer)


def submit(world: World, language: str = "en") -> ReceivedMail:
    """The notice that asks staff to decide."""
    customer, form = WORDS[language][0], WORDS[language][4]
    sent = world.exchange(reply(customer, ask(world, language).raw, form, at=world.now, files=[RECEIPT]))
    return only(sent, STAFF)


@pytest.mark.parametrize("language", WORDS)
def test_a_form_is_reminded_of_expires_and_counts_all_the_same_when_it_comes_late(
    weekdays: World, language: str
) -> None:
    world = weekdays
    customer, _, _, _, form, waits, closed, _ = WORDS[language]
    first = ask(world, language)
    last = "2026年6月15日" if language == "zh" else "June 15, 2026"
    assert last in body_text(first.raw)
    assert look(world, 7) == []  # a Sunday
    assert look(world, 8, hour=8) == []  # before nine
    reminder = only(look(world, 8), customer)
    assert waits in header(reminder.raw, "Subject")
    assert last in body_text(reminder.raw)
    assert header(reminder.raw, "Auto-Submitted") == "auto-generated"
    assert look(world, 15) == []  # the last day counts whole
    expired = only(look(world, 16), customer)
    assert closed in header(expired.raw, "Subject")
    assert "10" in body_text(expired.raw)
    assert state(world) == "expired"
    assert world.json("tickets", "show", "T-100001")["state"] == "closed"  # type: ignore[index]
    assert look(world, 17) == []
    late = world.exchange(reply(customer, expired.raw, form, at=world.now, files=[RECEIPT]))
    assert state(world) == "submitted"
    only(late, STAFF)
    assert world.json("tickets", "show", "T-100001")["state"] == "open"  # type: ignore[index]


def test_staff_reopen_what_expired_and_it_is_reminded_of_anew(weekdays: World) -> None:
    world = weekdays
    notice = submit(world)
    world.exchange(reply(STAFF, notice.raw, "#approve", at=world.now))
    assert [mail.recipients for mail in look(world, 10)] == [(KATE.address,)]
    assert look(world, 22) == []
    assert "closed for now" in header(only(look(world, 23), KATE).raw, "Subject")
    assert state(world) == "expired"
    again = only(world.exchange(reply(STAFF, notice.raw, "#reopen", at=world.now)), KATE)
    assert "July 7, 2026" in body_text(again.raw)
    assert state(world) == "requested"
    assert "still waiting" in header(only(look(world, 30), KATE).raw, "Subject")


def test_whoever_answered_isnt_reminded_the_day_after(weekdays: World) -> None:
    world = weekdays
    first = ask(world)
    world.now = datetime(2026, 6, 5, 15, 0, tzinfo=SHANGHAI)
    only(world.exchange(reply(KATE, first.raw, "I am travelling, the photo comes next week.", at=world.now)), STAFF)
    for day in (8, 9, 10, 11):
        assert look(world, day) == []
    reminder = only(look(world, 12), KATE)
    assert "June 19, 2026" in body_text(reminder.raw)
    # And a word after the reminder begins the wait anew.
    world.exchange(reply(KATE, reminder.raw, "Still travelling!", at=world.now))
    assert look(world, 18) == []
    assert "still waiting" in header(only(look(world, 19), KATE).raw, "Subject")
    assert state(world) == "requested"


@pytest.mark.parametrize("language", WORDS)
def test_a_broken_refund_promise_is_warned_of_told_and_owned_up_to_once(weekdays: World, language: str) -> None:
    world = weekdays
    customer, sorry = WORDS[language][0], WORDS[language][7]
    notice = submit(world, language)
    world.exchange(reply(STAFF, notice.raw, "#approve\n#received\n#inspect pass", at=world.now))
    assert look(world, 5) == []
    assert "promise" in header(only(look(world, 8), STAFF).raw, "Subject")
    assert look(world, 10) == []  # the last day
    assert look(world, 11, hour=8) == []
    sent = look(world, 11)
    assert "overdue" in header(only(sent, STAFF).raw, "Subject")
    late = only(sent, customer)
    assert sorry in header(late.raw, "Subject")
    assert "199.00" in body_text(late.raw)
    assert world.json("refunds", "list")[0]["state"] == "open"  # type: ignore[index]
    health = world.cli("health")
    assert health.returncode == 1
    assert "1 promises to customers are broken: mailbot due list" in health.stdout
    paid = only(world.exchange(reply(STAFF, only(sent, STAFF).raw, "#refunded", at=world.now)), customer)
    assert "199.00" in body_text(paid.raw)
    assert "promises to customers" not in world.cli("health").stdout
    assert look(world, 30) == []


@pytest.mark.parametrize("language", WORDS)
def test_staff_name_another_day_for_a_refund_and_it_is_watched_by_that_one(weekdays: World, language: str) -> None:
    world = weekdays
    customer = WORDS[language][0]
    promised, later, last = (
        ("2026年6月10日", "2026年6月17日", "2026年6月19日")
        if language == "zh"
        else ("June 10, 2026", "June 17, 2026", "June 19, 2026")
    )
    notice = submit(world, language)
    told = world.exchange(reply(STAFF, notice.raw, "#approve\n#received\n#inspect pass", at=world.now))
    assert promised in " ".join(body_text(mail.raw) for mail in told)
    near = only(look(world, 8), STAFF)
    assert "#refundby <day>" in body_text(near.raw)
    word = "#延至" if language == "zh" else "#refundby"
    moved = only(world.exchange(reply(STAFF, near.raw, f"{word} 2026-06-17", at=world.now)), customer)
    assert promised in body_text(moved.raw)
    assert later in body_text(moved.raw)
    assert world.json("refunds", "list")[0]["due_on"] == "2026-06-17"  # type: ignore[index]
    assert look(world, 11) == []  # the day first promised broke nothing
    near = only(look(world, 15), STAFF)
    assert "promise" in header(near.raw, "Subject")
    broken = look(world, 18)
    assert later in body_text(only(broken, customer).raw)
    assert promised not in body_text(only(broken, customer).raw)
    assert "1 promises to customers are broken" in world.cli("health").stdout
    again = only(world.exchange(reply(STAFF, near.raw, f"{word} 2026-06-19", at=world.now)), customer)
    assert later in body_text(again.raw)
    assert last in body_text(again.raw)
    assert "promises to customers" not in world.cli("health").stdout
    refused = only(world.exchange(reply(STAFF, near.raw, f"{word} 2026-06-01", at=world.now)), STAFF)
    assert "that day is over" in body_text(refused.raw)


def test_staff_are_told_once_of_what_waits_for_them(weekdays: World) -> None:
    world = weekdays
    submit(world)
    told = only(look(world, 3), STAFF)
    assert "waits for your decision" in header(told.raw, "Subject")
    assert "waiting since 2026-06-01" in body_text(told.raw)
    assert "#approve" in body_text(told.raw)
    assert look(world, 10) == []
    only(world.exchange(reply(STAFF, told.raw, "#approve", at=world.now)), KATE)


@pytest.mark.parametrize("why", ["flagged", "closed", "merged"])
def test_nobody_is_reminded_at_a_flagged_address_or_in_a_closed_ticket(weekdays: World, why: str) -> None:
    world = weekdays
    ask(world)
    with open_store(load_settings(world.settings_file)), transaction():
        if why == "flagged":
            addresses.put(
                AddressState(address=KATE.address, severity=Severity.HARD, status="5.1.1", reason="no such user",
                             since=world.now, count=1, seen_at=world.now, proven=True)
            )  # fmt: skip
        elif why == "closed":
            desk.close_ticket(1, world.now)
        else:
            other = desk.open_ticket(now=world.now, subject="", language="en", customer_name="",
                                     customer_email=KATE.address, wish="", linked_to=None)  # fmt: skip
            desk.merge_ticket(1, other, world.now)
    assert look(world, 8) == []
    assert look(world, 16) == []
    assert state(world) == "expired"


def test_a_deadline_that_was_named_outlives_a_change_of_the_rules(weekdays: World) -> None:
    world = weekdays
    ask(world)
    rules = world.folder / "rules"
    world.write_settings(calendar="GB", rules=str(rules))
    _copy_rules(world, "form: {remind_customer: 2, expire: 4}")
    assert "June 15, 2026" in body_text(only(look(world, 3), KATE).raw)
    assert look(world, 9) == []
    only(look(world, 16), KATE)
    assert state(world) == "expired"


def _copy_rules(world: World, form: str) -> None:
    shutil.copytree(ROOT / "rules", world.folder / "rules")
    file = world.folder / "rules" / "returns.yaml"
    text = file.read_text(encoding="utf-8")
    assert "form: {remind_customer: 5, expire: 10}" in text
    file.write_text(text.replace("form: {remind_customer: 5, expire: 10}", form), encoding="utf-8")


def test_the_list_says_what_comes_next(weekdays: World) -> None:
    world = weekdays
    ask(world)
    submit(world, "zh")
    assert [(one["case"], one["waits_for"], one["next"]) for one in world.json("due", "list")] == [  # type: ignore[union-attr, index]
        ("R-100002", "decision", {"step": "tell staff that it takes long", "on": "2026-06-03"}),
        ("R-100001", "form", {"step": "remind the customer", "on": "2026-06-08"}),
    ]
    shown = world.cli("due", "list")
    assert shown.returncode == 0, shown.stderr
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    assert "R-100001  form" in shown.stdout
    assert "2026-06-08  remind the customer" in shown.stdout
