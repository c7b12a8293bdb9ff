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
    reasons: tuple[str, ...]  # of the first rejected rows; they quote the file
    complete: bool  # False when it was told to stop; doing it again does no harm


def import_orders(
    path: Path,
    rejects: Path,
    *,
    on_bytes: Callable[[int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> ImportResult:
    """Insert or replace the orders of a file; rows that can't be used are written to `rejects` with the reason.

    An import that was interrupted is simply done again: the same file gives the same orders. Raises ConfigError
    for a file that can't be read at all; what was imported before stays.
    """
    imported = 0
    reasons: list[str] = []
    batch: list[Order] = []
    complete = True
    with RejectsFile(rejects) as refused:
        for item in read_orders(path, on_bytes=on_bytes):
            if isinstance(item, RejectedRow):
                refused.add(item)
                if len(reasons) < _REASONS:
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
    return ImportResult(imported=imported, rejected=refused.count, reasons=tuple(reasons), complete=complete)
