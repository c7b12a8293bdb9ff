"""A million orders: how long their import takes, how much memory, and what finding one of them costs after that.

`python -m bench.orders [--count N]`. The export is made up on the way: the same number, the same file. What was
imported is checked before any figure is printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from bench.run import mailbot_environment
from mailbot.domain.phones import find_phones
from mailbot.settings import load_settings
from mailbot.store import orders
from mailbot.store.order_files import COLUMNS
from mailbot.store.vault import create_key_file
from mailbot.wiring import open_store

ROOT = Path(__file__).resolve().parent.parent
FEW = 1000  # orders to compare with
BATCH = 200  # look-ups of each kind
START = date(2023, 1, 1)


def row(count: int) -> dict[str, str]:
    """The order of this number, in one row; a buyer has about three."""
    # Spread like real ones: serial and telephone numbers don't come in the sequence of the orders.
    spread = count * 2654435761 % 2**32
    purchased = START + timedelta(days=count % 1300)
    return {
        "order_number": f"TP{count:010}",
        "buyer_name": f"Buyer {spread % 333_333}",
        "buyer_email": f"buyer{spread % 333_333}@mail.example",
        "phone": f"+86 13{spread % 10**9:09}",
        "country": "CN",
        "language": "zh-CN",
        "model": ("TP-K17", "TP-V20", "TP-T3")[count % 3],
        "product_name": "电热水壶",
        "serials": f"SN{spread:010}",
        "quantity": "1",
        "unit_price": "199.00",
        "currency": "CNY",
        "payment_method": "支付宝",
        "purchased_on": purchased.isoformat(),
        "delivered_on": (purchased + timedelta(days=3)).isoformat(),
        "shipping_status": "delivered",
        "tracking_number": f"EX{spread:010}CN",
    }


def write_orders(path: Path, count: int) -> None:
    """An export of `count` orders as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(row(number) for number in range(count))


def imported(directory: Path, count: int) -> dict[str, float]:
    """Import `count` orders into a new installation by its command; returns what measure.py says."""
    directory.mkdir()
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, directory / name)
    shutil.copy(ROOT / "settings.yaml", directory)
    create_key_file(directory / "mailbot.key")
    write_orders(directory / "orders.csv", count)
    settings = str(directory / "settings.yaml")
    mailbot = [sys.executable, "-m", "mailbot", "--settings", settings, "orders", "import", "--json"]
    measure = [sys.executable, "-S", str(ROOT / "bench" / "measure.py")]
    done = subprocess.run(
        [*measure, *mailbot, str(directory / "orders.csv")],
        cwd=ROOT,
        env=mailbot_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    # What the command prints comes by standard error.
    if figures["exit"] or json.loads(done.stderr) != {"imported": count, "rejected": 0, "rejects_file": None}:
        raise SystemExit(f"not all orders were imported: {done.stderr}")
    return figures


@contextmanager
def store(directory: Path) -> Iterator[None]:
    """The database of an installation."""
    with open_store(load_settings(directory / "settings.yaml", {})):
        yield


def lookups() -> dict[str, Callable[[dict[str, str]], object]]:
    """Each way to find an order, given its row."""
    return {
        "number": lambda r: orders.by_numbers([r["order_number"]]),
        "buyer": lambda r: orders.of_buyer(r["buyer_email"]),
        "serial": lambda r: orders.by_serials([r["serials"]]),
        "tracking number": lambda r: orders.by_tracking_numbers([r["tracking_number"]]),
        "phone": lambda r: orders.by_phones(find_phones(r["phone"])),
        "one slip": lambda r: orders.with_one_slip(r["order_number"] + "0", r["buyer_email"]),
    }


def microseconds(count: int) -> dict[str, float]:
    """What one look-up of each kind takes among `count` orders, spread over all of them."""
    rows = [row(number * 7919 % count) for number in range(BATCH)]
    took = {}
    for name, find in lookups().items():
        started = time.monotonic()
        found = sum(bool(find(each)) for each in rows)
        took[name] = (time.monotonic() - started) / BATCH * 1e6
        if found != BATCH:
            raise SystemExit(f"by {name} only {found} of {BATCH} orders were found")
    return took


def main() -> None:
    """Import few and many, look some up, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        imported(few, FEW)
        figures = imported(many, count)
        with store(few):
            small = microseconds(FEW)
        with store(many):
            large = microseconds(count)
        size = (many / "var" / "mailbot.sqlite3").stat().st_size
    if parser.parse_args().json:
        print(json.dumps({"orders": count, **figures, "database_bytes": size, "few": small, "many": large}))
        return
    print(
        f"{count:,} orders imported in {figures['seconds']:.0f} s ({count / figures['seconds']:,.0f} a second), "
        f"peak memory {figures['peak_bytes'] / 1e6:.0f} MB, database {size / 1e6:.0f} MB"
    )
    print(f"microseconds to find an order among {FEW:,} and among {count:,}:")
    for kind, before in small.items():
        print(f"  by {kind}: {before:.0f} and {large[kind]:.0f}")


if __name__ == "__main__":
    main()
