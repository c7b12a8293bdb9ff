"""intents: evaluate, how often rules/intents.yaml is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.common import AsJson, as_plain, out, print_json, print_table, settings_file
from mailbot.domain.confusion import OTHER, Evaluation, evaluate
from mailbot.settings.intents import read_wishes
from mailbot.settings.labelled import plain_label, read_labels, read_sentences
from mailbot.settings.yamlfile import read_yaml
from mailbot.wiring import rules_folder

app = typer.Typer(help="The wishes that mails are read for.", no_args_is_help=True)


@app.callback()
def _intents() -> None:
    """Keeps `evaluate` a command of its own while it is the only one."""


@app.command("evaluate")
def evaluate_intents(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV with the columns text or utterance, and intent or label.")
    ],
    labels: Annotated[
        Path | None,
        typer.Option("--map", help="What the labels mean here (default: intent_labels.yaml beside the rules)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Precision, recall and confusion of rules/intents.yaml on labelled sentences. Needs no settings."""
    rules = rules_folder(settings_file(context))
    table = read_wishes(read_yaml(rules / "intents.yaml"))
    meanings = read_labels(labels or rules / "intent_labels.yaml", [intent.name for intent in table.intents])
    left_out: Counter[str] = Counter()
    pairs: list[tuple[tuple[str, ...], str]] = []
    for sentence in read_sentences(file):
        right = meanings.get(plain_label(sentence.label))
        if right is None:
            left_out[sentence.label or "(none)"] += 1
            continue
        wishes = table.wishes("", sentence.text)
        pairs.append((right, wishes[0].name if wishes else OTHER))
    result = evaluate(pairs, left_out)
    if as_json:
        print_json(as_plain(result))
    else:
        _show(result)


def _show(result: Evaluation) -> None:
    print_table(
        "Wishes",
        ("wish", "expected", "found", "correct", "precision", "recall", "F1"),
        [
            (name, each.expected, each.found, each.correct, *map(_percent, (each.precision, each.recall, each.f1)))
            for name, each in result.per_intent.items()
        ],
    )
    out.print()
    print_table(
        "Confusion",
        ("expected", "right", "taken for"),
        [
            (label, row.get(label, 0), ", ".join(f"{name} {count}" for name, count in _worst(row, label)))
            for label, row in result.confusion.items()
        ],
    )
    out.print()
    if result.left_out:
        print_table("Left out: labels without a counterpart", ("label", "rows"), list(result.left_out.items()))
        out.print()
    out.print(f"{result.correct} of {result.counted} right ({_percent(result.share)})", markup=False)


def _worst(row: Mapping[str, int], label: str) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in row.items() if name != label), key=lambda item: -item[1])


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
