"""Outcomes counted: the confusion of matches, and how often the wishes are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.confusion import Evaluation, evaluate
from tests.matching.labelled import KINDS
from tests.matching.trial import Outcome

_OTHERS = "wrong order"  # the right kind of match, of another order or with another list


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is asserted, and shown."""

    mails: int
    right: int
    exact: tuple[int, int]  # right ones, all that came out exact
    exact_recall: tuple[int, int]  # labelled exact and came out so, labelled exact
    probable_recall: tuple[int, int]  # labelled probable and came out so
    found_recall: tuple[int, int]  # labelled exact or probable, and the order was found as one of the two
    not_entitled: int  # mails in whose answer an order of somebody else could stand
    confusion: Counter[tuple[str, str]]  # (labelled, got) -> mails
    wishes: Evaluation  # of the strongest wish
    also: tuple[int, int]  # further wishes found, labelled
    never: tuple[int, int]  # wishes that were found although the mail says it doesn't have them, labelled


def count(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of the whole set."""
    exact = [one for one in outcomes if one.got.kind == "exact"]
    label = {kind: [one for one in outcomes if one.mail.right[0].kind == kind] for kind in KINDS}
    sure = label["exact"] + label["probable"]
    second = [(one, wish) for one in outcomes for wish in one.mail.also]
    denied = [(one, wish) for one in outcomes for wish in one.mail.never]
    return Figures(
        mails=len(outcomes),
        right=sum(one.is_right for one in outcomes),
        exact=(sum(one.is_right for one in exact), len(exact)),
        exact_recall=_share(label["exact"]),
        probable_recall=_share(label["probable"]),
        found_recall=(sum(_is_found(one) for one in sure), len(sure)),
        not_entitled=sum(bool(one.strangers_orders) for one in outcomes),
        confusion=Counter((one.mail.right[0].kind, _column(one)) for one in outcomes),
        wishes=evaluate(((one.mail.wishes, one.wish) for one in outcomes), {}),
        also=(sum(wish in one.wishes for one, wish in second), len(second)),
        never=(sum(wish in one.wishes for one, wish in denied), len(denied)),
    )


def _share(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    return sum(one.got == one.mail.right[0] for one in outcomes), len(outcomes)


def _is_found(one: Outcome) -> bool:
    return one.got.kind in ("exact", "probable") and one.got.numbers == one.mail.right[0].numbers


def _column(one: Outcome) -> str:
    if one.got.kind == one.mail.right[0].kind and one.got.numbers != one.mail.right[0].numbers and not one.is_right:
        return _OTHERS
    return one.got.kind


def tables(figures: Figures) -> str:
    """For people to read."""
    columns = (*KINDS, _OTHERS)
    lines = [f"{'labelled':>12} | " + " ".join(f"{name:>11}" for name in columns)]
    for row in KINDS:
        cells = " ".join(f"{figures.confusion[row, name] or '.':>11}" for name in columns)
        lines.append(f"{row:>12} | {cells}")
    lines += [
        "",
        f"mails                          {figures.mails}, right {_of(figures.right, figures.mails)}",
        f"precision of exact             {_of(*figures.exact)}",
        f"recall of exact                {_of(*figures.exact_recall)}",
        f"recall of probable             {_of(*figures.probable_recall)}",
        f"order found, exact or probable {_of(*figures.found_recall)}",
        f"somebody else's order named    {figures.not_entitled}",
        "",
        f"strongest wish right           {_of(figures.wishes.correct, figures.wishes.counted)}",
        f"further wishes found           {_of(*figures.also)}",
        f"denied wishes found            {_of(*figures.never)}",
        "",
        f"{'wish':>18} | labelled  found  right  precision  recall",
    ]
    for name, one in figures.wishes.per_intent.items():
        shares = "".join("        -" if share is None else f"{share:>9.0%}" for share in (one.precision, one.recall))
        lines.append(f"{name:>18} | {one.expected:>8} {one.found:>6} {one.correct:>6}  {shares}")
    return "\n".join(lines)


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" = {part / whole:.1%}" if whole else "")


def mistakes(outcomes: Sequence[Outcome]) -> str:
    """Each wrong match with the reasons that were given, then each wrong wish."""
    lines = []
    for one in outcomes:
        if not one.is_right or one.strangers_orders:
            mark = "NOT ENTITLED " if one.strangers_orders else "WRONG EXACT " if one.is_wrong_exact else ""
            wanted = " or ".join(map(str, one.mail.right))
            lines.append(f"{one.mail.id}: {mark}{wanted}, but got {one.got} ({one.authentication})")
            lines += [f"    {line}" for line in (one.mail.why, *one.evidence) if line]
    for one in outcomes:
        if one.wish not in one.mail.wishes:
            found = ", ".join(one.wishes) or "none"
            lines.append(f"{one.mail.id}: wish {' or '.join(one.mail.wishes)}, but got {found}")
    return "\n".join(lines)
