"""The text of a PDF; where a page has next to none, a picture of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailbot.errors import Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

_LITTLE_TEXT = 40  # characters of a page; a scan may carry a page number
_MOST_PICTURES = 3  # pages of a PDF that are drawn
_DRAWN_AT = 200 / 72  # pixels a point: small print of a scan is still readable
_DRAWN_PIXELS = 8_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD


@dataclass(kw_only=True)
class PdfReading:
    """What came out of a PDF."""

    text: str = ""
    scans: list[int] = field(default_factory=list)  # pages with next to no text, from 0
    notes: list[str] = field(default_factory=list)


class Pdf:
    """An open PDF. Raises Unreadable when it can't be opened."""

    def __init__(self, content: bytes) -> None:
        import pypdfium2  # the process starts without it

        try:
            self._document = pypdfium2.PdfDocument(content)
            self.pages = len(self._document)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == _PASSWORD:
                raise Unreadable("opens with a password only") from None
            raise Unreadable("damaged, it can't be read as a PDF") from None

    def read(self, most_pages: int, most_characters: int) -> PdfReading:
        """The text of the first pages."""
        reading = PdfReading()
        texts: list[str] = []
        left = most_characters
        damaged = 0
        for number in range(min(self.pages, most_pages)):
            try:
                text = self._text(number, left)
            except RuntimeError:  # PdfiumError is one
                damaged += 1
                continue
            if len(text) < _LITTLE_TEXT and len(reading.scans) < _MOST_PICTURES:
                reading.scans.append(number)
            texts.append(text)
            left -= len(text)
            if left <= 0:
                reading.notes.append(f"only the first {most_characters} characters were read")
                break
        if self.pages > most_pages:
            reading.notes.append(f"only the first {most_pages} of {self.pages} pages were read")
        if damaged or not self.pages:
            reading.notes.append("damaged, not all of its pages can be read" if self.pages else "it has no pages")
        reading.text = "\n".join(filter(None, texts))
        return reading

    def _text(self, number: int, most: int) -> str:
        page = self._document[number]
        text_page = page.get_textpage()
        try:
            count = min(text_page.count_chars(), most)
            raw: str = text_page.get_text_range(0, count, errors="replace") if count > 0 else ""
        finally:
            text_page.close()
            page.close()
        lines = (" ".join(line.replace("\0", "").split()) for line in raw[:most].splitlines())
        return "\n".join(filter(None, lines))

    def pictures(self, numbers: list[int]) -> Iterator[Image]:
        """The pages, drawn in grey."""
        for number in numbers:
            page = self._document[number]
            try:
                picture = self._drawn(page)
            except RuntimeError:
                continue  # its text was read, as far as there was any
            finally:
                page.close()
            if picture is not None:
                yield picture

    @staticmethod
    def _drawn(page: Any) -> Image | None:
        width, height = page.get_size()
        if not (width > 0 and height > 0 and math.isfinite(width * height)):
            return None
        scale = min(_DRAWN_AT, math.sqrt(_DRAWN_PIXELS / (width * height)))
        if min(width, height) * scale < 1:
            return None
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            picture: Image = bitmap.to_pil().convert("L").copy()
        finally:
            bitmap.close()
        return picture

    def close(self) -> None:
        """Give its memory back."""
        self._document.close()
