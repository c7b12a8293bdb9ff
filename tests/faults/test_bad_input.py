"""Wrong settings, servers out of reach and a full disk: one clear line, the designed exit code, nothing lost.

Each test leaves a customer's mail waiting while something is wrong, and ends with the run that is right again:
it must answer that mail, once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from mailbot.demo.people import Person, write
from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.store.vault import create_key_file
from mailbot.wiring import open_store
from tests.journeys.world import ROOT, STAFF, SUPPORT, World
from tests.servers.certs import ServerCertificate, expired_certificate, valid_certificate, wrong_host_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

Mistake = Callable[[World], tuple[str, ...]]  # makes it, and returns what the message must say

CUSTOMER = Person(name="Nora Field", address="nora@mail.example")


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> World:
    """An installation with rules and templates of its own, and one mail that waits."""
    return installation(tmp_path, dovecot, smtp_sink)


def installation(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink, **changes: object) -> World:
    folder = tmp_path / "desk"
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    world = World(
        folder=folder, dovecot=dovecot, sink=sink, changes={"rules": "rules", "templates": "templates", **changes}
    )
    world.arrive(question(world))
    return world


def question(world: World, person: Person = CUSTOMER) -> bytes:
    return write(person, SUPPORT, "Question", "How loud is the kettle?", at=world.now)


def edit(world: World, path: str, value: object) -> None:
    """Change one key of the settings, given as in mailboxes.support.password; None removes it."""
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    *parents, last = path.split(".")
    section = settings
    for name in parents:
        section = section[name]
    if value is None:
        section.pop(last)
    else:
        section[last] = value
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def line_of(file: Path, words: str) -> int:
    return next(n for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1) if words in line)


def environment(**values: object) -> dict[str, str]:
    return {**os.environ, **{f"MAILBOT_{name}": str(value) for name, value in values.items()}}


def make_database(world: World) -> None:
    with open_store(load_settings(world.settings_file)):
        return


def assert_clear(done: subprocess.CompletedProcess[str], code: int, *words: str, lines: int = 1) -> None:
    """The exit code, and a message for people that holds `words`."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    for word in words:
        assert word in done.stderr, (word, done.stderr)
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == lines, done.stderr


def assert_carries_on(world: World, *people: Person) -> None:
    """The next right run answers everybody who waits, once, and the ledger has no gap."""
    world.later(minutes=1)
    result = world.poll()
    assert result.exit_code == 0, (result, result.troubles)
    answered = [recipient for mail in world.sink.mails for recipient in mail.recipients]
    for person in people or (CUSTOMER,):
        assert answered.count(person.address) == 1, answered
    world.later(minutes=30)
    again = world.poll()
    assert (again.exit_code, again.fetched, again.delivered.sent) == (0, 0, 0)


# -- settings, rules, templates, key: wrong before anything is done

# Name -> file, words that are replaced once, by what, and what the message must say; {line} is where they stood.
EDITS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "settings that are no YAML": ("settings.yaml", "languages:", "languages: [", ("settings.yaml:", "not valid YAML")),
    "unknown rule word": (
        "rules/routing.yaml",
        "if: [it is machine mail]",
        "if: [it is machin mail]",
        ("routing.yaml:{line}: 'it is machin mail'", "did you mean 'it is machine mail'?"),
    ),
    "unknown template in a rule": (
        "rules/routing.yaml",
        "reply with: return_too_late, notify",
        "reply with: return_too_lat, notify",
        ("routing.yaml:{line}: 'reply with'", "'return_too_lat'", "return_too_late"),
    ),
    "no rule without if at the end": (
        "rules/routing.yaml",
        "    - rule: still no order number\n      do: [notify staff: customer_reply]\n",
        "",
        ("routing.yaml:", "return wanted", "no `if`"),
    ),
    "circle of tables": (
        "rules/routing.yaml",
        "still no order number\n      do: [notify staff: customer_reply]",
        "still no order number\n      do: [continue with: customer]",
        ("routing.yaml:", "circle", "customer > return wanted > customer"),
    ),
    "rules that are no YAML": ("rules/returns.yaml", "max: 7}", "max: 7", ("returns.yaml:", "not valid YAML")),
    "template with a syntax error": (
        "templates/en/acknowledgement.md.j2",
        "{% endif %}",
        "{% endfi %}",
        ("acknowledgement.md.j2:{line}: ", "endfi"),
    ),
}


def several_wrong_settings(world: World) -> tuple[str, ...]:
    edit(world, "smtp.prot", 25)
    edit(world, "mailboxes.support.port", "many")
    edit(world, "brand", None)
    return (
        "smtp.prot: is not a setting",
        "mailboxes.support.port: expected a whole number, such as 993",
        "brand: is missing",
        f"settings.yaml:{line_of(world.settings_file, 'prot:')}: ",
        f"settings.yaml:{line_of(world.settings_file, 'port: many')}: ",
    )


