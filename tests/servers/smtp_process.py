"""The SMTP sink as a process of its own, for the benchmark and the crash drill.

    python -m tests.servers.smtp --port 0 --out DIR      one file per mail: 000001.eml and its envelope 000001.json
    python -m tests.servers.smtp --port 0 --discard      only counts, with a server that costs next to nothing

It prints {"host", "port", "pid"} as its first line and, on SIGTERM or SIGINT, {"count"} as its last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from tests.servers.smtp import HOST, ReceivedMail, SmtpSink


class Counter(asyncio.Protocol):
    """A connection that answers yes to everything and counts mails; any user name and password will do.

    aiosmtpd reads mails line by line, which would make the sink the bottleneck that a benchmark measures.
    """

    count = 0  # mails of all connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._unread = b""
        self._in_data = False
        self._transport.write(b"220 localhost test sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            line, found, rest = self._unread.partition(end)
            if not found:
                return
            if self._in_data:
                Counter.count += 1
                self._in_data = False
                self._unread = rest
                self._transport.write(b"250 2.0.0 OK\r\n")
            else:
                self._unread = rest
                self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self._transport.write(b"250-localhost\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n")
        elif verb == b"AUTH":
            self._transport.write(b"235 2.7.0 OK\r\n")
        elif verb == b"DATA":
            self._in_data = True
            self._unread = b"\r\n" + self._unread  # the end is found even when the mail has no line at all
            self._transport.write(b"354 Go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 2.0.0 Bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 2.0.0 OK\r\n")


def _write_to(directory: Path) -> Callable[[ReceivedMail], None]:
    """A hook that writes each mail as the next numbered .eml with its envelope beside it, envelope first."""
    directory.mkdir(parents=True, exist_ok=True)
    number = max((int(path.stem) for path in directory.glob("[0-9]*.eml")), default=0)
    lock = threading.Lock()

    def write(mail: ReceivedMail) -> None:
        nonlocal number
        with lock:
            number += 1
            name = f"{number:06d}"
        envelope = {"from": mail.envelope_from, "to": mail.recipients, "message_id": mail.message_id, "at": time.time()}
        for suffix, content in ((".json", json.dumps(envelope).encode()), (".eml", mail.raw)):
            unfinished = directory / f".{name}{suffix}"
            unfinished.write_bytes(content)
            unfinished.replace(directory / f"{name}{suffix}")

    return write


async def _until_told_to_stop(port: int) -> None:
    """Say where the server listens, then wait for SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print(json.dumps({"host": HOST, "port": port, "pid": os.getpid()}), flush=True)
    await stopped.wait()


async def _keep(port: int, out: Path, username: str | None, password: str | None) -> None:
    sink = SmtpSink(username=username, password=password, on_message=_write_to(out), keep=False)
    await sink.listen(port)
    await _until_told_to_stop(sink.port)
    await sink.close()
    print(json.dumps({"count": sink.count}), flush=True)
    for error in sink.hook_errors:
        print(f"not written: {error!r}", file=sys.stderr)


async def _discard(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Counter, HOST, port)
    await _until_told_to_stop(server.sockets[0].getsockname()[1])
    server.close()
    print(json.dumps({"count": Counter.count}), flush=True)


def main() -> None:
    """Command line of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.smtp")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="write each mail into this directory")
    where.add_argument("--discard", action="store_true", help="only count")
    parser.add_argument("--user", help="with --out: require AUTH with this user name")
    parser.add_argument("--password", default="secret", help="and this password")
    options = parser.parse_args()
    if options.discard:
        asyncio.run(_discard(options.port))
    else:
        password = options.password if options.user is not None else None
        asyncio.run(_keep(options.port, options.out, options.user, password))
