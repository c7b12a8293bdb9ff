"""Sample letters for `mailbot check` and for previews: one with everything, one with the least a letter may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mailbot.domain.letters import (
    Brand,
    CaseLine,
    CaseView,
    CommandHelp,
    ConfirmView,
    FormLine,
    Letter,
    MailView,
    Policy,
    RefundView,
    StaffNote,
    TicketOrderLine,
    TicketView,
)
from mailbot.domain.message import Attachment, FileFlag
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.remarks import Remark
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.warranty import WarrantyLine
from mailbot.mail.sample_words import SampleWords, sample_words

_BRAND = Brand(
    name="TP",
    support_address="support@tp.example",
    phone="+86 400 000 0000",
    phone_hours="9:00–18:00 (UTC+8)",
    chat_url="https://chat.tp.example/",
    website="https://www.tp.example/",
    return_address=("TP Returns", "Room 101, 1 Sample Road", "Shenzhen 518000", "China"),
)
_ORDER = Order(
    number="TP2026030117",
    buyer_name="Robin Sample",
    buyer_email="robin@customer.example",
    phone="",
    country="DE",
    language="en",
    lines=(
        OrderLine(model="TP-K17", name="Kettle K17", serials=("K17A000123",), quantity=1, unit_price=Decimal("299.00")),
        OrderLine(model="TP-F02", name="", serials=(), quantity=2, unit_price=Decimal("29.50")),
    ),
    currency="CNY",
    payment_method="Alipay",
    purchased_on=date(2026, 3, 1),
    delivered_on=date(2026, 3, 5),
    shipping_status="delivered",
    tracking_number="SF0000000001",
)
_EARLIER_ORDER = replace(_ORDER, number="TP2026021904", purchased_on=date(2026, 2, 19), lines=_ORDER.lines[:1])
_WARRANTY = (
    WarrantyLine(model="TP-K17", name="Kettle K17", until=date(2028, 3, 1), is_covered=True, has_legal_rights=True),
    WarrantyLine(model="TP-H2", name="", until=date(2026, 3, 1), is_covered=False),
    WarrantyLine(model="TP-F02", name="", until=None, is_covered=False),
    WarrantyLine(model="TP-V8", name="Vacuum cleaner V8", until=None, is_covered=False, is_clear=False),
)
_REFUND = RefundView(
    number="RF-100001",
    amount=Decimal("299.00"),
    currency="CNY",
    payment_method="Alipay",
    due_on=date(2026, 3, 27),
    due_is_provisional=True,
    settled_on=date(2026, 3, 24),
)
_MAIL = MailView(
    sender_name="Robin Sample",
    sender_email="robin@customer.example",
    reply_to="robin@elsewhere.example",
    subject="Return of my kettle",
    text="Hello,\n\nI'd like to return the kettle of order TP2026030117.\nThe receipt is attached.\n\nRobin",
    standing="verified",
    origin="human",
    attachments=(
        Attachment(
            filename="receipt.pdf",
            content_type="application/pdf",
            size=48_213,
            sha256="0" * 64,
            inline=False,
            content_id=None,
        ),
    ),
    attachments_enclosed=True,
    withheld=(
        Attachment(
            filename="invoice.pdf.exe",
            content_type="application/pdf",
            size=91_136,
            sha256="1" * 64,
            inline=False,
            content_id=None,
            detected_type="application/x-dosexec",
            flags=(FileFlag.TYPE_DIFFERS, FileFlag.EXECUTABLE, FileFlag.DISGUISED_NAME),
        ),
    ),
    warnings=("The charset label was wrong; read as gb18030.",),
)
_NOTE = StaffNote(
    headline="decision_wanted",
    wish="return",
    evidence=(
        Remark("signed reply address of {ticket}", ticket="T-100001"),
        Remark(
            "order number {number} in {place}: the buyer's own address", number="TP2026030117", place="the new text"
        ),
    ),
    remarks=(Remark("several orders can be meant: {orders}", orders="TP2026030117, TP2026030118"),),
    commands=(
        CommandHelp(line="#approve", does="approve"),
        CommandHelp(line="#decline <reason>", does="decline"),
        CommandHelp(line="#withdraw", does="withdraw"),
    ),
    sayings=tuple(Saying(key=key, numbers=("R-100001", "R-100002"), text="#received") for key in Says),
    orders=(
        TicketOrderLine(number="TP2026030117", current=True, named_by="Lee", others=False),
        TicketOrderLine(number="TP2026030118", current=False, named_by="", others=True),
    ),
    cases=(
        CaseLine(
            number="R-100001",
            order_number="TP2026030117",
            state="submitted",
            items="TP-K17 × 1",
            commands=("#approve R-100001", "#decline R-100001 <reason>"),
        ),
        CaseLine(number="R-100002", order_number="TP2026030118", state="refunded", items="", commands=()),
    ),
)


def _form(words: SampleWords) -> tuple[FormLine, ...]:
    """The lines of the form; the last one is optional."""
    return tuple(
        FormLine(label=label, value=value, hint=hint, missing=not value and place < len(words.form))
        for place, (label, value, hint) in enumerate(words.form, start=1)
    )


def sample_letter(language: str) -> Letter:
    """A letter where every field has a value."""
    words = sample_words(language)
    return Letter(
        brand=_BRAND,
        policy=Policy(
            return_window_days=30, refund_days_min=5, refund_days_max=7, mail_megabytes=50, files_megabytes=35
        ),
        today=date(2026, 3, 18),
        now=datetime(2026, 3, 18, 2, 30, tzinfo=UTC),
        ticket=TicketView(
            number="T-100001",
            subject=words.subject,
            customer_name=words.customer,
            customer_email="robin@customer.example",
        ),
        order=_ORDER,
        shipping=words.shipping,
        case=CaseView(
            number="R-100001",
            state="submitted",
            form=_form(words),
            items=("TP-K17 × 1",),
            reason=words.reason,
            staff_reason=words.staff_reason,
        ),
        refund=replace(_REFUND, currency=words.currency),
        mail=_MAIL,
        note=_NOTE,
        warranty=_WARRANTY,
        choices=(
            _ORDER,
            replace(_ORDER, number="TP2026021904", purchased_on=date(2026, 2, 19), lines=_ORDER.lines[:1]),
        ),
        confirm=ConfirmView(order_number="TP2026030117", asked_for="m…y@elsewhere.example", until=date(2026, 3, 25)),
        message=words.message,
        agent=words.agent,
    )


def _bare_letter(full: Letter) -> Letter:
    """The same letter with every optional value empty: branches for "unknown" and "none" are taken."""
    if full.case is None or full.refund is None or full.mail is None:
        raise ValueError("the full sample has a case, a refund and a mail")
    return replace(
        full,
        brand=replace(full.brand, phone="", phone_hours="", chat_url="", website=""),
        ticket=replace(full.ticket, subject="", customer_name=""),
        case=replace(full.case, items=(), reason="", form=tuple(replace(x, hint="") for x in full.case.form)),
        refund=replace(full.refund, due_is_provisional=False),
        mail=replace(
            full.mail,
            sender_name="",
            reply_to="",
            subject="",
            text="",
            standing="unverified",
            attachments=(),
            withheld=(),
            warnings=(),
        ),
        choices=full.choices[:1],
        warranty=tuple(replace(line, name="") for line in full.warranty),
        note=StaffNote(headline="new_mail", evidence=(), remarks=(), commands=()),
        agent="",
    )


# What a letter can't do without; everything else may be absent.
_NEEDS_CASE = (
    "return_form",
    "return_form_missing",
    "return_submitted",
    "return_approved",
    "return_declined",
    "return_received",
    "return_inspection_failed",
    "return_withdrawn",
)
_NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_NEEDS_CASE, ("case",)),
    "refund_notice": ("case", "refund"),
    "refund_settled": ("case", "refund"),
    "staff_refund_overdue": ("case", "refund"),
    "confirm_access": ("confirm",),
    "which_order": ("choices",),
    "warranty_status": ("order", "warranty"),
    "order_status": ("order",),
    "refund_status": ("order", "refund"),
    "staff_notice": ("mail", "note"),
    "staff_command_refused": ("note",),
    "staff_order_noted": ("note",),
    "staff_delivery_failed": ("note",),
}
_OPTIONAL = ("order", "case", "refund", "mail", "note", "confirm")
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
    """The letters to try the template `name` with; an operator's own template is tried with the full one only."""
    full = sample_letter(language)
    if name not in (*_NEEDS, *_NEEDS_NOTHING):
        return (full,)
    absent: dict[str, Any] = {field: None for field in _OPTIONAL if field not in _NEEDS.get(name, ())}
    for field in ("choices", "warranty"):
        if field not in _NEEDS.get(name, ()):
            absent[field] = ()
    return (full, replace(_bare_letter(full), **absent))
