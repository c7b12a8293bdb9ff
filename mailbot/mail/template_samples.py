"""Which sample letters each template is tried with: those that it may be about, as full and as bare as they can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from mailbot.domain.cases import CaseState
from mailbot.domain.letters import Letter
from mailbot.mail.sample_letters import bare_letter, sample_letter
from mailbot.mail.sample_words import sample_words

_NOTHING = Decimal(0)


def _variations(full: Letter) -> Iterator[Letter]:
    """Letters between the full and the bare one: what may be there without the other."""
    case, refund = full.case, full.refund
    if case is None or refund is None:
        raise ValueError("the full sample has a case and a refund")
    yield replace(
        full,
        case=replace(case, waits_for="form", shop_pays_shipping=True, rejected=(), wanted="", sent_reference=""),
        refund=replace(
            refund, amount=Decimal("324.00"), restocking=_NOTHING, deduction=_NOTHING, due_before=date(2026, 4, 3)
        ),
    )
    yield replace(
        full,
        case=replace(case, waits_until=None, has_slip=False, accepted=(), tracking="", send_by=None, sent_tracking=""),
        refund=replace(refund, amount=Decimal("269.00"), shipping=_NOTHING, restocking=_NOTHING, deduction_reason=""),
    )


def _in_every_state(full: Letter) -> Iterator[Letter]:
    if full.case is not None:
        yield from (replace(full, case=replace(full.case, state=state.value)) for state in CaseState)


_KINDS = ("return", "exchange", "warranty")
_REFUND_LETTERS = ("refund_notice", "refund_settled", "refund_late", "refund_moved")
# Letters about a case, and the kinds of case that they may be about.
_CASE_LETTERS: dict[str, tuple[str, ...]] = {
    **{f"{kind}_{what}": (kind,) for kind in _KINDS for what in ("form", "submitted", "approved", "inspection_failed")},
    **dict.fromkeys(
        (
            "case_form_missing",
            "case_declined",
            "case_open",
            "case_received",
            "case_withdrawn",
            "case_expired",
            "case_sent_back",
            "case_reminder",
            "case_status",
        ),
        _KINDS,
    ),
    **dict.fromkeys(("exchange_due", "exchange_late", "exchange_out_of_stock", "replacement_sent"), _KINDS[1:]),
    **dict.fromkeys(("warranty_repair", "repaired_sent"), _KINDS[2:]),
    **dict.fromkeys(_REFUND_LETTERS, _KINDS),
}
_AFTER_INSPECTION = (*_REFUND_LETTERS, "exchange_due", "case_sent_back")
# What a letter can't do without; everything else may be absent.
_NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_CASE_LETTERS, ("case",)),
    **dict.fromkeys(_REFUND_LETTERS, ("case", "refund")),
    **dict.fromkeys(("case_status", "case_open"), ("case", "order")),
    "staff_refund_overdue": ("case", "refund"),
    "staff_task": ("case", "note"),
    "confirm_access": ("confirm",),
    "which_order": ("choices",),
    "warranty_status": ("order", "warranty"),
    "warranty_ended": ("order", "warranty"),
    "order_status": ("order",),
    "refund_status": ("order", "refund"),
    "staff_notice": ("mail", "note"),
    "staff_command_refused": ("note",),
    "staff_order_noted": ("note",),
    "staff_delivery_failed": ("note",),
    "staff_refund_export": ("export",),
}
_OPTIONAL = ("order", "case", "refund", "mail", "note", "confirm", "export")
_NEEDS_NOTHING = (
    "acknowledgement",
    "fraud_report",
    "order_number_needed",
    "order_not_confirmed",
    "order_confirmed",
    "return_too_late",
    "staff_reply",
)


def sample_letters(name: str, language: str) -> Sequence[Letter]:
    """The letters to try the template `name` with, the one for a preview first: those of each kind of case that it may
    be about, with everything, with some and with the least. An operator's own template is tried with the full one only.
    """
    letters: list[Letter] = []
    for kind in _CASE_LETTERS.get(name, _KINDS[:1]):
        full = _made_for(name, sample_letter(language, kind), language)
        if name not in (*_NEEDS, *_NEEDS_NOTHING):
            return (full,)
        absent: dict[str, Any] = {field: None for field in _OPTIONAL if field not in _NEEDS.get(name, ())}
        for field in ("choices", "warranty"):
            if field not in _NEEDS.get(name, ()):
                absent[field] = ()
        between = [*_variations(full)] if name in _CASE_LETTERS else []
        if name == "case_status":
            between += _in_every_state(full)
        letters += (full, *between, replace(bare_letter(full), **absent))
    return tuple(letters)


def _made_for(name: str, letter: Letter, language: str) -> Letter:
    """The letter with the words that fit what the template is about."""
    if letter.case is not None and name in _AFTER_INSPECTION:
        # Some pieces passed: the reason is about those that didn't.
        case = replace(
            letter.case,
            items=(*letter.case.accepted, *letter.case.rejected),
            staff_reason=sample_words(language).piece_reason,
        )
        return replace(letter, case=case)
    if letter.order is not None and name in ("warranty_status", "warranty_ended"):
        return replace(letter, order=replace(letter.order, purchased_on=date(2025, 3, 1), delivered_on=None))
    return letter
