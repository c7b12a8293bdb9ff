"""Letters for PDF: a small TrueType font with just the characters of one document, cut from the Noto fonts.

The Noto fonts come as Python packages, so that a bare server writes what every other one writes, byte for byte.
Noto Sans has the letters of Europe, Noto Sans CJK the Chinese, Japanese and Korean ones, in the forms of each
language. Both are variable (a weight is an instance) and the latter has cubic outlines, which reportlab can't embed:
hence the outlines are drawn anew. Characters beyond U+FFFF print right, but are copied out of the PDF as another one:
reportlab's ToUnicode tables have four digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

REGULAR, BOLD = 400, 700
UNITS = 1000  # to the em, of all the Noto fonts used here
ASCENT, DESCENT = 880, -120

_FACES = {"zh-Hans": "SC", "zh-Hant": "TC", "ja": "JP"}
_PLACES = {"JP": 0, "SC": 2, "TC": 3}  # in the collection
# Written from right to left, or with letters that change with their neighbours: one glyph after another is wrong.
# And what stands for a character that got lost.
_NOT_ALONE = re.compile("[\u0590-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\ufffd]")


def visible(text: str) -> str:
    """The text composed (NFC), without control characters and others that nobody sees."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each for each in composed if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))


def writable(text: str, language: str) -> tuple[str, str]:
    """What can be written of the `visible` text, and the characters that can't."""
    seen = visible(text)
    kept = "".join(each for each in seen if _source(each, language) is not None)
    return kept, "".join(each for each in seen if _source(each, language) is None)


def cut_font(characters: Collection[str], language: str, weight: int) -> bytes:
    """A TrueType font with `characters` in the forms of `language`; the same bytes for the same input.

    `weight` is REGULAR or BOLD. Raises ValueError for a character that `writable` would have left out.
    """
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    glyphs, widths, names = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (UNITS, 0)}, {}
    for character in sorted(characters):
        source = _source(character, language)
        if source is None:
            raise ValueError(f"no font has U+{ord(character):04X}")
        names[ord(character)] = name = f"u{ord(character):05X}"
        glyphs[name], widths[name] = _drawn(source, character, weight)
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "Slip", "styleName": str(weight), "psName": f"Slip-{weight}"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, sCapHeight=733, usWeightClass=weight)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    file = BytesIO()
    builder.save(file)
    return file.getvalue()


def _drawn(source: str, character: str, weight: int) -> tuple[Any, tuple[int, int]]:
    """The glyph with quadratic outlines, and its advance and left side bearing."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    font = _font(source, weight)
    glyph = font.get_nominal_glyph(ord(character))
    pen = TTGlyphPen(None)
    font.draw_glyph_with_pen(glyph, Cu2QuPen(pen, max_err=1.0))
    drawn = pen.glyph()
    drawn.recalcBounds(None)
    return drawn, (round(font.get_glyph_h_advance(glyph)), getattr(drawn, "xMin", 0))


@lru_cache(maxsize=8192)
def _source(character: str, language: str) -> str | None:
    """The font to take a character from: "" is Noto Sans, "SC" and so on a face of Noto Sans CJK; None for neither.

    Dashes and quotation marks in Chinese and Japanese have the width of a character there.
    """
    if _NOT_ALONE.match(character):
        return None
    face = _FACES.get(language, "SC")
    order = (face, "") if language in _FACES and ord(character) >= 0x2000 else ("", face)
    return next((source for source in order if _font(source, REGULAR).get_nominal_glyph(ord(character))), None)


@lru_cache(maxsize=8)
def _font(source: str, weight: int) -> Any:
    import manimgx_fonts
    import manimgx_fonts_cjk
    import uharfbuzz

    package, name = (manimgx_fonts_cjk, "NotoSansCJK-VF.otf.ttc") if source else (manimgx_fonts, "NotoSans[wght].ttf")
    blob = uharfbuzz.Blob.from_file_path(str(Path(package.__file__).parent / name))
    font = uharfbuzz.Font(uharfbuzz.Face(blob, _PLACES.get(source, 0)))
    font.set_variations({"wght": weight})
    return font
