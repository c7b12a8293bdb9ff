"""One file of a known type to what it says. Runs in the process that may die over it, see `mailbot.extractor`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from mailbot.domain.documents import Source
from mailbot.domain.readings import OTHER_PICTURE, PDF, FileReading, FileText
from mailbot.errors import BadItem, Unreadable
from mailbot.evidence.bounds import Bounds
from mailbot.evidence.codes import read_codes
from mailbot.evidence.pdf import Pdf
from mailbot.evidence.pictures import open_picture
from mailbot.evidence.writing import read_writing

if TYPE_CHECKING:
    from PIL.Image import Image

_MODULES = {"pypdfium2": "pypdfium2", "Pillow": "PIL", "zxing-cpp": "zxingcpp"}
_OCR = ("rapidocr", "onnxruntime")
_OCR_EXTRA = "the extra ocr"


@dataclass
class _Found:
    """What was found so far."""

    texts: list[FileText] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: dict[str, None] = field(default_factory=dict)

    def add(self, source: Source, text: str) -> None:
        if text.strip():
            self.texts.append(FileText(source=source, text=text))

    def may_use(self, package: str) -> bool:
        """Whether a package is there; that it isn't is written down."""
        there = all(map(_is_there, _OCR)) if package == _OCR_EXTRA else _is_there(_MODULES[package])
        if not there:
            self.missing[package] = None
        return there


def read_file(content: bytes, kind: str, bounds: Bounds) -> FileReading:
    """Texts, codes and writing of a PDF or a picture, `kind` being its type by its content.

    What is damaged, locked or too large becomes a note.
    """
    found = _Found()
    unreadable = False
    try:
        if kind == PDF:
            _pdf_file(content, bounds, found)
        else:
            _picture_file(content, kind, bounds, found)
    except BadItem as error:
        found.notes.append(str(error))
        unreadable = isinstance(error, Unreadable)
    except MemoryError:
        found.notes.append("reading it needs more memory than evidence.memory allows")
    except Exception as error:  # noqa: BLE001 - libraries raise what they like over hostile bytes
        found.notes.append(f"it can't be read ({type(error).__name__})")
    return FileReading(
        texts=tuple(found.texts),
        notes=tuple(found.notes),
        missing=tuple(found.missing),
        is_unreadable=unreadable,
    )


def _pdf_file(content: bytes, bounds: Bounds, found: _Found) -> None:
    if not found.may_use("pypdfium2"):
        return
    with closing(Pdf(content)) as pdf:
        reading = pdf.read(bounds.pages, bounds.characters)
        found.add(Source.PDF, reading.text)
        found.notes += reading.notes
        if reading.scans and found.may_use("Pillow"):
            _look(pdf.pictures(reading.scans), bounds, found)


def _picture_file(content: bytes, kind: str, bounds: Bounds, found: _Found) -> None:
    if kind == OTHER_PICTURE:
        raise BadItem("pictures of this kind (HEIC, AVIF) can't be read here; a person has to look")
    if found.may_use("Pillow"):
        picture = open_picture(content, kind, bounds.pixels)
        _look([picture] if picture is not None else [], bounds, found)


def _look(pictures: Iterable[Image], bounds: Bounds, found: _Found) -> None:
    """Codes and writing of pictures."""
    codes: dict[str, None] = {}
    written: list[str] = []
    for picture in pictures:
        if found.may_use("zxing-cpp"):
            codes.update(dict.fromkeys(read_codes(picture)))
        if bounds.ocr and found.may_use(_OCR_EXTRA):
            written.append(read_writing(picture, bounds.ocr_threads))
    found.add(Source.CODE, "\n".join(codes)[: bounds.characters])
    found.add(Source.WRITING, "\n".join(filter(None, written))[: bounds.characters])


@cache
def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
