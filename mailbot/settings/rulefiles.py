"""rules/*.yaml -> RuleBook. Every word is checked when the rules are loaded; a mistake is named with file and line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mailbot.domain.catalogue import Product
from mailbot.domain.currencies import decimals_of
from mailbot.domain.facts import Facts
from mailbot.domain.money import rounded_down
from mailbot.domain.rules import Action, Condition, F, ReturnPolicy, Rule, RuleBook
from mailbot.domain.vocabulary import (
    DUE_WORDS,
    MAIL_WORDS,
    TABLE,
    TABLE_FOR_EACH,
    TEMPLATE,
    WISH,
    Argument,
    Vocabulary,
)
from mailbot.errors import ConfigError
from mailbot.settings.conditionsfile import read_conditions
from mailbot.settings.currencies import why_no_currency
from mailbot.settings.formsfile import read_forms
from mailbot.settings.intents import read_wishes
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.shippingfile import read_shipping
from mailbot.settings.termsfile import read_countries, read_terms
from mailbot.settings.waitingfile import read_waiting
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect, read_yaml

FILES = (
    "routing.yaml",
    "automation.yaml",
    "returns.yaml",
    "forms.yaml",
    "warranty.yaml",
    "countries.yaml",
    "intents.yaml",
    "shipping.yaml",
    "conditions.yaml",
)
START_TABLE = "incoming"
_NOT_BY_RULE = ("confirm_access",)  # goes to the owner of an order, by an action of its own


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Names that arguments may refer to."""

    templates: Collection[str]
    wishes: Collection[str]
    tables: Collection[str]

    def allowed(self, argument: Argument) -> Collection[str] | None:
        if isinstance(argument, str):
            letters = [name for name in self.templates if not name.startswith("staff_") and name not in _NOT_BY_RULE]
            return {TEMPLATE: letters, WISH: self.wishes, TABLE: self.tables, TABLE_FOR_EACH: self.tables}[argument]
        return argument


def load_rules(folder: Path, templates: Collection[str], products: Mapping[str, Product] | None = None) -> RuleBook:
    """Read and check all rule files; `templates` are the template names that rules may send, `products` the catalogue.

    Raises ConfigError with file, line and what was expected.
    """
    files = {name: read_yaml(folder / name) for name in FILES}
    wishes = read_wishes(files["intents.yaml"])
    routing = files["routing.yaml"]
    tables = expect(routing, ("tables",), dict, "tables, each a list of rules")
    known = _Known(templates=templates, wishes=[intent.name for intent in wishes.intents], tables=list(tables))
    mail_tables = {
        name: _rules(routing, ("tables", name), MAIL_WORDS, known) for name in tables if isinstance(name, str)
    }
    if START_TABLE not in mail_tables:
        raise ConfigError(f"{routing.where(('tables',))}: expected a table '{START_TABLE}', where every mail starts")
    _refuse_circles(routing, mail_tables)
    returns = _returns(files["returns.yaml"])
    countries = read_countries(files["countries.yaml"])
    return RuleBook(
        version=_digest([folder / name for name in FILES]),
        mail_tables=mail_tables,
        due_rules=_rules(files["automation.yaml"], ("due",), DUE_WORDS, known),
        wishes=wishes,
        shipping=read_shipping(files["shipping.yaml"]),
        returns=returns,
        forms=read_forms(files["forms.yaml"]),
        terms=read_terms(files["returns.yaml"], files["warranty.yaml"], countries, returns.window_days),
        products=products or {},
        return_addresses=countries.return_addresses,
        zones=countries.zones,
        conditions=read_conditions(files["conditions.yaml"]),
    )


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _rules(source: YamlFile, key: KeyPath, words: Vocabulary[F], known: _Known) -> tuple[Rule[F], ...]:
    items = expect(source, key, list, "a list of rules")
    rules = [_rule(source, (*key, index), words, known) for index in range(len(items))]
    if not rules or rules[-1].conditions:
        raise ConfigError(
            f"{source.where(key)}: the last rule of {key[-1]} must have no `if`, so that nothing falls through"
        )
    for index, rule in enumerate(rules[:-1]):
        if not rule.conditions:
            raise ConfigError(
                f"{source.where((*key, index))}: rule '{rule.name}' has no `if`: the rules after it are never reached"
            )
    return tuple(rules)


def _rule(source: YamlFile, key: KeyPath, words: Vocabulary[F], known: _Known) -> Rule[F]:
    raw = expect(source, key, dict, "a rule with the keys rule, if and do")
    for name in raw:
        if name not in ("rule", "if", "do"):
            raise ConfigError(f"{source.where((*key, name))}: '{name}' is not part of a rule; expected rule, if and do")
    name = expect(source, (*key, "rule"), str, "the rule's name in words")
    conditions: list[Condition[F]] = []
    for index, item in enumerate(expect(source, (*key, "if"), list, "a list of conditions") if "if" in raw else ()):
        conditions.append(_condition(source, (*key, "if", index), item, words, known))
    actions: list[Action[F]] = []
    for index, item in enumerate(expect(source, (*key, "do"), list, "a list of actions")):
        actions.append(_action(source, (*key, "do", index), item, words, known))
    where = source.where(key)
    short = f"{source.path.name}:{where.rpartition(':')[2]}"
    return Rule(name=name, where=short, conditions=tuple(conditions), actions=tuple(actions))


