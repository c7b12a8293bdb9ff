"""A TCP proxy before a server that cuts the line, falls silent, trickles or rewrites what the server says."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

HOST = "127.0.0.1"
_TURN = 0.05  # seconds between two looks at whether the test is over


class Proxy:
    """A listening proxy; what is set on it counts for connections made afterwards, until it is set otherwise."""

    def __init__(self, port: int) -> None:
        """`port` is the server's, on loopback."""
        self._server = port
        self.cut_after: int | None = None  # bytes from the server, then the line is cut
        self.stall_after: int | None = None  # bytes from the server, then nothing more comes
        self.trickle = 0.0  # seconds before each byte from the server, after `stall_after`
        self.rewrite: dict[bytes, bytes] = {}  # in what the server says; of the same length
        self.before: Callable[[bytes], None] | None = None  # sees what the client says before the server does
        self.connections = 0
        self._over = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        passed = 0
        with client, suppress(OSError), socket.create_connection((HOST, self._server)) as server:
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._over.is_set():
                ready, _, _ = select.select([client, server], [], [], _TURN)
                if client in ready:
                    said = client.recv(65536)
                    if not said:
                        return
                    if self.before is not None:
                        self.before(said)
                    server.sendall(said)
                if server in ready:
                    answer = server.recv(65536)
                    if not answer:
                        return
                    for old, new in self.rewrite.items():
                        answer = answer.replace(old, new)
                    if not self._pass(client, answer, passed):
                        return
                    passed += len(answer)

    def _pass(self, client: socket.socket, answer: bytes, passed: int) -> bool:
        """Hand on what the server said; False when the line is cut."""
        limit = self.cut_after if self.cut_after is not None else self.stall_after
        if limit is None or passed + len(answer) <= limit:
            client.sendall(answer)
            return True
        allowed = max(0, limit - passed)
        client.sendall(answer[:allowed])
        if self.cut_after is not None:
            return False
        for byte in answer[allowed:]:
            if not self._wait(client, self.trickle or 3600):
                return False
            client.sendall(bytes([byte]))
        return True

    def _wait(self, client: socket.socket, seconds: float) -> bool:
        """Let time go by; False when the client gave up or the test is over."""
        while seconds > 0 and not self._over.is_set():
            ready, _, _ = select.select([client], [], [], min(seconds, _TURN))
            if ready and not client.recv(65536, socket.MSG_PEEK):
                return False
            seconds -= _TURN
        return not self._over.is_set()
