"""What several words ask of the facts: the form so far, and what staff's commands would do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from mailbot.domain.cases import AWAITING_FORM, Actor, CaseKind, CaseState
from mailbot.domain.dates_in_text import says_just
from mailbot.domain.effects import Effect
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.forms import Answers, Item, mentioned_items, missing_fields, read_items, write_items
from mailbot.domain.match import Exact
from mailbot.domain.moves import Mover, Refusal, claims, move_cases, paid_for
from mailbot.domain.numbers import case_number, ticket_number
from mailbot.domain.orders import Order
from mailbot.domain.ownwords import answers_in_own_words, fault_told
from mailbot.domain.parcels import parcel_number
from mailbot.domain.partly import pieces_told
from mailbot.domain.pieces import items_left
from mailbot.domain.proof import ProofFile, has_proof
from mailbot.domain.proposals import with_verdicts
from mailbot.domain.references import OWN_WORDS
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.sayings import Saying, Says
from mailbot.domain.standing import Role

_WAITING = AWAITING_FORM | {CaseState.EXPIRED}  # a form that comes too late still counts
_DIGITS_OF_A_NUMBER = 6
_WORD = re.compile(r"[^\s,，;；、()（）]+")


def form_case(facts: Facts) -> CaseFacts | None:
    """The case that a form in this mail belongs to, while it waits for one.

    It is the newest of the order that the form names; a form that names no order belongs to the newest case that
    waits, and one that names another order to none.
    """
    cases = facts.ticket.cases if facts.ticket else ()
    named = set(_WORD.findall(facts.form.get("order_number", "").upper()))
    of_order = [case for case in cases if case.order.number in named]
    # Another order than any of these was written over ours: that is for a person to read.
    if cases and not of_order and _long_numbers(facts.form.get("order_number", "")):
        return None
    return next((case for case in of_order or cases if case.state in _WAITING), None)


def form_completed(facts: Facts, book: RuleBook) -> bool:
    """The case waits for its form, and a line, words or the proof in this mail were the last that was missing."""
    case = form_case(facts)
    if case is None or facts.ticket is None or not facts.may_fill_in:
        return False
    number = case.order.number
    proven = has_proof(facts.proofs, number) and not has_proof(facts.ticket.proofs, number)
    brings = _is_news(case, told_answers(case, facts, book)) or proven
    return brings and not still_missing(case, facts, book)


def form_has_gaps(facts: Facts, book: RuleBook) -> bool:
    """The case waits for its form, and this mail fills in lines of it, but not all.

    A photo with words of the customer's own isn't a form with gaps: staff read it.
    """
    case = form_case(facts)
    if case is None:
        return False
    return _is_news(case, new_answers(facts, case.order)) and bool(still_missing(case, facts, book))


def words_help(facts: Facts, book: RuleBook) -> bool:
    """The case waits for its form, and words of the customer's own answer part of it; they may ask something, too."""
    case = form_case(facts)
    if case is None or _is_news(case, new_answers(facts, case.order)):
        return False
    return _is_news(case, told_answers(case, facts, book)) and bool(still_missing(case, facts, book))


def _is_news(case: CaseFacts, answers: Answers) -> bool:
    """An answer says what neither the customer nor our own form, which comes back in every quote, said before."""
    printed = {"items": write_items(case.items), "purchased_on": case.order.purchased_on.isoformat()}
    return any(value not in (case.answers.get(name), printed.get(name)) for name, value in answers.items())


def told_answers(case: CaseFacts, facts: Facts, book: RuleBook) -> Answers:
    """What this mail answers: its form lines, and for what they leave open the customer's own words."""
    if not facts.may_fill_in:
        return {}
    lines = new_answers(facts, case.order)
    if _speaks_of_another(facts, case.order.number):
        return lines
    open_fields = _open_fields(case, lines, book)
    words = answers_in_own_words(facts.mail.reply_text, open_fields, case.order, book.conditions, book.products)
    if "fault" in open_fields:
        words = {**words, **_told_of_fault(facts)}
    return {**words, **lines}


def _open_fields(case: CaseFacts, lines: Answers, book: RuleBook) -> list[str]:
    """What the form of the case asks for and neither the case nor `lines` tell."""
    known = {**case.answers, **lines}
    if case.items:
        known["items"] = write_items(case.items)
    return [field.name for field in book.forms[case.kind] if not known.get(field.name)]


def _speaks_of_another(facts: Facts, number: str) -> bool:
    """The customer's own words name orders, and not this one: what they say is said of those."""
    said = {one.value for one in facts.references.order_numbers if one.place in OWN_WORDS}
    return bool(said) and number not in said


