"""replay: another rule book over stored mail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, desk, err, out, print_json
from mailbot.replay import Outcome, replay
from mailbot.store import inbox
from mailbot.wiring import rules_of


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("replay")(replay_rules)


def replay_rules(
    context: typer.Context,
    rules: Annotated[Path, typer.Option("--rules", metavar="DIR", help="The other rule book.")],
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Only mail from this day on (UTC)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide about stored mail by the rules of DIR and show what would differ; changes nothing."""
    start = since.replace(tzinfo=UTC) if since else None
    looked_at, differing = 0, []
    with desk(context) as opened, Progress(console=err, transient=True) as progress:
        book = rules_of(rules, opened.settings, opened.templates)
        bar = progress.add_task("mails", total=inbox.count_decided(start))
        for item in replay(opened.processor, book, start):
            looked_at += 1
            progress.advance(bar)
            if item.differs:
                differing.append(item)
    if as_json:
        print_json({"looked_at": looked_at, "differing": [as_plain(item) for item in differing]})
        return
    for item in differing:
        out.print(Text(f"mail {item.inbox_id} of {item.received_at:%Y-%m-%d %H:%M}", style="bold"))
        for label, outcome in (("now ", item.now), ("then", item.then)):
            out.print(Text(f"  {label} {_line(outcome)}"))
    out.print(Text(f"{looked_at} mails looked at, {len(differing)} would be decided differently; nothing was changed"))


def _line(outcome: Outcome) -> str:
    return f"{' > '.join(outcome.rules) or 'no rule'}: {', '.join(outcome.effects) or 'nothing'}"
