"""A case and its refund as letters know them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mailbot.domain.cases import AWAITING_FORM, CaseState
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import Item, missing_fields, write_items
from mailbot.domain.letters import CaseView, FormLine, RefundView
from mailbot.domain.moves import desk_case
from mailbot.domain.numbers import case_number, refund_number
from mailbot.domain.orders import Order
from mailbot.domain.pieces import counted, sound_items
from mailbot.domain.proof import ProofFile
from mailbot.domain.proposals import proposal, replacement_covered_until, shop_pays_shipping, with_verdicts
from mailbot.domain.rights import window_days
from mailbot.domain.rules import RuleBook
from mailbot.domain.terms import Claim
from mailbot.domain.waiting import OF_CUSTOMER, WAITS, Wait
from mailbot.mail.letter_values import write_day
from mailbot.store import views


def case_view(
    case: CaseFacts,
    proofs: Sequence[ProofFile],
    book: RuleBook,
    language: str,
    today: date,
    *,
    has_slip: bool,
    for_staff: bool,
) -> CaseView:
    """The case in the language of a letter; `proofs` are all the files that the customer sent in its ticket."""
    wait = WAITS.get(case.state)
    judged = with_verdicts(case, book)
    return CaseView(
        number=case_number(case.case_id),
        state=case.state.value,
        form=_form(case, proofs, book, language),
        items=_in_lines(case.items),
        reason=case.answers.get("reason", ""),
        staff_reason=case.staff_reason,
        kind=case.kind.value,
        fault=case.answers.get("fault", ""),
        wanted=case.answers.get("wanted", ""),
        waits_for="form" if _left_off(case) in AWAITING_FORM else "parcel",
        waits_until=case.waits_until if wait in OF_CUSTOMER else None,
        send_by=case.waits_until if wait is Wait.REPLACEMENT else None,
        shop_pays_shipping=shop_pays_shipping(judged.verdicts),
        has_slip=has_slip,
        tracking=case.tracking,
        arrived=_in_lines(case.received) if counted(case.received) != counted(case.items) else (),
        accepted=_in_lines(sound_items(desk_case(case).pieces)),
        rejected=_in_lines(case.damaged),
        sent_reference=case.sent_reference,
        sent_tracking=case.sent_tracking,
        replacement_warranty_until=replacement_covered_until(judged, today),
        window_days=window_days(Claim(case.kind.value), case.opened_on, case.order, book),
        proposal=proposal(judged) if for_staff else (),
    )


def _left_off(case: CaseFacts) -> CaseState:
    """The state of a case; of an expired one, that in which it waited in vain."""
    return case.state if case.state is not CaseState.EXPIRED else views.state_before(case.case_id) or case.state


def _form(case: CaseFacts, proofs: Sequence[ProofFile], book: RuleBook, language: str) -> tuple[FormLine, ...]:
    form = book.forms[case.kind]
    names = list(dict.fromkeys(proof.file.filename for proof in proofs if proof.proves(case.order.number)))
    values = {
        **case.answers,
        "items": write_items(case.items) or case.answers.get("items", ""),
        "purchased_on": _day_in_words(case.answers.get("purchased_on", ""), language),
        "proof": ", ".join(names) or case.answers.get("proof", ""),
    }
    # Who bought several things sees how to name them.
    bought = [f"{line.model} × {line.quantity} {line.name}".strip() for line in case.order.lines]
    hints = {"items": "; ".join(bought)} if len(bought) > 1 else {}
    missing = missing_fields(form, case.answers, has_items=bool(values["items"]), has_proof=bool(names))
    return tuple(
        FormLine(
            label=field.label(language),
            value=values.get(field.name, ""),
            hint="" if values.get(field.name) else hints.get(field.name, field.hint(language)),
            missing=field.name in missing,
        )
        for field in form
    )


def _day_in_words(written: str, language: str) -> str:
    """A day as the desk keeps it, in the form of the language; what a customer wrote stays as it is."""
    try:
        return write_day(date.fromisoformat(written), language)
    except ValueError:
        return written


def _in_lines(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(write_items([item]) for item in items)


def refund_view(in_hand: CaseFacts | None, shown: CaseFacts | None, order: Order | None) -> RefundView | None:
    """The refund of the case in hand; where none is, of the case shown, else the order's newest."""
    if order is None:
        return None
    row = views.refund_of_case(shown.case_id) if shown is not None else None
    if row is None and in_hand is None:
        row = views.refund_of_order(order.number)
    if row is None:
        return None
    return RefundView(
        number=refund_number(row.refund_id),
        amount=row.amount,
        currency=row.currency,
        payment_method=row.payment_method,
        due_on=row.due_on,
        due_is_provisional=row.due_is_provisional,
        due_before=row.due_before,
        settled_on=row.settled_on,
        goods=row.parts.goods,
        shipping=row.parts.shipping,
        restocking=row.parts.restocking,
        deduction=row.parts.deduction,
        deduction_reason=row.deduction_reason,
    )
