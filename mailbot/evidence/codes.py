"""QR and bar codes in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.evidence.pictures import shrunk

if TYPE_CHECKING:
    from PIL.Image import Image

_OVERVIEW_PIXELS = 3_000_000
_MOST = 50  # codes of a picture
_MOST_CHARACTERS = 4_000  # of a code


def read_codes(picture: Image) -> list[str]:
    """What the codes say, each once; codes of pictures alone, without text, are left out.

    In full a picture shows the small codes, made smaller it shows those that noise and blur spoil; light codes on
    dark ground are looked for in the small picture only.
    """
    import zxingcpp  # the process starts without it

    found: dict[str, None] = {}
    overview = shrunk(picture, _OVERVIEW_PIXELS)
    codes = list(zxingcpp.read_barcodes(overview))
    if overview is not picture:
        codes += zxingcpp.read_barcodes(picture, try_downscale=False, try_invert=False)
    for code in codes:
        text = " ".join(code.text[:_MOST_CHARACTERS].replace("\0", "").split())
        if text and len(found) < _MOST:
            found[text] = None
    return list(found)
