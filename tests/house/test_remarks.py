"""Every sentence that the code says to staff has words in every language of the starter set."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from jinja2 import Environment

from mailbot.domain.cases import CaseState
from mailbot.domain.own_codes import Kind
from mailbot.domain.references import Place

ROOT = Path(__file__).parents[2]
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "mailbot").rglob("*.py")]
PLAIN = {*Place, *Kind, *(state.value.replace("_", " ") for state in CaseState)}  # stand in remarks as they are


def calls() -> list[ast.Call]:
    nodes = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == "Remark"]


def patterns() -> set[str]:
    found = set()
    for call in calls():
        assert isinstance(call.args[0], ast.Constant), f"line {call.lineno}: a remark's pattern is written out"
        found.add(str(call.args[0].value))
    return found


def words(language: str) -> dict[str, str]:
    text = (ROOT / "templates" / language / "_remarks.md.j2").read_text(encoding="utf-8")
    module: Any = Environment(autoescape=True).from_string(text).module
    found: dict[str, str] = module.remarks
    return found


def names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


LANGUAGES = [file.parent.name for file in ROOT.glob("templates/*/_remarks.md.j2") if file.parent.name != "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_has_words_with_the_same_values(language: str) -> None:
    table = words(language)
    assert sorted((patterns() | PLAIN) - table.keys()) == []
    for pattern, sentence in table.items():
        assert names(sentence) == names(pattern), pattern


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_no_words_are_dead(language: str) -> None:
    constants = {node.value for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert sorted(words(language).keys() - constants - PLAIN) == []
