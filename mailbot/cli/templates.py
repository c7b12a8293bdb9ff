"""templates: list and preview, the letters as readers will see them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mailbot.cli.common import AsJson, out, print_json, print_table, settings_file
from mailbot.cli.tables import Column
from mailbot.errors import ConfigError
from mailbot.mail.render import Templates, is_for_staff
from mailbot.mail.sample_letters import sample_letter
from mailbot.mail.slip import write_slip
from mailbot.mail.slip.sample import sample_slip
from mailbot.mail.template_samples import sample_letters
from mailbot.wiring import letters_here

SLIP = "slip"  # no letter, but shown beside them
SLIP_LETTER = "return_approved"  # the one that it goes with, and whose language it takes

app = typer.Typer(help="The letters.", no_args_is_help=True)


@app.command("list")
def list_templates(context: typer.Context, as_json: AsJson = False) -> None:
    """Each letter, who reads it, its languages with gaps marked, and what it names. Needs no settings."""
    templates, _ = letters_here(settings_file(context))
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "reader": "staff" if is_for_staff(name) else "customer",
            "languages": templates.languages_of(name),
            "missing": [each for each in templates.expected_in(name) if each not in templates.languages_of(name)],
            "variables": sorted(frozenset[str]().union(*templates.variables(name).values())),
        }
        for name in templates.names()
    ]
    problems = templates.differences()
    if as_json:
        print_json({"templates": rows, "differences": problems})
        return
    print_table(
        "Letters",
        (
            Column(name="name"),
            Column(name="reader"),
            Column(name="languages", least=12),
            Column(name="variables", least=24),
        ),
        [(row["name"], row["reader"], _languages(row), _by_value(row["variables"])) for row in rows],
    )
    for problem in problems:
        out.print(f"note: {problem}", markup=False)


def _languages(row: Mapping[str, Any]) -> str:
    written = ", ".join(row["languages"])
    return f"{written}; MISSING: {', '.join(row['missing'])}" if row["missing"] else written


def _by_value(variables: Sequence[str]) -> str:
    """case.number, case.state, today -> "case: number, state; today"."""
    fields: dict[str, list[str]] = {}
    for variable in variables:
        value, _, field = variable.partition(".")
        fields.setdefault(value, []).extend([field] if field else [])
    return "; ".join(f"{value}: {', '.join(names)}" if names else value for value, names in fields.items())


@app.command("preview")
def preview(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Without it, the names are listed.")] = "",
    language: Annotated[str, typer.Option("--lang", help="A language tag; zh is zh-Hans.")] = "en",
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the HTML part there.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write the return slip there.")] = None,
    as_json: AsJson = False,
) -> None:
    """A letter with sample data and the brand of your settings: the text here, the HTML part in a file.

    `slip` is the return slip, a PDF: --pdf FILE.
    """
    templates, brand = letters_here(settings_file(context))
    if (name == SLIP) != (pdf is not None) or (name == SLIP and html is not None):
        raise ConfigError("the slip is a PDF and the letters aren't: mailbot templates preview slip --pdf FILE")
    if not name:
        names = {each: templates.languages_of(each) for each in templates.names()} | {SLIP: templates.languages()}
        if as_json:
            print_json(names)
        else:
            print_table("Letters", ("name", "languages"), list(names.items()))
        return
    if pdf is not None:
        used = _near(SLIP, language, templates.language_for(SLIP_LETTER, language), templates.languages())
        slip = sample_slip(used, brand or sample_letter(used).brand)
        _write(pdf, write_slip(slip, templates.slip_words(used)))
        return
    used = _resolved(templates, name, language)
    letter = sample_letters(name, used)[0]
    rendered = templates.render(name, used, replace(letter, brand=brand) if brand else letter)
    if html is not None:
        _write(html, rendered.html.encode())
    if as_json:
        print_json({"subject": rendered.subject, "language": used, "text": rendered.text, "html": rendered.html})
        return
    out.print(rendered.subject, markup=False, soft_wrap=True)
    out.print()
    out.print(rendered.text, markup=False, soft_wrap=True, end="")


def _resolved(templates: Templates, name: str, language: str) -> str:
    """The language that the letter is written in for `language`; raises ConfigError where there is nothing near."""
    if name not in templates.names():
        near = difflib.get_close_matches(name, templates.names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"the letters are {', '.join(templates.names())}"
        raise ConfigError(f"{name}: no such letter; {hint}")
    return _near(name, language, templates.language_for(name, language), templates.languages_of(name))


def _near(name: str, language: str, used: str, written: Sequence[str]) -> str:
    if used.split("-")[0] != language.lower().split("-")[0]:
        raise ConfigError(f"--lang {language}: {name} is written in {', '.join(written)}")
    return used


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{file}: can't be written: {error.strerror}") from None
