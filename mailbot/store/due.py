"""What waits, and what the clock did about it. Only open cases are ever read, by an index that holds no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from peewee import IntegrityError

from mailbot.domain.cases import CaseKind, CaseState
from mailbot.domain.waiting import Step
from mailbot.errors import SafeguardTripped
from mailbot.store import sql

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # nothing is to happen to an open case as it stands
_OVERDUE = (Step.TELL_STAFF.value, Step.TELL_BROKEN.value)
_BROKEN = Step.TELL_BROKEN.value
# What waits, with what is known of the ticket, the address and the refund; a refund that is paid waits for nothing.
_WAITING = """
    SELECT c.id, c.ticket_id, c.kind, c.state, COALESCE(c.since, c.opened_at), c.waits_until,
           t.customer_email <> '' AND t.state = 'open' AND t.merged_into IS NULL AND NOT EXISTS
             (SELECT 1 FROM address a WHERE a.address = t.customer_email AND a.state = 'hard'),
           (SELECT MAX(i.done_at) FROM message m JOIN participant p ON p.ticket_id = m.ticket_id AND p.email = m.sender
            JOIN inbox i ON i.id = m.inbox_id WHERE m.ticket_id = c.ticket_id AND m.origin = 'human'),
           r.due_on, r.due_is_provisional, r.booked_at
    FROM cases c JOIN ticket t ON t.id = c.ticket_id LEFT JOIN refund r ON r.case_id = c.id AND r.state = 'booked'
    """


@dataclass(frozen=True, kw_only=True)
class RefundPromise:
    """The day that was named for a refund."""

    due_on: date
    provisional: bool
    booked_at: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingRow:
    """An open case as it is stored."""

    case_id: int
    ticket_id: int
    kind: CaseKind
    state: CaseState
    since: datetime  # when it came into its state
    heard_at: datetime | None  # when the newest mail of the ticket's customer, or of somebody in copy, was read
    waits_until: date | None
    reachable: bool  # the ticket is open and not merged, and its customer's address takes our mail
    refund: RefundPromise | None  # booked and not paid


def next_ones(now: datetime, limit: int) -> list[WaitingRow]:
    """Cases that are to be looked at by now, the longest due first."""
    return _rows(f"{_WAITING} WHERE c.look_at <= ? ORDER BY c.look_at, c.id LIMIT ?", now, limit)


def one(case_id: int) -> WaitingRow | None:
    """One case as it stands; None where it is over."""
    found = _rows(f"{_WAITING} WHERE c.id = ? AND c.look_at IS NOT NULL", case_id)
    return found[0] if found else None


def everything(limit: int) -> list[WaitingRow]:
    """All that waits, what is looked at first first."""
    return _rows(f"{_WAITING} WHERE c.look_at IS NOT NULL ORDER BY c.look_at, c.id LIMIT ?", limit)


def _rows(query: str, *values: object) -> list[WaitingRow]:
    rows = sql.rows(query, *values)
    return [
        WaitingRow(
            case_id=case_id,
            ticket_id=ticket_id,
            kind=CaseKind(kind),
            state=CaseState(state),
            since=datetime.fromisoformat(since),
            heard_at=datetime.fromisoformat(heard_at) if heard_at else None,
            waits_until=_day(waits_until),
            reachable=bool(reachable),
            refund=_promise(*refund),
        )
        for case_id, ticket_id, kind, state, since, waits_until, reachable, heard_at, *refund in rows
    ]


def _promise(due_on: object, provisional: object, booked_at: str | None) -> RefundPromise | None:
    day = _day(due_on)
    if day is None or booked_at is None:
        return None
    return RefundPromise(due_on=day, provisional=bool(provisional), booked_at=datetime.fromisoformat(booked_at))


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def told(case_ids: Iterable[int]) -> Mapping[tuple[int, datetime], Mapping[Step, date]]:
    """(case, begin of a wait) -> what the clock did about that wait, and when."""
    wanted = list(case_ids)
    found: dict[tuple[int, datetime], dict[Step, date]] = {}
    if wanted:
        query = f"SELECT case_id, begun_at, step, told_on FROM reminder WHERE case_id IN {sql.marks(wanted)}"
        for case_id, begun_at, step, told_on in sql.rows(query, *wanted):
            on = date.fromisoformat(str(told_on))
            found.setdefault((case_id, datetime.fromisoformat(begun_at)), {})[Step(step)] = on
    return found


def mark(case_id: int, step: Step, begun_at: datetime, on: date, rule: str) -> None:
    """The step was done about the wait. Raises SafeguardTripped where it was done before (unique key)."""
    try:
        sql.insert("reminder", case_id=case_id, step=step.value, begun_at=begun_at, told_on=on, rule=rule[:300])
    except IntegrityError:
        raise SafeguardTripped(f"case {case_id}: '{step.value}' was done before; nothing was changed") from None


def name_day(case_id: int, day: date) -> None:
    """The customer knows another last day from now on."""
    sql.run("UPDATE cases SET waits_until = ? WHERE id = ?", day, case_id)


def look_again(case_id: int, at: datetime) -> None:
    """When the case is looked at next; one that is over never is."""
    sql.run("UPDATE cases SET look_at = ? WHERE id = ? AND look_at IS NOT NULL", at, case_id)


def ticket_changed(ticket_id: int, now: datetime) -> None:
    """Somebody wrote: what waits in the ticket is counted anew."""
    sql.run("UPDATE cases SET look_at = ? WHERE ticket_id = ? AND look_at IS NOT NULL", now, ticket_id)


def count_anew(counted_by: str, now: datetime) -> None:
    """Look at every open case again where its days were counted by other rules, another calendar or other hours."""
    known = sql.first("SELECT counted_by FROM due_mark")
    if known is not None and known[0] == counted_by:
        return
    sql.run("DELETE FROM due_mark")
    sql.insert("due_mark", counted_by=counted_by)
    sql.run("UPDATE cases SET look_at = ? WHERE look_at > ?", now, now)


@dataclass(frozen=True, kw_only=True)
class DueCounts:
    """What `health` tells of the due-list."""

    waiting: int  # open cases
    overdue: int  # of these, staff were told that it takes too long, or that a promise broke
    broken_promises: int  # of these, the customer was promised a day that is over


def counts() -> DueCounts:
    """How much waits."""
    waiting = sql.rows("SELECT COUNT(*) FROM cases WHERE look_at IS NOT NULL")[0][0]
    query = """
        SELECT COUNT(*) FROM cases c WHERE c.look_at IS NOT NULL AND EXISTS
          (SELECT 1 FROM reminder r WHERE r.case_id = c.id AND r.begun_at = c.since AND r.step IN {})
        """
    overdue, broken = (sql.rows(query.format(sql.marks(steps)), *steps)[0][0] for steps in (_OVERDUE, (_BROKEN,)))
    return DueCounts(waiting=int(waiting), overdue=int(overdue), broken_promises=int(broken))
