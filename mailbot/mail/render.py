"""Templates into letters: one Jinja2 pass gives the Markdown, which is the text part and becomes the HTML part.

What a letter says about somebody (names, subjects, a customer's words) is data and never markup. While Jinja2
writes, `finalize` puts every interpolated value between two private marks. The text part drops the marks; for
the HTML part the values are taken out altogether, so Markdown and the CSS inliner only ever see the template's
own words, and are put back HTML-escaped at the end. No value can become a link, an image, a tag or Markdown,
both parts name the same values, and the expensive half depends on the template alone and is cached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.domain.letters import Letter
from mailbot.errors import ConfigError
from mailbot.mail.colours import Palette, palette
from mailbot.mail.letter_values import CLOSE, FILTERS, OPEN, mark, one_line
from mailbot.mail.slip.words import SlipWords, read_words
from mailbot.mail.template_check import SUFFIX, TEMPLATE_FAULTS, Variables, fault, lint
from mailbot.mail.template_samples import sample_letters

MAX_SUBJECT = 160  # characters; longer ones are cut at the end
LAYOUT = "_layout.html.j2"

_MARKED = re.compile(f"{OPEN}(.)([^{CLOSE}]*){CLOSE}", re.DOTALL)
_SLOT = re.compile(f"{OPEN}([a-z]?[0-9]*){CLOSE}")
# What mustn't be broken: the number of a ticket, case or refund, which people copy, pieces and a masked address.
_WHOLE = re.compile(r"[A-Z]{1,3}-[0-9]+|\S{1,20} × [0-9]{1,4}|\S?…\S?@\S{1,25}")
_MAIL_WORD = re.compile(r"\b[Ee]-[Mm]ails?(?!\w)")
_UNBROKEN = '<span style="white-space: nowrap">{}</span>'
_BLANK_LINES = re.compile(r"\n{3,}")
_REGION_SCRIPTS = {"zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans"} | dict.fromkeys(
    ("zh-tw", "zh-hk", "zh-mo"), "zh-Hant"
)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A letter in words, before it becomes a mail."""

    subject: str  # one line of at most MAX_SUBJECT characters, without the ticket tag
    text: str  # the Markdown as people read it; line ends are "\n"
    html: str  # a whole document with its styles in the tags
    language: str  # BCP 47 tag of the template that was used, "zh-Hans"


def _as_text(kind: str, value: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in value.split("\n")) if kind == "q" else value


def _as_markdown(kind: str, slot: str) -> str:
    """The Markdown that stands for the value in slot number `slot` while the template's own words are rendered."""
    here = f"{OPEN}{slot}{CLOSE}"
    return {"q": f"> {here}", "b": f"```\n{here}\n```", "l": f"[{here}](slot:{slot})"}.get(kind, here)


