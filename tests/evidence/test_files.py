"""What PDFs and pictures say, read in this process: nothing here is hostile."""

from __future__ import annotations

import pytest
from PIL import Image

from mailbot.domain.documents import Source
from mailbot.domain.readings import FileReading
from mailbot.errors import BadItem
from mailbot.evidence.bounds import Bounds
from mailbot.evidence.files import read_file
from mailbot.evidence.packed import packed, unpacked
from mailbot.evidence.readers import engine, installed
from tests.evidence.papers import RECEIPT, RECEIPT_ZH, chinese_font, code, pdf, photo, saved, scan, written

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
URL = "https://tp.example/w?sn=SN12345678"


def bounds(**changes: object) -> Bounds:
    values = {"pages": 10, "characters": 50_000, "pixels": 40_000_000, "ocr": False, "ocr_threads": 1}
    return Bounds(**{**values, **changes})  # type: ignore[arg-type]


def read(content: bytes, kind: str, **changes: object) -> FileReading:
    return read_file(content, kind, bounds(**changes))


def texts(reading: FileReading, source: Source) -> str:
    return "\n".join(text.text for text in reading.texts if text.source is source)


@pytest.mark.parametrize("lines", [RECEIPT, RECEIPT_ZH], ids=["en", "zh"])
def test_the_text_of_a_pdf_keeps_its_lines(lines: tuple[str, ...]) -> None:
    reading = read(pdf(lines), PDF)
    assert texts(reading, Source.PDF).splitlines() == list(lines)
    assert (reading.notes, reading.missing) == ((), ())


def test_pages_and_characters_of_a_pdf_are_bounded_and_that_is_said() -> None:
    pages = [(f"page {number} " + "x" * 40,) for number in range(1, 8)]
    reading = read(pdf(*pages), PDF, pages=3)
    assert [line[:6] for line in texts(reading, Source.PDF).splitlines()] == ["page 1", "page 2", "page 3"]
    assert reading.notes == ("only the first 3 of 7 pages were read",)
    reading = read(pdf(*pages), PDF, characters=100)
    assert len(texts(reading, Source.PDF)) <= 102
    assert reading.notes == ("only the first 100 characters were read",)


def test_a_locked_pdf_is_a_note() -> None:
    reading = read(pdf(RECEIPT, password="secret"), PDF)
    assert (reading.texts, reading.notes) == ((), ("opens with a password only",))


@pytest.mark.parametrize("kind", ["QRCode", "Code128", "DataMatrix", "Code39"])
@pytest.mark.parametrize("angle", [0, 90, 180, 8])
def test_codes_on_a_label_photo(kind: str, angle: float) -> None:
    picture = photo(code("TP2026110001", kind, 5), angle=angle, noise=30)
    assert texts(read(saved(picture), JPEG), Source.CODE) == "TP2026110001"


def test_several_codes_of_a_photo_stand_on_lines_of_their_own() -> None:
    picture = photo(code(URL), code("SN12345678", "Code128", 3), code("4006381333931", "EAN13", 3))
    assert set(texts(read(saved(picture), JPEG), Source.CODE).splitlines()) == {URL, "SN12345678", "4006381333931"}


def test_a_small_code_in_a_large_photo() -> None:
    picture = photo(code(URL, scale=3), size=(4000, 3000), angle=12)
    assert texts(read(saved(picture), JPEG), Source.CODE) == URL


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "WEBP", "BMP"])
def test_pictures_of_other_kinds(kind: str) -> None:
    content = saved(photo(code(URL), size=(400, 400)).convert("RGB"), kind, lossless=True)
    assert texts(read(content, f"image/{kind.lower()}"), Source.CODE) == URL


def test_a_code_on_transparent_ground_and_a_light_one_on_dark() -> None:
    qr = code(URL)
    clear = Image.new("LA", qr.size, (0, 0))
    clear.putalpha(qr.point(lambda value: 255 - value))
    assert texts(read(saved(clear, "PNG", optimize=False), PNG), Source.CODE) == URL
    assert texts(read(saved(qr.point(lambda value: 255 - value), "PNG", optimize=False), PNG), Source.CODE) == URL


def test_a_scan_of_sixteen_bits() -> None:
    deep = code(URL).convert("I").point(lambda value: value * 257).convert("I;16")
    assert texts(read(saved(deep, "PNG", optimize=False), PNG), Source.CODE) == URL


def test_a_scanned_page_is_looked_at_as_a_picture() -> None:
    reading = read(scan(photo(code("TP2026110001", "Code128", 4), size=(1200, 900))), PDF)
    assert [(text.source, text.text) for text in reading.texts] == [(Source.CODE, "TP2026110001")]


