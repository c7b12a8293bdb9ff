"""Who is entitled to what, until when, and why (P1, P2, P6–P8, P11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.catalogue import Product
from mailbot.domain.eligibility import Ask, LineVerdict, Situation, covered_until, judge
from mailbot.domain.forms import Item
from mailbot.domain.orders import Order, OrderLine
from mailbot.domain.periods import Period, Start
from mailbot.domain.refunds import RefundSum
from mailbot.domain.terms import (
    Basis,
    Claim,
    Condition,
    OutboundShipping,
    Payer,
    Scope,
    Term,
    TermBook,
)
from mailbot.domain.verdicts import Outcome
from mailbot.domain.workdays import WorkCalendar
from mailbot.evidence.calendars import calendar_there
from mailbot.settings.cataloguefile import load_catalogue
from tests.domain.examples import ROOT, book, line
from tests.domain.examples import order as british_order

D = date.fromisoformat
CATALOGUE = load_catalogue(ROOT / "rules" / "catalogue.yaml").products
RETURN, EXCHANGE, WARRANTY = Claim
YES, UNCLEAR, NO = Outcome


def order(*lines: OrderLine, **changes: object) -> Order:
    """Of a country whose law gives nothing beside the shop's terms."""
    return british_order(*lines, **{"country": "US", "currency": "USD", **changes})


def situation(bought: Order, asked_on: str | date, terms: TermBook | None = None, **changes: object) -> Situation:
    day = D(asked_on) if isinstance(asked_on, str) else asked_on
    values = {"order": bought, "products": CATALOGUE, "terms": terms or book().terms, "asked_on": day}
    return Situation(**{**values, **changes})  # type: ignore[arg-type]


def verdict(
    bought: Order, asked_on: str | date, claim: Claim = RETURN, terms: TermBook | None = None, **changes: object
) -> LineVerdict:
    ask = Ask(model=bought.lines[0].model, quantity=1, claim=claim, condition=changes.pop("condition", None))  # type: ignore[arg-type]
    (found,) = judge(situation(bought, asked_on, terms, **changes), [ask])
    return found


def term(name: str = "t", **changes: object) -> Term:
    values: dict[str, object] = {
        "name": name,
        "where": f"{name}.yaml:1",
        "basis": Basis.OWN,
        "claims": frozenset(Claim),
        "since": D("2020-01-01"),
        "period": Period(days=30),
    }
    return Term(**{**values, **changes})  # type: ignore[arg-type]


def own(*terms: Term, law: Iterable[Term] = ()) -> TermBook:
    return TermBook(own=terms, law=tuple(law))


