"""The bytes of outgoing mail: what a reader finds in them, and what hostile values can't do to them."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.message import Address
from mailbot.errors import BadItem
from mailbot.mail.compose import OutgoingFile, ascii_address, compose, subject_line
from mailbot.mail.render import Rendered

LETTER = Rendered(subject="退款通知：¥299.00", text="您好！\n\n原因：\n", html="<p>您好！</p>", language="zh-Hans")
HEADERS = {
    "From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Mailbot-Desk", "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip


def write(**changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "rendered": LETTER,
        "tag": "T-100001",
        "from_name": "TP 售后服务",
        "from_address": "support@tp.example",
        "to": Address(name="安样例", email="an@customer.example"),
        "reply_to": "support+abc123@tp.example",
        "message_id": "<m1@tp.example>",
        "date": datetime(2026, 3, 18, 2, 30, tzinfo=UTC),
        "in_reply_to": "<q1@customer.example>",
        "references": ("<q0@customer.example>",),
        "auto_submitted": "auto-replied",
        "desk_id": "desk-1",
    }
    return compose(**(arguments | changes))


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=default))


def mailbox(mail: EmailMessage, header: str) -> tuple[str, str]:
    (address,) = cast(AddressHeader, mail[header]).addresses
    return address.display_name, address.addr_spec


def check_form(raw: bytes) -> None:
    """ASCII, CRLF only, no long line, no header that we didn't mean to write."""
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").find(b"\r") == raw.replace(b"\r\n", b"").find(b"\n") == -1
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert set(read(raw).keys()) <= HEADERS
    assert len(read(raw).keys()) == len(set(read(raw).keys()))


def test_says_what_it_was_given() -> None:
    raw = write()
    check_form(raw)
    mail = read(raw)
    assert mail["Subject"] == "[T-100001] 退款通知：¥299.00"
    assert mailbox(mail, "From") == ("TP 售后服务", "support@tp.example")
    assert mailbox(mail, "To") == ("安样例", "an@customer.example")
    assert mailbox(mail, "Reply-To") == ("", "support+abc123@tp.example")
    assert mail["Date"] == "Wed, 18 Mar 2026 02:30:00 +0000"
    assert mail["Message-ID"] == "<m1@tp.example>"
    assert mail["In-Reply-To"] == "<q1@customer.example>"
    assert mail["References"].split() == ["<q0@customer.example>", "<q1@customer.example>"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Mailbot-Desk"] == "desk-1"
    assert mail["Content-Language"] == "zh-Hans"
    assert not [name for name in mail if name.lower().startswith("list-")]
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html


def test_a_person_s_mail_is_not_marked_automatic() -> None:
    mail = read(write(auto_submitted="no"))
    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None


def test_people_in_copy_are_named() -> None:
    raw = write(cc=[Address(name="Rob", email="rob@mail.example"), Address(name="", email="ida@bücher.example")])
    check_form(raw)
    assert str(read(raw)["Cc"]) == "rob@mail.example, ida@xn--bcher-kva.example"


def test_same_arguments_same_bytes() -> None:
    files = (OutgoingFile(filename="a.pdf", content_type="application/pdf", data=b"%PDF" * 999),)
    assert write(attachments=files) == write(attachments=files)
    assert write() != write(message_id="<m2@tp.example>")


@pytest.mark.parametrize(
    ("subject", "tag", "expected"),
    [
        ("Your refund", "T-100001", "[T-100001] Your refund"),
        ("Your refund", "[T-100001]", "[T-100001] Your refund"),
        ("Your refund", "", "Your refund"),
        ("[T-100001] Your refund", "T-100001", "[T-100001] Your refund"),
        ("Re: Kettle", "T-100001", "Re: [T-100001] Kettle"),
        ("Re: [T-100001] Re: Kettle", "T-100001", "Re: [T-100001] Kettle"),
        ("[T-100001] RE: AW: Kettle", "T-100001", "Re: [T-100001] Kettle"),
        ("回复：退货", "T-100001", "Re: [T-100001] 退货"),
        ("Re: [T-100002] Kettle", "T-100001", "Re: [T-100001] [T-100002] Kettle"),
        ("Regarding: kettle", "T-100001", "[T-100001] Regarding: kettle"),
        ("a\r\nBcc: all@customer.example", "T-100001", "[T-100001] a Bcc: all@customer.example"),
        ("", "T-100001", "[T-100001]"),
    ],
)
def test_subject_line(subject: str, tag: str, expected: str) -> None:
    assert subject_line(subject, tag) == expected


def test_long_threads_keep_their_first_and_last_ids() -> None:
    ids = [f"<{number}@customer.example>" for number in range(60)]
    assert read(write(references=ids, in_reply_to=ids[-1]))["References"].split() == [ids[0], *ids[-20:]]


@pytest.mark.parametrize("bad", ["no brackets", "<a@b>\r\nBcc: <c@d>", "<a b@c>", "<@>", "<ü@tp.example>", ""])
def test_other_people_s_broken_ids_are_left_out(bad: str) -> None:
    raw = write(in_reply_to=bad, references=(bad, "<ok@customer.example>"))
    check_form(raw)
    assert read(raw)["In-Reply-To"] is None
    assert read(raw)["References"] == "<ok@customer.example>"


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("an@customer.example", "an@customer.example"),
        ("an@客户.example", "an@xn--ubt06m.example"),
        ("a..b.@customer.example", '"a..b."@customer.example'),
        ('"a b"@customer.example', '"a b"@customer.example'),
    ],
)
def test_addresses_that_can_be_written(email: str, expected: str) -> None:
    assert ascii_address(email) == expected
    assert mailbox(read(write(to=Address(name="", email=email))), "To")[1].replace('"', "") == expected.replace('"', "")


