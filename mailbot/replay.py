"""Another rule book over stored mail: what would be decided differently; nothing is changed (G8).

Both books decide about the same facts, gathered now as of each mail's arrival, so that every difference comes from the
rules. The facts are today's: a ticket that was opened by a mail is there when that mail is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.domain.documents import Documents
from mailbot.domain.effects import Decision, Effect
from mailbot.domain.masking import mask_secrets
from mailbot.domain.message import IncomingMail
from mailbot.domain.rules import RuleBook, decide
from mailbot.errors import BadItem
from mailbot.process import Processor
from mailbot.store import history, inbox
from mailbot.store.database import Rehearsal, transaction

_BATCH = 200  # mails read at a time


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one book decides about a mail."""

    rules: tuple[str, ...]  # names of the rules that hit, in order
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A stored mail under both books."""

    inbox_id: int
    received_at: datetime
    ticket_id: int | None  # that the mail was put into; None for one beside all tickets
    sender: str  # address
    subject: str  # masked, as it is stored
    now: Outcome
    then: Outcome

    @property
    def differs(self) -> bool:
        """Another rule alone may be a rename; only what comes of it counts."""
        return self.now.effects != self.then.effects

    @property
    def dropped(self) -> tuple[Effect, ...]:
        """What the other book would no longer do."""
        return tuple(effect for effect in self.now.effects if effect not in self.then.effects)

    @property
    def added(self) -> tuple[Effect, ...]:
        """What only the other book would do."""
        return tuple(effect for effect in self.then.effects if effect not in self.now.effects)


def replay(processor: Processor, book: RuleBook, since: datetime | None) -> Iterator[Replayed]:
    """Every decided mail from `since` on, oldest first. Mails that can't be read any more are left out."""
    other = replace(processor, book=book, gatherer=replace(processor.gatherer, book=book))
    after = 0
    while batch := inbox.decided(_BATCH, after, since):
        after = batch[-1].inbox_id
        with closing(processor.reader.read([item.digest for item in batch])) as readings:
            for item, mail in zip(batch, readings, strict=True):
                if isinstance(mail, BadItem):
                    continue
                documents = processor.documents_of(mail, item)
                filed = history.filed(item.inbox_id)
                yield Replayed(
                    inbox_id=item.inbox_id,
                    received_at=item.received_at,
                    ticket_id=filed.ticket_id if filed else None,
                    sender=mail.sender.email if mail.sender else "",
                    subject=filed.subject if filed else mask_secrets(mail.subject),
                    now=_outcome(processor, mail, item, documents),
                    then=_outcome(other, mail, item, documents),
                )


def _outcome(processor: Processor, mail: IncomingMail, item: inbox.InboxItem, documents: Documents) -> Outcome:
    at = item.received_at
    gleaned = processor.gatherer.glean(mail, documents=documents, now=at)
    try:
        with transaction():
            gathered = processor.gatherer.gather(
                mail, at, None, now=at, item=item, documents=documents, gleaned=gleaned
            )
            decision = decide(gathered.facts, processor.book)
            raise Rehearsal
    except Rehearsal:
        return _summary(decision)


def _summary(decision: Decision) -> Outcome:
    return Outcome(
        rules=tuple(rule.rule for rule in decision.trace if rule.hit),
        effects=decision.effects,
    )
