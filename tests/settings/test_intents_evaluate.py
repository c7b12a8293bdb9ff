"""`mailbot intents evaluate`: the file, the meaning of its labels, the figures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mailbot.errors import ConfigError
from mailbot.settings.intents import read_wishes
from mailbot.settings.yamlfile import read_yaml
from tests.console import run_here

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "intents" / "customer_service_en.csv"
ROWS = "text,intent\nI want to return it,return\nWhere is my parcel?,Track-Order\nhello,other\nboo,ghost\n"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_here(cwd, "intents", "evaluate", *arguments, width=200)


def figures(path: Path, *arguments: str) -> dict[str, object]:
    done = run(str(path), "--json", *arguments, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_labels_are_mapped_and_strange_ones_left_out(rows: Path) -> None:
    found = figures(rows)
    assert (found["counted"], found["correct"], found["share"]) == (3, 3, 1.0)
    assert found["left_out"] == {"ghost": 1}
    assert found["per_intent"]["order_status"] == {  # type: ignore[index]
        "expected": 1, "found": 1, "correct": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0,
    }  # fmt: skip


def test_for_people(rows: Path) -> None:
    done = run(str(rows), cwd=rows.parent)
    assert done.returncode == 0, done.stderr
    for text in ("precision", "Confusion", "order_status", "ghost", "3 of 3 right (100.0%)"):
        assert text in done.stdout


def test_a_map_of_ones_own(rows: Path, tmp_path: Path) -> None:
    labels = tmp_path / "map.yaml"
    labels.write_text("labels: {ghost: [thanks, other], track_order: delivery}\n", encoding="utf-8")
    found = figures(rows, "--map", str(labels))
    assert (found["counted"], found["correct"], found["left_out"]) == (4, 3, {})


@pytest.mark.parametrize(
    "text",
    [
        ROWS.replace(",", ";"),
        ROWS.replace(",", "\t"),
        "\ufeff" + ROWS.replace("\n", "\r\n"),
        ROWS.replace("text,intent", "Utterance,Label"),
        "".join(f"{line},more\n" for line in ROWS.splitlines()),
    ],
)
def test_files_of_other_programs(rows: Path, text: str) -> None:
    rows.write_bytes(text.encode())
    assert figures(rows)["correct"] == 3


def test_gb18030(rows: Path) -> None:
    rows.write_bytes("text,intent\n我要退货,退货\n".encode("gb18030"))
    assert figures(rows)["correct"] == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "can't be read"),
        (b"", "expected a column"),
        (b"a,b\n1,2\n", "expected a column"),
        (b'text,label\n"open,return\n', "not a CSV file"),
        (b"PK\x03\x04\0\0\0", "not a text file"),
        (b"text,label\n\xff\xff\xff,return\n", "neither UTF-8"),
        (b"text,label\n" + b"x" * 200_000 + b",return\n", "not a CSV file"),
    ],
)
def test_a_bad_file_gives_one_line(tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    done = run(str(path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("labels: {x: nothing}\n", ":1: x: there is no wish 'nothing'"),
        ("labels: {x: []}\n", "expected a wish"),
        ("labels: [x]\n", "labels with the wish"),
        ("{}", "expected 'labels'"),
    ],
)
def test_a_bad_map_gives_one_line(rows: Path, text: str, expected: str) -> None:
    labels = rows.with_name("map.yaml")
    labels.write_text(text, encoding="utf-8")
    done = run(str(rows), "--map", str(labels), cwd=rows.parent)
    assert done.returncode == 2
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not CORPUS.is_file(), reason="the public set of sentences is not here")
def test_nine_in_ten_of_other_peoples_sentences_are_understood() -> None:
    done = run(str(CORPUS), "--json", cwd=ROOT)
    found = json.loads(done.stdout)
    assert found["counted"] == 810
    assert found["share"] >= 0.9


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("alone: [b]\n", 1, "there is no wish 'b'"),
        ("negatable: [b]\n", 1, "there is no wish 'b'"),
        ("instead: {b: [a]}\n", 1, "there is no wish 'b'"),
        ("guesses: {b: {en: {x: 1}}}\n", 1, "there is no wish 'b'"),
        ("treshold: 3\n", 1, "'treshold' is no part of this file"),
        ("negation: {en: {wide: [x]}}\n", 1, "'wide': expected far"),
        ("negation: {en: {near: [no]}}\n", 1, "put it in quotes"),
        ("sayings: {en: ['<b>']}\n", 1, "no group <b> has words for en"),
        ("groups: {b: {zh: [x]}}\nsayings: {en: ['<b>']}\n", 2, "no group <b> has words for en; there is: none"),
        ("sayings: {en: ['a*b']}\n", 1, "a star stands"),
        ("sayings: {zh: ['退*']}\n", 1, "a star stands"),
        ("sayings: {en: ['one, two']}\n", 1, "without punctuation"),
        ("sayings: {en: ['one +']}\n", 1, "is no phrase"),
        ("sayings: {en: ['one & two']}\n", 1, "joins parts of a wish"),
        ("guesses: {a: {en: {'one + two & three': 3}}}\n", 1, "none with '+' beside it"),
        ("guesses: {a: {en: {'one &': 3}}}\n", 1, "is no phrase"),
        ("spellings: {a b: c}\n", 1, "expected a single word"),
        ("spellings: {'!': c}\n", 1, "expected a single word"),
        ("spellings: {a: 1}\n", 1, "put both words in quotes"),
    ],
)
def test_a_mistake_in_the_table_is_named_with_its_line(tmp_path: Path, text: str, line: int, expected: str) -> None:
    path = tmp_path / "intents.yaml"
    path.write_text(f"{text}threshold: 3\nwishes: {{a: {{en: {{x: 3}}}}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_wishes(read_yaml(path))
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert expected in str(caught.value)
