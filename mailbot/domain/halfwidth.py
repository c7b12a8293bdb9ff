"""Text in one form before it is searched: full-width signs as ordinary ones, composed letters."""

from __future__ import annotations

import unicodedata

_PIECE = 500  # characters; Python sorts the marks of one letter in quadratic time, and a hostile text is all marks


def plain_text(text: str) -> str:
    """NFKC (Unicode Standard Annex #15), in time that grows with the length of the text and no faster.

    A letter and its mark may stay apart where one piece ends and the next begins.
    """
    if text.isascii():
        return text
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize("NFKC", piece) for piece in pieces)
