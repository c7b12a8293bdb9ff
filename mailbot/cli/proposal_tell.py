"""What the terms say about a case, in lines for a terminal: the verdict on each line first, then what is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailbot.domain.letters import ProposalLine, TermLine

_OUTCOMES = {"eligible": "eligible", "unclear": "to be found out", "not_eligible": "not eligible"}


@dataclass(frozen=True, kw_only=True)
class ToldProposal:
    """What the terms say about a case."""

    number: str  # "R-100001"
    lines: tuple[str, ...]


def proposal_told(lines: Iterable[ProposalLine]) -> Iterator[str]:
    """All of the proposal; details are set in by two blanks."""
    lines = tuple(lines)
    for line in lines:
        told = _term(line.term) if line.term is not None else _OUTCOMES[line.outcome]
        yield f"{line.item}: {told}"
    for line in lines:
        if len(lines) > 1:
            yield f"{line.item}, in detail:"
        yield from (f"  {each}" for each in _details(line))


def _term(term: TermLine) -> str:
    by = f"{term.name} ({term.law})" if term.law else term.name
    until = f", {'at least ' if term.until_is_least else ''}until {term.until}" if term.until is not None else ""
    goodwill = f"; goodwill is possible until {term.goodwill_until}" if term.goodwill_until is not None else ""
    return f"{_OUTCOMES[term.outcome]}{until}, by {by}{goodwill}"


def _details(line: ProposalLine) -> Iterator[str]:
    if line.refund is not None:
        parts = [f"goods {line.refund.goods}"]
        if line.refund.shipping:
            parts.append(f"delivery {line.refund.shipping}")
        if line.refund.restocking:
            parts.append(f"restocking fee -{line.refund.restocking}")
        yield f"refund if it passes: {line.refund.amount} {line.currency} ({', '.join(parts)})"
    if line.refund_refused:
        yield f"no refund: {line.refund_refused}"
    if line.term is not None:
        yield f"sending it in is paid by {'the shop' if line.shop_pays_in else 'the customer'}"
    if line.remedies:
        yield f"it gives {', '.join(line.remedies)}"
    for other in line.beside:
        yield f"beside it: {_term(other)}"
    yield from line.better_because
    for reason in line.reasons:
        place = ", ".join(filter(None, (reason.policy, reason.where)))
        yield f"{reason.text}{f' [{place}]' if place else ''}"
