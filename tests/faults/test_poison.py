"""One bad mail or template stops nothing else: it is handled, or kept aside with its bytes and a reason (G3)."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.demo.people import Person, write
from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.store import inbox, orders
from mailbot.wiring import open_store
from tests.journeys.world import ROOT, SUPPORT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

MOST_BYTES = 10_500_000  # limits.message_bytes here
EMOJI = b"\xf0\x9f\x98\x80"


def mail(name: str, *headers: bytes, body: bytes = b"Where is my parcel?\r\n", sender: bytes = b"") -> bytes:
    """A mail with these headers besides the usual ones; its sender is named after the poison."""
    head = (
        b"From: " + (sender or b"Poison <%s@poison.example>" % name.encode()),
        b"To: support@tp.example",
        b"Message-ID: <%s@poison.example>" % name.encode(),
        b"Date: Mon, 23 Nov 2026 10:00:00 +0000",
    )
    given = {header.partition(b":")[0].lower() for header in headers}
    usual = [header for header in head if header.partition(b":")[0].lower() not in given]
    return b"\r\n".join((*usual, *headers, b"", body))


def nested(depth: int) -> bytes:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    return b"From: nested@poison.example\r\nSubject: nested\r\n" + parts + b"Content-Type: text/plain\r\n\r\nhello\r\n"


POISONS: dict[str, bytes] = {
    "unknown_charset": mail("charset", b"Subject: =?x-klingon?Q?=41?=", b"Content-Type: text/plain; charset=x-k"),
    "no_from": b"To: support@tp.example\r\nSubject: Who am I?\r\n\r\nNobody.\r\n",
    "empty": b"",
    "only_a_line_break": b"\r\n",
    "nul_bytes": mail("nul_bytes", b"Subject: a\x00b", body=b"Is\x00it loud?\x00\r\n" * 50),
    "nested": nested(300),
    "no_headers_at_all": b"\xff\xfe\x00 no colon here\r\n:::\r\n \r\n=?utf-8?B?\xc3\r\n\r\nwords\r\n",
    "broken_base64": mail(
        "base64", b"Content-Type: text/plain", b"Content-Transfer-Encoding: base64", body=b"SGVsbG8=*&^A"
    ),
    "one_line_of_10_MB": mail("one_line", b"Subject: long", body=b"word " * 2_000_000),
    "too_large": mail("too_large", b"Subject: huge", body=b"0123456789abcde\r\n" * (MOST_BYTES // 17 + 1)),
    "5000_recipients": mail("many", b"To: " + b",\r\n ".join(b"p%d@mail.example" % n for n in range(5000))),
    "subject_of_100_kB": mail("subject", b"Subject: " + b"\r\n ".join([b"word" * 200] * 125)),
    "message_id_on_two_lines": mail("lines", b"Message-ID: <first\r\n second@x.example>", b"In-Reply-To: <a\r\n b>"),
    "message_id_of_60_kB": mail("long_id", b"Message-ID: <" + b"a" * 60_000 + b"@poison.example>"),
    "references_of_400_kB": mail("ids", b"References: " + b"\r\n ".join(b"<%090d@x.test>" % n for n in range(4000))),
    "10000_headers": mail("headers", *[b"X-Filler: yes"] * 10_000),
    "ticket_number_beyond_64_bits": mail("big", b"Subject: Re: [T-99999999999999999999999999] [T-0] [T--1] hello"),
    "digits_of_another_script": mail("digits", "Subject: [T-١٠٠٠٠١] order TP２０２６１１０００２".encode()),
    "sender_needs_smtputf8": mail("utf8", sender="李 <李雷@poison.example>".encode()),
    "sender_in_quotes": mail("quoted", sender=b'"a b\\"c" <"a b"@poison.example>'),
    "sender_with_an_underscore_domain": mail("underscore", sender=b"Ann <ann@my_shop.example>"),
    "sender_of_one_label": mail("label", sender=b"root <root@localhost>"),
    "sender_with_a_literal": mail("literal", sender=b"Ann <ann@[192.0.2.1]>"),
    "sender_name_of_100_kB": mail("name", sender=b'"' + b"name " * 20_000 + b'" <name@poison.example>'),
    "names_that_turn_round": mail(
        "turn", "Subject: \u202efdp.exe \u2066 \ufeff".encode(), sender="\u202eAnn <ann@poison.example>".encode()
    ),
    "half_an_emoji": mail("half", b"Subject: " + EMOJI[:2], body=EMOJI[:3] + b"\xed\xa0\x80\r\n"),
    "template_marks": mail(
        "marks", "Subject: \ue000i\ue001 {{ 7 * 7 }} {% if %}".encode(), body="\ue0001\ue001 {{ x }}".encode()
    ),
    "date_that_is_none": mail("date", b"Date: Tue, 99 Foo 99999 99:99:99 +9999"),
    "bare_line_feeds": mail("feeds").replace(b"\r\n", b"\n"),
    "bare_carriage_returns": mail("returns").replace(b"\r\n", b"\r"),
    "attachment_with_a_wild_name": mail(
        "wild",
        b"Content-Type: multipart/mixed; boundary=b",
        body=b"--b\r\n\r\nsee file\r\n--b\r\nContent-Type: a/b\r\nContent-Disposition: attachment; "
        b'filename="../../etc/\x07\x1b[31m' + b"x" * 5000 + b'\r\n.exe"\r\n\r\ndata\r\n--b--\r\n',
    ),
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    """An installation with templates of its own."""
    folder = tmp_path / "desk"
    shutil.copytree(ROOT / "templates", folder / "templates")
    changes: dict[str, object] = {"limits": {"message_bytes": MOST_BYTES}, "templates": "templates"}
    return World(folder=folder, dovecot=dovecot, sink=smtp_sink, changes=changes)


def question(world: World, person: Person, subject: str = "Question") -> bytes:
    return write(person, SUPPORT, subject, "How loud is the kettle?", at=world.now)


def people(count: int) -> list[Person]:
    return [Person(name=f"Good {number}", address=f"good{number}@mail.example") for number in range(count)]


def answers(world: World, person: Person) -> int:
    return sum(received.recipients == (person.address,) for received in world.sink.mails)


def settle_down(world: World) -> None:
    """As many passes as a mail has tries, and one more."""
    for _ in range(load_settings(world.settings_file).limits.attempts + 1):
        world.later(minutes=30)
        world.poll()


def put_aside(world: World) -> list[inbox.InboxItem]:
    """The quarantine."""
    with open_store(load_settings(world.settings_file)):
        return inbox.quarantined()


def one_row(world: World) -> dict[str, Any]:
    """The server and the ledger of the only mailbox."""
    (row,) = world.json("reconcile")  # type: ignore[misc,attr-defined]
    return row  # type: ignore[no-any-return]


def test_poisoned_mails_stop_nothing(world: World) -> None:
    good = people(len(POISONS) + 1)
    world.arrive(question(world, good[0]))
    for poison, person in zip(POISONS.values(), good[1:], strict=True):
        world.arrive(poison)
        world.arrive(question(world, person))
    result = world.poll()
    assert {person.address: answers(world, person) for person in good} == {person.address: 1 for person in good}
    assert result.troubles == []
    settle_down(world)
    assert {answers(world, person) for person in good} == {1}
    row = one_row(world)
    assert (row["pending"], row["new"], row["missing"]) == (0, 0, 0)
    assert row["done"] + row["quarantined"] == row["on_server"] == len(good) + len(POISONS)
    # Everything reaches a person; nothing had to be put aside.
    assert world.json("quarantine", "list") == []


def test_of_a_mail_above_the_limit_the_header_becomes_a_ticket(world: World) -> None:
    good = people(2)
    customer = Person(name="Poison", address="too_large@poison.example")
    for raw in (question(world, good[0]), POISONS["too_large"], question(world, good[1])):
        world.arrive(raw)
    assert world.poll().exit_code == 0
    assert [answers(world, person) for person in (*good, customer)] == [1, 1, 1]
    (letter,) = [mail for mail in world.sink.mails if mail.recipients == (customer.address,)]
    assert b"10 MB" in letter.raw
    assert b"7 MB" in letter.raw
    (notice,) = [m for m in world.sink.mails if b"huge" in m.raw and m.recipients != (customer.address,)]
    assert b"support/INBOX" in notice.raw
    tickets = world.json("tickets", "list")
    assert [t["subject"] for t in tickets if t["customer_email"] == customer.address] == ["huge"]  # type: ignore[attr-defined]
    assert POISONS["too_large"] in world.dovecot.messages()  # for staff to look at


@pytest.mark.parametrize("after", ["move", "delete"])
def test_a_mail_that_is_not_stored_whole_stays_on_the_server(world: World, after: str) -> None:
    account = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    account["mailboxes"]["support"] |= {"after": after, "move_to": "Stored"}
    world.settings_file.write_text(yaml.safe_dump(account, allow_unicode=True), encoding="utf-8")
    world.arrive(POISONS["too_large"])
    world.arrive(question(world, people(1)[0]))
    for _ in range(2):
        assert world.poll().exit_code == 0
    assert world.dovecot.messages() == [POISONS["too_large"]]


def test_a_machine_that_sends_too_much_gets_no_notice(world: World) -> None:
    world.arrive(b"Auto-Submitted: auto-replied\r\n" + POISONS["too_large"])
    assert world.poll().exit_code == 0
    assert len(world.sink.mails) == 0
    assert len(world.json("tickets", "unfiled")) == 1  # type: ignore[arg-type]


def test_what_is_put_aside_is_shown_kept_whole_and_tried_again(world: World) -> None:
    """A defect of our own, here a trigger in the database, fails one customer's mail until it is mended."""
    unlucky, before, after = Person(name="Unlucky", address="unlucky@mail.example"), *people(2)
    file = database_of(world)
    execute(
        file,
        "CREATE TRIGGER defect BEFORE INSERT ON ticket WHEN new.customer_email = 'unlucky@mail.example' "
        "BEGIN SELECT RAISE(ABORT, 'a defect on purpose'); END",
    )
    raw = question(world, unlucky)
    for each in (question(world, before), raw, question(world, after)):
        world.arrive(each)
    results = [world.poll() for _ in range(3)]
    assert [(r.exit_code, r.processed.failed, r.processed.quarantined) for r in results] == [
        (1, 1, 0),
        (1, 1, 0),
        (1, 0, 1),
    ]
    assert [answers(world, person) for person in (before, unlucky, after)] == [1, 0, 1]
    assert world.poll().exit_code == 0

    (item,) = world.json("quarantine", "list")  # type: ignore[misc,attr-defined]
    assert (item["state"], item["attempts"], item["size"]) == ("quarantined", 3, len(raw))
    assert "a defect on purpose" in item["error"]
    number = str(item["id"])
    shown = world.cli("quarantine", "show", number)
    assert shown.returncode == 0
    assert "a defect on purpose" in shown.stdout
    exported = world.folder / "mail.eml"
    assert world.cli("quarantine", "export", number, str(exported)).returncode == 0
    assert exported.read_bytes() == raw
    health = world.cli("health")
    assert health.returncode == 1
    assert "1 mails in quarantine: mailbot quarantine list" in health.stdout
    row = one_row(world)
    assert (row["done"], row["quarantined"], row["missing"]) == (2, 1, 0)

    execute(file, "DROP TRIGGER defect")
    assert world.cli("quarantine", "retry", number).returncode == 0
    assert world.poll().processed.done == 1
    assert [answers(world, person) for person in (before, unlucky, after)] == [1, 1, 1]


