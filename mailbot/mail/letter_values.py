"""Values in letters: how an amount, a day, a name or somebody's words stand in a language, and that they stay data.

`mark` puts each interpolated value between two private characters with a letter for its kind, so that nothing of it
can become Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from mailbot.domain.letters import Brand, FormLine
from mailbot.mail.remark_words import remark_in_words

MAX_VALUE = 50_000  # characters of one value; a person's mail may be megabytes long (G9)
OPEN, CLOSE = "\ue000", "\ue001"  # private use: mean nothing to Markdown or HTML

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control, bidirectional override and surrogate characters: they hide or turn round what a reader sees.
_UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff{OPEN}{CLOSE}]")
# What no person is called: forged senders put advertisements where a greeting would repeat them.
_NOT_A_NAME = re.compile(r"[/@:<>\[\]{}()|\\\d]|\.\w\w|www", re.IGNORECASE)
_NO_BREAK = "\u00a0"  # keeps an amount on one line
# How a label and its value are parted.
_COLONS = {"zh": "：", "ja": "：", "fr": f"{_NO_BREAK}: "}
# Signs that several currencies share, and the currency that each language means by it without saying so.
_SHARED_SIGNS = frozenset("$¥￥元")
_OWN_SIGN = {"zh-Hans": "CNY", "ja": "JPY"}
_DOLLARS = {"USD": "US$", "TWD": "NT$"}


class Prose(str):
    """A value that keeps its lines: a paragraph of its own."""


class Quoted(str):
    """Somebody else's words, shown as a quotation."""


class Block(str):
    """Lines that must stay lines: the form, a postal address."""


class Link(str):
    """One of the brand's own channels."""


class Amount(str):
    """An amount of money, whose blank spaces must not break."""


# Anything else: "i", inline.
_KINDS: Mapping[type, str] = {Prose: "p", Quoted: "q", Block: "b", Link: "l", Amount: "a"}


def clean(text: str) -> str:
    """The text with line ends as "\\n" and without characters that hide or reorder others; cut at MAX_VALUE."""
    text = _UNSEEN.sub("", _LINE_END.sub("\n", text))
    return text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "\n[…]"


def one_line(text: str) -> str:
    """The text on one line, cleaned."""
    return " ".join(clean(text).split())


def mark(value: object) -> str:
    """Jinja2's `finalize`: the value between marks, with its kind as the first character."""
    if value is None:
        raise ValueError("a value that this letter doesn't have is written out; ask with `if` first")
    kind = _KINDS.get(type(value), "i")
    text = clean(str(value))
    # A value amid a sentence stays on its line, or it could pose as a line of the form.
    return f"{OPEN}{kind}{' '.join(text.split()) if kind in 'il' else text.strip(chr(10))}{CLOSE}"


@lru_cache(maxsize=64)
def _locale(language: str) -> Any:
    from babel import Locale, UnknownLocaleError  # 20 ms, and most letters name neither amount nor day

    try:
        return Locale.parse(language, sep="-")
    except UnknownLocaleError:
        raise ValueError(f"{language} is no language whose dates and amounts are known; rename its folder") from None


def write_money(amount: Decimal, currency: str, language: str) -> str:
    """The amount as `language` writes it, with a sign that means one currency only: "¥299.00" is CNY in zh-Hans
    and JPY in ja, elsewhere it is "CN¥299.00" and "JPY 29,900"; "$" is always "US$", "NT$" and so on.
    """
    from babel.numbers import format_currency, get_currency_symbol

    locale = _locale(language)
    text: str = format_currency(amount, currency, locale=locale)
    sign = str(get_currency_symbol(currency, locale=locale))
    if sign in _SHARED_SIGNS and _OWN_SIGN.get(language) != currency:
        better = _DOLLARS.get(currency, currency)
        text, sign = text.replace(sign, better), better
    if sign.isalpha() and text.startswith(sign):
        text = f"{sign}{_NO_BREAK}{text[len(sign) :].lstrip()}"
    return text


def write_day(value: date, language: str) -> str:
    """The day in words: "2026年3月1日", "March 1, 2026", "1. März 2026", "1er mars 2026"."""
    from babel.dates import format_date

    text: str = format_date(value, format="long", locale=_locale(language))
    # The first of a month is an ordinal in French, which the locale data don't say.
    return f"1er{text[1:]}" if value.day == 1 and language.split("-")[0] == "fr" else text


@pass_context
def _money(context: Context, amount: Decimal, currency: str) -> Amount:
    """`refund.amount|money(refund.currency)`"""
    return Amount(write_money(amount, currency, context["_language"]))


@pass_context
def _day(context: Context, value: date) -> str:
    """`refund.due_on|day`"""
    return write_day(value, context["_language"])


@pass_context
def _said(context: Context, remark: str) -> str:
    """`remark|said`: what the desk found out, in the language of the letter."""
    return remark_in_words(context, remark, partial(write_day, language=context["_language"]))


@pass_context
def _form(context: Context, lines: Iterable[FormLine]) -> Block:
    """`case.form|form` as "label: value" lines; hints stay outside, or they'd come back as answers."""
    colon = _COLONS.get(str(context["_language"]).split("-")[0], ": ")
    return Block("\n".join(f"{one_line(line.label)}{colon}{one_line(line.value)}" for line in lines))


def _block(lines: Iterable[str]) -> Block:
    """`brand.return_address|block`: one line each."""
    return Block("\n".join(map(one_line, lines)))


def person_name(name: str) -> str:
    """`ticket.customer_name|person`: the name, or "" where it is none that we'd greet somebody by."""
    name = one_line(name)
    return "" if len(name) > 60 or _NOT_A_NAME.search(name) else name


@pass_context
def _link(context: Context, value: str) -> Link:
    """`brand.website|link`: a link to one of the brand's own channels, to nothing else (P16, P20)."""
    brand: Brand = context["brand"]
    if value not in (brand.support_address, brand.chat_url, brand.website):
        raise ValueError("`link` is for brand.support_address, brand.chat_url and brand.website only")
    return Link(value)


FILTERS: Mapping[str, Callable[..., str]] = {
    "money": _money, "day": _day, "form": _form, "block": _block, "person": person_name, "link": _link,
    "quote": Quoted, "prose": Prose, "said": _said,
}  # fmt: skip
