"""A return from the first mail to the closing one, over real IMAP and SMTP (policy P7–P13)."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.demo.people import File, Person, body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, PHOTO, STAFF, SUPPORT, World, only, order

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)

STORY = {
    "zh": (
        LIN,
        "TP2026110001",
        "我想退货",
        "你好，订单TP2026110001的水壶不想要了，申请退货，收据见附件。",
        "商品状况：全新未使用，配件齐全\n退货原因：尺寸不合适",
        "支付宝",
    ),
    "en": (
        KATE,
        "TP2026110002",
        "Return",
        "Hello, I would like to return my kettle, order TP2026110002.",
        "Condition: unused, everything in the box\nReason: too small",
        "Visa card",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_return_from_request_to_refund(world: World, language: str) -> None:
    customer, number, subject, text, form, paid_with = STORY[language]

    sent = world.exchange(write(customer, SUPPORT, subject, text, at=world.now, files=[RECEIPT]))
    acknowledgement = only(sent, customer)
    assert len(sent) == 1  # staff are not bothered before there is something to decide
    assert "[T-100001]" in header(acknowledgement.raw, "Subject")
    assert number in body_text(acknowledgement.raw)
    assert header(acknowledgement.raw, "Auto-Submitted") == "auto-replied"
    assert world.json("cases", "list")[0]["state"] == "requested"

    sent = world.exchange(reply(customer, acknowledgement.raw, form, at=world.now))
    assert world.json("cases", "list")[0]["state"] == "submitted"
    notice = only(sent, STAFF)
    assert "#approve" in body_text(notice.raw)
    assert b"receipt.jpg" in notice.raw
    only(sent, customer)

    approved = only(world.exchange(reply(STAFF, notice.raw, "#approve", at=world.now)), customer)
    assert "1 Example Road" in body_text(approved.raw)
    assert "R-100001" in body_text(approved.raw)

    only(world.exchange(reply(STAFF, notice.raw, "#received", at=world.later(days=4))), customer)
    refund = only(world.exchange(reply(STAFF, notice.raw, "#inspect pass", at=world.now)), customer)
    assert "199.00" in body_text(refund.raw)
    assert paid_with in body_text(refund.raw)
    booked = world.json("refunds", "list")
    assert [(r["amount"], r["state"], r["order_number"]) for r in booked] == [("199.00", "open", number)]

    closing = only(world.exchange(reply(STAFF, notice.raw, "#refunded", at=world.later(days=3))), customer)
    assert "199.00" in body_text(closing.raw)
    assert world.json("refunds", "list")[0]["state"] == "settled"
    ticket = world.json("tickets", "show", "T-100001")
    assert ticket["state"] == "closed"
    assert [case["state"] for case in ticket["cases"]] == ["refunded"]
    assert world.json("reconcile")[0]["missing"] == 0
    for mail in world.sink.mails:
        assert header(mail.raw, "From").endswith(f"<{SUPPORT}>")
        assert b"\nList-" not in mail.raw


def test_words_without_a_command_reach_the_customer_as_the_desks_mail(world: World) -> None:
    sent = world.exchange(write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now))
    notice = only(sent, STAFF)
    answer = only(world.exchange(reply(STAFF, notice.raw, "About 60 dB.\n\nBest wishes", at=world.now)), KATE)
    assert "About 60 dB." in body_text(answer.raw)
    assert "How loud" not in body_text(answer.raw) or "> " not in body_text(answer.raw)
    assert header(answer.raw, "From").endswith(f"<{SUPPORT}>")
    assert STAFF.address not in answer.raw.decode("ascii", "replace")


def test_a_form_with_gaps_is_asked_for_once_more(world: World) -> None:
    first = only(
        world.exchange(write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)), KATE
    )
    gaps = only(world.exchange(reply(KATE, first.raw, "Reason: too small", at=world.now)), KATE)
    assert world.json("cases", "list")[0]["state"] == "needs_info"
    assert "Condition" in body_text(gaps.raw)
    form = "Condition: unused\nProof of purchase: see attachment"
    sent = world.exchange(reply(KATE, gaps.raw, form, at=world.now, files=[RECEIPT]))
    only(sent, STAFF)
    assert world.json("cases", "list")[0]["state"] == "submitted"


def test_a_command_that_is_not_possible_is_refused_with_what_is(world: World) -> None:
    first = only(
        world.exchange(write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)), KATE
    )
    sent = world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT]))
    notice = only(sent, STAFF)
    refused = only(world.exchange(reply(STAFF, notice.raw, "#inspect pass", at=world.now)), STAFF)
    assert "#approve" in body_text(refused.raw)
    assert world.json("refunds", "list") == []


@pytest.mark.parametrize("verdict", ["dmarc=fail", "dmarc=none", ""])
def test_a_staff_command_without_proof_moves_nothing(world: World, verdict: str) -> None:
    first = only(
        world.exchange(write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)), KATE
    )
    notice = only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF)
    world.exchange(reply(STAFF, notice.raw, "#approve", at=world.now, verdict=verdict))
    assert world.json("cases", "list")[0]["state"] == "submitted"


def test_a_command_with_a_stolen_token_moves_nothing(world: World) -> None:
    first = only(
        world.exchange(write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)), KATE
    )
    notice = only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF)
    thief = Person(name="Li Na", address=KATE.address)
    world.exchange(reply(thief, notice.raw, "#approve", at=world.now))
    assert world.json("cases", "list")[0]["state"] == "submitted"


def test_an_answer_between_the_lines_of_a_notice_keeps_the_notice_in_the_house(world: World) -> None:
    sent = world.exchange(write(MALLORY, SUPPORT, "Order", "Where is order TP2026110002? It is mine.", at=world.now))
    notice = only(sent, STAFF)
    assert "belongs to another address" in body_text(notice.raw)
    lines = [f"> {line}" for line in body_text(notice.raw).splitlines()]
    between = "\n".join([*lines[:6], "Please send us the receipt.", *lines[6:]])
    answer = only(world.exchange(reply(STAFF, notice.raw, between, at=world.now, keep_quote=False)), MALLORY)
    assert "Please send us the receipt." in body_text(answer.raw)
    assert "another address" not in body_text(answer.raw)


def test_a_notice_quoted_without_marks_is_never_sent_on(world: World) -> None:
    sent = world.exchange(write(MALLORY, SUPPORT, "Order", "Where is order TP2026110002? It is mine.", at=world.now))
    notice = only(sent, STAFF)
    rewrapped = "\n".join(textwrap.wrap(body_text(notice.raw), 50))
    raw = reply(STAFF, notice.raw, f"Please send us the receipt.\n\n{rewrapped}", at=world.now, keep_quote=False)
    sent = world.exchange(raw)
    refused = only(sent, STAFF)
    assert len(sent) == 1
    assert "delete the quote" in body_text(refused.raw)


def test_a_verdict_about_another_domain_doesnt_make_a_staff_member(world: World) -> None:
    first = only(
        world.exchange(write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)), KATE
    )
    notice = only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF)
    forged = reply(STAFF, notice.raw, "#approve", at=world.now)
    world.exchange(forged.replace(b"header.from=staff.tp.example", b"header.from=elsewhere.example"))
    assert world.json("cases", "list")[0]["state"] == "submitted"


def test_what_was_paid_is_what_stood_in_the_order_when_the_case_was_opened(world: World) -> None:
    notice = submitted(world)
    dearer = order("TP2026110002", KATE)
    line = replace(dearer.lines[0], unit_price=Decimal(9999))
    world.import_orders(replace(dearer, lines=(line,), buyer_email="somebody@else.example"))
    world.exchange(reply(STAFF, notice, "#approve\n#received\n#inspect pass", at=world.now))
    assert [refund["amount"] for refund in world.json("refunds", "list")] == ["199.00"]


def test_one_kettle_is_refunded_once_whatever_case_it_is_under(world: World) -> None:
    notice = submitted(world)
    world.exchange(reply(STAFF, notice, "#approve\n#received\n#inspect pass", at=world.now))
    world.exchange(reply(STAFF, notice, "#refunded", at=world.now))
    ask = write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)
    again = only(world.exchange(ask), STAFF)
    refused = only(world.exchange(reply(STAFF, again.raw, "#return", at=world.now)), STAFF)
    assert "R-100001" in body_text(refused.raw)
    assert len(world.json("cases", "list")) == len(world.json("refunds", "list")) == 1


def test_staff_can_start_a_return_for_a_fault_that_a_person_looked_at(world: World) -> None:
    text = "My kettle, order TP2026110002, is broken. I want my money back."
    notice = only(world.exchange(write(KATE, SUPPORT, "Broken", text, at=world.now)), STAFF)
    assert world.json("cases", "list") == []
    form = only(world.exchange(reply(STAFF, notice.raw, "#return", at=world.now)), KATE)
    assert "R-100001" in body_text(form.raw)
    assert world.json("cases", "list")[0]["state"] == "requested"


def submitted(world: World) -> bytes:
    """Kate's return, ready to be decided; the notice to staff."""
    ask = write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)
    first = only(world.exchange(ask), KATE)
    return only(world.exchange(reply(KATE, first.raw, "Condition: unused", at=world.now, files=[RECEIPT])), STAFF).raw