def _condition(source: YamlFile, key: KeyPath, item: object, words: Vocabulary[F], known: _Known) -> Condition[F]:
    name, argument = _word_and_argument(source, key, item)
    if name == "not":
        inner = _condition(source, key, argument, words, known)
        return Condition(text=f"not: {inner.text}", holds=lambda facts, book: not inner.holds(facts, book))
    word = _look_up(source, key, name, words.conditions, "a condition")
    value = _check_argument(source, key, name, argument, word.argument, known)
    return Condition(text=_text(name, value), holds=_bind(word.test, value))


def _action(source: YamlFile, key: KeyPath, item: object, words: Vocabulary[F], known: _Known) -> Action[F]:
    name, argument = _word_and_argument(source, key, item)
    word = _look_up(source, key, name, words.actions, "an action")
    value = _check_argument(source, key, name, argument, word.argument, known)
    return Action(
        text=_text(name, value),
        effects=_bind(word.build, value),
        continue_with=value if word.argument == TABLE else "",
        for_each=value if word.argument == TABLE_FOR_EACH else "",
    )


def _bind(function: Callable[[F, RuleBook, str], Any], argument: str) -> Callable[[F, RuleBook], Any]:
    return lambda facts, book: function(facts, book, argument)


def _text(name: str, value: str) -> str:
    return f"{name}: {value}" if value else name


def _word_and_argument(source: YamlFile, key: KeyPath, item: object) -> tuple[str, object]:
    if isinstance(item, str):
        return item, None
    if isinstance(item, dict) and len(item) == 1:
        name, argument = next(iter(item.items()))
        return str(name), argument
    raise ConfigError(f"{source.where(key)}: expected a word of the rules, or `word: argument`; found {item!r}")


def _look_up(source: YamlFile, key: KeyPath, name: str, words: Mapping[str, Any], kind: str) -> Any:
    if name in words:
        return words[name]
    hint = did_you_mean(name, words) or "`mailbot check --words` lists them"
    raise ConfigError(f"{source.where(key)}: '{name}' is not {kind}; {hint}")


def _check_argument(
    source: YamlFile, key: KeyPath, name: str, argument: object, wanted: Argument, known: _Known
) -> str:
    allowed = known.allowed(wanted)
    if allowed is None:
        if argument is not None:
            raise ConfigError(f"{source.where(key)}: '{name}' takes no argument, found {argument!r}")
        return ""
    if not isinstance(argument, str) or argument not in allowed:
        hint = did_you_mean(argument, allowed) if isinstance(argument, str) else ""
        raise ConfigError(
            f"{source.where(key)}: '{name}' expected one of {', '.join(sorted(allowed))}; found {argument!r}"
            f"{'; ' if hint else ''}{hint}"
        )
    return argument


def _refuse_circles(source: YamlFile, tables: Mapping[str, tuple[Rule[Facts], ...]]) -> None:
    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ConfigError(
                f"{source.where(('tables', name))}: tables go round in a circle: {' > '.join((*path, name))}"
            )
        for rule in tables[name]:
            for action in rule.actions:
                for following in filter(None, (action.continue_with, action.for_each)):
                    visit(following, (*path, name))

    for name in tables:
        visit(name, ())


def _returns(source: YamlFile) -> ReturnPolicy:
    def number(*key: str | int) -> int:
        value: int = expect(source, key, int, "a whole number of days")
        if not 1 <= value <= 366:
            raise ConfigError(f"{source.where(key)}: {'.'.join(map(str, key))}: expected 1 to 366 days, found {value}")
        return value

    least, most = number("refund_days", "min"), number("refund_days", "max")
    if least > most:
        raise ConfigError(f"{source.where(('refund_days',))}: refund_days: expected min to be at most max")
    return ReturnPolicy(
        window_days=number("window_days"),
        refund_days_min=least,
        refund_days_max=most,
        automatic_up_to=_amounts(source, "approve_at_once_up_to"),
        second_person_above=_amounts(source, "second_person_above"),
        waiting=read_waiting(source, most),
    )


def _amounts(source: YamlFile, key: str) -> dict[str, Decimal]:
    """Currency -> amount, in units of the currency; none where the key is left out."""
    amounts: dict[str, Decimal] = {}
    if key not in source.data:
        return amounts
    for currency, raw in expect(source, (key,), dict, "amounts by currency, such as {CNY: 200}").items():
        where = source.where((key, str(currency)))
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
            raise ConfigError(f"{where}: expected a currency as CNY, found {currency!r}")
        if why := why_no_currency(currency):
            raise ConfigError(f"{where}: {currency} {why}")
        try:
            amount = Decimal(str(raw))
        except ArithmeticError:
            amount = Decimal("NaN")
        if isinstance(raw, bool) or not amount.is_finite() or amount <= 0:
            raise ConfigError(f"{where}: expected an amount above 0, found {raw!r}")
        if amount != rounded_down(amount, currency):
            raise ConfigError(f"{where}: {currency} has no {raw}: it has {decimals_of(currency)} decimals")
        amounts[currency] = amount
    return amounts