AMERICAN = order(purchased_on=D("2026-03-01"))
GERMAN = order(country="DE", currency="EUR", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-05"))
BRITISH = order(country="GB", currency="GBP", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-05"))
NORWEGIAN = order(country="NO", currency="NOK", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-28"))
TAIWANESE = order(country="TW", currency="TWD", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-28"))
SWISS = order(line("TP-H2"), country="CH", currency="CHF", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-05"))
CHINESE = order(country="CN", currency="CNY", purchased_on=D("2026-03-01"), delivered_on=D("2026-03-28"))


@pytest.mark.parametrize(
    ("bought", "claim", "asked_on", "outcome", "until", "by"),
    [
        (AMERICAN, RETURN, "2026-03-01", YES, "2026-03-31", "returns within the window"),
        (AMERICAN, RETURN, "2026-03-31", YES, "2026-03-31", "returns within the window"),
        (AMERICAN, RETURN, "2026-04-01", NO, "2026-03-31", "returns within the window"),
        (AMERICAN, EXCHANGE, "2026-03-31", YES, "2026-03-31", "returns within the window"),
        (AMERICAN, EXCHANGE, "2026-04-01", NO, "2026-03-31", "returns within the window"),
        (AMERICAN, WARRANTY, "2028-03-01", YES, "2028-03-01", "limited warranty"),  # 24 months by the catalogue
        (AMERICAN, WARRANTY, "2028-03-02", NO, "2028-03-01", "limited warranty"),
        (GERMAN, RETURN, "2026-03-19", YES, "2026-03-19", "EU right of withdrawal"),
        (GERMAN, RETURN, "2026-03-20", YES, "2026-03-31", "returns within the window"),
        (GERMAN, EXCHANGE, "2026-03-19", YES, "2026-03-31", "returns within the window"),
        (GERMAN, WARRANTY, "2028-03-05", YES, "2028-03-05", "EU legal guarantee"),
        (GERMAN, WARRANTY, "2028-03-06", NO, "2028-03-05", "EU legal guarantee"),
        (BRITISH, RETURN, "2026-03-19", YES, "2026-03-19", "UK right to cancel"),
        (BRITISH, RETURN, "2026-03-20", YES, "2026-03-31", "returns within the window"),
        (NORWEGIAN, RETURN, "2026-04-11", YES, "2026-04-11", "Norway right of withdrawal"),
        (NORWEGIAN, RETURN, "2026-04-12", NO, "2026-04-11", "Norway right of withdrawal"),
        (TAIWANESE, RETURN, "2026-04-04", YES, "2026-04-04", "Taiwan seven days"),
        (TAIWANESE, RETURN, "2026-04-05", NO, "2026-04-04", "Taiwan seven days"),
        (SWISS, WARRANTY, "2028-03-05", YES, "2028-03-05", "Swiss guarantee"),
        (SWISS, RETURN, "2026-04-01", NO, "2026-03-31", "returns within the window"),
        (CHINESE, RETURN, "2026-03-31", YES, "2026-04-04", "China seven days"),
        (CHINESE, RETURN, "2026-04-04", YES, "2026-04-04", "China seven days"),
        (CHINESE, RETURN, "2026-04-05", NO, "2026-04-04", "China seven days"),
    ],
)
def test_the_shipped_terms_to_the_day(
    bought: Order, claim: Claim, asked_on: str, outcome: Outcome, until: str, by: str
) -> None:
    found = verdict(bought, asked_on, claim)
    assert found.best is not None
    assert (found.outcome, found.best.term.name, found.best.until) == (outcome, by, D(until))
    assert all(reason.where and reason.policy for reason in found.reasons)


def test_the_better_term_is_named_with_the_reason_and_what_speaks_for_the_other() -> None:
    found = verdict(GERMAN, "2026-03-19")
    assert found.better_because == (
        "EU right of withdrawal (Directive 2011/83/EU, articles 9 to 14) is better for the customer than returns "
        "within the window: it gives the cost of delivery back; it takes pieces that are used",
        "returns within the window is better in this: it runs until 2026-03-31",
    )
    assert [other.term.name for other in found.beside] == ["returns within the window"]
    assert verdict(AMERICAN, "2026-03-19").better_because == ()
    late = verdict(GERMAN, "2026-03-20")
    assert late.better_because[0].startswith("returns within the window is better for the customer than EU right")
    assert "by it the answer is eligible" in late.better_because[0]


def test_a_reason_tells_days_and_places() -> None:
    found = verdict(AMERICAN, "2026-04-01")
    assert found.reasons[0].text == (
        "returns within the window: 30 days from the purchase on 2026-03-01, until 2026-03-31; "
        "asked on 2026-04-01: too late"
    )
    assert found.reasons[0].where.startswith("returns.yaml:")
    assert found.reasons[0].policy == "P7, P8, P11"
    both = verdict(GERMAN, "2026-06-01")
    assert [reason.text.partition(":")[0] for reason in both.reasons if "too late" in reason.text] == [
        "returns within the window",
        "EU right of withdrawal",
    ]


@pytest.mark.parametrize(
    ("purchased", "claim", "last"),
    [
        ("2024-02-29", WARRANTY, "2026-02-28"),
        ("2026-02-28", WARRANTY, "2028-02-28"),
        ("2024-01-30", RETURN, "2024-02-29"),
        ("2023-01-30", RETURN, "2023-03-01"),
    ],
)
def test_leap_days(purchased: str, claim: Claim, last: str) -> None:
    bought = order(purchased_on=D(purchased))
    assert verdict(bought, last, claim).outcome is YES
    assert verdict(bought, D(last) + timedelta(days=1), claim).outcome is NO


@pytest.mark.parametrize(("model", "expected"), [("TP-F9", "P2"), ("TP-T3H", "P2")])
def test_consumables_have_no_warranty_of_the_shops(model: str, expected: str) -> None:
    found = verdict(order(line(model)), "2026-03-02", WARRANTY)
    assert found.outcome is NO
    assert [reason.policy for reason in found.reasons] == [expected]
    assert "consumables are not covered" in found.reasons[0].text
    german = verdict(order(line(model), country="DE", delivered_on=D("2026-03-05")), "2026-03-06", WARRANTY)
    assert german.outcome is YES  # a fault at the delivery
    assert german.best is not None
    assert german.best.term.basis is Basis.LAW


def test_what_the_catalogue_does_not_know_is_unclear() -> None:
    found = verdict(order(line("TP-X1")), "2026-03-02", WARRANTY)
    assert found.outcome is UNCLEAR
    assert "doesn't say how long TP-X1" in found.reasons[0].text
    assert verdict(order(line("TP-X1")), "2026-03-02").outcome is YES


def test_terms_are_those_of_the_day_of_purchase() -> None:
    old, new = term("old", period=Period(days=14)), term("new", since=D("2026-01-01"))
    terms = own(new, old)
    before, on = order(purchased_on=D("2025-12-31")), order(purchased_on=D("2026-01-01"))
    assert verdict(before, "2026-01-15", terms=terms).outcome is NO
    assert verdict(before, "2026-01-14", terms=terms).reasons[0].where == "old.yaml:1"
    assert verdict(on, "2026-01-31", terms=terms).outcome is YES
    none = verdict(order(purchased_on=D("2019-12-31")), "2020-01-01", terms=terms)
    assert (none.outcome, none.best) == (UNCLEAR, None)
    assert "no terms for a return were in force on the day of purchase, 2019-12-31" in none.reasons[0].text


@pytest.mark.parametrize(
    ("scope", "model", "country", "holds"),
    [
        (Scope(), "TP-K17", "GB", True),
        (Scope(models=frozenset({"tp-k17"})), "TP-K17", "GB", True),
        (Scope(models=frozenset({"TP-K20"})), "TP-K17", "GB", False),
        (Scope(categories=frozenset({"kitchen"})), "TP-K17", "GB", True),
        (Scope(categories=frozenset({"kitchen"})), "TP-V20", "GB", False),
        (Scope(categories=frozenset({"kitchen"})), "TP-X1", "GB", False),
        (Scope(consumables=True), "TP-F9", "GB", True),
        (Scope(consumables=True), "TP-K17", "GB", False),
        (Scope(consumables=False), "TP-F9", "GB", False),
        (Scope(consumables=False), "TP-X1", "GB", True),
        (Scope(countries=frozenset({"FR", "GB"})), "TP-K17", "GB", True),
        (Scope(countries=frozenset({"FR"})), "TP-K17", "GB", False),
        (Scope(countries=frozenset({"GB"}), categories=frozenset({"care"})), "TP-K17", "GB", False),
    ],
)
def test_a_term_holds_for_what_it_names(scope: Scope, model: str, country: str, holds: bool) -> None:
    found = verdict(order(line(model), country=country), "2026-03-02", terms=own(term(scope=scope)))
    assert found.outcome is (YES if holds else UNCLEAR)


def test_an_unknown_day_of_delivery_is_never_held_against_the_customer() -> None:
    terms = own(term(start=Start.DELIVERY, period=Period(days=14)))
    bought = order(purchased_on=D("2026-03-01"))
    sure, unsure = verdict(bought, "2026-03-15", terms=terms), verdict(bought, "2026-03-16", terms=terms)
    assert sure.best is not None
    assert (sure.outcome, sure.best.until, sure.best.until_is_least) == (YES, D("2026-03-15"), True)
    assert unsure.outcome is UNCLEAR
    assert "find out when it was delivered" in unsure.reasons[0].text


@pytest.mark.parametrize(
    ("accepted", "condition", "outcome"),
    [
        (Condition.AS_NEW, Condition.SEALED, YES),
        (Condition.AS_NEW, Condition.AS_NEW, YES),
        (Condition.AS_NEW, Condition.TRIED, NO),
        (Condition.AS_NEW, Condition.USED, NO),
        (Condition.SEALED, Condition.AS_NEW, NO),
        (Condition.USED, Condition.USED, YES),
        (Condition.AS_NEW, None, YES),
    ],
)
def test_the_condition_decides_a_return_and_never_a_warranty(
    accepted: Condition, condition: Condition | None, outcome: Outcome
) -> None:
    terms = own(term(condition=accepted))
    assert verdict(AMERICAN, "2026-03-02", terms=terms, condition=condition).outcome is outcome
    assert verdict(AMERICAN, "2026-03-02", WARRANTY, terms=terms, condition=Condition.USED).outcome is YES


def test_goodwill_is_shown_to_staff_and_is_no_entitlement() -> None:
    terms = own(term(goodwill_days=7))
    for day, shown in (
        ("2026-03-31", None),
        ("2026-04-01", "2026-04-07"),
        ("2026-04-07", "2026-04-07"),
        ("2026-04-08", None),
    ):
        found = verdict(AMERICAN, day, terms=terms)
        assert found.best is not None
        assert found.outcome is (YES if day == "2026-03-31" else NO)
        assert found.best.goodwill_until == (D(shown) if shown else None)


def test_a_last_day_that_is_not_worked_moves_where_the_law_says_so() -> None:
    german = order(country="DE", currency="EUR", purchased_on=D("2026-01-02"), delivered_on=D("2026-03-20"))
    # 3 and 6 April 2026 are Good Friday and Easter Monday
    assert verdict(german, "2026-04-07", calendars=calendar_there).outcome is YES
    assert "moved to a working day" in verdict(german, "2026-04-07", calendars=calendar_there).reasons[0].text
    assert verdict(german, "2026-04-08", calendars=calendar_there).outcome is NO
    assert verdict(german, "2026-04-04").outcome is NO  # without holidays a Friday is worked
    saturday = order(country="DE", currency="EUR", purchased_on=D("2026-01-02"), delivered_on=D("2026-05-02"))
    assert verdict(saturday, "2026-05-18").outcome is YES  # 16 May is a Saturday


def test_the_calendar_is_that_of_the_customers_country_and_asked_for_only_where_a_term_wants_it() -> None:
    asked: list[tuple[str, int]] = []

    def calendars(country: str, year: int) -> WorkCalendar:
        asked.append((country, year))
        return calendar_there(country, year)

    delivered = order(country="FR", currency="EUR", purchased_on=D("2026-01-02"), delivered_on=D("2026-04-30"))
    # 14 May 2026 is Ascension Day in France; in Italy it is worked.
    assert verdict(delivered, "2026-05-15", calendars=calendars).outcome is YES
    assert verdict(replace(delivered, country="IT"), "2026-05-15", calendars=calendars).outcome is NO
    assert verdict(AMERICAN, "2026-03-31", calendars=calendars).outcome is YES
    assert asked == [("FR", 2026), ("IT", 2026)]
    december = replace(delivered, delivered_on=D("2026-12-18"))  # the last day is New Year's Day
    assert verdict(december, "2027-01-04", calendars=calendars).outcome is YES
    assert verdict(december, "2027-01-05", calendars=calendars).outcome is NO


def test_never_more_than_was_bought_and_not_yet_returned() -> None:
    bought = order(line("TP-K17", 3), line("TP-F9", 1))

    def asked(*asks: tuple[str, int, Claim], before: tuple[Item, ...] = ()) -> list[Outcome]:
        told = [Ask(model=model, quantity=quantity, claim=claim) for model, quantity, claim in asks]
        return [each.outcome for each in judge(situation(bought, "2026-03-02", returned_before=before), told)]

    assert asked(("TP-K17", 3, RETURN), ("tp-f9", 1, EXCHANGE)) == [YES, YES]
    assert asked(("TP-K17", 4, RETURN), ("TP-K17", 0, RETURN), ("TP-Z", 1, RETURN)) == [NO, NO, NO]
    assert asked(("TP-K17", 2, RETURN), ("TP-K17", 2, EXCHANGE), ("TP-K17", 1, WARRANTY)) == [YES, NO, YES]
    gone = (Item(model="TP-K17", quantity=2),)
    assert asked(("TP-K17", 2, RETURN), ("TP-K17", 1, RETURN), before=gone) == [NO, YES]


def test_the_refund_follows_the_better_term_and_adds_up_over_the_lines() -> None:
    bought = order(
        line("TP-K17", 1, "100.00"), line("TP-V20", 1, "50.00"), country="DE", currency="EUR",
        purchased_on=D("2026-03-01"), delivered_on=D("2026-03-05"), discount=Decimal("15.00"),
        shipping_cost=Decimal("6.00"),
    )  # fmt: skip
    asks = [Ask(model=each.model, quantity=1, claim=RETURN) for each in bought.lines]
    first, second = (each.refund for each in judge(situation(bought, "2026-03-10"), asks))
    assert isinstance(first, RefundSum)
    assert isinstance(second, RefundSum)
    assert (first.amount, second.amount) == (Decimal("90.00"), Decimal("51.00"))  # the delivery with the last piece
    later = [each.refund for each in judge(situation(bought, "2026-03-25"), asks)]
    assert sum(each.amount for each in later if isinstance(each, RefundSum)) == Decimal("135.00")
    assert verdict(bought, "2026-03-10", EXCHANGE).refund is None
    assert verdict(bought, "2027-03-10").refund is None


def test_a_replaced_piece_is_covered_for_the_rest_and_at_least_so_long() -> None:
    covered = term(replacement_months=3)
    assert covered_until(covered, D("2027-03-01"), D("2026-05-01")) == D("2027-03-01")
    assert covered_until(covered, D("2027-03-01"), D("2027-02-28")) == D("2027-05-28")
    assert covered_until(term(), D("2027-03-01"), D("2027-02-28")) == D("2027-03-01")


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
PERIODS = st.one_of(
    st.builds(Period, days=st.integers(1, 400)), st.builds(Period, months=st.integers(1, 60), days=st.integers(0, 31))
)
TERMS = st.builds(
    term,
    period=PERIODS,
    start=st.sampled_from(Start),
    goodwill_days=st.integers(0, 30),
    outbound_shipping=st.sampled_from(OutboundShipping),
    restocking_percent=st.integers(0, 50),
    shipping_in=st.sampled_from(Payer),
    condition=st.sampled_from(Condition),
    moves_to_working_day=st.booleans(),
)
CALENDAR = WorkCalendar(
    days_off=frozenset(date(year, 1, 1) for year in range(2020, 2045)),
    make_up_days=frozenset(),
    published_years=frozenset(),
)


@given(mine=TERMS, its=TERMS, bought=DAYS, after=st.integers(0, 60), asked=st.integers(0, 2500))
@settings(max_examples=200, deadline=None)
def test_the_customer_gets_the_better_of_both_terms_and_the_last_day_counts(
    mine: Term, its: Term, bought: date, after: int, asked: int
) -> None:
    purchase = order(purchased_on=bought, delivered_on=bought + timedelta(days=after), shipping_cost=Decimal("5.00"))
    day = bought + timedelta(days=asked)
    both = verdict(purchase, day, terms=own(mine, law=[its]), calendars=lambda *_: CALENDAR)
    alone = [verdict(purchase, day, terms=own(each), calendars=lambda *_: CALENDAR) for each in (mine, its)]
    order_of = tuple(Outcome)
    assert order_of.index(both.outcome) == min(order_of.index(each.outcome) for each in alone)
    assert both.best is not None
    assert len(both.beside) == 1
    for single in alone:
        assert single.best is not None
        assert single.best.until is not None
        assert (single.outcome is YES) == (day <= single.best.until)


@given(mine=TERMS, bought=DAYS, after=st.integers(0, 60), asked=st.integers(0, 2500))
@settings(max_examples=100, deadline=None)
def test_who_asks_a_day_earlier_is_never_worse_off(mine: Term, bought: date, after: int, asked: int) -> None:
    purchase = order(purchased_on=bought, delivered_on=bought + timedelta(days=after))
    day = bought + timedelta(days=asked)
    order_of = tuple(Outcome)
    now, earlier = (verdict(purchase, each, terms=own(mine)) for each in (day, day - timedelta(days=1)))
    assert order_of.index(earlier.outcome) <= order_of.index(now.outcome)


def test_a_consumable_is_known_by_the_catalogue_alone() -> None:
    filter_ = Product(
        model="TP-F1", aliases=(), category="x", warranty_months=12, is_consumable=True, manual="", faq_tags=()
    )
    found = verdict(order(line("TP-F1")), "2026-03-02", WARRANTY, products={"TP-F1": filter_})
    assert found.outcome is NO
