"""`mailbot check` on settings that can be read, but don't fit one another."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.settings import load_settings
from mailbot.settings.advice import advise
from tests.console import run_here

ROOT = Path(__file__).parents[2]
OAUTH = {"client_id": "desk", "refresh_token": "secret"}
BOX = "mailboxes/support/"


def changed(folder: Path, changes: dict[str, Any]) -> Path:
    settings = yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))
    settings["languages"] = ["zh-Hans", "en"]
    settings["mailboxes"]["support"]["password"] = settings["smtp"]["password"] = "secret"
    settings["brand"]["support_address"] = "support@tp-desk.test"
    settings["staff"]["complaints_to"] = "boss@tp-desk.test"
    settings["reply_address"] = "support+{token}@tp-desk.test"
    settings["rules"], settings["templates"] = str(ROOT / "rules"), str(ROOT / "templates")
    for path, value in changes.items():
        *parents, last = path.split("/")
        section = settings
        for name in parents:
            section = section[name]
        section[last] = value
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def said(folder: Path, changes: dict[str, Any]) -> list[tuple[bool, str]]:
    settings = load_settings(changed(folder, changes), {})
    found = advise(settings, ("en", "zh-Hans"), date(2026, 11, 24))
    return [(advice.wrong, f"{'.'.join(map(str, advice.key))}: {advice.text}") for advice in found]


def test_of_good_settings_nothing_is_said(tmp_path: Path) -> None:
    assert said(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changes", "wrong", "expected"),
    [
        ({"languages": ["zh-hans", "en"]}, True, "languages.0: no templates for 'zh-hans'"),
        ({"languages": ["zh-hans", "en"]}, True, "did you mean 'zh-Hans'?"),
        ({"languages": ["zh-Hans", "de"]}, True, "there are en, zh-Hans"),
        ({"staff/complaints_to": ""}, False, "staff.complaints_to: is empty, and Li Na is the only member"),
        ({"staff/language": "fr"}, True, "staff.language: no templates for 'fr'"),
        ({BOX + "oauth": OAUTH}, False, "oauth.token_url: is empty, so client_id, refresh_token are not used"),
        ({BOX + "oauth": OAUTH, BOX + "password": ""}, True, "nobody can log in"),
        ({"smtp/oauth": {"client_id": "x"}}, False, "smtp.oauth.token_url: is empty"),
        ({"smtp/oauth": {**OAUTH, "token_url": "https://login.test/t"}}, False, "smtp.password: is not used"),
        ({BOX + "password": ""}, False, "set MAILBOT_MAILBOXES__SUPPORT__PASSWORD_FILE"),
        ({"smtp/username": ""}, True, "smtp.username: is empty"),
        ({BOX + "username": ""}, True, "mailboxes.support.username: is empty"),
        ({"smtp/ca_file": "none.pem"}, True, "smtp.ca_file: no such file"),
        ({BOX + "move_to": "Done"}, False, "mailboxes.support.move_to: is not used: after is keep"),
        ({BOX + "folders": [{"name": "Junk", "spam": True}]}, False, "no mail of this mailbox is ever answered"),
        ({BOX + "total_timeout": 30}, False, "fewer than timeout: 60"),
        ({"schedule/stuck_after": 600}, False, "no more than mailboxes.support.total_timeout (600)"),
        ({"schedule/stuck_after": 60}, False, "no more than limits.reading_seconds (60)"),
        ({"delivery/retry_minutes": [60, 5]}, False, "delivery.retry_minutes: the pauses get shorter"),
        ({"brand/support_address": "support@tp.example"}, False, "is the starter file's"),
        ({"authentication/authserv_id": ""}, False, "authentication.authserv_id: is empty"),
        ({"authentication/authserv_id": "admin@mx.test"}, False, "the bare name of your mail server"),
        ({"authentication/staff_commands_need_pass": False}, False, "may move its case"),
        ({"reply_address": ""}, False, "reply_address: is empty"),
        ({"reply_address": "desk+{token}@other.test"}, False, "has another domain than support@tp-desk.test"),
        ({"spam/blocklist": ["staff.tp.example"]}, False, "holds the address of Li Na"),
        ({"spam/blocklist": ["tp-desk.test"]}, False, "tp-desk.test is the desk's own"),
        ({"smtp/oauth": {"secret_expires_on": "2026-11-30"}}, False, "secret_expires_on are not used"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, changes: dict[str, Any], wrong: bool, expected: str) -> None:
    found = said(tmp_path, changes)
    assert [is_wrong for is_wrong, line in found if expected in line] == [wrong], found


def test_check_says_it_with_file_and_line_and_ends_with_2(tmp_path: Path) -> None:
    file = changed(tmp_path, {"languages": ["zh-Hans", "ko"], "calendar": "XX", "schedule/stuck_after": 10})
    done = run_here(ROOT, "--settings", str(file), "check", "--json")
    assert done.returncode == 2, done.stderr
    answer = json.loads(done.stdout)
    lines = file.read_text(encoding="utf-8").splitlines()

    def place(words: str) -> str:
        return f"{file}:{next(n for n, line in enumerate(lines, start=1) if words in line)}: "

    assert "settings" not in answer["checked"]
    problems = "\n".join(answer["problems"])
    assert f"{place('- ko')}languages.1: no templates for 'ko'" in problems
    assert f"{place('calendar: XX')}calendar: there is no public-holiday calendar for country 'XX'" in problems
    assert any(hint.startswith(f"{place('stuck_after')}schedule.stuck_after: 10 seconds") for hint in answer["hints"])
