"""The story on paper: chapters, who writes what, what the desk did and why, the figures at the end."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailbot.demo.people import body_text
from mailbot.demo.scenes import Arrival

_WIDEST = 88  # columns; longer lines are tiring to read
_QUOTED = 3  # lines of a mail that the story shows
_GREETINGS = ("dear ", "hello", "您好")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why the desk did what it did with a mail, from the stored trace."""

    rule: str  # the last rule that was hit
    where: str  # "rules/routing.yaml:12"
    evidence: tuple[str, ...]


def read_reason(trace: str) -> Reason:
    """The trace of a processed mail, as the database keeps it, in short."""
    stored = json.loads(trace)
    hits = [rule for rule in stored["rules"] if rule["hit"]]
    thread = stored["thread"]
    # Where the thread is known, the order number in the quote and further pointers add nothing.
    evidence = [line for line in stored["order"]["evidence"] if not thread["evidence"] or "quoted" not in line]
    evidence = [*thread["evidence"], *evidence] if thread["evidence"] else [*evidence, *thread["refused"]]
    wishes = [f"wish {wish['name']}: {', '.join(wish['because'])}" for wish in stored["wishes"][:1]]
    if thread["evidence"]:
        wishes = []  # found in the subject that the thread began with
    standing = stored["standing"]
    if standing["verdict"] != "verified":
        evidence.insert(0, f"sender {standing['verdict']}: {standing['evidence']}")
    return Reason(
        rule=hits[-1]["rule"] if hits else "no rule",
        where=hits[-1]["where"] if hits else "",
        evidence=tuple(dict.fromkeys([*evidence, *wishes])),
    )


class Teller:
    """Prints the story; colours only where a person looks at a terminal."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows "?" and the story goes on
        plain = Console(highlight=False)
        self._out = Console(highlight=False, width=min(plain.width, _WIDEST))
        self._chapter = 0

    def opening(self, title: str, *lines: str) -> None:
        """What this is."""
        self._out.print(Text(title, style="bold"))
        for line in lines:
            self._out.print(Text(line))

    def chapter(self, title: str, now: datetime) -> None:
        """A new chapter, with the day and hour at which it begins."""
        self._chapter += 1
        self._out.print()
        self._out.rule(Text(f"{self._chapter}. {title}", style="bold cyan"), align="left", style="cyan")
        self.day(now)

    def day(self, now: datetime) -> None:
        """The calendar turns."""
        self._out.print(Text(f"{now:%A}, {now.day} {now:%B %Y}, {now:%H:%M}", style="dim"))

    def note(self, text: str) -> None:
        """A sentence of the teller's own."""
        self._indented(Text(text, style="italic"), 0)

    def arrived(self, mail: Arrival, file: str) -> None:
        """Somebody wrote."""
        self._out.print()
        line = Text.assemble((mail.who.name, "bold green"), f" {mail.gist}")
        if mail.files:
            line.append(f" [{', '.join(mail.files)}]", style="green")
        self._indented(line, 0)
        self._quote(mail.words)
        self._indented(Text(file, style="dim"), 4)

    def decided(self, reason: Reason) -> None:
        """What the desk made of a mail."""
        line = Text.assemble("=> rule ", (f"“{reason.rule}”", "yellow"), (f" ({reason.where})", "dim"))
        self._indented(line, 2)
        if reason.evidence:
            self._indented(Text(f"because {'; '.join(reason.evidence[:3])}", style="dim"), 5)

    def put_aside(self, why: str) -> None:
        """A mail that the desk could not process."""
        self._indented(Text(f"=> quarantined: {why}", style="red"), 2)

    def sent(self, to: str, subject: str, raw: bytes, file: str, look_for: Sequence[str]) -> None:
        """A mail of the desk."""
        self._indented(Text.assemble("-> to ", (to, "bold"), ": ", (subject, "magenta")), 2)
        self._quote(excerpt(body_text(raw), look_for), 5)
        self._indented(Text(file, style="dim"), 5)

    def silence(self, why: str) -> None:
        """The desk sent nothing."""
        self._indented(Text(f"-> nothing is sent: {why}", style="bold"), 2)

    def figures(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """The summary."""
        self._out.print()
        self._out.rule(Text(title, style="bold cyan"), align="left", style="cyan")
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows:
            table.add_row(Text(name), Text(value))
        self._out.print(table)
        self._out.print()

    def closing(self, *lines: str) -> None:
        """Where to go from here."""
        for line in lines:
            self._out.print(Text(line), soft_wrap=True)

    def deviations(self, lines: Sequence[str]) -> None:
        """What did not happen as it should."""
        for line in lines:
            self._out.print(Text(line, style="bold red"))

    def _quote(self, words: str, indent: int = 2) -> None:
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        for line in lines[:_QUOTED]:
            more = "" if line != lines[:_QUOTED][-1] or len(lines) <= _QUOTED else " …"
            self._indented(Text(f"{line}{more}"), indent, mark="| ")

    def _indented(self, text: Text, indent: int, mark: str = "") -> None:
        width = self._out.width - indent - len(mark)
        for line in text.wrap(self._out, width):
            line.rstrip()
            whole = Text.assemble((mark, "dim"), line) if mark else line
            self._out.print(Padding(whole, (0, 0, 0, indent), expand=False))


def excerpt(text: str, look_for: Sequence[str]) -> str:
    """The lines that say what matters: those with one of `look_for`, else the first words after the greeting."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wanted = [line for line in lines if any(word in line for word in look_for)]
    if wanted:
        return "\n".join(wanted[:_QUOTED])
    for line in lines:
        if not line.lower().startswith(_GREETINGS) and not line.endswith(("您好！", "您好，")):
            return textwrap.shorten(line, 240, placeholder=" …")
    return ""
