"""Whose word about a sender counts, and about whom it is (G5, RFC 8601)."""

from __future__ import annotations

import pytest

from mailbot.domain.standing import Verdict
from mailbot.mail.authenticity import MICROSOFT_365, judge_sender

KATE = "kate@mail.example"
V, F, U = Verdict.VERIFIED, Verdict.FAILED, Verdict.UNVERIFIED


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("mx.tp.example; dmarc=pass header.from=mail.example", V),
        ("mx.tp.example; dmarc=pass (p=NONE dis=NONE) header.from=mail.example; spf=none", V),
        ("mx.tp.example; dkim=pass header.d=mail.example", V),
        ("mx.tp.example; spf=pass smtp.mailfrom=bounce@mail.example", V),
        # A verdict about somebody else's domain proves nothing.
        ("mx.tp.example; dmarc=pass header.from=elsewhere.example", U),
        ("mx.tp.example; dmarc=pass", U),
        ("mx.tp.example; dkim=pass header.d=elsewhere.example", U),
        ("mx.tp.example; spf=pass smtp.mailfrom=a@elsewhere.example", U),
        ("mx.tp.example; dkim=pass header.d=example", U),
        ("mx.tp.example; dmarc=none header.from=mail.example", U),
        ("mx.tp.example; dmarc=fail header.from=mail.example", F),
        ("mx.tp.example; dmarc=fail header.from=mail.example; dkim=pass header.d=mail.example", F),
        ("mx.tp.example; spf=fail smtp.mailfrom=a@mail.example", F),
        # Nothing that a sender puts into it may hide our own server's verdict.
        ("mx.tp.example; spf=pass smtp.mailfrom=a(b@evil.example; dmarc=fail header.from=mail.example", F),
        ("(checked) mx.tp.example; dmarc=fail header.from=mail.example", F),
        ("mx.tp.example; dmarc=reject header.from=mail.example", F),
        ("mx.tp.example; " + "(" * 5000, F),
        ("mx.evil.example; dmarc=pass header.from=mail.example", U),
        ("garbage", U),
    ],
)
def test_what_a_header_proves(value: str, verdict: Verdict) -> None:
    assert judge_sender([value], "mx.tp.example", KATE).verdict is verdict


def test_only_the_topmost_header_counts() -> None:
    forged = "mx.tp.example; dmarc=pass header.from=mail.example"
    assert judge_sender(["mx.tp.example; dmarc=fail", forged], "mx.tp.example", KATE).verdict is F
    assert judge_sender(["other.example; dmarc=none", forged], "mx.tp.example", KATE).verdict is U
    assert judge_sender([], "mx.tp.example", KATE).verdict is U


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mail.example; dkim=pass (signature was verified) "
            "header.d=mail.example;dmarc=pass action=none header.from=mail.example;compauth=pass reason=100",
            V,
        ),
        (
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mail.example; tp.example; dkim=none (message not signed) "
            "header.d=none;tp.example; dmarc=bestguesspass action=none header.from=mail.example;",
            V,
        ),
        ("spf=none smtp.helo=x.example; dkim=none header.d=none;dmarc=none header.from=mail.example;compauth=fail", F),
        ("spf=pass smtp.mailfrom=mail.example;dmarc=fail action=oreject header.from=mail.example", F),
        ("spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example;dmarc=none header.from=mail.example", U),
        # What a sender can put into it is one value, whatever stands in it.
        (
            'spf=pass smtp.mailfrom="a; dmarc=pass header.from=mail.example; b"@evil.example; dkim=none; '
            "dmarc=none header.from=mail.example",
            U,
        ),
        ("mx.evil.example; dmarc=pass header.from=mail.example", U),
        ("microsoft365; dmarc=pass header.from=mail.example", U),
        ("", U),
    ],
)
def test_microsoft_365_names_no_server(value: str, verdict: Verdict) -> None:
    assert judge_sender([value], MICROSOFT_365, KATE).verdict is verdict
    assert judge_sender([value], "mx.tp.example", KATE).verdict is U


def test_several_senders_prove_nobody() -> None:
    value = "mx.tp.example; dmarc=pass header.from=mail.example"
    assert judge_sender([value], "mx.tp.example", KATE, senders=2).verdict is U


def test_without_a_server_that_checks_nobody_is_proven() -> None:
    assert judge_sender(["mx; dmarc=pass header.from=mail.example"], "", KATE).verdict is U
