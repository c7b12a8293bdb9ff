"""One file of orders into the database, in batches: memory and the length of a transaction stay bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailbot.domain.orders import Order
from mailbot.store import orders
from mailbot.store.order_files import read_orders
from mailbot.store.order_rows import RejectedRow, RejectsFile

_BATCH = 500  # orders in a transaction, short enough that mail isn't kept waiting
_REASONS = 20  # of rejected rows, to be shown at once


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What became of a file."""

    imported: int  # orders inserted or replaced
    rejected: int  # rows, all of them in the rejects file
    reasons: tuple[str, ...]  # of the first rejected rows, of the misfits among them the first; they quote the file
    misfits: int  # rejected rows of orders whose number doesn't fit the settings: mostly all of a shop, or none
    complete: bool  # False when it was told to stop; doing it again does no harm


def import_orders(
    path: Path,
    rejects: Path,
    *,
    on_bytes: Callable[[int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    fits: Callable[[str], bool] = lambda _: True,
) -> ImportResult:
    """Insert or replace the orders of a file; rows that can't be used are written to `rejects` with the reason.

    `fits` says whether mails that quote an order number can be matched to it; rows of other numbers are rejected.

    An import that was interrupted is simply done again: the same file gives the same orders. Raises ConfigError
    for a file that can't be read at all; what was imported before stays.
    """
    imported = misfits = 0
    reasons: list[str] = []
    batch: list[Order] = []
    complete = True
    with RejectsFile(rejects) as refused:
        for item in read_orders(path, on_bytes=on_bytes, fits=fits):
            if isinstance(item, RejectedRow):
                refused.add(item)
                misfits += item.misfit
                if len(reasons) < _REASONS and (not item.misfit or misfits == 1):
                    reasons.append(item.reason)
                continue
            batch.append(item)
            if len(batch) >= _BATCH:
                orders.upsert(batch)
                imported += len(batch)
                batch.clear()
                if stop():
                    complete = False
                    break
        orders.upsert(batch)
        imported += len(batch)
    return ImportResult(
        imported=imported, rejected=refused.count, reasons=tuple(reasons), misfits=misfits, complete=complete
    )
