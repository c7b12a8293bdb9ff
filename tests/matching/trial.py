"""One labelled mail after the other through parsing, gathering and matching, over a real database."""

from __future__ import annotations

import csv
import email.policy
import inspect
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from mailbot.domain.documents import Document, Documents, Source
from mailbot.domain.facts import Facts
from mailbot.domain.match import Exact
from mailbot.mail.parse import parse_mail
from mailbot.store import confirmations, desk, orders
from mailbot.store.database import Rehearsal, transaction
from mailbot.store.order_import import import_orders
from mailbot.store.vault import create_key_file
from mailbot.wiring import Desk, open_desk
from tests.matching.labelled import Expected, Labelled, order_rows

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
OUR_SERVER = "mx.tp.example"
_KIND_OF = {"Exact": "exact", "Probable": "probable", "Ambiguous": "ambiguous", "NoMatch": "none"}
_SOURCES = {"pdf": Source.PDF, "code": Source.CODE, "writing": Source.WRITING, "forwarded": Source.FORWARDED}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mail, held against its label."""

    mail: Labelled
    got: Expected
    strangers_orders: frozenset[str]  # orders in `got` that the sender may not be answered about
    wishes: tuple[str, ...]  # as found, the strongest first
    each: Mapping[str, str]  # wishes of each order by number, where several are worked on
    evidence: tuple[str, ...]
    authentication: str  # verdict

    @property
    def is_right(self) -> bool:
        """The label, or what would do as well."""
        return self.got in self.mail.right

    @property
    def is_wrong_exact(self) -> bool:
        """Something would be done about an order that the mail isn't surely about (G5, G6)."""
        return self.got.kind == "exact" and not self.is_right

    @property
    def wish(self) -> str:
        """The strongest."""
        return self.wishes[0] if self.wishes else "other"


def raw_mail(mail: Labelled, files: dict[str, bytes] | None = None) -> bytes:
    """The mail as it arrives, with our server's verdict on top; `files`: real contents by name."""
    message = EmailMessage(policy=email.policy.SMTP.clone(utf8=not mail.address.isascii()))
    domain = mail.address.rpartition("@")[2]
    if mail.auth in ("pass", "fail"):
        message["Authentication-Results"] = f"{OUR_SERVER}; dmarc={mail.auth} header.from={domain}"
    elif mail.auth != "none":
        message["Authentication-Results"] = mail.auth
    message["From"] = (
        Address(display_name=mail.name, addr_spec=mail.address)
        if mail.address.isascii()
        else (f"{mail.name} <{mail.address}>")
    )
    message["To"] = "support@tp.example"
    message["Subject"] = mail.subject
    message["Date"] = NOW
    message["Message-ID"] = f"<{mail.id}@labelled.example>"
    message.set_content(mail.text)
    if mail.html:
        message.set_content(mail.html, subtype="html")
    for file in mail.files:
        kind, _, subtype = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
        data = (files or {}).get(file.name, b"\x00" + file.name.encode())
        message.add_attachment(data, maintype=kind, subtype=subtype, filename=file.name)
    if mail.eml:
        message.add_attachment(_inner(mail))
    return message.as_bytes()


def _inner(mail: Labelled) -> EmailMessage:
    assert mail.eml is not None
    sender, subject, text = mail.eml
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["Subject"] = subject
    message["Message-ID"] = f"<inner-{mail.id}@labelled.example>"
    message.set_content(text)
    return message


def documents(mail: Labelled) -> Documents:
    """What the readers of attachments would make of the mail's files."""
    found = [(file.name, file.source, file.text) for file in mail.files if file.source]
    if mail.eml:
        found.append(("message.eml", "forwarded", f"{mail.eml[1]}\n\n{mail.eml[2]}"))
    return Documents(
        found=tuple(
            Document(filename=name, sha256=sha256(name.encode()).hexdigest(), source=_SOURCES[source], text=text)
            for name, source, text in found
        )
    )


@contextmanager
def shop(folder: Path) -> Iterator[Desk]:
    """A desk with the shipped settings, rules and templates, and the orders of the set imported."""
    create_key_file(folder / "mailbot.key")
    settings = yaml.safe_load((ROOT / "settings.yaml").read_text(encoding="utf-8"))
    settings |= {"rules": str(ROOT / "rules"), "templates": str(ROOT / "templates")}
    settings["smtp"]["password"] = settings["mailboxes"]["support"]["password"] = "unused"
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    export = folder / "orders.csv"
    rows = list(order_rows())
    with export.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with open_desk(file, clock=lambda: NOW) as opened:
        done = import_orders(export, folder / "rejects.csv")
        if done.rejected:
            raise ValueError(done.reasons)
        yield opened


def try_mail(opened: Desk, mail: Labelled, **more: Any) -> Outcome:
    """Read the mail and gather the facts, then undo whatever that needed. `more` goes to the gatherer."""
    gatherer = opened.processor.gatherer
    if not more and "documents" in inspect.signature(gatherer.gather).parameters:
        more = {"documents": documents(mail)}
    facts: list[Facts] = []
    try:
        with transaction():
            if mail.granted:
                _grant(mail)
            facts.append(gatherer.gather(parse_mail(raw_mail(mail)).mail, NOW, None, now=NOW, **more).facts)
            raise Rehearsal
    except Rehearsal:
        return _outcome(mail, facts[0])


def _grant(mail: Labelled) -> None:
    owner = orders.get(mail.granted)
    assert owner is not None
    ticket = desk.open_ticket(
        now=NOW,
        subject=mail.subject,
        language="en",
        customer_name=mail.name,
        customer_email=mail.address,
        wish="",
        linked_to=None,
    )
    confirmations.ask(ticket, mail.granted, mail.address, NOW, NOW)
    request = confirmations.of_ticket(ticket, owner.buyer_email)
    assert request is not None
    confirmations.grant(request.confirmation_id, NOW)


def _outcome(mail: Labelled, facts: Facts) -> Outcome:
    match: Any = facts.order
    kind = _KIND_OF[type(match).__name__]
    found = getattr(match, "orders", None) or ([match.order] if kind in ("exact", "probable") else [])
    failed = facts.standing.verdict.value == "failed"
    spoken_for = {mail.granted} if facts.standing.verdict.value == "verified" else set()
    return Outcome(
        mail=mail,
        got=Expected(kind=kind, numbers=frozenset(order.number for order in found)),
        strangers_orders=frozenset(
            order.number
            for order in found
            if failed or (order.buyer_email != mail.address.lower() and order.number not in spoken_for)
        ),
        wishes=tuple(wish.name for wish in facts.wishes),
        each={
            one.order.order.number: " ".join(wish.name for wish in one.wishes)
            for one in facts.each_order
            if isinstance(one.order, Exact)
        },
        evidence=tuple(map(str, match.evidence)),
        authentication=facts.standing.verdict.value,
    )