def is_for_staff(name: str) -> bool:
    """Whether staff read the letter; "staff_reply" is their words to a customer."""
    return name.startswith("staff_") and name != "staff_reply"


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
            loader=FileSystemLoader(directory), undefined=StrictUndefined, finalize=mark, auto_reload=False,
            autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, cache_size=-1,
        )  # fmt: skip
        self._environment.filters.update(FILTERS)
        self._variables = Variables(self._environment)
        self._page = lru_cache(maxsize=512)(self._make_page)
        self._choose = lru_cache(maxsize=512)(self._find_language)
        self._slip_words = lru_cache(maxsize=64)(partial(read_words, directory))

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

    def languages_of(self, name: str) -> tuple[str, ...]:
        """The languages that the letter `name` is written in."""
        return tuple(language for language, names in self._letters.items() if name in names)

    def language_for(self, name: str, language: str) -> str:
        """The language in which `render` writes the letter; raises ConfigError where it exists in none."""
        return self._choose(name, language)

    def render(self, name: str, language: str, letter: Letter) -> Rendered:
        """The letter `name` in `language` or the nearest one there is.

        Raises ConfigError, naming file and line, where the template is missing or wrong.
        """
        used = self._choose(name, language)
        path = f"{used}/{name}{SUFFIX}"
        variables = {field.name: getattr(letter, field.name) for field in fields(letter)}
        try:
            marked = self._environment.get_template(path).render(variables, _language=used)
        except TEMPLATE_FAULTS as error:
            raise fault(self._directory, path, error) from error
        marked = _BLANK_LINES.sub("\n\n", marked).strip("\n") + "\n"
        head, _, body = marked.partition("\n")
        subject = one_line(_MARKED.sub(r"\2", head))
        if not subject or not body.startswith("\n") or not body.strip():
            raise ConfigError(f"{self._directory / path}:1: expected a subject, a blank line, then the letter")
        if len(subject) > MAX_SUBJECT:
            subject = subject[: MAX_SUBJECT - 1].rstrip() + "…"
        body = body[1:]
        values: list[tuple[str, str]] = []

        def take_out(match: re.Match[str]) -> str:
            values.append((match[1], match[2]))
            return _as_markdown(match[1], str(len(values) - 1))

        page = self._page(_MARKED.sub(take_out, body), used, palette(letter.brand.color))
        return Rendered(
            subject=subject,
            text=_MARKED.sub(lambda match: _as_text(match[1], match[2]), body),
            html=_fill(page, values, subject=subject, brand=letter.brand.name),
            language=used,
        )

    def slip_words(self, language: str) -> SlipWords:
        """What a return slip says in `language`, one of `languages()` (`Rendered.language` of the letter around it).

        Raises ConfigError, naming file and line, where the words are missing or wrong.
        """
        return self._slip_words(language)

    def variables(self, name: str) -> Mapping[str, frozenset[str]]:
        """What the letter `name` and its partials name, "case.number", by language; unreadable ones are left out."""
        found = {}
        for language, names in self._letters.items():
            if name in names:
                with suppress(*TEMPLATE_FAULTS):
                    found[language] = self._variables.of(f"{language}/{name}{SUFFIX}")
        return found

    def expected_in(self, name: str) -> tuple[str, ...]:
        """The languages that should have the letter: all for customers', those that have any such for staff's."""
        if not is_for_staff(name):
            return self.languages()
        return tuple(language for language, names in self._letters.items() if any(is_for_staff(each) for each in names))

    def missing(self) -> list[str]:
        """Each letter that another language has and one language lacks, as "file: problem" lines."""
        return [
            f"{self._directory / language / (name + SUFFIX)}: missing; another language has it"
            for name in self.names()
            for language in self.expected_in(name)
            if name not in self._letters[language]
        ]

    def differences(self) -> list[str]:
        """Where a letter names something in one language and not in another, as "file: problem" lines."""
        problems = []
        for name in self.names():
            used = self.variables(name)
            for language, variables in used.items():
                if lacking := sorted(frozenset[str]().union(*used.values()) - variables):
                    others = ", ".join(other for other in used if set(lacking) <= used[other])
                    problems.append(
                        f"{self._directory / language / (name + SUFFIX)}: names no {', '.join(lacking)}, "
                        f"as {others or 'other languages'} does; a letter says the same in every language"
                    )
        return problems

    def check(self, languages: Sequence[str] = (), staff_language: str = "") -> list[str]:
        """What is wrong with the templates, as "file:line: problem" lines; renders each one with sample letters.

        `languages` and `staff_language` are those of settings, "" where they don't matter.
        """
        problems = self._unwritten(languages, staff_language) + self.missing()
        for language in self.languages():
            for file in sorted((self._directory / language).glob("*" + SUFFIX)):
                problems += lint(self._environment, self._directory, f"{language}/{file.name}")
            for name in sorted(self._letters[language]):
                for letter in sample_letters(name, language):
                    try:
                        self.render(name, language, letter)
                    except ConfigError as error:
                        problems.append(str(error))
        return list(dict.fromkeys(problems + self.differences()))

    def _unwritten(self, languages: Sequence[str], staff_language: str) -> list[str]:
        """Languages of settings that nothing is written in."""
        there = ", ".join(self.languages())
        problems = [
            f"languages: there are no letters in {language}; written are {there} ({self._directory})"
            for language in languages
            if language not in self._letters
        ]
        staff_names = [name for name in self.names() if is_for_staff(name)]
        having = self.expected_in(staff_names[0]) if staff_names else ()
        if staff_language and staff_names and staff_language not in having:
            problems.append(
                f"staff.language: the letters to staff are written in {', '.join(having)}, not in {staff_language}; "
                f"set one of those, or write {', '.join(staff_names)} in {self._directory / staff_language}"
            )
        return problems

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

    def _make_page(self, markdown: str, language: str, colours: Palette) -> tuple[str, ...]:
        """The document around the values: pieces of HTML at even places, names of slots at odd ones."""
        body = re.sub('href="slot:([0-9]+)"', f'href="{OPEN}h\\1{CLOSE}"', self._markdown(markdown).strip())
        body = _MAIL_WORD.sub(lambda word: _UNBROKEN.format(word[0]), body)
        try:
            # The layout is given slots and finished HTML, so it needs no marks of its own.
            slots = {"subject": f"{OPEN}s{CLOSE}", "brand": f"{OPEN}n{CLOSE}"}
            page = self._layout.render(slots, language=language, body=body, colours=colours)
        except TEMPLATE_FAULTS as error:
            raise fault(self._directory, LAYOUT, error) from error
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
            filled[place] = escape(one_line(brand))
        elif slot.startswith("h"):
            target = values[int(slot[1:])][1]
            filled[place] = escape(f"mailto:{target}" if "@" in target and "/" not in target else target)
        else:
            value = values[int(slot)][1]
            filled[place] = _escaped_lines(value)
            if _WHOLE.fullmatch(value):
                filled[place] = _UNBROKEN.format(filled[place])
    return "".join(filled)
