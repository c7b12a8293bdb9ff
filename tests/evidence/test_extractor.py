"""Files that make the process that reads them hang, swell or die; and that process ended under its work (G3, G9)."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.demo.people import File, Person, write
from mailbot.domain.documents import Source
from mailbot.errors import TryAgainLater
from mailbot.evidence.bounds import Bounds
from mailbot.extractor import Bench, Extractor
from tests.evidence.papers import RECEIPT, code, pdf, photo, png_bomb, raw_pdf, saved, slow_pdf, stream

PDF = "application/pdf"
PNG = "image/png"
BENCH = Bench(
    seconds=30,
    memory=600_000_000,
    bounds=Bounds(pages=10, characters=50_000, pixels=40_000_000, ocr=False, ocr_threads=1),
)
GOOD = pdf(RECEIPT)
ANN, SHOP = Person(name="Ann", address="ann@customer.example"), "shop@other.example"


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    with closing(Extractor(BENCH)) as made:
        yield made
    assert processes() == []


def processes() -> list[int]:
    """Process ids of this process's children that read files."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while we looked
        if parent == os.getpid() and b"mailbot.extractor" in command:
            found.append(int(entry.name))
    return found


def reads_on(extractor: Extractor) -> bool:
    """Whether the next file is read as if nothing had been."""
    return "TP2026110002" in extractor.read(GOOD, PDF).texts[0].text


def test_it_starts_with_the_first_file_and_stays(extractor: Extractor) -> None:
    assert not extractor.is_running
    assert processes() == []
    assert reads_on(extractor)
    first = processes()
    assert reads_on(extractor)
    assert processes() == first
    assert len(first) == 1


def test_the_process_gets_no_secrets_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_SMTP__PASSWORD", "hush")
    with closing(Extractor(BENCH)) as extractor:
        assert reads_on(extractor)
        (process,) = processes()
        assert b"hush" not in Path(f"/proc/{process}/environ").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
def test_a_process_that_dies_or_stops_under_its_work_costs_one_file(number: signal.Signals) -> None:
    with closing(Extractor(replace(BENCH, seconds=3))) as extractor:
        assert reads_on(extractor)
        process = processes()[0]
        threading.Timer(0.5, os.kill, (process, number)).start()
        reading = extractor.read(slow_pdf(), PDF)
        assert reading.texts == ()
        (note,) = reading.notes
        # Tried once more after a death: this file defeats the second process too, by time or by memory.
        assert "die (signal" in note or "longer than 3 seconds" in note
        assert processes() == []
        assert reads_on(extractor)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_died_between_two_files_costs_none(number: signal.Signals) -> None:
    with closing(Extractor(BENCH)) as extractor:
        assert reads_on(extractor)
        os.kill(processes()[0], number)
        assert reads_on(extractor)


def test_a_stopped_process_does_not_hold_up_who_hands_it_a_large_file() -> None:
    with closing(Extractor(replace(BENCH, seconds=2))) as extractor:
        assert reads_on(extractor)
        os.kill(processes()[0], signal.SIGSTOP)
        assert "longer than 2 seconds" in extractor.read(b"%PDF-1.4" + bytes(20_000_000), PDF).notes[0]
        assert reads_on(extractor)


def test_a_page_that_takes_for_ever_is_given_up() -> None:
    with closing(Extractor(replace(BENCH, seconds=2))) as extractor:
        start = time.monotonic()
        reading = extractor.read(slow_pdf(), PDF)
        # By the deadline, or by the bound on memory where drawing gets that far before.
        assert any(why in reading.notes[0] for why in ("longer than 2 seconds (evidence.file_seconds)", "SIGABRT"))
        assert 1 < reading.seconds < 30
        assert time.monotonic() - start < 60
        assert reads_on(extractor)


def test_a_picture_that_swells_is_not_decoded(extractor: Extractor) -> None:
    reading = extractor.read(png_bomb(30_000, 30_000), PNG)
    assert "30000 × 30000 pixels are more" in reading.notes[0]
    assert reads_on(extractor)


def test_a_picture_that_swells_within_the_bound_of_pixels_meets_that_of_memory() -> None:
    bounds = replace(BENCH.bounds, pixels=500_000_000)
    with closing(Extractor(replace(BENCH, memory=200_000_000, bounds=bounds))) as extractor:
        reading = extractor.read(png_bomb(22_000, 22_000), PNG)
        assert reading.texts == ()
        assert "memory" in reading.notes[0] or "die" in reading.notes[0]
        assert reads_on(extractor)


