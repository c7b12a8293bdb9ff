"""A wrong setting is named in plain words: what is allowed, and an example; nothing of the library's own jargon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.errors import ConfigError
from mailbot.settings import load_settings
from mailbot.settings.nearest import did_you_mean

STARTER = Path(__file__).parents[2] / "settings.yaml"
JARGON = ("valid ", "interpret", "should", "unable to parse", "instance of", "Value error", "Input")


def changed_settings(folder: Path, path: str, value: Any) -> Path:
    settings = yaml.safe_load(STARTER.read_text(encoding="utf-8"))
    *parents, last = path.split("/")
    section = settings
    for name in parents:
        section = section[name]
    section[last] = value
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def error_with(folder: Path, path: str, value: Any) -> str:
    file = changed_settings(folder, path, value)
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {})
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("working_hours", "18:00-09:00", 'working_hours: expected two times of one day, as "09:00-18:00"'),
        ("working_hours", "9-18", 'working_hours: expected two times of one day, as "09:00-18:00"'),
        ("working_hours", "09:00-25:00", 'or "00:00-24:00" for the whole day'),
        ("languages", "en", "languages: expected a list in brackets, such as [zh-Hans, zh-Hant, "),
        ("delivery/retry_minutes", "often", "expected a list in brackets, such as [1, 5, 15, 60, 240, 720]"),
        ("delivery/retry_minutes", [1, "five"], "retry_minutes.1: expected a number, such as 1"),
        ("delivery/retry_minutes", [0], "expected a number above 0, found 0"),
        ("mailboxes/support/idle", "perhaps", "mailboxes.support.idle: expected true or false"),
        ("mailboxes/support/keyword", "two words", "expected an IMAP keyword"),
        ("mailboxes/support/host", "", "host: is empty; expected text such as mail.tp.example"),
        ("mailboxes", {}, "mailboxes: expected at least 1 item"),
        ("mailboxes", ["support"], "mailboxes: expected a section, keys with values below it, such as support: {host"),
        ("mailboxes/Support Team", {"host": "x"}, "expected small letters and digits, with single _ between them"),
        ("smtp", "smtp.tp.example", "smtp: expected a section, keys with values below it: host, port"),
        ("smtp/prot", 25, "smtp.prot: is not a setting; did you mean 'port'?"),
        ("smtp/user", "x", "smtp.user: is not a setting; did you mean 'username'?"),
        ("attempts", 3, "attempts: is not a setting; did you mean 'limits.attempts'?"),
        ("brand/phone", 4000000, "brand.phone: expected text; put numbers"),
        ("brand/website", "tp.example", "brand.website: expected a whole web address such as https://"),
        ("reply_address", "support@tp.example", "settings.yaml:"),
        ("reply_address", "support@{token}.example", "reply_address: expected {token} before the @"),
        ("orders/number_pattern", "x*", "this one is found in an empty text"),
        ("smtp/oauth/secret_expires_on", "soon", "expected a day, such as 2027-03-31"),
        ("limits/soft_bounce_days", 0, "expected a number above 0, found 0"),
        ("staff/members", [{"name": "Desk", "address": "SUPPORT@tp.example"}],
         "staff.members.0.address: is brand.support_address"),
        ("staff/members", [{"name": "Li", "address": "li@tp.example"}, {"name": "Bo", "address": "Li@TP.example"}],
         "staff.members.1.address: is Li's already"),
        ("refunds/export_to", "finance", "refunds.export_to: expected an e-mail address"),
        ("refunds/export_to", "Support@TP.example", "refunds.export_to: is brand.support_address"),
        ("refunds/export_to", "kate@mail.example", "kate@mail.example is no address of the house; expected one at"),
        ("refunds/export_to", "x@eviltp.example", "is no address of the house; expected one at staff.tp.example or tp"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_is_allowed_with_line_and_example(
    tmp_path: Path, path: str, value: Any, expected: str
) -> None:
    message = error_with(tmp_path, path, value)
    assert expected in message, message
    for line in message.splitlines():
        assert line.startswith(f"{tmp_path / 'settings.yaml'}:"), line
        assert line.split(":")[1].isdigit(), line
        assert not [word for word in JARGON if word in line], line


def test_one_folder_of_one_account_is_read_once(tmp_path: Path) -> None:
    again = {"host": "IMAP.tp.example", "username": "Support@tp.example", "folders": ["Junk", "inbox"]}
    message = error_with(tmp_path, "mailboxes/second", again)
    assert "mailboxes.second.folders: inbox of Support@tp.example at IMAP.tp.example is read by" in message
    assert "mailboxes.support already" in message


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("calender", ("calendar", "catalogue"), "calendar"),
        ("wish", ("the wish is", "the only wish is", "it is machine mail"), "the wish is"),
        ("user", ("username", "password"), "username"),
        ("answer with", ("reply with", "close the ticket"), "reply with"),
        ("send to staff", ("notify staff", "flag the address", "merge the ticket"), "notify staff"),
        ("mail is spam", ("it is marked as spam", "the mail is encrypted"), "it is marked as spam"),
    ],
)
def test_what_was_meant_is_found_from_half_remembered_words(name: str, known: tuple[str, ...], meant: str) -> None:
    assert f"'{meant}'" in did_you_mean(name, known)


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    assert did_you_mean("zzz", ("port", "host")) == ""
    assert did_you_mean("", ("port",)) == ""


@pytest.mark.parametrize("address", ["", "finance@tp.example", "Pay@Staff.TP.example", "ap@money.tp.example"])
def test_finance_may_be_anybody_of_the_house(tmp_path: Path, address: str) -> None:
    settings = changed_settings(tmp_path, "refunds/export_to", address)
    assert load_settings(settings, {}).refunds.export_to.lower() == address.lower()
