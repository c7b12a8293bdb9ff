"""demo: the whole story on loopback servers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("demo")(demo)


def demo(
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="D",
            help="The folder for the story's mails: new, empty, or made by an earlier demo, which is then replaced. "
            "Default: ./demo-story.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Also keep the installation (settings, rules, templates, key, database) in D/desk, to look around "
            "in with --settings D/desk/settings.yaml.",
        ),
    ] = False,
) -> None:
    """Three weeks at the desk, from the first mail to the refund, on loopback servers; needs no configuration.

    Every mail stays in D/mails, numbered in order. Exits with 1 if something did not go as it should.
    """
    try:
        from mailbot.demo.story import tell
    except ModuleNotFoundError as error:
        raise ConfigError(f"the demo needs {error.name}; install it with: pip install 'mailbot[demo]'") from None
    raise typer.Exit(tell(directory, keep=keep))
