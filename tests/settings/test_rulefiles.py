"""Rule files: every mistake is named with file and line, and with a way out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailbot.errors import ConfigError
from mailbot.settings.rulefiles import FILES, load_rules

SHIPPED = Path(__file__).parents[2] / "rules"
TEMPLATES = frozenset(
    file.name.removesuffix(".md.j2") for file in (SHIPPED.parent / "templates" / "en").glob("[!_]*.md.j2")
)

ROUTING = """\
tables:
  incoming:
    - rule: machines
      if: [it is machine mail]
      do: [file apart]
    - rule: returns
      if: [the wish is: return]
      do: [open a ticket, continue with: more]
    - rule: all
      do: [open a ticket]
  more:
    - rule: all
      do: [reply with: acknowledgement]
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The shipped rules, to be changed."""
    folder = tmp_path / "rules"
    shutil.copytree(SHIPPED, folder)
    return folder


def error_of(rules: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_rules(rules, TEMPLATES)
    return str(caught.value)


def test_the_shipped_rules_load_and_their_version_is_their_content(rules: Path) -> None:
    first = load_rules(rules, TEMPLATES)
    assert first.version == load_rules(SHIPPED, TEMPLATES).version
    with (rules / "intents.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert load_rules(rules, TEMPLATES).version != first.version


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(rules: Path, name: str) -> None:
    (rules / name).unlink()
    assert error_of(rules) == f"{rules / name}: no such file"


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("it is machine mail", "it is machine mial", 4, "not a condition; did you mean 'it is machine mail'?"),
        ("it is machine mail", "xyzzy", 4, "not a condition; `mailbot check --words` lists them"),
        ("[file apart]", "[file appart]", 5, "; did you mean 'file apart'?"),
        ("reply with: acknowledgement", "reply with: staff_notice", 13, "expected one of acknowledgement"),
        ("reply with: acknowledgement", "reply with: confirm_access", 13, "expected one of acknowledgement"),
        ("the wish is: return", "the wish is: refnud", 7, "expected one of account, "),
        ("the wish is: return", "the wish is", 7, "found None"),
        ("it is machine mail", "it is machine mail: yes", 4, "takes no argument, found True"),
        ("the wish is: return", "not: the wish", 7, "'the wish' is not a condition"),
        ("the wish is: return", "not: {the wish is: nothing}", 7, "found 'nothing'"),
        ("reply with: acknowledgement", "reply with: acknowledgment", 13, "found 'acknowledgment'"),
        ("continue with: more", "continue with: nowhere", 8, "expected one of incoming, more; found 'nowhere'"),
        ("[it is machine mail]", "it is machine mail", 4, "expected a list of conditions"),
        ("[it is machine mail]", "[[it is machine mail]]", 4, "expected a word of the rules"),
        ("[it is machine mail]", "[{a: 1, b: 2}]", 4, "expected a word of the rules"),
        ("    - rule: machines\n", "    - name: machines\n", 3, "'name' is not part of a rule"),
        ("      do: [file apart]\n", "", 3, "expected 'tables.incoming.0.do': a list of actions"),
        ("    - rule: machines\n      if", "    - if", 3, "expected 'tables.incoming.0.rule'"),
        ("      if: [it is machine mail]\n", "", 3, "the rules after it are never reached"),
        ("    - rule: all\n      do: [open a ticket]\n", "", 2, "the last rule of incoming must have no `if`"),
        ("[reply with: acknowledgement]", "[continue with: incoming]", 2, "circle: incoming > more > incoming"),
        ("[reply with: acknowledgement]", "[continue with: more]", 11, "circle: "),
        ("  incoming:", "  entry:", 1, "expected a table 'incoming'"),
        ("tables:", "table:", None, "expected 'tables'"),
        ("  more:\n    - rule: all\n      do: [reply with: acknowledgement]\n", "  more: []\n", 11, "the last rule"),
    ],
)
def test_a_mistake_in_routing(rules: Path, old: str, new: str, line: int | None, expected: str) -> None:
    assert old in ROUTING
    path = rules / "routing.yaml"
    path.write_text(ROUTING.replace(old, new, 1), encoding="utf-8")
    message = error_of(rules)
    assert expected in message
    where = str(path) if line is None else f"{path}:{line}"
    if "circle" not in expected:
        assert message.startswith(f"{where}: "), message
    else:
        assert message.startswith(f"{path}:"), message


def test_the_small_routing_file_is_right_as_it_stands(rules: Path) -> None:
    (rules / "routing.yaml").write_text(ROUTING, encoding="utf-8")
    book = load_rules(rules, TEMPLATES)
    assert [rule.where for rule in book.mail_tables["incoming"]] == [
        "routing.yaml:3",
        "routing.yaml:6",
        "routing.yaml:9",
    ]
    assert book.mail_tables["incoming"][1].conditions[0].text == "the wish is: return"


def test_words_about_mail_are_not_words_about_time(rules: Path) -> None:
    path = rules / "automation.yaml"
    path.write_text("due:\n  - rule: x\n    if: [it is machine mail]\n    do: []\n", encoding="utf-8")
    assert error_of(rules).startswith(f"{path}:3: 'it is machine mail' is not a condition")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("threshold: many\nwishes: {}\n", 1, "threshold: expected a whole number"),
        ("threshold: true\nwishes: {}\n", 1, "threshold: expected a whole number"),
        ("threshold: 3\n", None, "expected 'wishes'"),
        ("threshold: 3\nwishes:\n  return: [a]\n", 3, "phrases by language"),
        ("threshold: 3\nwishes:\n  return:\n    en: [a]\n", 4, "phrases with their weights"),
        ("threshold: 3\nwishes:\n  return:\n    en:\n      back: lots\n", 5, "a weight such as 3 or -2"),
        ("threshold: 3\nwishes:\n  return:\n    en:\n      no: 3\n", 5, ""),  # YAML reads `no` as false
        ("threshold: 3\nwishes:\n  return:\n    en:\n      '': 3\n", 5, ""),  # would stand in every mail
    ],
)
def test_a_mistake_in_the_intents(rules: Path, text: str, line: int | None, expected: str) -> None:
    path = rules / "intents.yaml"
    path.write_text(text, encoding="utf-8")
    (rules / "routing.yaml").write_text("tables: {incoming: [{rule: all, do: [open a ticket]}]}", encoding="utf-8")
    message = error_of(rules)
    exact = f"{path}:{line}: " if line else f"{path}: "
    assert message.startswith(exact if expected else str(path)), message
    assert expected in message


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        ("window_days: 30", "window_days: thirty", "window_days", "expected a whole number of days"),
        ("window_days: 30", "window_days: 0", "window_days", "expected 1 to 366 days, found 0"),
        ("window_days: 30", "window_days: 367", "window_days", "expected 1 to 366 days"),
        ("refund_days: {min: 5, max: 7}", "refund_days: {min: 8, max: 7}", "refund_days", "min to be at most max"),
        ("refund_days: {min: 5, max: 7}", "refund_days: 7", "refund_days", "expected 'refund_days.min'"),
        ("second_person_above: {}", "second_person_above: {CNY: -1}", "second_person", "expected an amount above 0"),
        ("second_person_above: {}", "second_person_above: {RMB: 1}", "second_person", "RMB is written CNY"),
        ("second_person_above: {}", "second_person_above: {JPY: 3.5}", "second_person", "JPY has no 3.5"),
        ("second_person_above: {}", "second_person_above: {rmb: 1}", "second_person", "expected a currency as CNY"),
        ("approve_at_once_up_to: {}", "approve_at_once_up_to: {CNY: much}", "approve_at", "expected an amount above 0"),
        ("approve_at_once_up_to: {}", "approve_at_once_up_to: {CNY: yes}", "approve_at", "expected an amount above 0"),
    ],
)
def test_a_mistake_in_the_returns_policy(rules: Path, old: str, new: str, at: str, expected: str) -> None:
    path = rules / "returns.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if at in row and not row.startswith("#"))
    message = error_of(rules)
    assert message.startswith(f"{path}:{line}: "), message
    assert expected in message
