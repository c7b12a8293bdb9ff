"""The brand's colour in the HTML part: what is written on it and in it stays readable, by day and in dark mode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_READABLE = 4.5  # contrast of text, WCAG 2.2, 1.4.3
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_PAPER, _DARK_PAPER = (255, 255, 255), (26, 31, 36)  # what .letter is in the layout
_STEPS = 20

_Colour = tuple[int, int, int]  # red, green, blue, 0 to 255


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours for the layout, each "#rrggbb"."""

    bar: str  # the brand's colour as it is
    on_bar: str  # words on it
    heading: str  # words in the brand's colour on a light ground
    heading_dark: str  # the same on a dark ground


@lru_cache(maxsize=16)
def palette(brand: str) -> Palette:
    """The colours for a brand's "#rrggbb"; a tint too pale or too deep to be read is moved towards black or white."""
    colour = _read(brand)
    return Palette(
        bar=_write(colour),
        on_bar=_write(max((_WHITE, _BLACK), key=lambda ink: _ratio(ink, colour))),
        heading=_write(_first_readable(_towards(colour, _BLACK), _PAPER)),
        heading_dark=_write(_first_readable(_towards(colour, _WHITE), _DARK_PAPER)),
    )


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two "#rrggbb", 1 to 21 (WCAG 2.2); 4.5 is enough for text."""
    return _ratio(_read(one), _read(other))


def _read(text: str) -> _Colour:
    value = int(text.removeprefix("#"), 16)
    return value >> 16 & 255, value >> 8 & 255, value & 255


def _write(colour: _Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _towards(colour: _Colour, goal: _Colour) -> Iterable[_Colour]:
    for step in range(_STEPS + 1):
        red, green, blue = (round(a + (b - a) * step / _STEPS) for a, b in zip(colour, goal, strict=True))
        yield red, green, blue


def _first_readable(colours: Iterable[_Colour], ground: _Colour) -> _Colour:
    return next(colour for colour in colours if _ratio(colour, ground) >= _READABLE)


def _ratio(one: _Colour, other: _Colour) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: _Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
