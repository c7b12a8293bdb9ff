"""One stored mail: gather facts, decide, apply, mark done, all in one transaction (G2, G3, G8)."""

from __future__ import annotations

import json
import logging
import traceback
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import re2

from mailbot.apply import Applier, Occasion
from mailbot.correspondence import Correspondence
from mailbot.domain.commands import StaffWords, read_staff_words
from mailbot.domain.effects import Decision
from mailbot.domain.facts import AnswerBudget, Facts, TicketFacts
from mailbot.domain.forms import Answers, form_labels, read_form
from mailbot.domain.match import Exact, NoMatch, OrderMatch, match_order
from mailbot.domain.matters import as_matter_of_its_own, says_only_thanks
from mailbot.domain.message import Address, IncomingMail, Origin
from mailbot.domain.references import References, find_references
from mailbot.domain.rules import RuleBook, decide
from mailbot.domain.standing import Role, Standing, Verdict
from mailbot.domain.workdays import NO_CALENDAR, WorkCalendar
from mailbot.errors import BadItem, ConfigError, TryAgainLater
from mailbot.evidence.calendars import work_calendar
from mailbot.mail.authenticity import judge_sender
from mailbot.mail.compose import ascii_address
from mailbot.mail.parse import parse_mail
from mailbot.mail.tokens import find_tokens
from mailbot.reader import Reader
from mailbot.settings import Settings
from mailbot.store import history, inbox, orders, tickets
from mailbot.store.database import Rehearsal, lazy_commits, transaction

log = logging.getLogger(__name__)

_BATCH = 200  # ids read at a time


