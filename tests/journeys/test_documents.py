"""Attached receipts, labels and forwarded mails: read once, kept sealed, explained; a note where they can't be read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailbot.demo.people import File, Person, body_text, write
from mailbot.wiring import open_desk
from tests.evidence.papers import RECEIPT, RECEIPT_ZH, code, pdf, photo, saved, slow_pdf
from tests.journeys.world import KATE, LIN, STAFF, SUPPORT, World, only

PDF = "application/pdf"
RECEIPT_FILE = File(filename="receipt.pdf", content_type=PDF, data=pdf(RECEIPT))
LABEL_FILE = File(filename="label.jpg", content_type="image/jpeg", data=saved(photo(code("SN12345678"))))


@pytest.fixture
def world(world: World) -> World:
    """OCR has tests of its own and takes seconds."""
    world.write_settings(evidence={"ocr": False})
    return world


def question(world: World, *files: File, person: Person = KATE, text: str = "How loud is the kettle?") -> bytes:
    return write(person, SUPPORT, "Question", text, at=world.now, files=list(files))


def readings(world: World) -> list[tuple[str, str, bytes]]:
    with closing(sqlite3.connect(world.folder / "var" / "mailbot.sqlite3")) as database:
        return database.execute("SELECT file_digest, engine, sealed FROM file_reading").fetchall()


def explained(world: World, raw: bytes) -> Any:
    file = world.folder / "asked.eml"
    file.write_bytes(raw)
    return world.json("explain", str(file))


def test_files_are_read_once_and_kept_sealed(world: World) -> None:
    mail = question(world, RECEIPT_FILE, LABEL_FILE)
    world.exchange(mail)
    kept = readings(world)
    assert len(kept) == 2
    assert all("pypdfium2" in engine and b"TP2026110002" not in sealed for _, engine, sealed in kept)
    found = explained(world, mail)["documents"]
    assert [(one["filename"], one["source"]) for one in found["found"]] == [
        ("receipt.pdf", "the text of a PDF"),
        ("label.jpg", "a QR or bar code"),
    ]
    assert found["found"][0]["text"].splitlines() == list(RECEIPT)
    assert found["found"][1]["text"] == "SN12345678"
    assert (found["notes"], found["missing"]) == ([], [])
    world.exchange(question(world, RECEIPT_FILE, text="And how heavy?"))
    world.json("replay", "--rules", str(Path(__file__).parents[2] / "rules"))
    assert readings(world) == kept


def test_what_is_kept_is_used_and_not_read_again(world: World) -> None:
    world.write_settings(evidence={"ocr": False, "file_seconds": 2})
    slow = File(filename="plan.pdf", content_type=PDF, data=slow_pdf())
    mail = question(world, slow)
    notice = body_text(only(world.exchange(mail), STAFF).raw)
    assert "plan.pdf: reading it takes longer than 2 seconds" in notice
    with open_desk(world.settings_file) as desk:
        seen: list[Any] = []
        desk.processor.rehearse(mail, lambda gathered, _: seen.append(gathered.facts.documents))
        assert seen[0].notes == ("plan.pdf: reading it takes longer than 2 seconds (evidence.file_seconds)",)
        assert not desk.processor.documents.extractor.is_running


def test_explain_reads_what_was_never_received_and_keeps_nothing(world: World) -> None:
    mail = question(world, RECEIPT_FILE)
    assert "TP2026110002" in explained(world, mail)["documents"]["found"][0]["text"]
    assert readings(world) == []
    shown = world.cli("explain", str(world.folder / "asked.eml")).stdout
    assert "the text of a PDF" in shown
    assert "Serial: SN12345678" in shown


def test_mail_without_files_and_mail_of_others_than_customers_starts_no_process(world: World) -> None:
    robot = (("Auto-Submitted", "auto-replied"),)
    spam = (("X-Spam-Flag", "YES"),)
    mails = [
        question(world),
        question(world, File(filename="a.txt", content_type="text/plain", data=b"TP2026110002")),
        question(world, RECEIPT_FILE, person=STAFF),
        write(KATE, SUPPORT, "Away", "I am away.", at=world.now, files=[RECEIPT_FILE], headers=robot),
        write(KATE, SUPPORT, "Buy", "Cheap!", at=world.now, files=[RECEIPT_FILE], headers=spam),
    ]
    for mail in mails:
        world.arrive(mail)
    with open_desk(world.settings_file, clock=lambda: world.now) as desk:
        assert desk.run_pass().exit_code == 0
        assert not desk.processor.documents.extractor.is_running
    assert readings(world) == []


def test_a_note_reaches_staff_where_a_file_could_not_be_read_and_only_there(world: World) -> None:
    locked = File(filename="invoice.pdf", content_type=PDF, data=pdf(RECEIPT, password="x"))
    notice = body_text(only(world.exchange(question(world, locked)), STAFF).raw)
    assert "invoice.pdf: opens with a password only" in notice
    assert world.json("quarantine", "list") == []
    quiet = write(LIN, SUPPORT, "咨询", "水壶声音大吗？", at=world.now, files=[RECEIPT_FILE])
    notice = body_text(only(world.exchange(quiet), STAFF).raw)
    assert "receipt.pdf:" not in notice


def test_the_number_and_size_of_files_is_bounded(world: World) -> None:
    world.write_settings(evidence={"ocr": False, "files": 2, "file_bytes": 100_000})
    large = File(filename="large.pdf", content_type=PDF, data=RECEIPT_FILE.data + b"\n" * 100_000)
    third = File(filename="third.pdf", content_type=PDF, data=pdf(RECEIPT_ZH))
    found = explained(world, question(world, large, RECEIPT_FILE, third))["documents"]
    assert [one["filename"] for one in found["found"]] == ["receipt.pdf"]
    assert found["notes"] == [
        "large.pdf: not read, it is larger than evidence.file_bytes",
        "only 2 of 3 files were read (evidence.files)",
    ]
    world.write_settings(evidence={"files": 0})
    assert explained(world, question(world, RECEIPT_FILE))["documents"]["found"] == []


def test_a_forwarded_mail_is_shown_as_somebody_elses_words(world: World) -> None:
    inner = write(LIN, "lin@shop.example", "Order TP2026110001", "Sent.", at=world.now, files=[RECEIPT_FILE])
    file = File(filename="forwarded.eml", content_type="message/rfc822", data=inner)
    found = explained(world, question(world, file))["documents"]["found"]
    assert [(one["filename"], one["source"]) for one in found] == [
        ("forwarded.eml", "a forwarded mail"),
        ("receipt.pdf (in forwarded.eml)", "a forwarded mail"),
    ]
    assert "TP2026110001" in found[0]["text"]


def test_the_readers_that_are_here_are_named(world: World) -> None:
    for command in ("check", "health"):
        readers = world.json(command)["readers"]  # type: ignore[index]
        assert readers["pdf"].startswith("pypdfium2 ")
        assert set(readers) == {"pdf", "pictures", "codes", "ocr"}
    assert "zxing-cpp" in world.cli("check").stdout


def test_parse_shows_what_is_read_from_the_files_of_a_mail(world: World) -> None:
    file = world.folder / "mail.eml"
    file.write_bytes(question(world, RECEIPT_FILE, LABEL_FILE))
    plain = world.cli("parse", str(file)).stdout
    assert "documents" not in plain
    read = json.loads(world.cli("parse", "--documents", str(file)).stdout)
    assert [one["source"] for one in read["documents"]["found"]][:2] == ["the text of a PDF", "a QR or bar code"]
    assert {name: value for name, value in read.items() if name != "documents"} == json.loads(plain)


def test_a_receipt_is_held_against_the_order_and_explained(world: World) -> None:
    wrong = ("TP Store", "Date: 3 May 2026", "TP-K17 Kettle", "Total: GBP 250.00")
    file = File(filename="receipt.pdf", content_type=PDF, data=pdf(wrong))
    text = "I want to return my order TP2026110002, the receipt is attached."
    mail = question(world, file, text=text)
    shown = explained(world, mail)
    assert shown["order"]["match"] == "Probable"
    verdicts = {fact["aspect"]: fact["verdict"] for fact in shown["receipts"][0]["facts"]}
    assert verdicts == {
        "order number": "absent", "date": "differs", "total": "differs", "model": "agrees", "serial number": "absent"
    }  # fmt: skip
    assert "far from the purchase of TP2026110002" in shown["conflicts"][0]
    page = world.folder / "page.html"
    world.cli("explain", str(world.folder / "asked.eml"), "--html", str(page))
    assert "What the files say of the order" in page.read_text(encoding="utf-8")
    sent = world.exchange(mail)
    assert world.json("cases", "list") == []
    notice = " ".join(body_text(only(sent, STAFF).raw).split())
    assert "the date 3 May 2026 is far from the purchase of TP2026110002" in notice
    assert "the total GBP 250.00 is not what was paid for TP2026110002" in notice
    with closing(sqlite3.connect(world.folder / "var" / "mailbot.sqlite3")) as database:
        ((trace,),) = database.execute("SELECT trace FROM inbox").fetchall()
    assert json.loads(trace)["receipts"] == {"date differs": 1, "total differs": 1, "model agrees": 1}
