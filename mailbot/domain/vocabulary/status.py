"""The words for a customer who asks how a case goes on, and nothing else."""

from __future__ import annotations

from mailbot.domain.cases import CaseState
from mailbot.domain.effects import Effect, UseCase
from mailbot.domain.facts import CaseFacts, Facts
from mailbot.domain.named_matter import says_only_numbers
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.vocabulary.words import MAIL_WORDS
from mailbot.domain.wishes import STATUS, only_wish

_HOW_IT_GOES_ON = (STATUS, "refund_status", "order_status")
_THEIR_TURN = frozenset({CaseState.REQUESTED, CaseState.NEEDS_INFO, CaseState.APPROVED, CaseState.IN_TRANSIT})
_OUR_TURN = frozenset(
    {CaseState.SUBMITTED, CaseState.RECEIVED, CaseState.INSPECTED_OK, CaseState.EXCHANGE_DUE, CaseState.REPAIR}
)


@MAIL_WORDS.condition("it asks how a case goes on")
def _asks_about_case(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The proven customer of a ticket gives the number of its case, its refund or the ticket itself, and asks nothing
    but how that goes on."""
    return _asks_about_named(facts)


@MAIL_WORDS.action("speak of the case that is named")
def _speak_of_case(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Letters after this one are about that case and its refund."""
    return (UseCase(case_id=facts.case_named.case_id),) if facts.case_named is not None else ()


@MAIL_WORDS.condition("it asks how a case goes on that waits for the customer")
def _waits_for_customer(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The proven buyer asks nothing but how their open case goes on, and its form or the parcel is still awaited."""
    case = case_asked_about(facts)
    return case is not None and case.state in _THEIR_TURN


@MAIL_WORDS.condition("it asks how a case goes on that waits for us")
def _waits_for_us(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The same, and it is the shop's turn; not where a promise is broken, an inspection failed or a refund is due: of
    those there is more to say."""
    case = case_asked_about(facts)
    if case is None or case.state not in _OUR_TURN:
        return False
    return not (
        case.state is CaseState.EXCHANGE_DUE and case.waits_until is not None and case.waits_until < facts.today
    )


@MAIL_WORDS.action("speak of the case asked about")
def _speak_of_it(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """Letters after this one are about that case."""
    case = case_asked_about(facts)
    return (UseCase(case_id=case.case_id),) if case is not None else ()


def case_asked_about(facts: Facts) -> CaseFacts | None:
    """The open case whose proven buyer asks how it goes on: the one that is named, else the only one of the ticket, in
    a new mail that of the order (G5). None where the mail brings or asks anything else."""
    if facts.role is not Role.CUSTOMER or facts.standing.verdict is not Verdict.VERIFIED or facts.mail.attachments:
        return None
    if _asks_about_named(facts):
        case = facts.case_named
    elif facts.ticket is not None:
        going = [case for case in facts.ticket.cases if case.is_open]
        case = going[0] if len(going) == 1 and facts.ticket.customer_email == facts.sender else None
    else:
        case = facts.open_case_elsewhere
    if case is None or not case.is_open or case.order.buyer_email != facts.sender:
        return None
    return case if case is facts.case_named or _asks_only_how_it_goes_on(facts, case) else None


def _asks_only_how_it_goes_on(facts: Facts, case: CaseFacts) -> bool:
    """ "How is my return going?" names the return, and asks for no other."""
    asked = {wish.name for wish in facts.wishes if not wish.is_mentioned}
    own = case.kind.value
    return asked <= {*_HOW_IT_GOES_ON, own} and (STATUS in asked or (own in asked and len(asked) > 1))


def _asks_about_named(facts: Facts) -> bool:
    if facts.case_named is None:
        return False
    asked = only_wish(facts.wishes)
    return asked in _HOW_IT_GOES_ON or (not facts.wishes and says_only_numbers(facts.mail.reply_text))
