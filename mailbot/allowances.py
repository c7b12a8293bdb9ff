"""What the caps on answers and notices leave, gathered from the store: reads only (G4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from mailbot.domain.facts import AnswerBudget, NoticeBudget, TicketFacts
from mailbot.domain.message import IncomingMail
from mailbot.domain.restraint import sender_key, subject_key
from mailbot.domain.standing import Standing, Verdict
from mailbot.settings import Settings
from mailbot.store import tickets


def answer_budget(
    settings: Settings, mail: IncomingMail, sender: str, ticket: TicketFacts | None, standing: Standing, now: datetime
) -> AnswerBudget:
    """What may still be answered by itself to the sender of a mail, as of `now` (G4)."""
    limits = settings.limits
    verified = standing.verdict is Verdict.VERIFIED
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    # The answer goes to the ticket's customer, whoever of its participants wrote.
    member = settings.is_staff(sender)
    readers = {sender, member.address if member else "", ticket.customer_email if ticket else ""} - {""}
    to_address = max((tickets.answers_since(one, day, verified=verified) for one in readers), default=0)
    in_ticket = tickets.ticket_answers_since(ticket.ticket_id, hour, verified=verified) if ticket else 0
    relayed = tickets.relayed_since(ticket.ticket_id, hour) if ticket else 0
    same = tickets.subject_answers_since(subject_key(sender, mail.subject), day, verified=verified) if sender else 0
    return AnswerBudget(
        for_address=limits.replies_per_address_per_day - to_address,
        for_ticket=limits.replies_per_ticket_per_hour - in_ticket,
        for_subject=limits.replies_per_subject_per_day - same,
        for_relays=limits.staff_replies_per_ticket_per_hour - relayed,
    )


def notice_budget(
    settings: Settings, mail: IncomingMail, sender: str, about: Iterable[int], standing: Standing, now: datetime
) -> NoticeBudget:
    """How many notices staff may still get; `about`: tickets that a notice about the mail may be written in."""
    limits = settings.limits
    verified = standing.verdict is Verdict.VERIFIED
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    here = (tickets.ticket_notices_since(ticket_id, hour, verified=verified) for ticket_id in about)
    of_sender = tickets.sender_notices_since(sender_key(sender), day, verified=verified)
    same = subject_key(sender, mail.subject)
    of_subject = tickets.subject_notices_since(same, day, verified=verified) if of_sender else 0
    return NoticeBudget(
        for_ticket=limits.notices_per_ticket_per_hour - max(here, default=0),
        for_sender=limits.notices_per_sender_per_day - of_sender,
        for_subject=limits.notices_per_subject_per_day - of_subject,
    )
