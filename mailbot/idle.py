"""IMAP IDLE (RFC 2177) as a wake-up for `serve`, and nothing more: what came is found by the pass that follows.

Each mailbox has one connection of its own on its first folder. It logs in only after a pass has logged in, so that a
refused password is never tried more often than the passes do. Servers without IDLE are left to the schedule.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable

from mailbot.errors import MailbotError
from mailbot.net.imap import AccessToken, ImapConnection
from mailbot.settings.accounts import MailboxSettings

log = logging.getLogger(__name__)

_PAUSES = (30, 60, 300, 900)  # seconds after a connection that did not last
_LASTS = 120  # seconds after which a connection counts as a good one
_LONGEST_LULL = 30.0  # seconds between two wake-ups that brought no new mail
_FAREWELL = 3.0  # seconds to end a watch; one that is just connecting is left behind


class Bell:
    """Wakes whoever waits for it. May be rung from any thread and from a signal handler: it takes no lock."""

    def __init__(self) -> None:
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)

    def ring(self) -> None:
        """Wake; a bell that rings already stays as it is."""
        try:
            self._outside.send(b"!")
        except BlockingIOError:
            return
        except OSError:
            return  # closed: nobody waits any more

    def wait(self, seconds: float | None, also: socket.socket | None = None) -> bool:
        """Wait until it rings, `also` has something to read, or `seconds` are over; True when it rang."""
        watched = [self._inside] if also is None else [self._inside, also]
        if self._inside not in select.select(watched, [], [], seconds)[0]:
            return False
        while True:
            try:
                self._inside.recv(4096)
            except BlockingIOError:
                return True

    def close(self) -> None:
        """No more."""
        self._inside.close()
        self._outside.close()


class Watch(threading.Thread):
    """Rings the desk's bell when the server says that a folder has changed."""

    def __init__(
        self,
        name: str,
        settings: MailboxSettings,
        idle_seconds: float,
        token: AccessToken | None,
        ring: Callable[[], None],
    ) -> None:
        super().__init__(name=f"idle {name}", daemon=True)
        self.mailbox = name
        self._settings = settings
        self._idle_seconds = idle_seconds
        self._token = token
        self._ring = ring
        self._bell = Bell()
        self._allowed = False
        self._ending = False

    def allow(self) -> None:
        """A pass has just read the mailbox: it may be logged in to."""
        self._allowed = True
        self._bell.ring()

    def end(self) -> None:
        """Leave soon."""
        self._ending = True
        self._bell.ring()

    def run(self) -> None:
        """Connect when allowed, watch until the line breaks, pause, and again."""
        try:
            self._run()
        finally:
            self._bell.close()

    def _run(self) -> None:
        failures = 0
        while not self._ending:
            if not self._allowed:
                self._bell.wait(None)
                continue
            self._allowed = False
            began = time.monotonic()
            try:
                if not self._watch():
                    return
            except MailbotError as error:
                log.info("not watched for now: %s", error)
            failures = 0 if time.monotonic() - began > _LASTS else failures + 1
            self._rest(_PAUSES[min(failures, len(_PAUSES)) - 1] if failures else 1)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            self._bell.wait(left)

    def _watch(self) -> bool:
        """Ring for every change until the end; False where the server has no IDLE."""
        with ImapConnection(self.mailbox, self._settings, self._token) as connection:
            if not connection.can("IDLE"):
                log.info("mailbox %s: the server has no IDLE; it is read by the schedule alone", self.mailbox)
                return False
            connection.select(self._settings.folders[0].name, readonly=True)
            lull = 0.5
            while not self._ending:
                sock = connection.idle()
                # Whatever came before this moment is found by the pass; what comes later shows on the socket.
                self._ring()
                woken = self._wait(sock)
                brought_mail = connection.end_idle()
                # Flags that change all day must not cost a pass each.
                lull = 0.5 if brought_mail or not woken else min(2 * lull, _LONGEST_LULL)
                if woken and not brought_mail:
                    self._rest(lull)
        return True

    def _wait(self, sock: socket.socket) -> bool:
        """True when the server said something before IDLE is to be begun anew."""
        until = time.monotonic() + self._idle_seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            if not self._bell.wait(left, sock) and select.select([sock], [], [], 0)[0]:
                return True
        return False


def end_all(watches: Iterable[Watch]) -> None:
    """Let all of them leave."""
    watches = list(watches)
    for watch in watches:
        watch.end()
    until = time.monotonic() + _FAREWELL
    for watch in watches:
        if watch.ident is not None:
            watch.join(max(0.0, until - time.monotonic()))
