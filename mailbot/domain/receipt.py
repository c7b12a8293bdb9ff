"""What a receipt says, held against the order: number, date, total, model and serial agree, differ or are absent.

Real receipts are untidy: an invoice is dated when the parcel left, a total comes without the delivery or for one piece
only, a date of delivery or of the end of the warranty stands beside. So anything on the receipt that fits makes a fact
agree, and only what is called a total or a date of the purchase can differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.amounts import Amount, find_amounts
from mailbot.domain.clues import models_printed
from mailbot.domain.codes import code_key, is_one_slip
from mailbot.domain.dates_in_text import DateFound
from mailbot.domain.documents import Document, Source
from mailbot.domain.match import Ambiguous, Exact, OrderMatch, Probable
from mailbot.domain.orders import Order
from mailbot.domain.own_codes import Kind, OwnCode, find_own_codes
from mailbot.domain.references import Place
from mailbot.domain.remarks import Remark
from mailbot.domain.text_facts import TextFacts

_MOST_LINES = 6  # of an order whose partial sums are tried
_FEWEST_DIGITS = 3  # of a serial number: "sneakers" has the form of one
_TOTAL = re.compile(
    r"\b(?:total|totals|amount (?:due|paid)|balance|you paid|sum|gesamt\w*|summe|endbetrag|rechnungsbetrag|zahlbetrag"
    r"|montant|net à payer|importe|suma)\b"
    r"|合计|合計|总计|總計|总额|總額|总价|總價|实付|實付|应付|應付|金额|金額|総額|請求額",
    re.IGNORECASE,
)
_BOUGHT = re.compile(
    r"\b(?:date|dated|ordered|order date|purchased?|bought|invoice|receipt|paid on|datum|\w*datum|bestellt am"
    r"|gekauft am|vom|achet[ée]e? le|command[ée]e? le|fecha|comprado|emitid[ao])\b"
    r"|日期|下单|下單|购买|購買|购于|購於|开票|開票|付款|支付|订单时间|訂單時間|注文日|購入日|発行日|日付|購入",
    re.IGNORECASE,
)
_OTHER_DAY = re.compile(
    r"\b(?:due|deliver\w*|ship\w*|arriv\w*|warranty|guarantee|until|valid|expir\w*|print\w*|return|best before"
    r"|fällig\w*|liefer\w*|versand\w*|garantie\w*|gültig|bis|livr\w*|échéance|expédi\w*|jusqu\w*|entreg\w*|enví\w*|envi\w*"
    r"|garant\w*|venc\w*|hasta|birth\w*)\b|保修|质保|有效|到期|截止|送达|送達|发货|發貨|签收|簽收|预计|打印|列印|配達|お届け|発送|保証|期限",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,' ]\d{3})*(?:[.,]\d{1,2})?(?![\w.,]?\d)")


class Aspect(StrEnum):
    """What a receipt can say about an order."""

    NUMBER = "order number"
    DATE = "date"
    TOTAL = "total"
    MODEL = "model"
    SERIAL = "serial number"


class Comparison(StrEnum):
    """How that stands to the order."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class ReceiptFact:
    """One aspect of one receipt."""

    aspect: Aspect
    verdict: Comparison
    written: str = ""  # what stands on the receipt; "" where it is absent


@dataclass(frozen=True, kw_only=True)
class ReceiptText:
    """An attached file as it was read."""

    filename: str  # safe to show
    text: str  # all that was read in it
    recognised: bool  # from a picture: a sign may be wrong
    numbers: tuple[str, ...]  # order numbers, upper case
    said: TextFacts


@dataclass(frozen=True, kw_only=True)
class ComparedReceipt:
    """An attached file held against an order; at least one fact isn't absent."""

    filename: str
    facts: tuple[ReceiptFact, ...]  # one for each aspect
    doubt: str  # why it speaks against the order in spite of what the customer wrote, for staff; "" where it doesn't
    remarks: tuple[str, ...]  # what differs, for staff
    fits: Order | None = None  # another order of the sender's that the receipt is of by its date

    def verdict(self, aspect: Aspect) -> Comparison:
        """What it says of one aspect."""
        return next(fact.verdict for fact in self.facts if fact.aspect is aspect)


