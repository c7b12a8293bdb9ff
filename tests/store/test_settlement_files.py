"""Finance's answer, as many programs write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.settlements import Payment
from mailbot.errors import ConfigError
from mailbot.store.order_rows import RejectedRow
from mailbot.store.settlement_files import PaymentRow, read_payments

PAID = Payment(refund_id=1, amount=Decimal("199.00"), currency="CNY", paid_on=date(2026, 3, 25))


def read(tmp_path: Path, text: str | bytes) -> list[PaymentRow | RejectedRow]:
    file = tmp_path / "paid.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_payments(file))


@pytest.mark.parametrize(
    "text",
    [
        "refund_number,amount,currency,paid_on\nRF-100001,199.00,CNY,2026-03-25\n",
        "\ufeffRefund number;Amount;Currency;Paid on;Remark\r\nrf-100001;199,00;cny;25.3.2026;\r\n",
        "paid_on\tcurrency\tamount\trefund\n2026/3/25\tCNY\t199\tRF-100001\n",
        "退款编号,金额,币种,付款日期\nRF-100001,199.0,CNY,2026年3月25日\n",
        "退款编号,退款金额,货币,支付日期\nＲＦ-100001,199.00,CNY,2026-03-25 00:00:00\n".encode("gb18030"),
        'Refund No.,AMOUNT,currency code,Payment date\n"RF-100001","199.00",CNY,2026-03-25\n\n,,,\n',
    ],
)
def test_a_payment_is_read_from_what_programs_write(tmp_path: Path, text: str | bytes) -> None:
    (row,) = read(tmp_path, text)
    assert isinstance(row, PaymentRow)
    assert (row.row, row.number, row.payment) == (2, "RF-100001", PAID)


def test_a_row_without_a_day_is_not_paid_yet(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "refund_number,amount,currency,paid_on,reference\nRF-100001,199.00,CNY,,RI-100001\n")
    assert isinstance(row, PaymentRow)
    assert row.payment is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("R-100001,199,CNY,2026-03-25", "row 2: refund_number 'R-100001' is not a number such as RF-100001"),
        (",199,CNY,2026-03-25", "row 2: refund_number '' is not"),
        ('RF-100001,"1,990",CNY,2026-03-25', "row 2: amount '1,990' is not a number"),
        ("RF-100001,199.005,CNY,2026-03-25", "row 2: amount '199.005' has more decimals than CNY has (2)"),
        ("RF-100001,199.5,JPY,2026-03-25", "row 2: amount '199.5' has more decimals than JPY has (0)"),
        ("RF-100001,-199,CNY,2026-03-25", "row 2: amount '-199' is below 0"),
        ("RF-100001,199,Yuan,2026-03-25", "row 2: currency 'Yuan' is not a three-letter currency code"),
        ("RF-100001,199,CNY,03/25/2026", "row 2: paid_on '03/25/2026' is not a date like 2026-03-01"),
        ("RF-100001,199,CNY,31.2.2026", "row 2: paid_on"),
        ("RF-100001,199,CNY", "row 2: has 3 cells where the header has 4"),
        ('RF-100001,199,"CNY,2026-03-25', "row 2: the quotes are not in order"),
    ],
)
def test_a_row_that_means_nothing_is_rejected_and_the_next_one_read(tmp_path: Path, line: str, reason: str) -> None:
    text = f"refund_number,amount,currency,paid_on\n{line}\nRF-100002,5.00,CNY,2026-03-25\n"
    rejected, good = read(tmp_path, text)
    assert isinstance(rejected, RejectedRow)
    assert rejected.reason.startswith(reason)
    assert rejected.raw == line
    assert isinstance(good, PaymentRow)
    assert (good.row, good.number) == (3, "RF-100002")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "missing: refund_number, amount, currency, paid_on"),
        ("refund_number,amount,currency\n", "missing: paid_on"),
        ("refund_number,refund,amount,currency,paid_on\n", "names a column twice: refund_number"),
        ("refund_number,amount\n".encode("utf-16"), "is UTF-16 text"),
    ],
)
def test_a_file_that_is_no_answer_is_refused_whole(tmp_path: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(tmp_path, text)
    with pytest.raises(ConfigError, match="no such file"):
        list(read_payments(tmp_path / "other.csv"))
