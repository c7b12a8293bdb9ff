"""A whole installation for tests: settings, key, orders, a real mailbox and a real relay, and the people around it."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import yaml
from PIL import Image

from mailbot.demo.people import Person, header
from mailbot.domain.orders import Order, OrderLine
from mailbot.schedule import PassResult
from mailbot.settings import load_settings
from mailbot.store import orders
from mailbot.store.vault import create_key_file
from mailbot.wiring import bench_of, build_desk, file_extractor, open_store
from tests.console import run_here
from tests.policies import kept_policy
from tests.readers import kept_reader
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import ReceivedMail, SmtpSink

ROOT = Path(__file__).parents[2]


def _photo() -> bytes:
    """A picture that can be opened, with nothing to read in it."""
    file = io.BytesIO()
    Image.new("L", (64, 64), 200).save(file, "JPEG")
    return file.getvalue()


PHOTO = _photo()
SUPPORT = "support@tp.example"
STAFF = Person(name="Li Na", address="lina@staff.tp.example")
LIN = Person(name="林小满", address="lin.xiaoman@qq.example", chinese=True)
KATE = Person(name="Kate Murray", address="kate@mail.example")
WORKERS = frozenset({"poll", "serve", "deliver", "demo"})  # commands whose processes, signals and locks matter
MALLORY = Person(name="Mallory", address="mallory@elsewhere.example")


def order(number: str, buyer: Person, *, days_ago: int = 9, **changes: object) -> Order:
    """An order of one kettle, bought `days_ago`."""
    values: dict[str, object] = {
        "number": number,
        "buyer_name": buyer.name,
        "buyer_email": buyer.address,
        "phone": "",
        "country": "CN" if buyer.chinese else "GB",
        "language": "zh-Hans" if buyer.chinese else "en",
        "lines": (
            OrderLine(model="TP-K17", name="Kettle", serials=("SN1",), quantity=1, unit_price=Decimal("199.00")),
        ),
        "currency": "CNY" if buyer.chinese else "GBP",
        "payment_method": "支付宝" if buyer.chinese else "Visa card",
        "purchased_on": datetime.now(UTC).date() - timedelta(days=days_ago),
        "delivered_on": None,
        "shipping_status": "delivered",
        "tracking_number": "",
    }
    return Order(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class World:
    """An installation in a folder, between a mailbox and a relay."""

    folder: Path
    dovecot: Dovecot
    sink: SmtpSink
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    changes: dict[str, object] = field(default_factory=dict)  # over the starter settings, by section

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        create_key_file(self.folder / "mailbot.key")
        self.settings_file = self.folder / "settings.yaml"
        self.write_settings(**self.changes)
        self.read_upto = 0

    def write_settings(self, **changes: object) -> None:
        """The starter settings, pointed at the test's servers."""
        settings = yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))
        settings["rules"] = str(ROOT / "rules")
        settings["templates"] = str(ROOT / "templates")
        settings["evidence"]["ocr"] = False  # it has tests of its own and takes seconds
        settings["staff"]["members"] = [{"name": STAFF.name, "address": STAFF.address}]
        settings["mailboxes"]["support"].update(
            host=self.dovecot.host,
            port=self.dovecot.port,
            security="none",
            username=self.dovecot.username,
            password=self.dovecot.password,
        )
        settings["smtp"].update(host=self.sink.host, port=self.sink.port, security="none", username="")
        for section, values in changes.items():
            if isinstance(values, dict) and isinstance(settings.get(section), dict):
                settings[section].update(values)
            else:
                settings[section] = values
        self.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    def import_orders(self, *some: Order) -> None:
        with open_store(load_settings(self.settings_file)):
            orders.upsert(some)

    def arrive(self, raw: bytes) -> None:
        """A mail reaches the support mailbox."""
        self.dovecot.deliver(raw)

    def poll(self) -> PassResult:
        """One pass at the world's own time."""
        settings = load_settings(self.settings_file)
        reader = kept_reader(bench_of(settings))
        with open_store(settings) as database, contextlib.closing(file_extractor(settings.evidence)) as extractor:
            policy = kept_policy(settings)
            desk = build_desk(settings, database, reader, extractor, lambda: self.now, self.settings_file, policy)
            return desk.run_pass()

    def later(self, **span: float) -> datetime:
        """Time goes by; returns the new now."""
        self.now += timedelta(**span)
        return self.now

    def new_mails(self) -> list[ReceivedMail]:
        """What the relay took since the last call."""
        mails = self.sink.mails[self.read_upto :]
        self.read_upto += len(mails)
        return mails

    def exchange(self, *raws: bytes) -> list[ReceivedMail]:
        """Mails arrive, a minute later the desk looks; returns what it sent."""
        for raw in raws:
            self.arrive(raw)
        self.later(minutes=1)
        result = self.poll()
        assert result.exit_code == 0, (result, result.troubles)
        return self.new_mails()

    def cli(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The command line; what works through mail, or is given an environment, gets a process of its own."""
        command = ["--settings", str(self.settings_file), *arguments]
        if env is None and not WORKERS.intersection(arguments):
            return run_here(self.folder, *command)
        return subprocess.run(
            [sys.executable, "-m", "mailbot", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=env,
            cwd=self.folder,
        )

    def json(self, *arguments: str) -> object:
        """What a command prints with --json, whatever its exit code."""
        return json.loads(run_here(self.folder, "--settings", str(self.settings_file), *arguments, "--json").stdout)


def only(mails: list[ReceivedMail], to: Person) -> ReceivedMail:
    """The one mail to a person among `mails`."""
    found = [mail for mail in mails if mail.recipients == (to.address,) or list(mail.recipients) == [to.address]]
    assert len(found) == 1, [(m.recipients, header(m.raw, "Subject")) for m in mails]
    return found[0]
