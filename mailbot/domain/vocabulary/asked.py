"""What several words ask of the facts: the form so far, and what staff's commands would do."""

from __future__ import annotations

from mailbot.domain.cases import Actor, CaseState
from mailbot.domain.effects import Effect
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.forms import Answers, Item, is_proof, missing_fields, read_items, write_items
from mailbot.domain.moves import Mover, Refusal, move_case_through
from mailbot.domain.numbers import ticket_number
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook

WAITING_STATES = (CaseState.REQUESTED, CaseState.NEEDS_INFO)


def case_of(facts: Facts) -> CaseFacts | None:
    """The case of the ticket that the mail belongs to."""
    return facts.ticket.case if facts.ticket else None


def form_completed(facts: Facts, book: RuleBook) -> bool:
    """The case waits for its form, and a line or the proof in this mail was the last that was missing."""
    case = case_of(facts)
    if case is None or facts.ticket is None or case.state not in WAITING_STATES:
        return False
    brings = _says_something_new(case, facts) or (brings_proof(facts) and not facts.ticket.has_proof)
    return brings and not still_missing(case, facts, book)


def form_has_gaps(facts: Facts, book: RuleBook) -> bool:
    """The case waits for its form, and this mail fills in lines of it, but not all.

    A photo with words of the customer's own isn't a form with gaps: staff read it.
    """
    case = case_of(facts)
    if case is None or case.state not in WAITING_STATES:
        return False
    return _says_something_new(case, facts) and bool(still_missing(case, facts, book))


def _says_something_new(case: CaseFacts, facts: Facts) -> bool:
    """A line says what neither the customer nor our own form, which comes back in every quote, said before."""
    printed = {"items": write_items(case.items)}
    answers = new_answers(facts).items()
    return any(value not in (case.answers.get(name), printed.get(name)) for name, value in answers)


def new_answers(facts: Facts) -> Answers:
    """The form lines of this mail that can tell something.

    Not the order number: which order it is was proven when the case opened. Not the proof once a file is there: our
    form then names that file.
    """
    settled = {"order_number", "proof"} if facts.ticket and facts.ticket.has_proof else {"order_number"}
    return {name: value for name, value in facts.form.items() if name not in settled}


def form_so_far(case: CaseFacts, facts: Facts) -> tuple[Answers, tuple[Item, ...]]:
    """What the case knew, with this mail's lines on top, and the items that it names."""
    fresh = new_answers(facts)
    items = read_items(fresh["items"], case.order) if "items" in fresh else case.items
    return {**case.answers, **fresh}, items


def still_missing(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[str, ...]:
    """Names of the form's required fields that are open after this mail."""
    answers, items = form_so_far(case, facts)
    has_proof = (facts.ticket is not None and facts.ticket.has_proof) or brings_proof(facts)
    # Items in words that can't be read are for staff to name in #approve; the customer isn't asked twice.
    has_items = bool(items) or bool(answers.get("items"))
    return missing_fields(book.returns.form, answers, has_items=has_items, has_proof=has_proof)


def brings_proof(facts: Facts) -> bool:
    """The mail brings what a receipt looks like (P3, P9)."""
    return any(is_proof(attachment) for attachment in facts.mail.attachments)


def staff_moves(facts: Facts, book: RuleBook) -> tuple[Effect, ...] | Refusal:
    """What the commands of a staff mail would bring about."""
    case = case_of(facts)
    if facts.words is None or not facts.words.commands:
        return Refusal(reasons=(Remark("no command was given"),))
    if case is None:
        return Refusal(
            reasons=(Remark("the ticket has no return case; #return TP… starts one for an order of this customer"),)
        )
    mover = Mover(actor=Actor.STAFF, address=facts.sender, today=facts.today)
    return move_case_through(case, facts.words.commands, mover, book.returns, facts.calendar)


def merge_problems(facts: Facts) -> tuple[str, ...]:
    """Why staff can't merge the mail's ticket into the one that they name; () when they can."""
    ticket, target = facts.ticket, facts.merge_target
    if facts.words is None or facts.words.merge_into is None or ticket is None:
        return (Remark("no other ticket was named"),)
    number = ticket_number(facts.words.merge_into)
    if target is None:
        return (Remark("there is no ticket {number}", number=number),)
    problems = []
    if target.ticket_id == ticket.ticket_id:
        problems.append(Remark("{number} is this very ticket", number=number))
    if target.customer_email != ticket.customer_email or not ticket.customer_email:
        problems.append(
            Remark("{number} is another address's: who wrote the one may not know of the other", number=number)
        )
    if ticket.case is not None:
        problems.append(Remark("this ticket has a case; merge {number} into this one instead", number=number))
    return tuple(problems)
