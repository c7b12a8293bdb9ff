"""Who wrote a mail: small mails of many servers and languages, people's mails that look like a machine's, and noise."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.message import Origin
from mailbot.mail.parse import parse_mail

HUMAN, AUTO, BOUNCE = Origin.HUMAN, Origin.AUTO_REPLY, Origin.BOUNCE


def mail(subject: str, *headers: str, text: str = "Hello, where is my kettle?", sender: str = "ann@c.example") -> bytes:
    lines = [f"From: {sender}", "To: support@tp.example", f"Subject: {subject}", *headers]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text]).encode()


ABSENCES = [
    "Automatic reply: Your return",
    "Auto: Your return",
    "Autoreply - your mail",
    "Out of Office: Your return",
    "Out of office until 3 May",
    "Out of Office AutoReply: Re: [T-100001] Your return",
    "OOO: back on Monday",
    "Away from my mail",
    "On vacation until 5 May",
    "I am out of the office",
    "自动回复：您的退货",
    "自动答复: 您好",
    "回复您的邮件（自动回复）",
    "自動回覆: 您的退貨",
    "外出自动回复",
    "休假中",
    "Automatische Antwort: Ihre Rücksendung",
    "Abwesenheitsnotiz",
    "Abwesenheitsnotiz: Urlaub",
    "Nicht im Büro",
    "Réponse automatique : votre retour",
    "Absence du bureau",
    "Respuesta automática: su devolución",
    "Fuera de la oficina",
    "Risposta automatica: il suo reso",
    "Fuori sede dal 3 al 7",
    "Resposta automática: a sua devolução",
    "Fora do escritório",
    "Automatisch antwoord: uw retour",
    "Afwezigheidsbericht",
    "自動返信：返品について",
    "不在通知",
    "休暇中: 返品について",
    "자동 회신: 반품",
    "부재중 알림",
    "Автоответ: ваш возврат",
    "Автоматический ответ: возврат",
    "Autosvar: din retur",
    "Automatiskt svar: Din retur",
    "Frånvaro: semester",
    "Automatisk svar: Din retur",
    "Ikke til stede",
    "Odpowiedź automatyczna: zwrot",
    "Poza biurem",
    "Otomatik yanıt: iadeniz",
    "Ofis dışındayım",
    "[shop.example #123] AutoReply: Return",
    "Yahoo! Auto Response",
    "Automaattinen vastaus: palautus",
    "Automatická odpověď: vrácení",
]


@pytest.mark.parametrize("subject", ABSENCES)
def test_a_subject_of_an_absence_notice_is_a_machines(subject: str) -> None:
    found = parse_mail(mail(subject, "In-Reply-To: <x@tp.example>")).mail
    assert found.origin is AUTO
    assert not found.is_news


PEOPLE = [
    "Re: Out of office",
    "Re: Automatic reply: your return",
    "AW: Automatische Antwort: Rücksendung",
    "回复：自动回复：退货",
    "Fwd: Undelivered Mail Returned to Sender",
    "转发：系统退信",
    "Auto parts for my kettle",
    "Automatic switch-off of my kettle is broken",
    "I am out of filters, where can I buy them?",
    "I am away next week, please deliver later",
    "On holiday, the kettle broke",
    "Vacation home needs a second kettle",
    "Away days delivery",
    "Failed delivery of my parcel",
    "Delivery failed twice!",
    "Urlaub gebucht, wann kommt das Paket?",
    "Abwesend am Montag, bitte später liefern",
    "外出时水壶坏了",
    "休假回来发现水壶坏了",
    "自动断电坏了",
    "自动关机问题",
    "退回的商品还没退款",
    "快递无法投递怎么办",
    "自動電源オフが壊れました",
    "Returned to sender? My parcel came back",
]


@pytest.mark.parametrize("subject", PEOPLE)
def test_a_persons_subject_is_a_persons(subject: str) -> None:
    text = "The courier was unable to deliver the parcel, it was returned to sender. 快递说投递失败，被退回。"
    found = parse_mail(mail(subject, text=text)).mail
    assert (found.origin, found.no_reply_reason) == (HUMAN, "")


MACHINES = [
    (("Auto-Submitted: auto-replied",), AUTO, False),
    (("Auto-Submitted: AUTO-REPLIED (vacation)",), AUTO, False),
    (("Auto-Submitted: auto-generated",), AUTO, True),  # a ticket system's
    (("Auto-Submitted: auto-notified; owner-email=a@b.example",), AUTO, True),
    (("Auto-Submitted: something-new",), AUTO, True),
    (("X-Autoreply: yes",), AUTO, False),
    (("X-Autorespond: your mail",), AUTO, False),
    (("Precedence: auto_reply",), AUTO, False),
    (("X-Apple-Action: SEND_VACATION_REPLY",), AUTO, False),
    (("Precedence: bulk",), Origin.LIST, True),  # a CRM's
    (("Precedence: list",), Origin.LIST, False),
    (("List-Id: News <news.shop.example>", "List-Unsubscribe: <mailto:u@shop.example>"), Origin.LIST, False),
    (("List-Unsubscribe: <mailto:u@crm.example>", "In-Reply-To: <x@tp.example>"), Origin.LIST, True),
    (("List-Unsubscribe: <mailto:u@shop.example>",), Origin.LIST, False),
    (("Return-Path: <>",), AUTO, True),
    (("X-Mailbot-Desk: elsewhere.example",), Origin.OWN, True),
    (("X-Mailbot-Desk: elsewhere.example", "Auto-Submitted: auto-replied"), Origin.OWN, False),
]


@pytest.mark.parametrize(("headers", "origin", "is_news"), MACHINES)
def test_a_header_tells_a_machine_and_whether_staff_must_see_it(
    headers: tuple[str, ...], origin: Origin, is_news: bool
) -> None:
    found = parse_mail(mail("My question", *headers)).mail
    assert (found.origin, found.is_news) == (origin, is_news)
    assert found.no_reply_reason


@pytest.mark.parametrize(
    "headers",
    [
        ("X-Auto-Response-Suppress: All",),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply",),
        ("Return-Path: <>", "Resent-From: bob@c.example"),
        ("Return-Path: <>", "X-Forwarded-To: support@tp.example"),
    ],
)
def test_a_persons_mail_with_a_machines_mark_is_a_persons_and_not_answered(headers: tuple[str, ...]) -> None:
    found = parse_mail(mail("My question", *headers)).mail
    assert (found.origin, found.is_news) == (HUMAN, True)
    assert found.no_reply_reason


@pytest.mark.parametrize("headers", [(), ("Auto-Submitted: no",), ("X-Auto-Response-Suppress: DR, RN, NRN",)])
def test_an_ordinary_mail_is_answered(headers: tuple[str, ...]) -> None:
    found = parse_mail(mail("My question", *headers)).mail
    assert (found.origin, found.no_reply_reason) == (HUMAN, "")


@pytest.mark.parametrize(
    "sender", ["admin@c.example", "Root Ann <root@c.example>", "noreen@c.example", "info@c.example"]
)
def test_a_person_may_sit_at_an_address_of_an_office(sender: str) -> None:
    found = parse_mail(mail("My question", sender=sender)).mail
    assert (found.origin, found.no_reply_reason) == (HUMAN, "")


@pytest.mark.parametrize(
    "sender", ["no-reply@shop.example", "Shop <donotreply@shop.example>", "noreply+7@shop.example"]
)
def test_an_address_that_nobody_reads_is_not_answered(sender: str) -> None:
    assert parse_mail(mail("Your parcel", sender=sender)).mail.no_reply_reason


@pytest.mark.parametrize(
    "text", ["I am out of the office until 3 May.", "您好，我正在休假。", "Ich bin bis 3. Mai nicht im Büro."]
)
def test_an_absence_notice_in_the_text_of_a_machines_mail_is_no_news(text: str) -> None:
    assert not parse_mail(mail("Re: My question", "Auto-Submitted: auto-generated", text=text)).mail.is_news


SERVERS = [
    ("postmaster@j.example", "[BOUNCE]", "I'm afraid I wasn't able to deliver your message to: k@x.example"),
    ('"InterScan MSS" <admin@i.example>', "Mail could not be delivered", "Received <<< 550 5.1.1 user unknown"),
    ("post_master@sms.example", "Undeliverable Message", "Message could not be delivered to mobile."),
    ("System Administrator <x@y.example>", "Undeliverable: Return", "did not reach the following recipient(s): k"),
    ("Systemadministrator <x@y.example>", "Unzustellbar: Retoure", "k@x.example\n<mx.y.example #5.1.1 550 5.1.1 no>"),
    ("Mail Administrator <Admin@s.example>", "SMTP Message Delivery Failure", "k@x.example: 550 5.1.1 unknown"),
    ("no-reply@carrier.example", "メールエラー通知", "送信先のメールボックスがいっぱいです"),
    ("no-reply@sns.example", "AWS Notification Message", '{"notificationType":"Bounce","bounce":{}}'),
    ("来自邮件系统 <x@y.example>", "来自y.example的退信", "抱歉，您的邮件被退回来了"),
]


@pytest.mark.parametrize(("sender", "subject", "text"), SERVERS)
def test_a_bounce_is_known_by_its_words_where_the_envelope_says_nothing(sender: str, subject: str, text: str) -> None:
    assert parse_mail(mail(subject, sender=sender, text=text)).mail.origin is BOUNCE


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Undelivered Mail Returned to Sender", "I got this:\nhost mx.shop.example said: 550 5.1.1 user unknown"),
        ("DELIVERY FAILURE: User k not listed in Domino Directory", "was not delivered: user unknown"),
    ],
)
def test_a_person_who_pastes_a_bounce_is_a_person_whom_staff_see(subject: str, text: str) -> None:
    found = parse_mail(mail(subject, text=text)).mail
    assert (found.origin, found.is_news, found.failed_recipients) == (HUMAN, True, ())
    assert found.no_reply_reason


REPORT = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nYour answer never came, see below. Where is my refund?\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.mail.example\r\n\r\n"
    b"Final-Recipient: rfc822; k@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        (b"From: Kate <kate@mail.example>\r\nSubject: Fwd: failure notice\r\n", HUMAN),
        (b"From: Kate <kate@mail.example>\r\nSubject: Undelivered Mail Returned to Sender\r\n", HUMAN),
        (b"Return-Path: <>\r\nFrom: Mail <mta@mx.mail.example>\r\nSubject: Undelivered\r\n", BOUNCE),
        (b"From: MAILER-DAEMON@mx.mail.example\r\nSubject: Undelivered\r\n", BOUNCE),
    ],
)
def test_a_person_who_passes_on_a_delivery_report_is_a_person_whom_staff_see(head: bytes, origin: Origin) -> None:
    found = parse_mail(head + b"To: support@tp.example\r\n" + REPORT).mail
    assert found.origin is origin
    assert found.is_news is (origin is HUMAN)
    assert found.no_reply_reason


def test_a_person_who_forwards_a_bounce_is_a_person() -> None:
    text = (
        "Your mail came back, see below.\n\n<lin@shop.example>: host mx.shop.example said: "
        "550 5.1.1 user unknown (in reply to RCPT TO command)"
    )
    assert parse_mail(mail("FW: Undelivered Mail Returned to Sender", text=text)).mail.origin is HUMAN


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("staff@hotmail.example", "complaint about message from 192.0.2.1", "This is an abuse report."),
        ("feedback@isp.example", "Email Feedback Report for IP 192.0.2.1", "This is an email abuse report for ..."),
    ],
)
def test_older_forms_of_complaints(sender: str, subject: str, text: str) -> None:
    parts = (
        f"From: {sender}\r\nTo: abuse@tp.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Your return\r\n\r\nHello\r\n--b--\r\n"
    )
    assert parse_mail(parts.encode()).mail.origin is Origin.COMPLAINT


NAMES = st.sampled_from(
    [
        "Auto-Submitted",
        "Precedence",
        "Return-Path",
        "X-Auto-Response-Suppress",
        "List-Id",
        "From",
        "Sender",
        "Subject",
        "Content-Type",
        "X-Failed-Recipients",
        "X-Mailbot-Desk",
        "In-Reply-To",
        "X-Autoreply",
        "Content-Transfer-Encoding",
    ]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<>",
            "no",
            "auto-replied",
            "bulk",
            "All",
            "multipart/report; report-type=delivery-status; boundary=b",
            "message/delivery-status",
            "mailer-daemon@x.example",
            "Undelivered Mail",
            "550 5.1.1 <a@b.example>",
            "<",
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.text(alphabet=string.printable, max_size=400))
def test_any_set_of_headers_gives_an_origin_and_the_same_one_twice(headers: list[tuple[str, str]], body: str) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("utf-8", "replace")
    raw += b"\r\n" + body.encode()
    found = parse_mail(raw).mail
    assert found == parse_mail(raw).mail
    assert not any("could not be read (" in warning for warning in found.warnings)
    assert found.origin is HUMAN or found.no_reply_reason
    assert found.is_news or found.origin is not HUMAN
