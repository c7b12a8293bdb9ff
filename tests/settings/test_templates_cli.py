"""`mailbot templates` and what `mailbot check` says about languages, as an operator runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from mailbot.domain.letters import Letter
from mailbot.mail.letter_values import FILTERS
from mailbot.mail.render import Templates
from tests.console import run_here

ROOT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_here(cwd, *arguments, width=300)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with the starter settings, rules and templates."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copyfile(ROOT / "settings.yaml", tmp_path / "settings.yaml")
    return tmp_path


def test_a_preview_needs_no_settings_and_shows_text_and_html(tmp_path: Path) -> None:
    done = run("templates", "preview", "refund_notice", "--lang", "zh", "--html", "letter.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("退款通知：¥279.00（R-100001）\n\n安样例，您好！\n")
    assert '<html lang="zh-Hans"' in (tmp_path / "letter.html").read_text("utf-8")


def test_a_preview_names_the_shop_of_the_settings(shop: Path) -> None:
    settings = (shop / "settings.yaml").read_text("utf-8")
    settings = settings.replace("  name: TP\n", "  name: Teekanne & Co\n").replace('"#12435f"', '"#a1002b"')
    (shop / "settings.yaml").write_text(settings, "utf-8")
    done = run("templates", "preview", "acknowledgement", "--lang", "de-AT", "--html", "letter.html", cwd=shop)
    assert "Ihr Teekanne & Co-Kundenservice" in done.stdout
    html = (shop / "letter.html").read_text("utf-8")
    assert "background-color: #a1002b" in html
    assert "Teekanne &amp; Co" in html


def test_a_preview_of_the_slip_is_a_pdf_with_the_brand_of_the_settings(shop: Path) -> None:
    settings = (shop / "settings.yaml").read_text("utf-8").replace("  name: TP\n", "  name: Teekanne & Co\n")
    (shop / "settings.yaml").write_text(settings, "utf-8")
    done = run("templates", "preview", "slip", "--lang", "de-AT", "--pdf", "slip.pdf", cwd=shop)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = pypdfium2.PdfDocument(shop / "slip.pdf")[0].get_textpage().get_text_bounded()
    assert "Teekanne & Co" in text
    assert "Rücksendeschein" in text
    assert "TP After-sales Centre" in text


def test_check_reads_the_words_of_the_slip_and_tries_the_brand_on_it(shop: Path) -> None:
    words = (shop / "templates" / "es" / "slip.yaml").read_text("utf-8")
    (shop / "templates" / "es" / "slip.yaml").write_text(words.replace("ship: ", "shipp: "), "utf-8")
    settings = (shop / "settings.yaml").read_text("utf-8").replace("- 1 Example Road", "- شارع 1")
    (shop / "settings.yaml").write_text(settings, "utf-8")
    done = run("check", cwd=shop)
    assert done.returncode == 2
    assert "a slip has no 'shipp'; expected title, " in done.stderr
    assert "the return address: 'شارع 1' can't be printed: no font has ش (U+0634)" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_name_the_letters_and_their_languages_are_listed(tmp_path: Path) -> None:
    names = json.loads(run("templates", "preview", "--json", cwd=tmp_path).stdout)
    assert names["staff_notice"] == ["en", "zh-Hans"]
    assert names["slip"] == names["return_form"]
    assert names["return_form"] == ["de", "en", "es", "fr", "ja", "zh-Hans", "zh-Hant"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("return_fom",), "return_fom: no such letter; did you mean return_form?"),
        (("xyzzy",), "xyzzy: no such letter; the letters are acknowledgement, "),
        (("staff_notice", "--lang", "ja"), "--lang ja: staff_notice is written in en, zh-Hans"),
        (("return_form", "--html", "no/such/folder/x.html"), "no/such/folder/x.html: can't be written"),
        (("slip",), "the slip is a PDF and the letters aren't: mailbot templates preview slip --pdf FILE"),
        (("return_form", "--pdf", "x.pdf"), "the slip is a PDF and the letters aren't"),
        (("slip", "--pdf", "x.pdf", "--html", "x.html"), "the slip is a PDF and the letters aren't"),
        (("slip", "--lang", "it", "--pdf", "x.pdf"), "--lang it: slip is written in de, en, es, fr, ja, zh-Hans"),
        (("slip", "--pdf", "no/such/folder/x.pdf"), "no/such/folder/x.pdf: can't be written"),
    ],
)
def test_a_preview_that_cannot_be_shown_says_why(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = run("templates", "preview", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_marks_gaps_and_shows_variables(shop: Path) -> None:
    (shop / "templates" / "fr" / "case_received.md.j2").unlink()
    (shop / "templates" / "de" / "case_received.md.j2").write_text("Paket\n\nist da.\n", "utf-8")
    done = run("templates", "list", cwd=shop)
    row = next(line for line in done.stdout.splitlines() if line.startswith("case_received "))
    assert "MISSING: fr" in row
    assert "case: arrived, kind, number" in row
    assert "de/case_received.md.j2: names no " in done.stdout
    data = json.loads(run("templates", "list", "--json", cwd=shop).stdout)
    (received,) = [each for each in data["templates"] if each["name"] == "case_received"]
    assert received["missing"] == ["fr"]
    assert "case.number" in received["variables"]
    (notice,) = [each for each in data["templates"] if each["name"] == "staff_notice"]
    assert (notice["reader"], notice["missing"]) == ("staff", [])


def test_check_names_languages_that_nothing_is_written_in(shop: Path) -> None:
    settings = (shop / "settings.yaml").read_text("utf-8")
    settings = settings.replace("fr, es, en]", "fr, it, en]").replace("  language: en\n", "  language: ja\n")
    (shop / "settings.yaml").write_text(settings, "utf-8")
    done = run("check", cwd=shop)
    assert done.returncode == 2
    assert "languages: there are no letters in it; written are de, en, es, fr, ja, zh-Hans, zh-Hant" in done.stderr
    assert "staff.language: the letters to staff are written in en, zh-Hans, not in ja; set one of those" in done.stderr


def test_every_value_that_a_letter_uses_is_listed() -> None:
    """Held against what Jinja itself says that a template and its partials need, and against the letter's fields."""
    folder = ROOT / "templates"
    environment = Environment(loader=FileSystemLoader(folder))
    environment.filters |= dict.fromkeys(FILTERS, str)
    fields = set(Letter.__dataclass_fields__)
    listed = Templates.load(folder)
    for name in listed.names():
        for language, variables in listed.variables(name).items():
            needed, waiting, seen = set[str](), [f"{language}/{name}.md.j2"], set[str]()
            while waiting:
                path = waiting.pop()
                seen.add(path)
                tree = environment.parse((folder / path).read_text("utf-8"))
                needed |= find_undeclared_variables(tree) & fields
                partials = (f"{language}/{Path(each).name}" for each in find_referenced_templates(tree) if each)
                waiting += [each for each in partials if each not in seen]
            assert {variable.partition(".")[0] for variable in variables} == needed, (name, language)


