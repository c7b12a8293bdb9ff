"""Several orders and return cases in one conversation, and a match that staff correct, over real IMAP and SMTP."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml

from mailbot.demo.people import File, Person, body_text, reply, write
from mailbot.domain.orders import Order
from mailbot.settings import load_settings
from mailbot.store import corrections
from mailbot.wiring import open_store
from tests.evidence.papers import pdf
from tests.journeys.world import KATE, MALLORY, PHOTO, STAFF, SUPPORT, World, only, order

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
FIRST, SECOND = "TP2026110002", "TP2026110011"


def second_order() -> Order:
    """Kate bought a fan as well."""
    bought = order(SECOND, KATE)
    return replace(
        bought, lines=(replace(bought.lines[0], model="TP-F9", serials=("SN2",), unit_price=Decimal("88.00")),)
    )


def in_chinese(world: World) -> None:
    """Staff of this desk read Chinese."""
    members = [{"name": STAFF.name, "address": STAFF.address}]
    assert yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))["staff"]["members"] == members
    world.write_settings(staff={"language": "zh-Hans", "members": members})


def says(world: World, person: Person, notice: bytes, text: str, **changes: object) -> list[str]:
    """The texts of what the desk writes when somebody answers one of its mails."""
    sent = world.exchange(reply(person, notice, text, at=world.later(minutes=1), **changes))  # type: ignore[arg-type]
    return [body_text(mail.raw) for mail in sent]


def two_cases(world: World) -> bytes:
    """Kate's two returns in one ticket, both ready to be decided; the newest notice to staff."""
    world.import_orders(second_order())
    ask = write(KATE, SUPPORT, "Return", f"I want to return order {FIRST}", at=world.now)
    first = only(world.exchange(ask), KATE)
    only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF)
    more = f"I would like to return my fan as well, order {SECOND}."
    second = only(world.exchange(reply(KATE, first.raw, more, at=world.now, keep_quote=False)), KATE)
    assert SECOND in body_text(second.raw)
    assert "R-100002" in body_text(second.raw)
    return only(world.exchange(reply(KATE, second.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF).raw


def test_two_orders_in_one_ticket_are_two_cases_each_moved_by_its_number(world: World) -> None:
    notice = two_cases(world)
    ticket = world.json("tickets", "show", "T-100001")
    assert [(one["number"], one["current"], one["how"]) for one in ticket["orders"]] == [
        (FIRST, True, "matched"),
        (SECOND, False, "matched"),
    ]
    assert [(one["number"], one["order_number"], one["state"]) for one in ticket["cases"]] == [
        ("R-100002", SECOND, "submitted"),
        ("R-100001", FIRST, "submitted"),
    ]
    shown = body_text(notice)
    assert "#approve R-100001" in shown
    assert "#approve R-100002" in shown
    assert f"R-100001, order {FIRST}" in shown

    (refused,) = says(world, STAFF, notice, "#approve")
    assert "this ticket has several cases, R-100001, R-100002" in refused
    assert "possible now: #approve R-100001" in refused

    said = says(world, STAFF, notice, "#approve R-100002")
    said += says(world, STAFF, notice, "#received R-100002\n#inspect R-100002 pass\n#refunded R-100002")
    assert len(said) == 4
    assert all("R-100001" not in text and "TP-K17" not in text for text in said)
    assert "R-100002" in said[0]
    assert "TP-F9" in said[0]
    assert "88.00" in said[2]
    ticket = world.json("tickets", "show", "T-100001")
    assert (ticket["state"], [one["state"] for one in ticket["cases"]]) == ("open", ["refunded", "submitted"])

    # One case is left: it needs no number.
    said = says(world, STAFF, notice, "#approve\n#received\n#inspect pass\n#refunded")
    assert len(said) == 4
    assert all("R-100002" not in text and "TP-F9" not in text for text in said)
    assert "199.00" in said[2]
    ticket = world.json("tickets", "show", "T-100001")
    assert (ticket["state"], [one["state"] for one in ticket["cases"]]) == ("closed", ["refunded", "refunded"])
    booked = [(one["order_number"], one["amount"], one["state"]) for one in world.json("refunds", "list")]
    assert booked == [(FIRST, "199.00", "settled"), (SECOND, "88.00", "settled")]


def test_staff_read_in_chinese_which_case_could_be_meant(world: World) -> None:
    in_chinese(world)
    notice = two_cases(world)
    (refused,) = says(world, STAFF, notice, "#同意")
    assert "本工单有多个售后单（R-100001、R-100002）" in refused
    assert "目前可以写：#approve R-100001" in refused
    (unknown,) = says(world, STAFF, notice, "#同意R-100009")
    assert "R-100009 不是本工单的售后单" in unknown
    (again,) = says(world, STAFF, notice, f"#退货 {SECOND}")
    assert f"订单 {SECOND} 的全部商品已经在办理售后（R-100002）" in again


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_wrong_match_is_corrected_remembered_and_shown(world: World, language: str) -> None:
    if language != "en":
        in_chinese(world)
    world.import_orders(second_order())
    text = "How loud is the fan of order TP2026110099?"  # no such order: a slip of the pen
    notice = only(world.exchange(write(KATE, SUPPORT, "Fan", text, at=world.now)), STAFF).raw
    (unknown,) = says(world, STAFF, notice, "#order TP2026119999")
    assert {"en": "There is no order TP2026119999", "zh-Hans": "系统中没有订单 TP2026119999"}[language] in unknown
    assert world.json("tickets", "show", "T-100001")["orders"] == []

    (noted,) = says(world, STAFF, notice, f"#order {SECOND}\n#note she mistyped")
    assert {"en": f"about order {SECOND}, which is this customer's", "zh-Hans": "该订单属于这位客户"}[language] in noted
    assert "TP-F9" in noted
    (one,) = world.json("tickets", "show", "T-100001")["orders"]
    assert (one["number"], one["current"], one["how"], one["by"]) == (SECOND, True, "named by staff", STAFF.name)
    with open_store(load_settings(world.settings_file)):
        (kept,) = corrections.of_sender(KATE.address)
    assert (kept.order_number, kept.written, kept.by) == (SECOND, ("TP2026110099",), STAFF.name)

    told = only(world.exchange(reply(KATE, notice_to_customer(world), "And how heavy?", at=world.now)), STAFF)
    assert {"en": f"named by {STAFF.name}", "zh-Hans": f"由 {STAFF.name} 指定"}[language] in body_text(told.raw)
    assert "TP-F9" in body_text(told.raw)


def notice_to_customer(world: World) -> bytes:
    """The newest mail that the customer got."""
    return next(mail.raw for mail in reversed(world.sink.mails) if list(mail.recipients) == [KATE.address])


def test_somebody_elses_order_is_noted_and_the_customer_gets_nothing_of_it(world: World) -> None:
    sent = world.exchange(write(MALLORY, SUPPORT, "Kettle", "My wife bought it. How loud is it?", at=world.now))
    notice = only(sent, STAFF).raw
    (noted,) = says(world, STAFF, notice, f"#order {FIRST}")
    assert "Careful: the order belongs to another address." in noted
    (refused,) = says(world, STAFF, notice, "#return")
    assert f"Order {FIRST} belongs to another address" in refused
    assert world.json("cases", "list") == []
    (answer,) = says(world, STAFF, notice, "About 60 dB.")
    assert FIRST not in answer
    for mail in world.sink.mails:
        if MALLORY.address in mail.recipients:
            assert FIRST.encode() not in mail.raw
    (one,) = world.json("tickets", "show", "T-100001")["orders"]
    assert one["number"] == FIRST


@pytest.mark.parametrize("verdict", ["dmarc=fail", "dmarc=none"])
def test_a_forged_correction_does_nothing(world: World, verdict: str) -> None:
    notice = only(world.exchange(write(KATE, SUPPORT, "Question", "How loud is it?", at=world.now)), STAFF).raw
    says(world, STAFF, notice, f"#order {FIRST}", verdict=verdict)
    says(world, MALLORY, notice, f"#order {FIRST}")
    assert world.json("tickets", "show", "T-100001")["orders"] == []
    with open_store(load_settings(world.settings_file)):
        assert corrections.of_sender(KATE.address) == ()


def test_a_proof_of_one_order_does_not_complete_the_form_of_another(world: World) -> None:
    world.import_orders(second_order())
    ask = write(KATE, SUPPORT, "Return", f"I want to return order {FIRST}", at=world.now)
    first = only(world.exchange(ask), KATE)
    only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF)
    more = f"I would like to return my fan as well, order {SECOND}."
    second = only(world.exchange(reply(KATE, first.raw, more, at=world.now, keep_quote=False)), KATE)
    assert "receipt.jpg" not in body_text(second.raw)
    asked = only(world.exchange(reply(KATE, second.raw, "Condition: unused", at=world.now)), KATE)
    assert "receipt" in body_text(asked.raw).lower()
    states = {one["order_number"]: one["state"] for one in world.json("tickets", "show", "T-100001")["cases"]}
    assert states == {FIRST: "submitted", SECOND: "needs_info"}
    of_first = File(filename="invoice.pdf", content_type="application/pdf", data=pdf(("Invoice", f"Order {FIRST}")))
    wrong = reply(KATE, second.raw, "Here it is.", at=world.now, files=[of_first])
    told = only(world.exchange(wrong), STAFF)
    assert f"invoice.pdf names {FIRST}: it is no proof of purchase of {SECOND}" in " ".join(body_text(told.raw).split())
    broken = File(filename="receipt2.jpg", content_type="image/jpeg", data=RECEIPT.data[:60])
    only(world.exchange(reply(KATE, second.raw, "And this.", at=world.now, files=[broken])), STAFF)
    states = {one["order_number"]: one["state"] for one in world.json("tickets", "show", "T-100001")["cases"]}
    assert states[SECOND] == "needs_info"
    right = File(filename="invoice2.pdf", content_type="application/pdf", data=pdf(("Invoice", f"Order {SECOND}")))
    only(world.exchange(reply(KATE, second.raw, "The right one.", at=world.now, files=[right])), STAFF)
    states = {one["order_number"]: one["state"] for one in world.json("tickets", "show", "T-100001")["cases"]}
    assert states[SECOND] == "submitted"