def database_of(world: World) -> Path:
    """The database's file, made if need be."""
    settings = load_settings(world.settings_file)
    with open_store(settings):
        return settings.database


def execute(file: Path, statement: str) -> None:
    database = sqlite3.connect(file)
    with database:
        database.execute(statement)
    database.close()


def test_stored_bytes_that_were_damaged_stop_nothing(world: World) -> None:
    good = people(3)
    for person in good:
        world.arrive(question(world, person))
    # Taken in and not yet processed, as after a kill: the trigger keeps all mails waiting.
    file = database_of(world)
    execute(file, "CREATE TRIGGER late BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'later'); END")
    world.poll()
    execute(file, "DROP TRIGGER late")
    blobs = [path for path in load_settings(world.settings_file).blobs.rglob("*") if path.is_file()]
    assert len(blobs) == 3
    blobs[0].write_bytes(blobs[0].read_bytes()[:-1])
    blobs[1].unlink()
    settle_down(world)
    assert sorted(answers(world, person) for person in good) == [0, 0, 1]
    reasons = " ".join(item.error for item in put_aside(world))
    assert "are damaged" in reasons
    assert "are missing" in reasons


def spoil_for_one_subject(folder: Path) -> None:
    """Fails for a subject of four letters only, which `mailbot check` can't foresee."""
    for language in ("en", "zh-Hans"):
        file = folder / f"templates/{language}/acknowledgement.md.j2"
        file.write_text(file.read_text(encoding="utf-8") + "{% if 1 // (ticket.subject|length - 4) %}{% endif %}\n")


