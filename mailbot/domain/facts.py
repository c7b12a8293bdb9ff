"""Everything that a decision may rest on, gathered before it is taken; `now` is one of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.bounces import AddressState, Severity
from mailbot.domain.cases import ENDED, CaseKind, CaseState
from mailbot.domain.commands import StaffWords
from mailbot.domain.complaints import ComplaintFacts
from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.domain.documents import NO_DOCUMENTS, Documents
from mailbot.domain.eligibility import LineVerdict
from mailbot.domain.forms import Answers, Item
from mailbot.domain.match import OrderMatch
from mailbot.domain.message import IncomingMail
from mailbot.domain.orders import Order
from mailbot.domain.proof import ProofFile
from mailbot.domain.receipt import ReceiptCheck
from mailbot.domain.references import References
from mailbot.domain.refunds import RefundSum
from mailbot.domain.standing import Role, Standing, Verdict
from mailbot.domain.text_facts import TextFacts
from mailbot.domain.threads import ThreadMatch
from mailbot.domain.ticket_orders import NamedOrder, TicketOrder
from mailbot.domain.waiting import Waiting
from mailbot.domain.warranty import WarrantyLine
from mailbot.domain.wishes import Wish
from mailbot.domain.workdays import WorkCalendar
from mailbot.domain.worktime import WorkTime

_THANKS = "thanks"  # stand beside whatever else is said
FRAUD = "fraud_report"  # the wish that is handled first


@dataclass(frozen=True, kw_only=True)
class RefundFacts:
    """A refund that is booked."""

    refund_id: int
    parts: RefundSum  # of which the amount is made up
    currency: str
    due_on: date  # last day of the promise (P13)
    settled: bool
    booked_at: datetime | None = None  # when it was decided

    @property
    def amount(self) -> Decimal:
        """What is paid back."""
        return self.parts.amount


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """A case as it stands."""

    case_id: int
    ticket_id: int
    kind: CaseKind
    state: CaseState
    order: Order
    answers: Answers  # of the form so far
    items: tuple[Item, ...]  # what is asked for; () while unknown
    refund: RefundFacts | None
    refunded_before: Decimal  # sum of all refunds booked for the order
    returned_before: tuple[Item, ...] = ()  # pieces refunded under other cases of the order
    staff_reason: str = ""  # the last one that staff gave
    opened_on: date | None = None  # the day of the request, where the customer lives
    since: datetime | None = None  # when it came into its state
    received: tuple[Item, ...] = ()  # what arrived of the items
    damaged: tuple[Item, ...] = ()  # what of it failed the inspection
    claimed_elsewhere: tuple[Item, ...] = ()  # pieces that other open cases of the order are about
    refund_wanted_by: str = ""  # address of the person who decided for a refund that needs a second one
    deduction: Decimal = Decimal(0)  # what that person takes off it
    deduction_reason: str = ""  # for the customer
    tracking: str = ""  # number of the customer's parcel, "" while unknown
    sent_reference: str = ""  # order number of the replacement, "" where none was sent
    sent_tracking: str = ""  # number of our parcel to the customer
    waits_until: date | None = None  # last day that the customer was told, for what the state waits for
    verdicts: tuple[LineVerdict, ...] = ()  # what the terms say about each item, where a decision about it is near

    @property
    def is_open(self) -> bool:
        """True while something can still happen without a person changing their mind."""
        return self.state not in ENDED


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """The ticket that the mail belongs to."""

    ticket_id: int
    is_open: bool
    closed_at: datetime | None  # when it was closed last; None while open
    updated_at: datetime
    language: str
    customer_name: str
    customer_email: str
    wish: str  # what the customer came with, "" when unknown
    asked_orders: tuple[str, ...]  # the customer's orders among which our last question lets them choose
    order_number: str  # the order that the ticket is about now, "" while unknown
    proofs: tuple[ProofFile, ...] = ()  # files that people sent into it, oldest first (P3, P9)
    orders: tuple[TicketOrder, ...] = ()  # all that it is about, the current one first
    kept_from: frozenset[str] = frozenset()  # members (lower case) who get no notice of it
    cases: tuple[CaseFacts, ...] = ()  # newest first

    @property
    def order_numbers(self) -> frozenset[str]:
        """Every order that the ticket or a case of it is about."""
        listed = (*(order.number for order in self.orders), *(case.order.number for case in self.cases))
        return frozenset({self.order_number, *listed} - {""})


@dataclass(frozen=True, kw_only=True)
class AnswerBudget:
    """Automatic answers that are still allowed (G4); 0 or less: the cap bites.

    Answers to verified and to unverified mail are counted apart: forged mail must not use up a customer's cap.
    """

    for_address: int  # today, to the sender
    for_ticket: int  # this hour, in the ticket
    for_subject: int = 1  # today, to mails of this sender with this subject: finds loops that lose their thread
    for_relays: int = 1  # staff's words to the customer, this hour, in the ticket: two auto-responders stop here


@dataclass(frozen=True, kw_only=True)
class NoticeBudget:
    """Notices to staff that are still allowed (G4); 0 or less: the cap bites, and the mail is filed without one.

    Those about verified and about unverified mail are counted apart, as answers are.
    """

    for_ticket: int = 1_000  # this hour, about mail in the ticket
    for_sender: int = 1_000  # today, about mail of this sender
    for_subject: int = 1_000  # today, about mail of this sender with this subject

    def least(self) -> tuple[str, int]:
        """The cap that is nearest, "ticket", "sender" or "subject", and what it leaves."""
        left = {"ticket": self.for_ticket, "sender": self.for_sender, "subject": self.for_subject}
        return min(left.items(), key=lambda item: item[1])


@dataclass(frozen=True, kw_only=True)
class AnsweredNotice:
    """A notice to a member of staff that somebody else answers: mostly a machine to which it was forwarded."""

    told: bool  # staff know of such answers, or the notice itself came of one


@dataclass(frozen=True, kw_only=True)
class BounceFacts:
    """Which mail of ours a bounce is about; only such a bounce counts, and only for that mail's recipient."""

    ticket_id: int
    to_staff: bool  # the mail that failed was a notice to staff
    severity: Severity = Severity.HARD  # of what happened to that mail
    money: bool = False  # the mail told of money
    known: AddressState | None = None  # what was known of the recipient's address before
    flag: AddressState | None = None  # what is known of it now; None where nothing failed


