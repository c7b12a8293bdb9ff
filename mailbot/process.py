"""One stored mail: gather facts, decide, apply, mark done, all in one transaction (G2, G3, G8)."""

from __future__ import annotations

import json
import logging
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mailbot.apply import Applier
from mailbot.documents import DocumentReader
from mailbot.domain.cases import Actor
from mailbot.domain.documents import NO_DOCUMENTS, Documents
from mailbot.domain.effects import Decision, MoveCase, RecordIncident
from mailbot.domain.facts import Facts
from mailbot.domain.match import Exact
from mailbot.domain.message import IncomingMail
from mailbot.domain.receipt import Comparison
from mailbot.domain.rules import RuleBook, decide
from mailbot.errors import BadItem, ConfigError, TryAgainLater
from mailbot.gather import Gathered, Gatherer
from mailbot.mail.parse import parse_mail
from mailbot.reader import Reader
from mailbot.store import inbox
from mailbot.store.database import Rehearsal, lazy_commits, transaction
from mailbot.store.in_hand import MailInHand

log = logging.getLogger(__name__)

_BATCH = 200  # ids read at a time
_HUNG = "the pass that took it in hand made no progress for schedule.stuck_after seconds; see last-hang-trace.txt"


@dataclass(frozen=True, kw_only=True)
class ProcessResult:
    """What one pass did."""

    done: int = 0
    failed: int = 0  # will be tried again
    quarantined: int = 0
    trouble: ConfigError | None = None  # a template or a key that some mails need; they wait, the others went on

    def plus(self, other: ProcessResult) -> ProcessResult:
        """Both together."""
        return ProcessResult(
            done=self.done + other.done,
            failed=self.failed + other.failed,
            quarantined=self.quarantined + other.quarantined,
            trouble=other.trouble or self.trouble,
        )


@dataclass(kw_only=True)
class Processor:
    """Processes stored mails in the order in which they came."""

    gatherer: Gatherer
    book: RuleBook
    applier: Applier
    reader: Reader
    documents: DocumentReader
    in_hand: MailInHand
    attempts: int  # tries before a mail that fails is quarantined
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def run(self, stop: Callable[[], bool] = lambda: False) -> ProcessResult:
        """Process all that waits, until `stop` says so; a mail that fails is counted and passed over (G3)."""
        with lazy_commits():
            try:
                return self._run(stop)
            finally:
                self.in_hand.put_down()

    def after_hang(self) -> None:
        """Count the mail that was in hand when a pass hung as failed."""
        inbox_id = self.in_hand.inbox_id
        if inbox_id is not None and inbox.still_pending(inbox_id):
            log.error("mail %d was in hand when the last pass hung", inbox_id)
            inbox.mark_failed(inbox_id, _HUNG, self.attempts)

    def _run(self, stop: Callable[[], bool]) -> ProcessResult:
        done = failed = quarantined = after = 0
        trouble: ConfigError | None = None
        while batch := inbox.pending(_BATCH, after):
            after = batch[-1].inbox_id
            with closing(self.reader.read([item.digest for item in batch])) as readings:
                for item in batch:
                    if stop():
                        return ProcessResult(done=done, failed=failed, quarantined=quarantined, trouble=trouble)
                    try:
                        done += self._process(item, next(readings))
                    except TryAgainLater:
                        raise
                    except ConfigError as error:
                        # Not the mail's fault: it waits, uncounted, until the operator has mended a template.
                        trouble, failed = error, failed + 1
                    except Exception as error:
                        # The trace may hold a customer's words: the log gets the kind of error only.
                        log.error("mail %d could not be processed: %s", item.inbox_id, type(error).__name__)
                        log.debug("mail %d", item.inbox_id, exc_info=True)
                        if inbox.mark_failed(item.inbox_id, _reason(error), self.attempts):
                            quarantined += 1
                        else:
                            failed += 1
        return ProcessResult(done=done, failed=failed, quarantined=quarantined, trouble=trouble)

    def _process(self, item: inbox.InboxItem, reading: IncomingMail | BadItem) -> bool:
        """Decide about one mail and carry it out; False when another process had it done."""
        if isinstance(reading, BadItem):
            raise reading
        self.in_hand.take(item.inbox_id)
        documents = self.documents_of(reading, item)
        gleaned = self.gatherer.glean(reading, documents=documents)
        with transaction():
            if not inbox.still_pending(item.inbox_id):
                return False
            gathered = self.gatherer.gather(
                reading, item.received_at, item.inbox_id, item=item, documents=documents, gleaned=gleaned
            )
            decision = decide(gathered.facts, self.book)
            self.applier.apply(decision.effects, gathered.occasion)
            inbox.mark_done(item.inbox_id, self.clock(), _trace(gathered.facts, decision), self.book.version)
        if caps := [e for e in decision.effects if isinstance(e, RecordIncident) and e.kind == "cap"]:
            log.warning("mail %d: %s", item.inbox_id, caps[0].detail)
        log.info("mail %d done: %s", item.inbox_id, decision.trace[-1].rule if decision.trace else "no rule")
        return True

    def documents_of(self, mail: IncomingMail, item: inbox.InboxItem) -> Documents:
        """What the files of a stored mail say, where they are worth reading; outside of a transaction."""
        return self.documents.of_stored(mail) if self.gatherer.may_hold_evidence(mail, item) else NO_DOCUMENTS

    def rehearse(self, raw: bytes, show: Callable[[Gathered, Decision], None]) -> None:
        """Decide about a mail and let `show` look at the outcome, then undo everything (`explain`)."""
        parsed = parse_mail(raw)
        mail = parsed.mail
        item = inbox.by_digest(mail.digest)
        documents = NO_DOCUMENTS
        if self.gatherer.may_hold_evidence(mail, item):
            documents = self.documents.of_file(mail, parsed.contents)
        arrived = item.received_at if item else self.clock()
        gleaned = self.gatherer.glean(mail, documents=documents, now=arrived)
        try:
            with transaction():
                gathered = self.gatherer.gather(
                    mail, arrived, None, now=arrived, item=item, documents=documents, gleaned=gleaned
                )
                show(gathered, decide(gathered.facts, self.book))
                raise Rehearsal
        except Rehearsal:
            return


