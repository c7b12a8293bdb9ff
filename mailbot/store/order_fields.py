"""The fields of one order: what each may hold, and one order made of the rows that tell about it.

Cells come as text, as an export has them; how rows are found in a file is the subject of order_files. Complaints
quote the cells, so they hold personal data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import TypeVar

from mailbot.domain.currencies import decimals_of
from mailbot.domain.halfwidth import plain_text
from mailbot.domain.orders import Order, OrderLine
from mailbot.settings.currencies import why_no_currency

ORDER_COLUMNS = (
    "order_number", "buyer_name", "buyer_email", "phone", "country", "language", "currency", "payment_method",
    "purchased_on", "delivered_on", "shipping_status", "tracking_number",
)  # fmt: skip
LINE_COLUMNS = ("model", "product_name", "serials", "quantity", "unit_price")
OPTIONAL_COLUMNS = ("discount", "shipping_cost")  # of the order; an export that has none of them is complete
# The sequence in which an export is usually written.
COLUMNS = (*ORDER_COLUMNS[:6], *LINE_COLUMNS, *ORDER_COLUMNS[6:])

MAX_TEXT = 200  # characters of a cell
_REMEMBERED = 500  # cells of a kind that an export repeats in nearly every row, so that each is understood once
_T = TypeVar("_T")


class OrderReading:
    """Collects the rows of one order, and every complaint about them, so that a file is mended in one go."""

    def __init__(self, fits: Callable[[str], bool] = lambda _: True) -> None:
        """`fits` says whether mails that quote an order number can be matched to it."""
        self.misfit = False  # the order number is well formed, but doesn't fit
        self._fits = fits
        self.complaints: dict[int, list[str]] = {}  # by row
        self._first_row = 0
        self._order: Order | None = None  # as the first row has it, with that row's line
        self._lines: dict[str, OrderLine] = {}  # by model, in any case

    def complain(self, row: int, words: str) -> None:
        """Note that this row makes the order unusable."""
        complaints = self.complaints.setdefault(row, [])
        if words not in complaints:  # a JSONL line is one row for all its order lines
            complaints.append(words)

    def add(self, row: int, cells: dict[str, str]) -> None:
        """Read one row: what belongs to the order, and one line of it. Columns not there read as empty."""
        cell = partial(self._cell, row, cells)
        currency = cell("currency", currency_code, "")
        line = OrderLine(
            model=cell("model", _required, ""),
            name=cell("product_name", _text, ""),
            serials=cell("serials", _serials, ()),
            quantity=cell("quantity", _quantity, 1),
            unit_price=cell("unit_price", partial(price_in, currency=currency), Decimal(0)),
        )
        order = Order(
            number=cell("order_number", self._order_number, ""),
            buyer_name=cell("buyer_name", _required, ""),
            buyer_email=cell("buyer_email", _email, ""),
            phone=cell("phone", _code, ""),
            country=cell("country", _country, ""),
            language=cell("language", language_tag, ""),
            lines=(line,),
            currency=currency,
            payment_method=cell("payment_method", _required, ""),
            purchased_on=cell("purchased_on", day_of, date.min),
            delivered_on=cell("delivered_on", _day_or_none, None),
            shipping_status=cell("shipping_status", _text, ""),
            tracking_number=cell("tracking_number", _code, ""),
            discount=cell("discount", partial(_price_or_none, currency=currency), Decimal(0)),
            shipping_cost=cell("shipping_cost", partial(_price_or_none, currency=currency), Decimal(0)),
        )
        if order.delivered_on is not None and order.delivered_on < order.purchased_on:
            self.complain(row, f"delivered_on {order.delivered_on} is before purchased_on {order.purchased_on}")
        if self._order is None:
            self._order, self._first_row = order, row
        elif not self.complaints:  # two unreadable values can't be compared
            self._compare(row, order)
        self._merge(row, line)

    def order(self) -> Order | None:
        """The order with all its lines; None when there was anything to complain about."""
        if self.complaints or self._order is None:
            return None
        order = replace(self._order, lines=tuple(self._lines.values()))
        if order.discount > order.goods:
            self.complain(self._first_row, f"discount {order.discount} is more than all lines cost: {order.goods}")
            return None
        return order

    def _cell(self, row: int, cells: dict[str, str], column: str, read: Callable[[str], _T], default: _T) -> _T:
        try:
            return read(cells.get(column, ""))
        except ValueError as error:
            self.complain(row, f"{column} {error}")
            return default

    def _order_number(self, text: str) -> str:
        number = _order_number(text)
        if not self._fits(number):
            self.misfit = True
            raise ValueError(
                f"{_shown(text)} doesn't fit the setting orders.number_pattern, so no mail that quotes it could be "
                "matched: correct the number, or let the pattern find this form too, as in 'one form|another form'"
            )
        return number

    def _compare(self, row: int, order: Order) -> None:
        for column in (*ORDER_COLUMNS, *OPTIONAL_COLUMNS):
            name = "number" if column == "order_number" else column
            first, here = getattr(self._order, name), getattr(order, name)
            if first != here:
                self.complain(row, f"{column} '{here or ''}' differs from '{first or ''}' in row {self._first_row}")

    def _merge(self, row: int, line: OrderLine) -> None:
        key = line.model.casefold()
        known = self._lines.get(key)
        if known is None:
            self._lines[key] = line
            return
        if known.unit_price != line.unit_price:
            self.complain(
                row, f"model {line.model} is in the order twice, at {known.unit_price} and at {line.unit_price}"
            )
            return
        names = dict.fromkeys(name for name in (*known.name.split(" / "), line.name) if name)
        self._lines[key] = replace(
            known,
            name=" / ".join(names),
            serials=tuple(dict.fromkeys(known.serials + line.serials)),
            quantity=known.quantity + line.quantity,
        )


def shaped_number(text: str) -> str:
    """An order number as it is stored: upper case, half-width, without the wrapping some shops put around it."""
    return _plain(text).upper()


@lru_cache(maxsize=_REMEMBERED)
def language_tag(text: str) -> str:
    """A BCP 47 tag as mailbot uses them: the language alone, and for Chinese also the script.

    "zh", "zh_CN", "zh-SG" -> "zh-Hans"; "zh-TW", "zh-HK", "zh-MO" -> "zh-Hant"; "en_US" -> "en".
    """
    tag = _plain(text).replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", tag):
        raise ValueError(f"{_shown(text)} is not a language code such as zh-CN or en")
    base, *rest = tag.split("-")
    if base != "zh":
        return base
    if "hans" in rest:
        return "zh-Hans"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(rest) else "zh-Hans"


# Readers of single cells: each raises ValueError with words that follow the name of the column,
# e.g. "'12,5x' is not a number".


def _shown(text: str) -> str:
    short = text.strip()
    return f"'{short}'" if len(short) <= 40 else f"'{short[:40]}…'"


def _text(text: str) -> str:
    """Free text on one line."""
    words = " ".join(_unwrapped(text).split())
    if len(words) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    # Cc: control characters, which might end up in the header of a mail; Cs: halves of characters, from JSON.
    if not words.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs") for char in words):
        raise ValueError(f"{words[:40]!a} has control characters")
    return words


def _unwrapped(text: str) -> str:
    """Without the ="…" or the apostrophe by which shops keep a spreadsheet from reading digits as a number."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return text[1:] if text.startswith("'") and re.match(r"'[=+\-@\d＝＋－＠]", text) else text


