"""Rules and templates, kept from one pass of a test to the next: reading them takes longer than a pass."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from mailbot.domain.rules import RuleBook
from mailbot.mail.render import Templates
from mailbot.settings import Settings
from mailbot.wiring import load_policy

_KEPT: dict[tuple[object, ...], tuple[Templates, RuleBook]] = {}


def kept_policy(settings: Settings) -> tuple[Templates, RuleBook]:
    """The templates and the rules of an installation, read again when a file of theirs, or where they are, changed."""
    folders = (settings.templates, settings.rules)
    key = (*folders, *map(_digest, folders), settings.languages, settings.catalogue)
    if key not in _KEPT:
        _KEPT[key] = load_policy(settings)
    return _KEPT[key]


def _digest(path: Path) -> bytes:
    digest = sha256()
    for file in sorted(found for found in path.rglob("*") if found.is_file()):
        digest.update(f"{file}\0".encode() + file.read_bytes() + b"\0")
    return digest.digest()
