"""Which lines of a reply are news: the form that we sent comes back in every quote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.cases import AWAITING_FORM, CaseKind, CaseState
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.forms import Item, form_labels, read_form
from mailbot.domain.vocabulary.asked import form_completed, form_has_gaps, form_so_far, new_answers, still_missing
from tests.domain.examples import RECEIPT, book, case, facts, mail, ticket

FIELDS = book().forms[CaseKind.RETURN]
LABELS = form_labels(FIELDS)
# What the desk prints for a case whose one piece and whose receipt are known: see templates/*/return_form.md.j2.
PREFILLED_EN = (
    "Order number: TP2026030117\nItems to return: TP-K17 × 1\nCondition:\nProof of purchase: receipt.jpg\nReason:"
)
PREFILLED_ZH = "订单号：TP2026030117\n退货商品：TP-K17 × 1\n商品状况：\n购买凭证：receipt.jpg\n退货原因："


def _reply(new: str, quoted: str, known: CaseFacts) -> Facts:
    """The facts of a reply, its form lines gathered from new words and quote as the desk gathers them."""
    form = {**read_form(f"{new}\n{quoted}", LABELS), **read_form(new, LABELS)}
    return facts(mail=mail(new, quoted=quoted), form=form, ticket=ticket(case=known, has_proof=True))


def form_waits(reply: Facts) -> bool:
    return form_completed(reply, book()) or form_has_gaps(reply, book())


@pytest.mark.parametrize("form", [PREFILLED_EN, PREFILLED_ZH])
@pytest.mark.parametrize("mark", ["", "> ", ">> "])
@pytest.mark.parametrize("state", [CaseState.REQUESTED, CaseState.NEEDS_INFO])
def test_the_untouched_form_in_a_quote_is_no_answer(form: str, mark: str, state: CaseState) -> None:
    quoted = "\n".join(mark + row for row in form.splitlines())
    reply = _reply("How long will it take?", quoted, case(state))
    assert not form_waits(reply)


def test_the_untouched_form_with_what_the_customer_said_before_is_no_answer() -> None:
    known = case(
        CaseState.NEEDS_INFO,
        answers={"order_number": "TP2026030117", "items": "the kettle", "reason": "too small"},
    )
    quoted = "> " + PREFILLED_EN.replace("\n", "\n> ").replace("Reason:", "Reason: too small")
    assert not form_waits(_reply("How long will it take?", quoted, known))


@pytest.mark.parametrize("new", ["Condition: unused", "> Condition: unused", "原因：太小"])
def test_one_line_filled_in_is_an_answer(new: str) -> None:
    assert form_waits(_reply(new, "", case(CaseState.REQUESTED)))


def test_a_line_filled_in_inside_the_quote_is_an_answer() -> None:
    quoted = "> " + PREFILLED_EN.replace("\n", "\n> ").replace("Condition:", "Condition: unused")
    reply = _reply("", quoted, case(CaseState.REQUESTED))
    assert form_waits(reply)
    assert new_answers(reply, case().order)["condition"] == "unused"


@pytest.mark.parametrize("state", sorted(set(CaseState) - AWAITING_FORM - {CaseState.EXPIRED}))
def test_a_case_that_does_not_wait_for_its_form_takes_none(state: CaseState) -> None:
    assert not form_waits(_reply("Condition: unused", "", case(state)))


def test_without_a_case_no_form_waits() -> None:
    assert not form_waits(facts(form={"condition": "unused"}, ticket=ticket()))
    assert not form_waits(facts(form={"condition": "unused"}))


def test_the_order_cannot_be_changed_by_a_form_line() -> None:
    reply = _reply("Order number: TP2026999999\nCondition: unused", "", case())
    answers, _ = form_so_far(case(), reply, book())
    assert answers == {"order_number": "TP2026030117", "condition": "unused"}


def test_new_lines_lie_on_top_of_what_was_known() -> None:
    known = case(answers={"order_number": "TP2026030117", "condition": "used?", "reason": "too small"})
    answers, items = form_so_far(known, _reply("Condition: unused", "", known), book())
    assert answers == {"order_number": "TP2026030117", "condition": "unused", "reason": "too small"}
    assert items == (Item(model="TP-K17", quantity=1),)


@pytest.mark.parametrize(
    ("has_proof", "attachments", "missing"),
    [
        (False, (), ("condition", "proof")),
        (True, (), ("condition",)),
        (False, (RECEIPT,), ("condition",)),
        (False, (replace(RECEIPT, inline=True, size=2_000_000),), ("condition",)),  # as phones place it
        (False, (replace(RECEIPT, inline=True, size=8_000),), ("condition", "proof")),  # a logo
    ],
)
def test_a_picture_in_the_ticket_or_in_this_mail_is_proof(
    has_proof: bool, attachments: tuple[object, ...], missing: tuple[str, ...]
) -> None:
    known = facts(mail=mail(attachments=attachments), ticket=ticket(case=case(), has_proof=has_proof))
    assert still_missing(case(), known, book()) == missing


def test_a_receipt_alone_completes_the_form_when_it_was_the_last_thing() -> None:
    known = case(answers={"order_number": "TP2026030117", "condition": "unused"})
    reply = facts(mail=mail("Here it is", attachments=(RECEIPT,)), ticket=ticket(case=known))
    assert form_completed(reply, book())


def test_own_words_with_a_photo_are_no_form_with_gaps() -> None:
    reply = facts(mail=mail("Please see the photo", attachments=(RECEIPT,)), ticket=ticket(case=case()))
    assert not form_completed(reply, book())
    assert not form_has_gaps(reply, book())
