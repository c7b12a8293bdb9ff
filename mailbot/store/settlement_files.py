"""Reading what finance paid: the export's own CSV with `paid_on` filled in, or any table that names its columns.

Needed are refund number, amount, currency and day of payment; the instruction's reference is compared where it is
there, further columns are ignored. UTF-8 or GB18030, separated by comma, semicolon or tab. A row without a day of
payment isn't paid yet. Dates as 2026-11-03, 2026/11/3, 2026年11月3日 or 3.11.2026; amounts as 199.00 or 199,00.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mailbot.domain.numbers import refund_number, row_id
from mailbot.domain.settlements import Payment
from mailbot.errors import ConfigError
from mailbot.store.csv_records import SEPARATORS, encoding_of, lines_of, records, split_row, unreadable
from mailbot.store.order_fields import currency_code, day_of, price_in, shaped_number
from mailbot.store.order_rows import RejectedRow

_NEEDED = ("refund_number", "amount", "currency", "paid_on")
# What finance may call a column, letters and digits only -> the column.
_NAMES = {
    "refund_number": ("refundnumber", "refundno", "refund", "refundid", "退款编号", "退款单号", "退款号"),
    "amount": ("amount", "amountpaid", "paidamount", "sum", "金额", "退款金额", "付款金额"),
    "currency": ("currency", "currencycode", "币种", "货币"),
    "paid_on": ("paidon", "paid", "datepaid", "paiddate", "paymentdate", "付款日期", "退款日期", "支付日期"),
    "reference": ("reference", "ref", "参考号", "付款参考号"),
}
_COLUMN_OF = {name: column for column, names in _NAMES.items() for name in names}
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


@dataclass(frozen=True, kw_only=True)
class PaymentRow:
    """A row that can be understood."""

    row: int  # as a spreadsheet counts: the header is row 1
    raw: str  # the row as it stands in the file
    number: str  # of the refund, as it is written
    payment: Payment | None  # None where finance left the day of payment empty


def read_payments(path: Path, *, on_bytes: Callable[[int], None] | None = None) -> Iterator[PaymentRow | RejectedRow]:
    """Yield the rows of a file in their sequence; those that mean nothing as rejected rows, by their refund number.

    `on_bytes` is told the position reached in the file. Raises ConfigError for a file that isn't there, whose
    encoding is unknown, or whose first row doesn't name the columns.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file.")
    try:
        lines = lines_of(path, encoding_of(path), on_bytes)
        first = next(lines, "")
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}.") from error
    named = [(mark, [_column(name) for name in split_row([first], mark) or []]) for mark in SEPARATORS]
    separator, header = max(named, key=lambda choice: len(set(choice[1]) & set(_NEEDED)))
    _check_header(path, header)
    for count, (raw, cells) in enumerate(records(lines, separator), start=2):
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        yield _row(count, raw.rstrip("\r\n"), header, cells)


def _column(name: str) -> str:
    """The column that a heading means, "" for another one."""
    return _COLUMN_OF.get(re.sub(r"[\W_]+", "", name).lower(), "")


def _check_header(path: Path, header: list[str]) -> None:
    missing = [column for column in _NEEDED if column not in header]
    if missing:
        raise ConfigError(f"{path}: row 1 must name the columns; missing: {', '.join(missing)}.")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise ConfigError(f"{path}: row 1 names a column twice: {', '.join(twice)}.")


def _row(count: int, raw: str, header: list[str], cells: list[str] | None) -> PaymentRow | RejectedRow:
    problem = unreadable(raw)
    if cells is None:
        problem = problem or "the quotes are not in order"
    elif len(cells) != len(header):
        problem = problem or f"has {len(cells)} cells where the header has {len(header)}"
    by_column = dict(zip(header, cells or (), strict=False))
    number = shaped_number(by_column.get("refund_number", ""))[:40]
    if not problem:
        try:
            return PaymentRow(row=count, raw=raw, number=number, payment=_payment(number, by_column))
        except _Unusable as error:
            problem = str(error)
    return RejectedRow(
        row=count, raw=_printable(raw), order_number=_printable(number), reason=_printable(f"row {count}: {problem}")
    )


class _Unusable(ValueError):
    """A cell that means nothing; the message names the column."""


def _payment(number: str, cells: dict[str, str]) -> Payment | None:
    refund_id = row_id(number)
    if refund_id is None or refund_number(refund_id) != number:
        raise _Unusable(f"refund_number '{number}' is not a number such as RF-100001")
    if not cells["paid_on"].strip():
        return None
    column = ""
    try:
        column = "currency"
        currency = currency_code(cells[column])
        column = "amount"
        amount = price_in(cells[column], currency=currency)
        column = "paid_on"
        paid_on = _day(cells[column])
    except ValueError as error:
        raise _Unusable(f"{column} {error}") from None
    reference = shaped_number(cells.get("reference", ""))
    return Payment(refund_id=refund_id, amount=amount, currency=currency, paid_on=paid_on, reference=reference)


def _day(text: str) -> date:
    if match := _DAY_FIRST.fullmatch(text.strip()):
        return day_of(f"{match[3]}-{match[2]}-{match[1]}")
    return day_of(text)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