def _plain(text: str) -> str:
    """For codes and numbers: full-width characters, as Chinese keyboards type them, become ordinary ones."""
    return plain_text(_unwrapped(text)).strip()


def _required(text: str) -> str:
    words = _text(text)
    if not words:
        raise ValueError("is missing")
    return words


def _code(text: str) -> str:
    """A telephone, tracking or serial number."""
    code = _text(plain_text(text))
    if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", code):
        raise ValueError(f"{_shown(code)} was shortened by the spreadsheet: format the column as text and export again")
    return code


def _order_number(text: str) -> str:
    number = shaped_number(text)
    if not number:
        raise ValueError("is missing")
    _code(number)
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9._/#-]{2,39}", number):
        raise ValueError(f"{_shown(text)} must be 3 to 40 letters, digits or - . _ / #, without spaces")
    return number


def _email(text: str) -> str:
    address = _plain(text).lower()
    if not address:
        raise ValueError("is missing")
    well_formed = re.fullmatch(r'[^\s@<>",;:()\[\]\\]{1,64}@([\w-]{1,63}\.)+[\w-]{2,63}', address)
    if not well_formed or len(address) > 254 or ".." in address or not _text(address):
        raise ValueError(f"{_shown(text)} is not an e-mail address")
    return address


@lru_cache(maxsize=_REMEMBERED)
def _country(text: str) -> str:
    code = _plain(text).upper()
    if code == "UK":
        raise ValueError("'UK' is not the ISO code of the United Kingdom, which is GB")
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError(f"{_shown(text)} is not a two-letter country code such as CN")
    return code


