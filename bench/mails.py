"""A made-up mailbox: customers' mails as mail programs write them, the same for equal arguments."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from bench.words import CHINESE, ENGLISH, Phrases
from mailbot.domain.orders import Order

SUPPORT = "support@tp.example"
AUTHSERV_ID = "mx.tp.example"
WITH_FILES = 0.15  # share of mails with attachments; their size makes the mailbox about 90 KB a mail
FOLLOW_UPS = 0.3  # share of mails that belong to an earlier one
LONGEST_THREAD = 12  # mails of one customer in one conversation
WANT_RETURN = 0.12  # share of conversations that begin with a return and the sender's own order number
WRONG_NUMBER = 0.03  # share that quotes somebody else's order number
_JPEG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00H\x00H\x00\x00"
_DOMAINS = ("mail.example", "post.example", "inbox.example", "home.mail.example")


@dataclass(frozen=True, kw_only=True)
class BenchMail:
    """One mail of the mailbox."""

    raw: bytes  # RFC 5322, CRLF line ends
    sender: str  # address in From
    opens: bool  # the first of its conversation: an answer is due


@dataclass(kw_only=True)
class _Thread:
    """A conversation, as far as it was written."""

    words: Phrases
    name: str
    address: str
    subject: str
    message_ids: list[str]  # of the customer's mails, oldest first
    history: str  # what the next mail quotes


def write_corpus(count: int, seed: int, orders: Sequence[Order], *, now: datetime) -> Iterator[BenchMail]:
    """Yield `count` mails, about 90 KB each on average, in the sequence in which they arrived until `now` (aware).

    Half Chinese, half English. No sender begins more than a few conversations and no order number comes twice,
    so that mailbot's caps on automatic answers don't bite. Equal arguments give equal bytes.
    """
    chance = random.Random(seed)
    buyers = [order for order in orders if order.language in ("zh-Hans", "en")]
    chance.shuffle(buyers)
    open_threads: list[_Thread] = []
    for number in range(count):
        at = now - timedelta(seconds=20 * (count - number))
        opens = not open_threads or chance.random() >= FOLLOW_UPS
        if opens:
            thread, body = _begin(chance, number, buyers)
            open_threads = [*open_threads[-40:], thread]  # older ones fell silent
        else:
            thread = chance.choice(open_threads)
            body = _sentences(chance, thread.words.follow_ups, 1, 3)
            if len(thread.message_ids) == LONGEST_THREAD - 1:
                open_threads.remove(thread)
        yield BenchMail(raw=_mail(chance, thread, body, number, at), sender=thread.address, opens=opens)


def _begin(chance: random.Random, number: int, buyers: list[Order]) -> tuple[_Thread, str]:
    """A new conversation and the words of its first mail; takes the order that it is about from `buyers`."""
    words = CHINESE if chance.random() < 0.5 else ENGLISH
    name, local = chance.choice(words.names)
    address = f"{local}.{number:06}@{chance.choice(_DOMAINS)}"
    kind = chance.random()
    if kind < WANT_RETURN and buyers:
        order = buyers.pop()
        words = CHINESE if order.language == "zh-Hans" else ENGLISH
        name, address = order.buyer_name, order.buyer_email
        subject, body = words.return_subject.format(order.number), words.return_wish.format(order.number)
    elif kind > 1 - WRONG_NUMBER and buyers:
        subject, body = chance.choice(words.subjects), words.number_only.format(buyers.pop().number)
    else:
        subject, body = chance.choice(words.subjects), chance.choice(words.questions)
    body += words.space + _sentences(chance, words.filler, 0, 6)
    thread = _Thread(words=words, name=name, address=address, subject=subject, message_ids=[], history="")
    return thread, body


def _sentences(chance: random.Random, choices: Sequence[str], least: int, most: int) -> str:
    return "\n".join(chance.choice(choices) for _ in range(chance.randint(least, most)))


def _mail(chance: random.Random, thread: _Thread, body: str, number: int, at: datetime) -> bytes:
    words = thread.words
    charset, codec, transfer = chance.choice(words.charsets)
    message_id = f"<{number:06}.{chance.getrandbits(64):016x}@{thread.address.partition('@')[2]}>"
    text = f"{words.greeting}\n\n{body}\n\n{words.closing}\n{thread.name}\n{thread.history}"
    subject = words.reply_prefix + thread.subject if thread.message_ids else thread.subject
    headers = [
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={thread.address.partition('@')[2]}",
        f"From: {_encoded(thread.name, charset, codec)} <{thread.address}>",
        f"To: {SUPPORT}",
        f"Subject: {_encoded(subject, charset, codec)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
    ]
    if thread.message_ids:
        headers.append(f"In-Reply-To: {thread.message_ids[-1]}")
        headers.append("References: " + "\r\n ".join(thread.message_ids[-10:]))
    content = _content(chance, text, charset, codec, transfer, number)
    if chance.random() < WITH_FILES:
        files = [_attachment(chance, number) for _ in range(chance.choice((1, 1, 2, 3)))]
        content = _multipart("mixed", [content, *files], f"mixed-{number}")
    thread.message_ids.append(message_id)
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    thread.history = f"\n{words.quote_intro.format(at, thread.name, thread.address)}\n{quoted}\n"
    return "\r\n".join(headers).encode("ascii") + b"\r\n" + content


def _content(chance: random.Random, text: str, charset: str, codec: str, transfer: str, number: int) -> bytes:
    """Text alone, HTML alone or both, in the shares of today's mail programs."""
    plain = _text_part("plain", text, charset, codec, transfer)
    html = _text_part("html", _html(text), charset, codec, transfer)
    share = chance.random()
    if share < 0.3:
        return plain
    return html if share < 0.4 else _multipart("alternative", [plain, html], f"alternative-{number}")


