"""The labelled set as values: people, their orders, and mails with what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KINDS = ("exact", "probable", "ambiguous", "none")
LANGUAGES = ("zh-hans", "zh-hant", "en", "ja", "de", "fr", "es")
_KEYS = {
    *("id", "from", "auth", "subject", "text", "html", "files", "documents", "eml", "granted"),
    *("real", "expect", "or", "wish", "also", "never", "each", "why"),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who writes."""

    name: str
    address: str
    country: str  # ISO 3166-1 alpha-2
    language: str  # BCP 47
    phone: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a mail is about."""

    kind: str  # one of KINDS
    numbers: frozenset[str]  # of orders; one for exact and probable, at least one for ambiguous

    def __str__(self) -> str:
        return " ".join((self.kind, *sorted(self.numbers)))


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that the mail carries, and what the evidence readers would find in it."""

    name: str
    source: str  # "pdf", "code", "writing", "forwarded"; "" where nothing is read
    text: str


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One mail of the set."""

    id: str
    language: str  # of the file it stands in
    name: str
    address: str
    auth: str  # "pass", "fail", "none", or a whole Authentication-Results value
    subject: str
    text: str
    html: str  # "" where the mail is plain text
    files: tuple[File, ...]
    eml: tuple[str, str, str] | None  # From, subject and text of an attached mail
    granted: str  # the order for which its owner lets the sender speak; "" for none
    real: bool  # worth to be run through files made for real too, not only through their texts
    right: tuple[Expected, ...]  # the label, then what would do as well
    wishes: tuple[str, ...]  # any of them may come first
    also: tuple[str, ...]  # wishes that must be among those found, the strongest or not
    never: tuple[str, ...]  # wishes that the mail says it doesn't have
    each: Mapping[str, str]  # where several orders are named: what is wanted of each, by number; {} where it isn't told
    why: str  # a word on what isn't plain


def read_people() -> dict[str, Person]:
    """By the short name that orders and mails use."""
    people = {}
    for line in _lines("people.txt"):
        if line == "----":
            continue
        key, name, address, country, language, phone = (cell.strip() for cell in line.split("|"))
        people[key] = Person(name=name, address=address, country=country, language=language, phone=phone)
    return people


def read_mails() -> tuple[Labelled, ...]:
    """All of them; raises ValueError where an entry is not written as the README says."""
    people = read_people()
    return tuple(
        _mail(entry, language, people)
        for language in LANGUAGES
        for entry in yaml.safe_load((HERE / "mails" / f"{language}.yaml").read_text(encoding="utf-8"))
    )


def _mail(entry: dict[str, Any], language: str, people: dict[str, Person]) -> Labelled:
    if strange := set(entry) - _KEYS:
        raise ValueError(f"{entry.get('id')}: {sorted(strange)}")
    person = people.get(entry["from"])
    name, address = (person.name, person.address) if person else _mailbox(entry["from"])
    files = [File(name=name, source="", text="") for name in entry.get("files", [])]
    files += [File(name=one["file"], source=one["source"], text=one["text"]) for one in entry.get("documents", [])]
    eml = entry.get("eml")
    return Labelled(
        id=entry["id"],
        language=language,
        name=name,
        address=address,
        auth=entry.get("auth", "pass"),
        subject=entry["subject"] or "",
        text=entry.get("text", ""),
        html=entry.get("html", ""),
        files=tuple(files),
        eml=(eml["from"], eml["subject"], eml["text"]) if eml else None,
        granted=entry.get("granted", ""),
        real=entry.get("real", False),
        right=tuple(_expected(text) for text in (entry["expect"], *entry.get("or", ()))),
        wishes=_several(entry["wish"]),
        also=_several(entry.get("also", ())),
        never=_several(entry.get("never", ())),
        each=entry.get("each", {}),
        why=entry.get("why", ""),
    )


def _mailbox(text: str) -> tuple[str, str]:
    """ "Kate <kate@post.example>" taken apart at the last bracket: a name may look like an address."""
    name, _, address = text.rpartition("<")
    return name.strip().strip('"'), address.removesuffix(">")


def _expected(text: str) -> Expected:
    kind, *numbers = text.split()
    if kind not in KINDS or bool(numbers) is (kind == "none"):
        raise ValueError(text)
    return Expected(kind=kind, numbers=frozenset(numbers))


def _several(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def order_rows() -> Iterator[dict[str, str]]:
    """The orders as rows of an export, one for each line of an order."""
    people = read_people()
    money = {"CN": "CNY", "HK": "HKD", "TW": "TWD", "GB": "GBP", "US": "USD", "AU": "AUD", "NZ": "NZD", "JP": "JPY"}
    money |= {"CH": "CHF", "MX": "MXN"}
    for line in _lines("orders.txt"):
        number, buyer, bought, delivered, status, tracking, *articles = line.split()
        person = people[buyer]
        for article in articles:
            model, _, rest = article.partition("=")
            priced, _, serials = rest.partition("/")
            price, _, quantity = priced.partition("x")
            yield {
                "order_number": number,
                "buyer_name": person.name,
                "buyer_email": person.address,
                "phone": person.phone,
                "country": person.country,
                "language": person.language,
                "model": model,
                "product_name": "",
                "serials": serials.replace(",", ";"),
                "quantity": quantity or "1",
                "unit_price": price,
                "currency": money.get(person.country, "EUR"),
                "payment_method": "card",
                "purchased_on": bought,
                "delivered_on": "" if delivered == "-" else delivered,
                "shipping_status": status,
                "tracking_number": "" if tracking == "-" else tracking,
            }


def _lines(name: str) -> Iterator[str]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()
