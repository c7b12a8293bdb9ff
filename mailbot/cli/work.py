"""poll, serve, ingest: the desk at work."""

from __future__ import annotations

import select
import sys
from typing import Annotated

import typer

from mailbot import schedule
from mailbot.cli.common import AsJson, desk, err, out, print_json
from mailbot.ingest import ingest
from mailbot.schedule import PassResult, pass_lock


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("poll")(poll)
    app.command("serve")(serve)
    app.command("deliver")(deliver)
    app.command("ingest")(ingest_mail)


def _report(result: PassResult, as_json: bool) -> None:
    for trouble in (*result.troubles, *result.waiting):
        err.print(f"mailbot: {trouble}", markup=False)
    numbers = {
        "fetched": result.fetched,
        "processed": result.processed.done,
        "failed": result.processed.failed,
        "quarantined": result.processed.quarantined,
        "due": result.due,
        "sent": result.delivered.sent,
        "later": result.delivered.later,
        "dead": result.delivered.dead,
        "held": result.delivered.held,
        "uncertain": result.delivered.uncertain,
    }
    if as_json:
        print_json(numbers)
    else:
        done = ", ".join(f"{name} {number}" for name, number in numbers.items() if number)
        out.print(done or ("nothing done" if result.troubles or result.waiting else "nothing to do"))
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def poll(context: typer.Context, as_json: AsJson = False) -> None:
    """One pass: fetch, process, timers, deliver. For cron; a second one at the same time leaves with 75."""
    with desk(context) as opened:
        _report(opened.run_pass(), as_json)


def deliver(
    context: typer.Context,
    until_eof: Annotated[bool, typer.Option("--until-eof", help="Go on until standard input ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send what is due and nothing else; `poll` does it too."""
    with desk(context) as opened:
        delivered = opened.passes.deliver_while(_input_is_open if until_eof else lambda: False)
    _report(PassResult(delivered=delivered, troubles=list(delivered.troubles)), as_json)


def _input_is_open() -> bool:
    """Standard input isn't at its end: whoever started this is still at work."""
    return not select.select([sys.stdin], [], [], 0)[0] or bool(sys.stdin.read(1))


def serve(context: typer.Context) -> None:
    """Passes on a schedule until SIGTERM, which finishes the mail in hand."""
    with desk(context) as opened:
        schedule.serve(opened.run_pass, opened.settings.schedule.poll_seconds, opened.watches)


def ingest_mail(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(help="An .eml or mbox file, a Maildir, a folder of .eml files, or - for one mail on stdin.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take mail from files into the same intake, and process it; `poll` or `serve` sends the answers."""
    with desk(context) as opened, pass_lock(opened.settings.data):
        taken = ingest(source, opened.settings.limits, opened.blobs)
        done = opened.processor.run()
    for problem in taken.problems:
        err.print(f"mailbot: left out: {problem}", markup=False)
    if done.trouble is not None:
        err.print(f"mailbot: {done.trouble}", markup=False)
    numbers = {
        "seen": taken.seen,
        "new": taken.new,
        "processed": done.done,
        "quarantined": done.quarantined,
        "left_out": len(taken.problems),
    }
    if as_json:
        print_json(numbers)
    else:
        out.print(", ".join(f"{name} {number}" for name, number in numbers.items()))
    if done.trouble is not None:
        raise typer.Exit(done.trouble.exit_code)
    if done.failed or done.quarantined or taken.problems:
        raise typer.Exit(1)
