"""A town of customers and one staff member who answer mail by script, the same way in every run.

What somebody answers depends on nothing but the mail received and its place in the story, so that a disturbed run and
an undisturbed one see the same mails in the same order.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from PIL import Image

from mailbot.demo.people import AUTHSERV_ID, File, Person, body_text, header, reply, write
from mailbot.domain.orders import Order, OrderLine
from tests.journeys.world import STAFF, SUPPORT, order
from tests.servers.smtp import ReceivedMail

# Kind of first mail -> its share of all. Together 100.
SHARES = {
    "return": 28,  # with order number and receipt
    "return with gaps": 9,  # the form comes back without the condition first
    "return without number": 4,
    "question": 23,
    "order question": 6,
    "stranger": 6,  # wants to return somebody else's order
    "forged": 2,  # its sender's domain says that it is not theirs
    "machine": 9,  # newsletters, absence notes, bounces of other people's mail
    "nobody": 2,  # no From, or bytes that are no text
    "same bytes": 6,  # delivered twice
    "same id": 5,  # the Message-ID of another mail, other content
}
_TAG = re.compile(r"\[(T-\d+)\]")

# What the subject of a letter says -> the stage of the story, first match counts.
_STAGES: tuple[tuple[str, str], ...] = (
    (r"Please fill in your return request|请填写退货申请", "form"),
    (r"some details are missing|退货申请.*还需要补充", "gaps"),
    (r"send us your order number|请提供您的订单号", "number"),
    (r"approved: how to send it back|已通过，请寄回商品", "approved"),
    (r"We have received your parcel|我们已收到您寄来的包裹", "received"),
    (r"Your refund of .* has been paid|退款已完成", "closing"),
    (r"Your refund of|退款通知", "refund"),
)

_WORDS = {  # stage -> what the customer answers, English and Chinese
    "approved": ("Thank you, the parcel is on its way.", "谢谢，包裹已经交给快递了。"),
    "received": ("Good to hear, I am looking forward to your inspection.", "好的，麻烦你们检查一下。"),
    "refund": ("Thanks, I will watch my account.", "好的，我会留意账户。"),
}


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """A mail that somebody writes."""

    place: tuple[str, ...]  # where it stands in its round: ticket tag, reader, stage
    raw: bytes


@dataclass(kw_only=True)
class Town:
    """The people, their orders and their first mails, all made from `seed`."""

    mails: int  # first mails of customers, machines and strangers
    seed: int
    start: datetime  # when the story begins, aware; mails are a minute apart by rounds
    orders: list[Order] = field(init=False)
    first_mails: list[bytes] = field(init=False)
    _people: dict[str, Person] = field(init=False, default_factory=dict)
    _order_of: dict[str, Order] = field(init=False, default_factory=dict)
    _with_gaps: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        kinds = [kind for kind, share in SHARES.items() for _ in range(max(1, round(share * self.mails / 100)))]
        chance.shuffle(kinds)
        # The rounding's difference is made up with ordinary returns; the first mail is one that others can copy.
        kinds = ["return", *kinds, *["return"] * self.mails][: self.mails]
        self.orders, self.first_mails = [], []
        for number, kind in enumerate(kinds):
            person = self._person(number)
            bought = _order(number, person, chance)
            self.orders.append(bought)
            self._people[person.address] = person
            self._order_of[person.address] = bought
            if kind == "return with gaps":
                self._with_gaps.add(person.address)
            self.first_mails.append(self._first(kind, number, person, bought, chance))

    @staticmethod
    def _person(number: int) -> Person:
        if number % 2:
            return Person(name=f"顾客{number}", address=f"guke{number}@mail{number % 7}.example", chinese=True)
        return Person(name=f"Customer Number{number}", address=f"customer{number}@mail{number % 7}.example")

    def _first(self, kind: str, number: int, person: Person, bought: Order, chance: random.Random) -> bytes:
        at = self.start
        zh = person.chinese
        match kind:
            case "return" | "return with gaps":
                subject = "我想退货" if zh else "Return"
                text = (
                    f"你好，订单{bought.number}的商品不想要了，申请退货，收据见附件。"
                    if zh
                    else f"Hello, I would like to return order {bought.number}, please. The receipt is attached."
                )
                return write(person, SUPPORT, subject, text, at=at, files=[receipt(number)])
            case "return without number":
                subject, text = (
                    ("退货", "你好，我想退货，谢谢。") if zh else ("Return", "I would like to return my kettle.")
                )
                return write(person, SUPPORT, subject, text, at=at, files=[receipt(number)])
            case "question":
                subject, text = (
                    ("咨询", f"请问水壶怎么清洗？我是第{number}位。")
                    if zh
                    else ("Question", f"How do I clean the kettle? This is question {number}.")
                )
                files = [receipt(number)] if number % 5 == 0 else []
                return write(person, SUPPORT, subject, text, at=at, files=files)
            case "order question":
                text = f"订单{bought.number}什么时候到？" if zh else f"Where is my order {bought.number}?"
                return write(person, SUPPORT, "订单" if zh else "Order status", text, at=at)
            case "stranger":
                other = chance.choice(self.orders[:-1] or self.orders).number
                text = f"订单{other}我要退货。" if zh else f"I want to return order {other}."
                return write(person, SUPPORT, "退货" if zh else "Return", text, at=at, files=[receipt(number)])
            case "forged":
                text = f"I want to return order {bought.number}. Message {number}."
                return write(person, SUPPORT, "Return", text, at=at, verdict="dmarc=fail")
            case "machine":
                return self._machine(number, person)
            case "nobody":
                return _nobody(number, at)
            case "same bytes":
                return chance.choice(self.first_mails)
            case _:
                raw = write(person, SUPPORT, "Question" if not zh else "咨询", f"Another mail, number {number}.", at=at)
                taken = header(chance.choice(self.first_mails), "Message-ID")
                return raw.replace(header(raw, "Message-ID").encode(), taken.encode()) if taken else raw

    def _machine(self, number: int, person: Person) -> bytes:
        kinds = (
            ("Out of office", "I am away.", (("Auto-Submitted", "auto-replied"),)),
            ("News of the week", "Read all about it.", (("List-Id", "<news.list.example>"), ("Precedence", "list"))),
            ("自动回复", "我正在休假。", (("Auto-Submitted", "auto-replied"),)),
            ("Undelivered Mail Returned to Sender", "<x@gone.example>: unknown", (("Return-Path", "<>"),)),
        )
        subject, text, headers = kinds[number % len(kinds)]
        return write(person, SUPPORT, subject, f"{text} ({number})", at=self.start, headers=headers)

    # -- answers

    def reactions(self, letters: Iterable[ReceivedMail], round_number: int) -> list[bytes]:
        """What people answer to letters that they haven't had before, in an order that depends on the letters only."""
        at = self.start + timedelta(minutes=round_number)
        found = [self._reaction(letter, at) for letter in letters]
        return [reaction.raw for reaction in sorted((r for r in found if r is not None), key=lambda r: r.place)]

    def _reaction(self, letter: ReceivedMail, at: datetime) -> Reaction | None:
        subject, text = header(letter.raw, "Subject"), body_text(letter.raw)
        tag = _TAG.search(subject)
        reader = letter.recipients[0]
        if tag is None:
            return None
        if reader == STAFF.address:
            words = _staff_words(subject, text, int(tag[1].removeprefix("T-")))
            place = (tag[1], reader, subject, words)
            return Reaction(place=place, raw=reply(STAFF, letter.raw, words, at=at)) if words else None
        person = self._people[reader]
        stage = next((stage for pattern, stage in _STAGES if re.search(pattern, subject)), "")
        answer, files = self._answer(stage, person)
        if not answer:
            return None
        # Some people answer without the quote.
        keep_quote = _number(tag[1]) % 4 != 0
        raw = reply(person, letter.raw, answer, at=at, files=files, keep_quote=keep_quote)
        return Reaction(place=(tag[1], reader, stage), raw=raw)

    def _answer(self, stage: str, person: Person) -> tuple[str, Sequence[File]]:
        bought = self._order_of[person.address]
        items = ", ".join(f"{line.model} × {line.quantity}" for line in bought.lines)
        zh = person.chinese
        if stage == "number":
            return (f"订单号是 {bought.number}" if zh else f"It is order {bought.number}."), ()
        if stage == "form" and person.address in self._with_gaps:
            return ("退货原因：不喜欢" if zh else "Reason: I don't like it"), ()
        if stage in ("form", "gaps"):
            return (
                f"退货商品：{items}\n商品状况：全新未使用，配件齐全\n退货原因：尺寸不合适"
                if zh
                else f"Items to return: {items}\nCondition: unused, everything in the box\nReason: too small"
            ), [receipt(_number(person.address))]
        return _WORDS[stage][1 if zh else 0] if stage in _WORDS else "", ()


