"""settings.yaml and the environment: what is read, and how a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.settings.accounts import Security

STARTER = (Path(__file__).parents[2] / "settings.yaml").read_text(encoding="utf-8")


def write(folder: Path, text: str = STARTER) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """The starter file with one place changed."""
    assert STARTER.count(old) == 1, old
    return STARTER.replace(old, new)


def line_of(text: str, fragment: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if fragment in line)


def error_of(path: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ or {})
    return str(caught.value)


def test_the_starter_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path), {})
    assert settings.brand.support_address == "support@tp.example"
    assert settings.mailboxes["support"].security is Security.TLS
    assert settings.mail_domain == "tp.example"
    assert settings.is_staff("LiNa@Staff.TP.example") is not None
    assert settings.is_staff("eve@staff.tp.example") is None
    assert settings.own_addresses() == {"support@tp.example"}


@pytest.mark.parametrize(
    ("old", "new", "at", "key", "expected"),
    [
        ("  port: 587", "  port: five", "port: five", "smtp.port", "a whole number, such as 587"),
        ("  port: 587", "  port: 0", "port: 0", "smtp.port", "at least 1, found 0"),
        ("  port: 587", "  prot: 587", "prot", "smtp.prot", "is not a setting; did you mean 'port'?"),
        ("  security: starttls", "  security: ssl", "security: ssl", "smtp.security", "'tls', 'starttls' or 'none'"),
        ("  support_address: support@tp.example", "  support_address: support", "support_address: support",
         "brand.support_address", "expected an e-mail address"),
        ("  name: TP", '  name: ""', 'name: ""', "brand.name", "is empty; expected text such as TP"),
        ("    - {name: Li Na, address: lina@staff.tp.example, also: [李娜]}", "    - {name: Li Na}", "- {name: Li Na}",
         "staff.members.0.address", "is missing"),
        ("timezone: Asia/Shanghai", "timezone: Shanghai", "timezone", "timezone", "IANA time zone"),
        ("  number_pattern: '(?i)\\bTP\\d{10}\\b'", "  number_pattern: '('", "number_pattern", "orders.number_pattern",
         "RE2 pattern"),
        ("  number_pattern: '(?i)\\bTP\\d{10}\\b'", "  number_pattern: '(?=x)'", "number_pattern",
         "orders.number_pattern", "RE2 pattern"),
        ("  retry_minutes: [1, 5, 15, 60, 240, 720]", "  retry_minutes: []", "retry_minutes",
         "delivery.retry_minutes", "at least 1 item"),
        ("    after: keep", "    after: burn", "after: burn", "mailboxes.support.after",
         "'move' or 'delete'"),
        ("    after: keep", "    after: move", "    move_to", "mailboxes.support.move_to", "move needs move_to"),
        ("    security: tls", "    security: none", "    security: none", "mailboxes.support.security", "clear text"),
        ("  attempts: 3", "  attempts: many", "attempts", "limits.attempts", "a whole number, such as 3"),
        ("  host: smtp.tp.example\n", "", "smtp:", "smtp.host", "is missing"),
        ("reply_address: support+{token}@tp.example", "reply_address: support@tp.example", "reply_address",
         "reply_address", "expected {token} once"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_key_and_what_was_expected(
    tmp_path: Path, old: str, new: str, at: str, key: str, expected: str
) -> None:
    text = changed(old, new)
    path = write(tmp_path, text)
    where = f"{path}:{line_of(text, at)}" if at else str(path)
    message = error_of(path)
    assert message.startswith(f"{where}: {key}: "), message
    assert expected in message


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = changed("  port: 587", "  port: five").replace("timezone: Asia/Shanghai", "timezone: Mars")
    lines = error_of(write(tmp_path, text)).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["smtp.port", "timezone"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("languages: [zh-Hans, zh-Hant, ja, de, fr, es, en]", "languages: []"),  # nothing could be answered in
        ("  retry_minutes: [1, 5, 15, 60, 240, 720]", "  retry_minutes: [-1]"),
        ("  return_address:\n    - TP After-sales Centre\n    - 1 Example Road\n    - Shenzhen 518000, China\n",
         "  return_address: []\n"),
    ],
)  # fmt: skip
def test_a_list_that_the_desk_could_not_work_with_is_refused(tmp_path: Path, old: str, new: str) -> None:
    error_of(write(tmp_path, changed(old, new)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand: [", ": not valid YAML"),
        ("brand: x\n\tsmtp: y", ":2: not valid YAML"),
        ("a: 1\nb: 2\na: 3", ":3: 'a' stands twice (first in line 1)"),
        ("- a", ":1: expected keys and values at the top, found a list"),
        ("just words", ":1: expected keys and values"),
        ("a: &a [*a]", "settings.yaml"),
        ("", "brand: is missing"),
    ],
)
def test_a_file_that_is_no_settings_file(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in error_of(write(tmp_path, text))


def test_a_missing_or_undecodable_file_is_named(tmp_path: Path) -> None:
    assert "none.yaml: no such file; run mailbot in the folder" in error_of(tmp_path / "none.yaml")
    path = tmp_path / "settings.yaml"
    path.write_bytes("name: Müller".encode("latin-1"))
    assert "not UTF-8 (byte 7)" in error_of(path)
    assert "can't be read" in error_of(tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = {
        "MAILBOT_SMTP__PORT": "2525",
        "MAILBOT_MAILBOXES__SUPPORT__HOST": "imap.other.example",
        "MAILBOT_MAILBOXES__SUPPORT__PASSWORD": "s3cret",
        "mailbot_limits__attempts": "7",
        "MAILBOT_DELIVERY__RETRY_MINUTES": "[2, 4]",
        "OTHER_SMTP__HOST": "evil.example",
    }
    settings = load_settings(write(tmp_path), environ)
    assert settings.smtp.port == 2525
    assert settings.smtp.host == "smtp.tp.example"
    assert settings.mailboxes["support"].host == "imap.other.example"
    assert settings.mailboxes["support"].username == "support@tp.example"
    assert settings.mailboxes["support"].password.get_secret_value() == "s3cret"
    assert settings.limits.attempts == 7
    assert settings.delivery.retry_minutes == (2, 4)


@pytest.mark.parametrize(
    "password", ["12345678", "1.5", "true", "null", "{x", "[1]", '"quoted"', " spaced ", "pä$$ #:"]
)
@pytest.mark.parametrize("section", ["smtp", "mailbox"])
@pytest.mark.parametrize("from_file", [False, True])
def test_a_password_is_taken_as_it_is_whatever_it_looks_like(
    tmp_path: Path, password: str, section: str, from_file: bool
) -> None:
    name = "MAILBOT_SMTP__PASSWORD" if section == "smtp" else "MAILBOT_MAILBOXES__SUPPORT__PASSWORD"
    if from_file:
        (tmp_path / "secret").write_text(password + "\n", encoding="utf-8")
        environ = {f"{name}_FILE": str(tmp_path / "secret")}
    else:
        environ = {name: password}
    settings = load_settings(write(tmp_path), environ)
    found = settings.smtp if section == "smtp" else settings.mailboxes["support"]
    assert found.password.get_secret_value() == password


def test_a_mistake_in_the_environment_is_named_as_such(tmp_path: Path) -> None:
    message = error_of(write(tmp_path), {"MAILBOT_SMTP__PORT": "five"})
    assert message == "environment: MAILBOT_SMTP__PORT: smtp.port: expected a whole number, such as 587"


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for secret in (tmp_path / "none", tmp_path):
        message = error_of(write(tmp_path), {"MAILBOT_SMTP__PASSWORD_FILE": str(secret)})
        assert message.startswith(f"MAILBOT_SMTP__PASSWORD_FILE: the file {secret} can't be read")


def test_a_ca_file_is_a_path_and_not_a_secret(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path), {"MAILBOT_SMTP__CA_FILE": "ca.pem"})
    assert settings.smtp.ca_file == tmp_path / "ca.pem"


def test_relative_paths_start_at_the_settings_file(tmp_path: Path) -> None:
    text = changed("data: var", "data: /srv/mailbot").replace("    ca_file: null", "    ca_file: certs/ca.pem")
    settings = load_settings(write(tmp_path, text), {})
    assert settings.rules == tmp_path / "rules"
    assert settings.key_file == tmp_path / "mailbot.key"
    assert settings.data == Path("/srv/mailbot")
    assert settings.database == Path("/srv/mailbot/mailbot.sqlite3")
    assert settings.mailboxes["support"].ca_file == tmp_path / "certs" / "ca.pem"
    assert settings.smtp.ca_file is None


@pytest.mark.parametrize(
    ("host", "allow", "accepted"),
    [
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("localhost", False, True),
        ("smtp.tp.example", False, False),
        ("10.0.0.1", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("localhost.evil.example", False, False),
        ("smtp.tp.example", True, True),
    ],
)
def test_passwords_leave_the_machine_encrypted_only(tmp_path: Path, host: str, allow: bool, accepted: bool) -> None:
    data = yaml.safe_load(STARTER)
    data["smtp"].update(host=host, security="none", allow_plaintext=allow)
    path = write(tmp_path, yaml.safe_dump(data))
    if accepted:
        assert load_settings(path, {}).smtp.security is Security.NONE
    else:
        assert "clear text" in error_of(path)


def test_no_password_is_ever_printed(tmp_path: Path) -> None:
    environ = {"MAILBOT_SMTP__PASSWORD": "s3cret-word"}
    assert "s3cret-word" not in repr(load_settings(write(tmp_path), environ))
    broken = changed("  port: 587", "  port: five").replace('    password: ""', "    password: [s3cret-word]")
    assert "s3cret-word" not in error_of(write(tmp_path, broken), environ)


def test_a_folder_is_a_name_or_a_section(tmp_path: Path) -> None:
    path = write(tmp_path, changed("      - {name: INBOX, spam: false}", "      [INBOX, {name: Junk, spam: true}]"))
    settings = load_settings(path, {})
    assert [(f.name, f.spam) for f in settings.mailboxes["support"].folders] == [("INBOX", False), ("Junk", True)]
    assert settings.spam_folders() == {"imap:support/Junk"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("      - {name: INBOX, spam: false}", "      [INBOX, INBOX]", "named twice"),
        ("      - {name: INBOX, spam: false}", "      [INBOX, inbox]", "named twice"),
        ("    after: keep", "    after: move\n    move_to: INBOX", "move needs move_to"),
        ("    after: keep", "    after: move\n    move_to: Inbox", "move needs move_to"),
        ('      token_url: ""', "      token_url: http://login.example/token", "clear text"),
        ('      token_url: ""', "      token_url: https://login.example/token", "client_id: is missing"),
        ("  blocklist: []", "  blocklist: [everybody]", "addresses or domains"),
        ("  idle_minutes: 25", "  idle_minutes: 30", "at most 29, found 30"),
    ],
)
def test_accounts_are_checked(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = changed(old, new).replace('    move_to: ""\n', "") if "move_to" in new else changed(old, new)
    with pytest.raises(ConfigError, match=expected):
        load_settings(write(tmp_path, text), {})


def test_other_settings_of_a_mailbox_have_another_mark(tmp_path: Path) -> None:
    marks = set()
    for password in ("one", "two", "one"):
        environment = {"MAILBOT_MAILBOXES__SUPPORT__PASSWORD": password}
        mark = load_settings(write(tmp_path), environment).mailboxes["support"].mark(b"key")
        assert password not in mark
        marks.add(mark)
    assert len(marks) == 2