@pytest.mark.parametrize(
    ("template", "variables"),
    [
        ("{% for line in warranty %}{{ line.model }}{% endfor %}", {"warranty.model"}),
        (
            "{% for one in choices %}{% for line in one.lines %}{{ line.name }}{% endfor %}{% endfor %}",
            {"choices.lines.name"},
        ),
        ("{% for order in choices %}{{ order.number }}{% endfor %}", {"choices.number"}),  # not the letter's own order
        ("{% for order in choices if order.paid %}{% endfor %}{{ order.number }}", {"choices.paid", "order.number"}),
        ("{% if warranty %}yes{% endif %}", {"warranty"}),
        ("{% if case and case.reason.strip() %}yes{% endif %}", {"case.reason"}),
        ("{% set items = case.items %}{{ items|join(', ') }}", {"case.items"}),
        ("{{ today|day }} {{ refund.amount|money(refund.currency) }}", {"today", "refund.amount", "refund.currency"}),
        ("{{ loop_of_ours }}{% for x in note.cases|reverse %}{{ x.state }}{% endfor %}", {"note.cases.state"}),
    ],
)
def test_values_are_found_however_they_are_reached(tmp_path: Path, template: str, variables: set[str]) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "en" / "extra.md.j2").write_text(f"Subject\n\n{template}\n", "utf-8")
    assert Templates.load(tmp_path / "templates").variables("extra") == {"en": variables}
