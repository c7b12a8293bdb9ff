"""A file's reading as JSON: on its way out of the process that made it, and in the store."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mailbot.domain.documents import Source
from mailbot.domain.readings import FileReading, FileText
from mailbot.errors import BadItem


def packed(reading: FileReading) -> bytes:
    """As bytes."""
    return json.dumps(asdict(reading), ensure_ascii=True).encode("ascii")


def unpacked(data: bytes) -> FileReading:
    """From bytes. Raises BadItem for those that `packed` didn't write."""
    try:
        found: dict[str, Any] = json.loads(data)
        return FileReading(
            texts=tuple(
                FileText(source=Source(text["source"]), text=str(text["text"]), inside=str(text["inside"]))
                for text in found["texts"]
            ),
            notes=tuple(map(str, found["notes"])),
            missing=tuple(map(str, found["missing"])),
            is_unreadable=bool(found["is_unreadable"]),
            seconds=float(found["seconds"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadItem("the answer of the process that read it makes no sense") from None
