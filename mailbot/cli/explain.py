"""explain: why the desk would do what it would do with a mail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, desk, out, print_json, write_new
from mailbot.cli.explain_page import page
from mailbot.cli.explain_tell import tell
from mailbot.cli.explanation import explain_rehearsal
from mailbot.domain.masking import mask_secrets
from mailbot.domain.match import Exact
from mailbot.domain.rules import RuleBook
from mailbot.errors import ConfigError
from mailbot.rehearse import Rehearsed, rehearse


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("explain")(explain)


def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file with one mail.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="PAGE", help="Write a page for a browser; must not exist.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Let --html replace a page that is there.")] = False,
    with_misses: Annotated[bool, typer.Option("--all", help="Print each rule that was missed, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Facts with sources, the order match, rules hit and missed, the letters as written; changes nothing."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from None
    if html is not None and html.exists() and (not overwrite or not html.is_file() or html.samefile(file)):
        raise ConfigError(f"{html}: there already; nothing is overwritten")
    with desk(context) as opened:
        done = rehearse(opened.processor, raw, vault=opened.vault, blobs=opened.blobs)
        book = opened.book
    explanation = explain_rehearsal(done, book)
    if html is not None:
        write_new(html, page(explanation), overwrite=overwrite)
    if as_json:
        print_json(_plain(done, book))
    elif html is not None:
        out.print(Text(f"{html} written; it holds a customer's data"))
    else:
        tell(explanation, with_misses=with_misses)


def _plain(done: Rehearsed, book: RuleBook) -> dict[str, Any]:
    """What --json prints; these names are a contract."""
    facts, decision = done.facts, done.decision
    return {
        "sender": {"role": facts.role.value, "standing": as_plain(facts.standing)},
        "origin": facts.mail.origin.value,
        "no_reply_reason": facts.mail.no_reply_reason,
        "language": facts.language,
        "references": as_plain(facts.references),
        "said": _masked(as_plain(facts.said)),
        "documents": _masked(as_plain(facts.documents)),
        "thread": as_plain(facts.thread),
        "ticket_orders": [as_plain(one) for one in facts.ticket.orders] if facts.ticket else [],
        "order": {
            "match": type(facts.order).__name__,
            "number": facts.order.order.number if isinstance(facts.order, Exact) else None,
            "evidence": facts.order.evidence,
        },
        "candidates": [
            {"number": one.order.number, "points": one.points, "because": _masked(one.because)}
            for one in facts.order.candidates
        ],
        "conflicts": facts.order.conflicts,
        "receipts": [
            {
                "filename": _masked(one.filename),
                "facts": [_masked(as_plain(fact)) for fact in one.facts],
                "remarks": _masked(one.remarks),
            }
            for one in (facts.receipts.receipts if facts.receipts is not None else ())
        ],
        "each_order": [
            {"number": one.order.order.number, "wishes": [wish.name for wish in one.wishes]}
            for one in facts.each_order
            if isinstance(one.order, Exact)
        ],
        "wishes": [_masked(as_plain(wish)) for wish in facts.wishes],
        "form": _masked(dict(facts.form)),
        "proposals": [
            {"case": number, "lines": _masked([as_plain(line) for line in lines])}
            for number, lines in done.proposals.items()
        ],
        "rules_version": book.version,
        "rules": [as_plain(rule) for rule in decision.trace],
        "effects": [{"effect": type(effect).__name__, **_masked(as_plain(effect))} for effect in decision.effects],
        "remarks": decision.remarks,
        "letters": [{**as_plain(letter), "reader": letter.reader.value} for letter in done.letters],
        "trouble": done.trouble,
    }


def _masked(value: Any) -> Any:
    """The same with a customer's secrets made unreadable (G7)."""
    if isinstance(value, str):
        return mask_secrets(value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(one) for one in value]
    return value
