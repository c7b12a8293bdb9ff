"""A pass that makes no progress: said in the log and for `health`, and the process ends, so that it is started anew.

Every step of a pass asks whether it is to stop. A pass that hasn't asked for a long time hangs, whatever it hangs in;
a long backlog asks with every mail and may take as long as it needs.
"""

from __future__ import annotations

import contextlib
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
_EXIT_CODE = 75  # sysexits EX_TEMPFAIL: nothing was lost, the next run carries on


@contextlib.contextmanager
def watchdog(data: Path, seconds: float, stop: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Ends the process with 75 when what it gives, `stop` by another name, isn't asked for `seconds`."""
    asked = [time.monotonic()]
    over = threading.Event()

    def asking() -> bool:
        asked[0] = time.monotonic()
        return stop()

    def watch() -> None:
        while not over.wait(min(seconds / 4, 10)):
            if time.monotonic() - asked[0] > seconds:
                _end(data, seconds)

    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    try:
        yield asking
    finally:
        over.set()


def _end(data: Path, seconds: float) -> None:
    message = (
        f"a pass made no progress for {seconds:g} seconds (schedule.stuck_after); mailbot ends, to be started anew"
    )
    log.critical("%s", message)
    sys.stderr.write(f"mailbot: {message}\n")
    note = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "message": message}
    with contextlib.suppress(OSError):  # a full disk must not keep it from ending
        (data / _NOTE).write_text(json.dumps(note), encoding="utf-8")
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
