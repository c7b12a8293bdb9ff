"""The words for what time brings up."""

from __future__ import annotations

from mailbot.domain.effects import Effect, MarkOverdueTold, Reader, UseCase, UseTicket, Write
from mailbot.domain.facts import DueFacts
from mailbot.domain.rules import RuleBook
from mailbot.domain.vocabulary.words import DUE_WORDS


@DUE_WORDS.condition("a refund promise is broken")
def _promise_broken(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The last working day of the promise is over and finance has not paid (P13)."""
    return not facts.refund.settled and facts.today > facts.refund.due_on


@DUE_WORDS.condition("staff were not told yet")
def _not_told(facts: DueFacts, book: RuleBook, argument: str) -> bool:
    """The notice goes out once."""
    return not facts.refund.overdue_told


@DUE_WORDS.action("tell staff that the refund is overdue")
def _tell_overdue(facts: DueFacts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A notice to every member of the desk."""
    return (
        UseTicket(ticket_id=facts.ticket_id),
        UseCase(case_id=facts.case.case_id),
        MarkOverdueTold(refund_id=facts.refund.refund_id),
        Write(
            template="staff_refund_overdue",
            to=Reader.STAFF,
            automatic=False,
            headline="refund_overdue",
            with_order=True,
        ),
    )