def _staff_words(subject: str, text: str, ticket: int) -> str:
    """What the staff member answers to a notice: the command that it offers, else words; "" to anything else."""
    if "How to reply" not in text or "Not carried out" in subject:
        return ""
    if "#approve" in text:
        return "#decline The photo shows another product." if ticket % 6 == 0 else "#approve"
    if "#received" in text:
        return "#received\n#inspect pass" if ticket % 3 == 0 else "#received"
    if "#inspect pass" in text:
        return "#inspect fail The heating plate is scratched." if ticket % 7 == 0 else "#inspect pass"
    if "#refunded" in text:
        return "#refunded"
    return f"Thank you for your message; we look into ticket {ticket} today."


def receipt(number: int) -> File:
    """A photo; every tenth customer sends the same one."""
    which = 0 if number % 10 == 0 else number
    rows = 20 + which % 300
    file = io.BytesIO()
    Image.frombytes("L", (32, rows), sha256(str(which).encode()).digest() * rows).save(file, "JPEG")
    return File(filename=f"receipt{number}.jpg", content_type="image/jpeg", data=file.getvalue())


def _number(text: str) -> int:
    """The first number in a text, 0 without one."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0


def _order(number: int, buyer: Person, chance: random.Random) -> Order:
    lines = tuple(
        OrderLine(
            model=model,
            name=name,
            serials=(f"SN{number}",),
            quantity=chance.choice((1, 1, 2)),
            unit_price=Decimal(chance.randrange(1000, 50_000)) / 100,
        )
        for model, name in (("TP-K17", "Kettle"), ("TP-F9", "Filter"))[: chance.choice((1, 1, 2))]
    )
    return order(f"TP2026{number:06}", buyer, days_ago=chance.choice((2, 9, 20)), lines=lines)


def _nobody(number: int, at: datetime) -> bytes:
    """A mail without a sender, or one whose bytes are no text in any charset."""
    head = f"Authentication-Results: {AUTHSERV_ID}; dmarc=none\r\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\r\n"
    if number % 2:
        return f"{head}Subject: Nobody {number}\r\n\r\nHello\r\n".encode()
    typed = "Content-Type: text/plain; charset=x-unheard-of\r\nContent-Transfer-Encoding: 8bit\r\n"
    sender = f"From: customer{number}@mail{number % 7}.example\r\nSubject: =?x-unheard-of?B?gYKD?= {number}\r\n"
    return f"{head}{sender}{typed}\r\n".encode() + b"\x00\xff\xfe\x80 hello\r\n"