def unwritable_staff_address(world: World) -> tuple[str, ...]:
    """An address that no mail can be addressed to would fail every notice: it is a mistake of the settings."""
    edit(world, "staff.members", [{"name": "Li Na", "address": "lí.na@staff.tp.example"}])
    return ("settings.yaml:", "staff.members")


def mistake_in_line_100(world: World) -> tuple[str, ...]:
    """The line number stands between two colons, as the names of emoji do."""
    file = world.folder / "rules/routing.yaml"
    text = file.read_text(encoding="utf-8").replace("with: staff]", "with: stuff]")
    file.write_text("#\n" * (100 - line_of(file, "continue with: staff")) + text, encoding="utf-8")
    return ("routing.yaml:100:", "'stuff'")


def template_of_a_rule_missing(world: World) -> tuple[str, ...]:
    for file in world.folder.glob("templates/*/acknowledgement.md.j2"):
        file.unlink()
    return ("routing.yaml:", "'acknowledgement'")


def template_of_the_code_missing(world: World) -> tuple[str, ...]:
    """No rule names staff_notice, the action does: found at the latest when it is needed."""
    for language in ("en", "zh-Hans"):
        (world.folder / f"templates/{language}/staff_notice.md.j2").unlink()
    return ("staff_notice",)


def key_file_readable_by_others(world: World) -> tuple[str, ...]:
    (world.folder / "mailbot.key").chmod(0o644)
    return ("mailbot.key", "chmod 600")


def malformed_key_file(world: World) -> tuple[str, ...]:
    (world.folder / "mailbot.key").write_text("k1 c2hvcnQ=\n")
    return ("mailbot.key:1:", "32 bytes in base64")


def no_database(world: World) -> tuple[str, ...]:
    (world.folder / "var").mkdir()
    (world.folder / "var/mailbot.sqlite3").write_bytes(b"This is a letter, and no database at all. " * 400)
    return ("mailbot.sqlite3", "not a usable database")


