"""What a case waits for, and on which day what happens about it: the due-list, counted in working days (P9–P13).

Only days are counted here; `worktime` says at which hours people are written to, `vocabulary.due` what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.workdays import WorkCalendar, add_working_days, working_days_before


class Wait(StrEnum):
    """What is waited for, by its name in rules/returns.yaml."""

    FORM = "form"  # the customer's answers
    DECISION = "decision"  # staff's, about a complete form
    PARCEL = "parcel"  # to be sent by the customer
    ARRIVAL = "arrival"  # of a parcel that was sent
    INSPECTION = "inspection"
    OUTCOME = "outcome"  # what is done after the inspection: a second person agrees, a repair, a word with the customer
    REPLACEMENT = "replacement"  # to be sent by the shop
    REPAIR = "repair"
    REFUND = "refund"  # to be paid by finance


WAITS: Mapping[CaseState, Wait] = MappingProxyType(
    {
        CaseState.REQUESTED: Wait.FORM,
        CaseState.NEEDS_INFO: Wait.FORM,
        CaseState.SUBMITTED: Wait.DECISION,
        CaseState.APPROVED: Wait.PARCEL,
        CaseState.IN_TRANSIT: Wait.ARRIVAL,
        CaseState.RECEIVED: Wait.INSPECTION,
        CaseState.INSPECTED_OK: Wait.OUTCOME,
        CaseState.INSPECTED_FAILED: Wait.OUTCOME,
        CaseState.EXCHANGE_DUE: Wait.REPLACEMENT,
        CaseState.REPAIR: Wait.REPAIR,
        CaseState.REFUND_DUE: Wait.REFUND,
    }
)
# The customer's turn: whatever they write meanwhile begins the wait anew.
OF_CUSTOMER = frozenset({Wait.FORM, Wait.PARCEL})


class Step(StrEnum):
    """What the clock does about a wait, each once."""

    REMIND = "remind the customer"
    EXPIRE = "let the case expire"
    TELL_STAFF = "tell staff that it takes long"
    TELL_LOST = "tell staff that a parcel never arrived"
    WARN_STAFF = "tell staff that a promise is near its end"
    TELL_BROKEN = "tell staff that a promise is broken"
    APOLOGISE = "tell the customer that a promise is broken"


@dataclass(frozen=True, kw_only=True)
class WaitRule:
    """How long one kind of waiting may take, in working days; 0 for never."""

    remind_customer: int = 0  # after so many
    expire: int = 0  # after so many; the last one counts whole
    tell_staff: int = 0  # after so many
    warn_staff_before: int = 0  # so many before a promise ends


@dataclass(frozen=True, kw_only=True)
class WaitingPolicy:
    """The part `waiting` of rules/returns.yaml."""

    rules: Mapping[Wait, WaitRule] = field(default_factory=dict)
    exchange_days: int = 0  # in which a replacement is promised to be sent; 0: no day is named

    def rule(self, wait: Wait) -> WaitRule:
        """That of one kind; nothing ever happens where the file says nothing."""
        return self.rules.get(wait, WaitRule())


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A day that was named to the customer."""

    day: date  # the last one
    provisional: bool = False  # it was counted through a year whose days off were not published
    begun_on: date | None = None  # from which it was counted, where it may have to be counted again
    days: int = 0  # working days, where it may have to be counted again

    def ends_on(self, calendar: WorkCalendar) -> date:
        """The last day by which it is measured: of a provisional one the later, now and as it was named."""
        if not self.provisional or self.begun_on is None or not self.days:
            return self.day
        return max(self.day, add_working_days(calendar, self.begun_on, self.days).day)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case that waits, as the clock sees it."""

    case_id: int
    ticket_id: int
    kind: CaseKind
    state: CaseState
    begun_at: datetime  # when it came into its state, or when the customer wrote last where it is their turn
    begun_on: date  # the same in the desk's time zone
    named_until: date | None  # last day that the customer was told: for the form, the parcel or the replacement
    promise: Promise | None  # of a refund or a replacement
    told: Mapping[Step, date]  # what was done since it began
    reachable: bool  # the ticket is open and its customer's address takes our mail

    @property
    def wait(self) -> Wait | None:
        """What it waits for; None for a case that is over."""
        return WAITS.get(self.state)


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """Something that is still to happen."""

    step: Step
    on: date  # a working day; the step is due from then on


def last_day(state: CaseState, begun_on: date, policy: WaitingPolicy, calendar: WorkCalendar) -> date | None:
    """The last day that a letter names when a case comes into a state; None where it names none."""
    wait = WAITS.get(state)
    days = policy.exchange_days if wait is Wait.REPLACEMENT else 0
    if wait in OF_CUSTOMER:
        days = policy.rule(wait).expire
    return add_working_days(calendar, begun_on, days).day if days else None


def last_day_after_reminder(
    waiting: Waiting, today: date, policy: WaitingPolicy, calendar: WorkCalendar
) -> date | None:
    """The last day that a reminder names; None where nothing expires."""
    return _expires_after(waiting, {**waiting.told, Step.REMIND: today}, policy, calendar)


def milestones(waiting: Waiting, policy: WaitingPolicy, calendar: WorkCalendar) -> tuple[Milestone, ...]:
    """What is still to happen if nobody moves the case, by day; a step that was done doesn't come again."""
    found = [each for each in _milestones(waiting, policy, calendar) if each.step not in waiting.told]
    order = tuple(Step)
    return tuple(sorted(found, key=lambda each: (each.on, order.index(each.step))))


def _milestones(waiting: Waiting, policy: WaitingPolicy, calendar: WorkCalendar) -> Iterator[Milestone]:
    wait = waiting.wait
    if wait is None:
        return
    rule = policy.rule(wait)
    for step, days in (
        (Step.REMIND, rule.remind_customer if waiting.reachable else 0),
        (Step.TELL_STAFF, rule.tell_staff),
    ):
        if days:
            yield Milestone(step=step, on=add_working_days(calendar, waiting.begun_on, days).day)
    expires = _expires_after(waiting, waiting.told, policy, calendar)
    if expires is not None:
        yield Milestone(step=Step.EXPIRE, on=add_working_days(calendar, expires, 1).day)
    if waiting.promise is not None:
        ends = waiting.promise.ends_on(calendar)
        broken = add_working_days(calendar, ends, 1).day
        if rule.warn_staff_before and Step.TELL_BROKEN not in waiting.told:
            yield Milestone(step=Step.WARN_STAFF, on=working_days_before(calendar, ends, rule.warn_staff_before))
        yield Milestone(step=Step.TELL_BROKEN, on=broken)
        if waiting.reachable:
            yield Milestone(step=Step.APOLOGISE, on=broken)


def _expires_after(
    waiting: Waiting, told: Mapping[Step, date], policy: WaitingPolicy, calendar: WorkCalendar
) -> date | None:
    """The last day before it expires: never before a day that the customer was told, nor soon after a late reminder."""
    if waiting.wait is None or not (rule := policy.rule(waiting.wait)).expire:
        return None
    days = [add_working_days(calendar, waiting.begun_on, rule.expire).day]
    if waiting.named_until is not None:
        days.append(waiting.named_until)
    if Step.REMIND in told and rule.expire > rule.remind_customer:
        days.append(add_working_days(calendar, told[Step.REMIND], rule.expire - rule.remind_customer).day)
    return max(days)
