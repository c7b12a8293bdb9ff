"""The reading process hangs, dies and swells; only the mail that it had in hand pays for it (G3, G9)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailbot.domain.message import IncomingMail
from mailbot.errors import BadItem, ConfigError, TryAgainLater
from mailbot.reader import Bench, Reader
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault, create_key_file, read_key_file


def mail(number: int, body: bytes = b"Hello\r\n") -> bytes:
    return b"From: ann@customer.example\r\nSubject: mail %d\r\n\r\n" % number + body


class Shelf:
    """Stored mails and a reader over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create_key_file(folder / "mailbot.key")
        self.blobs = Blobs(folder / "blobs", Vault(read_key_file(folder / "mailbot.key")))

    def reader(self, *, seconds: float = 30, memory: int = 1_000_000_000) -> Reader:
        return Reader(
            Bench(key_file=self.folder / "mailbot.key", blobs=self.folder / "blobs", seconds=seconds, memory=memory)
        )


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    yield Shelf(tmp_path)
    assert reading_processes() == []


def reading_processes() -> list[int]:
    """Process ids of this process's children that read mail."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while we looked
        if parent == os.getpid() and b"mailbot.reader" in command:
            found.append(int(entry.name))
    return found


def subjects(readings: list[IncomingMail | BadItem]) -> list[str]:
    return [reading.subject if isinstance(reading, IncomingMail) else str(reading) for reading in readings]


def test_answers_come_in_order_and_attachments_are_stored(shelf: Shelf) -> None:
    file = b'--x\r\nContent-Type: image/png; name="%d.png"\r\n\r\nbytes of %d\r\n--x--\r\n'
    raws = [
        b'From: a@b.example\r\nSubject: mail %d\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n' % n
        + file % (n, n)
        for n in range(30)
    ]
    digests = shelf.blobs.put_all(raws)
    with closing(shelf.reader()) as reader:
        readings = list(reader.read(digests))
        assert subjects(readings) == [f"mail {n}" for n in range(30)]
        for n, (digest, reading) in enumerate(zip(digests, readings, strict=True)):
            assert isinstance(reading, IncomingMail)
            assert reading.digest == digest
            (attachment,) = reading.attachments
            assert shelf.blobs.get(attachment.sha256) == b"bytes of %d" % n
        first = reading_processes()
        assert subjects(list(reader.read(digests[:2]))) == ["mail 0", "mail 1"]
        assert reading_processes() == first  # kept between two passes


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGSTOP, "longer than 1 seconds"),
        (signal.SIGKILL, "died over it (signal SIGKILL)"),
        (signal.SIGSEGV, "died over it (signal SIGSEGV)"),
    ],
)
def test_a_hang_or_a_death_costs_one_mail(shelf: Shelf, number: signal.Signals, said: str) -> None:
    digests = shelf.blobs.put_all([mail(n) for n in range(40)])
    with closing(shelf.reader(seconds=1)) as reader:
        readings = []
        for count, reading in enumerate(reader.read(digests)):
            readings.append(reading)
            if count == 5:
                os.kill(reading_processes()[0], number)
        (lost,) = [n for n, reading in enumerate(readings) if isinstance(reading, BadItem)]
        assert 5 < lost < 5 + 10
        assert said in str(readings[lost])
        assert subjects(readings) == [f"mail {n}" if n != lost else str(readings[n]) for n in range(40)]


def test_missing_and_damaged_bytes_cost_one_mail_each(shelf: Shelf) -> None:
    good, damaged = shelf.blobs.put_all([mail(1), mail(2)])
    (shelf.folder / "blobs" / damaged[:2] / damaged[2:]).write_bytes(b"MB1 not what was sealed")
    with closing(shelf.reader()) as reader:
        missing, spoilt, fine = reader.read(["ab" * 32, damaged, good])
    assert "are missing" in str(missing)
    assert "damaged" in str(spoilt) or "need key" in str(spoilt)
    assert subjects([fine]) == ["mail 1"]


def test_a_mail_that_needs_too_much_memory_leaves_the_next_one_alone(shelf: Shelf) -> None:
    swollen = mail(1, b"begin 644 a.txt\r\n" + b"M\r\n" * 15_000_000 + b"end\r\n")
    digests = shelf.blobs.put_all([swollen, mail(2)])
    with closing(shelf.reader(memory=100_000_000)) as reader:
        first, second = reader.read(digests)
    assert isinstance(first, BadItem) or any("could not be read" in warning for warning in first.warnings), first
    assert subjects([second]) == ["mail 2"]


def test_leaving_early_leaves_nothing_behind(shelf: Shelf) -> None:
    digests = shelf.blobs.put_all([mail(n) for n in range(20)])
    with closing(shelf.reader()) as reader:
        with closing(reader.read(digests)) as readings:
            assert subjects([next(readings)]) == ["mail 0"]
        assert subjects(list(reader.read(digests[10:12]))) == ["mail 10", "mail 11"]


def test_no_space_for_an_attachment_is_no_fault_of_the_mail(shelf: Shelf) -> None:
    raw = mail(1).replace(b"Subject", b"Content-Type: image/png\r\nSubject")
    (digest,) = shelf.blobs.put_all([raw])
    drafts = shelf.folder / "blobs" / "tmp"
    drafts.rmdir()
    drafts.write_bytes(b"in the way")
    with closing(shelf.reader()) as reader, pytest.raises(TryAgainLater, match="blobs"):
        list(reader.read([digest]))


def test_a_reading_process_that_cannot_start_blames_no_mail(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = shelf.blobs.put_all([mail(1)])
    with monkeypatch.context() as changed:
        changed.setenv("PYTHONHOME", "/nowhere")
        with closing(shelf.reader()) as reader, pytest.raises(TryAgainLater, match=r"started \(exit code 1\)"):
            list(reader.read(digests))
    (shelf.folder / "mailbot.key").unlink()
    with closing(shelf.reader()) as reader, pytest.raises(ConfigError, match="no key file"):
        list(reader.read(digests))
