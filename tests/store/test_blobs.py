"""Bytes on disk: durable, encrypted, kept once, and never silently wrong (G1, G7)."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from mailbot.errors import BadItem, ConfigError, TryAgainLater
from mailbot.store.blobs import Blobs, BlobsForShow
from mailbot.store.vault import Keys, Vault

OLD, NEW = Keys(ids=("k1",), secrets={"k1": b"o" * 32}), Keys(ids=("k2",), secrets={"k2": b"n" * 32})
BOTH = Keys(ids=("k2", "k1"), secrets={**NEW.secrets, **OLD.secrets})
DATA = b"From: kate@mail.example\r\n\r\nmy private words\r\n"


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs", Vault(OLD))


def files(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [DATA, b"", b"\0" * 100_000, bytes(range(256))])
def test_what_was_put_comes_back_under_its_digest(blobs: Blobs, data: bytes) -> None:
    digest = blobs.put(data)
    assert digest == sha256(data).hexdigest()
    assert digest in blobs
    assert blobs.get(digest) == data


def test_nothing_readable_lies_on_the_disk(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(DATA)
    (path,) = files(tmp_path)
    assert b"private" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) & 0o077 == 0


def test_the_same_bytes_are_kept_once_and_never_written_again(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put(DATA)
    (path,) = files(tmp_path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert blobs.put_all([DATA, b"other", DATA]) == [sha256(d).hexdigest() for d in (DATA, b"other", DATA)]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert len(files(tmp_path)) == 2


def test_missing_bytes_are_one_bad_item(blobs: Blobs) -> None:
    digest = sha256(b"never").hexdigest()
    assert digest not in blobs
    with pytest.raises(BadItem, match=f"{digest[:12]} are missing"):
        blobs.get(digest)


@pytest.mark.parametrize("cut", [0, 1, 10, 30])
def test_damage_on_disk_is_noticed(blobs: Blobs, tmp_path: Path, cut: int) -> None:
    digest = blobs.put(DATA)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises((BadItem, ConfigError)):
        blobs.get(digest)


def test_a_flipped_bit_is_one_bad_item(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(DATA)
    (path,) = files(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(BadItem, match="damaged"):
        blobs.get(digest)


def test_a_file_put_in_the_place_of_another_is_noticed(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(DATA)
    other = blobs.put(b"other")
    folder = tmp_path / "blobs"
    (folder / digest[:2] / digest[2:]).write_bytes((folder / other[:2] / other[2:]).read_bytes())
    with pytest.raises(BadItem):
        blobs.get(digest)


def test_with_the_wrong_key_nothing_opens(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(DATA)
    with pytest.raises(BadItem, match="k1"):
        Blobs(tmp_path / "blobs", Vault(NEW)).get(digest)
    same_id = Keys(ids=("k1",), secrets={"k1": b"z" * 32})
    with pytest.raises(BadItem):
        Blobs(tmp_path / "blobs", Vault(same_id)).get(digest)


def test_after_rotation_old_and_new_bytes_are_readable(blobs: Blobs, tmp_path: Path) -> None:
    old = blobs.put(b"old")
    rotated = Blobs(tmp_path / "blobs", Vault(BOTH))
    new = rotated.put(b"new")
    assert (rotated.get(old), rotated.get(new)) == (b"old", b"new")
    with pytest.raises(BadItem):
        blobs.get(new)


def test_what_a_crash_left_half_written_is_neither_taken_for_the_bytes_nor_in_the_way(
    blobs: Blobs, tmp_path: Path
) -> None:
    digest = sha256(DATA).hexdigest()
    folder = tmp_path / "blobs" / digest[:2]
    folder.mkdir(parents=True)
    (folder / f".{digest[2:]}.4711.tmp").write_bytes(b"MB1 half")
    (folder / f".{digest[2:]}.{os.getpid()}.tmp").write_bytes(b"MB1 half")
    assert digest not in blobs
    with pytest.raises(BadItem, match="missing"):
        blobs.get(digest)
    assert blobs.put(DATA) == digest
    assert blobs.get(digest) == DATA


WRITER = """
import sys
from pathlib import Path
from mailbot.store.blobs import Blobs, BlobsForShow
from mailbot.store.vault import Keys, Vault
blobs = Blobs(Path(sys.argv[1]), Vault(Keys(ids=("k1",), secrets={"k1": b"o" * 32})))
for number in range(100_000):
    print(blobs.put(b"%d " % number * 20_000), flush=True)
"""


def test_every_digest_that_was_reported_survives_a_kill_and_no_name_stands_for_half_of_the_bytes(
    blobs: Blobs, tmp_path: Path
) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "blobs")], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        reported = [writer.stdout.readline().decode().strip() for _ in range(20)]
        os.kill(writer.pid, signal.SIGKILL)
        reported += [line for line in writer.stdout.read().decode().split() if len(line) == 64]
    for path in files(tmp_path):
        if not path.name.endswith(".tmp"):
            blobs.get(path.parent.name + path.name)  # raises where the bytes are not whole
    assert all(blobs.get(digest) for digest in reported)


def test_a_folder_that_cannot_be_written_is_told_and_a_later_run_carries_on(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    blobs = Blobs(tmp_path / "blobs", Vault(OLD))
    with pytest.raises(TryAgainLater, match="blobs: can't be written"):
        blobs.put(DATA)
    (tmp_path / "blobs").unlink()
    assert blobs.get(blobs.put(DATA)) == DATA


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_leaves_no_name_behind(tmp_path: Path, blobs: Blobs) -> None:
    digest = sha256(DATA).hexdigest()
    folder = tmp_path / "blobs" / "tmp"
    folder.mkdir(parents=True)
    # The draft's name leads to a full device.
    (folder / f"{digest}.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(TryAgainLater, match="the disk is full"):
        blobs.put(DATA)
    assert digest not in blobs
    assert blobs.get(blobs.put(DATA)) == DATA


def test_what_a_kill_left_half_written_is_swept_away(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(DATA)
    (tmp_path / "blobs" / "tmp" / "half.4711").write_bytes(b"half")
    assert blobs.sweep() == 1
    assert len(files(tmp_path)) == 1
    assert blobs.get(digest) == DATA


def test_for_show_stored_bytes_are_read_and_new_ones_never_reach_the_disk(blobs: Blobs, tmp_path: Path) -> None:
    stored = blobs.put(DATA)
    before = files(tmp_path)
    shown = BlobsForShow(blobs, {"given": b"of the mail"})
    new = shown.put(b"new")
    assert shown.put_all([b"new", b"newer", b"new"]) == [new, sha256(b"newer").hexdigest(), new]
    assert [shown.get(name) for name in (stored, "given", new)] == [DATA, b"of the mail", b"new"]
    assert stored in shown
    assert new in shown
    assert new not in blobs
    assert files(tmp_path) == before
    with pytest.raises(BadItem, match="missing"):
        shown.get(sha256(b"never put").hexdigest())
