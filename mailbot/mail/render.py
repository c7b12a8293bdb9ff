"""Templates into letters: one Jinja2 pass gives the Markdown, which is the text part and becomes the HTML part.

What a letter says about somebody (names, subjects, a customer's words) is data and never markup. While Jinja2
writes, `finalize` puts every interpolated value between two private marks. The text part drops the marks; for
the HTML part the values are taken out altogether, so Markdown and the CSS inliner only ever see the template's
own words, and are put back HTML-escaped at the end. No value can become a link, an image, a tag or Markdown,
both parts name the same values, and the expensive half depends on the template alone and is cached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, get_args, get_type_hints

from jinja2 import FileSystemLoader, StrictUndefined, nodes, pass_context
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.domain.letters import Brand, FormLine, Letter
from mailbot.errors import ConfigError
from mailbot.mail.remark_words import remark_in_words
from mailbot.mail.sample_letters import sample_letters

MAX_SUBJECT = 160  # characters; longer ones are cut at the end
MAX_VALUE = 50_000  # characters of one value; a person's mail may be megabytes long (G9)
LAYOUT = "_layout.html.j2"
SUFFIX = ".md.j2"

_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: mean nothing to Markdown or HTML
_MARKED = re.compile(f"{_OPEN}(.)([^{_CLOSE}]*){_CLOSE}", re.DOTALL)
_SLOT = re.compile(f"{_OPEN}([a-z]?[0-9]*){_CLOSE}")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control, bidirectional override and surrogate characters: they hide or turn round what a reader sees.
_UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff{_OPEN}{_CLOSE}]")
_NUMBER = re.compile("[A-Z]{1,3}-[0-9]+")  # of a ticket, case or refund: people copy it, so it mustn't be broken
_BLANK_LINES = re.compile(r"\n{3,}")
# What no person is called: forged senders put advertisements where a greeting would repeat them.
_NOT_A_NAME = re.compile(r"[/@:<>\[\]{}()|\\\d]|\.\w\w|www", re.IGNORECASE)
_REGION_SCRIPTS = {"zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans"} | dict.fromkeys(
    ("zh-tw", "zh-hk", "zh-mo"), "zh-Hant"
)
_TEMPLATE_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A letter in words, before it becomes a mail."""

    subject: str  # one line of at most MAX_SUBJECT characters, without the ticket tag
    text: str  # the Markdown as people read it; line ends are "\n"
    html: str  # a whole document with its styles in the tags
    language: str  # BCP 47 tag of the template that was used, "zh-Hans"


class Prose(str):
    """A value that keeps its lines: a paragraph of its own."""


class Quoted(str):
    """Somebody else's words, shown as a quotation."""


class Block(str):
    """Lines that must stay lines: the form, a postal address."""


class Link(str):
    """One of the brand's own channels."""


_KINDS: Mapping[type, str] = {Prose: "p", Quoted: "q", Block: "b", Link: "l"}  # anything else: "i", inline


def clean(text: str) -> str:
    """The text with line ends as "\\n" and without characters that hide or reorder others; cut at MAX_VALUE."""
    text = _UNSEEN.sub("", _LINE_END.sub("\n", text))
    return text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "\n[…]"


def _mark(value: object) -> str:
    """Jinja2's `finalize`: the value between marks, with its kind as the first character."""
    if value is None:
        raise ValueError("a value that this letter doesn't have is written out; ask with `if` first")
    kind = _KINDS.get(type(value), "i")
    text = clean(str(value))
    # A value amid a sentence stays on its line, or it could pose as a line of the form.
    return f"{_OPEN}{kind}{' '.join(text.split()) if kind in 'il' else text.strip(chr(10))}{_CLOSE}"


def _as_text(kind: str, value: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in value.split("\n")) if kind == "q" else value


def _as_markdown(kind: str, slot: str) -> str:
    """The Markdown that stands for the value in slot number `slot` while the template's own words are rendered."""
    here = f"{_OPEN}{slot}{_CLOSE}"
    return {"q": f"> {here}", "b": f"```\n{here}\n```", "l": f"[{here}](slot:{slot})"}.get(kind, here)


@lru_cache(maxsize=64)
def _locale(language: str) -> Any:
    from babel import Locale  # 20 ms, and most letters name neither amount nor day

    return Locale.parse(language, sep="-")


@pass_context
def _money(context: Context, amount: Decimal, currency: str) -> str:
    """`refund.amount|money(refund.currency)`: "¥299.00" in a Chinese letter, "CN¥299.00" in an English one."""
    from babel.numbers import format_currency

    return format_currency(amount, currency, locale=_locale(context["_language"]))


@pass_context
def _day(context: Context, value: date) -> str:
    """`refund.due_on|day`: "2026年11月30日", "November 30, 2026"."""
    from babel.dates import format_date

    return format_date(value, format="long", locale=_locale(context["_language"]))


