"""People who write mail: customers and staff as the demo and the tests play them, in ordinary mail programs."""

from __future__ import annotations

import email
import email.headerregistry
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime
from hashlib import sha256

AUTHSERV_ID = "mx.tp.example"  # the receiving server of the story, whose verdicts count


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a mailbox."""

    name: str
    address: str
    chinese: bool = False


@dataclass(frozen=True, kw_only=True)
class File:
    """An attachment."""

    filename: str
    content_type: str  # "image/jpeg"
    data: bytes


def write(
    person: Person,
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    files: Sequence[File] = (),
    verdict: str = "dmarc=pass",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail as it arrives: with the receiving server's Authentication-Results on top.

    Its Message-ID is made from what it says, so that a story told twice has the same mails.
    """
    message = EmailMessage(policy=email.policy.SMTP)
    domain = person.address.rpartition("@")[2]
    if verdict:
        message["Authentication-Results"] = f"{AUTHSERV_ID}; {verdict} header.from={domain}"
    message["From"] = email.headerregistry.Address(display_name=person.name, addr_spec=person.address)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    digest = sha256("\0".join((person.address, to, subject, text, at.isoformat())).encode()).hexdigest()
    message["Message-ID"] = f"<{digest[:24]}@{domain}>"
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    for file in files:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=kind, subtype=subtype, filename=file.filename)
    return message.as_bytes()


def reply(
    person: Person,
    received: bytes,
    text: str,
    *,
    at: datetime,
    files: Sequence[File] = (),
    verdict: str = "dmarc=pass",
    keep_quote: bool = True,
) -> bytes:
    """The answer to a mail, as a mail program makes it: Reply-To, In-Reply-To, References and the quote below."""
    original = email.message_from_bytes(received, policy=email.policy.default)
    to = str(original["Reply-To"] or original["From"])
    subject = str(original["Subject"])
    if not subject.lower().startswith(("re:", "回复")):
        subject = f"{'回复：' if person.chinese else 'Re: '}{subject}"
    references = f"{original['References'] or ''} {original['Message-ID']}".split()
    body = f"{text}\n\n{_quote(person, original)}" if keep_quote else text
    return write(
        person,
        to,
        subject,
        body,
        at=at,
        files=files,
        verdict=verdict,
        headers=(("In-Reply-To", str(original["Message-ID"])), ("References", " ".join(references[-10:]))),
    )


def body_text(raw: bytes) -> str:
    """The text part of a mail, as a person reads it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    part = message.get_body(preferencelist=("plain", "html"))
    return "" if part is None else str(part.get_content())


def header(raw: bytes, name: str) -> str:
    """A decoded header, "" where there is none."""
    return str(email.message_from_bytes(raw, policy=email.policy.default)[name] or "")


def _quote(person: Person, original: Message) -> str:
    sender, date = original["From"], original["Date"]
    lines = [f"> {line}".rstrip() for line in body_text(original.as_bytes()).splitlines()]
    if person.chinese:
        lead = "------------------ 原始邮件 ------------------\n"
        head = f"发件人: {sender}\n发送时间: {date}\n主题: {original['Subject']}\n\n"
        return lead + head + "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    return f"On {date}, {sender} wrote:\n" + "\n".join(lines)