@dataclass(frozen=True, kw_only=True)
class ReceiptCheck:
    """All files of a mail that say something, held against one order."""

    order_number: str
    receipts: tuple[ComparedReceipt, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What differs, for staff, each once."""
        return tuple(dict.fromkeys(remark for one in self.receipts for remark in one.remarks))


# A receipt is a page; more is read for numbers, but not compared.
_MOST_RECEIPTS = 5
_LONGEST_RECEIPT = 4_000  # characters


def receipt_texts(
    documents: Iterable[Document], read: Callable[[Place, str], TextFacts], find_numbers: Callable[[str], Iterable[str]]
) -> tuple[ReceiptText, ...]:
    """The attached files as they were read, one for each; `read` tells what a text says, `find_numbers` its numbers."""
    files: dict[str, list[Document]] = {}
    for document in documents:
        files.setdefault(document.sha256, []).append(document)
    texts = []
    for parts in list(files.values())[:_MOST_RECEIPTS]:
        text = "\n".join(part.text for part in parts)[:_LONGEST_RECEIPT]
        texts.append(
            ReceiptText(
                filename=parts[0].filename,
                text=text,
                recognised=all(part.source is Source.WRITING for part in parts),
                numbers=tuple(dict.fromkeys(number.upper() for number in find_numbers(text))),
                said=read(Place.DOCUMENT, text),
            )
        )
    return tuple(texts)


def compare(texts: Iterable[ReceiptText], order: Order, others: Sequence[Order], tolerance: timedelta) -> ReceiptCheck:
    """Hold the files against `order`; `others` are the sender's further orders, `tolerance` is for dates."""
    compared = (_compared(text, order, others, tolerance) for text in texts)
    return ReceiptCheck(order_number=order.number, receipts=tuple(filter(None, compared)))


def held_against(match: OrderMatch, check: ReceiptCheck) -> OrderMatch:
    """The match in the light of the receipts: what speaks against its order is a conflict, and Exact no longer exact.

    Where the receipt is of another order of the sender's, they are asked which of the two is meant.
    """
    doubts = tuple(dict.fromkeys(one.doubt for one in check.receipts if one.doubt))
    if not doubts or not isinstance(match, Exact | Probable) or match.order.number != check.order_number:
        return match
    conflicts = (*match.conflicts, *doubts)
    if isinstance(match, Probable):
        return replace(match, conflicts=conflicts)
    fitting = [one.fits for one in check.receipts if one.fits is not None]
    if fitting:
        return Ambiguous(
            orders=(match.order, fitting[0]), evidence=match.evidence, conflicts=conflicts, candidates=match.candidates
        )
    return Probable(order=match.order, evidence=match.evidence, conflicts=conflicts, candidates=match.candidates)


def _compared(text: ReceiptText, order: Order, others: Sequence[Order], tolerance: timedelta) -> ComparedReceipt | None:
    codes = find_own_codes([(Place.DOCUMENT, text.text)], [order])
    facts = (
        _number(text, order, codes),
        _date(text, order, tolerance),
        _total(text, order),
        _model(text, order),
        _serial(text, order, codes),
    )
    by = {fact.aspect: fact for fact in facts}
    if all(fact.verdict is Comparison.ABSENT for fact in facts):
        return None
    remarks = tuple(_remarks(text, by, order))
    fits = None
    if by[Aspect.DATE].verdict is Comparison.DIFFERS and by[Aspect.NUMBER].verdict is Comparison.ABSENT:
        fits = next((other for other in others if _is_of(text, other, tolerance)), None)
    doubt = _doubt(text, by, order, remarks, fits)
    return ComparedReceipt(
        filename=text.filename, facts=facts, doubt=doubt, remarks=remarks, fits=fits if doubt else None
    )


def _is_of(text: ReceiptText, other: Order, tolerance: timedelta) -> bool:
    """Another order fits by its date, and nothing else on the receipt speaks against it."""
    rest = (_total(text, other), _model(text, other), _serial(text, other, ()))
    return _date(text, other, tolerance).verdict is Comparison.AGREES and not any(
        fact.verdict is Comparison.DIFFERS for fact in rest
    )


def _doubt(
    text: ReceiptText, by: dict[Aspect, ReceiptFact], order: Order, remarks: Sequence[str], fits: Order | None
) -> str:
    """Why the order may be another one than that of the receipt.

    A receipt that bears the order's number is that order's, whatever else differs: staff are told, nobody is held up.
    One that bears another number is a conflict of the match already.
    A total alone never counts: it may be a part, or paid with a voucher. A date counts unless the total or the serial
    number agree: an invoice can be made out later. What was recognised in a picture counts where two things differ.
    """
    if by[Aspect.NUMBER].verdict is not Comparison.ABSENT:
        return ""
    if fits is not None:
        return Remark(
            "{file}: the date {written} fits {other}, not {number}",
            file=text.filename,
            written=by[Aspect.DATE].written,
            other=fits.number,
            number=order.number,
        )
    differing = {
        aspect for aspect in (Aspect.DATE, Aspect.TOTAL, Aspect.SERIAL) if by[aspect].verdict is Comparison.DIFFERS
    }
    agreeing = {aspect for aspect in (Aspect.TOTAL, Aspect.SERIAL) if by[aspect].verdict is Comparison.AGREES}
    speaks = Aspect.SERIAL in differing or (Aspect.DATE in differing and not agreeing)
    if not speaks or (text.recognised and len(differing) < 2):
        return ""
    return next(iter(remarks), "")


def _remarks(text: ReceiptText, by: dict[Aspect, ReceiptFact], order: Order) -> Iterator[str]:
    """What differs, the weightiest first.

    Another number or model is a conflict of the match already, and what stands beside another number is of that order.
    """
    if by[Aspect.NUMBER].verdict is Comparison.DIFFERS:
        return
    if by[Aspect.SERIAL].verdict is Comparison.DIFFERS:
        yield Remark(
            "{file}: the serial number {written} is of another piece than those of {number}",
            file=text.filename,
            written=by[Aspect.SERIAL].written,
            number=order.number,
        )
    if by[Aspect.DATE].verdict is Comparison.DIFFERS:
        yield Remark(
            "{file}: the date {written} is far from the purchase of {number} on {day}",
            file=text.filename,
            written=by[Aspect.DATE].written,
            number=order.number,
            day=order.purchased_on.isoformat(),
        )
    if by[Aspect.TOTAL].verdict is Comparison.DIFFERS:
        yield Remark(
            "{file}: the total {written} is not what was paid for {number}, {paid}",
            file=text.filename,
            written=by[Aspect.TOTAL].written,
            number=order.number,
            paid=f"{order.paid} {order.currency}",
        )


def _number(text: ReceiptText, order: Order, codes: Sequence[OwnCode]) -> ReceiptFact:
    if order.number in text.numbers or any(code.kind is Kind.ORDER and not code.has_slip for code in codes):
        return ReceiptFact(aspect=Aspect.NUMBER, verdict=Comparison.AGREES, written=order.number)
    near = [number for number in text.numbers if text.recognised and is_one_slip(number, order.number)]
    others = [number for number in text.numbers if number not in near]
    if others:
        return ReceiptFact(aspect=Aspect.NUMBER, verdict=Comparison.DIFFERS, written=others[0])
    return ReceiptFact(aspect=Aspect.NUMBER, verdict=Comparison.ABSENT)


def _date(text: ReceiptText, order: Order, tolerance: timedelta) -> ReceiptFact:
    """An invoice is made out between the purchase and the delivery, give or take a little."""
    first = order.purchased_on - tolerance
    last = max(order.purchased_on, order.delivered_on or order.purchased_on) + tolerance

    def fits(found: DateFound) -> bool:
        return any(first <= day <= last for day in (found.day, found.other) if day is not None)

    dates = [found.value for found in text.said.dates]
    agreeing = next((found for found in dates if fits(found)), None)
    if agreeing is not None:
        return ReceiptFact(aspect=Aspect.DATE, verdict=Comparison.AGREES, written=agreeing.written)
    named = next((found for found in dates if found.has_year and _is_called(text.text, found.written)), None)
    if named is not None:
        return ReceiptFact(aspect=Aspect.DATE, verdict=Comparison.DIFFERS, written=named.written)
    return ReceiptFact(aspect=Aspect.DATE, verdict=Comparison.ABSENT)


def _is_called(text: str, written: str) -> bool:
    """Whether the line of a date, or the one before where a label stands alone, calls it the day of the purchase."""
    before = ""
    for line in text.split("\n"):
        if written in line:
            label = line if _BOUGHT.search(line) or _OTHER_DAY.search(line) else before
            return bool(_BOUGHT.search(label)) and not _OTHER_DAY.search(f"{label} {line}")
        before = line
    return False


def _total(text: ReceiptText, order: Order) -> ReceiptFact:
    sums = _sums(order)
    found = [amount.value for amount in text.said.amounts]
    agreeing = next((one for one in found if _is_same(one, order) and one.value in sums), None)
    lines = [line for line in text.text.split("\n") if _TOTAL.search(line)]
    if agreeing is None:
        agreeing = next((one for line in lines for one in _bare(line, order) if one.value in sums), None)
    if agreeing is not None:
        return ReceiptFact(aspect=Aspect.TOTAL, verdict=Comparison.AGREES, written=agreeing.written)
    for line in lines:
        for amount in find_amounts(line, order.country):
            if amount.is_clear and amount.currency == order.currency and amount.value:
                return ReceiptFact(aspect=Aspect.TOTAL, verdict=Comparison.DIFFERS, written=amount.written)
    return ReceiptFact(aspect=Aspect.TOTAL, verdict=Comparison.ABSENT)


def _is_same(amount: Amount, order: Order) -> bool:
    return amount.currency == order.currency or not amount.is_clear


def _bare(line: str, order: Order) -> Iterator[Amount]:
    """Numbers of a line of a total without a currency: they can agree, but not differ."""
    for match in _BARE.finditer(line):
        yield from find_amounts(f"{match.group()} {order.currency}", order.country)


def _sums(order: Order) -> frozenset[Decimal]:
    """What a receipt of the order may show as a total: all of it, without the discount or the delivery, or a part."""
    sums = {Decimal(0)}
    for line in order.lines[:_MOST_LINES]:
        sums |= {one + line.unit_price * count for one in sums for count in {0, 1, line.quantity}}
    sums |= {order.goods}
    sums |= {one - order.discount for one in sums} | {one + order.shipping_cost for one in sums} | {order.paid}
    return frozenset(one for one in sums if one > 0)


def _model(text: ReceiptText, order: Order) -> ReceiptFact:
    printed = models_printed(text.said, ())
    own = printed & {line.model.upper() for line in order.lines}
    if own:
        return ReceiptFact(aspect=Aspect.MODEL, verdict=Comparison.AGREES, written=min(own))
    if printed:
        return ReceiptFact(aspect=Aspect.MODEL, verdict=Comparison.DIFFERS, written=min(printed))
    return ReceiptFact(aspect=Aspect.MODEL, verdict=Comparison.ABSENT)


def _serial(text: ReceiptText, order: Order, codes: Sequence[OwnCode]) -> ReceiptFact:
    """A serial number can differ only where those of all pieces are known."""
    known = [code_key(serial) for line in order.lines for serial in line.serials]
    said = [found.value for found in text.said.serials if sum(map(str.isdigit, found.value)) >= _FEWEST_DIGITS]
    own = [code.written for code in codes if code.kind is Kind.SERIAL]
    own += [one for one in said if one in known or (text.recognised and any(is_one_slip(one, key) for key in known))]
    if own:
        return ReceiptFact(aspect=Aspect.SERIAL, verdict=Comparison.AGREES, written=own[0])
    if said and len(known) == sum(line.quantity for line in order.lines):
        return ReceiptFact(aspect=Aspect.SERIAL, verdict=Comparison.DIFFERS, written=said[0])
    return ReceiptFact(aspect=Aspect.SERIAL, verdict=Comparison.ABSENT)