def new_answers(facts: Facts, order: Order) -> Answers:
    """The form lines of this mail that can tell something; the order's own day of purchase, which our form prints as
    the customer's language writes it, as we keep it.

    Not the order number: which order it is was proven when the case opened. Not the proof once a file is there: our
    form then names that file.
    """
    if not facts.may_fill_in:
        return {}
    proven = facts.ticket is not None and has_proof(facts.ticket.proofs, order.number)
    settled = {"order_number", "proof"} if proven else {"order_number"}
    told = {name: value for name, value in facts.form.items() if name not in settled}
    if says_just(told.get("purchased_on", ""), order.purchased_on):
        told["purchased_on"] = order.purchased_on.isoformat()
    return told


def new_case(facts: Facts, kind: CaseKind, book: RuleBook) -> CaseFacts:
    """A case for the matched order, its form filled in with what the order and the customer already say: in this mail,
    or, where staff open the case, in the ticket before.

    Raises ValueError where no order is matched: that condition belongs into the rule.
    """
    if not isinstance(facts.order, Exact):
        raise ValueError("a rule opens a case without an order; put that condition into it")
    order = facts.order.order
    answers = {
        "order_number": order.number,
        "purchased_on": order.purchased_on.isoformat(),
        **(_told_of_fault(facts) if kind is CaseKind.WARRANTY else {}),
        **new_answers(facts, order),
    }
    items = _items_told(answers.get("items", ""), order)
    if not items and facts.role is Role.CUSTOMER and not _speaks_of_another(facts, order.number):
        items = pieces_told(facts.mail.reply_text, order)
    left = pieces_left(facts)
    if not items and sum(item.quantity for item in left) == 1:  # it can only be that
        items = left
    others = facts.cases_of_order
    case = CaseFacts(
        case_id=0,
        ticket_id=0,
        kind=kind,
        state=CaseState.REQUESTED,
        order=order,
        answers=answers,
        items=items,
        refund=None,
        refunded_before=others[0].refunded_before if others else Decimal(0),
        returned_before=tuple(item for other in others for item in paid_for(other)),
        claimed_elsewhere=tuple(item for other in others for item in claims(other)),
        opened_on=facts.customer_day,
    )
    told, pieces = form_so_far(case, facts, book) if not facts.told_before else _told_earlier(case, facts, book)
    return replace(case, answers=told, items=pieces)