@pass_context
def _form(context: Context, lines: Iterable[FormLine]) -> Block:
    """`case.form|form` as "label: value" lines; hints stay outside, or they'd come back as answers."""
    colon = "：" if str(context["_language"]).startswith("zh") else ": "
    return Block("\n".join(f"{_one_line(line.label)}{colon}{_one_line(line.value)}" for line in lines))


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _block(lines: Iterable[str]) -> Block:
    """`brand.return_address|block`: one line each."""
    return Block("\n".join(map(_one_line, lines)))


def person_name(name: str) -> str:
    """`ticket.customer_name|person`: the name, or "" where it is none that we'd greet somebody by."""
    name = _one_line(name)
    return "" if len(name) > 60 or _NOT_A_NAME.search(name) else name


@pass_context
def _link(context: Context, value: str) -> Link:
    """`brand.website|link`: a link to one of the brand's own channels, to nothing else (P16, P20)."""
    brand: Brand = context["brand"]
    if value not in (brand.support_address, brand.chat_url, brand.website):
        raise ValueError("`link` is for brand.support_address, brand.chat_url and brand.website only")
    return Link(value)


_FILTERS: Mapping[str, Callable[..., str]] = {
    "money": _money, "day": _day, "form": _form, "block": _block, "person": person_name, "link": _link,
    "quote": Quoted, "prose": Prose, "said": remark_in_words,
}  # fmt: skip


class _Environment(ImmutableSandboxedEnvironment):
    """Includes and imports are looked up beside the template that names them."""

    def join_path(self, template: str, parent: str) -> str:
        return f"{parent.rpartition('/')[0]}/{template}" if "/" in parent and "/" not in template else template