def spoil_for_all(folder: Path) -> None:
    for language in ("en", "zh-Hans"):
        (folder / f"templates/{language}/acknowledgement.md.j2").write_text("Thanks\n\n{% if %}\n")


@pytest.mark.parametrize("spoil", [spoil_for_one_subject, spoil_for_all])
def test_a_template_that_fails_stops_only_the_mails_that_need_it(world: World, spoil: Callable[[Path], None]) -> None:
    spoil(world.folder)
    first, unlucky, last = people(3)
    for person in (first, last):  # answered by another template
        world.arrive(write(person, SUPPORT, "Return", "I want to return TP2026110009.", at=world.now))
        if person is first:
            world.arrive(question(world, unlucky, "Boom"))
    for _ in range(4):
        world.later(minutes=30)
        with contextlib.suppress(ConfigError):
            assert world.poll().exit_code in (0, 1, 2)
    assert [answers(world, person) for person in (first, unlucky, last)] == [1, 0, 1]
    shutil.copytree(ROOT / "templates", world.folder / "templates", dirs_exist_ok=True)
    for item in put_aside(world):
        assert "acknowledgement.md.j2" in item.error
        with open_store(load_settings(world.settings_file)):
            inbox.retry(item.inbox_id)
    world.poll()
    assert [answers(world, person) for person in (first, unlucky, last)] == [1, 1, 1]


