"""Addresses that our mail didn't reach: who decides reads them, who delivers holds mail back by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailbot.domain.bounces import AddressState, Severity
from mailbot.store import sql
from mailbot.store.address_models import AddressRow

_COLUMNS = ("address", "state", "status", "reason", "since", "count", "seen_at", "proven")


def get(address: str) -> AddressState | None:
    """What is known of an address; None where nothing speaks against it."""
    query = f"SELECT {', '.join(_COLUMNS)} FROM address WHERE address = ?"
    found = sql.first(query, address.lower())
    if found is None:
        return None
    email, state, status, reason, since, count, seen_at, proven = found
    return AddressState(
        address=email,
        severity=Severity(state),
        status=status,
        reason=reason,
        since=datetime.fromisoformat(since),
        count=count,
        seen_at=datetime.fromisoformat(seen_at),
        proven=bool(proven),
    )


def put(state: AddressState) -> None:
    """Write down what is known from now on."""
    clear(state.address)
    sql.insert(
        "address",
        address=state.address,
        state=state.severity.value,
        status=state.status,
        reason=state.reason[:300],
        since=state.since,
        count=state.count,
        seen_at=state.seen_at,
        proven=state.proven,
    )


def clear(address: str) -> bool:
    """Forget it; False where nothing was known."""
    return bool(sql.run("DELETE FROM address WHERE address = ?", address.lower()))


def hard_among(addresses: Iterable[str]) -> dict[str, AddressState]:
    """Those of the addresses to which no automatic mail goes, by address in lower case."""
    wanted = sorted({address.lower() for address in addresses})
    if not wanted:
        return {}
    rows = AddressRow.select().where(AddressRow.address.in_(wanted) & (AddressRow.state == Severity.HARD.value))
    return {row.address: _state(row) for row in rows}


def page(limit: int, state: str = "") -> list[AddressState]:
    """Flagged addresses, the newest bounce first."""
    query = AddressRow.select().order_by(AddressRow.seen_at.desc(), AddressRow.id.desc()).limit(limit)
    return [_state(row) for row in (query.where(AddressRow.state == state) if state else query)]


def counts() -> dict[str, int]:
    """State -> number of addresses."""
    return {
        state.value: int(AddressRow.select().where(AddressRow.state == state.value).count())
        for state in (Severity.HARD, Severity.SOFT)
    }


def _state(row: AddressRow) -> AddressState:
    return AddressState(
        address=row.address,
        severity=Severity(row.state),
        status=row.status,
        reason=row.reason,
        since=row.since,
        count=row.count,
        seen_at=row.seen_at,
        proven=bool(row.proven),
    )
