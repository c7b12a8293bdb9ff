"""What a mail refers to: order numbers, tickets, earlier mails. Each finding keeps where it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.domain.documents import Document, Source
from mailbot.domain.halfwidth import plain_text
from mailbot.domain.message import IncomingMail
from mailbot.domain.numbers import find_tags


class Place(StrEnum):
    """Where in a mail something was found, strongest first."""

    SUBJECT = "the subject"
    NEW_TEXT = "the new text"
    ATTACHMENT_NAME = "an attachment's name"
    CODE = "a code in an attachment"
    DOCUMENT = "an attached document"
    FORWARDED = "an attached mail"  # somebody else's words
    WRITING = "the writing in a picture"  # recognised, so a sign may be wrong
    QUOTED_TEXT = "quoted text"


OWN_WORDS = frozenset({Place.SUBJECT, Place.NEW_TEXT, Place.ATTACHMENT_NAME})
ENCLOSED = frozenset({Place.CODE, Place.DOCUMENT, Place.FORWARDED, Place.WRITING})

_PLACES = {
    Source.CODE: Place.CODE,
    Source.PDF: Place.DOCUMENT,
    Source.FORWARDED: Place.FORWARDED,
    Source.WRITING: Place.WRITING,
}
_ORDER = tuple(Place)
_LONGEST = 200_000  # characters of a text that are looked at
_MOST_TEXT = 600_000  # characters of all texts of a mail; the weakest places give way

Texts = tuple[tuple[Place, str], ...]  # strongest place first, full-width signs as ordinary ones


def texts_of(mail: IncomingMail, documents: Iterable[Document] = ()) -> Texts:
    """Every text of a mail in which something may stand, with its place, strongest first."""
    texts = [
        (Place.SUBJECT, mail.subject),
        (Place.NEW_TEXT, mail.reply_text),
        *((Place.ATTACHMENT_NAME, attachment.filename) for attachment in mail.attachments),
        *((_PLACES[document.source], document.text) for document in documents),
        (Place.QUOTED_TEXT, mail.text),
    ]
    texts.sort(key=lambda text: _ORDER.index(text[0]))
    left, read = _MOST_TEXT, []
    for place, text in texts:
        # Some signs become eighteen: what is looked at is bounded after that too.
        read.append((place, plain_text(text[: min(left, _LONGEST)])[: min(left, _LONGEST)]))
        left -= len(read[-1][1])
    return tuple(read)


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
    texts: Texts,
    find_order_numbers: Callable[[str], Iterable[str]],
    find_tokens: Callable[[Iterable[str]], Iterable[str]],
) -> References:
    """Collect the references of a mail; `texts` are those of `texts_of`.

    `find_order_numbers` yields the numbers in a text; `find_tokens` yields reply tokens in addresses and
    message ids. Both are passed in because their forms are settings.
    """
    message_ids = tuple(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references), *mail.quoted_message_ids)))
    recipients = (*mail.delivered_to, *(a.email for a in (*mail.to, *mail.cc)))
    return References(
        order_numbers=find_numbers(texts, find_order_numbers),
        ticket_tags=(tags := find_tags(mail.subject)),
        quoted_tags=tuple(tag for tag in find_tags(mail.text) if tag not in tags)[:20],
        tokens=tuple(dict.fromkeys((*find_tokens(recipients), *find_tokens(message_ids)))),
        message_ids=message_ids,
    )


def find_numbers(texts: Sequence[tuple[Place, str]], find: Callable[[str], Iterable[str]]) -> tuple[Finding, ...]:
    """The order numbers in the texts, each once, in upper case, with the strongest place it stood in."""
    places: dict[str, Place] = {}
    for place, text in texts:
        for number in find(text):
            places.setdefault(number.upper(), place)
    return tuple(Finding(value=number, place=place) for number, place in places.items())
