"""The rule book and the one function that decides. Tables are read from top to bottom, the first match wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Generic, TypeVar

from mailbot.domain.cases import CaseKind
from mailbot.domain.catalogue import Product
from mailbot.domain.effects import (
    ClearAddress,
    CloseTicket,
    Decision,
    Effect,
    MarkTold,
    OpenCase,
    Reader,
    RuleTrace,
    Write,
)
from mailbot.domain.facts import DueFacts, Facts
from mailbot.domain.forms import FormField
from mailbot.domain.message import Origin
from mailbot.domain.restraint import restrain, restrain_due
from mailbot.domain.shipping import ShippingTable
from mailbot.domain.standing import Verdict
from mailbot.domain.terms import TermBook
from mailbot.domain.waiting import WaitingPolicy
from mailbot.domain.wishes import WishTable
from mailbot.domain.workdays import Calendars, weekends_only

F = TypeVar("F", Facts, DueFacts)

MAX_JUMPS = 20  # tables entered for one mail; the loader refuses circles, this is the belt to those braces


@dataclass(frozen=True, kw_only=True)
class Condition(Generic[F]):
    """A condition with its argument bound, as it stands in a rule."""

    text: str  # as written: "wish is: return"
    holds: Callable[[F, RuleBook], bool]


@dataclass(frozen=True, kw_only=True)
class Action(Generic[F]):
    """An action with its argument bound."""

    text: str  # as written: "reply with: return_form"
    effects: Callable[[F, RuleBook], tuple[Effect, ...]]
    continue_with: str = ""  # name of the table that goes on, for "continue with"
    for_each: str = ""  # name of the table that is read once for each order that the mail names


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[F]):
    """One rule."""

    name: str
    where: str  # "routing.yaml:12"
    conditions: tuple[Condition[F], ...]  # all must hold
    actions: tuple[Action[F], ...]


@dataclass(frozen=True, kw_only=True)
class ReturnPolicy:
    """rules/returns.yaml (P7–P13)."""

    window_days: int  # P7: days after the purchase in which a return may be asked for
    refund_days_min: int  # P13: working days
    refund_days_max: int
    automatic_up_to: Mapping[str, Decimal] = field(default_factory=dict)  # currency -> rules may approve by themselves
    second_person_above: Mapping[str, Decimal] = field(default_factory=dict)  # currency -> refunds that take two people
    waiting: WaitingPolicy = field(default_factory=WaitingPolicy)  # how long anything may take


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """All rules of an installation."""

    version: str  # digest of the files, stored with every decision (G8)
    mail_tables: Mapping[str, tuple[Rule[Facts], ...]]  # entered at "incoming"
    due_rules: tuple[Rule[DueFacts], ...]
    wishes: WishTable
    returns: ReturnPolicy
    forms: Mapping[CaseKind, tuple[FormField, ...]]  # P3, P9
    shipping: ShippingTable
    terms: TermBook  # of returns, exchanges and the warranty, by day of purchase
    products: Mapping[str, Product]  # of the catalogue, by model
    return_addresses: Mapping[str, tuple[str, ...]]  # country -> postal lines, where it isn't that of the settings
    zones: Mapping[str, tuple[str, ...]]  # country -> the time zones that count there, where it isn't all it has
    conditions: WishTable  # words by which the condition of a piece is read
    calendars: Calendars = weekends_only  # what is worked in the customer's country, where a term asks for it


def decide(facts: Facts, book: RuleBook) -> Decision:
    """Decide about one mail. Pure: the same facts and rules always give the same decision."""
    trace: list[RuleTrace] = []
    effects = _walk("incoming", facts, book, trace)
    return restrain(Decision(effects=(*_reachable(facts), *effects), trace=tuple(trace)), facts)


def _walk(table: str, facts: Facts, book: RuleBook, trace: list[RuleTrace]) -> list[Effect]:
    """The effects of the rule that holds in the table, and of the tables that it leads to."""
    effects: list[Effect] = []
    for _ in range(MAX_JUMPS):
        rule = _first_match(book.mail_tables[table], facts, book, trace)
        table = ""
        for action in rule.actions if rule else ():
            effects.extend(action.effects(facts, book))
            if action.for_each:
                effects.extend(_for_each(action.for_each, facts.each_order, book, trace))
            table = action.continue_with or table
        if not table:
            break
    return effects


def _for_each(table: str, orders: tuple[Facts, ...], book: RuleBook, trace: list[RuleTrace]) -> tuple[Effect, ...]:
    """What the table says of each order: what is the same for two is done once, staff get one notice, and the ticket
    is closed where nothing is left to do about any."""
    effects: list[Effect] = []
    notices: list[Write] = []
    closing = 0
    for facts in orders:
        of_order = _walk(table, facts, book, trace)
        has_case = any(isinstance(effect, OpenCase) for effect in of_order)  # whose letters only look like another's
        for effect in of_order:
            if isinstance(effect, CloseTicket):
                closing += 1
            elif isinstance(effect, Write) and effect.to is Reader.STAFF:
                notices.append(effect)
            elif has_case or effect not in effects:
                effects.append(effect)
    merged = (
        [
            replace(
                notices[0],
                remarks=tuple(dict.fromkeys(remark for notice in notices for remark in notice.remarks)),
                evidence=tuple(dict.fromkeys(line for notice in notices for line in notice.evidence)),
            )
        ]
        if notices
        else []
    )
    closed = [CloseTicket()] if orders and closing == len(orders) else []
    return (*effects, *merged, *closed)


def _reachable(facts: Facts) -> tuple[Effect, ...]:
    """Who provably writes from an address can be written to there."""
    proven = facts.standing.verdict is Verdict.VERIFIED and facts.mail.origin is not Origin.BOUNCE
    return (ClearAddress(address=facts.flagged.address),) if facts.flagged is not None and proven else ()


def decide_due(facts: DueFacts, book: RuleBook) -> Decision:
    """Decide about something that time brought up: nothing outside of working hours. Pure."""
    trace: list[RuleTrace] = []
    if not facts.work.is_open(facts.now):
        return Decision(effects=(), trace=())
    rule = _first_match(book.due_rules, facts, book, trace)
    effects = tuple(effect for action in (rule.actions if rule else ()) for effect in action.effects(facts, book))
    reason = f"{rule.name} ({rule.where}, rules {book.version})" if rule else ""
    explained = tuple(replace(each, rule=reason) if isinstance(each, MarkTold) else each for each in effects)
    return restrain_due(Decision(effects=explained, trace=tuple(trace)), facts)


def _first_match(rules: tuple[Rule[F], ...], facts: F, book: RuleBook, trace: list[RuleTrace]) -> Rule[F] | None:
    for rule in rules:
        failed = next((c.text for c in rule.conditions if not c.holds(facts, book)), "")
        trace.append(RuleTrace(rule=rule.name, where=rule.where, hit=not failed, failed=failed))
        if not failed:
            return rule
    return None
