"""`waiting` and `exchange_days` of rules/returns.yaml: what is read, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.domain.waiting import Wait, WaitingPolicy, WaitRule
from mailbot.errors import ConfigError
from mailbot.settings.waitingfile import read_waiting
from mailbot.settings.yamlfile import read_yaml


def read(tmp_path: Path, text: str) -> WaitingPolicy:
    file = tmp_path / "returns.yaml"
    file.write_text(text, encoding="utf-8")
    return read_waiting(read_yaml(file), refund_days_max=7)


def test_what_is_read(tmp_path: Path) -> None:
    text = (
        "exchange_days: 5\nwaiting:\n  form: {remind_customer: 3, expire: 6}\n  replacement: {warn_staff_before: 2}\n"
    )
    policy = read(tmp_path, text)
    assert policy.exchange_days == 5
    assert policy.rule(Wait.FORM) == WaitRule(remind_customer=3, expire=6)
    assert policy.rule(Wait.REPLACEMENT) == WaitRule(warn_staff_before=2)
    assert policy.rule(Wait.DECISION) == WaitRule()
    assert read(tmp_path, "window_days: 30\n") == WaitingPolicy()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  from: {expire: 5}", "waiting.from: nothing waits for that; did you mean 'form'?"),
        ("  form: {expires: 5}", "waiting.form.expires: is not part of this wait; did you mean 'expire'?"),
        ("  decision: {expire: 5}", "waiting.decision.expire: is not part of this wait; expected tell_staff"),
        ("  form: {expire: soon}", "waiting.form.expire: expected a whole number of working days, 0 for never"),
        ("  form: {expire: true}", "waiting.form.expire: expected a whole number of working days, 0 for never"),
        ("  form: {expire: -1}", "waiting.form.expire: expected 0 to 366 working days, found -1"),
        ("  repair: {tell_staff: 367}", "waiting.repair.tell_staff: expected 0 to 366 working days, found 367"),
        ("  form: {remind_customer: 5, expire: 5}",
         "waiting.form.remind_customer: expected fewer days than expire: 5, found 5"),
        ("  form: {remind_customer: 1, expire: 5}",
         "waiting.form.remind_customer: expected at least 2, or 0 for never, found 1"),
        ("  arrival: {tell_staff: 9, expire: 8}",
         "waiting.arrival.tell_staff: expected fewer days than expire: 8, found 9"),
        ("  refund: {warn_staff_before: 7}",
         "waiting.refund.warn_staff_before: expected fewer than refund_days.max: 7, found 7"),
        ("  replacement: {warn_staff_before: 4}",
         "waiting.replacement.warn_staff_before: expected fewer than exchange_days: 4, found 4"),
        ("  form: 5", "waiting.form: expected working days, such as {remind_customer: 5}"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_key_and_a_way_out(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"exchange_days: 4\nwaiting:\n{line}\n")
    assert str(caught.value) == f"{tmp_path / 'returns.yaml'}:3: {expected}"


@pytest.mark.parametrize(("text", "line"), [("waiting: 5\n", 1), ("waiting: {}\nexchange_days: many\n", 2)])
def test_a_part_of_the_wrong_kind_is_named(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=f"returns.yaml:{line}: "):
        read(tmp_path, text)
