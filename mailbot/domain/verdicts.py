"""What one term says about pieces, and what makes it better for the customer than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.domain.remarks import Day, Remark, joined
from mailbot.domain.terms import Basis, Condition, OutboundShipping, Payer, Remedy, Term, condition_rank


class Outcome(StrEnum):
    """What the terms say, from best to worst for the customer."""

    ELIGIBLE = "eligible"
    UNCLEAR = "unclear"  # something has to be found out first; the reasons say what
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One step of the answer, for staff."""

    text: str  # a Remark: the templates have its other languages
    policy: str = ""  # "P7", or the law
    where: str = ""  # of the term, "returns.yaml:12"


@dataclass(frozen=True, kw_only=True)
class TermVerdict:
    """What one term says about one line."""

    term: Term
    outcome: Outcome
    until: date | None  # the last day, which is still in the term; None where there is none or it isn't known
    until_is_least: bool  # it may be later: the day of delivery isn't known, and can't be before the purchase
    goodwill_until: date | None  # too late, but up to this day staff may agree all the same; else None
    reasons: tuple[Reason, ...]


CONDITION_WORDS = {
    Condition.SEALED: Remark("sealed"),
    Condition.AS_NEW: Remark("as new"),
    Condition.TRIED: Remark("tried"),
    Condition.USED: Remark("used"),
}
_OUTCOMES = {
    Outcome.ELIGIBLE: Remark("eligible"),
    Outcome.UNCLEAR: Remark("to be found out"),
    Outcome.NOT_ELIGIBLE: Remark("not eligible"),
}
_REMEDIES = {
    Remedy.REPAIR: Remark("a repair"),
    Remedy.REPLACEMENT: Remark("a replacement"),
    Remedy.REFUND: Remark("a refund"),
}


@dataclass(frozen=True, kw_only=True)
class _Merit:
    """What is good about a term for a customer, comparable with the same merit of another."""

    rank: int  # higher is better
    words: str


def merits(verdict: TermVerdict) -> tuple[_Merit, ...]:
    """What counts for the customer, the weightiest first."""
    term = verdict.term
    outcomes = tuple(Outcome)
    shipping = (OutboundShipping.KEPT, OutboundShipping.WHOLE_ORDER, OutboundShipping.SHARE)
    until = verdict.until
    return (
        _Merit(
            rank=-outcomes.index(verdict.outcome),
            words=Remark("by it the answer is {outcome}", outcome=_OUTCOMES[verdict.outcome]),
        ),
        _Merit(rank=shipping.index(term.outbound_shipping), words=Remark("it gives the cost of delivery back")),
        _Merit(
            rank=-term.restocking_percent,
            words=Remark("its restocking fee is {percent} %", percent=str(term.restocking_percent)),
        ),
        _Merit(rank=int(term.shipping_in is Payer.SHOP), words=Remark("the shop pays for sending the piece in")),
        _Merit(rank=int(term.shipping_back is Payer.SHOP), words=Remark("the shop pays for sending it back")),
        _Merit(rank=len(term.remedies), words=_gives(term.remedies)),
        _Merit(
            rank=condition_rank(term.condition),
            words=Remark("it takes pieces that are {condition}", condition=CONDITION_WORDS[term.condition]),
        ),
        _Merit(rank=until.toordinal() if until else 0, words=_runs(verdict)),
    )


def _gives(remedies: Sequence[Remedy]) -> str:
    """All remedies in a sentence; "" for none, which is never the better."""
    if not remedies:
        return ""
    *others, named = (_REMEDIES[remedy] for remedy in remedies)
    for other in reversed(others):
        named = Remark("{one} or {other}", one=other, other=named)
    return Remark("it gives {remedies}", remedies=named)


def _runs(verdict: TermVerdict) -> str:
    if verdict.until is None:
        return ""
    if verdict.until_is_least:
        return Remark("it runs at least until {day}", day=Day(verdict.until))
    return Remark("it runs until {day}", day=Day(verdict.until))


def comparison(best: TermVerdict, other: TermVerdict) -> tuple[str, ...]:
    """In words that name both terms: what speaks for the best one, and what for the other."""
    pairs = tuple(zip(merits(best), merits(other), strict=True))
    better = [mine.words for mine, its in pairs if mine.rank > its.rank]
    worse = [its.words for mine, its in pairs if mine.rank < its.rank]
    said = []
    if better:
        said.append(
            Remark(
                "{one} is better for the customer than {other}: {why}",
                one=_named(best.term),
                other=other.term.name,
                why=joined(better),
            )
        )
    if worse:
        said.append(Remark("{one} is better in this: {why}", one=_named(other.term), why=joined(worse)))
    return tuple(said)


def _named(term: Term) -> str:
    return f"{term.name} ({term.law})" if term.basis is Basis.LAW and term.law else term.name
