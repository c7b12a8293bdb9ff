"""The key file, and AES-GCM over everything that is kept of customers (G7)."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailbot.errors import BadItem, ConfigError, TryAgainLater

_MAGIC = b"MB1"
_NONCE = 12  # bytes, as AES-GCM wants them (NIST SP 800-38D)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Secrets of an installation: the first id seals new data, all of them open old data."""

    ids: tuple[str, ...]
    secrets: Mapping[str, bytes]  # id -> 32 bytes

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """A key of 32 bytes for `purpose` from each secret, current first (HKDF, RFC 5869)."""
        return tuple(
            HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(self.secrets[key_id])
            for key_id in self.ids
        )


def create_key_file(path: Path) -> None:
    """Write a new key file that only its owner can read (mode 0600). Raises ConfigError if one is there."""
    line = f"k1 {base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    text = "# mailbot keys: the first one is for new data, all of them open old data. Keep a copy in a safe place.\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(f"{path}: there is a key file already; it is never overwritten") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + line)
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path) -> Keys:
    """Read the keys. Raises ConfigError for a missing, malformed or too widely readable file."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no key file; put back the copy you kept (a new installation gets one from `mailbot init`)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the key file can't be read: {error}") from None
    if mode & 0o077:
        raise ConfigError(f"{path}: others may read the key file (mode {mode:04o}); run: chmod 600 {path}")
    found: dict[str, bytes] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z0-9]{1,16})\s+(\S+)\s*", line)
        try:
            secret = base64.b64decode(match[2], validate=True) if match else b""
        except binascii.Error:
            secret = b""
        if match is None or len(secret) != 32 or match[1] in found:
            raise ConfigError(f"{path}:{number}: expected a new key id and 32 bytes in base64")
        found[match[1]] = secret
    if not found:
        raise ConfigError(f"{path}: the key file holds no key")
    return Keys(ids=tuple(found), secrets=found)


class Vault:
    """Seals and opens bytes; the key's id stands in front of what it sealed."""

    def __init__(self, keys: Keys) -> None:
        derived = zip(keys.ids, keys.derived("mailbot stored bytes"), strict=True)
        self._ciphers = {key_id.encode("ascii"): AESGCM(key) for key_id, key in derived}
        self._current = keys.ids[0].encode("ascii")

    def seal(self, data: bytes, context: bytes) -> bytes:
        """Encrypt `data`; `context` (a digest, a Message-ID) must be given again to open it."""
        nonce = os.urandom(_NONCE)
        head = _MAGIC + bytes([len(self._current)]) + self._current + nonce
        return head + self._ciphers[self._current].encrypt(nonce, data, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt. Raises BadItem where the bytes were damaged or exchanged, or their key is unknown."""
        if len(sealed) < 4 or not sealed.startswith(_MAGIC):
            raise BadItem("stored bytes are damaged: they don't begin as mailbot writes them")
        key_id = sealed[4 : 4 + sealed[3]]
        nonce = sealed[4 + len(key_id) : 4 + len(key_id) + _NONCE]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise BadItem(f"stored bytes need key {key_id.decode('ascii', 'replace')!r}, which the key file lacks")
        try:
            return cipher.decrypt(nonce, sealed[4 + len(key_id) + _NONCE :], context)
        except (InvalidTag, ValueError):
            raise BadItem("stored bytes are damaged: they fail the authenticity check") from None


_PROOF = b"this data belongs to this key file"


def check_keys(vault: Vault, data: Path, key_file: Path) -> None:
    """Make sure that the data folder was written with these keys, before anything is decided.

    Raises ConfigError for a key file of another installation.
    """
    proof = data / "key.check"
    try:
        if not proof.exists():
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            proof.write_bytes(vault.seal(_PROOF, _PROOF))
            return
        sealed = proof.read_bytes()
    except OSError as error:
        raise TryAgainLater(f"{proof}: can't be written or read: {error.strerror}") from error
    try:
        vault.open(sealed, _PROOF)
    except BadItem:
        raise ConfigError(
            f"{key_file}: not the key file that {data} was written with; put back the copy you kept"
        ) from None