def replaced(world: World, name: str) -> tuple[str, ...]:
    file, old, new, words = EDITS[name]
    text = (world.folder / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} isn't in {file}"
    (world.folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tuple(word.replace("{line}", str(text[: text.index(old)].count("\n") + 1)) for word in words)


def removed(world: World, name: str, *words: str) -> tuple[str, ...]:
    path = world.folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return words


MISTAKES: dict[str, Mistake] = {
    **{name: partial(replaced, name=name) for name in EDITS},
    "no settings": lambda world: removed(world, "settings.yaml", "settings.yaml", "no such file"),
    "no key file": lambda world: removed(world, "mailbot.key", "mailbot.key", "no key file"),
    "several wrong settings": several_wrong_settings,
    "unwritable staff address": unwritable_staff_address,
    "mistake in line 100": mistake_in_line_100,
    "template of a rule missing": template_of_a_rule_missing,
    "template of the code missing": template_of_the_code_missing,
    "key file readable by others": key_file_readable_by_others,
    "malformed key file": malformed_key_file,
    "no database": no_database,
}
NOT_PUT_RIGHT_IN_PLACE = ("unwritable staff address", "no database")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(world: World, name: str) -> None:
    words = MISTAKES[name](world)
    assert_clear(world.cli("poll"), 2, *words, lines=3 if name == "several wrong settings" else 1)
    assert world.sink.mails == []


def test_after_all_these_mistakes_the_mail_is_answered_once(world: World, tmp_path: Path) -> None:
    right = tmp_path / "right"
    shutil.copytree(world.folder, right)
    for name in (name for name in MISTAKES if name not in NOT_PUT_RIGHT_IN_PLACE):
        MISTAKES[name](world)
        with contextlib.suppress(ConfigError):
            assert world.poll().exit_code != 0, name
        shutil.copytree(right, world.folder, dirs_exist_ok=True)
    assert_carries_on(world)


def test_a_key_that_did_not_seal_the_stored_bytes(world: World) -> None:
    """Somebody made a new key file: nothing may be sealed with it, given up or sent, and the old key mends it all."""
    edit(world, "delivery.retry_minutes", [0.001])  # the command line has no clock to turn
    world.sink.fail_next(code=451, stage="mail", times=2)
    world.poll()  # the answers are frozen now, and wait
    late = Person(name="Ole", address="ole@mail.example")
    world.arrive(question(world, late))
    key_file = world.folder / "mailbot.key"
    key = key_file.read_bytes()
    key_file.unlink()
    create_key_file(key_file)
    done = world.cli("poll")
    sent_meanwhile = len(world.sink.mails)
    key_file.write_bytes(key)
    assert_carries_on(world, CUSTOMER, late)
    assert sent_meanwhile == 0
    assert_clear(done, 2, "key")


# -- servers


def test_wrong_imap_password_and_what_waits_goes_out_all_the_same(world: World) -> None:
    world.sink.fail_next(code=451, stage="mail", times=2)
    world.poll()
    late = Person(name="Ole", address="ole@mail.example")
    world.arrive(question(world, late))
    edit(world, "delivery.retry_minutes", [0.001])  # the command line has no clock to turn
    world.poll()
    wrong = world.cli("poll", env=environment(MAILBOXES__SUPPORT__PASSWORD="wrong"))
    assert_clear(wrong, 2, "mailbox support (127.0.0.1:", "refuses the login", "check username and password")
    assert_carries_on(world, CUSTOMER, late)


def test_nobody_listens(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    right = world.settings_file.read_text(encoding="utf-8")
    edit(world, "smtp.port", closed)
    assert world.poll().exit_code == 75  # the answers are frozen now, and wait
    edit(world, "mailboxes.support.port", closed)
    done = world.cli("poll")
    words = ("mailbox support", "smtp relay", f"(127.0.0.1:{closed}): can't be reached", "the next run carries on")
    assert_clear(done, 75, *words, lines=2)
    world.settings_file.write_text(right, encoding="utf-8")
    assert_carries_on(world, CUSTOMER, STAFF)


def test_servers_that_never_say_a_word(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        changes = {
            f"{section}__{key}": value
            for section in ("MAILBOXES__SUPPORT", "SMTP")
            for key, value in (("PORT", port), ("CONNECT_TIMEOUT", 0.5), ("TIMEOUT", 0.5))
        }
        done = world.cli("check", "--live", env=environment(**changes))
    assert_clear(done, 75, "mailbox support", "smtp relay", "can't be reached", lines=2)
    assert_carries_on(world)


@pytest.mark.parametrize("make", [expired_certificate, wrong_host_certificate, valid_certificate])
@pytest.mark.usefixtures("dovecot_server")  # which skips where Dovecot isn't installed
def test_certificates_that_cannot_be_trusted(tmp_path: Path, make: Callable[[Path], ServerCertificate]) -> None:
    """The first two have the authority's file, the third not; TLS and STARTTLS for IMAP, STARTTLS for SMTP."""
    bad, good = make(tmp_path / "bad"), valid_certificate(tmp_path / "good")
    with Dovecot.start(tmp_path / "dovecot", certificate=bad) as dovecot, SmtpSink.start(certificate=bad) as sink:
        world = installation(tmp_path, dovecot, sink)
        trusted = str(good.ca_file if make is valid_certificate else bad.ca_file)
        for section in ("mailboxes.support", "smtp"):
            edit(world, f"{section}.security", "starttls")
            edit(world, f"{section}.ca_file", trusted)
        if make is wrong_host_certificate:
            edit(world, "mailboxes.support.security", "tls")
            edit(world, "mailboxes.support.port", dovecot.tls_port)
        refused = world.cli("check", "--live")
        words = ("mailbox support", "smtp relay", "certificate can't be trusted", "ca_file")
        assert_clear(refused, 2, *words, lines=2)
        assert world.poll().exit_code == 2
        assert sink.mails == []
        if make is valid_certificate:
            for section in ("mailboxes.support", "smtp"):
                edit(world, f"{section}.ca_file", str(bad.ca_file))
            assert_carries_on(world)


def test_a_ca_file_that_is_none(world: World) -> None:
    edit(world, "smtp.ca_file", "mailbot.key")
    edit(world, "mailboxes.support.ca_file", "nowhere.pem")
    assert_clear(world.cli("check", "--live"), 2, "nowhere.pem", "mailbot.key", "can't be read", lines=3)


# -- disk and database


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 3 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small filesystem can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(world: World, small_disk: Path) -> None:
    """Wherever the last free byte is used up, in the blobs or in the database: 75, and all is done with more room."""
    edit(world, "data", str(small_disk))
    make_database(world)
    people = [Person(name=f"Guest {number}", address=f"guest{number}@mail.example") for number in range(8)]
    for number, person in enumerate(people):
        text = f"Is it loud? {os.urandom(20_000 * number).hex()}"
        world.arrive(write(person, SUPPORT, "Question", text, at=world.now))
    filler = small_disk / "filler"
    filler.touch()
    outcomes = []
    for room in (0, 100_000, 700_000):
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize + filler.stat().st_size
        filler.write_bytes(b"x" * max(0, free - room))
        done = world.cli("poll")
        outcomes.append((room, done.returncode, done.stderr))
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=60m", str(small_disk)], check=True)
    assert_carries_on(world, CUSTOMER, *people)
    assert outcomes[0][1] == 75
    for _room, code, said in outcomes:
        assert code in (0, 75), outcomes
        assert "Traceback" not in said, outcomes
        assert code == 0 or "disk is full" in said, outcomes


def test_a_database_that_another_program_holds(world: World) -> None:
    make_database(world)
    other = sqlite3.connect(world.folder / "var/mailbot.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert_clear(world.cli("poll"), 75, "mailbot.sqlite3", "another program holds the database")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert_carries_on(world)
