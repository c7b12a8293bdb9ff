"""A sample letter for `mailbot check` and for previews: with everything, or with the least that a letter may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from mailbot.domain.instructions import Total
from mailbot.domain.letters import (
    Brand,
    CaseLine,
    CaseView,
    CommandHelp,
    ConfirmView,
    ExportView,
    FormLine,
    Letter,
    MailView,
    Policy,
    RefundView,
    StaffNote,
    TicketOrderLine,
    TicketView,
    WithdrawalView,
)
from mailbot.domain.message import Attachment, FileFlag
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.remarks import Remark
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.warranty import WarrantyLine
from mailbot.mail.sample_proposal import PROPOSAL
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
    amount=Decimal("279.00"),
    currency="CNY",
    payment_method="Alipay",
    due_on=date(2026, 3, 27),
    due_is_provisional=True,
    settled_on=date(2026, 3, 24),
    goods=Decimal("299.00"),
    shipping=Decimal("25.00"),
    restocking=Decimal("15.00"),
    deduction=Decimal("30.00"),
    due_before=date(2026, 3, 24),
)
_EXPORT = ExportView(
    number="X-100001",
    instructions=3,
    totals=(
        Total(amount=Decimal("478.00"), currency="CNY"),
        Total(amount=Decimal(12_800), currency="JPY"),
    ),
    first_due_on=date(2026, 3, 24),
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


def _form(words: SampleWords, kind: str) -> tuple[FormLine, ...]:
    """The lines of the form; the customer's reason is optional."""
    lines = words.warranty_form if kind == "warranty" else words.form
    if kind == "exchange":
        lines = (*lines[:-1], words.wanted, lines[-1])
    return tuple(
        FormLine(label=label, value=value, hint=hint, missing=not value and (label, value, hint) != words.form[-1])
        for label, value, hint in lines
    )


def _case(words: SampleWords, kind: str) -> CaseView:
    """A case where every field has a value; the customer pays for the parcel, as policy P11 says."""
    return CaseView(
        number="R-100001",
        state="submitted",
        form=_form(words, kind),
        items=("TP-K17 × 1",),
        reason=words.reason,
        staff_reason=words.not_covered if kind == "warranty" else words.staff_reason,
        kind=kind,
        fault=words.fault,
        wanted="TP-K18 × 1",
        waits_for="parcel",
        waits_until=date(2026, 4, 8),
        has_slip=True,
        tracking="SF0000000002",
        arrived=("TP-K17 × 1",),
        accepted=("TP-K17 × 1",),
        rejected=("TP-F02 × 1",),
        send_by=date(2026, 3, 25),
        sent_reference="TP2026032008",
        sent_tracking="SF0000000003",
        replacement_warranty_until=date(2028, 3, 1),
        window_days=30,
        proposal=PROPOSAL,
    )


def sample_letter(language: str, kind: str = "return") -> Letter:
    """A letter where every field has a value, about a case of `kind`."""
    words = sample_words(language)
    return Letter(
        brand=_BRAND,
        policy=Policy(
            return_window_days=30,
            refund_days_min=5,
            refund_days_max=7,
            mail_megabytes=50,
            files_megabytes=35,
            exchange_days_max=5,
            form_days=10,
            parcel_days=15,
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
        case=_case(words, kind),
        refund=replace(_REFUND, currency=words.currency, deduction_reason=words.deduction_reason),
        mail=_MAIL,
        note=_NOTE,
        withdrawal=WithdrawalView(days=14, from_delivery=True, may_be_tried=True),
        warranty=_WARRANTY,
        choices=(
            _ORDER,
            replace(_ORDER, number="TP2026021904", purchased_on=date(2026, 2, 19), lines=_ORDER.lines[:1]),
        ),
        confirm=ConfirmView(order_number="TP2026030117", asked_for="m…y@elsewhere.example", until=date(2026, 3, 25)),
        export=_EXPORT,
        message=words.message,
        agent=words.agent,
    )


_NOTHING = Decimal(0)


def bare_letter(full: Letter) -> Letter:
    """The same letter with every optional value empty: branches for "unknown" and "none" are taken."""
    if full.case is None or full.refund is None or full.mail is None:
        raise ValueError("the full sample has a case, a refund and a mail")
    return replace(
        full,
        brand=replace(full.brand, phone="", phone_hours="", chat_url="", website=""),
        policy=replace(full.policy, exchange_days_max=0, form_days=0, parcel_days=0),
        ticket=replace(full.ticket, subject="", customer_name=""),
        case=CaseView(
            number=full.case.number,
            state=full.case.state,
            form=tuple(replace(x, hint="") for x in full.case.form),
            items=(),
            reason="",
            staff_reason=full.case.staff_reason,
            kind=full.case.kind,
            waits_for="form",
        ),
        refund=replace(
            full.refund,
            due_is_provisional=False,
            goods=_NOTHING,
            shipping=_NOTHING,
            restocking=_NOTHING,
            deduction=_NOTHING,
            deduction_reason="",
        ),
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
        export=replace(_EXPORT, instructions=1, totals=_EXPORT.totals[:1]),
        warranty=tuple(replace(line, name="") for line in full.warranty),
        note=StaffNote(headline="new_mail", evidence=(), remarks=(), commands=()),
        agent="",
    )
