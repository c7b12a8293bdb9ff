"""What comes after an attempt to send: again, given up, or a doubt that must be cleared (G10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A second copy of these would tell the customer, or finance, of money twice: they are never sent again blindly.
CAREFUL_TEMPLATES = frozenset({"refund_notice", "staff_refund_export"})


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """Where the outbox row goes, and whether staff hear of it."""

    state: str  # queued, uncertain or dead
    next_try_at: datetime | None
    tell_staff: bool


def is_careful(template: str) -> bool:
    """True where a doubtful sending must be cleared up, not repeated."""
    return template in CAREFUL_TEMPLATES


def after_refusal(*, to_customer: bool) -> NextStep:
    """The relay said 5xx: final. A refused notice to staff isn't told to staff by another one."""
    return NextStep(state="dead", next_try_at=None, tell_staff=to_customer)


def after_delay(*, attempts: int, retry_minutes: Sequence[float], now: datetime, to_customer: bool) -> NextStep:
    """4xx or no connection; `attempts` counts the ones before this. Given up after the last pause of the list."""
    if attempts >= len(retry_minutes):
        return NextStep(state="dead", next_try_at=None, tell_staff=to_customer)
    return NextStep(state="queued", next_try_at=now + timedelta(minutes=retry_minutes[attempts]), tell_staff=False)


def after_doubt(
    *,
    template: str,
    attempts: int,
    retry_minutes: Sequence[float],
    now: datetime,
    to_customer: bool,
    sent_folder_wait: float | None,
) -> NextStep:
    """The connection broke when the relay may have had the mail.

    An ordinary mail goes out again with its Message-ID (at least once). A careful one waits until the sent
    folder can tell (`sent_folder_wait` seconds), or for staff where there is no such folder (None).
    """
    if not is_careful(template):
        return after_delay(attempts=attempts, retry_minutes=retry_minutes, now=now, to_customer=to_customer)
    if sent_folder_wait is None:
        return NextStep(state="uncertain", next_try_at=None, tell_staff=to_customer)
    return NextStep(state="uncertain", next_try_at=now + timedelta(seconds=sent_folder_wait), tell_staff=False)
