"""What the desk would do with a mail, to the last letter: carried out in earnest, read, and undone (G8).

Everything happens inside one transaction that is rolled back, and files go to memory, so that nothing stays behind.
"""

from __future__ import annotations

import email
import email.policy
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.domain.effects import Decision, Reader, Write
from mailbot.domain.facts import Facts
from mailbot.domain.letters import ProposalLine
from mailbot.domain.numbers import case_number
from mailbot.domain.proposals import proposal, with_verdicts
from mailbot.domain.rules import RuleBook
from mailbot.errors import MailbotError, TryAgainLater
from mailbot.gather import Gathered
from mailbot.mail.parse import parse_mail
from mailbot.process import Processor
from mailbot.store import inbox, outbox, tickets
from mailbot.store.blobs import Blobs, BlobsForShow
from mailbot.store.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RehearsedLetter:
    """A mail that would be sent, as its reader would see it."""

    template: str
    reader: Reader
    recipient: str  # address
    to: str  # header To as written, with a name where there is one
    cc: str  # header Cc as written, "" for none
    subject: str  # with the ticket's tag
    text: str  # the text part
    html: str  # the HTML part
    files: tuple[str, ...]  # names of what is enclosed
    automatic: bool  # counts against the caps


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """A mail, the decision about it, and what would come of it."""

    facts: Facts
    decision: Decision
    arrived: datetime  # of the stored mail; now for one that isn't stored
    stored_as: str  # state of the stored mail: pending, done, quarantined; "" where it isn't stored
    ticket_id: int | None  # that the mail would belong to, with the number it would have
    letters: tuple[RehearsedLetter, ...]
    proposals: Mapping[str, tuple[ProposalLine, ...]]  # what the terms say about the ticket's open cases, by number
    trouble: str  # why the decision could not be carried out, "" where it could


def rehearse(processor: Processor, raw: bytes, *, vault: Vault, blobs: Blobs) -> Rehearsed:
    """Decide about a mail, carry the decision out, look at what came of it, and undo everything.

    A stored mail is decided about as of its arrival. Raises TryAgainLater when the database is in use.
    """
    parsed = parse_mail(raw)
    shown = BlobsForShow(blobs, parsed.contents)
    seen: list[Rehearsed] = []

    def carry_out(gathered: Gathered, decision: Decision) -> None:
        occasion = gathered.occasion
        stored = inbox.by_digest(parsed.mail.digest)
        before, ticket_id, trouble = outbox.newest_id(), None, ""
        try:
            inbox_id = inbox.stand_in(parsed.mail.digest, occasion.now)
            applier = processor.applier.for_show(shown)
            ticket_id = applier.apply(decision.effects, replace(occasion, inbox_id=inbox_id)).ticket_id
        except TryAgainLater:
            raise
        except MailbotError as error:
            trouble = str(error)
        except Exception as error:
            log.debug("rehearsal", exc_info=True)
            trouble = f"{type(error).__name__}: {error}"
        readers = {effect.template: effect.to for effect in decision.effects if isinstance(effect, Write)}
        written = [] if trouble else outbox.written_after(before)
        seen.append(
            Rehearsed(
                facts=gathered.facts,
                decision=decision,
                arrived=occasion.received_at,
                stored_as=stored.state if stored else "",
                ticket_id=ticket_id,
                letters=tuple(_letter(one, readers, outbox.raw_bytes(vault, shown, one.outbox_id)) for one in written),
                proposals={} if trouble else _proposals(ticket_id, processor.book),
                trouble=trouble,
            )
        )

    processor.rehearse(raw, carry_out)
    return seen[0]


def _proposals(ticket_id: int | None, book: RuleBook) -> dict[str, tuple[ProposalLine, ...]]:
    cases = tickets.cases(ticket_id) if ticket_id is not None else ()
    told = {case_number(case.case_id): proposal(with_verdicts(case, book)) for case in cases if case.is_open}
    return {number: lines for number, lines in told.items() if lines}


def _letter(mail: outbox.OutgoingMail, readers: dict[str, Reader], raw: bytes) -> RehearsedLetter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return RehearsedLetter(
        template=mail.template,
        reader=readers[mail.template],
        recipient=mail.recipient,
        to=str(message["To"]),
        cc=str(message["Cc"] or ""),
        subject=str(message["Subject"]),
        text=text.get_content().replace("\r\n", "\n") if text is not None else "",
        html=html.get_content() if html is not None else "",
        files=tuple(part.get_filename() or "" for part in message.iter_attachments()),
        automatic=mail.automatic,
    )
