"""How much of a file is read (G9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Bounds of reading one file; those of time and memory are the reading process's own."""

    pages: int  # of a PDF
    characters: int  # of text
    pixels: int  # of a picture that is decoded
    ocr: bool  # whether writing in pictures is recognised, where the extra is installed
    ocr_threads: int

    def shape(self) -> str:
        """All that what is read depends on."""
        return (
            f"pages {self.pages}, characters {self.characters}, pixels {self.pixels}, ocr {'on' if self.ocr else 'off'}"
        )
