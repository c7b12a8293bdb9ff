"""`explain`: what is shown of a mail is what would happen, is safe to look at, and leaves nothing behind."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mailbot.demo.people import File, body_text, header, reply, write
from tests.journeys.world import KATE, LIN, MALLORY, PHOTO, ROOT, STAFF, SUPPORT, World, only, order

KEYS = {
    "sender", "origin", "no_reply_reason", "language", "references", "thread", "order", "wishes", "form",
    "receipts", "each_order",
    "rules_version", "rules", "effects", "remarks", "ticket_orders",
    "candidates", "conflicts", "said", "documents", "letters", "proposals", "trouble",
}  # fmt: skip
CARD = "4111 1111 1111 1111"
HOSTILE = """</iframe><img src="https://evil.example/x.png" onerror="alert(1)">
</div></textarea><script>alert(2)</script> {{ 7*7 }} " onload="alert(3)
\x1b]0;owned\x07\x1b[31mred \u202egnp.exe"""


def mail(world: World, raw: bytes) -> str:
    file = world.folder / "one.eml"
    file.write_bytes(raw)
    return str(file)


def explained(world: World, raw: bytes) -> dict[str, Any]:
    found = world.json("explain", mail(world, raw))
    assert isinstance(found, dict)
    return found


def contents(world: World) -> dict[str, str]:
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def _line(model: str) -> Any:
    return replace(order("TP1", KATE).lines[0], model=model)


def test_the_letters_shown_are_those_that_are_sent(world: World) -> None:
    files = [File(filename="photo.jpg", content_type="image/jpeg", data=os.urandom(90_000))]
    raw = write(KATE, SUPPORT, "Return", "The kettle of TP2026110002 is broken", at=world.now, files=files)
    shown = explained(world, raw)
    sent = world.exchange(raw)
    assert shown["trouble"] == ""
    assert len(shown["letters"]) == len(sent) == 2
    for letter, person in zip(shown["letters"], (KATE, STAFF), strict=True):
        one = only(sent, person)
        assert letter["recipient"] == person.address
        assert letter["subject"] == header(one.raw, "Subject")
        assert letter["text"].strip() == body_text(one.raw).replace("\r\n", "\n").strip()
    assert "[T-100001]" in shown["letters"][0]["subject"]
    assert (shown["letters"][1]["reader"], shown["letters"][1]["files"]) == ("staff", ["photo.jpg"])


def test_nothing_changes_not_even_on_disk(world: World) -> None:
    world.exchange(write(KATE, SUPPORT, "Question", "How loud is the kettle?", at=world.now))
    files = [File(filename="large.bin", content_type="application/octet-stream", data=os.urandom(200_000))]
    raw = write(LIN, SUPPORT, "咨询", "水壶声音大吗？订单TP2026110001", at=world.now, files=files)
    file = mail(world, raw)
    before = contents(world)
    told = world.cli("explain", file)
    assert "files          large.bin" in told.stdout  # so the notice is too large for a row, and becomes a blob
    assert contents(world) == before
    sent = world.exchange(raw)  # the numbers that were shown are still free
    assert "[T-100002]" in header(only(sent, LIN).raw, "Subject")


def test_a_stored_mail_is_explained_though_it_was_decided(world: World) -> None:
    raw = write(KATE, SUPPORT, "Question", "How loud is the kettle of TP2026110002?", at=world.now)
    world.exchange(raw)
    told = world.cli("explain", mail(world, raw))
    assert told.returncode == 0
    assert "decided about already" in told.stdout
    assert "can't be carried out" not in told.stdout


def test_facts_candidates_conflicts_rules_and_steps_are_told(world: World) -> None:
    world.import_orders(order("TP2026110003", KATE, lines=(_line("TP-B31"),), days_ago=20))
    text = "My TP-B31 arrived broken on 15 November 2026, it cost £49.00, call +44 7700 900123. I want my money back"
    raw = write(KATE, SUPPORT, "Order TP2026110002", text, at=world.now)
    found = explained(world, raw)
    assert set(found) == KEYS
    assert found["order"]["match"] == "Ambiguous"
    assert [(one["number"], one["points"] > 0) for one in found["candidates"]] == [
        ("TP2026110002", True),
        ("TP2026110003", True),
    ]
    assert found["conflicts"] == ["TP2026110002 is named, but the model named is in TP2026110003"]
    assert found["said"]["amounts"][0]["place"] == "the new text"
    told = world.cli("explain", mail(world, raw)).stdout
    for line in (
        "from           Kate Murray <kate@mail.example>  [a customer]",
        "order number   TP2026110002  [the subject]",
        "date           2026-11-15, written “15 November 2026”  [the new text]",
        "amount         49.00 GBP, written “£49.00”  [the new text]",
        "telephone      +447700900123 (GB)  [the new text]",
        "contradiction: TP2026110002 is named, but the model named is in TP2026110003",
        " 1. Open ticket T-100001",
        "This was a rehearsal: nothing was sent, stored or changed.",
    ):
        assert line in told
    hits = [rule for rule in found["rules"] if rule["hit"]]
    assert "missed       " in told
    assert "failed:" not in told
    assert len(told.splitlines()) < 120
    told = world.cli("explain", mail(world, raw), "--all").stdout
    for rule in hits:
        assert f"HIT          {rule['rule']}  [{rule['where']}]" in told
    missed = next(rule for rule in found["rules"] if not rule["hit"])
    assert f"missed       {missed['rule']}  [{missed['where']}]\n               failed: {missed['failed']}" in told


def test_a_cap_that_bites_is_shown_and_its_letter_is_not(world: World) -> None:
    world.write_settings(limits={"replies_per_address_per_day": 1})
    world.exchange(write(KATE, SUPPORT, "First", "How loud is it?", at=world.now))
    found = explained(world, write(KATE, SUPPORT, "Second", "How heavy is it?", at=world.now))
    assert [letter["reader"] for letter in found["letters"]] == ["staff"]
    assert any("cap" in remark for remark in found["remarks"])
    told = world.cli("explain", str(world.folder / "one.eml")).stdout
    assert "note: not sent: the cap limits.replies_per_address_per_day is reached" in told


def test_what_would_fail_is_said(world: World) -> None:
    shutil.copytree(ROOT / "templates", world.folder / "templates")
    broken = world.folder / "templates" / "en" / "acknowledgement.md.j2"
    broken.write_text(broken.read_text(encoding="utf-8") + "\n{{ refund.number }}\n", encoding="utf-8")
    world.write_settings(templates=str(world.folder / "templates"))
    found = explained(world, write(KATE, SUPPORT, "Question", "How loud is it?", at=world.now))
    assert "acknowledgement.md.j2" in found["trouble"]
    assert found["letters"] == []
    assert "This can't be carried out: " in world.cli("explain", str(world.folder / "one.eml")).stdout


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def hostile(world: World) -> bytes:
    return write(MALLORY, SUPPORT, "<script>alert(1)</script> \x1b[2J", f"{HOSTILE}\nmy card: {CARD}", at=world.now)


def test_the_page_holds_no_markup_of_a_mail_and_fetches_nothing(world: World) -> None:
    page = world.folder / "page.html"
    assert world.cli("explain", mail(world, hostile(world)), "--html", str(page)).returncode == 0
    text = page.read_text(encoding="utf-8")
    tags = Tags(text).found
    assert {tag for tag, _ in tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "p", "nav", "a",
        "section", "div", "i", "dl", "dt", "dd", "span", "strong", "code", "details", "summary", "ol", "ul", "li",
        "article", "iframe", "footer",
    }  # fmt: skip
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "src"]
    assert all((attributes["href"] or "").startswith("#") for tag, attributes in tags if tag == "a")
    frames = [attributes for tag, attributes in tags if tag == "iframe"]
    assert len(frames) == 2
    assert [frame["sandbox"] for frame in frames] == ["", ""]
    for frame in frames:  # the letter itself, whole, and in it no markup of the mail either
        inner = {tag for tag, _ in Tags(frame["srcdoc"] or "").found}
        assert "body" in inner
        assert not inner & {"script", "img", "iframe"}
    assert "default-src 'none'" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert CARD not in text
    assert "1111" in text
    assert not set(text) & set("\x00\x07\x1b\u202e")


def test_a_mail_cannot_steer_the_terminal_and_a_pipe_gets_no_colours(world: World) -> None:
    told = world.cli("explain", mail(world, hostile(world))).stdout
    assert "<script>alert(1)</script>" in told
    assert not set(told) & set("\x07\x1b\u202e")
    assert CARD not in told
    assert CARD not in world.cli("explain", str(world.folder / "one.eml"), "--json").stdout
    world.exchange(hostile(world))
    shown = world.cli("tickets", "show", "T-100001").stdout
    assert not set(shown) & set("\x07\x1b\u202e")


def test_on_a_terminal_of_80_columns_nothing_is_cut(world: World) -> None:
    raw = write(KATE, SUPPORT, "Return", "I want to return order TP2026110002", at=world.now)
    arguments = [sys.executable, "-m", "mailbot", "--settings", str(world.settings_file), "explain", mail(world, raw)]
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
    done = subprocess.Popen(arguments, stdout=theirs, env=env, cwd=world.folder)
    os.close(theirs)
    told = b""
    while block := _read(ours):
        told += block
    os.close(ours)
    assert done.wait(60) == 0
    lines = told.decode().replace("\r\n", "\n").split("\n")
    assert max(map(len, lines)) <= 80
    words = " ".join(" ".join(lines).split())
    letter = explained(world, raw)["letters"][0]["text"]
    assert " ".join(letter.split()) in words


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_a_page_is_replaced_only_when_that_is_said(world: World) -> None:
    raw = write(KATE, SUPPORT, "Question", "How loud is it?", at=world.now)
    file, page = mail(world, raw), world.folder / "page.html"
    page.write_text("mine", encoding="utf-8")
    refused = world.cli("explain", file, "--html", str(page))
    assert (refused.returncode, page.read_text(encoding="utf-8")) == (2, "mine")
    assert "nothing is overwritten" in refused.stderr
    assert world.cli("explain", file, "--html", str(page), "--overwrite").returncode == 0
    assert "How loud is it?" in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert world.cli("explain", file, "--html", file, "--overwrite").returncode == 2
    assert Path(file).read_bytes() == raw
    nowhere = world.cli("explain", file, "--html", str(world.folder / "no" / "page.html"))
    assert (nowhere.returncode, "can't be written" in nowhere.stderr) == (2, True)
    assert not [path.name for path in world.folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["nowhere.eml", "."])
def test_a_file_that_cannot_be_read_is_one_clear_line(world: World, name: str) -> None:
    told = world.cli("explain", str(world.folder / name))
    assert told.returncode == 2
    assert "can't be read" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_stored_decision_names_candidates_and_contradictions(world: World) -> None:
    world.import_orders(order("TP2026110003", KATE, lines=(_line("TP-B31"),), days_ago=20))
    world.exchange(write(KATE, SUPPORT, "Order TP2026110002", "My TP-B31 arrived broken", at=world.now))
    found = world.json("tickets", "show", "T-100001")
    assert isinstance(found, dict)
    theirs, ours = found["messages"][0], found["messages"][1]
    decided = theirs["decision"]["order"]
    assert decided["candidates"] == [
        {"number": "TP2026110002", "points": 100},
        {"number": "TP2026110003", "points": 20},
    ]
    assert decided["conflicts"] == ["TP2026110002 is named, but the model named is in TP2026110003"]
    assert ours["decision"] is None
    shown = world.cli("tickets", "show", "T-100001").stdout
    assert "order match Ambiguous: TP2026110002 100 points, TP2026110003 20 points" in shown
    assert "contradiction: TP2026110002 is named" in shown
    assert "decided by: " in shown


def test_a_decision_of_staff_is_rehearsed_to_the_letter_and_the_case_stays(world: World) -> None:
    receipt = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)
    text = "Hello, I would like to return my kettle, order TP2026110002."
    asked = only(world.exchange(write(KATE, SUPPORT, "Return", text, at=world.now, files=[receipt])), KATE)
    form = reply(KATE, asked.raw, "Condition: unused, everything in the box\nReason: too small", at=world.now)
    notice = only(world.exchange(form), STAFF)
    approval = reply(STAFF, notice.raw, "#approve", at=world.now)
    told = world.cli("explain", mail(world, approval)).stdout
    assert "command        #approve" in told
    assert "Move the case from submitted to approved (approve)" in told
    cases = world.json("cases", "list")
    assert isinstance(cases, list)
    assert cases[0]["state"] == "submitted"
    approved = only(world.exchange(approval), KATE)
    for line in body_text(approved.raw).splitlines():
        assert line in told