def _told_earlier(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[Answers, tuple[Item, ...]]:
    """What the customer said in the ticket of what the form asks for."""
    open_fields = _open_fields(case, {}, book)
    told = answers_in_own_words(facts.told_before, open_fields, case.order, book.conditions, book.products)
    if "fault" in open_fields:
        told = {**told, "fault": fault_told(facts.told_before, _customer_names(facts))}
    return {**case.answers, **told}, read_items(told["items"], case.order) if "items" in told else case.items


def without_form_of_another(facts: Facts) -> Facts:
    """The facts for a new case: a form in the mail that is of another order than the matched one says nothing of it.
    The quote of an earlier form comes back in every answer."""
    named = _long_numbers(facts.form.get("order_number", ""))
    is_anothers = bool(named) and isinstance(facts.order, Exact) and facts.order.order.number not in named
    return replace(facts, form={}) if is_anothers else facts


def _long_numbers(text: str) -> set[str]:
    """Words that can be order numbers, upper case."""
    return {word for word in _WORD.findall(text.upper()) if sum(map(str.isdigit, word)) >= _DIGITS_OF_A_NUMBER}


def _customer_names(facts: Facts) -> tuple[str, ...]:
    sender = facts.mail.sender.name if facts.mail.sender is not None and facts.role is Role.CUSTOMER else ""
    buyer = facts.order.order.buyer_name if isinstance(facts.order, Exact) else ""
    return (sender, buyer, facts.ticket.customer_name if facts.ticket is not None else "")


def _told_of_fault(facts: Facts) -> Answers:
    """What the customer says of the fault, in their own words: nobody is asked twice for the same."""
    told = fault_told(facts.mail.reply_text, _customer_names(facts))
    asked = any(wish.name == "warranty" for wish in facts.wishes)
    return {"fault": told} if told and asked and facts.role is Role.CUSTOMER else {}


def form_so_far(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[Answers, tuple[Item, ...]]:
    """What the case knew, with what this mail answers on top, and the items that it names."""
    fresh = told_answers(case, facts, book)
    items = _items_told(fresh["items"], case.order) if "items" in fresh else case.items
    return {**case.answers, **fresh}, items


def _items_told(text: str, order: Order) -> tuple[Item, ...]:
    """What the line of the form says: models come before bare counts."""
    return mentioned_items(text, order) or pieces_told(text, order) or read_items(text, order)


def still_missing(case: CaseFacts, facts: Facts, book: RuleBook) -> tuple[str, ...]:
    """Names of the form's required fields that are open after this mail."""
    answers, items = form_so_far(case, facts, book)
    proven = has_proof(files_of_customer(facts), case.order.number)
    # Items in words that can't be read are for staff to name in #approve; the customer isn't asked twice.
    has_items = bool(items) or bool(answers.get("items"))
    return missing_fields(book.forms[case.kind], answers, has_items=has_items, has_proof=proven)


def order_of_files(facts: Facts) -> str:
    """Number of the order that the mail's files came for: that of the case whose form it answers, else the matched one,
    else the ticket's; "" where that isn't known. The form may only be quoted: an order in the customer's own words
    comes before it."""
    case = form_case(facts)
    named = facts.order.order.number if isinstance(facts.order, Exact) else ""
    said = any(one.value == named for one in facts.references.order_numbers if one.place in OWN_WORDS)
    if case is not None and (case.order.number == named or not said) and (facts.form or not named):
        return case.order.number
    return named or (facts.ticket.order_number if facts.ticket is not None else "")


def files_of_customer(facts: Facts) -> tuple[ProofFile, ...]:
    """All that the customer sent in the ticket, this mail's files too."""
    return (*(facts.ticket.proofs if facts.ticket is not None else ()), *facts.proofs)


def sent_parcel(facts: Facts) -> tuple[CaseFacts, str] | None:
    """The case that waits for a parcel, and the number of one in the customer's own words; None without either."""
    ticket = facts.ticket
    if ticket is None or not facts.may_fill_in:
        return None
    waiting = [case for case in ticket.cases if case.state is CaseState.APPROVED]
    if len(waiting) != 1:
        return None
    (case,) = waiting
    others = (case.order.number, case.order.tracking_number, case_number(case.case_id), case.sent_tracking)
    quoted = (one.value for one in facts.references.order_numbers)
    number = parcel_number(facts.mail.reply_text, facts.said, [*others, *quoted])
    return (case, number) if number else None


def staff_moves(facts: Facts, book: RuleBook) -> tuple[Effect, ...] | Refusal:
    """What the commands of a staff mail would bring about."""
    cases = [with_verdicts(case, book) for case in (facts.ticket.cases if facts.ticket else ())]
    if facts.words is None or not facts.words.commands:
        return Refusal(reasons=(Remark("no command was given"),))
    if not cases:
        return Refusal(
            reasons=(
                Remark("the ticket has no case; #return TP…, #exchange TP… or #warranty TP… opens one for their order"),
            )
        )
    mover = Mover(actor=Actor.STAFF, address=facts.sender, today=facts.today)
    return move_cases(cases, facts.words.commands, mover, book.returns, facts.calendar)


def order_refused(facts: Facts) -> Saying | None:
    """Why the ticket can't be about the order that staff name, or None when it can or they name none."""
    named = facts.named_order
    if named is None or named.exists:
        return None
    return Saying(key=Says.NO_ORDER, numbers=(named.number,))


def start_refused(facts: Facts) -> Saying | None:
    """Why staff can't open a case, or None when they can: the customer's order, pieces of it left (G5, G6)."""
    if not isinstance(facts.order, Exact):
        wanted = facts.returned_order
        if wanted is not None and wanted.exists:
            return Saying(key=Says.OTHERS_ORDER, numbers=(wanted.number,))
        return Saying(key=Says.NO_ORDER, numbers=(wanted.number,) if wanted is not None and wanted.number else ())
    order = facts.order.order
    going = [case for case in facts.cases_of_order if _holds_pieces(case)]
    unknown = [case for case in going if not case.items]
    if unknown:
        return Saying(key=Says.PIECES_UNKNOWN, numbers=(order.number, *_numbers(unknown)))
    if not pieces_left(facts):
        return Saying(key=Says.NOTHING_LEFT, numbers=(order.number, *_numbers(going)))
    return None


def pieces_left(facts: Facts) -> tuple[Item, ...]:
    """What of the matched order goes back under no case so far."""
    if not isinstance(facts.order, Exact):
        return ()
    held = [item for case in facts.cases_of_order if _holds_pieces(case) for item in case.items]
    return items_left(facts.order.order, held)


def _holds_pieces(case: CaseFacts) -> bool:
    """No other case can be about its pieces; what was repaired or replaced may break again."""
    return case.is_open or case.refund is not None


def _numbers(cases: Sequence[CaseFacts]) -> tuple[str, ...]:
    return tuple(case_number(case.case_id) for case in reversed(cases))


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
    if ticket.kept_from or target.kept_from:
        problems.append(Remark("a ticket with a complaint about a colleague stays by itself: others would read it"))
    if ticket.cases:
        problems.append(Remark("this ticket has a case; merge {number} into this one instead", number=number))
    return tuple(problems)
