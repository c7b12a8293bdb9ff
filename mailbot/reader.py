"""Stored mail is read in a process of its own, which may hang, swell or die and takes nothing else with it (G3, G9).

The desk sends digests, the reading process answers with what each mail says, in order, and by then has stored the
attachments. It reads a few mails ahead, so that a backlog keeps a second core busy.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbot.domain.message import IncomingMail
from mailbot.errors import BadItem, TryAgainLater
from mailbot.mail.parse import parse_mail
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault, read_key_file
from mailbot.worker import Worker, how_it_ended, serve

_AHEAD = 8  # mails asked for at a time


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the reading process works with."""

    key_file: Path
    blobs: Path
    seconds: float  # for one mail
    memory: int  # bytes of its own


class Reader:
    """The desk's end: starts the reading process when it is first needed, and again when it was lost."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._worker: Worker | None = None

    def read(self, digests: Sequence[str]) -> Generator[IncomingMail | BadItem]:
        """What the mails say, in the order of `digests`; BadItem for one that defeats the reading process.

        Raises TryAgainLater when the disk or the reading process itself is at fault, ConfigError for the key file.
        """
        left = deque(digests)
        asked: deque[str] = deque()
        try:
            while left or asked:
                if self._worker is None:
                    self._worker = Worker(
                        "mailbot.reader", self._bench, does="reads mail", memory_setting="limits.reading_memory"
                    )
                    self._worker.ask(asked)
                more = [left.popleft() for _ in range(min(len(left), _AHEAD - len(asked)))]
                asked.extend(more)
                self._worker.ask(more)
                answer = self._answer(self._worker)
                asked.popleft()
                yield answer
        finally:
            if asked:  # answers that nobody waits for any more
                self.close()

    def _answer(self, worker: Worker) -> IncomingMail | BadItem:
        try:
            answer: IncomingMail | BadItem | TryAgainLater = worker.answer(self._bench.seconds)
        except TimeoutError:
            self.close()
            return BadItem(f"reading it takes longer than {self._bench.seconds:g} seconds (limits.reading_seconds)")
        except (EOFError, OSError):
            return BadItem(f"the reading process died over it ({how_it_ended(self.close())})")
        if isinstance(answer, TryAgainLater):
            raise answer
        return answer

    def close(self) -> int:
        """End the reading process; the next `read` starts another one. Returns its exit code."""
        worker, self._worker = self._worker, None
        return worker.end() if worker is not None else 0


def _prepared(bench: Bench) -> Callable[[str], IncomingMail | BadItem | TryAgainLater]:
    """What the reading process answers with."""
    blobs = Blobs(bench.blobs, Vault(read_key_file(bench.key_file)))
    return lambda digest: _read(blobs, digest)


def _read(blobs: Blobs, digest: str) -> IncomingMail | BadItem | TryAgainLater:
    try:
        parsed = parse_mail(blobs.get(digest))
        blobs.put_all(parsed.contents.values())
    except (BadItem, TryAgainLater) as error:
        return error
    except Exception as error:  # noqa: BLE001 - goes to the quarantine with the place where it happened
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return BadItem(f"{type(error).__name__}: {error} (in {Path(frame.filename).name}:{frame.lineno})")
    return parsed.mail


if __name__ == "__main__":
    serve(_prepared)
