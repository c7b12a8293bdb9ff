"""A number of this desk in the sender's own words: they ask about that ticket, case or refund."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.domain.facts import CaseFacts, TicketFacts
from mailbot.domain.match import Exact, OrderMatch
from mailbot.domain.message import IncomingMail
from mailbot.domain.numbers import case_number
from mailbot.domain.references import References
from mailbot.domain.remarks import Remark
from mailbot.domain.text_facts import find_desk_numbers

_LONGEST_TEXT = 20_000  # signs of a mail in which numbers are looked for
_MOST_NUMBERS = 10  # of one mail that are looked up
_WORD = re.compile(r"[^\W\d_]{2,}")


def numbers_named(mail: IncomingMail, references: References) -> tuple[str, ...]:
    """Numbers of tickets, cases and refunds in the new words, upper case; not those of a subject of ours that comes
    back, nor the tags that our subjects bear.
    """
    tags = {*references.ticket_tags, *references.quoted_tags}
    subject = "" if references.ticket_tags else mail.subject
    text = f"{subject}\n{mail.reply_text[:_LONGEST_TEXT]}"
    return tuple(number for number in find_desk_numbers(text) if number not in tags)[:_MOST_NUMBERS]


def says_only_numbers(text: str) -> bool:
    """ "RF-100002?": nothing is said, so how it goes on is asked."""
    for number in find_desk_numbers(text):
        text = re.sub(re.escape(number), " ", text, flags=re.IGNORECASE)
    return _WORD.search(text) is None


def case_meant(ticket: TicketFacts, named: Sequence[CaseFacts]) -> CaseFacts | None:
    """The case of `ticket` that a mail is about: the only one that its numbers name, else the ticket's only one."""
    cases = tuple({case.case_id: case for case in named if case.ticket_id == ticket.ticket_id}.values())
    cases = cases or ticket.cases
    return cases[0] if len(cases) == 1 else None


def about_case(match: OrderMatch, case: CaseFacts) -> OrderMatch:
    """The match, or the order of the case that is named where the mail itself leads to none."""
    if isinstance(match, Exact) or match.conflicts:
        return match
    why = Remark("{case} is the case of order {number}", case=case_number(case.case_id), number=case.order.number)
    return Exact(order=case.order, evidence=(*match.evidence, why), candidates=match.candidates)
