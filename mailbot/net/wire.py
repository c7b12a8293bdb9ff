"""The connection below IMAP: a total time for each answer, which neither silence nor a trickle can outlast (G9).

A time-out of the socket only bounds the pause between two pieces. Here a second handle of the same connection is shut
down when the time is over, which ends whatever read or handshake is going on, with TLS or without.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from mailbot.settings.accounts import MailboxSettings, Security

_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}  # seconds, seconds, probes


class Cutter:
    """Shuts a connection down when an answer takes too long."""

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        self.has_cut = False

    def watch(self, sock: socket.socket) -> None:
        """This is the connection."""
        self.release()
        self._handle = sock.dup()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a line that died in IDLE is noticed in minutes
        for name, value in _KEEPALIVE.items():
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done in here ends with an error of the connection once `seconds` are over."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.has_cut = True
        handle = self._handle
        if handle is not None:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """The connection is closed."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()


class _Wire(imaplib.IMAP4):
    """imaplib over a socket that a cutter knows from the first byte on."""

    def __init__(
        self,
        address: tuple[str, int],
        timeout: float,
        watch: Callable[[socket.socket], None],
        context: ssl.SSLContext | None,
    ) -> None:
        self._watch = watch
        self._context = context
        super().__init__(address[0], address[1], timeout=timeout)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        try:
            self._watch(sock)
            return self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
        except BaseException:
            sock.close()
            raise


class BoundedClient(IMAPClient):  # type: ignore[misc]
    """An IMAPClient whose connection `cutter` can end at any time."""

    def __init__(self, settings: MailboxSettings, context: ssl.SSLContext, cutter: Cutter) -> None:
        self._cutter = cutter
        tls = settings.security is Security.TLS
        super().__init__(
            settings.host,
            port=settings.port,
            ssl=tls,
            ssl_context=context if tls else None,
            timeout=SocketTimeout(settings.connect_timeout, settings.timeout),
        )
        # imaplib would format every literal for a log that nobody reads.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Any:
        return _Wire((self.host, self.port), self._timeout.connect, self._cutter.watch, self.ssl_context)
