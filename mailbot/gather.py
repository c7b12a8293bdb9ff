"""What is known around a mail, collected for the decision about it: reads only, decides nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from mailbot.allowances import answer_budget, notice_budget
from mailbot.apply import Occasion
from mailbot.bouncing import bounce_facts
from mailbot.complaints import Complaints
from mailbot.correspondence import Correspondence
from mailbot.domain.commands import StaffWords, read_staff_words
from mailbot.domain.documents import NO_DOCUMENTS, Documents, Source
from mailbot.domain.facts import (
    AnsweredNotice,
    CaseFacts,
    Facts,
    Oversize,
    RefundFacts,
    TicketFacts,
)
from mailbot.domain.forms import Answers, attached_form, form_labels, read_form
from mailbot.domain.match import Exact, OrderMatch, foreign_order, orders_in_question
from mailbot.domain.match_basis import fresh_numbers
from mailbot.domain.matters import as_matter_of_its_own, says_only_thanks
from mailbot.domain.message import Address, IncomingMail, Origin
from mailbot.domain.named_matter import about_case, numbers_named
from mailbot.domain.orders import Order
from mailbot.domain.proof import proof_files
from mailbot.domain.references import References
from mailbot.domain.refund_meant import with_refund_meant
from mailbot.domain.restraint import sender_key, subject_key
from mailbot.domain.rules import RuleBook
from mailbot.domain.several import names_anothers
from mailbot.domain.spam import blocked_by, spam_mark
from mailbot.domain.standing import Role, Standing, Verdict
from mailbot.domain.threads import ThreadMatch
from mailbot.domain.vocabulary.asked import order_of_files
from mailbot.domain.wishes import Wish, only_wish
from mailbot.domain.workdays import NO_CALENDAR, WorkCalendar
from mailbot.each_order import facts_of_each, open_case_meant
from mailbot.errors import BadItem
from mailbot.evidence.calendars import work_calendar
from mailbot.mail import language
from mailbot.mail.authenticity import judge_sender
from mailbot.mail.compose import ascii_address
from mailbot.named_orders import case_named, cases_beside, find_named_orders
from mailbot.purchases import Purchase, Purchases, Told
from mailbot.settings import Settings
from mailbot.store import addresses, confirmations, desk_numbers, history, inbox, tickets


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A mail with everything that was found out about it."""

    facts: Facts
    occasion: Occasion


@dataclass(frozen=True, kw_only=True)
class Gleaned:
    """What the words of a mail say, read before the transaction in which it is decided about."""

    told: Told
    wishes: tuple[Wish, ...]
    form: Answers


