"""Terms of returns, exchanges and the warranty as data: which hold for a piece on the day it was bought (P1–P12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.domain.catalogue import Catalogue, Product
from mailbot.domain.periods import Period, Start


class Claim(StrEnum):
    """What a customer may ask for."""

    RETURN = "return"
    EXCHANGE = "exchange"
    WARRANTY = "warranty"


class Condition(StrEnum):
    """The state of a piece, from best to worst (P8)."""

    SEALED = "sealed"  # never opened
    AS_NEW = "as_new"  # unused, clean, complete, in its packaging
    TRIED = "tried"  # as one tries a thing in a shop
    USED = "used"


class Payer(StrEnum):
    """Who bears a cost."""

    CUSTOMER = "customer"
    SHOP = "shop"


class OutboundShipping(StrEnum):
    """What becomes of the delivery that the customer paid for."""

    KEPT = "kept"  # the shop keeps it
    WHOLE_ORDER = "whole_order"  # paid back with the last piece of the order
    SHARE = "share"  # paid back in proportion to the goods


class Remedy(StrEnum):
    """What a warranty gives."""

    REPAIR = "repair"
    REPLACEMENT = "replacement"
    REFUND = "refund"


class Basis(StrEnum):
    """On what a term rests."""

    OWN = "own"  # the shop's own promise
    LAW = "law"  # a right that stands beside it


def condition_rank(condition: Condition) -> int:
    """0 for the best."""
    return tuple(Condition).index(condition)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a term holds for; an empty part narrows nothing."""

    countries: frozenset[str] = frozenset()  # of the order, ISO 3166-1 alpha-2
    models: frozenset[str] = frozenset()  # as in the catalogue
    categories: frozenset[str] = frozenset()  # as in the catalogue
    consumables: bool | None = None  # True: only consumables, False: all but them

    def holds_for(self, country: str, model: str, product: Product | None) -> bool:
        """Whether a piece is meant; what the catalogue doesn't know has no category and is no consumable."""
        return (
            (not self.countries or country in self.countries)
            and (not self.models or model.casefold() in {each.casefold() for each in self.models})
            and (not self.categories or (product is not None and product.category in self.categories))
            and (self.consumables is None or self.consumables == (product is not None and product.is_consumable))
        )

    def covers(self, other: Scope) -> bool:
        """True where nothing in `other` is outside this one, as far as it can be told without a catalogue."""
        return (
            all(
                not mine or (bool(theirs) and theirs <= mine)
                for mine, theirs in (
                    (self.countries, other.countries),
                    (self.models, other.models),
                    (self.categories, other.categories),
                )
            )
            and self.consumables in (None, other.consumables)
        )  # fmt: skip


EVERYTHING = Scope()


@dataclass(frozen=True, kw_only=True)
class Term:
    """One entry of rules/returns.yaml or rules/warranty.yaml."""

    name: str  # unique over both files, for staff and for the record of a decision
    where: str  # "returns.yaml:12"
    basis: Basis
    claims: frozenset[Claim]
    since: date  # first day of purchase for which it holds
    scope: Scope = EVERYTHING
    granted: bool = True  # False: there is no such right (P2)
    policy: str = ""  # "P7"
    law: str = ""  # where the law says it, for staff
    period: Period | None = None  # None: as many months as the catalogue says for the product (P1)
    is_open: bool = False  # a right without a fixed time: whether it still holds is for a person to judge
    start: Start = Start.PURCHASE
    moves_to_working_day: bool = False  # a last day that isn't worked in the customer's country moves on
    condition: Condition = Condition.USED  # the worst that is taken
    shipping_in: Payer = Payer.CUSTOMER  # from the customer to the shop (P11)
    shipping_back: Payer = Payer.SHOP  # of an exchanged or repaired piece
    outbound_shipping: OutboundShipping = OutboundShipping.KEPT
    restocking_percent: int = 0  # of the goods, kept by the shop
    goodwill_days: int = 0  # after the last day, in which staff are reminded that they may still agree
    remedies: tuple[Remedy, ...] = ()  # of a warranty, the first to be tried first
    replacement_months: int = 0  # a replaced or repaired piece is covered for the rest of the term, at least so long


@dataclass(frozen=True, kw_only=True)
class TermBook:
    """All terms, as they stand in the files: read from top to bottom, the first that holds counts."""

    own: tuple[Term, ...]
    law: tuple[Term, ...]

    def in_force(
        self, claim: Claim, *, bought: date, country: str, model: str, product: Product | None
    ) -> tuple[Term, ...]:
        """The shop's own term and the right beside it for a piece that was bought on a day; either may be missing."""
        return tuple(
            term
            for terms in (self.own, self.law)
            if (term := _first(terms, claim, bought, country, model, product)) is not None
        )

    def unknown_to(self, catalogue: Catalogue) -> Iterator[str]:
        """Models and categories in the terms that the catalogue doesn't have, each with its place."""
        models = {model.casefold() for model in catalogue.products}
        categories = {product.category for product in catalogue.products.values()}
        for term in (*self.own, *self.law):
            for model in sorted(term.scope.models):
                if model.casefold() not in models:
                    yield f"{term.where}: model {model} of '{term.name}' is not in the catalogue"
            for category in sorted(term.scope.categories - categories):
                yield f"{term.where}: category {category} of '{term.name}' is not in the catalogue"


def _first(
    terms: Iterable[Term], claim: Claim, bought: date, country: str, model: str, product: Product | None
) -> Term | None:
    for term in terms:
        if claim in term.claims and term.since <= bought and term.scope.holds_for(country, model, product):
            return term
    return None
