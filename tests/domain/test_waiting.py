"""The due-list: every kind of waiting by the day, and whatever calendar comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import ENDED, CaseKind, CaseState
from mailbot.domain.effects import CloseTicket, Decision, MarkTold, MoveCase, Reader, RecordIncident, Write
from mailbot.domain.facts import AnswerBudget, DueFacts
from mailbot.domain.rules import decide_due
from mailbot.domain.waiting import (
    OF_CUSTOMER,
    WAITS,
    Promise,
    Step,
    Wait,
    Waiting,
    WaitingPolicy,
    WaitRule,
    last_day,
    milestones,
)
from mailbot.domain.workdays import WorkCalendar, add_working_days, first_working_day, working_days_before
from mailbot.domain.worktime import Hours, WorkTime
from mailbot.evidence.calendars import work_calendar
from tests.domain.examples import CALENDAR, book, case

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
BEGUN = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
HOURS = Hours(opens=time(9), closes=time(18))
PROMISED = date(2026, 3, 11)  # 7 working days after MONDAY
S = CaseState


def waiting(state: CaseState, **changes: object) -> Waiting:
    values: dict[str, object] = {
        "case_id": 1,
        "ticket_id": 1,
        "kind": CaseKind.RETURN,
        "state": state,
        "begun_at": BEGUN,
        "begun_on": MONDAY,
        "named_until": None,
        "promise": Promise(day=PROMISED) if state is S.REFUND_DUE else None,
        "told": {},
        "reachable": True,
    }
    return Waiting(**{**values, **changes})  # type: ignore[arg-type]


def due(some: Waiting, now: datetime, calendar: WorkCalendar = CALENDAR, **changes: object) -> DueFacts:
    kind = CaseKind.EXCHANGE if some.state is S.EXCHANGE_DUE else CaseKind.WARRANTY if some.state is S.REPAIR else None
    values: dict[str, object] = {
        "now": now,
        "work": WorkTime(calendar=calendar, hours=HOURS, zone=SHANGHAI),
        "waiting": some,
        "case": case(some.state, kind=kind or some.kind),
        "others_open": False,
        "ticket_is_open": True,
        "budget": AnswerBudget(for_address=20, for_ticket=5),
    }
    return DueFacts(**{**values, **changes})  # type: ignore[arg-type]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=SHANGHAI)


def letters(decision: Decision) -> list[tuple[str, str]]:
    """Template, or headline of a task, and reader."""
    written = [effect for effect in decision.effects if isinstance(effect, Write)]
    return [(w.headline if w.template == "staff_task" else w.template, w.to.value) for w in written]


def story(some: Waiting, days: int = 60) -> list[tuple[int, str, str]]:
    """(working day after MONDAY, letter, reader) if nobody does anything; a case that expired is over."""
    told, found = dict(some.told), []
    for number in range(1, days + 1):
        day = add_working_days(CALENDAR, MONDAY, number).day
        for _ in range(5):
            decision = decide_due(due(replace(some, told=told), noon(day)), book())
            marks = [effect for effect in decision.effects if isinstance(effect, MarkTold)]
            found += [(number, *letter) for letter in letters(decision)]
            told |= {mark.step: mark.on for mark in marks}
            if not marks or any(isinstance(effect, MoveCase) for effect in decision.effects):
                break
        if any(isinstance(effect, MoveCase) for effect in decision.effects):
            break
    return found


# As rules/returns.yaml is shipped: working day, letter or task, reader.
STORIES = {
    S.REQUESTED: [(5, "case_reminder", "customer"), (11, "case_expired", "customer")],
    S.NEEDS_INFO: [(5, "case_reminder", "customer"), (11, "case_expired", "customer")],
    S.SUBMITTED: [(2, "decision_waits", "staff")],
    S.APPROVED: [(7, "case_reminder", "customer"), (16, "case_expired", "customer")],
    S.IN_TRANSIT: [(10, "arrival_waits", "staff"), (31, "parcel_lost", "staff")],
    S.RECEIVED: [(3, "inspection_waits", "staff")],
    S.INSPECTED_OK: [(3, "outcome_waits", "staff")],
    S.INSPECTED_FAILED: [(3, "outcome_waits", "staff")],
    S.EXCHANGE_DUE: [(3, "replacement_waits", "staff")],
    S.REPAIR: [(10, "repair_waits", "staff")],
    S.REFUND_DUE: [
        (5, "refund_promise_near", "staff"),
        (8, "staff_refund_overdue", "staff"),
        (8, "refund_late", "customer"),
    ],
}


def test_every_state_that_isnt_the_end_waits_for_something() -> None:
    assert set(STORIES) == set(WAITS) == set(CaseState) - ENDED


@pytest.mark.parametrize("state", STORIES)
def test_what_happens_on_which_working_day_while_nobody_moves_the_case(state: CaseState) -> None:
    assert story(waiting(state)) == STORIES[state]


def test_a_promised_replacement_is_warned_of_told_and_owned_up_to() -> None:
    some = waiting(S.EXCHANGE_DUE, promise=Promise(day=date(2026, 3, 9)))  # 5 working days
    assert story(some) == [
        (3, "replacement_waits", "staff"),
        (4, "replacement_promise_near", "staff"),
        (6, "replacement_overdue", "staff"),
        (6, "exchange_late", "customer"),
    ]


def test_a_promise_that_broke_during_a_stop_is_told_at_once_without_a_warning() -> None:
    decision = decide_due(due(waiting(S.REFUND_DUE), noon(date(2026, 4, 1))), book())
    assert letters(decision) == [("staff_refund_overdue", "staff")]
    told = waiting(S.REFUND_DUE, told={Step.TELL_BROKEN: date(2026, 4, 1)})
    assert letters(decide_due(due(told, noon(date(2026, 4, 1))), book())) == [("refund_late", "customer")]


def test_a_late_reminder_puts_the_end_off() -> None:
    late = date(2026, 4, 1)
    decision = decide_due(due(waiting(S.REQUESTED), noon(late)), book())
    (mark,) = [effect for effect in decision.effects if isinstance(effect, MarkTold)]
    assert letters(decision) == [("case_reminder", "customer")]
    assert mark.waits_until == date(2026, 4, 8)  # 5 working days from the reminder, as from day 5 to day 10
    reminded = waiting(S.REQUESTED, told={Step.REMIND: late}, named_until=mark.waits_until)
    assert decide_due(due(reminded, noon(date(2026, 4, 8))), book()).effects == ()
    assert letters(decide_due(due(reminded, noon(date(2026, 4, 9))), book())) == [("case_expired", "customer")]


def test_nothing_expires_before_the_day_that_the_customer_was_told() -> None:
    named = waiting(S.REQUESTED, told={Step.REMIND: date(2026, 3, 9)}, named_until=date(2026, 3, 25))
    assert decide_due(due(named, noon(date(2026, 3, 25))), book()).effects == ()
    assert letters(decide_due(due(named, noon(date(2026, 3, 26))), book())) == [("case_expired", "customer")]


def test_the_expiry_says_who_moved_the_case_and_closes_the_ticket_only_with_its_last_case() -> None:
    some = waiting(S.APPROVED, told={Step.REMIND: date(2026, 3, 11)})
    now = noon(date(2026, 4, 1))
    moves = [e for e in decide_due(due(some, now), book()).effects if isinstance(e, (MoveCase, CloseTicket))]
    assert isinstance(moves[0], MoveCase)
    assert (moves[0].to, moves[0].by) == (S.EXPIRED, "clock")
    assert isinstance(moves[1], CloseTicket)
    for changes in ({"others_open": True}, {"ticket_is_open": False}):
        decision = decide_due(due(some, now, **changes), book())
        assert not any(isinstance(effect, CloseTicket) for effect in decision.effects), changes


@pytest.mark.parametrize("state", [S.REQUESTED, S.APPROVED, S.REFUND_DUE])
def test_nobody_is_written_to_who_cant_be(state: CaseState) -> None:
    """A flagged address, a closed or merged ticket: the case goes on without a letter to the customer."""
    found = story(waiting(state, reachable=False))
    assert all(reader == "staff" for _, _, reader in found)
    assert ("case_expired" in {name for _, name, _ in STORIES[state]}) == (found == [])


@pytest.mark.parametrize(
    ("budget", "cap"),
    [
        (AnswerBudget(for_address=0, for_ticket=5), "limits.replies_per_address_per_day"),
        (AnswerBudget(for_address=20, for_ticket=-1), "limits.replies_per_ticket_per_hour"),
    ],
)
def test_a_cap_holds_a_reminder_back_and_shows_it(budget: AnswerBudget, cap: str) -> None:
    decision = decide_due(due(waiting(S.REQUESTED), noon(date(2026, 3, 9)), budget=budget), book())
    (incident,) = decision.effects
    assert isinstance(incident, RecordIncident)
    assert cap in incident.detail
    # Staff are told whatever the customer's cap says.
    to_staff = decide_due(due(waiting(S.SUBMITTED), noon(date(2026, 3, 9)), budget=budget), book())
    assert letters(to_staff) == [("decision_waits", "staff")]


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        (datetime(2026, 3, 9, 8, 59, tzinfo=SHANGHAI), False),
        (datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI), True),
        (datetime(2026, 3, 9, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 9, 17, 59, tzinfo=SHANGHAI), True),
        (datetime(2026, 3, 9, 18, 0, tzinfo=SHANGHAI), False),
        (datetime(2026, 3, 14, 12, 0, tzinfo=SHANGHAI), False),  # a Saturday
    ],
)
def test_only_working_hours_of_working_days_count(moment: datetime, works: bool) -> None:
    decision = decide_due(due(waiting(S.REQUESTED), moment), book())
    assert bool(decision.effects) is works


def test_make_up_days_of_china_are_worked() -> None:
    china = work_calendar("CN", (2026,))
    saturday = date(2026, 2, 28)  # worked in place of a day of the Spring Festival
    assert china.is_working_day(saturday)
    some = waiting(S.SUBMITTED, begun_on=date(2026, 2, 26))
    decision = decide_due(due(some, noon(saturday), china), book())
    assert letters(decision) == [("decision_waits", "staff")]
    assert decide_due(due(some, noon(date(2026, 2, 27)), china), book()).effects == ()


def test_a_provisional_promise_is_measured_by_the_later_day() -> None:
    named = Promise(day=PROMISED, provisional=True, begun_on=MONDAY, days=7)
    holidays = replace(CALENDAR, days_off=frozenset({date(2026, 3, 4), date(2026, 3, 5)}))
    assert named.ends_on(holidays) == date(2026, 3, 13)
    shorter = replace(CALENDAR, make_up_days=frozenset({date(2026, 3, 7), date(2026, 3, 8)}))
    assert named.ends_on(shorter) == PROMISED
    assert replace(named, provisional=False).ends_on(holidays) == PROMISED


def test_without_rules_nothing_happens_but_broken_promises() -> None:
    for state in WAITS:
        steps = {each.step for each in milestones(waiting(state), WaitingPolicy(), CALENDAR)}
        assert steps == ({Step.TELL_BROKEN, Step.APOLOGISE} if state is S.REFUND_DUE else set()), state


@pytest.mark.parametrize(
    ("state", "expected"),
    [(S.REQUESTED, date(2026, 3, 16)), (S.APPROVED, date(2026, 3, 23)), (S.SUBMITTED, None), (S.EXCHANGE_DUE, None)],
)
def test_the_last_day_that_letters_name(state: CaseState, expected: date | None) -> None:
    assert last_day(state, MONDAY, book().returns.waiting, CALENDAR) == expected
    promised = replace(book().returns.waiting, exchange_days=5)
    assert last_day(S.EXCHANGE_DUE, MONDAY, promised, CALENDAR) == date(2026, 3, 9)


# Whatever calendar, hours and rules come.
DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))
MOMENTS = st.integers(0, 330 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=minutes)
)
CALENDARS = st.builds(
    WorkCalendar,
    days_off=st.frozensets(DAYS, max_size=40),
    make_up_days=st.frozensets(DAYS.filter(lambda day: day.weekday() >= 5), max_size=20),
    published_years=st.frozensets(st.integers(2026, 2027)),
)


@st.composite
def policies(draw: st.DrawFn) -> WaitingPolicy:
    rules = {}
    for wait in Wait:
        expire = draw(st.integers(3, 40)) if wait in (*OF_CUSTOMER, Wait.ARRIVAL) else 0
        most = expire - 1 if expire else 30
        rules[wait] = WaitRule(
            expire=expire,
            remind_customer=draw(st.integers(2, most)) if wait in OF_CUSTOMER else 0,
            tell_staff=draw(st.integers(0, most)) if wait not in (*OF_CUSTOMER, Wait.REFUND) else 0,
            warn_staff_before=draw(st.integers(0, 5)) if wait in (Wait.REFUND, Wait.REPLACEMENT) else 0,
        )
    return WaitingPolicy(rules=rules)


@given(
    state=st.sampled_from(sorted(WAITS)),
    calendar=CALENDARS,
    policy=policies(),
    begun=MOMENTS,
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=60),
)
@settings(max_examples=150, deadline=None)
def test_whenever_the_desk_looks_each_thing_is_done_once_in_order_and_in_working_hours(
    state: CaseState, calendar: WorkCalendar, policy: WaitingPolicy, begun: datetime, steps: list[int]
) -> None:
    rules = replace(book(), returns=replace(book().returns, waiting=policy))
    work = WorkTime(calendar=calendar, hours=HOURS, zone=SHANGHAI)
    begun_on = work.day_of(begun)
    rule = policy.rule(WAITS[state])
    promise = None
    if state in (S.REFUND_DUE, S.EXCHANGE_DUE):
        promise = Promise(day=add_working_days(calendar, begun_on, 7).day)
    told: dict[Step, date] = {}
    now = begun
    for hours in steps:
        now += timedelta(hours=hours)
        for _ in range(6):
            some = waiting(state, begun_at=begun, begun_on=begun_on, promise=promise, told=told)
            decision = decide_due(due(some, now, calendar), rules)
            for mark in (effect for effect in decision.effects if isinstance(effect, MarkTold)):
                today = work.day_of(now)
                assert mark.step not in told, "done twice"
                assert work.is_open(now), "outside of working hours"
                told[mark.step] = today
                if mark.step is Step.REMIND:
                    assert today >= add_working_days(calendar, begun_on, rule.remind_customer).day
                    assert mark.waits_until is not None
                    assert mark.waits_until >= today
                if mark.step is Step.EXPIRE:
                    assert today > add_working_days(calendar, begun_on, rule.expire).day
                    if state in (S.REQUESTED, S.NEEDS_INFO, S.APPROVED):
                        left = rule.expire - rule.remind_customer
                        assert today > add_working_days(calendar, told[Step.REMIND], left).day
                if mark.step in (Step.TELL_BROKEN, Step.APOLOGISE):
                    assert promise is not None
                    assert today > promise.day
            written = [effect for effect in decision.effects if isinstance(effect, Write)]
            assert len([w for w in written if w.to is Reader.CUSTOMER]) <= 1
            if any(isinstance(effect, MoveCase) for effect in decision.effects):
                return
            if not decision.effects:
                break
        else:
            raise AssertionError("it goes on for ever")


@given(calendar=CALENDARS, after=MOMENTS,
       ahead=st.integers(-5, 40), zone=st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), UTC]))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_next_opening_is_the_first_one_and_lies_ahead(
    calendar: WorkCalendar, after: datetime, ahead: int, zone: ZoneInfo
) -> None:
    work = WorkTime(calendar=calendar, hours=HOURS, zone=zone)
    not_before = work.day_of(after) + timedelta(days=ahead)
    opening = work.next_opening(after, not_before)
    assert opening > after
    assert work.is_open(opening)
    assert not work.is_open(opening - timedelta(minutes=1))
    assert work.day_of(opening) >= not_before
    day = max(not_before, work.day_of(after) + timedelta(days=1))
    assert work.day_of(opening) <= first_working_day(calendar, day)


@given(calendar=CALENDARS, day=DAYS, days=st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_days_before_are_counted_as_days_after(calendar: WorkCalendar, day: date, days: int) -> None:
    earlier = working_days_before(calendar, day, days)
    assert calendar.is_working_day(earlier)
    between = [earlier + timedelta(days=number) for number in range((day - earlier).days)]
    assert sum(calendar.is_working_day(each) for each in between) == days
