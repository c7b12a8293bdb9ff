"""Which order a mail is about, gathered from the store: reads only; the choice itself is `domain.match`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from mailbot.domain.catalogue import Catalogue
from mailbot.domain.codes import code_key
from mailbot.domain.documents import Documents
from mailbot.domain.eligibility import Ask, Situation, judge
from mailbot.domain.facts import TicketFacts
from mailbot.domain.match import Exact, NoMatch, OrderMatch, Probable, match_order
from mailbot.domain.match_basis import Known, Reading
from mailbot.domain.message import IncomingMail
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import Kind, find_own_codes
from mailbot.domain.periods import customer_day
from mailbot.domain.receipt import ReceiptCheck, compare, held_against, receipt_texts
from mailbot.domain.references import OWN_WORDS, find_references, texts_of
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Role, Standing
from mailbot.domain.terms import Claim
from mailbot.domain.text_facts import TextFacts, TextReader
from mailbot.domain.verdicts import Outcome
from mailbot.domain.warranty import WarrantyLine, warranty_of
from mailbot.evidence.zones import customer_zones
from mailbot.mail.tokens import find_tokens
from mailbot.settings import Settings
from mailbot.settings.patterns import finder
from mailbot.store import confirmations, corrections, orders


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A mail's order, and what was found on the way to it."""

    reading: Reading
    known: Known
    match: OrderMatch
    receipts: ReceiptCheck | None = None  # the attached files held against its order, or the ticket's


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the words of a mail say, and what they were read with."""

    reading: Reading
    own: tuple[Order, ...]  # orders of the sender's address, whose numbers were looked for
    today: date  # by which days were understood


NO_ORDER = NoMatch(evidence=(), numbers_quoted=False)


@dataclass(kw_only=True)
class Purchases:
    """Looks orders up for the mail at hand."""

    settings: Settings
    catalogue: Catalogue

    def read(self, mail: IncomingMail, documents: Documents, *, sender: str, role: Role, today: date) -> Told:
        """Read the words of a mail. With many of them this takes seconds, and it needs no lock on the database."""
        texts = texts_of(mail, documents.found)
        references = find_references(mail, texts, self.find_order_numbers, find_tokens)
        own = tuple(orders.of_buyer(sender)) if role is Role.CUSTOMER else ()
        reading = Reading(references=references, said=TextFacts(), text=mail.reply_text)
        if role is Role.CUSTOMER:
            said = self._reader(today, own[0].country if own else "").read(texts)
            reading = replace(reading, said=said, codes=find_own_codes(texts, own))
        return Told(reading=reading, own=own, today=today)

    def is_current(self, told: Told, *, sender: str, role: Role, today: date) -> bool:
        """Whether what a mail was read with is what the store holds now."""
        own = tuple(orders.of_buyer(sender)) if role is Role.CUSTOMER else ()
        return (told.own, told.today) == (own, today)

    def find(
        self,
        told: Told,
        *,
        documents: Documents,
        sender: str,
        role: Role,
        standing: Standing,
        ticket: TicketFacts | None,
    ) -> Purchase:
        """The order that a customer's mail is about; nobody else's mail is matched."""
        reading, said, own = told.reading, told.reading.said, told.own
        quoted = orders.by_numbers(finding.value for finding in reading.references.order_numbers)
        if role is not Role.CUSTOMER:
            return Purchase(reading=reading, known=Known(quoted=quoted), match=NO_ORDER)
        by_code = {order.number: order for order in orders.by_serials(found.value for found in said.serials)}
        by_code |= {
            order.number: order for order in orders.by_tracking_numbers(found.value for found in said.tracking_numbers)
        }
        known = Known(
            quoted=quoted,
            by_code=tuple(by_code.values()),
            own=own,
            granted=confirmations.granted(sender, quoted),
            corrections=corrections.of_sender(sender),
            asked=ticket.asked_orders if ticket is not None and ticket.customer_email == sender else (),
        )
        match = match_order(
            reading,
            known,
            sender=sender,
            standing=standing,
            today=told.today,
            recent=timedelta(days=self.settings.orders.recent_days),
        )
        receipts = self._receipts(documents, match, ticket, known, told.today)
        match = held_against(match, receipts) if receipts is not None else match
        return Purchase(reading=reading, known=known, match=match, receipts=receipts)

    def _receipts(
        self, documents: Documents, match: OrderMatch, ticket: TicketFacts | None, known: Known, today: date
    ) -> ReceiptCheck | None:
        """What attached files say, held against the matched order, else the one that the ticket is about."""
        order = match.order if isinstance(match, Exact | Probable) else None
        if not isinstance(match, Exact) and ticket is not None:
            order = next((one for one in known.own if one.number == ticket.order_number), order)
        if order is None or not documents.found:
            return None
        reader = self._reader(today, order.country)
        texts = receipt_texts(
            documents.found, lambda place, text: reader.read([(place, text)]), self.find_order_numbers
        )
        others = [one for one in known.own if one.number != order.number]
        return compare(texts, order, others, timedelta(days=self.settings.orders.receipt_days))

    def warranty(
        self, match: OrderMatch, reading: Reading, wishes: Collection[str], book: RuleBook, now: datetime
    ) -> tuple[WarrantyLine, ...]:
        """How long what the mail names of the matched order is covered, where somebody asks; all of it by default."""
        if not isinstance(match, Exact) or "warranty_question" not in wishes:
            return ()
        order, day = match.order, self._day_of(match.order, book, now)
        meant = _models_meant(reading, order)
        return warranty_of(order, book.terms, self.catalogue.products, day, meant, book.calendars)

    def may_go_back(self, match: OrderMatch, wishes: Collection[str], book: RuleBook, now: datetime) -> bool:
        """Whether the shop's terms or the law of the customer's country still allow, or may allow, a return (P7)."""
        if not isinstance(match, Exact) or "return" not in wishes:
            return False
        situation = Situation(
            order=match.order,
            products=self.catalogue.products,
            terms=book.terms,
            asked_on=self._day_of(match.order, book, now),
            calendars=book.calendars,
        )
        asks = [Ask(model=line.model, quantity=line.quantity, claim=Claim.RETURN) for line in match.order.lines]
        return any(verdict.outcome is not Outcome.NOT_ELIGIBLE for verdict in judge(situation, asks))

    def day_there(self, match: OrderMatch, book: RuleBook, now: datetime) -> date | None:
        """The day where the buyer of the matched order lives."""
        return self._day_of(match.order, book, now) if isinstance(match, Exact) else None

    def _day_of(self, order: Order, book: RuleBook, now: datetime) -> date:
        return customer_day(now, customer_zones(order.country, book.zones), ZoneInfo(self.settings.timezone))

    def _reader(self, today: date, country: str) -> TextReader:
        return TextReader(
            find_serials=self._find_serials,
            find_tracking_numbers=self._find_tracking_numbers,
            catalogue=self.catalogue,
            today=today,
            country=country,
        )

    @cached_property
    def find_order_numbers(self) -> Callable[[str], list[str]]:
        """Finds the numbers in a text by the settings' pattern."""
        return finder(self.settings.orders.number_pattern)

    @cached_property
    def _find_serials(self) -> Callable[[str], list[str]]:
        return finder(self.settings.orders.serial_pattern)

    @cached_property
    def _find_tracking_numbers(self) -> Callable[[str], list[str]]:
        return finder(self.settings.orders.tracking_pattern)


def _models_meant(reading: Reading, order: Order) -> frozenset[str]:
    """Models of the order that the sender's own words name, themselves or by a serial number; upper case."""
    said, codes = reading.said, reading.codes
    models = {model.upper() for found in said.models if found.place in OWN_WORDS for model in found.value.models}
    models |= {code.written.upper() for code in codes if code.kind is Kind.MODEL and code.place in OWN_WORDS}
    serials = {found.value for found in said.serials if found.place in OWN_WORDS}
    serials |= {code_key(code.written) for code in codes if code.kind is Kind.SERIAL and code.place in OWN_WORDS}
    return frozenset(
        line.model.upper()
        for line in order.lines
        if line.model.upper() in models or serials & {code_key(serial) for serial in line.serials}
    )
