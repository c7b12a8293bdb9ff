"""House rules that a machine can hold (the import layers are checked by `make lint`)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "mailbot").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]
MOST_LINES = 400


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 50


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_a_file_has_one_subject_and_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MOST_LINES
    if text.strip() and path.name not in ("__init__.py", "__main__.py"):
        assert ast.get_docstring(tree(path))


def _swallows(handler: ast.ExceptHandler) -> bool:
    """True for a handler that neither does nor says anything."""
    return all(
        isinstance(step, ast.Pass) or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
        for step in handler.body
    )


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_no_error_is_swallowed(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            assert not _swallows(node), f"line {node.lineno}: except … pass"
            assert node.type is not None, f"line {node.lineno}: a bare except catches Ctrl-C"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = [ast.unparse(argument) for argument in node.args]
            assert not {"Exception", "BaseException"} & set(caught), f"line {node.lineno}: suppresses everything"


@pytest.mark.parametrize("path", [p for p in SOURCES if "domain" in p.parts], ids=lambda path: path.stem)
def test_the_domain_has_no_clock_and_no_catch_all(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            assert not _catches_everything(node), f"line {node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "utcnow", "today") or _is_value(node), f"line {node.lineno}"


def _is_value(node: ast.Attribute) -> bool:
    """`facts.now` is a fact; `datetime.now` is a clock."""
    return not (isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date", "time"))


@pytest.mark.parametrize("path", [p for p in SOURCES if "domain" in p.parts], ids=lambda path: path.stem)
def test_values_of_the_domain_are_frozen_and_keyword_only(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("dataclass"):
                    assert "frozen=True" in text, node.name
                    assert "kw_only=True" in text, node.name


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_what_others_may_call_is_explained(path: Path) -> None:
    missing = [
        f"{node.name} (line {node.lineno})"
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert missing == []


def test_every_loop_without_end_has_a_way_out() -> None:
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
                leaves = [inner for inner in ast.walk(node) if isinstance(inner, ast.Break | ast.Return | ast.Raise)]
                assert leaves, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_tests_use_no_mocks() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        imported = [ast.unparse(n) for n in ast.walk(tree(path)) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert not [line for line in imported if "mock" in line], path


def test_tests_stay_short_too() -> None:
    long = [p.name for p in (ROOT / "tests").rglob("*.py") if len(p.read_text("utf-8").splitlines()) >= MOST_LINES]
    assert long == []
