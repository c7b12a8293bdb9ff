"""Whom a bounce could not reach, and for how long: the forms that mail servers use, written by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.bounces import Severity, severity_of
from mailbot.domain.message import Action, DeliveryReport, Origin
from mailbot.mail.parse import parse_mail

OURS = "<c17-abcdefghijklmnop.0011223344@tp.example>"
COPY = f"\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@tp.example>\nMessage-ID: {OURS}\n"
LIN = "lin@shop.example"


def plain(sender: str, subject: str, text: str) -> bytes:
    head = f"Return-Path: <>\nFrom: {sender}\nTo: support@tp.example\nSubject: {subject}\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()


def dsn(*blocks: str, subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    fields = "\n\n".join(("Reporting-MTA: dns; mx.shop.example", *blocks))
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: support@tp.example\nSubject: {subject}\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI'm sorry to have to inform you ...\n"
        f"--b\nContent-Type: message/delivery-status\n\n{fields}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: support@tp.example\nMessage-ID: {OURS}\n--b--\n"
    ).encode()


def block(action: str, status: str, diagnostic: str = "", original: str = "") -> str:
    lines = [f"Original-Recipient: rfc822;{original}"] if original else []
    lines += [f"Final-Recipient: rfc822; {LIN}", f"Action: {action}", f"Status: {status}"]
    return "\n".join([*lines, *([f"Diagnostic-Code: smtp; {diagnostic}"] if diagnostic else [])])


FORMS = {
    "postfix": (
        dsn(block("failed", "5.1.1", f"550 5.1.1 <{LIN}>: Recipient address rejected")),
        Severity.HARD,
        "5.1.1",
    ),
    "full mailbox": (dsn(block("failed", "5.2.2", "552 5.2.2 Mailbox full")), Severity.SOFT, "5.2.2"),
    "policy": (dsn(block("failed", "5.7.1", "550 5.7.1 rejected as spam")), Severity.SOFT, "5.7.1"),
    "general code, exact reason": (dsn(block("failed", "5.0.0", "550 5.1.10 not found")), Severity.HARD, "5.1.10"),
    "expired": (dsn(block("failed", "4.4.7", "")), Severity.SOFT, "4.4.7"),
    "no action": (dsn(f"Final-Recipient: rfc822;{LIN}\nStatus: 5.1.1"), Severity.HARD, "5.1.1"),
    "delayed": (dsn(block("delayed", "4.4.1"), subject="Delayed Mail (still being retried)"), Severity.NOTICE, "4.4.1"),
    "delivered": (dsn(block("delivered", "2.0.0"), subject="Delivery report"), Severity.NOTICE, "2.0.0"),
    "relayed": (dsn(block("relayed", "2.0.0"), subject="Delivery report"), Severity.NOTICE, "2.0.0"),
    "qq": (
        plain(
            "PostMaster@qq.example",
            "系统退信/Systems bounce",
            f"抱歉，您的邮件被退回来了……\n\n无法发送到 {LIN}\n\n退信原因：\n"
            f"收件人邮件地址（{LIN}）不存在，邮件无法送达。\n"
            f"host mx3.qq.example said: 550 Mailbox not found.{COPY}",
        ),
        Severity.HARD,
        "5.0.0",
    ),
    "qq, full": (
        plain(
            "10000@qq.example",
            "系统退信",
            f"您的邮件被退回。\n无法发送到 {LIN}\n退信原因：收件人邮箱空间已满，请稍后再试。{COPY}",
        ),
        Severity.SOFT,
        "4.0.0",
    ),
    "163": (
        plain(
            "Postmaster@163.example",
            "系统退信",
            f"尊敬的用户，您好：\n很抱歉，您的邮件投递失败。\n收件人：{LIN}\n退信代码：550\n"
            f"退信原因：User not found: {LIN}{COPY}",
        ),
        Severity.HARD,
        "5.0.0",
    ),
    "exchange, chinese": (
        plain(
            "postmaster@shop.example",
            "未送达: 退货",
            f"无法将邮件传递到这些收件人或组:\n\n{LIN}\n找不到你输入的电子邮件地址。\n\n"
            f"供管理员使用的诊断信息:\n{LIN}\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound ##{COPY}",
        ),
        Severity.HARD,
        "5.1.10",
    ),
    "gmail": (
        plain(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Delivery Status Notification (Failure)",
            f"Address not found\n\nYour message wasn't delivered to {LIN} because the address couldn't be found.\n\n"
            f"The response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.{COPY}",
        ),
        Severity.HARD,
        "5.1.1",
    ),
    "qmail": (
        plain(
            "MAILER-DAEMON@mx.shop.example",
            "failure notice",
            f"Hi. This is the qmail-send program at mx.shop.example.\n\n<{LIN}>:\nSorry, no mailbox here by that name. "
            f"(#5.1.1){COPY}",
        ),
        Severity.HARD,
        "5.1.1",
    ),
    "exim": (
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.shop.example>",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
            f"delivered to one or more of its recipients. This is a permanent error.\n\n  {LIN}\n"
            f"    host mx.shop.example [192.0.2.1]: 550 no such user{COPY}",
        ),
        Severity.HARD,
        "5.0.0",
    ),
    "exim, warning": (
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.shop.example>",
            "Warning: message 1abc delayed 24 hours",
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet "
            f"been delivered to one or more of its recipients after more than 24 hours.\n\n  {LIN}\n"
            f"    Delay reason: connection timed out\n\nDelivery attempts will continue; it is still trying.{COPY}",
        ),
        Severity.NOTICE,
        "4.0.0",
    ),
    "notes": (
        plain(
            "Postmaster@shop.example",
            f"DELIVERY FAILURE: User lin ({LIN}) not listed in Domino Directory",
            f"Your message\n\n  Subject: Your return\n\nwas not delivered to:\n\n  {LIN}\n\nbecause:\n\n"
            f"  User lin ({LIN}) not listed in Domino Directory{COPY}",
        ),
        Severity.HARD,
        "5.1.1",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_bounce_says_whom_it_is_about_and_for_how_long(form: str) -> None:
    raw, severity, status = FORMS[form]
    found = parse_mail(raw).mail
    assert found.origin is Origin.BOUNCE
    assert [(one.address, severity_of(one), one.status) for one in found.deliveries] == [(LIN, severity, status)]
    assert found.failed_recipients == (() if severity is Severity.NOTICE else (LIN,))
    assert OURS in found.quoted_message_ids


def test_the_address_that_we_wrote_to_counts_where_the_relay_names_it() -> None:
    found = parse_mail(dsn(block("failed", "5.1.1", original="Lin@Alias.example"))).mail
    assert found.failed_recipients == ("Lin@alias.example",)


def test_each_recipient_has_a_fate_of_its_own() -> None:
    other = block("failed", "5.1.1").replace(LIN, "bo@shop.example")
    found = parse_mail(dsn(block("delayed", "4.4.1"), other)).mail
    assert found.failed_recipients == ("bo@shop.example",)
    assert [one.action for one in found.deliveries] == [Action.DELAYED, Action.FAILED]


def test_the_reason_is_one_short_line_without_controls() -> None:
    folded = "550 5.1.1 no such\x07 user\n  \u202emore " + "x" * 900
    (report,) = parse_mail(dsn(block("failed", "5.1.1", folded))).mail.deliveries
    assert report.reason.startswith("550 5.1.1 no such user more x")
    assert len(report.reason) <= 300
    assert report.reason.isprintable()


PIECES = st.sampled_from(
    [
        "Final-Recipient: rfc822;",
        "Original-Recipient:",
        "Action: failed",
        "Action:",
        "Status: 5.1.1",
        "\n",
        "\n\n",
        "--b\n",
        "Diagnostic-Code: smtp; 550",
        LIN,
        "<",
        ">",
        "<<<",
        "无法发送到",
        "退信原因：",
        "Message-ID: ",
        OURS,
        "550 5.1.1 ",
        "Content-Type: message/delivery-status\n",
        "Content-Type: message/rfc822\n",
        "user unknown",
        "\ud800",
        "\x00",
        " ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=60))
def test_whatever_a_bounce_holds_it_is_read_the_same_twice(pieces: list[str]) -> None:
    head = (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
    )
    raw = head + "".join(pieces).encode("utf-8", "replace")
    found = parse_mail(raw).mail
    assert found == parse_mail(raw).mail
    assert not any("could not be read (" in warning for warning in found.warnings)
    assert set(found.failed_recipients) <= {one.address for one in found.deliveries}
    for one in found.deliveries:
        assert len(one.reason) <= 300
        assert severity_of(one) in Severity


@pytest.mark.parametrize(
    ("status", "reason", "severity"),
    [
        ("5.1.1", "", Severity.HARD),
        ("5.4.4", "", Severity.HARD),
        ("5.0.0", "550 unknown", Severity.HARD),
        ("5.0.0", "552 mailbox full", Severity.SOFT),
        ("5.2.2", "", Severity.SOFT),
        ("5.7.26", "", Severity.SOFT),
        ("4.1.1", "", Severity.SOFT),
        ("", "", Severity.SOFT),
    ],
)
def test_what_is_about_the_mail_is_not_about_the_address(status: str, reason: str, severity: Severity) -> None:
    assert severity_of(DeliveryReport(address=LIN, action=Action.FAILED, status=status, reason=reason)) is severity


@pytest.mark.parametrize(
    "hostile",
    [
        "a@bcd\n",
        "<a@bcd>:\n",
        "a@bcd" + " " * 60 + "\n" + "x" * 190 + "\n",
        "the following address      ",
        "-" * 40 + "\n",
        "diagnostic-code: x\n " + "y" * 60 + "\n ",
        "a@" + "b" * 200,
        "\nMessage-ID:   <a",
        "收件人 : ",
    ],
)
def test_a_hostile_bounce_is_read_in_a_time_that_grows_with_its_length(hostile: str) -> None:
    """Each took up to five seconds while one pattern tried all pairs of lengths; now a small part of one."""
    text = (hostile * (50_000 // len(hostile) + 1))[:50_000]
    started = time.process_time()
    found = parse_mail(plain("MAILER-DAEMON@mx.shop.example", "failure notice", text)).mail
    assert time.process_time() - started < 3
    assert found.origin is Origin.BOUNCE


def test_the_error_behind_an_address_may_stand_on_the_next_line_and_no_further() -> None:
    for between, named in ((" ", True), (":\n    ", True), (":\n\n", False)):
        text = f"We tried.\n\n{LIN}{between}host mx.shop.example said 550 no\n\n{COPY}"
        found = parse_mail(plain("MAILER-DAEMON@mx.shop.example", "failure notice", text)).mail
        assert (LIN in found.failed_recipients) or not named


def test_a_message_id_counts_only_in_what_is_returned() -> None:
    raw = dsn(block("failed", "5.1.1")).replace(b"I'm sorry", b"Message-ID: <other@tp.example>\nI'm sorry")
    assert parse_mail(raw).mail.quoted_message_ids == (OURS,)


def test_what_was_guessed_in_a_name_stands_in_the_warnings() -> None:
    raw = b"From: =?x-nobody-knows?B?xOO6ww==?= <lin@shop.example>\nTo: support@tp.example\nSubject: x\n\nHello\n"
    assert any(warning.startswith("From: ") for warning in parse_mail(raw).mail.warnings)
    clean = raw.replace(b"x-nobody-knows", b"gbk")
    assert not any(warning.startswith("From: ") for warning in parse_mail(clean).mail.warnings)


def test_what_was_guessed_in_raw_headers_stands_in_the_warnings() -> None:
    raw = b"From: \xc4\xe3\xba\xc3 <lin@shop.example>\nTo: support@tp.example\nSubject: \xcd\xcb\xbb\xf5\n\nHello\n"
    warnings = parse_mail(raw).mail.warnings
    assert any(warning.startswith("From: ") for warning in warnings)
    assert any(warning.startswith("Subject: ") for warning in warnings)
