"""The words for a new mail about an order that has an open case: it joins the case as a reply to its letters would."""

from __future__ import annotations

from dataclasses import replace

from mailbot.domain.effects import Effect, UseCase
from mailbot.domain.facts import Facts
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Verdict
from mailbot.domain.vocabulary.asked import form_case, form_completed, form_has_gaps, words_help
from mailbot.domain.vocabulary.casework import hand_in
from mailbot.domain.vocabulary.words import MAIL_WORDS
from mailbot.domain.wishes import STATUS

_WITHDRAWALS = frozenset({"return", "cancel_order"})
_QUESTIONS = frozenset({STATUS, "order_status", "refund_status", "return_question"})


def _joined(facts: Facts) -> Facts | None:
    """The facts as if the mail had been sent in the ticket of the open case; None unless its proven customer wrote (G5)
    and the case waits for the form."""
    case, ticket = facts.open_case_elsewhere, facts.ticket_of_open_case
    if case is None or ticket is None or facts.standing.verdict is not Verdict.VERIFIED:
        return None
    joined = replace(facts, ticket=ticket)
    meant = form_case(joined)
    return joined if meant is not None and meant.case_id == case.case_id else None


@MAIL_WORDS.condition("it completes the form of the open case")
def _completes(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The order's open case waits for its form, and this new mail brings the last that was missing."""
    joined = _joined(facts)
    return joined is not None and form_completed(joined, book)


@MAIL_WORDS.condition("it fills in part of the form of the open case")
def _fills_in_part(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The order's open case waits for its form, and this new mail answers part of what is missing."""
    joined = _joined(facts)
    return joined is not None and (form_has_gaps(joined, book) or words_help(joined, book))


@MAIL_WORDS.condition("it may declare a withdrawal")
def _may_withdraw(facts: Facts, book: RuleBook, argument: str) -> bool:
    """It declares one, or asks for a return or a cancellation and for nothing of it to be told: by law that may end the
    contract, whatever it is called."""
    wanted = {wish.name for wish in facts.wishes}
    asked = bool(wanted & _WITHDRAWALS) and not wanted & _QUESTIONS
    return asked or _declares(facts, book, argument)


@MAIL_WORDS.condition("it declares a withdrawal")
def _declares(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The customer's words withdraw from the contract (`marks` of rules/intents.yaml): a legal period runs."""
    subject = "" if facts.references.ticket_tags else facts.mail.subject
    return book.wishes.marked("withdrawal", subject, facts.mail.reply_text)


@MAIL_WORDS.action("hand in the form of the open case")
def _hand_in_there(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """As "the customer hands in the form", for the order's open case."""
    joined = _joined(facts)
    return hand_in(joined, book) if joined is not None else ()


@MAIL_WORDS.action("speak of the open case")
def _speak_of_open_case(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Letters after this one are about the order's open case."""
    case = facts.open_case_elsewhere
    return (UseCase(case_id=case.case_id),) if case is not None else ()
