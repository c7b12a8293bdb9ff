"""What staff read before they decide, and what the rules decide within the owner's limit (P10)."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.demo.people import File, body_text, header, reply, write
from tests.journeys.world import KATE, PHOTO, ROOT, STAFF, SUPPORT, World, only, order
from tests.servers.smtp import ReceivedMail

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
NUMBER = "TP2026110003"


def german_order(world: World) -> None:
    bought = order(NUMBER, KATE, country="DE", currency="EUR", shipping_cost=Decimal("6.00"))
    world.import_orders(bought)


def wants_back(world: World, condition: str, *, look: bool = False) -> list[ReceivedMail]:
    """Kate asks for a return of her German order and fills in the form."""
    text = f"Hello, I would like to return my kettle, order {NUMBER}."
    form = only(world.exchange(write(KATE, SUPPORT, "Return", text, at=world.now)), KATE)
    answer = reply(KATE, form.raw, f"Condition: {condition}", at=world.now, files=[RECEIPT])
    if look:
        (world.folder / "form.eml").write_bytes(answer)
    return world.exchange(answer)


def with_limit(world: World, amount: int) -> None:
    """The shipped rules, with a limit up to which returns are approved at once."""
    rules = Path(shutil.copytree(ROOT / "rules", world.folder / "rules"))
    file = rules / "returns.yaml"
    shipped = file.read_text(encoding="utf-8")
    file.write_text(shipped.replace("up_to: {}", f"up_to: {{EUR: {amount}}}"), encoding="utf-8")
    world.write_settings(rules=str(rules))


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("zh-Hans", "TP-K17 × 1：符合条款", "对客户更有利：据此符合条款；退还原运费"),
        ("en", "TP-K17 × 1: ELIGIBLE", "is better for the customer than returns within the window"),
    ],
)
def test_staff_see_the_verdict_first_and_what_stands_beside_it(
    world: World, language: str, first: str, second: str
) -> None:
    world.write_settings(staff={"language": language})
    german_order(world)
    notice = body_text(only(wants_back(world, "used twice"), STAFF).raw)
    lines = [line for line in notice.splitlines() if line.strip()]
    assert any(first in line for line in lines[:5]), lines[:5]
    assert second in notice
    assert "205.00" in notice  # with the delivery, by the law
    assert "returns.yaml:" in notice
    assert "Directive 2011/83/EU" in notice


def test_the_customer_reads_nothing_of_the_proposal(world: World) -> None:
    german_order(world)
    for mail in wants_back(world, "unused"):
        if STAFF.address not in mail.recipients:
            assert "2011/83" not in body_text(mail.raw)


def test_the_command_line_shows_the_proposal_too(world: World) -> None:
    german_order(world)
    wants_back(world, "gebraucht", look=True)
    shown = world.json("cases", "show", "R-100001")
    assert isinstance(shown, dict)
    (line,) = shown["proposal"]
    assert (line["item"], line["outcome"]) == ("TP-K17 × 1", "eligible")
    assert line["term"]["name"] == "EU right of withdrawal"
    assert [each["outcome"] for each in line["beside"]] == ["not_eligible"]
    assert line["refund"]["amount"] == "205.00"
    told = world.cli("cases", "show", "R-100001").stdout
    assert "TP-K17 × 1: eligible, at least until" in told
    assert "refund if it passes: 205.00 EUR (goods 199.00, delivery 6.00)" in told
    explained = world.cli("explain", "form.eml").stdout
    assert "What the terms say about R-100001" in explained
    assert "TP-K17 × 1: eligible" in explained


def test_within_the_owners_limit_a_plain_request_is_approved_and_recorded(world: World) -> None:
    with_limit(world, 210)
    german_order(world)
    sent = wants_back(world, "unbenutzt, OVP")
    approval, notice = only(sent, KATE), only(sent, STAFF)
    assert "1 Example Road" in body_text(approval.raw)
    assert "approve_at_once_up_to" not in body_text(approval.raw)
    assert "EU right of withdrawal" in body_text(notice.raw)
    shown = world.json("cases", "show", "R-100001")
    assert isinstance(shown, dict)
    event = shown["events"][-1]
    assert (event["event"], event["actor"], event["to_state"]) == ("approve", "rules", "approved")
    assert event["reason"].startswith("allowed by EU right of withdrawal (returns.yaml:")
    assert "within 210 EUR" in event["reason"]
    ticket = world.json("tickets", "show", "T-100001")
    assert isinstance(ticket, dict)
    traces = [message["decision"] for message in ticket["messages"] if message["decision"]]
    assert traces[-1]["approved_by_rule"] == [event["reason"]]
    # What the rules noted is not what staff told the customer.
    answer = only(world.exchange(reply(STAFF, notice.raw, "#withdraw", at=world.now)), KATE)
    assert "allowed by" not in body_text(answer.raw)


@pytest.mark.parametrize(("limit", "condition"), [(204, "unused"), (210, "used twice"), (210, "ok")])
def test_everything_else_waits_for_staff(world: World, limit: int, condition: str) -> None:
    with_limit(world, limit)
    german_order(world)
    notice = only(wants_back(world, condition), STAFF)
    shown = world.json("cases", "show", "R-100001")
    assert isinstance(shown, dict)
    assert shown["state"] == "submitted"
    assert "not approved by itself: " in body_text(notice.raw)


def test_a_broken_piece_out_of_warranty_is_answered_at_once_and_staff_know(world: World) -> None:
    world.import_orders(order(NUMBER, KATE, country="US", currency="USD", days_ago=800))
    text = f"Hello, my kettle from order {NUMBER} is broken, it does not heat. Is it still under warranty?"
    sent = world.exchange(write(KATE, SUPPORT, "Kettle broken", text, at=world.now))
    assert "limited warranty ended on" in body_text(only(sent, KATE).raw)
    assert header(only(sent, STAFF).raw, "Subject")