class Templates:
    """The letters of a directory: `<language>/<name>.md.j2` and `_layout.html.j2`."""

    def __init__(self, directory: Path, letters: Mapping[str, frozenset[str]], fallback: Sequence[str]) -> None:
        self._directory = directory
        self._letters = letters  # language -> names
        self._fallback = tuple(fallback)
        self._environment = _Environment(
            loader=FileSystemLoader(directory), undefined=StrictUndefined, finalize=_mark, auto_reload=False,
            autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, cache_size=-1,
        )  # fmt: skip
        self._environment.filters.update(_FILTERS)
        self._page = lru_cache(maxsize=512)(self._make_page)
        self._choose = lru_cache(maxsize=512)(self._find_language)

    @classmethod
    def load(cls, directory: Path, fallback: Sequence[str] = ("en",)) -> Templates:
        """The templates of `directory`. Reads names only; each template is compiled when it is first needed.

        Raises ConfigError where the directory, its layout or every language is missing.
        """
        if not directory.is_dir():
            raise ConfigError(f"{directory}: no such directory of templates; `mailbot init` writes a starter set")
        if not (directory / LAYOUT).is_file():
            raise ConfigError(f"{directory / LAYOUT}: the HTML layout is missing; copy it from the starter set")
        letters: dict[str, frozenset[str]] = {}
        for folder in sorted(path for path in directory.iterdir() if path.is_dir()):
            if names := frozenset(path.name.removesuffix(SUFFIX) for path in folder.glob("[!_]*" + SUFFIX)):
                letters[folder.name] = names
        if not letters:
            raise ConfigError(f"{directory}: no letters; expected files like en/acknowledgement{SUFFIX}")
        return cls(directory, letters, fallback)

    def names(self) -> tuple[str, ...]:
        """The letters that exist in any language."""
        return tuple(sorted(frozenset[str]().union(*self._letters.values())))

    def languages(self) -> tuple[str, ...]:
        """The languages that have letters."""
        return tuple(self._letters)

    def render(self, name: str, language: str, letter: Letter) -> Rendered:
        """The letter `name` in `language` or the nearest one there is.

        Raises ConfigError, naming file and line, where the template is missing or wrong.
        """
        used = self._choose(name, language)
        path = f"{used}/{name}{SUFFIX}"
        variables = {field.name: getattr(letter, field.name) for field in fields(letter)}
        try:
            marked = self._environment.get_template(path).render(variables, _language=used)
        except _TEMPLATE_FAULTS as error:
            raise self._fault(path, error) from error
        marked = _BLANK_LINES.sub("\n\n", marked).strip("\n") + "\n"
        head, _, body = marked.partition("\n")
        subject = _one_line(_MARKED.sub(r"\2", head))
        if not subject or not body.startswith("\n") or not body.strip():
            raise ConfigError(f"{self._directory / path}:1: expected a subject, a blank line, then the letter")
        if len(subject) > MAX_SUBJECT:
            subject = subject[: MAX_SUBJECT - 1].rstrip() + "…"
        body = body[1:]
        values: list[tuple[str, str]] = []

        def take_out(match: re.Match[str]) -> str:
            values.append((match[1], match[2]))
            return _as_markdown(match[1], str(len(values) - 1))

        markdown = _MARKED.sub(take_out, body)
        return Rendered(
            subject=subject,
            text=_MARKED.sub(lambda match: _as_text(match[1], match[2]), body),
            html=_fill(self._page(markdown, used), values, subject=subject, brand=letter.brand.name),
            language=used,
        )

    def check(self) -> list[str]:
        """What is wrong with the templates, as "file:line: problem" lines; renders each one with sample letters."""
        problems: list[str] = []
        for language in self.languages():
            for file in sorted((self._directory / language).glob("*" + SUFFIX)):
                problems += self._lint(f"{language}/{file.name}")
            for name in self.names():
                if name not in self._letters[language]:
                    problems.append(f"{self._directory / language / (name + SUFFIX)}: missing; another language has it")
                    continue
                for letter in sample_letters(name, language):
                    try:
                        self.render(name, language, letter)
                    except ConfigError as error:
                        problems.append(str(error))
        return list(dict.fromkeys(problems))

    def _find_language(self, name: str, wanted: str) -> str:
        """Exact, then shorter tags (RFC 4647, 3.4), the script of a region, any of the same base, the fallbacks."""
        having = {language.lower(): language for language, names in self._letters.items() if name in names}
        parts = wanted.lower().split("-")
        tries = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
        tries[1:1] = [script.lower() for part in tries if (script := _REGION_SCRIPTS.get(part))]
        tries += [other for other in sorted(having) if other.split("-")[0] == parts[0]]
        tries += [language.lower() for language in self._fallback]
        if found := next((having[candidate] for candidate in tries if candidate in having), None):
            return found
        raise ConfigError(
            f"{self._directory}: no letter {name!r} for language {wanted!r} or {', '.join(self._fallback)}; "
            f"write {self._directory / (self._fallback or ('en',))[0] / (name + SUFFIX)}"
        )

    def _make_page(self, markdown: str, language: str) -> tuple[str, ...]:
        """The document around the values: pieces of HTML at even places, names of slots at odd ones."""
        body = re.sub('href="slot:([0-9]+)"', f'href="{_OPEN}h\\1{_CLOSE}"', self._markdown(markdown).strip())
        try:
            # The layout is given slots and finished HTML, so it needs no marks of its own.
            slots = {"subject": f"{_OPEN}s{_CLOSE}", "brand": f"{_OPEN}n{_CLOSE}"}
            page = self._layout.render(slots, language=language, body=body)
        except _TEMPLATE_FAULTS as error:
            raise self._fault(LAYOUT, error) from error
        return tuple(_SLOT.split(self._inline(page)))

    @cached_property
    def _layout(self) -> Any:
        return self._environment.overlay(finalize=str).get_template(LAYOUT)

    @cached_property
    def _markdown(self) -> Callable[[str], str]:
        from markdown_it import MarkdownIt  # here and below: not needed by a run that sends nothing

        parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
        # Programs wrap and quote a line-broken paragraph well, a <pre> badly.
        parser.add_render_rule("fence", _fence)
        return parser.render

    @cached_property
    def _inline(self) -> Callable[[str], str]:
        from css_inline import CSSInliner

        return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline  # built once

    def _fault(self, path: str, error: BaseException) -> ConfigError:
        """The error as an operator needs it: file, line, what is wrong, what to do."""
        advice = "correct the template"
        if isinstance(error, TemplateNotFound):
            advice = f"there is no {error.name}; write it or correct the name"
        elif isinstance(error, UndefinedError):
            advice = "only the fields of the letter can be named; ask with `if` for those that may be absent"
        if isinstance(error, TemplateSyntaxError):
            where: tuple[str, int | None] = (error.name or path, error.lineno)
        else:
            where = _last_line(error.__traceback__, self._directory) or (path, None)
        line = f":{where[1]}" if where[1] else ""
        return ConfigError(f"{self._directory / where[0]}{line}: {str(error) or type(error).__name__}; {advice}")

    def _lint(self, path: str) -> list[str]:
        """What rendering samples can't show: names in branches not taken, and what would be shown as data."""
        file = self._directory / path
        try:
            tree = self._environment.parse(file.read_text("utf-8"), path, str(file))
            unknown = find_undeclared_variables(tree) - _KNOWN.keys()
        except TemplateSyntaxError as error:
            return [str(self._fault(path, error))]
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


def _fence(_: object, tokens: Sequence[Any], index: int, *__: object) -> str:
    return f'<p class="block">{_escaped_lines(tokens[index].content.strip())}</p>\n'


def _escaped_lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _fill(page: Sequence[str], values: Sequence[tuple[str, str]], *, subject: str, brand: str) -> str:
    """The page with its values in place, each HTML-escaped."""
    filled = list(page)
    for place in range(1, len(filled), 2):
        slot = filled[place]
        if slot == "s":
            filled[place] = escape(subject)
        elif slot == "n":
            filled[place] = escape(_one_line(brand))
        elif slot.startswith("h"):
            target = values[int(slot[1:])][1]
            filled[place] = escape(f"mailto:{target}" if "@" in target and "/" not in target else target)
        else:
            value = values[int(slot)][1]
            whole = _NUMBER.fullmatch(value)
            filled[place] = f'<span style="white-space: nowrap">{value}</span>' if whole else _escaped_lines(value)
    return "".join(filled)


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
