"""Ports and processes of the test servers (Linux: reads /proc)."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_ports() -> tuple[int, int]:
    """Two ports that were free a moment ago."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((LOOPBACK, 0))
        second.bind((LOOPBACK, 0))
        return first.getsockname()[1], second.getsockname()[1]


def children(pid: int) -> list[int]:
    """Process ids of the direct children (Linux)."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def command_line(pid: int) -> str:
    """Command line of a process, arguments separated by NUL; empty when it's gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_gone(pids: Iterable[int], seconds: float) -> None:
    """Wait until these processes have ended; kill those that haven't after `seconds`."""
    remaining = set(pids)
    deadline = time.monotonic() + seconds
    while remaining and time.monotonic() < deadline:
        remaining = {pid for pid in remaining if command_line(pid)}
        if remaining:
            time.sleep(0.01)
    for pid in remaining:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
