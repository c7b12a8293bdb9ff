"""Sentences by people who didn't know the table of wishes, and to which it wasn't fitted: whether it generalises."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mailbot.settings.labelled import plain_label, read_labels
from tests.domain.examples import ROOT, book

UNSEEN = Path(__file__).with_name("unseen.csv")


@pytest.mark.parametrize("part", ["zh", "en", "mixed"])
def test_nine_in_ten_are_understood(part: str) -> None:
    table = book().wishes
    meanings = read_labels(ROOT / "rules" / "intent_labels.yaml", [intent.name for intent in table.intents])
    with UNSEEN.open(encoding="utf-8", newline="") as file:
        sentences = [row for row in csv.DictReader(file) if row["part"] == part]
    assert len(sentences) >= 100
    missed = []
    for row in sentences:
        wishes = table.wishes("", row["text"])
        found = wishes[0].name if wishes else "other"
        if found not in meanings[plain_label(row["label"])]:
            missed.append((row["label"], found, row["text"]))
    assert len(missed) <= len(sentences) / 10, missed
