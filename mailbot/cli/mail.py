"""parse and explain: what a mail says, and what the desk would do with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, desk, err, out, print_json, print_table
from mailbot.documents import read_all, read_one
from mailbot.domain.effects import Decision
from mailbot.domain.match import Exact
from mailbot.domain.message import Attachment
from mailbot.domain.readings import FileReading
from mailbot.errors import ConfigError
from mailbot.extractor import Extractor
from mailbot.gather import Gathered
from mailbot.mail.contract import parse_line
from mailbot.mail.parse import parse_mail
from mailbot.settings.model import EvidenceSettings
from mailbot.wiring import Desk, file_extractor, mail_bounds


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("parse")(parse)
    app.command("explain")(explain)


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


def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file with one mail.")],
    as_json: AsJson = False,
) -> None:
    """References, match with evidence, rules hit and missed, effects; changes nothing."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from None
    with desk(context) as opened:
        opened.processor.rehearse(raw, lambda gathered, decision: _show(opened, gathered, decision, as_json=as_json))


def _show(opened: Desk, gathered: Gathered, decision: Decision, *, as_json: bool) -> None:
    facts = gathered.facts
    order = facts.order.order.number if isinstance(facts.order, Exact) else None
    explanation = {
        "sender": {"role": facts.role.value, "standing": as_plain(facts.standing)},
        "origin": facts.mail.origin.value,
        "no_reply_reason": facts.mail.no_reply_reason,
        "language": facts.language,
        "references": as_plain(facts.references),
        "thread": as_plain(facts.thread),
        "order": {"match": type(facts.order).__name__, "number": order, "evidence": facts.order.evidence},
        "documents": as_plain(facts.documents),
        "wishes": [as_plain(wish) for wish in facts.wishes],
        "form": dict(facts.form),
        "rules_version": opened.book.version,
        "rules": [as_plain(rule) for rule in decision.trace],
        "effects": [{"effect": type(effect).__name__, **as_plain(effect)} for effect in decision.effects],
        "remarks": decision.remarks,
    }
    if as_json:
        print_json(explanation)
        return
    print_table(
        "What the mail says",
        ("", ""),
        [
            ("sender", f"{facts.role.value}, {facts.standing.verdict.value}: {facts.standing.evidence}"),
            ("origin", ": ".join(filter(None, (facts.mail.origin.value, facts.mail.no_reply_reason)))),
            ("language", f"{facts.mail.language}; answered in {facts.language}"),
            *(("points at", token) for token in facts.references.tokens),
            *(("ticket", line) for line in facts.thread.evidence),
            *(("ticket refused", line) for line in facts.thread.refused),
            ("order", f"{type(facts.order).__name__}{' ' + order if order else ''}"),
            *(("", line) for line in facts.order.evidence),
            *((f"file {text.filename}", f"{text.source}: {text.text}") for text in facts.documents.found),
            *(("file not read", note) for note in facts.documents.notes),
            *(("file reader missing", package) for package in facts.documents.missing),
            *((f"wish {wish.name}", f"{wish.score} points: {', '.join(wish.because)}") for wish in facts.wishes),
            *((f"form: {name}", value) for name, value in facts.form.items()),
        ],
    )
    out.print()
    print_table(
        f"Rules (version {opened.book.version})",
        ("", "where", "rule", "missed because not"),
        [("HIT" if rule.hit else "", rule.where, rule.rule, rule.failed) for rule in decision.trace],
    )
    out.print()
    print_table(
        "Effects",
        ("effect", "with"),
        [
            (
                type(effect).__name__,
                ", ".join(f"{k}={v}" for k, v in as_plain(effect).items() if v not in ("", (), None)),
            )
            for effect in decision.effects
        ],
    )
    for remark in decision.remarks:
        out.print(Text(f"note: {remark}"))