def test_a_huge_jpeg_is_never_decoded_in_full() -> None:
    picture = Image.new("L", (12_000, 9_000), 255)
    picture.paste(code(URL, scale=60), (100, 100))
    assert texts(read(saved(picture), JPEG, pixels=20_000_000), Source.CODE) == URL


def test_a_picture_with_too_many_pixels_is_a_note() -> None:
    reading = read(saved(Image.new("L", (3_000, 2_000)), "PNG"), PNG, pixels=5_000_000)
    assert reading.notes == ("3000 × 2000 pixels are more than evidence.pixels allows (5000000)",)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", PDF), (b"%PDF-1.7", PDF), (pdf(RECEIPT)[:700], PDF), (pdf(RECEIPT)[:300], PDF), (b"", PNG),
        (saved(code(URL), "PNG")[:200], PNG), (b"\xff\xd8\xff\xe0 a photo", JPEG), (saved(code(URL), "PNG"), JPEG),
        (b"GIF89a" + b"\xff" * 50, "image/gif"), (b"II*\0" + b"\x08\0\0\0\xff\xff" * 9, "image/tiff"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 ", "image/webp"), (b"....ftypheic", "image/heic"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_something_else_is_a_note(content: bytes, kind: str) -> None:
    reading = read(content, kind)
    assert reading.notes or reading.texts, "a damaged PDF may be mended"
    assert all(URL not in note for note in reading.notes)


def test_icons_say_nothing_and_need_no_note() -> None:
    assert read(saved(Image.new("RGB", (16, 16)), "PNG"), PNG) == FileReading()


def test_a_reading_travels_as_json_and_nothing_else_does() -> None:
    reading = read(pdf(RECEIPT, RECEIPT_ZH), PDF, pages=1)
    assert unpacked(packed(reading)) == reading
    for nonsense in (b"", b"[]", b"{}", b'{"texts": [{}]}', b"[" * 100_000, packed(reading)[:-9], b"\x80\x04."):
        with pytest.raises(BadItem):
            unpacked(nonsense)


def test_the_engine_names_all_that_decides_about_a_reading() -> None:
    assert engine(bounds()) == engine(bounds())
    assert len({engine(bounds()), engine(bounds(pages=2)), engine(bounds(ocr=True)), engine(bounds(pixels=9))}) == 4
    assert all(installed()[reader] in engine(bounds()) for reader in ("pdf", "pictures", "codes"))


class TestWriting:
    """The extra `ocr`."""

    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("rapidocr")
        pytest.importorskip("onnxruntime")

    def test_a_photographed_receipt(self) -> None:
        said = texts(read(saved(written(*RECEIPT)), JPEG, ocr=True), Source.WRITING)
        assert "Order number: TP2026110002" in said
        assert "SN12345678" in said
        assert "199.00" in said

    def test_a_photographed_receipt_in_chinese(self) -> None:
        picture = written(*RECEIPT_ZH, font=chinese_font(), lean=-3)
        said = texts(read(saved(picture), JPEG, ocr=True), Source.WRITING)
        assert "TP2026110001" in said
        assert "2026年11月3日" in said
        assert "购物小票" in said

    def test_what_stands_side_by_side_stays_on_one_line(self) -> None:
        picture = written("TP-K17 Kettle" + " " * 22 + "199.00", "Shipping" + " " * 30 + "5.00", lean=3)
        lines = texts(read(saved(picture), JPEG, ocr=True), Source.WRITING).splitlines()
        assert [line.split()[-1] for line in lines] == ["199.00", "5.00"]

    @pytest.mark.parametrize("orientation", [3, 6, 8])
    def test_a_telephone_held_another_way(self, orientation: int) -> None:
        undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        exif = Image.Exif()
        exif[274] = orientation
        content = saved(written(*RECEIPT).transpose(undo[orientation]), exif=exif, quality=80)
        lines = texts(read(content, JPEG, ocr=True), Source.WRITING).splitlines()
        assert lines[1:3] == ["Order number: TP2026110002", "Date: 3 November 2026"]

    def test_a_scanned_receipt(self) -> None:
        assert "TP2026110002" in texts(read(scan(written(*RECEIPT)), PDF, ocr=True), Source.WRITING)

    def test_it_can_be_switched_off(self) -> None:
        assert read(saved(written(*RECEIPT)), JPEG, ocr=False) == FileReading()

    def test_nothing_written_says_nothing(self) -> None:
        assert read(saved(photo(size=(800, 600))), JPEG, ocr=True).texts == ()
