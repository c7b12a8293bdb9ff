"""The form of labelled lines that a customer fills in by mail (P9), in any order, inline or inside the quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.orders import Order, OrderLine

_QUOTE_MARKS = re.compile(r"^[\s>|*•·-]+")
_LABEL_END = re.compile(r"[:：]")
_HINT = re.compile(r"[（(][^（()）]*[)）]\s*$")
_PIECES = (
    r"(?:[x×*]|件|个|個|台|只|隻|点|點|つ|pcs?\b|pieces?\b(?:\s+of\b)?"
    r"|stück\b|stk\b\.?|pièces?\b|unidad(?:es)?\b|uds?\b\.?)"
)
_QUANTITY_BEFORE = re.compile(rf"(?<![\w-])(\d{{1,4}})\s*{_PIECES}\s*$", re.IGNORECASE)
_QUANTITY_AFTER = re.compile(
    rf"\s*[(（,，、]?\s*(?:[x×*]\s*(\d{{1,4}})(?!\d)|(\d{{1,4}})\s*{_PIECES}(?!\s*\w))", re.IGNORECASE
)
_ALL = re.compile(
    r"全部|所有|整单|整單|すべて|全て"
    r"|(?<![a-z])(?:all|everything|whole order|complete order|alle artikel|ganze bestellung"
    r"|tous les articles|toute la commande|todos los artículos|todo el pedido)(?![a-z])"
    # Alone only: "tous les accessoires" is no order.
    r"|^\W{0,9}(?:alles?|tout|tous|todos?)\W{0,9}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One line of a form, from rules/forms.yaml."""

    name: str  # order_number, items, wanted, condition, fault, purchased_on, proof or reason
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

    def as_required(self, *, required: bool) -> FormField:
        """The field as a line that must be filled in, or may be."""
        return replace(self, required=required)


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that goes back."""

    model: str
    quantity: int  # at least 1


Answers = Mapping[str, str]  # field name -> what the customer wrote, never ""


def form_labels(fields: Sequence[FormField]) -> Mapping[str, str]:
    """Every label that is understood, in the shape in which `read_form` compares it -> field name."""
    return {_key(label): field.name for field in fields for label in (*field.labels.values(), *field.also)}


def read_form(text: str, labels: Mapping[str, str]) -> dict[str, str]:
    """The filled-in lines of `text`; the last non-empty line of a label counts.

    Labels are compared without case, blank space and a hint in brackets. Quote marks before a label are
    ignored, because many people fill in the form inside the quote.
    """
    answers: dict[str, str] = {}
    for line in text.splitlines():
        parts = _LABEL_END.split(_QUOTE_MARKS.sub("", line), maxsplit=1)
        if len(parts) != 2 or len(parts[0]) > 120:
            continue
        name = labels.get(_key(parts[0]))
        value = " ".join(parts[1].split())[:500]
        if name is not None and value.strip("_-—.… "):
            answers[name] = value
    return answers


# Nobody but the customer writes these lines; a receipt has an order number, articles and a date as well.
_TELLING = ("condition", "fault", "wanted", "reason")


def attached_form(texts: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """The lines of forms that were filled in on paper or in a file; what is no form of ours gives nothing."""
    answers: dict[str, str] = {}
    for text in texts:
        found = read_form(text, labels)
        if any(name in found for name in _TELLING):
            answers |= found
    return answers


def _key(label: str) -> str:
    return "".join(_HINT.sub("", label.strip()).split()).casefold()


def read_items(text: str, order: Order) -> tuple[Item, ...]:
    """Which lines of the order go back, read from the customer's words; () when they can't be told.

    As `named_items`; besides, an order of one model needs no name.
    """
    named = named_items(text, order)
    if named or len(order.lines) != 1 or not text.strip():
        return named
    line = order.lines[0]
    quantity = _quantity("", text)
    return (Item(model=line.model, quantity=max(1, min(quantity, line.quantity))),)


def named_items(text: str, order: Order) -> tuple[Item, ...]:
    """The items that `text` names by model, or all of them by a word like "all" or 全部.

    A named model counts before such a word.
    """
    named = mentioned_items(text, order)
    if not named and not _models_in(text, order) and _ALL.search(text):
        return tuple(Item(model=line.model, quantity=line.quantity) for line in order.lines)
    return named


def mentioned_items(text: str, order: Order) -> tuple[Item, ...]:
    """The items that `text` names by model; without a number one piece, 0 means none. Never more than was bought."""
    items = []
    last_end = 0
    for (start, end), line in _models_in(text, order):
        quantity = min(_quantity(text[last_end:start], text[end:]), line.quantity)
        last_end = end
        if quantity > 0:
            items.append(Item(model=line.model, quantity=quantity))
    return tuple(items)


def _models_in(text: str, order: Order) -> list[tuple[tuple[int, int], OrderLine]]:
    """Where lines of the order are named, in the sequence of the text."""
    spots = ((spot, line) for line in order.lines if (spot := _model_spot(line.model, text)))
    return sorted(spots, key=lambda found: found[0])


_BETWEEN = re.compile(r"[,，、;；+&]|\b(?:and|und|et|y)\b|和|及|与", re.IGNORECASE)
_COUNT_BEFORE = rf"(?:(\d{{1,4}})\s*{_PIECES}\s*)?"
_COUNT_AFTER = rf"(?:\s*[x×*]\s*(\d{{1,4}})|\s+(\d{{1,4}})\s*{_PIECES})?[.。]?"


def exact_items(text: str, order: Order) -> tuple[Item, ...]:
    """The items that `text` names and nothing else, as staff write them: "TP-K17 × 2, TP-F9", or "all"; () otherwise.

    A model without a number means one piece. More than was bought isn't cut down: it is for the caller to refuse.
    """
    if _ALL.fullmatch(text.strip(" .。!！")):
        return tuple(Item(model=line.model, quantity=line.quantity) for line in order.lines)
    found: dict[str, int] = {}
    for part in filter(None, map(str.strip, _BETWEEN.split(text))):
        item = next(filter(None, (_one_item(part, line.model) for line in order.lines)), None)
        if item is None or item.model in found:
            return ()
        found[item.model] = item.quantity
    return tuple(Item(model=model, quantity=quantity) for model, quantity in found.items())


def _one_item(part: str, model: str) -> Item | None:
    match = re.fullmatch(_COUNT_BEFORE + re.escape(model) + _COUNT_AFTER, part, re.IGNORECASE)
    if match is None:
        return None
    quantity = int(next((group for group in match.groups() if group), "1"))
    return Item(model=model, quantity=quantity) if quantity else None


def _model_spot(model: str, text: str) -> tuple[int, int] | None:
    """Where a model is named, from and to; TP-K1 isn't named by TP-K17 or by TP-K1-B."""
    pattern = rf"(?<![A-Za-z0-9]){re.escape(model)}(?![A-WYZa-wyz0-9]|x(?!\s*\d)|-[A-Za-z0-9])"
    match = re.search(pattern, text, re.IGNORECASE)
    return match.span() if match else None


def _quantity(before: str, after: str) -> int:
    match = _QUANTITY_BEFORE.search(before) or _QUANTITY_AFTER.match(after)
    if match is None:
        return 1
    return int(next(group for group in match.groups() if group))


def write_items(items: Sequence[Item]) -> str:
    """`TP-K17 × 1, TP-F9 × 2`: the form in which `read_items` understands it again."""
    return ", ".join(f"{item.model} × {item.quantity}" for item in items)


def missing_fields(
    fields: Sequence[FormField], answers: Answers, *, has_items: bool, has_proof: bool
) -> tuple[str, ...]:
    """Names of the required fields that are still open, in the form's order."""
    known = {"items": has_items, "proof": has_proof}
    return tuple(f.name for f in fields if f.required and not known.get(f.name, bool(answers.get(f.name))))
