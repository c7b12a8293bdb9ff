"""What a decision brings about. Effects are values; only `mailbot.apply` carries them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.bounces import AddressState
from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.corrections import Correction
from mailbot.domain.forms import Answers, Item
from mailbot.domain.refunds import RefundSum
from mailbot.domain.sayings import Saying
from mailbot.domain.waiting import Step
from mailbot.domain.warranty import WarrantyLine


@dataclass(frozen=True, kw_only=True)
class OpenTicket:
    """A new ticket for the sender of the mail; effects after it speak of this ticket."""

    language: str
    wish: str  # "" when unknown
    linked_to: int | None  # ticket id that the mail pointed at without being entitled to it


@dataclass(frozen=True, kw_only=True)
class UseTicket:
    """Effects after this one speak of an existing ticket."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True)
class FileMail:
    """The mail in hand goes into the ticket."""


@dataclass(frozen=True, kw_only=True)
class FileApart:
    """The mail in hand belongs to no ticket; it is kept and listed under `tickets unfiled`."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class TieOrder:
    """The ticket is about this order."""

    order_number: str


@dataclass(frozen=True, kw_only=True)
class AskAbout:
    """The customer is asked which of their orders the ticket is about; the letter goes with it."""

    order_numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NameOrder:
    """Staff say that the ticket is about this order, which becomes its current one."""

    order_number: str
    by: str  # name of the staff member


@dataclass(frozen=True, kw_only=True)
class RememberCorrection:
    """What staff said is kept for the sender's next mails."""

    email: str  # whose mail was matched wrongly, lower case
    correction: Correction


@dataclass(frozen=True, kw_only=True)
class ReopenTicket:
    """The ticket is open again."""


@dataclass(frozen=True, kw_only=True)
class MergeTicket:
    """The ticket is closed, and what comes for it goes to another one from now on."""

    into: int  # ticket id


@dataclass(frozen=True, kw_only=True)
class KeepInCopy:
    """People whom the customer keeps in copy: they may write into the ticket, and get what staff write to him."""

    addresses: tuple[str, ...]  # lower case


@dataclass(frozen=True, kw_only=True)
class KeepFrom:
    """Members of the desk who get no notice of the ticket from now on: a complaint in it is about them (P23)."""

    addresses: tuple[str, ...]  # lower case


@dataclass(frozen=True, kw_only=True)
class AskOwner:
    """The owner of an order is asked whether the mail's sender may speak for it; the letter goes with it."""

    order_number: str
    address: str  # of the order
    language: str  # to write to the owner in
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class GrantOrder:
    """The owner of an order agreed: the one who quoted it may speak for it, and learn of it."""

    confirmation_id: int


@dataclass(frozen=True, kw_only=True)
class LearnMessageId:
    """The mail in hand is ours; a relay gave it a Message-ID that replies will name."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True)
class CloseTicket:
    """Nothing is left to do."""


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """Effects after this one, letters too, speak of this case of the ticket."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A new case in the ticket, for an order; effects after it speak of it."""

    kind: CaseKind
    order_number: str
    opened_on: date  # the day of the request, where the customer lives
    waits_until: date | None = None  # last day for the form, as its letter names it


@dataclass(frozen=True, kw_only=True)
class FillForm:
    """What the customer gave so far replaces what the case knew."""

    answers: Answers
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class MoveCase:
    """One row of the transition table, recorded with who decided (G6)."""

    event: CaseEvent
    expected: CaseState  # the case must still be here
    to: CaseState
    by: Actor
    by_address: str
    reason: str  # "" when none was given
    refund_wanted_by: str = ""  # of the case from now on: who decided for a refund that needs a second person
    waits_until: date | None = None  # last day of what the case then waits for, as letters name it
    deduction: Decimal = Decimal(0)  # what they take off it, in the order's currency
    deduction_reason: str = ""  # for the customer


@dataclass(frozen=True, kw_only=True)
class CountPieces:
    """What arrived of a case's items, and what of it failed the inspection."""

    received: tuple[Item, ...]
    damaged: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class NoteParcel:
    """A parcel of the case is on its way; "" leaves what is known."""

    tracking: str = ""  # of the customer's parcel to us
    sent_tracking: str = ""  # of ours to the customer
    sent_reference: str = ""  # order number of the replacement in it


