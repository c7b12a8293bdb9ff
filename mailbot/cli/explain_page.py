"""An explanation as one self-contained page: no script, nothing fetched, everything escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from mailbot.cli.explanation import Explanation, reader_told


def page(explanation: Explanation) -> bytes:
    """The page in UTF-8.

    The HTML part of a letter stands in a frame without any permission, and the page's Content-Security-Policy, which
    the frame inherits, forbids to fetch anything (CSP Level 3, 7.8).
    """
    return _template().render(one=explanation, reader_told=reader_told).encode("utf-8", "replace")


@cache
def _template() -> Template:
    text = resources.files("mailbot.cli").joinpath("explain_page.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(text)
