"""Whose word about a sender counts, and about whom it is (G5, RFC 8601)."""

from __future__ import annotations

import pytest

from mailbot.domain.message import AuthenticationResults
from mailbot.domain.standing import Verdict, Vouched
from mailbot.mail.authenticity import MICROSOFT_365, judge_sender
from mailbot.mail.parse import parse_mail

KATE = "kate@mail.example"
V, F, U = Verdict.VERIFIED, Verdict.FAILED, Verdict.UNVERIFIED


def under(*values: str) -> list[AuthenticationResults]:
    """Fields under the Received of our server."""
    return [AuthenticationResults(value=value, hops=1) for value in values]


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
    assert judge_sender(under(value), "mx.tp.example", KATE).verdict is verdict


def test_only_the_topmost_header_counts() -> None:
    forged = "mx.tp.example; dmarc=pass header.from=mail.example"
    assert judge_sender(under("mx.tp.example; dmarc=fail", forged), "mx.tp.example", KATE).verdict is F
    assert judge_sender(under("other.example; dmarc=none", forged), "mx.tp.example", KATE).verdict is U
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
    assert judge_sender(under(value), MICROSOFT_365, KATE).verdict is verdict
    assert judge_sender(under(value), "mx.tp.example", KATE).verdict is U


def test_several_senders_prove_nobody() -> None:
    value = "mx.tp.example; dmarc=pass header.from=mail.example"
    assert judge_sender(under(value), "mx.tp.example", KATE, senders=2).verdict is U


def test_without_a_server_that_checks_nobody_is_proven() -> None:
    assert judge_sender(under("mx; dmarc=pass header.from=mail.example"), "", KATE).verdict is U


# -- where in the head: whole mails, as servers put them down

US = "mx.tp.example"
LMTP = "Received: from mx.tp.example by mx.tp.example with LMTP id a1 (envelope-from <kate@mail.example>); x"
POSTFIX = "Received: from mail.example (mail.example [192.0.2.1]) by mx.tp.example (Postfix) with ESMTPS id 4X; x"
THEIRS = "Received: from kate-pc (kate-pc [198.51.100.7]) by mail.example (Postfix) with ESMTPSA id 9Z; x"
DKIM = (
    "Authentication-Results: mx.tp.example; dkim=pass (2048-bit key; unprotected) header.d=mail.example "
    'header.i=@mail.example header.a=rsa-sha256 header.s=s1 header.b="abc"'
)
DKIM_NONE = "Authentication-Results: mx.tp.example; dkim=none"
DKIM_FAIL = (
    'Authentication-Results: mx.tp.example; dkim=fail reason="signature verification failed" header.d=mail.example'
)
DMARC = "Authentication-Results: mx.tp.example; dmarc=pass (p=none dis=none) header.from=mail.example"
DMARC_NONE = "Authentication-Results: mx.tp.example; dmarc=none (p=none dis=none) header.from=mail.example"
DMARC_FAIL = "Authentication-Results: mx.tp.example; dmarc=fail (p=none dis=none) header.from=mail.example"
SPF = "Authentication-Results: mx.tp.example; spf=pass (authorized) smtp.mailfrom=mail.example (client-ip=192.0.2.1)"
SPF_FAIL = "Authentication-Results: mx.tp.example; spf=fail (SPF fail - not authorized) smtp.mailfrom=mail.example"
SPF_NONE = "Authentication-Results: mx.tp.example; spf=none smtp.mailfrom=mail.example"
ARC = (
    "ARC-Seal: i=1; a=rsa-sha256; d=tp.example; cv=none; b=x",
    "ARC-Authentication-Results: i=1; mx.tp.example; dmarc=fail header.from=mail.example",
)
FILTER = "Authentication-Results: filter.tp.example; x-virus=pass"
RSPAMD = (
    "Authentication-Results: mx.tp.example; dkim=pass header.d=mail.example header.s=s1 header.b=abc; dmarc=pass "
    "(policy=none) header.from=mail.example; spf=pass (mx.tp.example: domain of kate@mail.example designates "
    "192.0.2.1 as permitted sender) smtp.mailfrom=kate@mail.example"
)


def standing(*head: str, vouched: Vouched = Vouched.TOPMOST, authserv_id: str = US) -> Verdict:
    """The verdict over a mail with these fields on top."""
    raw = "\r\n".join((*head, "From: Kate <kate@mail.example>", "Subject: x", "", "Hello")).encode()
    results = parse_mail(raw).mail.authentication_results
    return judge_sender(results, authserv_id, KATE, vouched=vouched).verdict


@pytest.mark.parametrize("vouched", list(Vouched))
@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        ((DMARC, DKIM, SPF, POSTFIX, THEIRS), V),
        ((DMARC_NONE, DKIM_NONE, SPF, POSTFIX, THEIRS), V),
        ((SPF_NONE, "X-Spam-Status: No", DMARC_NONE, DKIM, POSTFIX), V),
        ((SPF_FAIL, DKIM, POSTFIX), V),  # forwarded, but signed
        ((DKIM, SPF_FAIL, DMARC_FAIL, POSTFIX), F),
        ((DMARC, DMARC_NONE, POSTFIX), U),  # where two of ours differ, the stricter
        ((SPF, SPF_FAIL, DKIM_NONE, POSTFIX), F),
        ((DKIM_FAIL, SPF_NONE, POSTFIX), U),
        # Other programs of ours write above, below or between.
        ((*ARC, DMARC, POSTFIX, THEIRS), V),
        ((FILTER, DMARC_NONE, "X-Virus: none", DKIM, POSTFIX), V),
        # Delivery into the mailbox adds a Received of its own.
        (("Return-Path: <kate@mail.example>", LMTP, SPF, DMARC_NONE, POSTFIX, THEIRS), V),
        # What the sender wrote stands below and never counts where ours stand above.
        ((DMARC_NONE, DKIM_NONE, POSTFIX, DMARC, DKIM, SPF, THEIRS), U),
        ((DMARC_NONE, POSTFIX, POSTFIX, DMARC), U),
        ((DMARC, POSTFIX, DMARC_FAIL), V),
    ],
)
def test_all_that_our_server_wrote_above_its_received_counts_together(
    head: tuple[str, ...], verdict: Verdict, vouched: Vouched
) -> None:
    assert standing(*head, vouched=vouched) is verdict


