"""The slip as PDF: A4, the upper part for the inside of the parcel, below a dotted line the label for its outside."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from mailbot.domain.slip import Slip, SlipPiece
from mailbot.errors import ConfigError
from mailbot.mail.colours import Palette, palette
from mailbot.mail.letter_values import one_line, person_name, write_day
from mailbot.mail.slip.glyphs import BOLD, REGULAR, cut_font, visible, writable
from mailbot.mail.slip.lines import Measure, broken, evenly_broken
from mailbot.mail.slip.words import WORDS_FILE, SlipWords

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_MM = 72 / 25.4  # points; all lengths below are points, y grows upwards as in PDF
_PAGE = (210 * _MM, 297 * _MM)
_LEFT, _RIGHT = 18 * _MM, 192 * _MM
_BOTTOM = 14 * _MM
_CUT = 108 * _MM  # height of the label
_LEADING = 1.4  # line height over size
_BAR = 0.5 * _MM  # the widest module of the bar code
_GREY, _RULE, _BLACK = "#5b6670", "#c9d0d6", "#000000"
_ADDRESS_SIZES = (18, 15, 13, 11.5, 10, 9)
_NAME_LINES = 3
_MOST_CHARACTERS = 300  # of a name, model or number that come with the order
_CONTINUED = 5 * _MM  # from the list down to the words that say it goes on
_AFTER_LIST = 9 * _MM
_STEP = 6 * _MM  # indent of a step
_FONTS = {REGULAR: "mailbot-slip", BOLD: "mailbot-slip-bold"}

_ONE_AT_A_TIME = threading.Lock()  # reportlab has one table of fonts for the whole process


def write_slip(slip: Slip, words: SlipWords) -> bytes:
    """The slip in the language of `words`, as PDF of one page, or more where the pieces need them.

    The same bytes for the same input. Raises ConfigError where a sentence, the brand's name or the return address has
    characters that no font has, or where the address is too long: half an address is worse than no slip. In names of
    products such characters are left out; a customer's name that would be misspelt is left out as a whole.
    """
    shown = _shown(slip, words.language)
    _refuse_unwritable(shown, words)
    with _ONE_AT_A_TIME, _fonts(_texts(shown, words), words.language):
        return _Sheet(shown, words).drawn()


@dataclass(frozen=True, kw_only=True)
class _Style:
    size: float
    weight: int = REGULAR
    colour: str = _BLACK


_CAPTION = _Style(size=8, colour=_GREY)
_TEXT = _Style(size=10)
_STRONG = _Style(size=10, weight=BOLD)
_FACT = _Style(size=10.5)


def _shown(slip: Slip, language: str) -> Slip:
    """The slip with every text on one line, and without what can't be written where that may go."""

    def kept(text: str) -> str:
        return one_line(writable(one_line(text)[:_MOST_CHARACTERS], language)[0])

    name, lost = writable(person_name(slip.customer_name), language)
    return replace(
        slip,
        order_number=kept(slip.order_number),
        customer_name="" if any(each.isalnum() for each in lost) else one_line(name),
        pieces=tuple(replace(each, model=kept(each.model), name=kept(each.name)) for each in slip.pieces),
        brand_name=one_line(visible(slip.brand_name)),
        return_address=tuple(filter(None, (one_line(visible(line)) for line in slip.return_address))),
    )


def _refuse_unwritable(slip: Slip, words: SlipWords) -> None:
    places = [("brand.name", slip.brand_name), *(("the return address", line) for line in slip.return_address)]
    places += [(f"the words of the slip in {words.language}", each) for each in words.sentences()]
    for place, text in places:
        if lost := writable(text, words.language)[1]:
            codes = ", ".join(f"{each} (U+{ord(each):04X})" for each in dict.fromkeys(lost))
            raise ConfigError(f"{place}: {text!r} can't be printed: no font has {codes}; write it otherwise")


def _texts(slip: Slip, words: SlipWords) -> Iterable[str]:
    yield from words.sentences()
    yield from (slip.case_number, slip.order_number, slip.customer_name, slip.brand_name, *slip.return_address)
    for piece in slip.pieces:
        yield from (piece.model, piece.name)
    for day in (slip.issued_on, slip.send_by):
        if day is not None:
            yield visible(write_day(day, words.language))
    yield "0123456789.… "


