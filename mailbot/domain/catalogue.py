"""The products of the shop, and finding them in text by model or by any name that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mailbot.domain.halfwidth import plain_text

MAX_ALIAS_WORDS = 40  # words, or characters where words aren't parted; bounds the work at each place of a text
_MOST_FOUND = 50  # different findings in one text

# Scripts that don't part words: there each character stands for itself (Han, Kana, Hangul, iteration marks).
_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+")
_GAP = re.compile(r"[\s\-_./·・]{0,3}")  # what may stand between the words of one name


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product as the shop sells it."""

    model: str  # as printed on the product and in orders, e.g. "TP-K17"
    aliases: tuple[str, ...]  # other names in any language; several products may share one
    category: str  # of the shop's choice, e.g. "kitchen"
    warranty_months: int  # from the purchase date (P1); 0 for none (P2)
    is_consumable: bool  # used up by use: filters, brush heads (P2)
    manual: str  # link, "" for none (P14)
    faq_tags: tuple[str, ...]  # which entries of the FAQ fit (P14)


@dataclass(frozen=True, kw_only=True)
class ModelFinding:
    """A name of products that stood in a text."""

    models: tuple[str, ...]  # which have that name: more than one means that it isn't clear
    written: str  # the name as it stood there, in lower case and half-width


@dataclass(frozen=True, kw_only=True)
class _Node:
    """A place in the tree of all names, one step a word."""

    next: dict[str, _Node] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)  # of the name that ends here


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All products, with the tree in which their names are looked up; made by `catalogue_of`."""

    products: Mapping[str, Product]  # by model
    _names: _Node

    def find_models(self, text: str) -> tuple[ModelFinding, ...]:
        """The products named in a text, each name once, in the sequence of the text; at most 50.

        Names in Latin script count as whole words, others wherever they stand; of two names that begin at the same
        place the longer one counts. "TP K17", "tp-k17" and "ＴＰ－Ｋ１７" are one name. Time grows with the length of
        the text, not with the number of names; never raises.
        """
        found: dict[ModelFinding, None] = {}
        plain = _plain(text)
        tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(plain)]
        at = 0
        while at < len(tokens) and len(found) < _MOST_FOUND:
            end, models = self._longest(plain, tokens, at)
            if models:
                found[ModelFinding(models=models, written=plain[tokens[at][1] : tokens[end - 1][2]])] = None
            at = max(end, at + 1)
        return tuple(found)

    def _longest(self, plain: str, tokens: list[tuple[str, int, int]], at: int) -> tuple[int, tuple[str, ...]]:
        """Where the longest name that begins at a token ends, and whose it is."""
        node: _Node | None = self._names
        best: tuple[int, tuple[str, ...]] = (at, ())
        for index in range(at, min(at + MAX_ALIAS_WORDS, len(tokens))):
            word, start, _ = tokens[index]
            if index > at and not _GAP.fullmatch(plain, tokens[index - 1][2], start):
                break
            node = node.next.get(word) if node else None
            if node is None:
                break
            if node.models:
                best = index + 1, tuple(node.models)
        return best


def catalogue_of(products: Iterable[Product]) -> Catalogue:
    """The catalogue of these products; of two with the same model the later one counts."""
    by_model = {product.model: product for product in products}
    root = _Node()
    for product in by_model.values():
        for name in (product.model, *product.aliases):
            for words in _spellings(name):
                node = root
                for word in words:
                    node = node.next.setdefault(word, _Node())
                if product.model not in node.models:
                    node.models.append(product.model)
    return Catalogue(products=MappingProxyType(by_model), _names=root)


def name_words(name: str) -> tuple[str, ...]:
    """The words by which a name is looked up; () for one that consists of signs only."""
    return tuple(_TOKEN.findall(_plain(name)))


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    words = name_words(name)[:MAX_ALIAS_WORDS]
    if not words:
        return
    yield words
    # "TPK17" for "TP-K17": a model is often written without its hyphens.
    joined = "".join(words)
    if len(words) > 1 and joined.isascii() and any(map(str.isdigit, joined)):
        yield (joined,)


def _plain(text: str) -> str:
    return plain_text(text).casefold()