def test_a_hundred_thousand_pages(extractor: Extractor) -> None:
    kids = b" ".join(b"3 0 R" for _ in range(100_000))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    tree = b"<< /Type /Pages /Count 100000 /Kids [" + kids + b"] >>"
    reading = extractor.read(raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", tree, page), PDF)
    assert reading.notes
    assert reads_on(extractor)


HOSTILE_PDFS = {
    "pages in a circle": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 9 /Kids [3 0 R] >>",
        b"<< /Type /Pages /Count 9 /Kids [2 0 R] /Parent 2 0 R >>",
    ),
    "a form that draws itself": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        stream(b"/F Do"),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 5 >>\n"
        b"stream\n/F Do\nendstream",
    ),
    "a stream that swells": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        stream(b" " * 300_000_000),
    ),
    "a page as large as a field": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99999999 99999999] >>",
    ),
    "a page without size": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 0 0] >>",
    ),
    "its own length": (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length 4 0 R >>\nstream\nBT ET\nendstream",
    ),
    "no objects": (),
}


@pytest.mark.parametrize("name", HOSTILE_PDFS)
def test_a_hostile_pdf_costs_itself(name: str) -> None:
    with closing(Extractor(replace(BENCH, seconds=10))) as extractor:
        reading = extractor.read(raw_pdf(*HOSTILE_PDFS[name]), PDF)
        assert reading.texts == ()
        assert reading.seconds < 20
        assert reads_on(extractor)


@pytest.mark.parametrize("kind", [PDF, PNG, "image/jpeg", "image/tiff", "message/rfc822"])
@pytest.mark.parametrize(
    "content", [b"", b"\0", bytes(range(256)) * 40, GOOD[: len(GOOD) // 2], saved(code("x"), "PNG")]
)
def test_whatever_a_file_claims_to_be(extractor: Extractor, kind: str, content: bytes) -> None:
    extractor.read(content, kind)
    assert extractor.is_running
    assert reads_on(extractor)


def test_a_forwarded_mail_is_somebody_elses_words() -> None:
    files = [
        File(filename="receipt.pdf", content_type=PDF, data=GOOD),
        File(filename="label.jpg", content_type="image/jpeg", data=saved(photo(code("SN12345678")))),
        File(filename="locked.pdf", content_type=PDF, data=pdf(RECEIPT, password="x")),
    ]
    raw = write(ANN, SHOP, "Your order TP2026110002", "It was sent today.", at=datetime.now(UTC), files=files)
    with closing(Extractor(BENCH)) as extractor:
        reading = extractor.read(raw, "message/rfc822")
        assert {text.source for text in reading.texts} == {Source.FORWARDED}
        words, receipt, label = reading.texts
        assert words.text.splitlines()[:2] == ["Your order TP2026110002", "It was sent today."]
        assert "label.jpg" in words.text
        assert (receipt.inside, "SN12345678" in receipt.text) == ("receipt.pdf", True)
        assert (label.inside, label.text) == ("label.jpg", "SN12345678")
        assert reading.notes == ("locked.pdf: opens with a password only",)


def test_no_process_no_reading_and_no_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setenv("PYTHONHOME", "/nowhere")
        with closing(Extractor(BENCH)) as extractor, pytest.raises(TryAgainLater, match=r"evidence\.memory"):
            extractor.read(GOOD, PDF)


@pytest.mark.parametrize(
    ("module", "package", "content", "kind"),
    [
        ("pypdfium2", "pypdfium2", GOOD, PDF),
        ("PIL", "Pillow", saved(code("x"), "PNG"), PNG),
        ("zxingcpp", "zxing-cpp", saved(code("x"), "PNG"), PNG),
        ("rapidocr", "the extra ocr", saved(code("x"), "PNG"), PNG),
    ],
)
def test_a_library_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, package: str, content: bytes, kind: str
) -> None:
    """The process starts with a finder in front that doesn't find it, as on a machine without it."""
    hide = (
        "import importlib.machinery, sys\n"
        "class Hidden(importlib.machinery.PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        f"        return None if name == {module!r} else super().find_spec(name, path, target)\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if f is not importlib.machinery.PathFinder] + [Hidden]\n"
    )
    (tmp_path / "sitecustomize.py").write_text(hide, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH")))))
    with closing(Extractor(replace(BENCH, bounds=replace(BENCH.bounds, ocr=True)))) as extractor:
        reading = extractor.read(content, kind)
        assert package in reading.missing
        assert reading.notes == ()


def test_the_process_has_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A reader that wants to fetch something is refused, which is a note."""
    (tmp_path / "zxingcpp.py").write_text(
        "import socket\ndef read_barcodes(*a, **k): socket.create_connection(('127.0.0.1', 9))\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH")))))
    with closing(Extractor(BENCH)) as extractor:
        assert extractor.read(saved(code("x"), "PNG"), PNG).notes == ("it can't be read (PermissionError)",)
