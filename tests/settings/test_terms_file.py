"""Terms in rules/returns.yaml and rules/warranty.yaml: every mistake is named with file and line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from mailbot.domain.periods import Period, Start
from mailbot.domain.terms import Basis, Claim, Condition, OutboundShipping, Payer, Remedy, Scope, TermBook
from mailbot.errors import ConfigError
from mailbot.settings.cataloguefile import load_catalogue
from mailbot.settings.rulefiles import load_rules
from mailbot.settings.termsfile import RETURN_KEYS, WARRANTY_KEYS, check_terms

SHIPPED = Path(__file__).parents[2] / "rules"
TEMPLATES = frozenset(
    file.name.removesuffix(".md.j2") for file in (SHIPPED.parent / "templates" / "en").glob("[!_]*.md.j2")
)
HEAD = "window_days: 14\nrefund_days: {min: 1, max: 1}\n\n"
ALL = "  - {name: all, from: 2020-01-01, for: [return, exchange]}\n"
WARRANTY = "terms:\n  - {name: w, from: 2020-01-01, months: 12}\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(SHIPPED, folder)
    return folder


def terms(rules: Path) -> TermBook:
    return load_rules(rules, TEMPLATES).terms


def test_the_shipped_terms_say_what_the_policy_says(rules: Path) -> None:
    book = terms(rules)
    returns, consumables, warranty = book.own
    assert returns.claims == {Claim.RETURN, Claim.EXCHANGE}
    assert (returns.period, returns.start, returns.condition) == (Period(days=30), Start.PURCHASE, Condition.AS_NEW)
    assert (returns.shipping_in, returns.outbound_shipping) == (Payer.CUSTOMER, OutboundShipping.KEPT)
    assert (consumables.granted, consumables.scope.consumables, consumables.policy) == (False, True, "P2")
    assert (warranty.period, warranty.start, warranty.policy) == (None, Start.PURCHASE, "P1")
    by_name = {term.name: term for term in book.law}
    assert {term.basis for term in book.law} == {Basis.LAW}
    assert all(term.law and term.scope.countries for term in book.law)
    withdrawal = by_name["EU right of withdrawal"]
    assert (withdrawal.period, withdrawal.start) == (Period(days=14), Start.DELIVERY)
    assert len(withdrawal.scope.countries) == 27
    assert not {"GB", "EU", "CN", "CH"} & withdrawal.scope.countries
    guarantee = by_name["EU legal guarantee"]
    assert (guarantee.period, guarantee.start, guarantee.shipping_in) == (
        Period(months=24),
        Start.DELIVERY,
        Payer.SHOP,
    )
    seven = by_name["China seven days"]
    assert (seven.period, seven.start, seven.scope.countries) == (Period(days=7), Start.DELIVERY, {"CN"})


def test_each_term_names_its_line(rules: Path) -> None:
    for term in (*terms(rules).own, *terms(rules).law):
        name, _, number = term.where.partition(":")
        line = (rules / name).read_text(encoding="utf-8").splitlines()[int(number) - 1]
        assert line == f"  - name: {term.name}"


def test_the_shipped_terms_fit_the_shipped_catalogue(rules: Path) -> None:
    check_terms(terms(rules), load_catalogue(SHIPPED / "catalogue.yaml"))


@pytest.mark.parametrize(("name", "keys"), [("returns.yaml", RETURN_KEYS), ("warranty.yaml", WARRANTY_KEYS)])
def test_every_key_is_explained_in_the_file(name: str, keys: tuple[str, ...]) -> None:
    head = "".join(
        line
        for file in {"returns.yaml", name}
        for line in (SHIPPED / file).read_text(encoding="utf-8").splitlines(keepends=True)
        if line.startswith("#")
    )
    assert [key for key in keys if key not in head] == []


def test_everything_that_a_term_may_say(rules: Path) -> None:
    (rules / "returns.yaml").write_text(
        HEAD + "start: delivery\nterms:\n"
        "  - name: brushes\n    from: 2025-02-01\n    for: [return]\n    countries: [EU, CH]\n    models: [TP-T3H]\n"
        "    categories: [supplies]\n    consumables: true\n    months: 1\n    days: 14\n    start: purchase\n"
        "    moves_to_working_day: true\n    condition: sealed\n    shipping_in: shop\n    shipping_back: customer\n"
        "    outbound_shipping: share\n    restocking_percent: 15\n    goodwill_days: 7\n    policy: P8\n    law: x\n"
        + ALL,
        encoding="utf-8",
    )
    (rules / "warranty.yaml").write_text(
        "terms:\n  - {name: w, from: 2020-01-01, months: catalogue, remedies: [repair, refund, repair], "
        "replacement_months: 3}\n",
        encoding="utf-8",
    )
    brushes, everything, warranty = terms(rules).own
    assert brushes.since == date(2025, 2, 1)
    assert brushes.scope.models == {"TP-T3H"}
    assert brushes.scope.countries >= {"DE", "CH"}
    assert (brushes.scope.categories, brushes.scope.consumables) == ({"supplies"}, True)
    assert (brushes.period, brushes.start) == (Period(months=1, days=14), Start.PURCHASE)
    assert (brushes.moves_to_working_day, brushes.condition) == (True, Condition.SEALED)
    assert (brushes.shipping_in, brushes.shipping_back) == (Payer.SHOP, Payer.CUSTOMER)
    assert (brushes.outbound_shipping, brushes.restocking_percent) == (OutboundShipping.SHARE, 15)
    assert (brushes.goodwill_days, brushes.policy, brushes.law) == (7, "P8", "x")
    assert (everything.period, everything.start, everything.scope) == (Period(days=14), Start.DELIVERY, Scope())
    assert (warranty.remedies, warranty.replacement_months) == ((Remedy.REPAIR, Remedy.REFUND), 3)


def test_without_terms_there_is_the_window(rules: Path) -> None:
    (rules / "returns.yaml").write_text(HEAD, encoding="utf-8")
    window = terms(rules).own[0]
    assert (window.name, window.where, window.period) == ("window_days", "returns.yaml:1", Period(days=14))
    assert window.claims == {Claim.RETURN, Claim.EXCHANGE}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{from: 2020-01-01, for: [return]}", "'terms.0.name'"),
        ("{name: '', from: 2020-01-01, for: [return]}", "name: expected 1 to 200 characters"),
        ("{name: x, for: [return]}", "'terms.0.from': a day such as 2026-01-31"),
        ("{name: x, from: '2020-01-01', for: [return]}", "a day such as 2026-01-31, without quotes"),
        ("{name: x, from: 2020-01-01 10:00:00, for: [return]}", "expected a day from 1900 on"),
        ("{name: x, from: 1020-01-01, for: [return]}", "expected a day from 1900 on"),
        ("{name: x, from: 2020-01-01}", "'terms.0.for'"),
        ("{name: x, from: 2020-01-01, for: []}", "for: expected at least one"),
        ("{name: x, from: 2020-01-01, for: [warranty]}", "expected return or exchange, found 'warranty'"),
        ("{name: x, from: 2020-01-01, for: [return], day: 3}", "'day' is not part of a term; did you mean 'days'?"),
        ("{name: x, from: 2020-01-01, for: [return], remedies: [repair]}", "'remedies' is not part of a term"),
        ("{name: x, from: 2020-01-01, for: [return], days: 0}", "days: expected 1 to 3660, found 0"),
        ("{name: x, from: 2020-01-01, for: [return], months: 601}", "months: expected 1 to 600"),
        ("{name: x, from: 2020-01-01, for: [return], months: catalogue}", "a whole number from 1 to 600"),
        ("{name: x, from: 2020-01-01, for: [return], granted: false, days: 3}", "no days or months"),
        ("{name: x, from: 2020-01-01, for: [return], granted: 1}", "true or false"),
        ("{name: x, from: 2020-01-01, for: [return], countries: [UK]}", "such as CN, GB"),
        ("{name: x, from: 2020-01-01, for: [return], countries: [ZZ]}", "such as CN, GB"),
        ("{name: x, from: 2020-01-01, for: [return], countries: [NO]}", "in quotes"),
        ("{name: x, from: 2020-01-01, for: [return], countries: [Europe]}", "or a group of countries.yaml (EU)"),
        ("{name: x, from: 2020-01-01, for: [return], countries: CN}", "a list of countries in brackets"),
        ("{name: x, from: 2020-01-01, for: [return], start: tomorrow}", "expected one of purchase, delivery"),
        ("{name: x, from: 2020-01-01, for: [return], condition: good}", "one of sealed, as_new, tried, used"),
        ("{name: x, from: 2020-01-01, for: [return], shipping_in: us}", "one of customer, shop"),
        ("{name: x, from: 2020-01-01, for: [return], restocking_percent: 101}", "expected 0 to 100, found 101"),
        ("{name: x, from: 2020-01-01, for: [return], goodwill_days: -1}", "expected 0 to 3660, found -1"),
        ("just words", "an entry with name, from and more"),
    ],
)
def test_a_mistake_in_a_term_of_returns(rules: Path, entry: str, expected: str) -> None:
    path = rules / "returns.yaml"
    path.write_text(f"{HEAD}terms:\n  - {entry}\n{ALL}", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        terms(rules)
    assert str(caught.value).startswith(f"{path}:5: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("", None, "expected 'terms': a list of terms"),
        ("term: []\n", 1, "'term': expected one of start, terms, law"),
        ("terms: []\n", 1, "one entry for warranty must hold for everything"),
        ("terms:\n  - {name: x, from: 2020-01-01}\n", 2, "expected months, days, or `months: catalogue`"),
        ("terms:\n  - {name: x, from: 2020-01-01, months: soon}\n", 2, "a whole number from 1 to 600"),
        ("terms:\n  - {name: x, from: 2020-01-01, months: catalogue, days: 1}\n", 2, "not beside `months: catalogue`"),
        ("terms:\n  - {name: x, from: 2020-01-01, months: 1, remedies: [hope]}\n", 2, "one of repair, replacement"),
        ("start: never\n" + WARRANTY, 1, "one of purchase, delivery"),
        (
            WARRANTY + "  - {name: w, from: 2020-01-01, months: 1}\n",
            3,
            "the name 'w' is taken already (warranty.yaml:2)",
        ),
        (WARRANTY + "law:\n  - {name: returns within the window, from: 2020-01-01, months: 1}\n", 4, "taken already"),
        (WARRANTY + "  - {name: new, from: 2021-01-01, months: 1}\n", 3, "'new' is never reached: 'w' above it"),
        (WARRANTY + "  - {name: k, from: 2020-01-01, months: 1, models: [TP-K17]}\n", 3, "never reached"),
    ],
)
def test_a_mistake_in_the_warranty(rules: Path, text: str, line: int | None, expected: str) -> None:
    path = rules / "warranty.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        terms(rules)
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert expected in str(caught.value)


def test_older_terms_below_newer_ones_are_reached(rules: Path) -> None:
    (rules / "warranty.yaml").write_text(
        "terms:\n  - {name: k, from: 2020-01-01, months: 36, models: [TP-K17]}\n"
        "  - {name: new, from: 2021-01-01, months: 24}\n  - {name: old, from: 2010-01-01, months: 12}\n",
        encoding="utf-8",
    )
    assert [term.name for term in terms(rules).own[1:]] == ["k", "new", "old"]


@pytest.mark.parametrize("claim", ["return", "exchange"])
def test_nothing_falls_through(rules: Path, claim: str) -> None:
    path = rules / "returns.yaml"
    text = f"{HEAD}terms:\n  - {{name: x, from: 2020-01-01, for: [{claim}]}}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="must hold for everything"):
        terms(rules)
    path.write_text(f"{HEAD}term: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="'term': expected one of window_days"):
        terms(rules)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("group: {}\n", 1, "'group': expected one of groups, zones"),
        ("groups:\n  EU: []\n", 2, "EU: expected at least one"),
        ("groups:\n  DE: [AT]\n", 2, "a name of 3 to 41 letters"),
        ("groups:\n  Nordic: [DK, no]\n", 2, "found False"),
        ("groups:\n  EU: [Germany]\n", 2, "a country code of ISO 3166-1"),
        ("zones:\n  CN: [Asia/Peking]\n", 2, "an IANA time zone such as Asia/Shanghai; found 'Asia/Peking'"),
        ("zones:\n  CN: Asia/Shanghai\n", 2, "a list of time zones"),
        ("zones:\n  China: [Asia/Shanghai]\n", 2, "a country code"),
    ],
)
def test_a_mistake_in_the_countries(rules: Path, text: str, line: int, expected: str) -> None:
    path = rules / "countries.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        terms(rules)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert expected in str(caught.value)


def test_models_and_categories_must_be_in_the_catalogue(rules: Path) -> None:
    (rules / "warranty.yaml").write_text(
        "terms:\n  - {name: k, from: 2020-01-01, months: 9, models: [tp-k17, TP-K18], categories: [care, kitschen]}\n"
        "  - {name: w, from: 2020-01-01, months: 24}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        check_terms(terms(rules), load_catalogue(SHIPPED / "catalogue.yaml"))
    assert str(caught.value).splitlines() == [
        "warranty.yaml:2: model TP-K18 of 'k' is not in the catalogue",
        "warranty.yaml:2: category kitschen of 'k' is not in the catalogue",
    ]


def test_only_the_law_can_be_without_a_fixed_time(rules: Path) -> None:
    assert {term.name for term in terms(rules).law if term.is_open} == {
        "UK consumer rights", "Norway right of complaint", "Australian consumer guarantees",
        "New Zealand consumer guarantees",
    }  # fmt: skip
    file = rules / "warranty.yaml"
    shipped = file.read_text(encoding="utf-8")
    file.write_text(shipped.replace("months: catalogue\n    remedies", "months: open\n    remedies"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"warranty.yaml:\d+: `months: open` stands below law"):
        terms(rules)
