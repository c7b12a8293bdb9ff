"""Whom at the desk a mail complains about, gathered from the store: reads only; who reads it is `domain.complaints`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mailbot.domain.complaints import COMPLAINT, ComplaintFacts, Person, circle, named_in
from mailbot.domain.facts import FRAUD, TicketFacts
from mailbot.domain.message import IncomingMail
from mailbot.domain.threads import ThreadMatch
from mailbot.domain.wishes import Wish
from mailbot.settings import Settings
from mailbot.store import complaints


@dataclass(kw_only=True)
class Complaints:
    """Finds out whether a customer's mail is about somebody at the desk."""

    settings: Settings

    def about(
        self,
        mail: IncomingMail,
        wishes: Sequence[Wish],
        *,
        sender: str,
        ticket: TicketFacts | None,
        thread: ThreadMatch,
    ) -> ComplaintFacts | None:
        """None where the mail complains of nothing, or of nobody at the desk.

        It is about whom it names, and about those who wrote in its ticket, or lately to this customer where it belongs
        to none and complains before all. In a ticket that is kept from somebody already, only a further name counts.
        Who is named in the report of a fraud doesn't get that report either. At a desk of one, nothing can be kept.
        """
        wanted = {wish.name for wish in wishes}
        if not wanted & {COMPLAINT, FRAUD} or len(self.settings.staff_people()) < 2:
            return None
        named = named_in(f"{mail.subject}\n{mail.reply_text}", self._people)
        wrote: frozenset[str] = frozenset()
        if ticket is not None and ticket.kept_from:
            named -= ticket.kept_from
        elif wishes[0].name == COMPLAINT or (ticket is not None and COMPLAINT in wanted):
            wrote = complaints.wrote_in(_where(ticket, thread, sender), [person.address for person in self._people])
        if not wrote | named:
            return None
        if ticket is not None:
            wrote |= ticket.kept_from
        kept, reaches_them = circle(
            self._people, wrote=wrote, named=named, deputy=self.settings.staff.complaints_to.lower()
        )
        beside = complaints.open_ticket_beside(ticket.ticket_id, sender) if ticket is not None else None
        return ComplaintFacts(kept_from=kept, reaches_them=reaches_them, ticket_id=beside)

    @cached_property
    def _people(self) -> tuple[Person, ...]:
        return tuple(
            Person(name=member.name, address=member.address.lower(), also=member.also)
            for member in self.settings.staff.members
        )


def _where(ticket: TicketFacts | None, thread: ThreadMatch, sender: str) -> list[int]:
    """The tickets in which somebody may have answered the sender."""
    if ticket is not None:
        return [ticket.ticket_id]
    pointed = [thread.points_at] if thread.points_at is not None else []
    return [*pointed, *(complaints.tickets_of(sender) if sender else ())]