@dataclass(frozen=True, kw_only=True)
class Oversize:
    """The mail is above limits.message_bytes: only its header was fetched."""

    size: int  # bytes on the server
    limit: int  # bytes
    place: str  # where the whole mail lies, "imap:support/INBOX"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One mail and everything known around it."""

    now: datetime  # aware
    today: date  # in the desk's time zone
    mail: IncomingMail
    sender: str  # From address in lower case, "" where there is none
    role: Role
    staff_name: str  # the member's name where role is STAFF, else ""
    standing: Standing
    staff_may_command: bool  # authentication is as the settings demand it for staff
    references: References
    thread: ThreadMatch
    ticket: TicketFacts | None
    open_case_elsewhere: CaseFacts | None  # an open case of the matched order under another ticket
    order: OrderMatch
    said: TextFacts  # what the mail tells besides order numbers
    wishes: tuple[Wish, ...]
    form: Answers  # form lines in this mail
    words: StaffWords | None  # the mail taken apart, where role is STAFF; `order` is then the one of "#return"
    bounce: BounceFacts | None
    budget: AnswerBudget
    calendar: WorkCalendar
    known_languages: tuple[str, ...]  # languages to answer in; the last is for everybody else
    oversize: Oversize | None = None
    notices: NoticeBudget = NoticeBudget()
    answered_notice: AnsweredNotice | None = None  # the sender, not of staff, answers a notice to staff
    spam: str = ""  # what marks the mail as spam, "X-Spam-Flag: YES" or "folder Spam"; "" for nothing
    blocked: str = ""  # the entry of spam.blocklist that keeps a customer's address out; "" for none
    is_second_copy: bool = False  # the same mail came in before, by another way
    in_copy: tuple[str, ...] = ()  # addresses that an entitled customer wrote to besides the desk
    merge_target: TicketFacts | None = None  # the ticket that staff's "#merge" names
    named_order: NamedOrder | None = None  # the order that staff's "#order" names
    returned_order: NamedOrder | None = None  # the order that staff's "#return" is about; its number may be ""
    cases_of_order: tuple[
        CaseFacts, ...
    ] = ()  # of the matched order, whatever their ticket, where a case may be opened
    only_thanks: bool = False  # the mail thanks and says nothing else
    ask_until: datetime | None = None  # until when a question to the owner of an order may be answered
    foreign_order: Order | None = None  # the sender quotes an order of somebody else, who may be asked about it
    confirmation: ConfirmationFacts | None = None  # the sender answers such a question
    refund: RefundFacts | None = None  # the newest of the matched order
    refund_in_question: bool = False  # where the customer may choose an order: one of them has a refund
    own_ticket: int | None = None  # a mail of ours that came back: the ticket that its reply address is signed for
    is_ours: bool = False  # this desk itself sent the mail, by its header or its Message-ID
    flagged: AddressState | None = None  # what is known of the sender's address, where our mail didn't reach it
    may_go_back: bool = False  # where a return is wanted: the terms, or the law beside them, may still allow it
    warranty: tuple[WarrantyLine, ...] = ()  # of the matched order, where the mail asks about it and the data tell all
    each_order: tuple[
        Facts, ...
    ] = ()  # where several orders are named, and it is told what is wanted of each: the same
    # facts about each one, as if the mail named only it and wished only that
    is_one_of_several: bool = False  # these are the facts about one of several orders
    proofs: tuple[ProofFile, ...] = ()  # the mail's files
    receipts: ReceiptCheck | None = None  # attached files held against the matched order, else the ticket's
    case_named: CaseFacts | None = None  # of the ticket: its proven customer names it, its refund or the ticket
    complaint: ComplaintFacts | None = None  # about somebody at the desk
    told_before: str = ""  # where staff open a case: what the ticket's customer wrote in it, proven and masked
    documents: Documents = NO_DOCUMENTS  # what attached files say, where a customer sent them
    ticket_of_open_case: TicketFacts | None = None  # of `open_case_elsewhere`, where the mail is in no ticket itself
    day_there: date | None = None  # where the buyer of the matched order lives

    @property
    def may_fill_in(self) -> bool:
        """Whether the words of the mail may move a case (G5).

        What somebody in copy writes is read, but moves nothing; nor does what anybody could have written who guessed
        the ticket's number.
        """
        if self.role is not Role.CUSTOMER or self.ticket is None:
            return self.role is Role.CUSTOMER
        believed = self.standing.verdict is Verdict.VERIFIED or self.thread.has_seen_ours
        return self.ticket.customer_email == self.sender and believed

    @property
    def customer_day(self) -> date:
        """The day of a request: where the customer lives, as far as that is known."""
        return self.day_there or self.today

    @property
    def not_to(self) -> tuple[str, ...]:
        """Members who get no notice of this mail, whatever rule decides: it complains about them (P23)."""
        return self.complaint.kept_from if self.complaint is not None else ()

    @property
    def main_wish(self) -> str:
        """What the mail wants most, else what its ticket was opened for; "" when unknown. A fraud is always reported
        first (P19).
        """
        names = [wish.name for wish in self.wishes if wish.name != _THANKS]
        if names:
            return FRAUD if FRAUD in names else names[0]
        told = self.wishes[0].name if self.wishes else ""
        return (self.ticket.wish if self.ticket is not None else "") or told

    @property
    def language(self) -> str:
        """Language to answer in: the ticket's, else the mail's, else the order's, else the last of settings."""
        from_order = getattr(getattr(self.order, "order", None), "language", "")
        wanted = [self.ticket.language] if self.ticket else [self.mail.language, from_order]
        return self.known(*wanted)

    def known(self, *wanted: str) -> str:
        """The first of the languages that can be written in, in its own script if there is a choice, else the last
        of settings.
        """
        for language in filter(None, wanted):
            if language in self.known_languages:
                return language
            for known in self.known_languages:
                if language.split("-")[0] == known.split("-")[0]:
                    return known
        return self.known_languages[-1]


@dataclass(frozen=True, kw_only=True)
class DueFacts:
    """A case that has waited: what the clock brings instead of a mail."""

    now: datetime  # aware
    work: WorkTime
    waiting: Waiting
    case: CaseFacts
    others_open: bool  # the ticket has other cases that are open
    ticket_is_open: bool
    budget: AnswerBudget  # what may still be written to the ticket's customer without a person deciding (G4)

    @property
    def today(self) -> date:
        """In the desk's time zone."""
        return self.work.day_of(self.now)
