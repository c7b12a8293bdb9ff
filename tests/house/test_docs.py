"""What is written for people is held to what the code does: settings, rule words, templates, commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import typer
import yaml
from jinja2 import Environment
from pydantic import BaseModel

from mailbot.cli.main import app
from mailbot.domain.cases import TABLE, Actor, CaseEvent, CaseKind, CaseState, letters
from mailbot.domain.letters import Letter
from mailbot.domain.message import FileFlag, Origin
from mailbot.domain.moves import TASKS
from mailbot.domain.standing import Verdict
from mailbot.domain.terms import Remedy
from mailbot.domain.verdicts import Outcome
from mailbot.domain.vocabulary import DUE_WORDS, MAIL_WORDS
from mailbot.mail.letter_values import FILTERS
from mailbot.mail.render import Templates, is_for_staff
from mailbot.settings import load_settings
from mailbot.settings.intents import read_wishes
from mailbot.settings.model import Settings
from mailbot.settings.rulefiles import load_rules
from mailbot.settings.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
STARTER = yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))
LANGUAGES = load_settings(ROOT / "settings.yaml", {}).languages
STAFF_LANGUAGES = ("en", "zh-Hans")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The section behind `Section`, `dict[str, Section]` or `tuple[Section, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple):
        return next((found for part in get_args(annotation) if (found := _model_of(part))), None)
    return None


def _settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every setting, `*` for a name of the operator's choice."""
    for name, field in model.model_fields.items():
        inner = _model_of(field.annotation)
        if inner is None:
            yield prefix + name
        else:
            star = "*." if get_origin(field.annotation) in (dict, tuple) else ""
            yield from _settings(inner, f"{prefix}{name}.{star}")


