"""What a spreadsheet program makes of a cell, and how to keep it from running one."""

from __future__ import annotations

import re

# After a separator too: a spreadsheet that expects other separators would begin a cell there.
_FORMULA = re.compile(r"(^|[,;\t\r\n\"])([ \t\r\n]*)([=+\-@＝＋－＠])")


def no_formula(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would take for the beginning of a formula."""
    return _FORMULA.sub(r"\1\2'\3", text)
