"""An explanation on a terminal: sections, readable at 80 columns, without colours in a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailbot.cli.common import out
from mailbot.cli.explanation import Explanation, Fact, TableRun, reader_told
from mailbot.rehearse import RehearsedLetter

_LABEL = 14  # columns
_TONES = {"good": "green", "warn": "yellow", "plain": ""}


def tell(explanation: Explanation, *, with_misses: bool) -> None:
    """Print the explanation; rules that were missed are counted, or listed `with_misses`."""
    one = explanation
    out.print(Text(one.subject, style="bold"))
    out.print(Text(f"from {one.sender}, arrived {one.arrived}{f'; {one.stored}' if one.stored else ''}"))
    hits = " > ".join(table.hit.rule for table in one.tables if table.hit)
    out.print(Text(f"decided by: {hits or 'no rule'}"))
    for group in one.groups:
        _heading(group.title)
        _facts(group.facts)
    _heading("Which order")
    out.print(Text(one.outcome, style=_TONES[one.tone]))
    for line in one.conflicts:
        out.print(Text(f"contradiction: {line}", style="bold red"))
    for line in one.evidence:
        _indented(Text(line), 2)
    for candidate in one.candidates:
        out.print(Text(f"{candidate.points:>4} points  {candidate.number}, {candidate.about}", style="bold"))
        for line in candidate.because:
            _indented(Text(line), 13)
    for proposal in one.proposals:
        _heading(f"What the terms say about {proposal.number}; staff decide")
        for line in proposal.lines:
            out.print(Text(line))
    _heading(f"Rules (version {one.rules_version[:12]})")
    for table in one.tables:
        _table(table, with_misses=with_misses)
    _heading("What would be done")
    for number, step in enumerate(one.steps, 1):
        out.print(Text(f"{number:>2}. {step}"))
    if not one.steps:
        out.print(Text("Nothing; only the bytes of the mail are kept."))
    for remark in one.remarks:
        out.print(Text(f"note: {remark}", style="yellow"))
    if one.trouble:
        out.print(Text(f"This can't be carried out: {one.trouble}", style="bold red"))
    for index, letter in enumerate(one.letters, 1):
        _letter(letter, f"Letter {index} of {len(one.letters)}, to {reader_told(letter)}")
    out.print()
    out.print(Text("This was a rehearsal: nothing was sent, stored or changed.", style="dim"))


def _heading(title: str) -> None:
    out.print()
    out.print(Text(title, style="bold underline"))


def _grid(*rows: tuple[Text, Text]) -> None:
    """Rows with a label; in a pipe nothing is broken or filled up."""
    if not out.is_terminal:
        for label, value in rows:
            out.print(Text(f"{label.plain:<{_LABEL}} ").append(value.plain.replace("\n", "\n" + " " * (_LABEL + 1))))
        return
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=_LABEL, overflow="fold")
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    out.print(grid)


def _indented(text: Text, columns: int) -> None:
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, columns), expand=False))
    else:
        out.print(Text("\n".join(f"{' ' * columns}{line}".rstrip() for line in text.plain.split("\n"))))


def _facts(facts: Iterable[Fact]) -> None:
    rows = []
    for fact in facts:
        value = Text(fact.value)
        if fact.source:
            value.append(f"  [{fact.source}]", style="dim")
        rows.append((Text(fact.label, style="cyan"), value))
    _grid(*rows)


def _table(table: TableRun, *, with_misses: bool) -> None:
    hit = table.hit
    out.print(Text(f"table {table.name}: {len(table.rules)} looked at"))
    if hit is not None:
        _grid((Text("  HIT", style="bold green"), Text(f"{hit.rule}  [{hit.where}]", style="bold green")))
    else:
        _grid((Text("  no rule held"), Text("the table ends without a decision")))
    missed = [rule for rule in table.rules if not rule.hit]
    rows = []
    if missed and not with_misses:
        rows.append((Text("  missed", style="dim"), Text(f"{len(missed)} rules; --all lists them", style="dim")))
    elif missed:
        for rule in missed:
            text = Text(f"{rule.rule}  [{rule.where}]", style="dim")
            text.append(f"\nfailed: {rule.failed}")
            rows.append((Text("  missed", style="dim"), text))
    if rows:
        _grid(*rows)


def _letter(letter: RehearsedLetter, title: str) -> None:
    _heading(title)
    rows = [("to", letter.to), ("cc", letter.cc), ("subject", letter.subject), ("files", ", ".join(letter.files))]
    rows.append(("template", letter.template))
    _grid(*((Text(label, style="cyan"), Text(value)) for label, value in rows if value))
    out.print()
    _indented(Text(letter.text), 2)
