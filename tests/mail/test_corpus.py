"""Real mail made elsewhere, where it is present: read without exception, twice the same, right to a measured degree.

The floors are what was measured; they only ever go up. What is known not to agree, and why:
- messages: the expectations take text and files out of nested messages (they stay inside their .eml here), write
  nested messages anew instead of giving their bytes, leave out parts without a name, keep addresses without a domain
  or with spaces in them, drop 8-bit bytes that have no label, and leave a date without an offset naive.
- replies: `spam_1` holds nothing but quotes and is expected to be empty; here the full text is kept then.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.domain.message import IncomingMail
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply import reply_text

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
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
    right: Counter[str] = Counter()
    for path in MESSAGES:
        mail = parse_mail(path.read_bytes()).mail
        fields = agreement(mail, json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        right.update(name for name, agrees in fields.items() if agrees)
        right["whole"] += all(fields.values())
    floors = {"subject": 111, "from": 111, "to": 110, "cc": 113, "date": 113, "text": 100, "attachments": 102}
    floors["whole"] = 89
    assert {name: right[name] for name in floors if right[name] < floors[name]} == {}, dict(right)


def agreement(mail: IncomingMail, expected: dict[str, object]) -> dict[str, bool]:
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
        "attachments": sorted(item.sha256 for item in mail.attachments) == digests(expected["attachments"]),
    }


def lower(values: object) -> list[str]:
    assert isinstance(values, list)
    return [str(value).lower() for value in values]


def digests(files: object) -> list[str]:
    assert isinstance(files, list)
    return sorted(item["sha256"] for item in files)


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