@contextlib.contextmanager
def _fonts(texts: Iterable[str], language: str) -> Iterator[None]:
    """Fonts with the characters of `texts` under the names in `_FONTS`, for as long as one document is drawn."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    characters = {each for text in texts for each in writable(text, language)[0]}
    made = [TTFont(name, BytesIO(cut_font(characters, language, weight))) for weight, name in _FONTS.items()]
    try:
        for font in made:
            pdfmetrics.registerFont(font)
        yield
    finally:
        # reportlab keeps the first font of a name for ever, and has no way to take one back.
        for font in made:
            pdfmetrics._fonts.pop(font.fontName, None)
            pdfmetrics._dynFaceNames.pop(font.face.name, None)


def _width(text: str, style: _Style) -> float:
    """Raises ValueError for a character that was forgotten in `_texts`: reportlab would print a gap."""
    from reportlab.pdfbase.pdfmetrics import getFont

    font = getFont(_FONTS[style.weight])
    if forgotten := [each for each in text if ord(each) not in font.face.charToGlyph]:
        raise ValueError(f"the font of this slip was cut without {forgotten}")
    return float(font.stringWidth(text, style.size))


class _Sheet:
    """One slip being drawn."""

    def __init__(self, slip: Slip, words: SlipWords) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self._slip = slip
        self._words = words
        self._colours: Palette = palette(slip.brand_color)
        self._file = BytesIO()
        self._canvas: Canvas = Canvas(
            self._file, pagesize=_PAGE, invariant=1, lang=words.language, initialFontName=_FONTS[REGULAR]
        )
        self._canvas.setTitle(f"{words.title[slip.kind]} {slip.case_number}")
        self._canvas.setAuthor(slip.brand_name)

    def drawn(self) -> bytes:
        """The finished file."""
        top = self._facts(self._panel(self._head()))
        steps = [self._words.pack[self._slip.kind], self._words.enclose, self._words.attach, self._words.ship]
        blocks = [evenly_broken(each, _RIGHT - _LEFT - _STEP, _measure(_TEXT)) for each in steps]
        floor = _CUT + _AFTER_LIST + 5 * _MM + _height(_STRONG) + sum(len(each) * _height(_TEXT) + 2 for each in blocks)
        if top - floor < 20 * _MM:
            raise ConfigError(f"{self._words.language}/{WORDS_FILE}: the steps are too long for the page; shorten them")
        top, rest = self._list(self._slip.pieces, top, floor)
        self._steps(blocks, top)
        self._label()
        while rest:
            self._canvas.showPage()
            self._write(_PAGE[0] / 2, 8 * _MM, str(self._canvas.getPageNumber()), _CAPTION, align=0.5)
            _, rest = self._list(rest, self._head() - 4 * _MM, _BOTTOM)
        self._canvas.save()
        return self._file.getvalue()

    def _head(self) -> float:
        """Stripe, brand and title; the number too where the page has no panel. Returns where the next thing begins."""
        canvas = self._canvas
        canvas.setFillColor(self._colours.bar)
        canvas.rect(0, _PAGE[1] - 5 * _MM, _PAGE[0], 5 * _MM, stroke=0, fill=1)
        y = _PAGE[1] - 17 * _MM
        title = self._words.title[self._slip.kind]
        if canvas.getPageNumber() > 1:
            title = f"{title} {self._slip.case_number}"
        big = _Style(size=17, weight=BOLD)
        title_width = self._write(_RIGHT, y, title, big, align=1, room=120 * _MM)
        room = _RIGHT - _LEFT - title_width - 8 * _MM
        self._write(_LEFT, y, self._slip.brand_name, replace(big, colour=self._colours.heading), room=room)
        return y - 6 * _MM

    def _panel(self, top: float) -> float:
        """The case number in big type, as bar code and as QR code."""
        height = 38 * _MM
        self._box(_LEFT, top - height, _RIGHT - _LEFT, height)
        side = height - 12 * _MM
        self._qr(_RIGHT - 6 * _MM - side, top - 6 * _MM - side, side)
        x = _LEFT + 6 * _MM
        room = _RIGHT - _LEFT - side - 18 * _MM
        self._write(x, top - 7 * _MM, self._words.case_number[self._slip.kind], _CAPTION, room=room)
        self._write(x, top - 17 * _MM, self._slip.case_number, _Style(size=28, weight=BOLD), room=room)
        self._bars(x, top - height + 5 * _MM, room, 12 * _MM)
        return top - height - 7 * _MM

    def _facts(self, top: float) -> float:
        """Order, day, customer and deadline side by side."""
        slip, words = self._slip, self._words
        issued_on, send_by = (
            visible(write_day(day, words.language)) if day else "" for day in (slip.issued_on, slip.send_by)
        )
        facts = [
            (words.order_number, slip.order_number, _FACT),
            (words.date, issued_on, _FACT),
            (words.customer, slip.customer_name, _FACT),
            (words.send_by, send_by, replace(_FACT, weight=BOLD)),
        ]
        column = (_RIGHT - _LEFT) / 4
        room = column - 4 * _MM
        lowest = top
        x = _LEFT
        for caption, value, style in facts:
            if value:
                self._write(x, top, caption, _CAPTION, room=room)
                lines = broken(value, room, _measure(style), 3)
                lowest = min(lowest, self._lines(x, top - 5 * _MM, lines, style))
                x += column
        return lowest - 5 * _MM

    def _list(self, pieces: Sequence[SlipPiece], top: float, floor: float) -> tuple[float, Sequence[SlipPiece]]:
        """As many pieces as have room above `floor`; returns the lowest point and the pieces that are left."""
        if not pieces:
            return top, ()
        words, canvas = self._words, self._canvas
        model_width, name_width, amount_width = 44 * _MM, 102 * _MM, 20 * _MM
        name_x = _LEFT + 48 * _MM
        y = top
        self._write(_LEFT, y, words.model, _CAPTION, room=model_width)
        self._write(name_x, y, words.name, _CAPTION, room=name_width)
        self._write(_RIGHT, y, words.quantity, _CAPTION, align=1, room=amount_width)
        y -= 2 * _MM
        canvas.setStrokeColor(self._colours.heading)
        canvas.setLineWidth(1)
        canvas.line(_LEFT, y, _RIGHT, y)
        for place, piece in enumerate(pieces):
            model = broken(piece.model, model_width, _measure(_STRONG), 2)
            name = broken(piece.name, name_width, _measure(_TEXT), _NAME_LINES)
            height = max(len(model), len(name), 1) * _height(_TEXT) + 5
            is_last = place == len(pieces) - 1
            if y - height < floor + (0 if is_last else _CONTINUED):
                self._write(_LEFT, y - _CONTINUED, words.continued, _CAPTION)
                return y - _CONTINUED - _AFTER_LIST, pieces[place:]
            first = y - 2.5 - 0.76 * _height(_TEXT)
            self._lines(_LEFT, first, model, _STRONG)
            self._lines(name_x, first, name, _TEXT)
            self._write(_RIGHT, first, str(piece.quantity), _STRONG, align=1, room=amount_width)
            y -= height
            canvas.setStrokeColor(_RULE)
            canvas.setLineWidth(0.5)
            canvas.line(_LEFT, y, _RIGHT, y)
        return y - _AFTER_LIST, ()

    def _steps(self, blocks: Sequence[Sequence[str]], top: float) -> None:
        """What to do, numbered."""
        self._write(_LEFT, top, self._words.steps, replace(_STRONG, size=10.5, colour=self._colours.heading))
        y = top - _height(_STRONG) - 3
        for number, lines in enumerate(blocks, start=1):
            self._write(_LEFT, y, f"{number}.", _STRONG)
            y = self._lines(_LEFT + _STEP, y, lines, _TEXT) - 2

    def _label(self) -> None:
        """The part to be cut off: where to, which case, and the codes."""
        canvas, slip, words = self._canvas, self._slip, self._words
        middle = _PAGE[0] / 2
        half = self._write(middle, _CUT - 2.8, words.cut, _CAPTION, align=0.5) / 2 + 3 * _MM
        canvas.setStrokeColor(_GREY)
        canvas.setLineWidth(0.9)
        canvas.setDash(1, 3)
        canvas.line(0, _CUT, middle - half, _CUT)
        canvas.line(middle + half, _CUT, _PAGE[0], _CUT)
        canvas.setDash()

        height = _CUT - 10 * _MM - _BOTTOM
        top, x, inner = _BOTTOM + height, _LEFT + 6 * _MM, _RIGHT - _LEFT - 12 * _MM
        self._box(_LEFT, _BOTTOM, _RIGHT - _LEFT, height)
        side = 34 * _MM
        self._qr(_RIGHT - 7 * _MM - side, top - 7 * _MM - side, side)
        room = inner - side - 7 * _MM
        self._write(x, top - 9 * _MM, words.send_to, _CAPTION, room=room)
        self._address(x, top - 12 * _MM, room, 38 * _MM)

        y = _BOTTOM + 30 * _MM
        canvas.setStrokeColor(_RULE)
        canvas.setLineWidth(0.5)
        canvas.line(_LEFT, y, _RIGHT, y)
        bars = 78 * _MM
        room = inner - bars - 4 * _MM
        self._write(x, y - 8 * _MM, words.title[slip.kind], replace(_STRONG, size=11), room=room)
        self._write(x, y - 20 * _MM, slip.case_number, _Style(size=32, weight=BOLD), room=room)
        self._bars(_RIGHT - 6 * _MM, _BOTTOM + 6 * _MM, bars, 18 * _MM, align=1)

    def _address(self, x: float, top: float, width: float, height: float) -> None:
        for size in _ADDRESS_SIZES:
            style = _Style(size=size, weight=BOLD)
            lines = [line for each in self._slip.return_address for line in broken(each, width, _measure(style))]
            if len(lines) * _height(style) <= height:
                self._lines(x, top - size, lines, style)
                return
        raise ConfigError(
            f"the return address has {len(lines)} lines in the smallest type, more than a parcel label holds "
            f"({int(height / _height(style))}); shorten it"
        )

    def _box(self, x: float, y: float, width: float, height: float) -> None:
        self._canvas.setStrokeColor(self._colours.heading)
        self._canvas.setLineWidth(1)
        self._canvas.roundRect(x, y, width, height, 2 * _MM)

    def _qr(self, x: float, y: float, side: float) -> None:
        """The case number as QR code; four of its 21 dots must stay white around it (ISO/IEC 18004)."""
        from reportlab.graphics.barcode.qr import QrCodeWidget

        # Drawn here: reportlab's own way would add a font that isn't embedded.
        code = QrCodeWidget(self._slip.case_number, barLevel="M").qr
        code.make()
        dot = side / code.getModuleCount()
        self._canvas.setFillColor(_BLACK)
        for row, dots in enumerate(code.modules):
            for column, is_dark in enumerate(dots):
                if is_dark:
                    self._canvas.rect(x + column * dot, y + side - (row + 1) * dot, dot, dot, stroke=0, fill=1)

    def _bars(self, x: float, y: float, width: float, height: float, align: float = 0) -> None:
        """The case number in Code 128, at most `width` wide, from `x` or (align 1) up to it."""
        from reportlab.graphics.barcode.code128 import Code128

        modules = Code128(self._slip.case_number, barWidth=1, quiet=0).width
        code = Code128(self._slip.case_number, barWidth=min(_BAR, width / modules), barHeight=height, quiet=0)
        code.drawOn(self._canvas, x - align * code.width, y)

    def _write(
        self, x: float, y: float, text: str, style: _Style, align: float = 0, room: float = _RIGHT - _LEFT
    ) -> float:
        """One line on the base line `y`, from `x`, around it (align 0.5) or up to it (1); returns its width.

        What is wider than `room` is set smaller, down to half the size, and then cut.
        """
        size = style.size * min(1.0, max(0.5, room / max(_width(text, style), room)))
        style = replace(style, size=size)
        text = "".join(broken(text, room, _measure(style), 1))
        width = _width(text, style)
        self._canvas.setFillColor(style.colour)
        self._canvas.setFont(_FONTS[style.weight], style.size)
        self._canvas.drawString(x - align * width, y, text)
        return width

    def _lines(self, x: float, y: float, lines: Iterable[str], style: _Style) -> float:
        """Lines below each other, the first on the base line `y`; returns the base line after them."""
        for line in lines:
            self._write(x, y, line, style)
            y -= _height(style)
        return y


def _height(style: _Style) -> float:
    return style.size * _LEADING


def _measure(style: _Style) -> Measure:
    return partial(_width, style=style)
