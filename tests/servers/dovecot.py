"""A real Dovecot 2.3 on loopback, run without privileges, with its own configuration and its own mail.

Everything of the server lives in a short directory under /tmp (a unix socket's path has 108 bytes at most, and
pytest's directories are closed to other users); `root` gets the certificates, a link `home` to that directory and,
after `stop`, the log. Started by root, the server runs as `nobody`.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from imapclient import IMAPClient
from imapclient.imap_utf7 import encode as encode_folder

from tests.servers.certs import ServerCertificate, valid_certificate
from tests.servers.dovecot_config import CONFIG, OAUTH, OAUTH_LOOKUP
from tests.servers.processes import children, command_line, free_ports, wait_gone

HOST = "127.0.0.1"
USERNAME = "support@tp.example"
PASSWORD = "secret"
OTHER_USERS = ("returns@tp.example", "invoices@tp.example", "anna@customer.example", "ben@customer.example")
USERS = (USERNAME, *OTHER_USERS)  # all with the same password
READY_SECONDS = 15.0
STOP_SECONDS = 10.0
CLIENT_SECONDS = 30.0


class Dovecot:
    """A running server. Ports and mail survive `halt` and `resume`; `stop` removes everything but the log."""

    def __init__(self, root: Path, home: Path, certificate: ServerCertificate, owner: pwd.struct_passwd) -> None:
        self.host = HOST
        self.port = 0  # IMAP, with STARTTLS
        self.tls_port = 0  # IMAPS
        self.username = USERNAME
        self.password = PASSWORD
        self.ca_file = certificate.ca_file
        self.home = home  # configuration, sockets, log and mail
        self.log_file = home / "dovecot.log"
        self._root = root
        self._owner = owner
        self._introspection = ""  # where access tokens are looked up (RFC 7662); "" for passwords alone
        self._process: subprocess.Popen[bytes] | None = None

    # -- running

    @staticmethod
    def binary() -> str | None:
        """Path of the installed server, or None."""
        return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

    @classmethod
    def start(cls, root: Path, *, certificate: ServerCertificate | None = None, introspection: str = "") -> Dovecot:
        """A server that accepts logins when this returns; RuntimeError with the end of its log when it doesn't."""
        root.mkdir(parents=True, exist_ok=True)
        certificate = certificate or valid_certificate(root / "certificate")
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        server = cls(root, Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp")), certificate, owner)
        server._introspection = introspection
        try:
            server._prepare(certificate)
            for _attempt in range(5):
                server.port, server.tls_port = free_ports()
                server._write_config()
                try:
                    server.resume()
                    return server
                except RuntimeError as error:
                    # Somebody took the port between our look and the server's: look again.
                    if "Address already in use" not in str(error):
                        raise
            raise RuntimeError("no free port for Dovecot in 5 attempts")
        except BaseException:
            server.stop()
            raise

    def stop(self) -> None:
        """End the server and remove its directory; its log stays as root/dovecot.log. Twice is allowed."""
        self.halt()
        if self.log_file.exists():
            shutil.copyfile(self.log_file, self._root / "dovecot.log")
        shutil.rmtree(self.home, ignore_errors=True)
        (self._root / "home").unlink(missing_ok=True)

    def __enter__(self) -> Dovecot:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def halt(self) -> None:
        """End the server's processes; mail, ports and configuration stay (a provider's outage)."""
        if self._process is None:
            return
        # The children leave the listening socket only after the master: wait for all of them.
        family = [self._process.pid, *children(self._process.pid)]
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(STOP_SECONDS)
        self._process = None
        wait_gone(family[1:], STOP_SECONDS)

    def resume(self) -> None:
        """Start the server's processes, on the same ports as before, and wait until it greets on both."""
        binary = self.binary()
        if binary is None:
            raise RuntimeError("Dovecot is not installed")
        as_root = os.geteuid() == 0
        seen = self.log_file.stat().st_size if self.log_file.exists() else 0
        with (self.home / "stderr.log").open("wb") as errors:
            self._process = subprocess.Popen(
                [binary, "-F", "-c", str(self.home / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=self.home,
                user=self._owner.pw_uid if as_root else None,
                group=self._owner.pw_gid if as_root else None,
                extra_groups=[] if as_root else None,
                start_new_session=True,  # Ctrl-C in the terminal is for the tests, which then stop the server
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._greets():
                return
            log = self.log_tail(start=seen)
            if self._process.poll() is not None or ": Fatal: " in log or ": Error: " in log:
                break
            time.sleep(0.02)
        status = self._process.poll()
        self.halt()
        raise RuntimeError(f"Dovecot did not start (exit status {status}):\n{self.log_tail(start=seen)}")

    def drop_connections(self) -> None:
        """End all sessions as a provider's restart would; the server stays up for new ones."""
        if self._process is None:
            return
        sessions = [pid for pid in children(self._process.pid) if command_line(pid).startswith("dovecot/imap\0")]
        for pid in sessions:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        wait_gone(sessions, STOP_SECONDS)

    def log_tail(self, lines: int = 30, *, start: int = 0) -> str:
        """The last lines of what the server wrote to its log and to stderr."""
        texts = []
        for path, offset in ((self.home / "stderr.log", 0), (self.log_file, start)):
            if path.exists():
                texts += path.read_bytes()[offset:].decode(errors="replace").splitlines()
        return "\n".join(texts[-lines:])

    def _prepare(self, certificate: ServerCertificate) -> None:
        """Directories, users and a copy of the certificate that the server's own user can read."""
        shutil.copyfile(certificate.cert_file, self.home / "server.pem")
        shutil.copyfile(certificate.key_file, self.home / "server.key")
        users = "".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in USERS)
        (self.home / "users").write_text(users)
        for name in ("run", "state", "mail"):
            (self.home / name).mkdir()
        for path in (self.home, *self.home.iterdir()):
            self._own(path)
        link = self._root / "home"
        link.unlink(missing_ok=True)
        link.symlink_to(self.home)

    def _write_config(self) -> None:
        text = CONFIG.format(
            home=self.home,
            host=HOST,
            port=self.port,
            tls_port=self.tls_port,
            user=self._owner.pw_name,
            group=grp.getgrgid(self._owner.pw_gid).gr_name,
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
        )
        if self._introspection:
            (self.home / "oauth2.conf").write_text(OAUTH_LOOKUP.format(url=self._introspection))
            text += OAUTH.format(home=self.home)
        (self.home / "dovecot.conf").write_text(text)
        self._own(self.home / "dovecot.conf")

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _greets(self) -> bool:
        """Whether both ports answer with IMAP's greeting."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the certificate may be a bad one on purpose
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as plain:
                if not plain.recv(64).startswith(b"* OK"):
                    return False
            with (
                socket.create_connection((HOST, self.tls_port), timeout=2) as raw,
                context.wrap_socket(raw) as secure,
            ):
                return secure.recv(64).startswith(b"* OK")
        except OSError:
            return False

    # -- mail, past the server

    def deliver(
        self,
        raw: bytes,
        folder: str = "INBOX",
        user: str = USERNAME,
        *,
        received_at: datetime | None = None,
    ) -> None:
        """Put a mail into the Maildir as a delivery agent does; makes the folder when it's missing.

        `received_at` becomes INTERNALDATE (default: now). IMAP shows a bare LF as CRLF: send CRLF to get the same
        bytes back.
        """
        directory = self._folder(folder, user)
        if not directory.is_dir():
            self.create_folder(folder, user)
        name = f"{time.time_ns()}.{uuid4().hex}.test"
        unfinished = directory / "tmp" / name
        unfinished.write_bytes(raw)
        self._own(unfinished)
        if received_at is not None:
            os.utime(unfinished, (received_at.timestamp(), received_at.timestamp()))
        unfinished.rename(directory / "new" / name)

    def create_folder(self, folder: str, user: str = USERNAME) -> None:
        """Make an empty folder ("Archive/2026" for a nested one); an existing one stays as it is."""
        directory = self._folder(folder, user)
        inbox = self._folder("INBOX", user)
        for path in (inbox.parent, inbox, directory):
            if not path.exists():
                path.mkdir(mode=0o700)
                self._own(path)
        for name in ("cur", "new", "tmp"):
            if not (directory / name).exists():
                (directory / name).mkdir(mode=0o700)
                self._own(directory / name)
        if directory != inbox:
            marker = directory / "maildirfolder"
            marker.touch()
            self._own(marker)

    def bump_uidvalidity(self, folder: str = "INBOX", user: str = USERNAME) -> int:
        """Give the folder a new UIDVALIDITY, as a provider's migration does; returns it. Ends all sessions.

        The mails stay with their flags; their UIDs start at 1 again, so that old UIDs now mean other mails.
        """
        with self.client(user) as client:
            old = client.select_folder(folder, readonly=True)[b"UIDVALIDITY"]
        self.drop_connections()
        directory = self._folder(folder, user)
        for path in (*directory.glob("dovecot.index*"), directory / "dovecot-uidlist"):
            path.unlink(missing_ok=True)
        listing = directory / "dovecot-uidlist"
        listing.write_text(f"3 V{old + 1} N1 G{uuid4().hex}\n")
        self._own(listing)
        with self.client(user) as client:
            new: int = client.select_folder(folder, readonly=True)[b"UIDVALIDITY"]
        if new == old:
            raise RuntimeError(f"{folder} kept its UIDVALIDITY {old}:\n{self.log_tail()}")
        return new

    def wipe(self) -> None:
        """End all sessions and remove the mail of all users."""
        self.drop_connections()
        for path in (self.home / "mail").iterdir():
            shutil.rmtree(path)

    def _folder(self, folder: str, user: str) -> Path:
        """Directory of a folder in the Maildir++ layout."""
        if user not in USERS:
            raise ValueError(f"no such user: {user}")
        maildir = self.home / "mail" / user / "Maildir"
        if folder.upper() == "INBOX":
            return maildir
        return maildir / ("." + str(encode_folder(folder), "ascii").replace("/", "."))

    # -- mail, through IMAP

    def client(self, user: str = USERNAME) -> IMAPClient:
        """A logged-in connection without TLS; use it in a `with`."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=CLIENT_SECONDS)
        try:
            client.login(user, PASSWORD)
        except BaseException:
            client.shutdown()
            raise
        client._imap.debug = 0  # else imaplib formats every literal for a log that nobody reads
        return client

    def append_many(
        self,
        mails: Iterable[bytes | tuple[bytes, datetime]],
        folder: str = "INBOX",
        user: str = USERNAME,
        *,
        flags: tuple[str, ...] = (),
    ) -> None:
        """APPEND mails one after the other; a pair gives the INTERNALDATE too. UIDs follow the order."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                raw, received_at = mail if isinstance(mail, tuple) else (mail, None)
                client.append(folder, raw, flags=flags, msg_time=received_at)

    def messages(self, folder: str = "INBOX", user: str = USERNAME) -> list[bytes]:
        """The folder's mails by UID, as IMAP transmits them; changes no flag."""
        return [data[b"BODY[]"] for _, data in self._fetch("BODY.PEEK[]", folder, user)]

    def flags(self, folder: str = "INBOX", user: str = USERNAME) -> dict[int, frozenset[str]]:
        """Flags and keywords by UID, without \\Recent."""
        return {
            uid: frozenset(flag.decode() for flag in data[b"FLAGS"]) - {"\\Recent"}
            for uid, data in self._fetch("FLAGS", folder, user)
        }

    def folders(self, user: str = USERNAME) -> list[str]:
        """Names of all folders."""
        with self.client(user) as client:
            return sorted(name for _, _, name in client.list_folders())

    def _fetch(self, item: str, folder: str, user: str) -> list[tuple[int, dict[bytes, Any]]]:
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            return sorted(client.fetch(uids, [item]).items()) if uids else []
