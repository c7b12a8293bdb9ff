"""`remark|said`: what the code found out for staff, in the letter's language."""

from __future__ import annotations

from jinja2 import pass_context
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Context

from mailbot.domain.remarks import said

_FILE = "_remarks.md.j2"


@pass_context
def remark_in_words(context: Context, remark: str) -> str:
    """The remark by the table `remarks` of _remarks.md.j2 beside the letter; in English without that file."""
    try:
        words = context.environment.get_template(f"{context['_language']}/{_FILE}").module
    except TemplateNotFound:
        return remark
    return said(remark, getattr(words, "remarks", {}))
