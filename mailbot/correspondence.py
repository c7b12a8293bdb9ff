"""Which conversation a mail belongs to, gathered from the store: reads only; the choice itself is `domain.threads`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from mailbot.domain.confirmation import ConfirmationFacts
from mailbot.domain.facts import TicketFacts
from mailbot.domain.match import OrderMatch
from mailbot.domain.matters import ThreadLimits, another_matter, is_old
from mailbot.domain.message import IncomingMail, Origin
from mailbot.domain.named_matter import numbers_named
from mailbot.domain.numbers import row_id, ticket_number
from mailbot.domain.references import References
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing, TokenClaim, TokenPurpose, Verdict
from mailbot.domain.threads import Pointer, Strength, ThreadMatch, match_thread
from mailbot.errors import BadItem
from mailbot.mail.compose import ascii_address
from mailbot.mail.tokens import TokenMaker, find_tokens
from mailbot.settings import Settings
from mailbot.store import confirmations, desk_numbers, tickets

_MOST_TOKENS = 20  # of one mail that are tried for other people than its sender
_MOST_IN_COPY = 10  # people of one mail that are kept in copy


@dataclass(kw_only=True)
class Correspondence:
    """Looks conversations up for the mail at hand."""

    settings: Settings
    tokens: TokenMaker

    def thread(self, mail: IncomingMail, references: References, sender: str, standing: Standing) -> ThreadMatch:
        """The ticket that the mail belongs to, merges followed, or why it belongs to none."""
        claims = [claim for token in references.tokens if (claim := self.tokens.verify(token, sender)) is not None]
        tags = [
            (ticket_id, strength, Remark("{where} [{tag}]", where=where, tag=tag))
            for strength, where, found in (
                (Strength.SUBJECT_TAG, "subject tag", references.ticket_tags),
                (Strength.QUOTED_TAG, "tag in the text", references.quoted_tags),
            )
            for tag in found
            if (ticket_id := row_id(tag)) is not None
        ]
        pointers = tickets.pointers_by_message_id(references.message_ids)
        pointers += [Pointer(ticket_id=ticket_id, strength=strength, what=what) for ticket_id, strength, what in tags]
        if mail.origin is Origin.HUMAN:
            named = desk_numbers.with_tickets(numbers_named(mail, references))
            pointers += [_by_number(number, ticket_id) for number, ticket_id in named]
        now_in = tickets.after_merges([*(claim.ticket_id for claim in claims), *(p.ticket_id for p in pointers)])
        return match_thread(
            sender=sender,
            verdict=standing.verdict,
            claims=[
                TokenClaim(purpose=claim.purpose, ticket_id=now_in[claim.ticket_id])
                for claim in claims
                if claim.ticket_id in now_in and claim.purpose is not TokenPurpose.CONFIRM
            ],
            pointers=[
                _followed(pointer, now_in[pointer.ticket_id]) for pointer in pointers if pointer.ticket_id in now_in
            ],
            participants=tickets.participants(set(now_in.values())),
        )

    def another_matter(
        self, ticket: TicketFacts, mail: IncomingMail, references: References, order: OrderMatch, now: datetime
    ) -> str:
        """Why the mail is a matter of its own although it answers in `ticket`; "" when it isn't."""
        if not is_old(ticket, now, self._limits):
            return ""
        return another_matter(
            ticket,
            mail=mail,
            references=references,
            order=order,
            subjects=tickets.subjects(ticket.ticket_id),
            names=self.names(ticket),
            now=now,
            limits=self._limits,
        )

    def names(self, ticket: TicketFacts) -> tuple[str, ...]:
        """Who a thank-you may be from and to."""
        members = (member.name for member in self.settings.staff.members)
        return (ticket.customer_name, *members, self.settings.brand.name)

    def in_copy(self, mail: IncomingMail, sender: str, standing: Standing) -> tuple[str, ...]:
        """Whom the sender wrote to besides the desk; only of a proven sender, or anybody could add himself (G5)."""
        if not sender or standing.verdict is not Verdict.VERIFIED:
            return ()
        found: dict[str, None] = {}
        for address in (*mail.to, *mail.cc):
            try:
                email = ascii_address(address.email).lower()
            except BadItem:
                continue
            if email != sender and not self._is_ours(email):
                found[email] = None
        # A round mail to half the world makes nobody a party to a conversation.
        return tuple(found) if len(found) <= _MOST_IN_COPY else ()

    def confirmation(self, references: References, sender: str, standing: Standing) -> ConfirmationFacts | None:
        """The question to an order's owner that `sender` answers, proven by the token made for them (G5)."""
        if standing.verdict is Verdict.FAILED:
            return None
        for token in references.tokens:
            claim = self.tokens.verify(token, sender)
            if claim is not None and claim.purpose is TokenPurpose.CONFIRM:
                return confirmations.of_ticket(claim.ticket_id, sender)
        return None

    def notice_answered(self, references: References, sender: str) -> int | None:
        """The ticket of a notice to a member of staff whose signed token the mail of somebody else bears."""
        tokens = [token for token in references.tokens if token[:1].lower() == TokenPurpose.STAFF.value]
        for token in tokens[:_MOST_TOKENS]:
            for member in self.settings.staff_people():
                claim = self.tokens.verify(token, member.address)
                if claim is not None and member.address.lower() != sender:
                    return claim.ticket_id
        return None

    def own_ticket(self, mail: IncomingMail) -> int | None:
        """The ticket of a mail of ours that came back: its reply address is signed for its recipient."""
        # Our mails have one of each; a forger's lists of them would take long to try.
        if len(mail.to) != 1 or len(mail.reply_to) != 1:
            return None
        for token in find_tokens([mail.reply_to[0].email]):
            claim = self.tokens.verify(token, mail.to[0].email)
            if claim is not None:
                return tickets.after_merges([claim.ticket_id]).get(claim.ticket_id)
        return None

    def _is_ours(self, email: str) -> bool:
        ours = email in self.settings.own_addresses() or self.settings.is_staff(email) is not None
        return ours or self._reply_address.fullmatch(email) is not None

    @cached_property
    def _reply_address(self) -> re.Pattern[str]:
        before, _, after = self.settings.reply_address.lower().partition("{token}")
        return re.compile(rf"{re.escape(before)}[a-z0-9-]+{re.escape(after)}" if after else r"(?!)")

    @cached_property
    def _limits(self) -> ThreadLimits:
        threads = self.settings.threads
        return ThreadLimits(reopen=timedelta(days=threads.reopen_days), quiet=timedelta(days=threads.quiet_days))


def _by_number(number: str, ticket_id: int) -> Pointer:
    what = Remark("number {number} in the sender's own words", number=number)
    return Pointer(ticket_id=ticket_id, strength=Strength.OWN_NUMBER, what=what)


def _followed(pointer: Pointer, now_in: int) -> Pointer:
    if pointer.ticket_id == now_in:
        return pointer
    what = Remark("{what}, merged into {ticket}", what=pointer.what, ticket=ticket_number(now_in))
    return Pointer(ticket_id=now_in, strength=pointer.strength, what=what)
