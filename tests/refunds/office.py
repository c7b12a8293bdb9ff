"""An installation without servers, in which cases come to the point where a refund is decided."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from mailbot.apply import Occasion
from mailbot.domain.cases import Actor, CaseEvent, CaseKind, CaseState
from mailbot.domain.commands import Command
from mailbot.domain.effects import UseTicket
from mailbot.domain.forms import Item
from mailbot.domain.moves import Mover, Refusal, move_cases
from mailbot.domain.numbers import case_number
from mailbot.domain.orders import Order, OrderLine
from mailbot.evidence.calendars import work_calendar
from mailbot.store import desk as rows
from mailbot.store import orders, tickets
from mailbot.store.database import transaction
from mailbot.store.vault import create_key_file
from mailbot.wiring import Desk, open_desk
from tests.console import run_here

ROOT = Path(__file__).parents[2]
LI, WU = "lina@staff.tp.example", "wu@staff.tp.example"
FINANCE = "finance@tp.example"
KATE = "kate@mail.example"


def order_of(
    number: str, *, price: str = "199.00", currency: str = "GBP", quantity: int = 1, buyer: str = KATE
) -> Order:
    return Order(
        number=number,
        buyer_name="Kate Murray",
        buyer_email=buyer,
        phone="",
        country="GB",
        language="en",
        lines=(OrderLine(model="TP-K17", name="Kettle", serials=(), quantity=quantity, unit_price=Decimal(price)),),
        currency=currency,
        payment_method="Visa card",
        purchased_on=datetime.now(UTC).date() - timedelta(days=9),
        delivered_on=None,
        shipping_status="delivered",
        tracking_number="",
    )


@dataclass
class Office:
    """The installation; times are the machine's, as the command line has them."""

    folder: Path
    changes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        create_key_file(self.folder / "mailbot.key")
        self.settings_file = self.folder / "settings.yaml"
        settings = yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))
        settings |= {"rules": str(ROOT / "rules"), "templates": str(ROOT / "templates"), **self.changes}
        settings["staff"]["members"] = [{"name": "Li Na", "address": LI}, {"name": "Wu", "address": WU}]
        self.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    @property
    def database(self) -> Path:
        return self.folder / "var" / "mailbot.sqlite3"

    @contextmanager
    def open(self) -> Iterator[Desk]:
        with open_desk(self.settings_file) as opened:
            yield opened

    def received(self, *some: Order) -> list[int]:
        """A return of each order, all its pieces here and not yet inspected; the ids of the cases."""
        now, ids = datetime.now(UTC), []
        with self.open(), transaction():
            orders.upsert(some)
            for order in some:
                ticket_id = rows.open_ticket(
                    now=now,
                    subject="Return",
                    language="en",
                    customer_name=order.buyer_name,
                    customer_email=order.buyer_email,
                    wish="return",
                    linked_to=None,
                )
                case_id = rows.open_case(ticket_id, CaseKind.RETURN, order, now.date(), now)
                items = tuple(Item(model=line.model, quantity=line.quantity) for line in order.lines)
                rows.fill_form(case_id, {}, items)
                rows.count_pieces(case_id, items, ())
                rows.move_case(
                    case_id,
                    event=CaseEvent.RECEIVE,
                    expected=CaseState.REQUESTED,
                    to=CaseState.RECEIVED,
                    actor=Actor.STAFF,
                    actor_address=LI,
                    reason="",
                    refund_wanted_by="",
                    inbox_id=None,
                    now=now,
                )
                ids.append(case_id)
        return ids

    def booked(self, *some: Order) -> None:
        """A refund of each order, booked as `#inspect pass` books it."""
        ids = self.received(*some)
        with self.open() as opened:
            for case_id in ids:
                move(opened, case_id, CaseEvent.INSPECT_PASS)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_here(self.folder, "--settings", str(self.settings_file), *arguments)


def move(opened: Desk, case_id: int, event: CaseEvent, *, by: str = LI, argument: str = "") -> None:
    """What a member of staff decides by mail, without the mail."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(opened.settings.timezone)).date()
    command = Command(event=event, case_number=case_number(case_id), argument=argument, line=event.value)
    mover = Mover(actor=Actor.STAFF, address=by, today=today)
    with transaction():
        case = tickets.load_case(case_id)
        assert case is not None
        calendar = work_calendar(opened.settings.calendar, (today.year, today.year + 1))
        moved = move_cases(tickets.cases(case.ticket_id), (command,), mover, opened.book.returns, calendar)
        assert not isinstance(moved, Refusal), moved
        opened.processor.applier.apply(
            (UseTicket(ticket_id=case.ticket_id), *moved), Occasion(now=now, today=today, received_at=now)
        )


def sheet(file: Path) -> list[dict[str, str]]:
    """The rows of an export."""
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))


def filled_in(exported: Path, answer: Path, paid_on: str) -> None:
    """Finance fills in the day of payment in every row."""
    lines = exported.read_bytes().decode("utf-8-sig").split("\r\n")
    answer.write_text(
        "\r\n".join([lines[0], *(line + paid_on for line in lines[1:] if line), ""]), encoding="utf-8", newline=""
    )


def today_there() -> date:
    """The desk's day."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()
