"""Real mail made elsewhere, where it is present: read without exception, twice the same, right to a measured degree.

The floors are what was measured; they only ever go up. What is known not to agree, and why:
- messages: listed field by field in APART.
- replies: `spam_1` holds nothing but quotes and is expected to be empty; here the full text is kept then.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.mail.charset import decode
from mailbot.mail.html import to_text
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply import reply_text
from mailbot.mail.structure import Part, read_tree

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("MAILBOT_CORPUS", ROOT.parent / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the project")

MESSAGES = sorted(CORPUS.glob("messages/*.eml"))
MACHINE = sorted(CORPUS.glob("machine/*.eml"))
REPLIES = sorted(path for path in CORPUS.glob("replies/*.txt") if not path.name.endswith(".expected.txt"))


def words(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize("folder", ["messages", "machine", "replies"])
def test_everything_reads_and_twice_the_same(folder: str) -> None:
    files = [path for path in sorted(CORPUS.joinpath(folder).iterdir()) if path.is_file()]
    assert files
    for path in files:
        raw = path.read_bytes()
        first = parse_mail(raw)
        assert first == parse_mail(raw), path.name
        assert not any("could not be read (" in warning for warning in first.mail.warnings), path.name


def test_another_process_says_the_same() -> None:
    """Hash seeds, dictionaries and sets must not shine through."""
    program = (
        "import hashlib, sys; from pathlib import Path; from mailbot.mail.parse import parse_mail\n"
        "mails = [parse_mail(Path(path).read_bytes()).mail for path in sys.argv[1:]]\n"
        "print(hashlib.sha256(repr(mails).encode()).hexdigest())"
    )
    paths = [str(path) for path in MESSAGES[::4] + MACHINE[::6]]
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, *paths],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_agreement_with_the_expected_fields() -> None:
    """Every field that doesn't agree is listed with its reason, and no reason stands for a field that does."""
    fields = {path.stem: agreement(path) for path in MESSAGES}
    apart = {(stem, name) for stem, found in fields.items() for name, agrees in found.items() if not agrees}
    listed = {(stem, name) for stem, reasons in APART.items() for name in reasons}
    assert apart - listed == set(), "not right and without a reason"
    assert listed - apart == set(), "right by now: take the reason away"
    total = sum(len(found) for found in fields.values())
    assert total >= 900
    assert (total - len(apart)) / total >= 0.96, f"{total - len(apart)} of {total}"
    for name in ("subject", "from", "to", "cc", "date"):
        assert sum(1 for _, field in apart if field == name) <= 3, name


def test_nested_messages_are_given_byte_for_byte() -> None:
    """Where the expectation has a message written anew, ours stands in the mail as it is."""
    seen = 0
    for path in MESSAGES:
        raw = path.read_bytes()
        parsed = parse_mail(raw)
        for item in parsed.mail.attachments:
            if item.content_type == "message/rfc822" and path.stem not in ENCODED_MESSAGES:
                seen += 1
                assert parsed.contents[item.sha256] in raw, path.name
    assert seen >= 5


NESTED_TEXT = "takes text out of a message inside the mail; here it stays in its .eml, whole"
NESTED_BYTES = "writes the message inside the mail anew; here it has the bytes that were sent"
NESTED_FILES = "lists files of a message inside the mail as files of the mail, and writes that message anew"
EIGHT_BIT = "drops 8-bit characters that have no label; here they are read"
NAMELESS = "leaves out a part that has no name; here nothing is left out"
NO_ADDRESS = "takes something for an address that is none"
AS_LABELLED = "reads UTF-8 as Latin-1, as its label says"
ENCODED_MESSAGES = ("attachment_2_base64",)