@dataclass(kw_only=True)
class Gatherer:
    """Collects the facts about a mail."""

    settings: Settings
    book: RuleBook  # for the words of wishes and the lines of forms
    correspondence: Correspondence
    purchases: Purchases
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def glean(self, mail: IncomingMail, *, documents: Documents = NO_DOCUMENTS, now: datetime | None = None) -> Gleaned:
        """Read the words of a mail as of `now` (default: this moment); nothing of it needs a lock (G9)."""
        sender = _writable(mail.sender)
        role, _ = self._role(sender)
        told = self.purchases.read(mail, documents, sender=sender, role=role, today=self._today(now or self.clock()))
        # A subject of ours that comes back is nobody's wish.
        subject = "" if told.reading.references.ticket_tags else mail.subject
        return Gleaned(
            told=told,
            wishes=self.book.wishes.wishes(subject, mail.reply_text),
            form=self._form(mail, documents) if role is Role.CUSTOMER else {},
        )

    def gather(
        self,
        mail: IncomingMail,
        received_at: datetime,
        inbox_id: int | None,
        *,
        now: datetime | None = None,
        item: inbox.InboxItem | None = None,
        documents: Documents = NO_DOCUMENTS,
        gleaned: Gleaned | None = None,
    ) -> Gathered:
        """Collect the facts about a mail, as of `now` (default: this moment); reads only. `item`: as it came in.

        `gleaned` is what `glean` said of the same mail and documents before the transaction; where the store has other
        orders of the sender by now, or it isn't given, the words are read here (G2).
        """
        now = now or self.clock()
        sender = _writable(mail.sender)
        role, staff_name = self._role(sender)
        mail = _in_earlier_language(mail, sender) if role is Role.CUSTOMER else mail
        believed = self.settings.authentication
        standing = judge_sender(
            mail.authentication_results, believed.authserv_id, sender, mail.senders, believed.vouched
        )
        today = self._today(now)
        if gleaned is None or not self.purchases.is_current(gleaned.told, sender=sender, role=role, today=today):
            gleaned = self.glean(mail, documents=documents, now=now)
        references = gleaned.told.reading.references
        thread = self.correspondence.thread(mail, references, sender, standing)
        ticket = tickets.load(thread.ticket_id) if thread.ticket_id is not None else None
        purchase = self.purchases.find(
            gleaned.told,
            documents=documents,
            sender=sender,
            role=role,
            standing=standing,
            ticket=ticket,
        )
        order = purchase.match
        named = numbers_named(mail, references) if role is Role.CUSTOMER and mail.origin is Origin.HUMAN else ()
        spam = self._spam(mail, item)
        answered = self._answered_notice(thread, references, sender, role, now)
        # A filter's mark on a late answer must not keep it from staff: it stays where it belongs.
        if ticket is not None and role is Role.CUSTOMER and not spam:
            why = self.correspondence.another_matter(ticket, mail, references, order, now)
            if why and ticket.ticket_id not in {there for _, there in desk_numbers.with_tickets(named)}:
                thread, ticket = as_matter_of_its_own(thread, why), None
        heard = role is Role.STAFF and standing.verdict is not Verdict.FAILED
        words = self._staff_words(mail, references, staff_name, ticket, sender) if heard else None
        staff_orders = find_named_orders(words, ticket, self.purchases.find_order_numbers)
        order = staff_orders.order if staff_orders.returned is not None else order
        case = case_named(named, ticket, sender, standing)
        order = about_case(order, case) if case is not None else order
        wishes = () if names_anothers(order, references) else gleaned.wishes
        refunded = tickets.refunded_orders(one.number for one in orders_in_question(order))
        if ticket is None and only_wish(wishes) == "refund_status" and standing.verdict is Verdict.VERIFIED:
            order = order if fresh_numbers(references) else with_refund_meant(order, refunded)
        elsewhere = open_case_meant(order, role, sender, standing, wishes)
        order = about_case(order, elsewhere) if elsewhere is not None else order
        joins = tickets.load(elsewhere.ticket_id) if elsewhere is not None and ticket is None else None
        wanted = {wish.name for wish in wishes} | ({ticket.wish} if ticket is not None else set())
        complaint = None
        if role is Role.CUSTOMER and mail.origin is not Origin.BOUNCE:
            complaint = self._complaints.about(mail, wishes, sender=sender, ticket=ticket, thread=thread)
        bounce = None
        if mail.origin is Origin.BOUNCE and standing.verdict is not Verdict.FAILED:
            bounce = bounce_facts(self.settings, mail, sender, standing, now)
        about = {one.ticket_id for one in (ticket, bounce, elsewhere) if one is not None}
        facts = Facts(
            now=now,
            today=today,
            mail=mail,
            sender=sender,
            role=role,
            staff_name=staff_name,
            standing=standing,
            staff_may_command=self._staff_may_command(standing),
            references=references,
            said=purchase.reading.said,
            documents=documents,
            receipts=purchase.receipts,
            thread=thread,
            ticket=ticket,
            open_case_elsewhere=elsewhere,
            ticket_of_open_case=joins,
            order=order,
            wishes=wishes,
            warranty=self.purchases.warranty(order, purchase.reading, wanted, self.book, now),
            may_go_back=self.purchases.may_go_back(order, wanted, self.book, now),
            form=gleaned.form,
            day_there=self.purchases.day_there(order, self.book, now),
            words=words,
            bounce=bounce,
            budget=answer_budget(self.settings, mail, sender, ticket or joins, standing, now),
            notices=notice_budget(self.settings, mail, sender, about, standing, now),
            answered_notice=answered,
            # Only staff book refunds; the holidays take a tenth of a second to load.
            calendar=self._calendar if role is Role.STAFF else NO_CALENDAR,
            known_languages=self.settings.languages,
            oversize=_oversize(item, self.settings.limits.message_bytes),
            spam=spam,
            blocked=blocked_by(sender, self.settings.spam.blocklist) if role is Role.CUSTOMER else "",
            only_thanks=ticket is not None and says_only_thanks(mail, self.correspondence.names(ticket)),
            is_second_copy=tickets.is_second_copy(mail, standing.verdict, marked=_is_marked(mail, spam)),
            in_copy=self.correspondence.in_copy(mail, sender, standing) if role is Role.CUSTOMER else (),
            merge_target=_merge_target(words, sender),
            complaint=complaint,
            foreign_order=self._foreign_order(purchase, standing, sender, now),
            named_order=staff_orders.named,
            told_before=_told_before(words, ticket),
            returned_order=staff_orders.returned,
            cases_of_order=staff_orders.cases or cases_beside(order, wanted),
            ask_until=_end_of_day(now + timedelta(days=self.settings.authentication.ask_days), self._zone),
            confirmation=self.correspondence.confirmation(references, sender, standing),
            refund_in_question=bool(refunded),
            refund=_refund(order, case),
            case_named=case,
            own_ticket=self.correspondence.own_ticket(mail) if mail.origin is Origin.OWN else None,
            is_ours=mail.desk == self.settings.mail_domain or tickets.is_ours(mail.message_id),
            flagged=addresses.get(sender) if sender else None,
        )
        came_for = order_of_files(facts)
        facts = replace(facts, proofs=proof_files(mail, documents, came_for, self.purchases.find_order_numbers))
        facts = replace(facts, each_order=facts_of_each(facts, self.purchases, self.book))
        occasion = Occasion(
            now=now,
            today=today,
            mail=mail,
            inbox_id=inbox_id,
            received_at=received_at,
            sender=sender,
            standing=standing.verdict.value,
            marked=_is_marked(mail, spam),
            order=order.order if isinstance(order, Exact) else None,
            subject_key=subject_key(sender, mail.subject),
            sender_key=sender_key(sender),
            proofs=facts.proofs,
        )
        return Gathered(facts=facts, occasion=occasion)

    def may_hold_evidence(self, mail: IncomingMail, item: inbox.InboxItem | None) -> bool:
        """Whether attached files are worth reading: a customer's own mail, not a machine's, staff's or spam."""
        sender = _writable(mail.sender)
        source = item.source if item else ""
        spam = self.settings.spam
        return (
            mail.origin is Origin.HUMAN
            and self._role(sender)[0] is Role.CUSTOMER
            and not spam_mark(mail.spam_headers, spam.headers, source, self.settings.spam_folders())
            and not blocked_by(sender, spam.blocklist)
        )

    def _role(self, sender: str) -> tuple[Role, str]:
        if not sender:
            return Role.NOBODY, ""
        if sender in self.settings.own_addresses():
            return Role.DESK, ""
        member = self.settings.is_staff(sender)
        return (Role.STAFF, member.name) if member else (Role.CUSTOMER, "")

    def _staff_may_command(self, standing: Standing) -> bool:
        if standing.verdict is Verdict.VERIFIED:
            return True
        return standing.verdict is Verdict.UNVERIFIED and not self.settings.authentication.staff_commands_need_pass

    def _foreign_order(self, purchase: Purchase, standing: Standing, sender: str, now: datetime) -> Order | None:
        """An order whose owner may be asked: not twice in `ask_days`, neither about the order nor for the person."""
        order = foreign_order(purchase.reading, purchase.known, purchase.match, standing)
        ways = self.settings.authentication
        if order is None or not ways.ask_owners or not order.buyer_email:
            return None
        if confirmations.asked_since(order.number, sender, now - timedelta(days=ways.ask_days)):
            return None
        return order

    def _form(self, mail: IncomingMail, documents: Documents) -> Answers:
        """Form lines of the new words, of the whole body (filled in inside the quote) and of attached forms."""
        texts = dict.fromkeys((mail.text, mail.reply_text))
        papers = [one.text for one in documents.found if one.source in (Source.PDF, Source.WRITING)]
        answers = attached_form(papers, self._form_labels)
        for text in texts:
            answers |= read_form(text, self._form_labels)
        return answers

    def _staff_words(
        self, mail: IncomingMail, references: References, staff_name: str, ticket: TicketFacts | None, sender: str
    ) -> StaffWords:
        notices = history.texts_of_ours(references.message_ids)
        if ticket is not None:  # a mail program may start a new thread
            notices += history.texts_to(ticket.ticket_id, sender)
        return read_staff_words(mail.reply_text, notices, (staff_name, self.settings.brand.name))

    def _spam(self, mail: IncomingMail, item: inbox.InboxItem | None) -> str:
        """What marks the mail as spam; whatever a filter wrote, a person who moved it out of there knows better."""
        if item is not None and item.rescued:
            return ""
        source = item.source if item else ""
        return spam_mark(mail.spam_headers, self.settings.spam.headers, source, self.settings.spam_folders())

    def _answered_notice(
        self, thread: ThreadMatch, references: References, sender: str, role: Role, now: datetime
    ) -> AnsweredNotice | None:
        """The notice to staff that somebody who isn't of staff answers."""
        if role not in (Role.CUSTOMER, Role.NOBODY):
            return None
        ticket_id = self.correspondence.notice_answered(references, sender)
        if ticket_id is None:
            return None
        if thread.ticket_id is not None:
            # A customer to whom staff forwarded a notice is heard; not so the ticket that such an answer opened.
            return AnsweredNotice(told=tickets.is_linked(thread.ticket_id))
        key, day = sender_key(sender), now - timedelta(days=1)
        seen = any(tickets.sender_notices_since(key, day, verified=verified) for verified in (True, False))
        return AnsweredNotice(told=seen or tickets.is_linked(ticket_id))

    def _today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    @cached_property
    def _form_labels(self) -> Mapping[str, str]:
        return form_labels([field for form in self.book.forms.values() for field in form])

    @cached_property
    def _complaints(self) -> Complaints:
        return Complaints(settings=self.settings)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def _calendar(self) -> WorkCalendar:
        year = self.clock().astimezone(self._zone).year
        return work_calendar(self.settings.calendar, (year, year + 1))


