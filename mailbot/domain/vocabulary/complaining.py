"""The words for complaints about somebody at the desk (P23)."""

from __future__ import annotations

from mailbot.domain.complaints import COMPLAINT
from mailbot.domain.effects import Effect, FileMail, KeepFrom, OpenTicket, RecordIncident, TieOrder, UseTicket
from mailbot.domain.facts import Facts
from mailbot.domain.match import Exact
from mailbot.domain.rules import RuleBook
from mailbot.domain.vocabulary.words import MAIL_WORDS


@MAIL_WORDS.condition("it complains about a colleague")
def _complains(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A complaint, by rules/intents.yaml, that names a member of staff, or comes where members have answered: in the
    ticket, or lately to this customer."""
    return facts.complaint is not None and any(wish.name == COMPLAINT for wish in facts.wishes)


@MAIL_WORDS.condition("such a complaint is open")
def _is_open(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The customer complained in the same ticket before, and the ticket which that opened is still open."""
    return facts.complaint is not None and facts.complaint.ticket_id is not None


@MAIL_WORDS.action("open a ticket for the complaint")
def _open_apart(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A ticket of its own with the mail in it, linked to the one it comes from: whom it is about gets no notice of it,
    now or later."""
    complaint = facts.complaint
    if complaint is None:
        raise ValueError("a rule opens a ticket for a complaint about nobody; put that condition into it")
    linked = facts.ticket.ticket_id if facts.ticket is not None else facts.thread.points_at
    opened = OpenTicket(language=facts.language, wish=COMPLAINT, linked_to=linked)
    about = facts.order.order.number if isinstance(facts.order, Exact) else ""
    return (
        opened,
        *((KeepFrom(addresses=complaint.kept_from),) if complaint.kept_from else ()),
        FileMail(),
        *((TieOrder(order_number=about),) if about else ()),
        *((RecordIncident(kind="complaint_reaches_all", detail=""),) if complaint.reaches_them else ()),
    )


@MAIL_WORDS.action("add to the complaint's ticket")
def _add_apart(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """File the mail with the customer's earlier complaint; whom it names now doesn't get it either."""
    complaint = facts.complaint
    if complaint is None or complaint.ticket_id is None:
        raise ValueError("a rule adds to a complaint that isn't there; put that condition into it")
    kept = (KeepFrom(addresses=complaint.kept_from),) if complaint.kept_from else ()
    return (UseTicket(ticket_id=complaint.ticket_id), *kept, FileMail())
