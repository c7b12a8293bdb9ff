"""rules/returns.yaml, warranty.yaml and countries.yaml -> TermBook; every mistake is named with file and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from mailbot.domain.catalogue import Catalogue
from mailbot.domain.periods import MAX_DAYS, MAX_MONTHS, Period, Start
from mailbot.domain.terms import Basis, Claim, Condition, OutboundShipping, Payer, Remedy, Scope, Term, TermBook
from mailbot.errors import ConfigError
from mailbot.settings.countries import countries
from mailbot.settings.waitingfile import KEYS as WAITING_KEYS
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect

_SCOPE_KEYS = ("countries", "models", "categories", "consumables")
_COMMON_KEYS = (
    "name", "from", *_SCOPE_KEYS, "granted", "days", "months", "start", "moves_to_working_day", "shipping_in",
    "shipping_back", "goodwill_days", "policy", "law",
)  # fmt: skip
RETURN_KEYS = (*_COMMON_KEYS, "for", "condition", "outbound_shipping", "restocking_percent")
WARRANTY_KEYS = (*_COMMON_KEYS, "remedies", "replacement_months")
_LISTS = {"terms": Basis.OWN, "law": Basis.LAW}
_CATALOGUE = "catalogue"
_OPEN = "open"
_OF_RETURNS = ("window_days", "refund_days", "approve_at_once_up_to", "second_person_above", *WAITING_KEYS)
_MOST_TERMS = 1000
_LONGEST = 200  # characters of a text
_FIRST_YEAR = 1900
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Countries:
    """rules/countries.yaml."""

    groups: Mapping[str, frozenset[str]]  # name -> ISO 3166-1 codes
    zones: Mapping[str, tuple[str, ...]]  # ISO 3166-1 code -> the IANA time zones that count
    return_addresses: Mapping[str, tuple[str, ...]]  # ISO 3166-1 code -> postal lines


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What the entries of one file are read with."""

    source: YamlFile
    countries: Countries
    keys: Collection[str]  # that an entry may have
    claims: frozenset[Claim] | None  # of every entry; None where an entry says it itself
    start: Start  # where an entry doesn't say
    period: Period | None  # where an entry says none; None: it must


def read_countries(source: YamlFile) -> Countries:
    """Groups of countries, and time zones. Raises ConfigError with file, line and what was expected."""
    _refuse_other_keys(source, ("groups", "zones", "return_addresses"))
    groups = {}
    for name in _mapping(source, "groups"):
        # EU is a code that ISO 3166-1 reserves; other groups can't be taken for a country either.
        if not isinstance(name, str) or not re.fullmatch(r"EU|\w[\w -]{2,40}", name):
            where = source.where(("groups", str(name)))
            raise ConfigError(f"{where}: {name!r}: expected EU, or a name of 3 to 41 letters for several countries")
        codes = _list(source, ("groups", name), "country codes")
        groups[name] = frozenset(_country(source, ("groups", name, index), code) for index, code in enumerate(codes))
    zones = {}
    for code in _mapping(source, "zones"):
        country = _country(source, ("zones", str(code)), code)
        names = _list(source, ("zones", country), "time zones")
        zones[country] = tuple(_zone(source, ("zones", country, index), name) for index, name in enumerate(names))
    return Countries(
        groups=MappingProxyType(groups),
        zones=MappingProxyType(zones),
        return_addresses=MappingProxyType(_return_addresses(source, groups)),
    )


