"""What a template may say: the one context that every letter, to a customer or to staff, is written from.

A template that reaches for something the letter doesn't have is an error (StrictUndefined and `None`
attributes both raise); `mailbot check` renders every template in every language from `sample_letter`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.instructions import Total
from mailbot.domain.message import Attachment
from mailbot.domain.orders import Order
from mailbot.domain.refunds import RefundSum
from mailbot.domain.sayings import Saying
from mailbot.domain.verdicts import Reason
from mailbot.domain.warranty import WarrantyLine


@dataclass(frozen=True, kw_only=True)
class Brand:
    """The sender, from settings. Only these channels are ever named to a customer (P16, P20)."""

    name: str  # "TP"
    support_address: str
    phone: str  # "" when there is none
    phone_hours: str  # "" when not given, e.g. "Mon–Fri 9:00–18:00 (UTC+8)"
    chat_url: str  # live chat, "" when there is none
    website: str  # "" when there is none
    return_address: tuple[str, ...]  # postal lines, for the customer's country; named only in *_approved (P10)
    color: str = "#12435f"  # of the bar and the headings in the HTML part, "#rrggbb"


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """The conversation."""

    number: str  # "T-100001"; the subject carries it as "[T-100001]"
    subject: str  # the customer's own subject, without tags and "Re:"
    customer_name: str  # "" when unknown
    customer_email: str


@dataclass(frozen=True, kw_only=True)
class FormLine:
    """One labelled line of the form (P9), in the language of the letter."""

    label: str  # "Order number"
    value: str  # what is known already; "" to be filled in
    hint: str  # how to fill it in, "" when obvious
    missing: bool  # True where the customer still has to give it


@dataclass(frozen=True, kw_only=True)
class TermLine:
    """What one term says about pieces, for staff."""

    name: str  # of the term, as the owner named it
    law: str  # where the law says it; "" for the shop's own
    outcome: str  # "eligible", "unclear" or "not_eligible"
    until: date | None  # the last day, which counts; None where there is none or it isn't known
    until_is_least: bool  # it may be later, for the day of delivery isn't known
    goodwill_until: date | None  # too late, but up to this day staff may agree all the same


@dataclass(frozen=True, kw_only=True)
class ProposalLine:
    """What the terms say about some of the pieces, for staff, who decide (P10)."""

    item: str  # "TP-K17 × 1"
    outcome: str  # "eligible", "unclear" (something has to be found out first) or "not_eligible"
    term: TermLine | None  # the best one for the customer; None where none was in force
    beside: tuple[TermLine, ...]  # the others: what the law gives beside the shop's own, or the other way round
    better_because: tuple[str, ...]  # why it is the best one, and what speaks for the others; write them with `said`
    reasons: tuple[Reason, ...]  # text (write it with `said`), policy (or the law), where (file and line)
    shop_pays_in: bool  # who pays for sending the pieces in
    shop_pays_back: bool  # and for sending an exchanged or repaired piece back
    remedies: tuple[str, ...]  # of a warranty, the first to be tried first: "repair", "replacement", "refund"
    refund: RefundSum | None  # of a return: what passing the inspection would pay back, and its parts
    refund_refused: str  # why nothing would be paid back, "" otherwise; write it with `said`
    currency: str  # of the refund, ISO 4217


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A return, an exchange or a warranty case."""

    number: str  # "R-100001"
    state: str
    form: tuple[FormLine, ...]  # every line of the form, in order
    items: tuple[str, ...]  # what goes back, e.g. "TP-K17 × 1"
    reason: str  # the customer's reason, "" when none was given (P7 needs none)
    staff_reason: str  # what staff wrote after #decline or #inspect fail, or why some pieces did not pass, "" otherwise
    kind: str = "return"  # "return", "exchange" or "warranty"
    fault: str = ""  # what is wrong with the piece, in the customer's words (P3)
    wanted: str = ""  # what they get in exchange, "TP-K18 × 1"; "" for the same model
    waits_for: str = ""  # what a reminder or an expiry is about: "form" or "parcel"
    waits_until: date | None = None  # last day for the form to come back or the parcel to be sent
    shop_pays_shipping: bool = False  # of the way to the shop; False: the customer does (P11)
    has_slip: bool = False  # a return slip is attached to the letter
    tracking: str = ""  # number of the customer's own parcel, "" while unknown
    arrived: tuple[str, ...] = ()  # what arrived, where it isn't what was asked for
    accepted: tuple[str, ...] = ()  # pieces that passed the inspection, "TP-K17 × 1"
    rejected: tuple[str, ...] = ()  # pieces that didn't
    send_by: date | None = None  # last day of the promise to send the replacement; None where none was named
    sent_reference: str = ""  # number of the order under which the replacement goes, "" for none
    sent_tracking: str = ""  # of the parcel to the customer: replacement, repaired piece or their own piece back
    replacement_warranty_until: date | None = None  # last covered day of the replacement or of the repaired piece
    window_days: int = 0  # of the shop's own window (P7) where the request lies in it; 0: the letter says nothing of it
    proposal: tuple[ProposalLine, ...] = ()  # staff only: what the terms say, line by line; () once a refund is booked


@dataclass(frozen=True, kw_only=True)
class WithdrawalView:
    """The return that the law of the customer's country gives beside the shop's own window."""

    days: int  # in which the customer may declare it; more than 0
    from_delivery: bool  # counted from the delivery; False: from the purchase
    may_be_tried: bool  # pieces may have been unpacked and tried as in a shop