def test_words_too_few_to_tell_are_answered_in_the_language_of_the_last_ticket(world: World) -> None:
    stranger = Person(name="陈知夏", address="chen@post.example", chinese=True)
    first = only(world.exchange(write(stranger, SUPPORT, "请问", "请问水壶有白色的吗？谢谢", at=world.now)), stranger)
    assert "您" in body_text(first.raw)
    again = only(world.exchange(write(stranger, SUPPORT, "12345", "ok 678", at=world.later(days=1))), stranger)
    assert "您" in body_text(again.raw)


ABROAD = {
    "zh-Hant": ("我想退貨", "您好，我想把訂單 TP2026110009 的熱水壺退貨，收據請見附件，謝謝。",
                "商品狀況：未使用，配件齊全\n退貨原因：尺寸不合", "您好：", "商品狀況：", "已經核准"),
    "ja": ("返品希望", "注文 TP2026110009 の電気ケトルを返品したいです。領収書を添付します。よろしくお願いします。",
           "商品の状態：未使用、付属品もすべてあります", " 様", "商品の状態：", "承認いたしました"),
    "de": ("Rückgabe", "Guten Tag, ich möchte meinen Wasserkocher aus der Bestellung TP2026110009 zurückgeben. Danke!",
           "Zustand: unbenutzt, alles dabei", "Guten Tag ", "Zustand: ", "wurde genehmigt"),
    "fr": ("Retour", "Bonjour, je voudrais retourner ma bouilloire, commande TP2026110009. Merci, cordialement",
           "État du produit : inutilisé, tout y est", "Bonjour ", "État du produit\u00a0: ", "a été acceptée"),
    "es": ("Devolución", "Hola, quiero devolver el hervidor de mi pedido TP2026110009. Muchas gracias, saludos",
           "Estado del producto: sin usar, todo completo", "Hola, ", "Estado del producto: ", "ha sido aceptada"),
}  # fmt: skip


@pytest.mark.parametrize("language", list(ABROAD))
def test_customers_abroad_are_written_to_in_their_language(world: World, language: str) -> None:
    subject, text, form, greeting, label, approved = ABROAD[language]
    buyer = Person(name="Mika Sand", address="mika@post.example")
    world.import_orders(order("TP2026110009", buyer, language=language, currency="EUR"))

    first = only(world.exchange(write(buyer, SUPPORT, subject, text, at=world.now, files=[RECEIPT])), buyer)
    assert header(first.raw, "Content-Language") == language
    assert greeting in body_text(first.raw)
    assert label in body_text(first.raw)

    sent = world.exchange(reply(buyer, first.raw, form, at=world.now))
    assert world.json("cases", "list")[0]["state"] == "submitted"
    notice = only(sent, STAFF)
    assert header(notice.raw, "Content-Language") == "en"
    decided = only(world.exchange(reply(STAFF, notice.raw, "#approve", at=world.now)), buyer)
    assert approved in body_text(decided.raw)
    assert "1 Example Road" in body_text(decided.raw)
