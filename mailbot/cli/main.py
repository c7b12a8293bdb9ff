"""`mailbot`: the command line. Names, --json and exit codes are a contract that other programs rely on."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mailbot import __version__
from mailbot.cli import (
    addresses,
    demo,
    due,
    explain,
    intents,
    mail,
    monitor,
    orders,
    outbox,
    quarantine,
    refunds,
    replay,
    setup,
    templates,
    tickets,
    work,
)
from mailbot.cli.common import err
from mailbot.errors import MailbotError

app = typer.Typer(
    name="mailbot",
    help="An after-sales desk that lives in e-mail.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (demo, setup, work, mail, explain, replay, monitor):
    part.register(app)
app.add_typer(orders.app, name="orders")
app.add_typer(tickets.tickets_app, name="tickets")
app.add_typer(tickets.cases_app, name="cases")
app.add_typer(refunds.app, name="refunds")
app.add_typer(due.app, name="due")
app.add_typer(intents.app, name="intents")
app.add_typer(templates.app, name="templates")
app.add_typer(outbox.app, name="outbox")
app.add_typer(addresses.app, name="addresses")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(setup.db_app, name="db")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailbot {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    context: typer.Context,
    settings: Annotated[Path, typer.Option("--settings", help="The settings file.")] = Path("settings.yaml"),
    verbose: Annotated[int, typer.Option("-v", count=True, help="Say more; twice: everything.")] = 0,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    context.obj = settings
    os.umask(0o077)  # whatever mailbot writes is for its own user
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("mailbot").setLevel(level)


def run_app(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default of this process; returns the exit code. An operator's mistake never ends in a
    traceback."""
    try:
        code = app(arguments, standalone_mode=False)
    except MailbotError as error:
        err.print(f"mailbot: {error}", markup=False)
        return error.exit_code
    except typer.Abort:
        return 130
    except BrokenPipeError:
        # Whoever read our output went away; leave nothing to be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", 2))
    return code if isinstance(code, int) else 0


def run() -> None:
    """Entry point of the `mailbot` program."""
    sys.exit(run_app())
