"""What time brings up: cases that waited become facts, and go through the same decide and apply as a mail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailbot.apply import Applier, Occasion
from mailbot.domain.effects import MarkTold, RecordIncident
from mailbot.domain.facts import AnswerBudget, DueFacts
from mailbot.domain.rules import RuleBook, decide_due
from mailbot.domain.waiting import OF_CUSTOMER, WAITS, Milestone, Promise, Wait, Waiting, milestones
from mailbot.domain.workdays import WorkCalendar
from mailbot.domain.worktime import WorkTime
from mailbot.errors import ConfigError, TryAgainLater
from mailbot.evidence.calendars import CALENDARS_VERSION, work_calendar
from mailbot.settings import Settings
from mailbot.store import due, tickets
from mailbot.store.database import transaction

log = logging.getLogger(__name__)

_LOOKED_AT = 500  # cases in one pass
_ACTED_UPON = 50  # cases in one pass: what is due after a long stop is spread over several
_MOST_STEPS = 5  # about one case in one pass
_AFTER_TROUBLE = timedelta(minutes=15)  # until a case that failed is tried again; others go first


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """A case that waits, and what comes next if nobody moves it."""

    waiting: Waiting
    next: Milestone | None


@dataclass(kw_only=True)
class Timers:
    """Looks at cases on their day. Idempotent: what was done is marked in the transaction that does it."""

    settings: Settings
    book: RuleBook
    applier: Applier
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def run(self, stop: Callable[[], bool] = lambda: False) -> tuple[int, ConfigError | None]:
        """Handle what is due; returns how many things were done, and what stood in the way of others (G3)."""
        now = self.clock()
        acted, cases, trouble = 0, 0, None
        for case_id in self._due_ones(now):
            if stop() or cases >= _ACTED_UPON:
                break
            try:
                with transaction():
                    done = self._look_at(case_id, now)
                acted, cases = acted + done, cases + bool(done)
            except TryAgainLater:
                raise
            except ConfigError as error:
                # Not the case's fault: it waits until the operator has mended a template.
                trouble = error
                self._try_later(case_id, now)
            except Exception as error:
                # The trace may hold a customer's words: the log gets the kind of error only.
                log.error("case %d could not be looked at: %s", case_id, type(error).__name__)
                log.debug("case %d", case_id, exc_info=True)
                self._try_later(case_id, now)
        return acted, trouble

    def today(self) -> date:
        """The day at the desk."""
        return self.clock().astimezone(ZoneInfo(self.settings.timezone)).date()

    def forecast(self, limit: int) -> list[Forecast]:
        """All that waits, what comes first first; nothing is changed."""
        now = self.clock()
        work = self._work(now)
        policy, found = self.book.returns.waiting, []
        for waiting in self._waiting(due.everything(limit), work):
            coming = milestones(waiting, policy, work.calendar)
            found.append(Forecast(waiting=waiting, next=coming[0] if coming else None))
        last = due.NEVER.date()
        return sorted(found, key=lambda each: (each.next.on if each.next else last, each.waiting.case_id))

    def _due_ones(self, now: datetime) -> list[int]:
        """Cases about which something is to be done now. For all others that came up the next look is set."""
        found: list[int] = []
        with transaction():
            due.count_anew(self._counted_by(now), now)
            rows = due.next_ones(now, _LOOKED_AT)
            if not rows:
                return found
            work = self._work(now)
            for waiting in self._waiting(rows, work):
                coming = milestones(waiting, self.book.returns.waiting, work.calendar)
                if work.is_open(now) and any(each.on <= work.day_of(now) for each in coming):
                    found.append(waiting.case_id)
                else:
                    due.look_again(waiting.case_id, _next_look(coming, work, now))
        return found

    def _look_at(self, case_id: int, now: datetime) -> int:
        """Decide about one case until nothing is left to do today; returns how many things were done."""
        work, done = self._work(now), 0
        for _ in range(_MOST_STEPS):
            facts = self._gather(case_id, work, now)
            if facts is None:
                return done
            decision = decide_due(facts, self.book)
            occasion = Occasion(now=now, today=facts.today, received_at=now)
            self.applier.apply(decision.effects, occasion)
            for effect in decision.effects:
                if isinstance(effect, RecordIncident):
                    log.warning("case %d: %s", case_id, effect.detail)
            if not any(isinstance(effect, MarkTold) for effect in decision.effects):
                break
            log.info("case %d: %s", case_id, decision.trace[-1].rule)
            done += 1
        row = due.one(case_id)
        if row is not None:
            (waiting,) = self._waiting([row], work)
            coming = milestones(waiting, self.book.returns.waiting, work.calendar)
            due.look_again(case_id, _next_look(coming, work, now))
        return done

    def _gather(self, case_id: int, work: WorkTime, now: datetime) -> DueFacts | None:
        row = due.one(case_id)
        case = tickets.load_case(case_id)
        ticket = tickets.load(row.ticket_id) if row is not None else None
        if row is None or case is None or ticket is None:
            return None
        (waiting,) = self._waiting([row], work)
        limits, customer = self.settings.limits, ticket.customer_email
        written = tickets.answers_since(customer, now - timedelta(days=1), verified=False)
        in_ticket = tickets.ticket_answers_since(row.ticket_id, now - timedelta(hours=1), verified=False)
        return DueFacts(
            now=now,
            work=work,
            waiting=waiting,
            case=case,
            others_open=any(other.is_open for other in ticket.cases if other.case_id != case_id),
            ticket_is_open=ticket.is_open,
            budget=AnswerBudget(
                for_address=limits.replies_per_address_per_day - written,
                for_ticket=limits.replies_per_ticket_per_hour - in_ticket,
            ),
        )

    def _waiting(self, rows: Iterable[due.WaitingRow], work: WorkTime) -> list[Waiting]:
        rows = list(rows)
        told = due.told(row.case_id for row in rows)
        found = []
        for row in rows:
            wait = WAITS[row.state]
            begun_at = max(row.since, row.heard_at or row.since) if wait in OF_CUSTOMER else row.since
            found.append(
                Waiting(
                    case_id=row.case_id,
                    ticket_id=row.ticket_id,
                    kind=row.kind,
                    state=row.state,
                    begun_at=begun_at,
                    begun_on=work.day_of(begun_at),
                    named_until=row.waits_until if wait in OF_CUSTOMER else None,
                    promise=self._promise(row, wait, work),
                    told=told.get((row.case_id, begun_at), {}),
                    reachable=row.reachable,
                )
            )
        return found

    def _promise(self, row: due.WaitingRow, wait: Wait, work: WorkTime) -> Promise | None:
        if wait is Wait.REFUND and row.refund is not None:
            return Promise(
                day=row.refund.due_on,
                provisional=row.refund.provisional,
                begun_on=work.day_of(row.refund.booked_at),
                days=self.book.returns.refund_days_max,
            )
        if wait is Wait.REPLACEMENT and row.waits_until is not None:
            return Promise(day=row.waits_until)
        return None

    def _work(self, now: datetime) -> WorkTime:
        zone = ZoneInfo(self.settings.timezone)
        year = now.astimezone(zone).year
        return WorkTime(calendar=_calendar(self.settings.calendar, year), hours=self.settings.hours, zone=zone)

    def _counted_by(self, now: datetime) -> str:
        """Whatever the next looks depend on besides the cases."""
        settings = self.settings
        year = now.astimezone(ZoneInfo(settings.timezone)).year
        parts = (
            self.book.version, settings.timezone, settings.calendar, settings.working_hours, CALENDARS_VERSION,
            str(year),
        )  # fmt: skip
        return " ".join(parts)

    def _try_later(self, case_id: int, now: datetime) -> None:
        with transaction():
            due.look_again(case_id, now + _AFTER_TROUBLE)


def _next_look(coming: Iterable[Milestone], work: WorkTime, now: datetime) -> datetime:
    """When something can be done about a case next; what is due and was not done comes up again the day after."""
    return min((work.next_opening(now, each.on) for each in coming), default=due.NEVER)


@lru_cache(maxsize=4)
def _calendar(country: str, year: int) -> WorkCalendar:
    # A wait may have begun in the year before, and end in the next.
    return work_calendar(country, (year - 1, year, year + 1))
