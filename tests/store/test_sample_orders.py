"""The sample export of the demo: the same every time, readable without a reject, with the buyers a story needs."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailbot.demo.sample_orders import DEMO_BUYERS, MAX_COUNT, write_sample_orders
from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.order_files import read_orders

TODAY = date(2026, 11, 20)


def sample(path: Path, **choices: int) -> list[Order]:
    write_sample_orders(path, today=TODAY, **choices)
    orders = []
    for item in read_orders(path):
        assert isinstance(item, Order), item
        orders.append(item)
    return orders


def test_all_orders_read_back_without_a_reject(tmp_path: Path) -> None:
    orders = sample(tmp_path / "orders.csv")
    assert len({order.number for order in orders}) == len(orders) == 300
    assert {order.currency for order in orders} == {"CNY", "USD", "EUR", "GBP", "JPY"}
    assert {order.language for order in orders} == {"zh-Hans", "en", "de", "fr", "ja"}
    assert all(order.buyer_email.endswith(".example") for order in orders)
    assert all(timedelta(0) <= TODAY - order.purchased_on <= timedelta(days=420) for order in orders)
    recent = sum(TODAY - order.purchased_on <= timedelta(days=30) for order in orders)
    assert 90 <= recent <= 150
    assert sum(len(order.lines) > 1 for order in orders) >= 50
    serials = [serial for order in orders for line in order.lines for serial in line.serials]
    assert len(set(serials)) == len(serials) > 300
    assert max(Counter(order.buyer_email for order in orders).values()) > 1


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    sample(first)
    sample(second)
    sample(other, seed=8)
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("count", [len(DEMO_BUYERS), 13, 5000])
def test_any_count_is_met(tmp_path: Path, count: int) -> None:
    assert len(sample(tmp_path / "orders.csv", count=count)) == count


@pytest.mark.parametrize("count", [0, len(DEMO_BUYERS) - 1, MAX_COUNT + 1])
def test_a_count_out_of_bounds_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(ConfigError, match="A sample has"):
        write_sample_orders(tmp_path / "orders.csv", today=TODAY, count=count)


def test_the_fixed_buyers_are_in_every_sample_as_announced(tmp_path: Path) -> None:
    orders = {order.number: order for order in sample(tmp_path / "orders.csv", count=50, seed=99)}
    for buyer in DEMO_BUYERS:
        order = orders[buyer.order_number]
        assert (order.buyer_name, order.buyer_email) == (buyer.name, buyer.email)
        assert (order.language, order.country) == (buyer.language, buyer.country)
        assert [line.model for line in order.lines] == [buyer.model, *buyer.further_models]
        assert order.lines[0].serials == (buyer.serial,)
        assert order.payment_method == buyer.paid_with
        assert (TODAY - order.purchased_on).days == buyer.days_ago


def test_the_fixed_buyers_cover_the_story() -> None:
    recent = Counter(buyer.language for buyer in DEMO_BUYERS if 5 <= buyer.days_ago <= 20)
    late = Counter(buyer.language for buyer in DEMO_BUYERS if buyer.days_ago >= 45)
    assert recent["zh-Hans"] >= 3
    assert recent["en"] >= 3
    assert late["zh-Hans"] >= 1
    assert late["en"] >= 1
    assert 2 in Counter(buyer.email for buyer in DEMO_BUYERS).values()
