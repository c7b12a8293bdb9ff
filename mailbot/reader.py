"""Stored mail is read in a process of its own, which may hang, swell or die and takes nothing else with it (G3, G9).

The desk sends digests, the reading process answers with what each mail says, in order, and by then has stored the
attachments. It reads a few mails ahead, so that a backlog keeps a second core busy.
"""

from __future__ import annotations

import logging
import math
import resource
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from mailbot.domain.message import IncomingMail
from mailbot.errors import BadItem, ConfigError, TryAgainLater
from mailbot.mail.parse import parse_mail
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault, read_key_file

log = logging.getLogger(__name__)

_AHEAD = 8  # mails asked for at a time
_START = 60  # seconds in which the reading process must be there
_GRACE = 5  # seconds after its deadline in which a reading process that nobody minds ends itself


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
        self._worker: _Worker | None = None

    def read(self, digests: Sequence[str]) -> Generator[IncomingMail | BadItem]:
        """What the mails say, in the order of `digests`; BadItem for one that defeats the reading process.

        Raises TryAgainLater when the disk or the reading process itself is at fault, ConfigError for the key file.
        """
        left = deque(digests)
        asked: deque[str] = deque()
        try:
            while left or asked:
                if self._worker is None:
                    self._worker = _Worker(self._bench)
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

    def _answer(self, worker: _Worker) -> IncomingMail | BadItem:
        try:
            answer = worker.answer(self._bench.seconds)
        except TimeoutError:
            self.close()
            return BadItem(f"reading it takes longer than {self._bench.seconds:g} seconds (limits.reading_seconds)")
        except (EOFError, OSError):
            return BadItem(f"the reading process died over it ({_how_it_ended(self.close())})")
        if isinstance(answer, TryAgainLater):
            raise answer
        return answer

    def close(self) -> int:
        """End the reading process; the next `read` starts another one. Returns its exit code."""
        worker, self._worker = self._worker, None
        return worker.end() if worker is not None else 0


class _Worker:
    """A running reading process."""

    def __init__(self, bench: Bench) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mailbot.reader", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        try:
            self._connection.send(bench)
            if not self._connection.poll(_START):
                raise EOFError
            trouble: ConfigError | None = self._connection.recv()
        except (EOFError, OSError):
            raise TryAgainLater(
                f"the process that reads mail could not be started ({_how_it_ended(self.end())}); what it said "
                "stands above; limits.reading_memory may be too small"
            ) from None
        if trouble is not None:
            self.end()
            raise trouble

    def ask(self, digests: Sequence[str] | deque[str]) -> None:
        try:
            for digest in digests:
                self._connection.send(digest)
        except OSError:
            log.debug("the reading process is gone")  # which `answer` finds out about, and over which mail

    def answer(self, seconds: float) -> IncomingMail | BadItem | TryAgainLater:
        if not self._connection.poll(seconds):
            raise TimeoutError
        answer: IncomingMail | BadItem | TryAgainLater = self._connection.recv()
        return answer

    def end(self) -> int:
        self._connection.close()
        if self._process.poll() is None:
            self._process.kill()  # it holds nothing that a killed process could spoil
        return self._process.wait()


def _how_it_ended(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _work(connection: Connection) -> None:
    """The reading process: one answer for each digest, until the desk closes its end or is killed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the mail in hand is finished; the desk says when to stop
        signal.signal(number, signal.SIG_IGN)
    bench: Bench = connection.recv()
    resource.setrlimit(resource.RLIMIT_DATA, (bench.memory, bench.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be customers' mail in the clear
    try:
        blobs = Blobs(bench.blobs, Vault(read_key_file(bench.key_file)))
    except ConfigError as error:
        connection.send(error)
        return
    connection.send(None)
    while True:
        try:
            digest: str = connection.recv()
        except EOFError:
            return
        signal.alarm(math.ceil(bench.seconds) + _GRACE)
        connection.send(_read(blobs, digest))
        signal.alarm(0)


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
    try:
        _work(Connection(int(sys.argv[1])))
    except (EOFError, ConnectionError):
        sys.exit(0)  # the desk was killed
