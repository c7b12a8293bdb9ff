"""parse and explain: what a mail says, and what the desk would do with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, desk, err, out, print_json, print_table
from mailbot.domain.effects import Decision
from mailbot.domain.match import Exact
from mailbot.errors import ConfigError
from mailbot.gather import Gathered
from mailbot.mail.contract import parse_line
from mailbot.mail.parse import parse_mail
from mailbot.wiring import Desk


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("parse")(parse)
    app.command("explain")(explain)


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
        "ticket_orders": [as_plain(one) for one in facts.ticket.orders] if facts.ticket else [],
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
            *(
                ("the ticket is about", f"{one.number}, {f'named by {one.named_by}' if one.named_by else 'matched'}")
                for one in (facts.ticket.orders if facts.ticket else ())
            ),
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
