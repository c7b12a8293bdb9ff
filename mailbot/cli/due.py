"""due: list."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from mailbot.cli.common import AsJson, Limit, desk, print_json, print_table
from mailbot.domain.numbers import case_number, ticket_number
from mailbot.timers import Forecast

app = typer.Typer(help="What waits, and what the clock does next.", no_args_is_help=True)


@app.command("list")
def list_due(
    context: typer.Context,
    days: Annotated[
        int | None, typer.Option("--days", min=0, max=10_000, help="Only what comes within so many days; 0: by today.")
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Open cases: what each waits for, since when, and what happens on which day if nobody moves it."""
    with desk(context) as opened:
        timers = opened.passes.timers
        last = timers.today() + timedelta(days=days) if days is not None else None
        found = [
            one for one in timers.forecast(limit) if last is None or (one.next is not None and one.next.on <= last)
        ]
    if as_json:
        print_json([_plain(one) for one in found])
        return
    print_table(
        "Waiting",
        ("case", "waits for", "since", "on", "then"),
        [
            (
                case_number(one.waiting.case_id),
                one.waiting.wait,
                one.waiting.begun_on,
                one.next.on if one.next else "",
                one.next.step.value if one.next else "nothing more by itself",
            )
            for one in found
        ],
    )


def _plain(one: Forecast) -> dict[str, object]:
    waiting = one.waiting
    return {
        "case": case_number(waiting.case_id),
        "ticket": ticket_number(waiting.ticket_id),
        "kind": waiting.kind,
        "state": waiting.state,
        "waits_for": waiting.wait,
        "since": waiting.begun_on,
        "promised": waiting.promise.day if waiting.promise is not None else None,
        "done": [{"step": step.value, "on": on} for step, on in waiting.told.items()],
        "next": {"step": one.next.step.value, "on": one.next.on} if one.next is not None else None,
    }