def _return_addresses(source: YamlFile, groups: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Postal lines by country; what is said of a country counts before what is said of its group."""
    addresses: dict[str, tuple[str, ...]] = {}
    names = _mapping(source, "return_addresses")
    for name in sorted(names, key=lambda name: name not in groups):
        key = ("return_addresses", str(name))
        lines = _list(source, key, "the lines of an address")
        address = tuple(_text(source, (*key, index)) for index in range(len(lines)))
        for code in groups.get(str(name)) or {_country(source, key, name, groups)}:
            addresses[code] = address
    return addresses


def read_terms(returns: YamlFile, warranty: YamlFile, countries: Countries, window_days: int) -> TermBook:
    """The terms of both files. Raises ConfigError with file, line and what was expected.

    `window_days` is the length of a term of returns.yaml that says none; a returns.yaml without terms has one such.
    """
    window = Period(days=window_days)
    of_returns = _Reading(
        source=returns,
        countries=countries,
        keys=RETURN_KEYS,
        claims=None,
        start=_default_start(returns),
        period=window,
    )
    _refuse_other_keys(returns, (*_OF_RETURNS, "start", *_LISTS))
    _refuse_other_keys(warranty, ("start", *_LISTS))
    of_warranty = _Reading(
        source=warranty,
        countries=countries,
        keys=WARRANTY_KEYS,
        claims=frozenset({Claim.WARRANTY}),
        start=_default_start(warranty),
        period=None,
    )
    names: dict[str, str] = {}
    found: dict[str, list[Term]] = {"terms": [], "law": []}
    for reading in (of_returns, of_warranty):
        for part in _LISTS:
            found[part] += _entries(reading, part, names)
    if "terms" not in returns.data:
        where = f"{returns.path.name}:{returns.where(('window_days',)).rpartition(':')[2]}"
        claims = frozenset({Claim.RETURN, Claim.EXCHANGE})
        found["terms"].insert(
            0,
            Term(
                name="window_days",
                where=where,
                basis=Basis.OWN,
                claims=claims,
                since=date.min,
                period=window,
                start=of_returns.start,
                condition=Condition.AS_NEW,
                policy="P7",
            ),
        )
    return TermBook(own=tuple(found["terms"]), law=tuple(found["law"]))


def check_terms(terms: TermBook, catalogue: Catalogue) -> None:
    """Raises ConfigError for models and categories that the catalogue doesn't have; all of them at once."""
    problems = list(terms.unknown_to(catalogue))
    if problems:
        raise ConfigError("\n".join(problems[:20]))


def _refuse_other_keys(source: YamlFile, known: Collection[str]) -> None:
    for key in source.data:
        if key not in known:
            raise ConfigError(f"{source.where((str(key),))}: '{key}': expected one of {', '.join(known)}")


def _default_start(source: YamlFile) -> Start:
    return _choice(source, ("start",), Start) if "start" in source.data else Start.PURCHASE


def _entries(reading: _Reading, part: str, names: dict[str, str]) -> list[Term]:
    source = reading.source
    # A returns.yaml without terms has its window; a warranty must be written down.
    if part not in source.data and (part != "terms" or reading.claims is None):
        return []
    items = expect(source, (part,), list, "a list of terms")
    if len(items) > _MOST_TERMS:
        raise ConfigError(f"{source.where((part,))}: more than {_MOST_TERMS} terms")
    terms: list[Term] = []
    for index in range(len(items)):
        key: KeyPath = (part, index)
        term = _term(reading, key)
        if term.name in names:
            raise ConfigError(f"{source.where(key)}: the name '{term.name}' is taken already ({names[term.name]})")
        names[term.name] = term.where
        for above in terms:
            if above.since <= term.since and above.claims >= term.claims and above.scope.covers(term.scope):
                raise ConfigError(
                    f"{source.where(key)}: '{term.name}' is never reached: '{above.name}' above it holds for the same "
                    f"purchases; put the newer and the narrower terms on top"
                )
        terms.append(term)
    if part == "terms":
        _refuse_gaps(reading, terms)
    return terms


def _refuse_gaps(reading: _Reading, terms: list[Term]) -> None:
    for claim in sorted(reading.claims or {Claim.RETURN, Claim.EXCHANGE}):
        if not any(claim in term.claims and term.scope == Scope() for term in terms):
            raise ConfigError(
                f"{reading.source.where(('terms',))}: terms: one entry for {claim.value} must hold for everything "
                f"(without {', '.join(_SCOPE_KEYS)}), so that nothing falls through"
            )


def _term(reading: _Reading, key: KeyPath) -> Term:
    source = reading.source
    raw = expect(source, key, dict, "an entry with name, from and more")
    for word in raw:
        if word not in reading.keys:
            near = difflib.get_close_matches(str(word), reading.keys, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"expected {', '.join(reading.keys)}"
            raise ConfigError(f"{source.where((*key, word))}: '{word}' is not part of a term; {hint}")

    def flag(name: str, default: bool) -> bool:
        return bool(expect(source, (*key, name), bool, "true or false")) if name in raw else default

    def number(name: str, most: int) -> int:
        return _number(source, (*key, name), 0, most) if name in raw else 0

    def text(name: str) -> str:
        return _text(source, (*key, name)) if name in raw else ""

    def choice(name: str, kind: type[_E], default: _E) -> _E:
        return _choice(source, (*key, name), kind) if name in raw else default

    granted = flag("granted", True)
    where = source.where(key)
    return Term(
        name=_text(source, (*key, "name")),
        where=f"{source.path.name}:{where.rpartition(':')[2]}",
        basis=_LISTS[str(key[0])],
        claims=reading.claims if reading.claims is not None else _claims(source, (*key, "for")),
        since=_day(source, (*key, "from")),
        scope=_scope(reading, key, raw),
        granted=granted,
        policy=text("policy"),
        law=text("law"),
        period=_period(reading, key, raw, granted),
        is_open=_is_open(source, key, raw),
        start=choice("start", Start, reading.start),
        moves_to_working_day=flag("moves_to_working_day", False),
        condition=choice("condition", Condition, Condition.USED),
        shipping_in=choice("shipping_in", Payer, Payer.CUSTOMER),
        shipping_back=choice("shipping_back", Payer, Payer.SHOP),
        outbound_shipping=choice("outbound_shipping", OutboundShipping, OutboundShipping.KEPT),
        restocking_percent=number("restocking_percent", 100),
        goodwill_days=number("goodwill_days", MAX_DAYS),
        remedies=_choices(source, (*key, "remedies"), Remedy) if "remedies" in raw else (),
        replacement_months=number("replacement_months", MAX_MONTHS),
    )


def _period(reading: _Reading, key: KeyPath, raw: Mapping[str, object], granted: bool) -> Period | None:
    """The length; None for the catalogue's. A term that isn't granted has none."""
    source = reading.source
    if not granted:
        if "days" in raw or "months" in raw:
            raise ConfigError(f"{source.where(key)}: what isn't granted has no days or months")
        return Period()
    if _is_open(source, key, raw):
        return Period()
    if raw.get("months") == _CATALOGUE and reading.period is None:
        if "days" in raw:
            raise ConfigError(f"{source.where((*key, 'days'))}: days: not beside `months: {_CATALOGUE}`")
        return None
    if "days" not in raw and "months" not in raw:
        if reading.period is None:
            raise ConfigError(f"{source.where(key)}: expected months, days, or `months: {_CATALOGUE}`")
        return reading.period
    return Period(
        months=_number(source, (*key, "months"), 1, MAX_MONTHS) if "months" in raw else 0,
        days=_number(source, (*key, "days"), 1, MAX_DAYS) if "days" in raw else 0,
    )


def _is_open(source: YamlFile, key: KeyPath, raw: Mapping[str, object]) -> bool:
    """Only the law can be without a fixed time; what the shop promises has one."""
    if raw.get("months") != _OPEN:
        return False
    if _LISTS[str(key[0])] is not Basis.LAW or "days" in raw:
        raise ConfigError(f"{source.where((*key, 'months'))}: `months: {_OPEN}` stands below law, and without days")
    return True


def _scope(reading: _Reading, key: KeyPath, raw: Mapping[str, object]) -> Scope:
    source = reading.source

    def texts(name: str) -> list[str]:
        if name not in raw:
            return []
        items = _list(source, (*key, name), name)
        return [_text(source, (*key, name, index)) for index in range(len(items))]

    codes: set[str] = set()
    for index, code in enumerate(texts("countries")):
        codes |= reading.countries.groups.get(code) or {
            _country(source, (*key, "countries", index), code, reading.countries.groups)
        }
    return Scope(
        countries=frozenset(codes),
        models=frozenset(texts("models")),
        categories=frozenset(texts("categories")),
        consumables=expect(source, (*key, "consumables"), bool, "true or false") if "consumables" in raw else None,
    )


def _claims(source: YamlFile, key: KeyPath) -> frozenset[Claim]:
    found = set()
    for index, item in enumerate(_list(source, key, "return, exchange or both")):
        if item not in (Claim.RETURN.value, Claim.EXCHANGE.value):
            raise ConfigError(f"{source.where((*key, index))}: for: expected return or exchange, found {item!r}")
        found.add(Claim(str(item)))
    return frozenset(found)


def _mapping(source: YamlFile, key: str) -> Mapping[object, object]:
    found: Mapping[object, object] = (
        expect(source, (key,), dict, "names, each with a list") if key in source.data else {}
    )
    return found


def _list(source: YamlFile, key: KeyPath, what: str) -> list[object]:
    items: list[object] = expect(source, key, list, f"a list of {what} in brackets")
    if not items:
        raise ConfigError(f"{source.where(key)}: {key[-1]}: expected at least one")
    return items


def _country(source: YamlFile, key: KeyPath, code: object, groups: Collection[str] = ()) -> str:
    if not isinstance(code, str) or code not in countries():
        # Without quotes YAML reads NO, Norway, as false.
        other = f" or a group of countries.yaml ({', '.join(sorted(groups))})" if groups else ""
        raise ConfigError(
            f'{source.where(key)}: expected a country code of ISO 3166-1 such as CN, GB or "NO"{other}; found {code!r}'
        )
    return code


def _zone(source: YamlFile, key: KeyPath, name: object) -> str:
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f"{source.where(key)}: expected an IANA time zone such as Asia/Shanghai; found {name!r}"
        ) from None


def _day(source: YamlFile, key: KeyPath) -> date:
    value: object = expect(source, key, date, "a day such as 2026-01-31, without quotes")
    if not isinstance(value, date) or isinstance(value, datetime) or value.year < _FIRST_YEAR:
        raise ConfigError(f"{source.where(key)}: from: expected a day from {_FIRST_YEAR} on, found {value!s}")
    return value


def _text(source: YamlFile, key: KeyPath) -> str:
    value: str = expect(source, key, str, "a text, in quotes if it has digits only")
    if not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise ConfigError(f"{source.where(key)}: {key[-1]}: expected 1 to {_LONGEST} characters on one line")
    return value.strip()


def _number(source: YamlFile, key: KeyPath, least: int, most: int) -> int:
    value: int = expect(source, key, int, f"a whole number from {least} to {most}")
    if not least <= value <= most:
        raise ConfigError(f"{source.where(key)}: {key[-1]}: expected {least} to {most}, found {value}")
    return value


def _choice(source: YamlFile, key: KeyPath, kind: type[_E]) -> _E:
    value: object = expect(source, key, object, f"one of {', '.join(kind)}")
    for choice in kind:
        if value == choice.value:
            return choice
    raise ConfigError(f"{source.where(key)}: {key[-1]}: expected one of {', '.join(kind)}; found {value!r}")


def _choices(source: YamlFile, key: KeyPath, kind: type[_E]) -> tuple[_E, ...]:
    items = _list(source, key, ", ".join(kind))
    return tuple(dict.fromkeys(_choice(source, (*key, index), kind) for index in range(len(items))))
