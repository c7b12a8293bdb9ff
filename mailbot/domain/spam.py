"""What speaks for spam: headers of filters on the way, the folder a mail lay in, and the desk's own blocklist."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def spam_mark(found: Sequence[str], wanted: Sequence[str], source: str, spam_folders: Collection[str]) -> str:
    """What marks a mail as spam, "" for nothing.

    `found` are header lines of the mail, the topmost of each name; `wanted` lines whose value need only begin so;
    `source` and `spam_folders` as the inbox names folders, "imap:support/Spam". Case doesn't matter.
    """
    if source in spam_folders:
        return f"folder {source.removeprefix('imap:')}"
    for line in found:
        name, _, value = line.partition(":")
        for mark in wanted:
            wanted_name, _, wanted_value = mark.partition(":")
            if name.strip().lower() == wanted_name.strip().lower() and value.strip().lower().startswith(
                wanted_value.strip().lower()
            ):
                return mark
    return ""


def blocked_by(sender: str, blocklist: Sequence[str]) -> str:
    """The entry that keeps an address out: the address itself, its domain, or one above it; "" for none."""
    domain = sender.rpartition("@")[2]
    for entry in blocklist:
        if entry in (sender, domain) or ("@" not in entry and domain.endswith("." + entry)):
            return entry
    return ""
