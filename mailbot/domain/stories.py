"""Phrases whose parts stand in clauses near one another: "I returned the kettle. Two weeks ago. No money yet."."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_CLAUSES = 4  # in which all parts stand; only clauses count in which anything of the table stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A part of a wide phrase, found in a clause."""

    row: int  # which phrase
    part: int  # which part of it, from 0
    parts: int  # how many it has
    words: str  # as they stand in the mail, for people


class Story:
    """Which parts of wide phrases have been told so far, clause by clause."""

    def __init__(self) -> None:
        self._clause = 0
        self._last: dict[int, dict[int, tuple[int, str]]] = {}  # row -> part -> last clause with it, its words
        self._counted: set[int] = set()

    def goes_on(self, told: Iterable[Told]) -> list[tuple[int, str]]:
        """The next clause. Returns the rows that hold now, each once in a mail, with the words found:
        (12, "returned & no money")."""
        self._clause += 1
        now: dict[int, int] = {}  # row -> how many parts it has
        for each in told:
            if each.row not in self._counted:
                self._last.setdefault(each.row, {})[each.part] = self._clause, each.words
                now[each.row] = each.parts
        held = [row for row, parts in sorted(now.items()) if self._holds(row, parts)]
        self._counted.update(held)
        return [(row, " & ".join(words for _, (_, words) in sorted(self._last[row].items()))) for row in held]

    def _holds(self, row: int, parts: int) -> bool:
        last = self._last[row]
        return len(last) == parts and all(clause > self._clause - _CLAUSES for clause, _ in last.values())