@dataclass(frozen=True, kw_only=True)
class ProcessResult:
    """What one pass did."""

    done: int = 0
    failed: int = 0  # will be tried again
    quarantined: int = 0
    trouble: ConfigError | None = None  # a template or a key that some mails need; they wait, the others went on


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A mail with everything that was found out about it."""

    facts: Facts
    occasion: Occasion


@dataclass(kw_only=True)
class Processor:
    """Processes stored mails in the order in which they came."""

    settings: Settings
    book: RuleBook
    applier: Applier
    correspondence: Correspondence
    reader: Reader
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def run(self, stop: Callable[[], bool] = lambda: False) -> ProcessResult:
        """Process all that waits, until `stop` says so; a mail that fails is counted and passed over (G3)."""
        with lazy_commits():
            return self._run(stop)

    def _run(self, stop: Callable[[], bool]) -> ProcessResult:
        done = failed = quarantined = after = 0
        trouble: ConfigError | None = None
        while batch := inbox.pending(_BATCH, after):
            after = batch[-1].inbox_id
            with closing(self.reader.read([item.digest for item in batch])) as readings:
                for item in batch:
                    if stop():
                        return ProcessResult(done=done, failed=failed, quarantined=quarantined, trouble=trouble)
                    try:
                        done += self._process(item, next(readings))
                    except TryAgainLater:
                        raise
                    except ConfigError as error:
                        # Not the mail's fault: it waits, uncounted, until the operator has mended a template.
                        trouble, failed = error, failed + 1
                    except Exception as error:
                        # The trace may hold a customer's words: the log gets the kind of error only.
                        log.error("mail %d could not be processed: %s", item.inbox_id, type(error).__name__)
                        log.debug("mail %d", item.inbox_id, exc_info=True)
                        if inbox.mark_failed(item.inbox_id, _reason(error), self.settings.limits.attempts):
                            quarantined += 1
                        else:
                            failed += 1
        return ProcessResult(done=done, failed=failed, quarantined=quarantined, trouble=trouble)

    def _process(self, item: inbox.InboxItem, reading: IncomingMail | BadItem) -> bool:
        """Decide about one mail and carry it out; False when another process had it done."""
        if isinstance(reading, BadItem):
            raise reading
        with transaction():
            if not inbox.still_pending(item.inbox_id):
                return False
            gathered = self.gather(reading, item.received_at, item.inbox_id)
            decision = decide(gathered.facts, self.book)
            self.applier.apply(decision.effects, gathered.occasion)
            inbox.mark_done(item.inbox_id, self.clock(), _trace(gathered.facts, decision), self.book.version)
        log.info("mail %d done: %s", item.inbox_id, decision.trace[-1].rule if decision.trace else "no rule")
        return True

    def rehearse(self, raw: bytes, show: Callable[[Gathered, Decision], None]) -> None:
        """Decide about a mail and let `show` look at the outcome, then undo everything (`explain`)."""
        mail = parse_mail(raw).mail
        try:
            with transaction():
                item = inbox.by_digest(mail.digest)
                arrived = item.received_at if item else self.clock()
                gathered = self.gather(mail, arrived, None, now=arrived)
                show(gathered, decide(gathered.facts, self.book))
                raise Rehearsal
        except Rehearsal:
            return

    def gather(
        self, mail: IncomingMail, received_at: datetime, inbox_id: int | None, *, now: datetime | None = None
    ) -> Gathered:
        """Collect the facts about a mail, as of `now` (default: this moment); reads only."""
        now = now or self.clock()
        sender = _writable(mail.sender)
        role, staff_name = self._role(sender)
        standing = judge_sender(
            mail.authentication_results, self.settings.authentication.authserv_id, sender, mail.senders
        )
        references = find_references(mail, self._find_order_numbers, find_tokens)
        thread = self.correspondence.thread(mail, references, sender, standing)
        found = orders.by_numbers(finding.value for finding in references.order_numbers)
        order: OrderMatch = NoMatch(evidence=(), numbers_quoted=False)
        if role is Role.CUSTOMER:
            order = match_order(references, found, sender=sender, standing=standing)
        ticket = tickets.load(thread.ticket_id) if thread.ticket_id is not None else None
        if ticket is not None and role is Role.CUSTOMER:
            why = self.correspondence.another_matter(ticket, mail, references, order, now)
            if why:
                thread, ticket = as_matter_of_its_own(thread, why), None
        words = self._staff_words(mail, references, staff_name, ticket, sender) if role is Role.STAFF else None
        if words is not None and words.start_return is not None and ticket is not None:
            order = _order_to_return(words.start_return, ticket)
        elsewhere = tickets.open_case_of_order(order.order.number) if isinstance(order, Exact) else None
        facts = Facts(
            now=now,
            today=now.astimezone(self._zone).date(),
            mail=mail,
            sender=sender,
            role=role,
            staff_name=staff_name,
            standing=standing,
            staff_may_command=self._staff_may_command(standing),
            references=references,
            thread=thread,
            ticket=ticket,
            open_case_elsewhere=elsewhere,
            order=order,
            wishes=self.book.wishes.wishes(mail.subject, mail.reply_text),
            # What somebody in copy writes is read, but moves nothing.
            form=self._form(mail) if role is Role.CUSTOMER and not _is_in_copy(ticket, sender) else {},
            words=words,
            bounce=tickets.bounced(references.message_ids) if mail.origin is Origin.BOUNCE else None,
            budget=self._budget(sender, thread.ticket_id, now),
            # Only staff book refunds; the holidays take a tenth of a second to load.
            calendar=self._calendar if role is Role.STAFF else NO_CALENDAR,
            known_languages=self.settings.languages,
            only_thanks=ticket is not None and says_only_thanks(mail, self.correspondence.names(ticket)),
            is_second_copy=tickets.is_second_copy(mail, standing.verdict),
            in_copy=self.correspondence.in_copy(mail, sender, standing) if role is Role.CUSTOMER else (),
            merge_target=_merge_target(words),
            own_ticket=self.correspondence.own_ticket(mail) if mail.origin is Origin.OWN else None,
        )
        occasion = Occasion(
            now=now,
            today=facts.today,
            mail=mail,
            inbox_id=inbox_id,
            received_at=received_at,
            sender=sender,
            standing=standing.verdict.value,
            order=order.order if isinstance(order, Exact) else None,
        )
        return Gathered(facts=facts, occasion=occasion)

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

    def _form(self, mail: IncomingMail) -> Answers:
        """Form lines of the new words, and of the whole body for lines filled in inside the quote."""
        if mail.text == mail.reply_text:
            return read_form(mail.text, self._form_labels)
        return {**read_form(mail.text, self._form_labels), **read_form(mail.reply_text, self._form_labels)}

    def _staff_words(
        self, mail: IncomingMail, references: References, staff_name: str, ticket: TicketFacts | None, sender: str
    ) -> StaffWords:
        notices = history.texts_of_ours(references.message_ids)
        if ticket is not None:  # a mail program may start a new thread
            notices += history.texts_to(ticket.ticket_id, sender)
        return read_staff_words(mail.reply_text, notices, (staff_name, self.settings.brand.name))

    def _budget(self, sender: str, ticket_id: int | None, now: datetime) -> AnswerBudget:
        limits = self.settings.limits
        today = tickets.answers_since(sender, now - timedelta(days=1)) if sender else 0
        hour = tickets.ticket_answers_since(ticket_id, now - timedelta(hours=1)) if ticket_id is not None else 0
        relayed = tickets.relayed_since(ticket_id, now - timedelta(hours=1)) if ticket_id is not None else 0
        return AnswerBudget(
            for_address=limits.replies_per_address_per_day - today,
            for_ticket=limits.replies_per_ticket_per_hour - hour,
            for_relays=limits.staff_replies_per_ticket_per_hour - relayed,
        )

    @cached_property
    def _form_labels(self) -> Mapping[str, str]:
        return form_labels(self.book.returns.form)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def _calendar(self) -> WorkCalendar:
        year = self.clock().astimezone(self._zone).year
        return work_calendar(self.settings.calendar, (year, year + 1))

    @cached_property
    def _find_order_numbers(self) -> Callable[[str], list[str]]:
        pattern = re2.compile(self.settings.orders.number_pattern)

        def find(text: str) -> list[str]:
            return [match.group(0) for match in pattern.finditer(text)]

        return find


def _order_to_return(number: str, ticket: TicketFacts) -> OrderMatch:
    """The order that staff name, or the ticket's; only the ticket's customer can return it (G5)."""
    order = orders.get(number or ticket.order_number)
    if order is None:
        return NoMatch(evidence=(f"order number {number or '(none)'}: no such order",), numbers_quoted=bool(number))
    if order.buyer_email != ticket.customer_email:
        return NoMatch(evidence=(f"order {order.number} belongs to another address",), numbers_quoted=True)
    return Exact(order=order, evidence=(f"order {order.number}, named by staff",))


def _merge_target(words: StaffWords | None) -> TicketFacts | None:
    if words is None or words.merge_into is None:
        return None
    ticket_id = tickets.after_merges([words.merge_into]).get(words.merge_into)
    return tickets.load(ticket_id) if ticket_id is not None else None


def _is_in_copy(ticket: TicketFacts | None, sender: str) -> bool:
    return ticket is not None and ticket.customer_email != sender


def _writable(sender: Address | None) -> str:
    """The sender's address in lower case; "" where nobody can be written to."""
    try:
        # A domain that changes when it is made ASCII (fullwidth letters) is another one than the server judged.
        if sender is None or unicodedata.normalize("NFKC", sender.email) != sender.email:
            return ""
        return ascii_address(sender.email).lower()
    except BadItem:
        return ""


def _reason(error: Exception) -> str:
    """What happened and where, for `quarantine show`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" (in {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def _trace(facts: Facts, decision: Decision) -> str:
    """The stored explanation (G8): evidence and rules, no words of the customer."""
    return json.dumps(
        {
            "standing": {"verdict": facts.standing.verdict.value, "evidence": facts.standing.evidence},
            "thread": {"evidence": facts.thread.evidence, "refused": facts.thread.refused},
            "order": {"match": type(facts.order).__name__, "evidence": facts.order.evidence},
            "wishes": [{"name": wish.name, "score": wish.score, "because": wish.because} for wish in facts.wishes],
            "rules": [
                {"rule": rule.rule, "where": rule.where, "hit": rule.hit, "failed": rule.failed}
                for rule in decision.trace
            ],
            "effects": [type(effect).__name__ for effect in decision.effects],
            "remarks": decision.remarks,
        },
        ensure_ascii=False,
    )