@pytest.mark.parametrize(
    ("head", "topmost", "everything"),
    [
        # opendkim, opendmarc and a policy server under Postfix's own Received, as on lists of real mail.
        ((LMTP, POSTFIX, DMARC, SPF, DKIM, THEIRS), V, V),
        ((POSTFIX, *ARC, DMARC_NONE, *ARC, SPF_NONE, DKIM, THEIRS), U, V),
        ((POSTFIX, DKIM_NONE, DMARC_FAIL, THEIRS), F, F),
        ((POSTFIX, DMARC, SPF, DKIM_FAIL, THEIRS), V, V),
        ((LMTP, POSTFIX, RSPAMD, "X-Spamd-Result: default", THEIRS), V, V),
        ((POSTFIX, FILTER, DMARC, THEIRS), U, V),
        # What a sender writes above his first line stands right below ours: only a server that removes such may be
        # believed about more than the topmost.
        ((POSTFIX, DMARC_NONE, DKIM), U, V),
        ((POSTFIX, DMARC_FAIL, DMARC, DKIM), F, F),
        # Below a Received that is the sender's nothing counts, whoever is believed.
        ((POSTFIX, DMARC_NONE, POSTFIX, DMARC, DKIM), U, U),
        ((LMTP, POSTFIX, DMARC_NONE, LMTP, POSTFIX, DMARC), U, U),
        # Nothing says where our server's own fields end.
        ((DMARC_NONE, DKIM), U, V),
    ],
)
def test_what_stands_under_our_received_counts_as_far_as_settings_say(
    head: tuple[str, ...], topmost: Verdict, everything: Verdict
) -> None:
    assert standing(*head) is topmost
    assert standing(*head, vouched=Vouched.ALL) is everything
    assert standing(*head, vouched=Vouched.ABOVE_RECEIVED) is U


@pytest.mark.parametrize(
    "greeting",
    [
        "x by mx.tp.example with LMTP",
        "x by mx.tp.example with LMTP id (",
        "with LMTP",
        "by with LMTP",
        "x by y with LMTP; x",
    ],
)
def test_no_greeting_makes_the_received_of_our_server_a_local_delivery(greeting: str) -> None:
    """Postfix writes down what a client greets with, blanks and all; the fields under it are the sender's."""
    taken_in = f"Received: from {greeting} (unknown [192.0.2.9]) by mx.tp.example (Postfix) with ESMTP id 4X; x"
    assert standing(taken_in, DMARC, POSTFIX, vouched=Vouched.ABOVE_RECEIVED) is U
    assert standing(taken_in, DMARC_NONE, DKIM, POSTFIX) is U


def test_google_and_microsoft_as_they_write() -> None:
    google = (
        "Delivered-To: support@tp.example",
        "Received: by 2002:a05:7300:6d0d:b0:f0:1234 with SMTP id x1; x",
        "X-Received: by 2002:a17:906:c145 with SMTP id y; x",
        "ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=google.com; s=arc; b=x",
        "ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@mail.example",
        "Return-Path: <kate@mail.example>",
        "Received: from mail.example (mail.example. [192.0.2.1]) by mx.google.com with ESMTPS id z; x",
        "Received-SPF: pass (google.com: domain of kate@mail.example designates 192.0.2.1 as permitted sender)",
    )
    said = (
        "Authentication-Results: mx.google.com; dkim=pass header.i=@mail.example header.s=20230601 header.b=AbC; "
        "spf=pass (google.com: domain of kate@mail.example designates 192.0.2.1 as permitted sender) "
        "smtp.mailfrom=kate@mail.example; dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=mail.example"
    )
    forged = said.replace("dkim=pass", "dkim=neutral")
    silent = "Authentication-Results: mx.google.com; dmarc=none header.from=mail.example"
    assert standing(*google, said, THEIRS, authserv_id="mx.google.com") is V
    assert standing(*google, silent, forged, THEIRS, authserv_id="mx.google.com") is U
    microsoft = (
        "Received: from AM9P (2603:10a6::1) by DB8P (2603:10a6::2) with Microsoft SMTP Server id 15; x",
        "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mail.example; dkim=none (message not "
        "signed) header.d=none;dmarc=pass action=none header.from=mail.example;compauth=pass reason=100",
        "Received-SPF: Pass (protection.outlook.com: domain of mail.example designates 192.0.2.1)",
        "Received: from mail.example (192.0.2.1) by AM9P.mail.protection.outlook.com (10.1.1.1) with SMTP id 15; x",
        "Authentication-Results-Original: dmarc=fail header.from=mail.example",
    )
    assert standing(*microsoft, authserv_id=MICROSOFT_365) is V
    silent = "Authentication-Results: spf=none smtp.mailfrom=mail.example; dmarc=none header.from=mail.example"
    below = "Authentication-Results: dmarc=pass header.from=mail.example"
    assert standing(microsoft[0], silent, microsoft[3], below, authserv_id=MICROSOFT_365) is U