def _told_before(words: StaffWords | None, ticket: TicketFacts | None) -> str:
    if words is None or words.start is None or ticket is None:
        return ""
    return "\n\n".join(history.proven_words(ticket.ticket_id, ticket.customer_email))


def _refund(order: OrderMatch, case: CaseFacts | None) -> RefundFacts | None:
    if case is not None:
        return case.refund
    return tickets.refund_of_order(order.order.number) if isinstance(order, Exact) else None


def _end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """People are told a day, and it counts whole."""
    return moment.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=0)


def _oversize(item: inbox.InboxItem | None, limit: int) -> Oversize | None:
    if item is None or not item.is_header_only:
        return None
    return Oversize(size=item.size, limit=limit, place=item.source.removeprefix("imap:"))


def _in_earlier_language(mail: IncomingMail, sender: str) -> IncomingMail:
    """The mail with its language told anew where it is too short to tell by ("ok") and the sender wrote before."""
    if len(mail.reply_text) > language.SHORT:
        return mail
    prior = tickets.newest_language(sender)
    if not prior or prior == mail.language:
        return mail
    return replace(mail, language=language.detect(mail.reply_text, mail.subject, mail.text, prior=prior))


def _merge_target(words: StaffWords | None, sender: str) -> TicketFacts | None:
    if words is None or words.merge_into is None:
        return None
    ticket_id = tickets.after_merges([words.merge_into]).get(words.merge_into)
    found = tickets.load(ticket_id) if ticket_id is not None else None
    # Who tries numbers doesn't learn by them of a complaint about themselves.
    return found if found is None or sender not in found.kept_from else None


def _is_marked(mail: IncomingMail, spam: str) -> bool:
    return mail.origin is not Origin.HUMAN or bool(spam)


def _writable(sender: Address | None) -> str:
    """The sender's address in lower case; "" where nobody can be written to."""
    try:
        # A domain that changes when it is made ASCII (fullwidth letters) is another one than the server judged.
        if sender is None or unicodedata.normalize("NFKC", sender.email) != sender.email:
            return ""
        return ascii_address(sender.email).lower()
    except BadItem:
        return ""
