"""When an answer is a matter of its own: people answer the last mail that they find, whatever they want now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailbot.domain.facts import TicketFacts
from mailbot.domain.masking import mask_secrets
from mailbot.domain.match import Exact, OrderMatch
from mailbot.domain.message import IncomingMail, Origin
from mailbot.domain.numbers import ticket_number, without_tags
from mailbot.domain.references import Place, References
from mailbot.domain.remarks import Remark
from mailbot.domain.thanks import only_thanks
from mailbot.domain.threads import ThreadMatch


@dataclass(frozen=True, kw_only=True)
class ThreadLimits:
    """How long a conversation is the same one (settings `threads`)."""

    reopen: timedelta  # after closing, in which a reply opens the ticket again
    quiet: timedelta  # without a mail, after which another order or subject is another matter


def is_old(ticket: TicketFacts, now: datetime, limits: ThreadLimits) -> bool:
    """Closed, or nothing has happened for a while: what comes now may be about something else."""
    return not ticket.is_open or now - ticket.updated_at > limits.quiet


def another_matter(
    ticket: TicketFacts,
    *,
    mail: IncomingMail,
    references: References,
    order: OrderMatch,
    subjects: frozenset[str],
    names: tuple[str, ...],
    now: datetime,
    limits: ThreadLimits,
) -> str:
    """Why a customer's mail that answers in `ticket` is a matter of its own; "" when it isn't.

    `subjects` are those of the ticket's mails as `subject_key` writes them; `names` are
    those of the people in it.
    """
    number = ticket_number(ticket.ticket_id)
    if mail.origin is not Origin.HUMAN or not is_old(ticket, now, limits) or says_only_thanks(mail, names):
        return ""
    if ticket.closed_at is not None and now - ticket.closed_at > limits.reopen:
        return Remark(
            "answers in {number}, which was closed more than {days} days before",
            number=number,
            days=str(limits.reopen.days),
        )
    if isinstance(order, Exact) and ticket.order_numbers and order.order.number not in ticket.order_numbers:
        places = {finding.place for finding in references.order_numbers if finding.value == order.order.number}
        if places - {Place.QUOTED_TEXT}:
            return Remark("answers in {number}, but is about order {order}", number=number, order=order.order.number)
    key = subject_key(mask_secrets(mail.subject))  # as it is stored
    if key and subjects and key not in subjects:
        return Remark("answers in {number}, but under a new subject", number=number)
    return ""


def says_only_thanks(mail: IncomingMail, names: tuple[str, ...]) -> bool:
    """A mail that thanks and brings nothing: it is filed, whatever the state of the ticket."""
    return not mail.attachments and only_thanks(mail.reply_text, names)


def subject_key(subject: str) -> str:
    """A subject without tags and reply prefixes, to be compared with another one."""
    return without_tags(subject).casefold()


def as_matter_of_its_own(thread: ThreadMatch, why: str) -> ThreadMatch:
    """The mail opens a new ticket that is linked to the one it answers in."""
    return replace(
        thread,
        ticket_id=None,
        staff_token=False,
        evidence=(),
        refused=(*thread.refused, why),
        points_at=thread.ticket_id,
    )
