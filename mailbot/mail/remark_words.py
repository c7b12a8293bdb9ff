"""`remark|said`: what the code found out for staff, in the letter's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Context

from mailbot.domain.remarks import said

_FILE = "_remarks.md.j2"


def remark_in_words(context: Context, remark: str, days: Callable[[date], str]) -> str:
    """The remark by the table `remarks` of _remarks.md.j2 beside the letter; in English without that file. `days`
    writes a day in the letter's language.
    """
    try:
        words = context.environment.get_template(f"{context['_language']}/{_FILE}").module
    except TemplateNotFound:
        return remark
    return said(remark, getattr(words, "remarks", {}), days)
