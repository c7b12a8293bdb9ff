"""A mailbox and a relay of the demo's own: IMAP by pymap, SMTP by aiosmtpd, on free ports of loopback."""

from __future__ import annotations

import asyncio
import secrets
import threading
from argparse import Namespace
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

HOST = "127.0.0.1"
_PATIENCE = 10.0  # seconds for anything that the servers are asked to do
_LARGEST = 50_000_000  # bytes of a mail

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SentMail:
    """A mail that the relay took from the desk."""

    recipients: tuple[str, ...]  # RCPT TO
    raw: bytes  # as transmitted, CRLF line ends


class DemoServers:
    """Both servers in one thread with a loop of its own; use it as a context manager."""

    def __init__(self) -> None:
        self.username = "support@tp.example"
        self.password = secrets.token_urlsafe(12)
        self.imap_port = 0  # known once started
        self.smtp_port = 0
        self._sent: list[SentMail] = []
        self._taken = 0
        self._lock = threading.Lock()
        # Held here: the loop itself keeps only weak references, and a collected task is a lost session.
        self._sessions: set[asyncio.Task[None]] = set()
        self._transports: set[asyncio.BaseTransport] = set()
        self._listeners: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-servers", daemon=True)

    def __enter__(self) -> DemoServers:
        self._thread.start()
        try:
            self._do(self._start())
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def deliver(self, raw: bytes, at: datetime) -> None:
        """A mail reaches the support mailbox; `at` becomes its INTERNALDATE."""
        self._do(self._append(raw, at))

    def take(self) -> Sequence[SentMail]:
        """What the relay took since the last call, in order."""
        with self._lock:
            new = self._sent[self._taken :]
            self._taken = len(self._sent)
        return new

    def stop(self) -> None:
        """End all sessions, close all sockets, join the thread. A second call does nothing."""
        if self._loop.is_closed():
            return
        try:
            self._do(self._end())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE)
            self._loop.close()

    # -- in the loop's thread

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _start(self) -> None:
        arguments = Namespace(
            host=HOST, port=0, debug=False, cert=None, key=None, tls=False, passlib_cfg=None, proxy_protocol=None,
            demo_data=False, demo_user=self.username, demo_password=self.password,
        )  # fmt: skip
        config = _Mailbox.from_args(
            arguments,
            reject_dnsbl=False,  # nothing here asks the network
            # Threads and half a million rounds would guard a password that lives as long as this process.
            hash_context=BuiltinHash(rounds=1),
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        login = Login(config)
        self._identity = login.demo_user_identity
        password = await Passwords(config).hash_password(self.password)
        await self._identity.set(UserMetadata(config, self.username, password=password))
        imap = IMAPServer(login, config)

        def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(imap(reader, writer, SocketInfo.get(writer, None)))
            self._sessions.add(task)
            self._transports.add(writer.transport)
            task.add_done_callback(self._sessions.discard)

        listener = await asyncio.start_server(session, HOST, 0)
        self.imap_port = listener.sockets[0].getsockname()[1]
        relay = await self._loop.create_server(self._smtp_session, HOST, 0)
        self.smtp_port = relay.sockets[0].getsockname()[1]
        self._listeners = [listener, relay]

    def _smtp_session(self) -> SMTP:
        return _SmtpSession(
            _Relay(self._sent, self._lock),
            self._transports,
            hostname="relay.tp.example",
            data_size_limit=_LARGEST,
            loop=self._loop,
        )

    async def _append(self, raw: bytes, at: datetime) -> None:
        async with self._identity.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(raw, at, frozenset()))

    async def _end(self) -> None:
        for listener in self._listeners:
            listener.close()
        for transport in self._transports:
            transport.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_PATIENCE / 2)
        await asyncio.sleep(0)  # the loop closes the sockets of closed transports in its next round
        await asyncio.sleep(0)


class _Mailbox(Config):
    """pymap's settings with a greeting that needs no name look-up."""

    @property
    def greeting(self) -> bytes:
        return b"The demo's mailbox is ready"


class _SmtpSession(SMTP):
    """One connection, remembered so that it can be closed."""

    def __init__(self, relay: _Relay, transports: set[asyncio.BaseTransport], **settings: Any) -> None:
        super().__init__(relay, **settings)
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transports.add(transport)
        super().connection_made(transport)


class _Relay:
    """Takes every mail."""

    def __init__(self, sent: list[SentMail], lock: threading.Lock) -> None:
        self._sent = sent
        self._lock = lock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        with self._lock:
            self._sent.append(SentMail(recipients=tuple(envelope.rcpt_tos), raw=envelope.original_content or b""))
        return "250 2.0.0 OK"
