"""The form of labelled lines that a customer fills in by mail (P9), in any order, inline or inside the quote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailbot.domain.orders import Order

_QUOTE_MARKS = re.compile(r"^[\s>|*•·-]+")
_LABEL_END = re.compile(r"[:：]")
_HINT = re.compile(r"[（(][^（()）]*[)）]\s*$")
_QUANTITY = re.compile(
    r"(?:[x×*]\s*(\d{1,4})(?!\d)|(?<![\w-])(\d{1,4})\s*(?:[x×*]|件|个|台|只|pcs?\b|pieces?\b))", re.IGNORECASE
)
_ALL = re.compile(r"全部|所有|整单|(?<![a-z])(?:all|everything|whole order|complete order)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One line of the form, from rules/returns.yaml."""

    name: str  # order_number, items, condition, reason or proof
    required: bool
    labels: Mapping[str, str]  # language -> label as printed
    hints: Mapping[str, str]  # language -> how to fill it in
    also: tuple[str, ...]  # other labels that customers write, any language

    def label(self, language: str) -> str:
        """The label in `language`, else in any language that the form has."""
        return self.labels.get(language) or next(iter(self.labels.values()))

    def hint(self, language: str) -> str:
        """The hint in `language`, or nothing."""
        return self.hints.get(language, "")


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that goes back."""

    model: str
    quantity: int  # at least 1


Answers = Mapping[str, str]  # field name -> what the customer wrote, never ""


def read_form(text: str, fields: Sequence[FormField]) -> Answers:
    """The filled-in lines of `text`; the last non-empty line of a label counts.

    Labels are compared without case, blank space and a hint in brackets. Quote marks before a label are
    ignored, because many people fill in the form inside the quote.
    """
    known = {_key(label): field.name for field in fields for label in (*field.labels.values(), *field.also)}
    answers: dict[str, str] = {}
    for line in text.splitlines():
        parts = _LABEL_END.split(_QUOTE_MARKS.sub("", line), maxsplit=1)
        if len(parts) != 2 or len(parts[0]) > 120:
            continue
        name = known.get(_key(parts[0]))
        value = " ".join(parts[1].split())[:500]
        if name is not None and value.strip("_-—.… "):
            answers[name] = value
    return answers


def _key(label: str) -> str:
    return "".join(_HINT.sub("", label.strip()).split()).casefold()


def read_items(text: str, order: Order) -> tuple[Item, ...]:
    """Which lines of the order go back, read from the customer's words; () when they can't be told.

    "all" or 全部 means the whole order; a model without a number means one piece, except that an order of one
    model needs no model at all. Never more than was bought.
    """
    if _ALL.search(text):
        return tuple(Item(model=line.model, quantity=line.quantity) for line in order.lines)
    items = []
    upper = text.upper()
    spots = sorted((upper.find(line.model.upper()), line) for line in order.lines if line.model.upper() in upper)
    for index, (start, line) in enumerate(spots):
        end = spots[index + 1][0] if index + 1 < len(spots) else len(text)
        items.append(Item(model=line.model, quantity=_quantity(text[start + len(line.model) : end], line.quantity)))
    if not items and len(order.lines) == 1 and text.strip():
        line = order.lines[0]
        items.append(Item(model=line.model, quantity=_quantity(text, line.quantity)))
    return tuple(items)


def _quantity(text: str, most: int) -> int:
    match = _QUANTITY.search(text)
    number = int(match[1] or match[2]) if match else 1
    return max(1, min(number, most))


def write_items(items: Sequence[Item]) -> str:
    """`TP-K17 × 1, TP-F9 × 2`: the form in which `read_items` understands it again."""
    return ", ".join(f"{item.model} × {item.quantity}" for item in items)


def missing_fields(
    fields: Sequence[FormField], answers: Answers, *, has_items: bool, has_proof: bool
) -> tuple[str, ...]:
    """Names of the required fields that are still open, in the form's order."""
    known = {"items": has_items, "proof": has_proof}
    return tuple(f.name for f in fields if f.required and not known.get(f.name, bool(answers.get(f.name))))