def _keys(data: Any, model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every key of the starter file, by the same names."""
    for name, value in data.items():
        field = model.model_fields.get(name)
        inner = _model_of(field.annotation) if field else None
        if inner is None:
            yield prefix + name
        elif get_origin(field.annotation) in (dict, tuple):
            for each in value.values() if isinstance(value, Mapping) else value:
                yield from _keys(each, inner, f"{prefix}{name}.*.")
        else:
            yield from _keys(value, inner, f"{prefix}{name}.")


def test_the_starter_file_shows_every_setting_and_nothing_else() -> None:
    assert set(_keys(STARTER)) == set(_settings())


def test_the_starter_file_shows_the_defaults() -> None:
    """Whoever deletes a line gets what the line said; what names the shop has no default."""
    optional = {name: field for name, field in Settings.model_fields.items() if not field.is_required()}
    shown = load_settings(ROOT / "settings.yaml", {}).model_dump()
    sections = ("limits", "evidence", "delivery", "schedule", "orders", "refunds")
    for name in (*sections, "timezone", "calendar", "working_hours", "languages"):
        default = optional[name].get_default()
        assert shown[name] == (default.model_dump() if isinstance(default, BaseModel) else default), name


@pytest.mark.parametrize("words", [MAIL_WORDS, DUE_WORDS], ids=["mail", "due"])
def test_every_word_of_the_rules_is_explained(words: Any) -> None:
    for word in (*words.conditions.values(), *words.actions.values()):
        assert word.meaning.strip().endswith("."), word.name


def _sent_by_rules() -> set[str]:
    book = load_rules(ROOT / "rules", _templates(LANGUAGES[-1]))
    texts = [a.text for rules in book.mail_tables.values() for rule in rules for a in rule.actions]
    return {text.removeprefix("reply with: ") for text in texts if text.startswith("reply with: ")}


def _sent_by_code() -> set[str]:
    """The names after `template=` anywhere in the code."""
    found = set()
    for path in (ROOT / "mailbot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "template" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
    return found


def _templates(language: str) -> set[str]:
    files = (ROOT / "templates" / language).glob("*.md.j2")
    return {file.name.removesuffix(".md.j2") for file in files if not file.name.startswith("_")}


def test_every_letter_that_can_be_sent_has_a_template_in_every_language() -> None:
    sent = _sent_by_rules() | _sent_by_code() | letters()
    assert {"acknowledgement", "staff_notice", "refund_notice"} <= sent
    for language in LANGUAGES:
        wanted = {name for name in sent if language in STAFF_LANGUAGES or not is_for_staff(name)}
        assert wanted == _templates(language), language


def test_no_template_lies_about_unused() -> None:
    sent = _sent_by_rules() | _sent_by_code() | letters()
    assert {name for language in LANGUAGES for name in _templates(language)} - sent == set()


def test_every_value_that_a_letter_may_name_is_documented_beside_the_templates() -> None:
    text = (ROOT / "templates" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| \**`([a-z_.]+)`", text, re.MULTILINE))
    wanted, lists = set(), set()
    for name, hint in get_type_hints(Letter).items():
        # What a list holds is told in the words of its row.
        if get_origin(hint) is tuple:
            lists.add(name)
        kinds = [] if get_origin(hint) is tuple else [k for k in (hint, *get_args(hint)) if is_dataclass(k)]
        wanted |= {name} | {f"{name}.{field.name}" for kind in kinds for field in fields(kind)}
    templates = Templates.load(ROOT / "templates")
    used = {variable for name in templates.names() for each in templates.variables(name).values() for variable in each}
    assert wanted <= named
    rows = {".".join(variable.split(".")[: 1 if variable.split(".")[0] in lists else 2]) for variable in used}
    assert rows <= named
    assert not {name for name in named - wanted if name not in used}
    for name in FILTERS:
        assert f"\\|{name}" in text


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_state_and_command_has_words_for_staff_in_every_language(language: str) -> None:
    words = (ROOT / "templates" / language / "_words.md.j2").read_text(encoding="utf-8")
    for name in (*CaseState, *(row.event for row in TABLE if Actor.STAFF in row.by)):
        assert f'"{name.value}":' in words, name
    headlines = MAIL_WORDS.actions["notify staff"].argument
    assert isinstance(headlines, tuple)
    for headline in headlines:
        assert f'"{headline}":' in words, headline
    assert set(CaseEvent) >= {row.event for row in TABLE}


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_no_word_for_staff_is_dead(language: str) -> None:
    text = (ROOT / "templates" / language / "_words.md.j2").read_text(encoding="utf-8")
    words = vars(Environment(autoescape=True).from_string(text).module)
    said = MAIL_WORDS.actions["notify staff"].argument
    assert isinstance(said, tuple)
    assert set(words["headlines"]) == {*said, "not_answered"}
    table = read_wishes(read_yaml(ROOT / "rules" / "intents.yaml"))
    assert set(words["wishes"]) == {intent.name for intent in table.intents}
    assert set(words["standings"]) == set(Verdict)
    assert set(words["origins"]) == set(Origin) - {Origin.HUMAN}
    by_clock = DUE_WORDS.actions["tell staff that"].argument
    assert isinstance(by_clock, tuple)
    # An overdue refund has a letter of its own.
    assert set(words["tasks"]) == {*TASKS.values(), *by_clock} - {"refund_overdue"}
    assert set(words["outcomes"]) == set(Outcome)
    assert set(words["remedies"]) == set(Remedy)
    assert set(words["kinds"]) == set(CaseKind)
    assert set(words["states"]) == set(CaseState)
    assert set(words["commands"]) == {row.event for row in TABLE if Actor.STAFF in row.by}
    assert set(words["file_flags"]) == set(FileFlag)


def test_what_operators_read_bears_no_number_of_the_design() -> None:
    """Guarantees and policies have numbers for developers; without the list they tell nobody anything."""
    texts = {
        str(path): path.read_text(encoding="utf-8")
        for folder in ("rules", "templates")
        for path in (ROOT / folder).rglob("*.*")
    }
    texts |= {"README.md": README, "settings.yaml": (ROOT / "settings.yaml").read_text(encoding="utf-8")}
    texts |= {
        word.name: word.meaning
        for words in (MAIL_WORDS, DUE_WORDS)
        for word in (*words.conditions.values(), *words.actions.values())
    }
    texts |= {name: command.help for name, command in COMMANDS.items()}
    assert [name for name, text in texts.items() if re.search(r"\((?:policy )?[GP]\d{1,2}\b", text)] == []


def _commands(group: Any = None, prefix: str = "mailbot") -> Iterator[tuple[str, Any]]:
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


COMMANDS = dict(_commands())
TOP = sorted({" ".join(name.split()[:2]) for name in COMMANDS})
# The contract of the command line, by name.
PROMISED = {
    "mailbot demo", "mailbot init", "mailbot check", "mailbot poll", "mailbot serve", "mailbot parse",
    "mailbot explain", "mailbot ingest", "mailbot orders import", "mailbot orders list", "mailbot orders show",
    "mailbot tickets list", "mailbot tickets show", "mailbot cases list", "mailbot cases show", "mailbot refunds list",
    "mailbot refunds export", "mailbot refunds exports", "mailbot refunds settle", "mailbot refunds show",
    "mailbot outbox list", "mailbot outbox retry", "mailbot quarantine list", "mailbot quarantine show",
    "mailbot quarantine retry", "mailbot templates list", "mailbot templates preview",
    "mailbot reconcile", "mailbot health", "mailbot db upgrade",
}  # fmt: skip


def test_every_promised_command_is_there() -> None:
    assert PROMISED - set(COMMANDS) == set()


@pytest.mark.parametrize(
    "name", [n for n in COMMANDS if n.endswith((" list", " show", " health", " reconcile", " explain"))]
)
def test_every_command_that_shows_something_prints_json_as_well(name: str) -> None:
    assert "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_says_what_it_does(name: str) -> None:
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", TOP)
def test_every_command_is_named_in_the_readme(name: str) -> None:
    assert name in README


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.endswith((" list", " show"))])
def test_every_list_and_show_is_named_in_the_readme(name: str) -> None:
    _, noun, verb = name.split()
    lines = [line for line in README.splitlines() if f"mailbot {noun}" in line]
    assert any(verb in line for line in lines), f"{name}: not found beside `mailbot {noun}`"