@dataclass(frozen=True, kw_only=True)
class BookRefund:
    """A refund becomes due: once per case (unique key), never above what is left of the payment."""

    order_number: str
    parts: RefundSum
    deduction_reason: str = ""  # for the customer, "" where nothing is deducted
    currency: str
    payment_method: str
    due_on: date
    due_is_provisional: bool
    decided_by: str  # staff address

    @property
    def amount(self) -> Decimal:
        """What is paid back."""
        return self.parts.amount


@dataclass(frozen=True, kw_only=True)
class PromiseRefund:
    """Staff name another day for a booked refund than was promised."""

    due_on: date


@dataclass(frozen=True, kw_only=True)
class SettleRefund:
    """Finance paid."""

    paid_on: date
    by_address: str
    source: str = ""  # file and row of finance that told so, "" where staff wrote it


@dataclass(frozen=True, kw_only=True)
class ExportRefunds:
    """Instructions go to finance, in one file; letters to finance after it carry the file."""

    instruction_ids: tuple[int, ...]
    digest: str  # the blob that holds the file
    sent_to: str  # address of finance, "" where the file isn't mailed


@dataclass(frozen=True, kw_only=True)
class MarkTold:
    """The clock did something about a wait; it does so once (unique key)."""

    step: Step
    begun_at: datetime  # of the wait
    on: date
    rule: str = ""  # that decided, with its place and the version of the rules
    waits_until: date | None = None  # the last day that the customer now knows; None leaves what is known


class Reader(StrEnum):
    """Who gets a letter."""

    CUSTOMER = "customer"  # the ticket's customer
    STAFF = "staff"  # every member of the desk
    OWNER = "owner"  # the buyer of an order that somebody else quotes
    ACTING_STAFF = "acting staff"  # the member whose mail is in hand
    FINANCE = "finance"  # who pays the refunds, refunds.export_to


@dataclass(frozen=True, kw_only=True)
class Write:
    """A letter from a template; frozen into the outbox after all other effects, so it tells the new state."""

    template: str
    to: Reader
    automatic: bool  # an answer to a mail that no person decided: counts against the caps (G4)
    headline: str = ""  # staff notices: what it is about
    wish: str = ""  # staff notices: what the customer wants most, by its name in rules/intents.yaml; "" when unknown
    remarks: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()  # to staff: what the template has words for
    evidence: tuple[str, ...] = ()
    message: str = ""  # a staff member's own words
    agent: str = ""  # that member's name
    with_order: bool = False  # the reader is entitled to the order's data (G5)
    enclose: bool = False  # staff notices: carry the mail's attachments
    warranty: tuple[WarrantyLine, ...] = ()  # of the matched order, where its buyer asks
    choices: tuple[str, ...] = ()  # numbers of the reader's own orders to choose from
    about: str = ""  # number of the order that the letter is about; "": that of the case in hand, or the matched one
    not_to: tuple[str, ...] = ()  # to staff: members (lower case) who don't get it, besides those of the ticket
    asks: AskOwner | None = None  # the question to the owner of an order
    export_id: int = 0  # to finance: of the export that it carries, known once that is written


@dataclass(frozen=True, kw_only=True)
class RecordIncident:
    """Something that `health` must show."""

    kind: str  # "cap", "bounce_of_staff_notice"…
    detail: str  # no personal data


@dataclass(frozen=True, kw_only=True)
class FlagAddress:
    """Our mail doesn't reach an address: what is known of it from now on."""

    state: AddressState


@dataclass(frozen=True, kw_only=True)
class ClearAddress:
    """Somebody proved that they write from an address: it is reachable again."""

    address: str


Effect = (
    OpenTicket
    | UseTicket
    | FileMail
    | FileApart
    | TieOrder
    | AskAbout
    | NameOrder
    | RememberCorrection
    | ReopenTicket
    | CloseTicket
    | MergeTicket
    | KeepInCopy
    | KeepFrom
    | LearnMessageId
    | AskOwner
    | GrantOrder
    | UseCase
    | OpenCase
    | FillForm
    | MoveCase
    | CountPieces
    | NoteParcel
    | BookRefund
    | PromiseRefund
    | SettleRefund
    | ExportRefunds
    | MarkTold
    | Write
    | RecordIncident
    | FlagAddress
    | ClearAddress
)


@dataclass(frozen=True, kw_only=True)
class RuleTrace:
    """One rule that was looked at."""

    rule: str
    where: str  # "rules/routing.yaml:12"
    hit: bool
    failed: str  # the first condition that did not hold, "" for a hit


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Effects in order, and how they came about."""

    effects: tuple[Effect, ...]
    trace: tuple[RuleTrace, ...]
    remarks: tuple[str, ...] = field(default=())  # what changed the effects after the rules: caps