@lru_cache(maxsize=_REMEMBERED)
def currency_code(text: str) -> str:
    """An ISO 4217 code."""
    code = _plain(text).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"{_shown(text)} is not a three-letter currency code such as CNY")
    if why := why_no_currency(code):
        raise ValueError(f"{_shown(text)} {why}")
    return code


def _serials(text: str) -> tuple[str, ...]:
    if len(text) > 100 * MAX_TEXT:
        raise ValueError(f"is longer than {100 * MAX_TEXT} characters")
    normal = plain_text(_unwrapped(text))
    return tuple(dict.fromkeys(_code(serial) for serial in re.split(r"[\s;|]+", normal) if serial))


@lru_cache(maxsize=_REMEMBERED)
def _quantity(text: str) -> int:
    number = _plain(text)
    if not re.fullmatch(r"[0-9]{1,6}(\.0+)?", number) or not int(number.partition(".")[0]):
        raise ValueError(f"{_shown(text)} is not a whole number of at least 1")
    return int(number.partition(".")[0])


def price_in(text: str, *, currency: str) -> Decimal:
    """A price with the decimals of its currency. "12,50" is read as 12.50, but "1,250" could be either: refused."""
    number = _plain(text)
    if re.fullmatch(r"-[0-9.,]+", number):
        raise ValueError(f"{_shown(text)} is below 0")
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12}|,[0-9]{1,2})?", number):
        raise ValueError(f"{_shown(text)} is not a number; write it like 1234.50, without a currency sign")
    price = Decimal(number.replace(",", "."))
    decimals = decimals_of(currency)
    rounded = price.quantize(Decimal(1).scaleb(-decimals))
    if rounded != price:
        raise ValueError(f"{_shown(text)} has more decimals than {currency or 'a currency'} has ({decimals})")
    return rounded


def _price_or_none(text: str, *, currency: str) -> Decimal:
    return price_in(text, currency=currency) if _plain(text) else Decimal(0)


@lru_cache(maxsize=_REMEMBERED)
def day_of(text: str) -> date:
    """2026-03-01, 2026/3/1 or 2026年3月1日; a time of day after it is dropped."""
    day = _plain(text)
    if not day:
        raise ValueError("is missing")
    clock = r"([T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
    parts = re.fullmatch(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?" + clock, day)
    wrong = f"{_shown(text)} is not a date like 2026-03-01"
    if parts is None:
        raise ValueError(wrong)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise ValueError(wrong) from None


def _day_or_none(text: str) -> date | None:
    return day_of(text) if text.strip() else None
