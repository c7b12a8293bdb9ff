"""parse: what a mail says."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.common import as_plain, err
from mailbot.documents import read_all, read_one
from mailbot.domain.message import Attachment
from mailbot.domain.readings import FileReading
from mailbot.extractor import Extractor
from mailbot.mail.contract import parse_line
from mailbot.mail.parse import parse_mail
from mailbot.settings.model import EvidenceSettings
from mailbot.wiring import file_extractor, mail_bounds


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("parse")(parse)


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files with one mail each.")],
    documents: Annotated[
        bool, typer.Option("--documents", help="Also read attached PDFs, pictures and forwarded mails.")
    ] = False,
) -> None:
    """One JSON line per file: what the mail says. Needs no settings; never fails on a bad mail."""
    code = 0
    evidence = EvidenceSettings()
    with closing(file_extractor(evidence)) as extractor:
        for path in files:
            try:
                raw = path.read_bytes()
            except OSError as error:
                err.print(f"mailbot: {path}: can't be read: {error.strerror}", markup=False)
                code = 2
                continue
            parsed = parse_mail(raw)
            line = parse_line(str(path), parsed)
            if documents:
                read = partial(_read_one, extractor, parsed.contents)
                line["documents"] = as_plain(read_all(parsed.mail, mail_bounds(evidence), read))
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    if code:
        raise typer.Exit(code)


def _read_one(extractor: Extractor, contents: Mapping[str, bytes], file: Attachment) -> FileReading:
    return read_one(extractor, file, contents[file.sha256])