APART = {
    "attachment_2_base64": {"text": "takes a base64 message inside the mail for text"},
    "attachment_7bit": {"text": NESTED_TEXT, "html": NESTED_TEXT, "attachments": NESTED_BYTES},
    "attachment_8bit": {"text": NESTED_TEXT, "html": NESTED_TEXT},
    "attachment_message_rfc822": {"text": NESTED_TEXT, "attachments": NESTED_FILES},
    "content_transfer_encoding_7-bit": {"text": AS_LABELLED, "html": AS_LABELLED},
    "content_transfer_encoding_empty": {"html": "reads UTF-8 as Big5, as its label says; no words come of either"},
    "content_transfer_encoding_plain": {"text": EIGHT_BIT},
    "example10": {"from": "keeps the comments of the address (RFC 5322, 3.2.2) in the name"},
    "example13": {"text": "takes header fields with a blank before the colon (RFC 5322, 4.5) for text"},
    "example14": {"subject": "drops the blank of a folded line"},
    "forwarded_message": {"text": NESTED_TEXT, "html": NESTED_TEXT},
    "invalid_subject_characters": {"subject": EIGHT_BIT},
    "missing_body": {"to": NO_ADDRESS},
    "missing_content_disposition": {"attachments": NAMELESS},
    "mix_caps_content_type": {"from": NO_ADDRESS},
    "multi_address_bounce1": {"text": NESTED_TEXT, "attachments": NESTED_BYTES},
    "multi_address_bounce2": {"text": NESTED_TEXT, "attachments": NESTED_BYTES},
    "multipart_report_multiple_status": {"text": NESTED_TEXT, "attachments": NESTED_FILES},
    "raw_email11": {"to": "leaves out an address without a dot in its domain", "attachments": NAMELESS},
    "raw_email6": {"text": EIGHT_BIT},
    "raw_email_with_at_display_name": {"to": "takes a name with an @ in it for an address of its own"},
    "raw_email_with_mimepart_without_content_type": {"text": NESTED_TEXT, "attachments": NESTED_BYTES},
    "report_422": {"attachments": NAMELESS},
    "report_530": {"attachments": NAMELESS},
    "text_with_content_id": {"attachments": "takes a text with a Content-ID for a file; here it is text"},
}


def agreement(path: Path) -> dict[str, bool]:
    raw = path.read_bytes()
    mail = parse_mail(raw).mail
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    sender = expected["from"]
    ours = {"email": mail.sender.email.lower(), "name": mail.sender.name} if mail.sender else None
    if isinstance(sender, dict):
        sender = {"email": str(sender["email"]).lower(), "name": sender["name"]}
    text = words(str(expected["text"]))
    return {
        "subject": words(mail.subject) == words(str(expected["subject"])),
        "from": ours == sender,
        "to": [address.email.lower() for address in mail.to] == lower(expected["to"]),
        "cc": [address.email.lower() for address in mail.cc] == lower(expected["cc"]),
        "date": same_instant(mail.date, expected["date"]),
        # Where there is no text part, ours comes from the HTML.
        "text": not text or words(mail.text) == text,
        "html": words(to_text(html_of(raw))) == words(to_text(str(expected["html"]))),
        "attachments": sorted((item.size, item.sha256) for item in mail.attachments)
        == sorted((item["size"], item["sha256"]) for item in expected["attachments"]),
    }


def html_of(raw: bytes) -> str:
    """The HTML parts that are no files, one after the other."""

    def leaves(part: Part) -> list[Part]:
        return [leaf for child in part.children for leaf in leaves(child)] or [part]

    found = [leaf for leaf in leaves(read_tree(raw).root) if leaf.content_type == "text/html" and not leaf.filename]
    return "".join(
        decode(leaf.content(), leaf.parameters.get("charset")).text
        for leaf in found
        if leaf.disposition != "attachment"
    )


def lower(values: object) -> list[str]:
    assert isinstance(values, list)
    return [str(value).lower() for value in values]


def same_instant(ours: datetime | None, expected: object) -> bool:
    if not expected:
        return ours is None
    wanted = datetime.fromisoformat(str(expected))
    return ours == (wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC))


def test_origin_of_machine_mail() -> None:
    manifest = json.loads(CORPUS.joinpath("machine/manifest.json").read_text(encoding="utf-8"))
    mails = {name: parse_mail(CORPUS.joinpath("machine", name).read_bytes()).mail for name in manifest}
    wrong = {name: mails[name].origin.value for name in manifest if mails[name].origin != manifest[name]}
    assert len(wrong) <= 0, wrong
    bounces = [name for name, origin in manifest.items() if origin == "bounce"]
    assert sum(1 for name in bounces if mails[name].failed_recipients) >= 117


def test_people_are_not_taken_for_machines() -> None:
    machines = [path.name for path in MESSAGES if parse_mail(path.read_bytes()).mail.origin != "human"]
    assert len(machines) <= 8, machines  # six bounces and two lists, each with the headers of one


def test_reply_text() -> None:
    exact, lost = 0, {}
    for path in REPLIES:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        expected = path.with_name(path.stem + ".expected.txt").read_text(encoding="utf-8").replace("\r\n", "\n")
        got = reply_text(text)
        exact += got.strip() == expected.strip()
        there = iter(re.findall(r"\w+", got))
        missing = [word for word in re.findall(r"\w+", expected) if not any(word == other for other in there)]
        if missing:
            lost[path.name] = missing
    assert lost == {}
    assert exact >= 63
