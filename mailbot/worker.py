"""A process of its own for work over hostile bytes: it may hang, swell or die and takes nothing else with it (G3, G9).

Two kinds of work are done so, the reading of mail (`mailbot.reader`) and of attached files (`mailbot.extractor`); each
is a module that is run with the number of its end of a pipe.
"""

from __future__ import annotations

import logging
import math
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection, Pipe
from typing import Any, Protocol

from mailbot.errors import ConfigError, TryAgainLater

log = logging.getLogger(__name__)

_START = 60  # seconds in which the process must be there
_GRACE = 5  # seconds after its deadline in which a process that nobody minds ends itself
_SECRETS = "MAILBOT_"  # environment variables that begin so hold passwords
# Libraries take all cores when they are not told.
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}


class Bench(Protocol):
    """What a process works with: bounds, and whatever else its kind of work needs."""

    @property
    def seconds(self) -> float:
        """For one question."""

    @property
    def memory(self) -> int:
        """Bytes of its own."""


class Worker:
    """The desk's end of a running process."""

    def __init__(self, module: str, bench: Bench, *, does: str, memory_setting: str) -> None:
        """Start `module`; `does` says for a message what the process is for.

        Raises TryAgainLater where it can't be started, ConfigError where it says that the settings are wrong.
        """
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what this process prints is for programs to read
                env=_ONE_CORE | {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)},
            )
        try:
            self._connection.send(bench)
            if not self._connection.poll(_START):
                raise EOFError
            trouble: ConfigError | None = self._connection.recv()
        except (EOFError, OSError):
            raise TryAgainLater(
                f"the process that {does} could not be started ({how_it_ended(self.end())}); what it said "
                f"stands above; {memory_setting} may be too small"
            ) from None
        if trouble is not None:
            self.end()
            raise trouble

    def ask(self, questions: Iterable[object]) -> None:
        """Hand over small questions; the answers come in the same order."""
        try:
            for question in questions:
                self._connection.send(question)
        except OSError:
            log.debug("the process is gone")  # which `answer` finds out about, and over which question

    def answer(self, seconds: float) -> Any:
        """The next answer. Raises TimeoutError, EOFError or OSError where there is none."""
        if not self._connection.poll(seconds):
            raise TimeoutError
        return self._connection.recv()

    def exchange(self, question: object, seconds: float, most_bytes: int) -> bytes:
        """Ask a question of any size and take the bytes of its answer; when the time is over the process is killed.

        Raises TimeoutError, EOFError or OSError where there is no answer.
        """
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        alarm = threading.Timer(seconds, end)
        alarm.start()
        try:
            self._connection.send(question)
            return self._connection.recv_bytes(most_bytes)
        except (EOFError, OSError):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            alarm.cancel()

    def end(self) -> int:
        """End the process; returns its exit code."""
        self._connection.close()
        if self._process.poll() is None:
            self._process.kill()  # it holds nothing that a killed process could spoil
        return self._process.wait()


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def serve(
    prepare: Callable[[Any], Callable[[Any], Any]], send: Callable[[Connection, Any], None] = Connection.send
) -> None:
    """The process itself: one answer for each question, until the desk closes its end or is killed.

    `prepare` gets the bench and returns what answers a question; a ConfigError of it goes to the desk.
    """
    connection = Connection(int(sys.argv[1]))
    try:
        _serve(connection, prepare, send)
    except (EOFError, ConnectionError):
        sys.exit(0)  # the desk was killed, or closed its end


def _serve(
    connection: Connection,
    prepare: Callable[[Any], Callable[[Any], Any]],
    send: Callable[[Connection, Any], None],
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # what is in hand is finished; the desk says when to stop
        signal.signal(number, signal.SIG_IGN)
    bench: Bench = connection.recv()
    resource.setrlimit(resource.RLIMIT_DATA, (bench.memory, bench.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be customers' mail in the clear
    try:
        answer_to = prepare(bench)
    except ConfigError as error:
        connection.send(error)
        return
    connection.send(None)
    while True:
        try:
            question = connection.recv()
        except EOFError:
            return
        signal.alarm(math.ceil(bench.seconds) + _GRACE)
        send(connection, answer_to(question))
        signal.alarm(0)
