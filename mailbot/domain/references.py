"""What a mail refers to: order numbers, tickets, earlier mails. Each finding keeps where it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailbot.domain.message import IncomingMail
from mailbot.domain.numbers import find_tags


class Place(StrEnum):
    """Where in a mail something was found, strongest first."""

    SUBJECT = "the subject"
    NEW_TEXT = "the new text"
    ATTACHMENT_NAME = "an attachment's name"
    QUOTED_TEXT = "quoted text"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reference and its strongest place."""

    value: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class References:
    """Everything that a mail points at; nothing here is proven yet."""

    order_numbers: tuple[Finding, ...]  # upper case, each once
    ticket_tags: tuple[str, ...]  # "T-100001", from the subject
    quoted_tags: tuple[str, ...]  # those that stand in the body only
    tokens: tuple[str, ...]  # unverified tokens: from recipient addresses, then from message ids
    message_ids: tuple[str, ...]  # In-Reply-To, References and quoted ones, each once


def find_references(
    mail: IncomingMail,
    find_order_numbers: Callable[[str], Iterable[str]],
    find_tokens: Callable[[Iterable[str]], Iterable[str]],
) -> References:
    """Collect the references of a mail.

    `find_order_numbers` yields the numbers in a text; `find_tokens` yields reply tokens in addresses and
    message ids. Both are passed in because their forms are settings.
    """
    message_ids = tuple(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references), *mail.quoted_message_ids)))
    recipients = (*mail.delivered_to, *(a.email for a in (*mail.to, *mail.cc)))
    places: dict[str, Place] = {}
    for place, text in (
        (Place.SUBJECT, mail.subject),
        (Place.NEW_TEXT, mail.reply_text),
        *((Place.ATTACHMENT_NAME, attachment.filename) for attachment in mail.attachments),
        (Place.QUOTED_TEXT, mail.text),
    ):
        for number in find_order_numbers(text):
            places.setdefault(number.upper(), place)
    return References(
        order_numbers=tuple(Finding(value=number, place=place) for number, place in places.items()),
        ticket_tags=(tags := find_tags(mail.subject)),
        quoted_tags=tuple(tag for tag in find_tags(mail.text) if tag not in tags)[:20],
        tokens=tuple(dict.fromkeys((*find_tokens(recipients), *find_tokens(message_ids)))),
        message_ids=message_ids,
    )
