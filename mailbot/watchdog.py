"""A pass that makes no progress: said in the log and for `health`, and the process ends, so that it is started anew.

Every step of a pass asks whether it is to stop. A pass that hasn't asked for a long time hangs, whatever it hangs in;
a long backlog asks with every mail and may take as long as it needs. A thread of Python's ends the process; where what
hangs lets no other thread of Python's run (a search by pattern does so), one of faulthandler's ends it somewhat later.

The next pass counts it as a failed attempt of the mail that was in hand, so that a mail that hangs the desk is put
aside like any other that fails (G3).
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

_NOTE = "last-hang.json"
_TRACE = "pass-trace.txt"  # empty, unless the pass hung: then the places in the program where it did, and no data
_LAST_TRACE = "last-hang-trace.txt"
_EXIT_CODE = 75  # sysexits EX_TEMPFAIL: nothing was lost, the next run carries on


@contextlib.contextmanager
def watchdog(data: Path, seconds: float, stop: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Ends the process with 75 when what it gives, `stop` by another name, isn't asked for `seconds`; where no other
    thread can run, with 1 after half as long again.
    """
    asked, armed = [time.monotonic()], [0.0]
    over = threading.Event()
    with (data / _TRACE).open("wb") as trace:

        def arm() -> None:
            armed[0] = asked[0]
            faulthandler.dump_traceback_later(seconds * 1.5, exit=True, file=trace)

        def asking() -> bool:
            asked[0] = time.monotonic()
            if asked[0] - armed[0] > seconds / 8:  # half a millisecond each time
                arm()
            return stop()

        def watch() -> None:
            while not over.wait(min(seconds / 4, 10)):
                if time.monotonic() - asked[0] > seconds:
                    faulthandler.dump_traceback(trace)
                    _end(data, seconds)

        arm()
        thread = threading.Thread(target=watch, name="watchdog", daemon=True)
        thread.start()
        try:
            yield asking
        finally:
            over.set()
            faulthandler.cancel_dump_traceback_later()


def take_hang(data: Path, seconds: float) -> bool:
    """Whether the pass before this one hung; asked before the next one is watched. Sees to it that `health` knows."""
    trace = data / _TRACE
    try:
        written = trace.stat()
    except OSError:
        return False
    if not written.st_size:
        return False
    ended_at = datetime.fromtimestamp(written.st_mtime, UTC)
    trace.replace(data / _LAST_TRACE)
    last = read_last_hang(data)
    if last is None or datetime.fromisoformat(last["at"]) < ended_at.replace(microsecond=0):
        _note(data, ended_at, _message(seconds))
    return True


def _message(seconds: float) -> str:
    return f"a pass made no progress for {seconds:g} seconds (schedule.stuck_after); mailbot ends, to be started anew"


def _note(data: Path, at: datetime, message: str) -> None:
    note = {"at": at.isoformat(timespec="seconds"), "message": message}
    with contextlib.suppress(OSError):  # a full disk must not keep it from ending
        (data / _NOTE).write_text(json.dumps(note), encoding="utf-8")


def _end(data: Path, seconds: float) -> None:
    message = _message(seconds)
    log.critical("%s", message)
    sys.stderr.write(f"mailbot: {message}\n")
    _note(data, datetime.now(UTC), message)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(_EXIT_CODE)  # whatever hangs can't be asked; every step is a transaction, as for a kill


def read_last_hang(data: Path) -> dict[str, str] | None:
    """When a pass was ended the last time (at, message); None if never."""
    try:
        note = json.loads((data / _NOTE).read_text(encoding="utf-8"))
        datetime.fromisoformat(note["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {"at": str(note["at"]), "message": str(note.get("message", ""))}
