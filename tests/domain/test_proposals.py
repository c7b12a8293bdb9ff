"""What letters and notices say of a case by its terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailbot.domain.cases import CaseEvent, CaseKind, CaseState
from mailbot.domain.commands import Command
from mailbot.domain.forms import Item
from mailbot.domain.proposals import replacement_covered_until, with_verdicts
from mailbot.domain.stepwords import cant
from mailbot.settings.cataloguefile import load_catalogue
from tests.domain.examples import ROOT, book, case, line, order

WITH_PRODUCTS = replace(book(), products=load_catalogue(ROOT / "rules" / "catalogue.yaml").products)


def test_the_warranty_of_a_replacement_is_the_shops_own_whatever_the_law_gives_beside_it() -> None:
    german = order(country="DE", delivered_on=date(2026, 3, 4))
    repaired = case(CaseState.INSPECTED_OK, kind=CaseKind.WARRANTY, order=german)
    judged = with_verdicts(repaired, WITH_PRODUCTS)
    assert judged.verdicts[0].best is not None
    assert judged.verdicts[0].best.term.name == "EU legal guarantee"  # two years from the delivery
    assert replacement_covered_until(judged, date(2026, 3, 20)) == date(2028, 3, 1)
    assert replacement_covered_until(replace(judged, kind=CaseKind.EXCHANGE), date(2026, 3, 20)) is None


def test_an_approval_without_pieces_is_told_only_those_that_are_left() -> None:
    several = order(line("TP-K17", 3), line("TP-F9", 1))
    waiting = case(
        CaseState.SUBMITTED,
        order=several,
        items=(),
        returned_before=(Item(model="TP-K17", quantity=1),),
        claimed_elsewhere=(Item(model="TP-F9", quantity=1),),
    )
    said = cant(waiting, Command(event=CaseEvent.APPROVE, argument="", line="#approve"), "no pieces")
    assert "#approve TP-K17 × 2" in said
    assert "TP-F9" not in said
    nothing = cant(
        replace(waiting, returned_before=(Item(model="TP-K17", quantity=3),)),
        Command(event=CaseEvent.APPROVE, argument="", line="#approve"),
        "no pieces",
    )
    assert nothing == "#approve: no pieces"
