"""What customers attach, made here: receipts as PDF, labels with codes, photographed receipts, and hostile files."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

RECEIPT = (
    "TP Store",
    "Order number: TP2026110002",
    "Date: 3 November 2026",
    "TP-K17 Kettle 1 x 199.00",
    "Serial: SN12345678",
    "Total: GBP 199.00",
)
RECEIPT_ZH = ("TP旗舰店 购物小票", "订单号：TP2026110001", "日期：2026年11月3日", "电热水壶", "合计：199.00")
CHINESE_FONTS = (
    "truetype/wqy/wqy-microhei.ttc",
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "opentype/noto/NotoSerifCJK-Bold.ttc",
)


def pdf(*pages: tuple[str, ...], password: str | None = None) -> bytes:
    """A PDF with these lines on its pages."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = BytesIO()
    canvas = Canvas(file, encrypt=password)
    for lines in pages:
        chinese = any(not line.isascii() for line in lines)
        canvas.setFont("STSong-Light" if chinese else "Helvetica", 12)
        for number, line in enumerate(lines):
            canvas.drawString(72, 770 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def scan(*pictures: Image.Image) -> bytes:
    """A PDF of nothing but pictures."""
    file = BytesIO()
    canvas = Canvas(file)
    for picture in pictures:
        canvas.drawImage(ImageReader(picture), 30, 60, width=530, height=530 * picture.height / picture.width)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def code(text: str, kind: str = "QRCode", scale: int = 4) -> Image.Image:
    """A code on white ground."""
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    view: Any = made.to_image(scale=scale)
    return Image.frombytes("L", (view.shape[1], view.shape[0]), bytes(view))


def photo(*codes: Image.Image, size: tuple[int, int] = (1600, 1200), angle: float = 0, noise: int = 0) -> Image.Image:
    """A label photographed on a table."""
    dice = random.Random(1)
    table = Image.new("L", (size[0] // 50, size[1] // 50))
    table.putdata([dice.randrange(90, 170) for _ in range(table.width * table.height)])
    picture = table.resize(size, Image.Resampling.BICUBIC)
    x = 60
    for one in codes:
        turned = one.rotate(angle, expand=True, fillcolor=200, resample=Image.Resampling.BICUBIC)
        picture.paste(turned, (x, 150))
        x += turned.width + 60
    if noise:
        grain = Image.effect_noise(size, noise)
        picture = Image.blend(picture, grain, 0.3).filter(ImageFilter.GaussianBlur(0.7))
    return picture


def written(*lines: str, lean: float = 2, font: ImageFont.FreeTypeFont | None = None) -> Image.Image:
    """A receipt lying a little askew in the light of a lamp."""
    font = font or ImageFont.load_default(44)  # type: ignore[assignment]
    paper = Image.new("L", (1100, 200 + 100 * len(lines)), 245)
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(lines):
        pen.text((70, 80 + 100 * number), line, font=font, fill=40)
    picture = Image.new("L", (paper.width + 200, paper.height + 200), 110)
    picture.paste(paper, (100, 100))
    light = Image.linear_gradient("L").resize(picture.size).point(lambda value: 190 + value // 4)
    lit = Image.composite(picture, Image.new("L", picture.size, 30), light)
    return lit.rotate(lean, fillcolor=100, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.8))


def chinese_font() -> ImageFont.FreeTypeFont:
    """A font of the system with Chinese letters; tests/servers/install.sh brings one."""
    for name in CHINESE_FONTS:
        path = Path("/usr/share/fonts") / name
        if path.exists():
            return ImageFont.truetype(str(path), 44)
    pytest.skip("no Chinese font is installed (Debian: fonts-wqy-microhei)")


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture file."""
    file = BytesIO()
    picture.save(file, kind, **({"quality": 70} if kind == "JPEG" and not options else options))
    return file.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few kB, or MB, that says it has so many pixels, and has them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    rows = b"".join(packer.compress(row * 1000) for _ in range(height // 1000)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first being the catalogue (ISO 32000-1, 7.5)."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(content: bytes) -> bytes:
    """A packed stream object."""
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def slow_pdf() -> bytes:
    """A page that takes for ever to read or draw: forms that draw forms, twelve deep, ten times each."""
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    page += b"/Resources << /XObject << /F 5 0 R >> >> >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream(b"/F Do " * 10)]
    for depth in range(5, 17):
        inner = b"/Resources << /XObject << /F %d 0 R >> >>" % (depth + 1)
        content = b"/F Do " * 10
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] %s /Length %d >>\nstream\n%s\nendstream"
            % (inner, len(content), content)
        )
    content = b"0 0 500 800 re f " * 100
    objects.append(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length %d >>\nstream\n%s\nendstream"
        % (len(content), content)
    )
    return raw_pdf(*objects)
