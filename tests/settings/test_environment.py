"""MAILBOT_… variables: what they set, and how a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.errors import ConfigError
from mailbot.settings import load_settings

STARTER = Path(__file__).parents[2] / "settings.yaml"


def error_of(**environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(STARTER, {f"MAILBOT_{name}": value for name, value in environ.items()})
    return str(caught.value)


def test_keys_of_the_first_level_and_whole_lists_can_be_set() -> None:
    environ = {
        "MAILBOT_TIMEZONE": "Europe/Berlin",
        "MAILBOT_KEY_FILE": "/secrets/mailbot.key",
        "MAILBOT_LANGUAGES": '["en"]',
        "MAILBOT_STAFF__MEMBERS": '[{"name": "Ben", "address": "ben@staff.tp.example"}]',
        "MAILBOT_MAILBOXES__SUPPORT__FOLDERS": '["INBOX", {"name": "Junk", "spam": true}]',
        "MAILBOT_AUTHENTICATION__ASK_OWNERS": "false",
        "MAILBOT_ORDERS__DROP_FOLDER": "",
        "MAILBOT_CORPUS": "/somewhere",  # the test suite's own
    }
    settings = load_settings(STARTER, environ)
    assert settings.timezone == "Europe/Berlin"
    assert settings.key_file == Path("/secrets/mailbot.key")
    assert settings.languages == ("en",)
    assert [member.name for member in settings.staff.members] == ["Ben"]
    assert [folder.spam for folder in settings.mailboxes["support"].folders] == [False, True]
    assert settings.authentication.ask_owners is False
    assert settings.orders.drop_folder is None


def test_a_value_of_the_first_level_can_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "zone").write_text("Europe/Berlin\n", encoding="utf-8")
    assert load_settings(STARTER, {"MAILBOT_TIMEZONE_FILE": str(tmp_path / "zone")}).timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TIMEZON", "MAILBOT_TIMEZONE"),
        ("SMPT__PASSWORD", "MAILBOT_SMTP__PASSWORD"),
        ("SMTP_PASSWORD", "MAILBOT_SMTP__PASSWORD"),
        ("SMTP__PASWORD_FILE", "MAILBOT_SMTP__PASSWORD_FILE"),
        ("SMTP__PROT", "MAILBOT_SMTP__PORT"),
        ("MAILBOXES__SUPPORT__PASWORD", "MAILBOT_MAILBOXES__SUPPORT__PASSWORD"),
        ("MAILBOXES__SUPPORT__OAUTH__CLIENT_SECRT_FILE", "MAILBOT_MAILBOXES__SUPPORT__OAUTH__CLIENT_SECRET_FILE"),
        ("AUTHENTICATION__AUTHSERVID", "MAILBOT_AUTHENTICATION__AUTHSERV_ID"),
    ],
)
def test_a_misspelt_variable_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    message = error_of(**{name: "x"})
    assert message.startswith(f"environment: MAILBOT_{name}: is not a setting; did you mean "), message
    assert f"'{meant}'" in message


def test_a_mailbox_that_does_not_stand_in_the_file_is_refused() -> None:
    message = error_of(MAILBOXES__SUPORT__PASSWORD="x")
    assert "MAILBOT_MAILBOXES__SUPORT__PASSWORD: there is no mailbox 'suport'" in message
    assert "did you mean 'support'?" in message


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SMTP__PORT", "five", "smtp.port: expected a whole number, such as 587"),
        ("TIMEZONE", "Mars", "timezone: expected an IANA time zone such as Asia/Shanghai"),
        ("SMTP__SECURITY", "ssl", "smtp.security: expected 'tls', 'starttls' or 'none'"),
        ("LANGUAGES", "en", 'languages: expected a list or section written as JSON, such as ["zh-Hans", "zh-Hant", '),
        ("SMTP", "mail.example", "smtp is a section; set its keys one by one, as MAILBOT_SMTP__HOST"),
        ("REPLY_ADDRESS", "support@tp.example", "reply_address: expected {token} once"),
        ("STAFF__MEMBERS", '[{"name": "Ben"}]', "staff.members.0.address: is missing"),
    ],
)
def test_a_value_that_can_not_be_used_names_its_variable(name: str, value: str, expected: str) -> None:
    message = error_of(**{name: value})
    assert message.startswith(f"environment: MAILBOT_{name}: "), message
    assert expected in message


def test_all_wrong_variables_are_named_at_once_and_one_key_is_set_once() -> None:
    assert len(error_of(SMPT__PASSWORD="x", TIMEZON="y").splitlines()) == 2
    assert "set the same key" in error_of(SMTP__PASSWORD="x", SMTP__PASSWORD_FILE=str(STARTER))
