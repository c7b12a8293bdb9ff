"""An SMTP server on loopback that keeps what it receives and fails on request.

In a test, `SmtpSink.start()` runs it in a thread of its own. `python -m tests.servers.smtp` runs it as a process, see
smtp_process.py.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certs import ServerCertificate

Stage = Literal["auth", "mail", "rcpt", "data"]
HOST = "127.0.0.1"
LARGEST_MAIL = 64 * 1024 * 1024  # bytes; above it the server answers 552
TEXTS = {"auth": "authentication", "mail": "sender", "rcpt": "recipient", "data": "message"}


@dataclass(frozen=True, kw_only=True)
class ReceivedMail:
    """A mail that the server took over, whatever the client was told afterwards."""

    envelope_from: str  # MAIL FROM, empty for the null sender
    recipients: tuple[str, ...]  # RCPT TO, only the accepted ones, in order
    raw: bytes  # as transmitted, dots removed, CRLF line ends
    message_id: str | None  # the header Message-ID, angle brackets included; None without one


@dataclass(kw_only=True)
class _Fault:
    """One line of the script: the next `times` visits to `stage` are answered with `code`."""

    stage: Stage
    code: int
    times: int


class SmtpSink:
    """A listening SMTP server. All public methods may be called from any thread."""

    def __init__(
        self,
        *,
        username: str | None = None,
        password: str | None = None,
        certificate: ServerCertificate | None = None,
        on_message: Callable[[ReceivedMail], None] | None = None,
        keep: bool = True,
    ) -> None:
        """With username and password AUTH is required; with a certificate STARTTLS is offered, and AUTH only after it.

        `on_message` runs in a thread, before the client gets its answer. When it raises, the client gets 451 and
        the exception is kept in `hook_errors`. `keep=False` counts mails without keeping them.
        """
        self.host = HOST
        self.port = 0  # known after `listen`
        self.username = username
        self.password = password
        self.on_message = on_message
        self.count = 0  # mails taken over since the start; `clear` doesn't reset it
        self.connections = 0  # connections accepted since the start
        self.hook_errors: list[Exception] = []
        self._certificate = certificate
        self._context = certificate.server_context() if certificate else None
        self._keep = keep
        self._mails: list[ReceivedMail] = []
        self._faults: list[_Fault] = []
        self._refused: dict[str, tuple[int, str]] = {}
        self._drops = 0
        self._stalls: list[float] = []
        self._changed = threading.Condition()
        self._transports: list[asyncio.Transport] = []
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- running

    @classmethod
    def start(
        cls,
        *,
        username: str | None = None,
        password: str | None = None,
        certificate: ServerCertificate | None = None,
        on_message: Callable[[ReceivedMail], None] | None = None,
        port: int = 0,
    ) -> SmtpSink:
        """A sink that listens in a thread of its own; `port` 0 takes a free one."""
        sink = cls(username=username, password=password, certificate=certificate, on_message=on_message)
        sink._loop = asyncio.new_event_loop()
        sink._thread = threading.Thread(target=sink._loop.run_forever, name="smtp-sink", daemon=True)
        sink._thread.start()
        asyncio.run_coroutine_threadsafe(sink.listen(port), sink._loop).result(timeout=10)
        return sink

    def stop(self) -> None:
        """Close all connections and the listener. A second call does nothing."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self.close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._loop = self._thread = None

    def __enter__(self) -> SmtpSink:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path | None:
        """The authority that a client has to trust for STARTTLS; None without a certificate."""
        return self._certificate.ca_file if self._certificate else None

    async def listen(self, port: int = 0) -> None:
        """Listen in the running loop."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, HOST, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, cut the connections and let their tasks and sockets end (at most a second)."""
        if self._server is not None:
            self._server.close()
        for transport in self._transports:
            transport.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        for _ in range(100):
            if all(task.done() for task in tasks) and not any(map(_is_open, self._transports)):
                break
            await asyncio.sleep(0.01)
        self._transports.clear()

    def keep_track(self, transport: asyncio.Transport) -> None:
        """Remember a new connection, to be cut by `close`."""
        self.connections += 1
        self._transports = [known for known in self._transports if _is_open(known)]
        self._transports.append(transport)

    def _protocol(self) -> SMTP:
        return _Protocol(
            self,
            hostname="localhost",
            ident="test sink",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_MAIL,
            tls_context=self._context,
            authenticator=self._authenticate if self.username is not None else None,
            auth_require_tls=self._context is not None,
            # One mechanism, so that one scripted failure isn't used up by the first of two attempts.
            auth_exclude_mechanism=["LOGIN"],
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        fault = self.take_fault("auth")
        if fault is not None:
            return AuthResult(success=False, handled=False, message=fault)
        right = (
            isinstance(auth_data, LoginPassword)
            and auth_data.login.decode() == self.username
            and auth_data.password.decode() == self.password
        )
        return AuthResult(success=right, handled=False)

    # -- what came in

    @property
    def mails(self) -> list[ReceivedMail]:
        """All mails since the start or the last `clear`, in the order of their arrival."""
        with self._changed:
            return list(self._mails)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[ReceivedMail]:
        """The mails, as soon as there are at least `count`; TimeoutError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._mails) >= count, timeout):
                raise TimeoutError(f"{len(self._mails)} of {count} mails after {timeout} s")
            return list(self._mails)

    def clear(self) -> None:
        """Forget the mails and the script of faults."""
        with self._changed:
            self._mails.clear()
            self._faults.clear()
            self._refused.clear()
            self._stalls.clear()
            self._drops = 0

    # -- the script of faults

    def fail_next(self, *, code: int = 451, stage: Stage = "data", times: int = 1) -> None:
        """Answer the next `times` commands of this stage with `code`; a failed "data" doesn't keep the mail."""
        with self._changed:
            self._faults.append(_Fault(stage=stage, code=code, times=times))

    def refuse_recipient(self, address: str, code: int = 550, status: str = "") -> None:
        """Refuse this recipient (any case) from now on; the others of the same mail are accepted.

        `status` is the enhanced status code (RFC 3463), "5.3.0" for a 550 if none is given.
        """
        with self._changed:
            self._refused[address.lower()] = (code, status)

    def drop_after_data(self, times: int = 1) -> None:
        """Keep the next mails but close the connection instead of answering: the client can't know."""
        with self._changed:
            self._drops += times

    def stall_after_data(self, seconds: float, times: int = 1) -> None:
        """Keep the next mails but answer only after `seconds`."""
        with self._changed:
            self._stalls.extend([seconds] * times)

    def take_fault(self, stage: Stage) -> str | None:
        """The scripted answer for this visit to the stage, used up by the call; None when there is none."""
        with self._changed:
            for fault in self._faults:
                if fault.stage == stage:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return _answer(fault.code, stage)
        return None

    def refusal(self, address: str) -> str | None:
        """The answer for a recipient on the list of refused ones, else None."""
        with self._changed:
            refused = self._refused.get(address.lower())
        return None if refused is None else _answer(refused[0], "rcpt", refused[1])

    def take_over(self, mail: ReceivedMail) -> tuple[bool, float]:
        """Keep the mail. Returns whether to drop the connection, and the seconds to wait before the answer."""
        with self._changed:
            self.count += 1
            if self._keep:
                self._mails.append(mail)
            drop = self._drops > 0
            if drop:
                self._drops -= 1
            stall = self._stalls.pop(0) if self._stalls else 0.0
            self._changed.notify_all()
        return drop, stall


class _Protocol(SMTP):
    """One connection."""

    def __init__(self, sink: SmtpSink, **settings: Any) -> None:
        super().__init__(_Handler(sink), **settings)
        self._sink = sink
        self._seen = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not self._seen:  # the second time it's the TLS layer over the same connection
            self._seen = True
            self._sink.keep_track(cast(asyncio.Transport, transport))


class _Handler:
    """aiosmtpd's hooks; each connection has its own."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._sink.take_fault("mail")
        if fault is not None:
            return fault
        # Here and not through aiosmtpd's `auth_required`, which warns about AUTH without TLS: on loopback that's meant.
        if self._sink.username is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._sink.refusal(address) or self._sink.take_fault("rcpt")
        if fault is not None:
            return fault
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._sink.take_fault("data")
        if fault is not None:
            return fault
        raw = envelope.original_content or b""
        mail = ReceivedMail(
            envelope_from=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=raw,
            message_id=_message_id(raw),
        )
        drop, stall = self._sink.take_over(mail)
        if self._sink.on_message is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(None, self._sink.on_message, mail)
            except Exception as error:  # noqa: BLE001 - the hook is the test's code and finds it in hook_errors
                self._sink.hook_errors.append(error)
                return "451 4.3.0 The test's hook failed"
        if stall:
            await asyncio.sleep(stall)
        if drop:
            # The only exception at which aiosmtpd closes the connection without a word to the client.
            raise asyncio.CancelledError
        return "250 2.0.0 OK"


def _answer(code: int, stage: Stage, status: str = "") -> str:
    """An SMTP reply with its enhanced status code (RFC 3463), e.g. "451 4.3.0 message deferred by the test"."""
    kind = code // 100
    return f"{code} {status or f'{kind}.3.0'} {TEXTS[stage]} {'deferred' if kind == 4 else 'refused'} by the test"


def _is_open(transport: asyncio.Transport) -> bool:
    """Whether the socket still exists; a transport "closes" before its socket does."""
    return bool(transport.get_extra_info("socket").fileno() != -1)


def _message_id(raw: bytes) -> str | None:
    head, _, _ = raw.partition(b"\r\n\r\n")
    value = BytesHeaderParser().parsebytes(head + b"\r\n\r\n").get("Message-ID")
    return None if value is None else str(value).strip()


if __name__ == "__main__":
    from tests.servers.smtp_process import main

    main()
