"""What a template names and what is wrong with it, told without rendering it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, get_args, get_type_hints

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from mailbot.domain.letters import Letter
from mailbot.errors import ConfigError

SUFFIX = ".md.j2"
TEMPLATE_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


def fault(directory: Path, path: str, error: BaseException) -> ConfigError:
    """The error as an operator needs it: file, line, what is wrong, what to do."""
    advice = "correct the template"
    if isinstance(error, TemplateNotFound):
        advice = f"there is no {error.name}; write it or correct the name"
    elif isinstance(error, UndefinedError):
        advice = "only the fields of the letter can be named; ask with `if` for those that may be absent"
    if isinstance(error, TemplateSyntaxError):
        where: tuple[str, int | None] = (error.name or path, error.lineno)
    else:
        where = _last_line(error.__traceback__, directory) or (path, None)
    line = f":{where[1]}" if where[1] else ""
    return ConfigError(f"{directory / where[0]}{line}: {str(error) or type(error).__name__}; {advice}")


def lint(environment: Environment, directory: Path, path: str) -> list[str]:
    """What rendering samples can't show: names in branches not taken, and what would be shown as data."""
    file = directory / path
    try:
        tree = environment.parse(file.read_text("utf-8"), path, str(file))
        unknown = find_undeclared_variables(tree) - _KNOWN.keys()
    except TemplateSyntaxError as error:
        return [str(fault(directory, path, error))]
    except UnicodeDecodeError:
        return [f"{file}: not UTF-8; save it as UTF-8"]
    problems = []
    for node in tree.find_all((nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)):
        problems.append(f"{file}:{node.lineno}: macro, call, filter and set blocks aren't supported; use include")
    for use in tree.find_all(nodes.Name):
        if use.name in unknown:
            problems.append(f"{file}:{use.lineno}: {use.name!r} is no field of a letter: {', '.join(_KNOWN)}")
    for attribute in tree.find_all(nodes.Getattr):
        root = attribute.node
        kind = _KNOWN.get(root.name) if isinstance(root, nodes.Name) else None
        if kind and attribute.attr not in kind.__dataclass_fields__ and not hasattr(kind, attribute.attr):
            problems.append(f"{file}:{attribute.lineno}: {kind.__name__} has no field {attribute.attr!r}")
    return problems


class Variables:
    """The fields of the letter that templates and their partials name, "case.number"; each file is read once."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._read = lru_cache(maxsize=1_000)(self._parse)

    def of(self, path: str) -> frozenset[str]:
        """Those of the template at `path`; raises one of TEMPLATE_FAULTS where a file is missing or wrong."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            if (current := waiting.pop()) not in seen:
                seen.add(current)
                names, partials = self._read(current)
                found |= names
                waiting += partials
        # Beside its fields a value says nothing more by its own name.
        return frozenset(name for name in found if not any(other.startswith(f"{name}.") for other in found))

    def _parse(self, path: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """Fields that the file itself names, and the files that it includes or imports."""
        environment = self._environment
        if environment.loader is None:
            raise ValueError("an environment without a loader has no templates")
        tree = environment.parse(environment.loader.get_source(environment, path)[0], path)
        partials = tuple(environment.join_path(each, path) for each in find_referenced_templates(tree) if each)
        return frozenset(_fields(tree, {})), partials


def _fields(node: nodes.Node, scope: dict[str, str]) -> Iterator[str]:
    """Fields of the letter that a template names: "case.number"; of a list those that a loop over it names.

    `scope` holds what the template itself named, by `for` or `set`: name -> field, "" for what is none.
    """
    if isinstance(node, nodes.For):
        yield from _fields(node.iter, scope)
        inner = {**scope, **{name.name: _path(node.iter, scope) for name in _named(node.target)}}
        for child in (*node.body, *([node.test] if node.test else [])):
            yield from _fields(child, inner)
        for child in node.else_:
            yield from _fields(child, scope)
    elif isinstance(node, nodes.Assign):
        yield from _fields(node.node, scope)
        scope |= {name.name: _path(node.node, scope) for name in _named(node.target)}
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):  # a method is no field
        for child in (node.node.node, *node.args, *(pair.value for pair in node.kwargs)):
            yield from _fields(child, scope)
    elif path := _path(node, scope):
        yield path
    else:
        for child in node.iter_child_nodes():
            yield from _fields(child, scope)


def _named(target: nodes.Node) -> Iterator[nodes.Name]:
    yield from [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name)


def _path(node: nodes.Node, scope: Mapping[str, str]) -> str:
    """ "warranty" for `warranty | sort`, "case.number" for `case.number`; "" for what is no field of the letter."""
    if isinstance(node, nodes.Filter) and node.node is not None and not node.args:
        return _path(node.node, scope)
    if isinstance(node, nodes.Getattr):
        root = _path(node.node, scope)
        return f"{root}.{node.attr}" if root else ""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, node.name if node.name in _KNOWN else "")
    return ""


def _last_line(trace: TracebackType | None, directory: Path) -> tuple[str, int] | None:
    """File (relative to `directory`) and line of the innermost template in a traceback."""
    found = None
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(directory):
            found = (str(file.relative_to(directory)), trace.tb_lineno)
        trace = trace.tb_next
    return found


def _known_variables() -> dict[str, Any]:
    """Name of each variable -> its dataclass, or None where it is a plain value."""
    known: dict[str, Any] = {}
    for name, hint in get_type_hints(Letter).items():
        known[name] = next((kind for kind in (hint, *get_args(hint)) if is_dataclass(kind)), None)
    return known


_KNOWN = _known_variables()