def test_bad_mails_from_files_stop_nothing_either(world: World) -> None:
    """One file is above the limit; those before and after it are taken in, and the exit code tells of it."""
    folder = world.folder / "mails"
    folder.mkdir()
    good = people(2)
    for name, raw in (("0", question(world, good[0])), *POISONS.items(), ("z", question(world, good[1]))):
        if len(raw) < 1_000_000 or name == "too_large":
            (folder / f"{name}.eml").write_bytes(raw)
    done = world.cli("ingest", str(folder))
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, (done.stdout, done.stderr)
    world.later(minutes=5)  # `ingest` wrote the letters by the real clock
    world.poll()
    assert [answers(world, person) for person in good] == [1, 1]


# -- orders

HEADER = (
    "order_number,buyer_name,buyer_email,phone,country,language,currency,payment_method,purchased_on,delivered_on,"
    "shipping_status,tracking_number,model,product_name,serials,quantity,unit_price"
)
ROW = "TP202611000{0},Kate,kate@mail.example,,GB,en,GBP,Visa card,2026-11-10,,delivered,,TP-K17,Kettle,SN{0},1,{1}\n"


def imported(world: World) -> set[str]:
    with open_store(load_settings(world.settings_file)):
        return {order.number for order in orders.page(100)}


def test_a_malformed_row_of_an_order_file(world: World) -> None:
    file = world.folder / "orders.csv"
    rows = [ROW.format(1, "199.00"), ROW.format(2, "12x"), ROW.format(3, "89.00")]
    file.write_text(HEADER + "\n" + "".join(rows), encoding="utf-8")
    done = world.cli("orders", "import", str(file))
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert "2 orders imported, 1 rows rejected" in done.stdout
    assert "row 3" in done.stdout
    assert "unit_price" in done.stdout
    assert imported(world) == {"TP2026110001", "TP2026110003"}
    file.write_text(file.read_text(encoding="utf-8").replace("12x", "12.00"), encoding="utf-8")
    assert world.cli("orders", "import", str(file)).returncode == 0
    assert imported(world) == {"TP2026110001", "TP2026110002", "TP2026110003"}


def test_an_order_file_without_a_column(world: World) -> None:
    file = world.folder / "orders.csv"
    file.write_text(HEADER.replace(",unit_price", "") + "\n" + ROW.format(1, ""), encoding="utf-8")
    done = world.cli("orders", "import", str(file))
    assert done.returncode == 2
    # One line, and no progress bar for the log file of a cron job.
    (line,) = done.stderr.splitlines()
    assert "orders.csv: row 1 must name the columns; missing: unit_price" in line
    assert imported(world) == set()