@pytest.mark.parametrize(
    "email",
    ["", "an", "an@", "@customer.example", "安@customer.example", "a@b@customer.example", "a,b@customer.example",
     "a@customer.example\r\nBcc: b@customer.example", "a b@customer.example", "<a@customer.example>",
     "a@-.example", "a@customer..example", "x" * 300 + "@customer.example", '"a"b"@customer.example'],
)  # fmt: skip
def test_addresses_that_are_refused(email: str) -> None:
    with pytest.raises(BadItem, match="To: "):
        write(to=Address(name="An", email=email))


@pytest.mark.parametrize(
    "changes",
    [{"message_id": "m1"}, {"message_id": "<a@b>\r\nX: y"}, {"tag": "T-1]\r\nX: y"}, {"desk_id": "a b"},
     {"auto_submitted": "yes"}, {"date": datetime(2026, 3, 18)}],  # noqa: DTZ001 - that's what is refused
)  # fmt: skip
def test_arguments_that_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadItem):
        write(**changes)


@pytest.mark.parametrize(
    "name", ["receipt.pdf", "购买凭证.pdf", "a\"b;c='d'.pdf", "很长的名字" * 20 + ".jpeg", "100% sure.txt"]
)
def test_files_keep_names_and_bytes(name: str) -> None:
    data = bytes(range(256)) * 50
    raw = write(attachments=(OutgoingFile(filename=name, content_type="Application/PDF", data=data),))
    check_form(raw)
    (part,) = read(raw).iter_attachments()
    assert part.get_filename() == name
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == data


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "nonsense", "text/plain\r\nX: y", ""])
def test_files_of_odd_types_are_just_bytes(kind: str) -> None:
    raw = write(attachments=(OutgoingFile(filename="mail.eml", content_type=kind, data=b"From: a\r\n\r\nb"),))
    check_form(raw)
    (part,) = read(raw).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"From: a\r\n\r\nb"


ANYTHING = st.text(max_size=300) | st.text(alphabet='\r\n\t :<>@"\\=?,;aB退\u2028\x00\x85', max_size=300)


@settings(deadline=None)
@given(subject=ANYTHING, name=ANYTHING, to_name=ANYTHING, text=ANYTHING, filename=ANYTHING)
def test_no_value_starts_a_header_or_changes_a_recipient(
    subject: str, name: str, to_name: str, text: str, filename: str
) -> None:
    file = OutgoingFile(filename=f"x{filename}", content_type="image/png", data=b"data")
    raw = write(
        rendered=Rendered(subject=subject, text=text, html=text, language="en"),
        from_name=name,
        to=Address(name=to_name, email="an@customer.example"),
        attachments=(file,),
    )
    check_form(raw)
    mail = read(raw)
    assert mailbox(mail, "From")[1] == "support@tp.example"
    assert mailbox(mail, "To")[1] == "an@customer.example"
    assert mail["Subject"].count("[T-100001]") == 1
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png",
    ]  # fmt: skip
    assert not mail.defects


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_headers_and_text_come_back_as_they_were(text: str) -> None:
    words = " ".join(text.split())
    mail = read(write(rendered=Rendered(subject=f"x{words}x", text=text + "\n", html="<p>", language="en")))
    assert " ".join(str(mail["Subject"]).split()) == subject_line(f"x{words}x", "T-100001")
    assert next(mail.iter_parts()).get_content().replace("\r\n", "\n") == text + "\n"
