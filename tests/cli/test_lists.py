"""Lists fit the window: 80 columns show what staff need, wider ones more; a Chinese character takes two of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from mailbot.cli.common import out
from mailbot.cli.main import app
from mailbot.cli.tables import ago
from mailbot.domain.orders import OrderLine
from mailbot.settings import load_settings
from mailbot.store import models, orders
from mailbot.store.address_models import AddressRow
from mailbot.wiring import open_store
from tests.store.order_exports import ORDER

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
LONG = "maximiliane.von-und-zu-langenfeld@customer-service.example"
SUBJECT = "关于电热水壶漏水以及退货运费由谁承担的问题，请尽快回复，谢谢"
REASON = "the server said: 550 5.1.1 <maximiliane.von-und-zu-langenfeld@customer-service.example> user unknown here"

Show = Callable[..., str]


@pytest.fixture
def show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Show]:
    """Runs a command over a filled database in a window of so many columns, and returns what it prints."""
    shutil.copyfile(ROOT / "settings.yaml", tmp_path / "settings.yaml")
    with open_store(load_settings(tmp_path / "settings.yaml")):
        fill()

    def run(*command: str, width: int = 80) -> str:
        out.width = width
        app(["--settings", str(tmp_path / "settings.yaml"), *command], standalone_mode=False)
        return capsys.readouterr().out

    before = out._width
    yield run
    out._width = before


def fill() -> None:
    """Long and Chinese values in every table."""
    line = OrderLine(model="TP-K17", name="电热水壶", serials=("SN1",), quantity=1, unit_price=Decimal("12990.00"))
    lines = (line, replace(line, model="TP-V20-PROFESSIONAL"), replace(line, model="TP-T3"))
    orders.upsert([replace(ORDER, number="TP2026030117", buyer_email=LONG, lines=lines), replace(ORDER, number="TP2")])
    at = NOW - timedelta(hours=5)
    for number, (email, subject, order) in enumerate(
        ((LONG, SUBJECT, "TP2026030117"), ("lin@qq.example", "Hi", ""), ("", "x" * 200, "TP2026030118")), start=1
    ):
        ticket = models.Ticket.create(
            state="open", subject=subject, language="zh-Hans", customer_name="林小满", customer_email=email,
            wish="warranty_question", order_number=order, opened_at=at, updated_at=at - timedelta(days=30 * number),
        )  # fmt: skip
        case = models.Case.create(
            ticket=ticket, kind="return", state="inspected_failed", order_number=order or "TP2026030119", terms="{}",
            answers="{}", opened_at=at - timedelta(days=3),
        )  # fmt: skip
        models.CaseItem.create(case=case, model="TP-V20-PROFESSIONAL", quantity=12)
        models.CaseItem.create(case=case, model="TP-K17", quantity=1)
        refund = models.Refund.create(
            case=case, order_number=order or "TP2026030119", amount=Decimal("12990.00"), currency="CNY",
            payment_method="支付宝（余额宝）", state="booked" if number % 2 else "settled", booked_at=at,
            due_on=date(2027, 1, 5), due_is_provisional=True, decided_by="Li Na",
            settled_on=None if number % 2 else date(2027, 1, 4),
            goods=Decimal("12990.00"), shipping=Decimal(0), restocking=Decimal(0), deduction=Decimal(0),
        )  # fmt: skip
        models.RefundInstruction.create(
            refund=refund, order_number=order or "TP2026030119", amount=Decimal("12990.00"), currency="CNY",
            payment_method="支付宝（余额宝）", due_on=date(2027, 1, 5), state="exported" if number % 2 else "settled",
        )  # fmt: skip
        models.Outbox.create(
            ticket=ticket, template="return_request_withdrawn", reader="customer", recipient=email or LONG,
            message_id=f"<{number}@tp.example>", automatic=True, state="transmitting", attempts=12,
            next_try_at=at, last_error=REASON, created_at=at,
        )  # fmt: skip
        models.Inbox.create(
            digest=f"{number:064}", source="imap:support/INBOX/Archive/2026", size=12_345_678, received_at=at,
            state="quarantined", attempts=5, error=REASON,
        )  # fmt: skip
        AddressRow.create(
            address=f"{number}{LONG}", state="hard", status="5.1.1", reason=REASON, since=at, count=number,
            seen_at=at, proven=True,
        )  # fmt: skip


LISTS = ("tickets", "cases", "orders", "outbox", "refunds", "quarantine", "addresses")
HEADS = {
    "tickets": ["number", "state", "customer", "subject", "order/case", "age"],
    "cases": ["number", "ticket", "state", "order", "items", "age"],
    "orders": ["number", "buyer", "purchased", "paid", "items"],
    "outbox": ["id", "ticket", "to", "template", "state", "last error"],
    "refunds": ["number", "case", "order", "amount", "state", "due"],
    "quarantine": ["id", "from", "tries", "reason"],
    "addresses": ["address", "state", "status", "reason"],
}
WIDER = {"tickets": {"wish", "updated"}, "cases": {"opened"}, "outbox": {"next try"}, "quarantine": {"arrived"}}


def head(printed: str) -> str:
    return printed.splitlines()[1]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", LISTS)
def test_no_line_is_wider_than_the_window(show: Show, name: str, width: int) -> None:
    printed = show(name, "list", width=width)
    for line in printed.splitlines():
        assert cell_len(line.rstrip()) <= width, line
    for column in HEADS[name]:
        assert column in head(printed)
    if width == 120:
        for column in WIDER.get(name, ()):
            assert column in head(printed), head(printed)


@pytest.mark.parametrize("name", LISTS)
def test_80_columns_show_what_matters_whole(show: Show, name: str) -> None:
    """Numbers, states and amounts stand on one line; nothing but a subject is cut."""
    printed = show(name, "list")
    lines = printed.splitlines()
    whole = {
        "tickets": ("T-100001", "open", "TP2026030117", "R-100001", "30 d"),
        "cases": ("R-100001", "T-100001", "inspected_failed", "TP2026030117", "3 d"),
        "orders": ("TP2026030117", "2026-03-01", "CNY"),
        "outbox": ("T-100001", "transmitting"),
        "refunds": ("RF-100001", "R-100001", "12990.00 CNY", "exported", "2027-01-05"),
        "quarantine": ("5",),
        "addresses": ("hard", "5.1.1"),
    }
    for value in whole[name]:
        assert any(value in line for line in lines), (value, printed)
    if name != "tickets":
        assert "…" not in printed


def test_a_folded_address_is_there_to_the_last_letter(show: Show) -> None:
    printed = show("tickets", "list")
    start = head(printed).index("customer")
    row = printed.splitlines()[2:]
    ticket = row[: next(index for index, line in enumerate(row) if index and line.startswith("T-"))]
    assert len(ticket) <= 4
    stop = next(i for i in range(start, 80) if head(printed).startswith("subject", i))
    assert "".join(plain(line, start, stop) for line in ticket) == LONG


def plain(line: str, start: int, stop: int) -> str:
    """The cells from `start` to `stop` of a line."""
    taken, position = "", 0
    for character in line:
        if start <= position < stop:
            taken += character
        position += cell_len(character)
    return taken.strip()


def test_columns_stand_below_their_heads_beside_chinese_ones(show: Show) -> None:
    printed = show("tickets", "list")
    at = head(printed).index("order/case")
    first = next(line for line in printed.splitlines() if line.startswith("T-100001"))
    assert plain(first, at, at + 12) == "TP2026030117"
    assert "关于电热水壶" in first
    assert "…" in first


def test_what_was_left_out_is_named_and_json_has_everything(show: Show) -> None:
    narrow, wide = show("tickets", "list"), show("tickets", "list", width=500)
    assert narrow.splitlines()[-1] == "a wider window shows wish, updated, language, too"
    assert "a wider window" not in wide
    assert "warranty_question" in wide
    assert SUBJECT in wide
    (first, *_) = json.loads(show("tickets", "list", "--json"))
    assert (first["wish"], first["subject"]) == ("warranty_question", SUBJECT)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=20), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=400), "400 d"),
        (timedelta(days=-1), "0 min"),
    ],
)
def test_how_long_ago(span: timedelta, said: str) -> None:
    assert ago(NOW - span, NOW) == said
