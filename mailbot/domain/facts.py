"""Everything that a decision may rest on, gathered before it is taken; `now` is one of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mailbot.domain.bounces import AddressState, Severity
from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.commands import StaffWords
from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.domain.forms import Answers, Item
from mailbot.domain.match import OrderMatch
from mailbot.domain.message import IncomingMail
from mailbot.domain.orders import Order
from mailbot.domain.references import References
from mailbot.domain.standing import Role, Standing
from mailbot.domain.threads import ThreadMatch
from mailbot.domain.wishes import Wish
from mailbot.domain.workdays import WorkCalendar


@dataclass(frozen=True, kw_only=True)
class RefundFacts:
    """A refund that is booked."""

    refund_id: int
    amount: Decimal
    currency: str
    due_on: date  # last day of the promise (P13)
    settled: bool
    overdue_told: bool  # staff know already that the promise broke


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """A case as it stands."""

    case_id: int
    ticket_id: int
    kind: CaseKind
    state: CaseState
    order: Order
    answers: Answers  # of the form so far
    items: tuple[Item, ...]  # what goes back; () while unknown
    refund: RefundFacts | None
    refunded_before: Decimal  # sum of all refunds booked for the order
    returned_before: tuple[Item, ...] = ()  # pieces refunded under other cases of the order

    @property
    def is_open(self) -> bool:
        """True while something can still happen without a person changing their mind."""
        return self.state not in (CaseState.REFUNDED, CaseState.DECLINED, CaseState.WITHDRAWN)


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
    order_number: str  # order that the ticket is about, "" while unknown
    has_proof: bool  # a picture or PDF from the customer is stored with it (P3, P9)
    case: CaseFacts | None  # the newest


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
    wishes: tuple[Wish, ...]
    form: Answers  # form lines in this mail
    words: StaffWords | None  # the mail taken apart, where role is STAFF; `order` is then the one of "#return"
    bounce: BounceFacts | None
    budget: AnswerBudget
    calendar: WorkCalendar
    known_languages: tuple[str, ...]  # languages to answer in; the last is for everybody else
    oversize: Oversize | None = None
    spam: str = ""  # what marks the mail as spam, "X-Spam-Flag: YES" or "folder Spam"; "" for nothing
    blocked: str = ""  # the entry of spam.blocklist that keeps a customer's address out; "" for none
    is_second_copy: bool = False  # the same mail came in before, by another way
    in_copy: tuple[str, ...] = ()  # addresses that an entitled customer wrote to besides the desk
    merge_target: TicketFacts | None = None  # the ticket that staff's "#merge" names
    only_thanks: bool = False  # the mail thanks and says nothing else
    ask_until: datetime | None = None  # until when a question to the owner of an order may be answered
    foreign_order: Order | None = None  # the sender quotes an order of somebody else, who may be asked about it
    confirmation: ConfirmationFacts | None = None  # the sender answers such a question
    refund: RefundFacts | None = None  # the newest of the matched order
    own_ticket: int | None = None  # a mail of ours that came back: the ticket that its reply address is signed for
    is_ours: bool = False  # this desk itself sent the mail, by its header or its Message-ID
    flagged: AddressState | None = None  # what is known of the sender's address, where our mail didn't reach it

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
    """A refund whose promise may have run out: what the clock brings instead of a mail."""

    now: datetime  # aware
    today: date  # in the desk's time zone
    ticket_id: int
    case: CaseFacts
    refund: RefundFacts
