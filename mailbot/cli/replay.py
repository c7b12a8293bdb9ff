"""replay: another rule book over stored mail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.text import Text

from mailbot.cli.common import AsJson, desk, err, out, print_json, print_table
from mailbot.cli.steps import step_told
from mailbot.cli.tables import Column
from mailbot.domain.effects import Effect, Write
from mailbot.domain.numbers import ticket_number
from mailbot.replay import Outcome, Replayed, replay
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
        print_json({"looked_at": looked_at, "differing": [_plain(item) for item in differing]})
        return
    if differing:
        print_table(
            "Mails that would be decided differently",
            (
                Column(name="received"),
                Column(name="ticket"),
                Column(name="subject", least=10, cut=True),
                Column(name="rule", least=14),
                Column(name="what differs", least=30),
                Column(name="from", least=18, rank=1),
            ),
            [
                (
                    f"{item.received_at.astimezone():%Y-%m-%d}",
                    _ticket(item) or "none",
                    item.subject,
                    _rules(item),
                    "\n".join(_differences(item)),
                    item.sender,
                )
                for item in differing
            ],
        )
    out.print(Text(f"{looked_at} mails looked at, {len(differing)} would be decided differently; nothing was changed"))


def _ticket(item: Replayed) -> str | None:
    return ticket_number(item.ticket_id) if item.ticket_id is not None else None


def _rules(item: Replayed) -> str:
    """The rules that hit, before and after, without what both have."""
    before = [rule for rule in item.now.rules if rule not in item.then.rules]
    after = [rule for rule in item.then.rules if rule not in item.now.rules]
    if not before and not after:
        return " > ".join(item.now.rules)
    return f"{' > '.join(before) or 'no rule'} → {' > '.join(after) or 'no rule'}"


def _differences(item: Replayed) -> list[str]:
    """ "- " what would be no longer done, "+ " what would be done besides; else the same in another sequence."""
    lines = [
        f"{sign} {step_told(effect, item.ticket_id)}"
        for sign, effects in (("-", item.dropped), ("+", item.added))
        for effect in effects
    ]
    return lines or ["the same in another sequence"]


def _plain(item: Replayed) -> dict[str, object]:
    return {
        "inbox_id": item.inbox_id,
        "received_at": item.received_at,
        "ticket": _ticket(item),
        "from": item.sender,
        "subject": item.subject,
        "now": _outcome(item.now),
        "then": _outcome(item.then),
        "dropped": [step_told(effect, item.ticket_id) for effect in item.dropped],
        "added": [step_told(effect, item.ticket_id) for effect in item.added],
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {"rules": outcome.rules, "effects": [_name(effect) for effect in outcome.effects]}


def _name(effect: Effect) -> str:
    return f"Write {effect.template} to {effect.to.value}" if isinstance(effect, Write) else type(effect).__name__
