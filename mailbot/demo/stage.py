"""The stage: a whole installation between the two servers, a clock that the story moves, a folder with every mail."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from mailbot.demo.people import Person, header
from mailbot.demo.sample_orders import write_sample_orders
from mailbot.demo.scenes import LI_NA, Arrival
from mailbot.demo.servers import HOST, DemoServers, SentMail
from mailbot.demo.telling import Teller, read_reason
from mailbot.domain.message import Origin
from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.mail.parse import parse_mail
from mailbot.settings import load_settings
from mailbot.store import inbox, orders, outbox
from mailbot.store.order_files import read_orders
from mailbot.store.vault import create_key_file
from mailbot.wiring import Desk, open_store, starter_file

ORDERS = 300
MARKER = ".mailbot-demo"  # says that a folder is the demo's own and may be replaced
MAILS = "mails"
DESK = "desk"


def prepare_folder(folder: Path) -> None:
    """An empty folder with the marker. An earlier demo's is emptied.

    Raises ConfigError where the folder holds anything that the demo didn't put there, or can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = {entry.name for entry in folder.iterdir()}
        foreign = found - {MARKER, MAILS, DESK}
        if foreign or (found and MARKER not in found):
            name = min(foreign or found)
            raise ConfigError(
                f"{folder}: holds {name!r}, which no demo put there; nothing is overwritten, "
                "choose another folder with --dir"
            )
        for name in (MAILS, DESK):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        (folder / MARKER).write_text("made by `mailbot demo`, which replaces this folder\n", encoding="ascii")
        (folder / MAILS).mkdir()
    except OSError as error:
        raise ConfigError(f"{folder}: can't be used for the demo: {error.strerror}") from None


def make_installation(folder: Path, servers: DemoServers) -> Path:
    """What `mailbot init` makes, pointed at the demo's servers; returns the settings file."""
    folder.mkdir()
    for name in ("rules", "templates"):
        shutil.copytree(starter_file(name), folder / name)
    settings = yaml.safe_load(starter_file("settings.yaml").read_text(encoding="utf-8"))
    settings["staff"]["members"] = [{"name": LI_NA.name, "address": LI_NA.address}]
    account = {"host": HOST, "security": "none", "username": servers.username, "password": servers.password}
    settings["mailboxes"]["support"].update(account, port=servers.imap_port)
    settings["smtp"].update(host=HOST, port=servers.smtp_port, security="none", username="")
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    create_key_file(folder / "mailbot.key")
    return file


def import_sample_orders(settings_file: Path, now: datetime) -> int:
    """Write the sample as a shop would export it, and import it as `mailbot orders import` does."""
    export = settings_file.with_name("orders.csv")
    write_sample_orders(export, today=now.date(), count=ORDERS)
    good = [item for item in read_orders(export) if isinstance(item, Order)]
    with open_store(load_settings(settings_file)):
        orders.upsert(good)
    return len(good)


class Clock:
    """The story's own time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> datetime:
        """Time goes by; returns the new now."""
        self.now += timedelta(**span)
        return self.now

    def morning(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """That many days later, at this hour; returns the new now."""
        self.now = (self.now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0)
        return self.now


class Stage:
    """Brings mails to the desk, lets it work, collects what it sends, and has all of it told."""

    def __init__(self, *, folder: Path, servers: DemoServers, desk: Desk, clock: Clock, teller: Teller) -> None:
        self.desk = desk
        self.clock = clock
        self.teller = teller
        self.begun = clock.now
        self.sent: list[SentMail] = []
        self.arrivals: list[Arrival] = []
        self.troubles: list[str] = []  # passes that did not end well
        self._servers = servers
        self._mails = folder / MAILS
        self._number = 0

    def exchange(self, *arrivals: Arrival, show: Sequence[str] = (), silence: str = "") -> list[SentMail]:
        """Mails arrive, a minute later the desk looks; returns what it sent.

        `show`: words of the lines that an excerpt shows. `silence`: said where the desk sends nothing.
        """
        files = []
        for mail in arrivals:
            self._servers.deliver(mail.raw, self.clock.now)
            self.arrivals.append(mail)
            role = "staff" if mail.who == LI_NA else "customer"
            if parse_mail(mail.raw).mail.origin is not Origin.HUMAN:
                role = "machine"
            files.append(self._save(mail.raw, f"{role}-{_slug(mail.who.address or 'nobody')}"))
        self.clock.later(minutes=1)
        sent = self._pass()
        for mail, file in zip(arrivals, files, strict=True):
            self.teller.arrived(mail, file)
            self._tell_decision(mail)
        self._tell_sent(sent, show)
        if not sent and silence:
            self.teller.silence(silence)
        return sent

    def look(self, show: Sequence[str] = ()) -> list[SentMail]:
        """A pass without new mail: only time has gone by."""
        sent = self._pass()
        self._tell_sent(sent, show)
        return sent

    def count(self, person: Person) -> int:
        """How many mails went to somebody so far."""
        return Counter(address for mail in self.sent for address in mail.recipients)[person.address]

    def _pass(self) -> list[SentMail]:
        result = self.desk.run_pass()
        if result.exit_code:
            reasons = "; ".join(str(trouble) for trouble in result.troubles) or f"{result.processed}"
            self.troubles.append(f"a pass of the desk ended with {result.exit_code}: {reasons}")
        sent = list(self._servers.take())
        self.sent.extend(sent)
        return sent

    def _tell_decision(self, mail: Arrival) -> None:
        with self.desk.database.connection_context():
            item = inbox.by_digest(parse_mail(mail.raw).mail.digest)
        if item is None:
            self.troubles.append(f"a mail of {mail.who.name} never reached the inbox")
        elif item.trace:
            self.teller.decided(read_reason(item.trace))
        else:
            self.teller.put_aside(item.error)

    def _tell_sent(self, sent: Sequence[SentMail], show: Sequence[str]) -> None:
        if not sent:
            return
        with self.desk.database.connection_context():
            templates = {mail.message_id: mail.template for mail in outbox.in_state()}
        for mail in sent:
            template = templates.get(header(mail.raw, "Message-ID"), "")
            to = mail.recipients[0]
            name = self._save(mail.raw, f"desk-to-{_slug(to)}-{_slug(template)}")
            html = _html(mail.raw)
            if html:
                (self._mails / name).with_suffix(".html").write_text(html, encoding="utf-8")
            self.teller.sent(_display_name(mail.raw) or to, header(mail.raw, "Subject"), mail.raw, name, show)

    def _save(self, raw: bytes, name: str) -> str:
        self._number += 1
        file = f"{self._number:02}-{name}.eml"
        (self._mails / file).write_bytes(raw)
        return file


def only(sent: Sequence[SentMail], to: Person) -> bytes:
    """The one mail to somebody. Raises LookupError where there is none or more than one."""
    found = [mail.raw for mail in sent if to.address in mail.recipients]
    if len(found) != 1:
        raise LookupError(f"expected one mail to {to.name}, the desk sent {len(found)}")
    return found[0]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.partition("@")[0].lower()).strip("-")


def _display_name(raw: bytes) -> str:
    to = email.message_from_bytes(raw, policy=email.policy.default)["To"]
    return str(to.addresses[0].display_name) if to is not None and to.addresses else ""


def _html(raw: bytes) -> str:
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(preferencelist=("html",))
    return "" if part is None else str(part.get_content())