def _reason(error: Exception) -> str:
    """What happened and where, for `quarantine show`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" (in {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def _trace(facts: Facts, decision: Decision) -> str:
    """The stored explanation (G8): evidence and rules, no words of the customer."""
    return json.dumps(
        {
            "origin": {"origin": facts.mail.origin.value, "no_reply_reason": facts.mail.no_reply_reason},
            "standing": {"verdict": facts.standing.verdict.value, "evidence": facts.standing.evidence},
            "thread": {"evidence": facts.thread.evidence, "refused": facts.thread.refused},
            "ticket_orders": [
                {"number": order.number, "named_by": order.named_by}
                for order in (facts.ticket.orders if facts.ticket else ())
            ],
            "order": {
                "match": type(facts.order).__name__,
                "evidence": facts.order.evidence,
                "conflicts": facts.order.conflicts,
                "candidates": [{"number": one.order.number, "points": one.points} for one in facts.order.candidates],
            },
            # How many facts of receipts agree with the order; what they are is for `explain`.
            "receipts": Counter(
                f"{fact.aspect} {fact.verdict}"
                for receipt in (facts.receipts.receipts if facts.receipts else ())
                for fact in receipt.facts
                if fact.verdict is not Comparison.ABSENT
            ),
            "each_order": [
                {"number": one.order.order.number, "wishes": [wish.name for wish in one.wishes]}
                for one in facts.each_order
                if isinstance(one.order, Exact)
            ],
            # How many texts of which kind; what they say are the customer's words.
            "documents": {
                "found": Counter(document.source.name.lower() for document in facts.documents.found),
                "notes": len(facts.documents.notes),
                "missing": facts.documents.missing,
            },
            "wishes": [{"name": wish.name, "score": wish.score, "because": wish.because} for wish in facts.wishes],
            "rules": [
                {"rule": rule.rule, "where": rule.where, "hit": rule.hit, "failed": rule.failed}
                for rule in decision.trace
            ],
            "effects": [type(effect).__name__ for effect in decision.effects],
            # Staff's own reasons stand with the case; they may tell of the customer.
            "approved_by_rule": [
                move.reason for move in decision.effects if isinstance(move, MoveCase) and move.by is Actor.RULES
            ],
            "remarks": decision.remarks,
        },
        ensure_ascii=False,
    )
