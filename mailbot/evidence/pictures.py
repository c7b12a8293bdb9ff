"""A picture from bytes that may lie about themselves: sizes are read from the header before anything is decoded."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

from mailbot.errors import BadItem, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

WORKING_PIXELS = 12_000_000  # of the picture that codes are looked for in; a telephone's photo fits whole
_SMALLEST = 21  # pixels of a side; the smallest QR code has that many dots
_ORIENTATION = 274  # EXIF tag
_FORMATS = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/tiff": "TIFF", "image/webp": "WEBP",
    "image/bmp": "BMP",
}  # fmt: skip


def open_picture(content: bytes, kind: str, most_pixels: int) -> Image | None:
    """The first frame in grey, upright by its EXIF mark, of at most WORKING_PIXELS; None for one that is tiny.

    Raises Unreadable for a picture that is damaged, BadItem for one that would have more than `most_pixels` when it is
    decoded.
    """
    from PIL import Image, UnidentifiedImageError  # the process starts without it

    Image.MAX_IMAGE_PIXELS = None  # the bound below is stricter, and named
    try:
        with Image.open(BytesIO(content), formats=(_FORMATS[kind],)) as opened:
            width, height = opened.size
            if min(width, height) < _SMALLEST:
                return None
            # A JPEG can be decoded at a half, a quarter or an eighth of its sides and never exists in full.
            enough = min(most_pixels, 2 * WORKING_PIXELS)
            scale = next((scale for scale in (1, 2, 4, 8) if width * height <= enough * scale**2), 8)
            opened.draft("L", (width // scale, height // scale))
            width, height = opened.size
            if width * height > most_pixels:
                raise BadItem(f"{width} × {height} pixels are more than evidence.pixels allows ({most_pixels})")
            return _upright(shrunk(_grey(opened), WORKING_PIXELS), opened.getexif().get(_ORIENTATION))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # Pillow raises all of these over damaged pictures; its words may hold bytes of the file.
        raise Unreadable(f"damaged, it can't be read as a picture ({type(error).__name__})") from None


def shrunk(picture: Image, most_pixels: int) -> Image:
    """The picture, made smaller where it has more pixels."""
    excess = picture.width * picture.height / most_pixels
    return picture.reduce(math.ceil(math.sqrt(excess))) if excess > 1 else picture


def _grey(picture: Image) -> Image:
    if picture.mode.startswith("I;16"):  # scans; a mere conversion would cut everything above 255
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("L")
    from PIL import Image

    seen = picture.convert("LA")
    on_white = Image.new("L", picture.size, 255)
    on_white.paste(seen.getchannel("L"), mask=seen.getchannel("A"))
    return on_white


def _upright(picture: Image, orientation: object) -> Image:
    """By the EXIF mark, which tells how the telephone was held."""
    from PIL.Image import Transpose

    ways = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    way = ways.get(orientation) if isinstance(orientation, int) else None
    return picture if way is None else picture.transpose(way)