def _html(text: str) -> str:
    """The wordy HTML of a webmail program; quoted lines become a quote."""
    style = "font-family:'Microsoft YaHei',Arial,sans-serif;font-size:14px;line-height:1.6;color:#222222;margin:0 0 8px"
    own = [line for line in text.splitlines() if not line.startswith(">")]
    quoted = [line.lstrip("> ") for line in text.splitlines() if line.startswith(">")]

    def lines(of: list[str]) -> str:
        return "\n".join(f'<div style="{style}"><span lang="x">{line or "<br>"}</span></div>' for line in of)

    quote = f'<blockquote type="cite" style="margin:0 0 0 .8ex">{lines(quoted)}</blockquote>' if quoted else ""
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html"><style>p{margin:0}</style></head>'
        f"<body>{lines(own)}\n{quote}</body></html>"
    )


def _text_part(subtype: str, text: str, charset: str, codec: str, transfer: str) -> bytes:
    content = text.replace("\n", "\r\n").encode(codec)
    if transfer == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    elif transfer == "quoted-printable":
        content = quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n'
    return head.encode("ascii") + content


def _multipart(subtype: str, parts: Sequence[bytes], boundary: str) -> bytes:
    mark = f"--=_{boundary}".encode("ascii")
    head = f'Content-Type: multipart/{subtype}; boundary="=_{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _attachment(chance: random.Random, number: int) -> bytes:
    """A photo of a telephone, or a scanned invoice; noise inside, because neither can be compressed."""
    size = int(min(chance.lognormvariate(12.02, 0.8), 4_000_000))
    name = f"{number:06}-{chance.randrange(1000):03}"
    if chance.random() < 0.7:
        content = _JPEG_START + chance.randbytes(size) + b"\xff\xd9"
        kind, name = "image/jpeg", f"IMG_{name}.jpg"
    else:
        stream = b"1 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (size, chance.randbytes(size))
        content = b"%PDF-1.4\n" + stream + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
        kind, name = "application/pdf", f"invoice_{name}.pdf"
    head = (
        f'Content-Type: {kind}; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _encoded(text: str, charset: str, codec: str) -> str:
    """Header text as encoded-words (RFC 2047) of at most 75 characters, where it isn't ASCII."""
    if text.isascii():
        return text
    pieces = (text[start : start + 9] for start in range(0, len(text), 9))
    return "\r\n ".join(f"=?{charset}?B?{base64.b64encode(piece.encode(codec)).decode()}?=" for piece in pieces)
