"""parse: what a mail says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.common import err
from mailbot.mail.contract import parse_line
from mailbot.mail.parse import parse_mail


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("parse")(parse)


def parse(files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files with one mail each.")]) -> None:
    """One JSON line per file: what the mail says. Needs no settings; never fails on a bad mail."""
    code = 0
    for path in files:
        try:
            raw = path.read_bytes()
        except OSError as error:
            err.print(f"mailbot: {path}: can't be read: {error.strerror}", markup=False)
            code = 2
            continue
        sys.stdout.write(json.dumps(parse_line(str(path), parse_mail(raw)), ensure_ascii=False) + "\n")
    if code:
        raise typer.Exit(code)
