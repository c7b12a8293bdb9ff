"""Which mail a pass has in hand, for the next one to know when this one hangs."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class MailInHand:
    """The mail that is being decided about. A file and no row: nothing is locked while its words are read (G9)."""

    file: Path

    def take(self, inbox_id: int) -> None:
        """Say it before anything is done about the mail."""
        self._write(str(inbox_id))

    def put_down(self) -> None:
        """No mail is in hand any more."""
        self._write("")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # a full disk is no fault of the mail's; what follows meets it too
            self.file.write_text(text, encoding="ascii")

    @property
    def inbox_id(self) -> int | None:
        """The mail that was taken last and not put down."""
        try:
            return int(self.file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