@dataclass(frozen=True, kw_only=True)
class RefundView:
    """A refund that was decided (P12, P13)."""

    number: str  # "RF-100001"
    amount: Decimal
    currency: str  # ISO 4217
    payment_method: str  # the original one
    due_on: date  # last day of the promise, counted in working days or named by staff
    due_is_provisional: bool  # the holiday calendar of that year isn't published yet
    settled_on: date | None  # when finance paid
    # The parts, in the refund's currency: goods + shipping - restocking - deduction = amount.
    goods: Decimal = Decimal(0)  # what the pieces cost after their share of the discount
    shipping: Decimal = Decimal(0)  # of the delivery that the customer paid for
    restocking: Decimal = Decimal(0)  # fee that the shop keeps
    deduction: Decimal = Decimal(0)  # taken off by staff
    deduction_reason: str = ""  # why, in the words of staff
    due_before: date | None = None  # the day promised before staff named due_on; None where they named none


@dataclass(frozen=True, kw_only=True)
class ExportView:
    """A file with instructions to finance, which the letter carries."""

    number: str  # "X-100001"
    instructions: int  # how many refunds are to be paid
    totals: tuple[Total, ...]  # what they come to, by currency
    first_due_on: date  # the earliest day by which a customer expects the money


@dataclass(frozen=True, kw_only=True)
class MailView:
    """The mail that a staff notice is about, as shown to staff."""

    sender_name: str
    sender_email: str
    reply_to: str  # shown when it differs from the sender, "" otherwise
    subject: str
    text: str  # the person's new words, masked; quotes stripped
    standing: str  # "verified", "failed" or "unverified": what our server's Authentication-Results say
    origin: str  # "human", "bounce", "auto_reply"…
    attachments: tuple[Attachment, ...]
    attachments_enclosed: bool  # True where the notice carries the files itself
    withheld: tuple[Attachment, ...]  # files that could do harm: named, never enclosed
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CommandHelp:
    """A line that staff may write now."""

    line: str  # "#approve"
    does: str  # key of the explanation: the CaseEvent value, e.g. "approve"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Numbers of the policy that letters name, from rules/."""

    return_window_days: int  # P7
    refund_days_min: int  # P13
    refund_days_max: int  # P13
    mail_megabytes: int  # the largest mail that is read, limits.message_bytes
    files_megabytes: int  # what fits into it: files grow by a third and a little in a mail (base64, RFC 2045)
    exchange_days_max: int = 0  # working days in which a replacement is sent (P12); 0: no number is named
    form_days: int = 0  # working days that a form is waited for; 0: no number is named
    parcel_days: int = 0  # working days that the parcel of an approved case is waited for; 0: no number is named


@dataclass(frozen=True, kw_only=True)
class ConfirmView:
    """The question to the owner of an order whether somebody else may speak for it."""

    order_number: str
    asked_for: str  # who quoted it, masked: "m…y@elsewhere.example"
    until: date  # last day for an answer, in the desk's time zone


@dataclass(frozen=True, kw_only=True)
class TicketOrderLine:
    """One of the orders that a ticket is about, for staff."""

    number: str
    current: bool  # the one that the ticket is about now
    named_by: str  # name of the staff member who named it; "" where a mail was matched to it
    others: bool  # somebody else's: the customer gets nothing of it (G5)


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One of the cases of a ticket, for staff."""

    number: str  # "R-100001"
    order_number: str
    state: str
    items: str  # "TP-K17 × 1", "" while unknown
    commands: tuple[str, ...]  # what staff may write now, with the case's number where the ticket has several


@dataclass(frozen=True, kw_only=True)
class StaffNote:
    """What the desk tells staff besides the mail itself."""

    headline: str  # a key of `headlines` in _words.md.j2, e.g. "new_mail"; "" where the letter has its own
    evidence: tuple[str, ...]  # how the mail was matched, e.g. "order number TP2026030117 in the subject"
    remarks: tuple[str, ...]  # what staff should notice: policy ids, refusals, errors
    commands: tuple[CommandHelp, ...]  # what they may answer
    wish: str = ""  # a key of `wishes` in _words.md.j2, e.g. "return": what the customer wants most; "" when unknown
    sayings: tuple[Saying, ...] = ()  # more to notice, in the words of _sayings.md.j2
    orders: tuple[TicketOrderLine, ...] = ()  # all of the ticket, the current one first
    cases: tuple[CaseLine, ...] = ()  # all of the ticket, oldest first


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything a template may use, by these names."""

    brand: Brand
    policy: Policy
    today: date  # in the desk's time zone
    now: datetime  # aware
    ticket: TicketView
    order: Order | None = None  # only where the reader is entitled to it (G5)
    shipping: str = ""  # the order's shipping status in the words of rules/shipping.yaml; "" without an order
    case: CaseView | None = None
    refund: RefundView | None = None
    mail: MailView | None = None  # staff notices only
    note: StaffNote | None = None  # staff notices only
    confirm: ConfirmView | None = None  # confirm_access only
    export: ExportView | None = None  # staff_refund_export only
    withdrawal: WithdrawalView | None = None  # only with an order, where the law gives such a right
    warranty: tuple[WarrantyLine, ...] = ()  # warranty_status and warranty_ended only
    choices: tuple[Order, ...] = ()  # which_order only: the reader's own, to choose from
    message: str = ""  # a staff member's own words to the customer (template staff_reply)
    agent: str = ""  # that staff member's name
