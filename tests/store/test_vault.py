"""Keys and sealed bytes (G7)."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.errors import BadItem, ConfigError, MailbotError
from mailbot.store.vault import Keys, Vault, create_key_file, read_key_file

OLD, NEW = Keys(ids=("k1",), secrets={"k1": b"o" * 32}), Keys(ids=("k2",), secrets={"k2": b"n" * 32})
BOTH = Keys(ids=("k2", "k1"), secrets={**NEW.secrets, **OLD.secrets})
LINE = base64.b64encode(b"x" * 32).decode()


@given(data=st.binary(max_size=2000), context=st.binary(max_size=40))
@settings(max_examples=50, deadline=None)
def test_what_is_sealed_opens_again_and_is_not_readable(data: bytes, context: bytes) -> None:
    vault = Vault(OLD)
    sealed = vault.seal(data, context)
    assert vault.open(sealed, context) == data
    if len(data) > 3:
        assert data not in sealed
    assert vault.seal(data, context) != sealed  # a fresh nonce each time


def test_every_changed_byte_is_noticed() -> None:
    vault = Vault(OLD)
    sealed = vault.seal(b"a customer's words", b"context")
    for index in range(len(sealed)):
        damaged = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        with pytest.raises((BadItem, ConfigError)):
            vault.open(damaged, b"context")


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 6, 10, 18, 30])
def test_bytes_cut_short_are_damaged(length: int) -> None:
    vault = Vault(OLD)
    with pytest.raises(MailbotError):
        vault.open(vault.seal(b"a customer's words", b"")[:length], b"")


@given(st.binary(max_size=100))
@settings(max_examples=100, deadline=None)
def test_foreign_bytes_never_open_and_never_crash(data: bytes) -> None:
    for sealed in (data, b"MB1" + data, b"MB1\x02k1" + data):
        with pytest.raises((BadItem, ConfigError)):
            Vault(OLD).open(sealed, b"")


def test_sealed_bytes_cannot_be_exchanged_for_others() -> None:
    vault = Vault(OLD)
    with pytest.raises(BadItem, match="authenticity"):
        vault.open(vault.seal(b"refund 10", b"<1@tp.example>"), b"<2@tp.example>")


def test_after_rotation_old_bytes_open_and_new_ones_are_sealed_with_the_new_key() -> None:
    before = Vault(OLD).seal(b"old", b"")
    after = Vault(BOTH).seal(b"new", b"")
    assert Vault(BOTH).open(before, b"") == b"old"
    assert Vault(NEW).open(after, b"") == b"new"
    with pytest.raises(BadItem, match="'k2', which the key file lacks"):
        Vault(OLD).open(after, b"")


def test_another_secret_under_the_same_id_opens_nothing() -> None:
    other = Keys(ids=("k1",), secrets={"k1": b"z" * 32})
    with pytest.raises(BadItem, match="authenticity"):
        Vault(other).open(Vault(OLD).seal(b"x", b""), b"")


def test_each_purpose_has_its_own_key() -> None:
    assert BOTH.derived("a") != BOTH.derived("b")
    assert len({*BOTH.derived("a"), *BOTH.derived("b"), *BOTH.secrets.values()}) == 6
    assert BOTH.derived("a")[1] == OLD.derived("a")[0]


def test_a_new_key_file_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.key"
    create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys = read_key_file(path)
    assert keys.ids == ("k1",)
    with pytest.raises(ConfigError, match="never overwritten"):
        create_key_file(path)
    assert read_key_file(path) == keys
    create_key_file(tmp_path / "other.key")
    assert read_key_file(tmp_path / "other.key") != keys


def _write(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def test_the_first_key_of_the_file_is_the_current_one(tmp_path: Path) -> None:
    other = base64.b64encode(b"y" * 32).decode()
    keys = read_key_file(_write(tmp_path / "k", f"# a comment\n\nk2 {LINE}\nk1  {other} \n"))
    assert keys == Keys(ids=("k2", "k1"), secrets={"k2": b"x" * 32, "k1": b"y" * 32})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "holds no key"),
        ("# nothing\n", "holds no key"),
        ("k1\n", ":1: expected"),
        ("k1 !!!\n", ":1: expected"),
        (f"k1 {LINE[:-4]}\n", ":1: expected"),
        (f"k1 {LINE}{LINE}\n", ":1: expected"),
        (f"k1 {LINE}\nk1 {LINE}\n", ":2: expected a new key id"),
        (f"k-1 {LINE}\n", ":1: expected"),
        (f"# x\n\n{LINE}\n", ":3: expected"),
        (b"\xff\xfe\x00", "can't be read"),
    ],
)
def test_a_malformed_key_file_is_named_with_its_line_and_never_printed(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    path = _write(tmp_path / "k", text)
    with pytest.raises(ConfigError) as caught:
        read_key_file(path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)
    assert LINE not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="chmod 600"):
        read_key_file(_write(tmp_path / "k", f"k1 {LINE}\n", mode))


def test_a_missing_key_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mailbot init"):
        read_key_file(tmp_path / "none")
