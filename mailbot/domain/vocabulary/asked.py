"""What several words ask of the facts: the form so far, and what staff's commands would do."""

from __future__ import annotations

from mailbot.domain.cases import Actor, CaseState
from mailbot.domain.effects import Effect
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.forms import Answers, Item, missing_fields, read_items
from mailbot.domain.moves import Mover, Refusal, move_case_through
from mailbot.domain.rules import RuleBook


def case_of(facts: Facts) -> CaseFacts | None:
    """The case of the ticket that the mail belongs to."""
    return facts.ticket.case if facts.ticket else None


def form_waits(facts: Facts) -> bool:
    """The case waits for its form, and this mail brings what the form did not know: a line, or the proof."""
    case = case_of(facts)
    if case is None or facts.ticket is None or case.state not in (CaseState.REQUESTED, CaseState.NEEDS_INFO):
        return False
    if brings_proof(facts) and not facts.ticket.has_proof:
        return True
    return any(case.answers.get(name) != value for name, value in new_answers(facts).items())


def new_answers(facts: Facts) -> Answers:
    """The form lines of this mail, without the order number: which order it is was proven when the case opened."""
    return {name: value for name, value in facts.form.items() if name != "order_number"}


def form_so_far(case: CaseFacts, facts: Facts) -> tuple[Answers, tuple[Item, ...]]:
    """What the case knew, with this mail's lines on top, and the items that it names."""
    fresh = new_answers(facts)
    items = read_items(fresh["items"], case.order) if "items" in fresh else case.items
    return {**case.answers, **fresh}, items


def still_missing(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[str, ...]:
    """Names of the form's required fields that are open after this mail."""
    answers, items = form_so_far(case, facts)
    has_proof = (facts.ticket is not None and facts.ticket.has_proof) or brings_proof(facts)
    return missing_fields(book.returns.form, answers, has_items=bool(items), has_proof=has_proof)


def brings_proof(facts: Facts) -> bool:
    """A picture or a PDF is attached, as a receipt would be (P3, P9); small inline pictures are logos."""
    return any(
        (a.content_type.startswith("image/") and not a.inline) or a.content_type == "application/pdf"
        for a in facts.mail.attachments
    )


def staff_moves(facts: Facts, book: RuleBook) -> tuple[Effect, ...] | Refusal:
    """What the commands of a staff mail would bring about."""
    case = case_of(facts)
    if facts.words is None or not facts.words.commands:
        return Refusal(reasons=("no command was given",))
    if case is None:
        return Refusal(reasons=("the ticket has no case that could move",))
    mover = Mover(actor=Actor.STAFF, address=facts.sender, today=facts.today)
    return move_case_through(case, facts.words.commands, mover, book.returns, facts.calendar)
