"""Which order a mail is about, gathered from the store: reads only; the choice itself is `domain.match`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from mailbot.domain.catalogue import Catalogue
from mailbot.domain.documents import Documents
from mailbot.domain.eligibility import Ask, Situation, judge
from mailbot.domain.facts import TicketFacts
from mailbot.domain.match import Exact, NoMatch, OrderMatch, match_order
from mailbot.domain.match_basis import Known, Reading
from mailbot.domain.message import IncomingMail
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import find_own_codes
from mailbot.domain.periods import customer_day
from mailbot.domain.references import References, find_references, texts_of
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


NO_ORDER = NoMatch(evidence=(), numbers_quoted=False)


@dataclass(kw_only=True)
class Purchases:
    """Looks orders up for the mail at hand."""

    settings: Settings
    catalogue: Catalogue

    def references(self, mail: IncomingMail, documents: Documents) -> References:
        """What the mail points at."""
        return find_references(mail, texts_of(mail, documents.found), self.find_order_numbers, find_tokens)

    def find(
        self,
        mail: IncomingMail,
        references: References,
        *,
        documents: Documents,
        sender: str,
        role: Role,
        standing: Standing,
        ticket: TicketFacts | None,
        today: date,
    ) -> Purchase:
        """The order that a customer's mail is about; nobody else's mail is matched."""
        quoted = orders.by_numbers(finding.value for finding in references.order_numbers)
        if role is not Role.CUSTOMER:
            reading = Reading(references=references, said=TextFacts(), text=mail.reply_text)
            return Purchase(reading=reading, known=Known(quoted=quoted), match=NO_ORDER)
        own = orders.of_buyer(sender)
        texts = texts_of(mail, documents.found)
        said = self._reader(today, own[0].country if own else "").read(texts)
        reading = Reading(references=references, said=said, codes=find_own_codes(texts, own), text=mail.reply_text)
        by_code = {order.number: order for order in orders.by_serials(found.value for found in said.serials)}
        by_code |= {
            order.number: order for order in orders.by_tracking_numbers(found.value for found in said.tracking_numbers)
        }
        known = Known(
            quoted=quoted,
            by_code=tuple(by_code.values()),
            own=tuple(own),
            granted=confirmations.granted(sender, quoted),
            corrections=corrections.of_sender(sender),
            asked=ticket.asked_orders if ticket is not None and ticket.customer_email == sender else (),
        )
        match = match_order(
            reading,
            known,
            sender=sender,
            standing=standing,
            today=today,
            recent=timedelta(days=self.settings.orders.recent_days),
        )
        return Purchase(reading=reading, known=known, match=match)

    def warranty(
        self, match: OrderMatch, wishes: Collection[str], book: RuleBook, now: datetime
    ) -> tuple[WarrantyLine, ...]:
        """How long the matched order is covered, where somebody asks; () where the data don't tell all."""
        if not isinstance(match, Exact) or "warranty_question" not in wishes:
            return ()
        day = self._day_of(match.order, book, now)
        return warranty_of(match.order, book.terms, self.catalogue.products, day, book.calendars)

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
