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
        Path | None, typer.Option("--dir", help="Where the story's folder goes (default: a temporary folder).")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder, also a temporary one.")] = False,
) -> None:
    """A day at the desk, from the first mail to the refund, on loopback servers; needs no configuration."""
    try:
        from mailbot.demo.story import tell
    except ModuleNotFoundError as error:
        raise ConfigError(f"the demo needs {error.name}; install it with: pip install 'mailbot[demo]'") from None
    raise typer.Exit(tell(directory, keep=keep))
