"""The conditions that rules about a mail may use; each docstring explains its word to the shop owner."""

from __future__ import annotations

from mailbot.domain.bounces import Severity
from mailbot.domain.confirmation import agrees
from mailbot.domain.facts import Facts
from mailbot.domain.match import Ambiguous, Exact, NoMatch, Probable, orders_in_question
from mailbot.domain.message import Origin
from mailbot.domain.moves import Refusal
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import Role, Verdict
from mailbot.domain.vocabulary.asked import form_completed, form_has_gaps, merge_problems, staff_moves, words_help
from mailbot.domain.vocabulary.words import MAIL_WORDS, WISH
from mailbot.domain.wishes import only_wish


@MAIL_WORDS.condition("origin is", tuple(origin.value for origin in Origin))
def _origin_is(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Who or what wrote the mail (G4)."""
    return facts.mail.origin.value == argument


@MAIL_WORDS.condition("it is a second copy")
def _is_copy(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The same mail came in before by another way: written to two of our addresses, or taken from two folders."""
    return facts.is_second_copy


@MAIL_WORDS.condition("our own mail came back")
def _came_back(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A copy of a mail of ours, proven by its signed reply address."""
    return facts.own_ticket is not None


@MAIL_WORDS.condition("it is machine mail")
def _is_machine(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Anything but a person wrote it: never answered (G4)."""
    return facts.mail.origin is not Origin.HUMAN


@MAIL_WORDS.condition("it is a bounce of our mail")
def _is_our_bounce(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A bounce that names a Message-ID which we sent to a customer."""
    return facts.bounce is not None and not facts.bounce.to_staff


@MAIL_WORDS.condition("it is a bounce of a notice to staff")
def _is_staff_bounce(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A bounce of our own notice: another notice would bounce as well."""
    return facts.bounce is not None and facts.bounce.to_staff


@MAIL_WORDS.condition("it answers a notice to somebody else")
def _answers_notice(facts: Facts, book: RuleBook, argument: str) -> bool:
    """It bears the signed token of a notice to a member of staff, and comes from somebody else."""
    return facts.answered_notice is not None


@MAIL_WORDS.condition("staff know of such answers")
def _answers_known(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Staff were told of this sender today, or the notice that is answered came of such an answer itself."""
    return facts.answered_notice is not None and facts.answered_notice.told


@MAIL_WORDS.condition("it is marked as spam")
def _is_spam(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A header of spam.headers stands in it, or it lay in a folder marked `spam: true`."""
    return bool(facts.spam)


@MAIL_WORDS.condition("the sender is blocked")
def _is_blocked(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The address or its domain stands in spam.blocklist; never true of staff or the desk itself."""
    return bool(facts.blocked)


@MAIL_WORDS.condition("it is too large")
def _is_too_large(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The mail is above limits.message_bytes: only its header is here, the rest stayed on the server."""
    return facts.oversize is not None


@MAIL_WORDS.condition("the mail is encrypted")
def _is_encrypted(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Its text, or a part of it, can't be read without a key that the desk doesn't have."""
    return facts.mail.encrypted


@MAIL_WORDS.condition("the bounce is", tuple(severity.value for severity in Severity))
def _bounce_is(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Hard: nothing will ever arrive there. Soft: this mail didn't arrive. Notice: only delayed, or even delivered."""
    return facts.bounce is not None and facts.bounce.severity.value == argument


@MAIL_WORDS.condition("the bounced mail told of money")
def _bounce_of_money(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A refund notice or the like: the customer doesn't know of what was promised (P13)."""
    return facts.bounce is not None and facts.bounce.money


@MAIL_WORDS.condition("staff know of the address")
def _known_address(facts: Facts, book: RuleBook, argument: str) -> bool:
    """An earlier bounce told of the address already, and this one makes it no worse."""
    bounce = facts.bounce
    if bounce is None or bounce.known is None:
        return False
    return bounce.flag is None or bounce.known.severity is bounce.flag.severity


@MAIL_WORDS.condition("this desk sent it")
def _is_ours(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A mail of our own came back: by the desk's header or by its Message-ID."""
    return facts.is_ours


@MAIL_WORDS.condition("staff must see it")
def _is_news(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Not a mere absence notice, delivery report, receipt, complaint report or mailing list; but what somebody who is
    part of a ticket writes there through a list is seen."""
    return facts.mail.is_news or (facts.mail.is_news_in_thread and facts.ticket is not None)


@MAIL_WORDS.condition("the sender is", tuple(role.value for role in Role))
def _sender_is(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Whose address stands in From. Says nothing about whether that is true."""
    return facts.role.value == argument


@MAIL_WORDS.condition("authentication failed")
def _authentication_failed(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Our own mail server says that the sender's address is forged (G5)."""
    return facts.standing.verdict is Verdict.FAILED


@MAIL_WORDS.condition("staff are proven")
def _staff_are_proven(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Staff address, authentication as the settings demand, and the signed token of this ticket (G5)."""
    return facts.role is Role.STAFF and facts.staff_may_command and facts.thread.staff_token


@MAIL_WORDS.condition("a command can't be read")
def _bad_command(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A line begins with "#" and is no command, or a piece of the desk's notice is left in the mail."""
    return facts.words is not None and bool(facts.words.problems)


@MAIL_WORDS.condition("a command is given")
def _has_command(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The staff member wrote at least one command."""
    return facts.words is not None and bool(facts.words.commands)


@MAIL_WORDS.condition("a command is possible now")
def _command_possible(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Every command of the mail can be carried out, in the order written."""
    return not isinstance(staff_moves(facts, book), Refusal)


@MAIL_WORDS.condition("staff open a case")
def _starts_case(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A line "#return", "#exchange" or "#warranty", with an order number or for the order that the ticket names."""
    return facts.words is not None and facts.words.start is not None


@MAIL_WORDS.condition("staff merge the ticket")
def _merges(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A line "#merge" with the number of another ticket."""
    return facts.words is not None and facts.words.merge_into is not None


@MAIL_WORDS.condition("the merge is possible")
def _can_merge(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Both tickets are of one customer, and no case stands in the one that ends."""
    return not merge_problems(facts)


@MAIL_WORDS.condition("it is an internal note")
def _is_note(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A line "#note" keeps the text in the house."""
    return facts.words is not None and facts.words.internal


@MAIL_WORDS.condition("there are words for the customer")
def _has_words(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Something is left beside commands and quotes."""
    return facts.words is not None and bool(facts.words.text)


@MAIL_WORDS.condition("the customer has no address")
def _no_address(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The ticket came from a mail without a usable From: nobody can be written to."""
    return facts.ticket is not None and not facts.ticket.customer_email


@MAIL_WORDS.condition("it belongs to a ticket")
def _belongs(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The mail answers in a ticket and its sender is part of that ticket."""
    return facts.ticket is not None


@MAIL_WORDS.condition("the ticket is closed")
def _is_closed(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The ticket was closed before this mail."""
    return facts.ticket is not None and not facts.ticket.is_open


@MAIL_WORDS.condition("the mail only says thanks")
def _only_thanks(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Thanks and pleasantries, no attachment, no other word."""
    return facts.only_thanks


@MAIL_WORDS.condition("the sender is in copy")
def _in_copy(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Part of the ticket, but not its customer: somebody whom the customer keeps in copy."""
    return facts.ticket is not None and facts.ticket.customer_email != facts.sender


@MAIL_WORDS.condition("the order's owner agrees")
def _owner_agrees(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The proven owner of an order that somebody else quoted answers our question with a plain yes, in time (G5)."""
    asked = facts.confirmation
    if facts.standing.verdict is not Verdict.VERIFIED:
        return False
    return asked is not None and facts.now <= asked.expires_at and agrees(facts.mail.reply_text)


@MAIL_WORDS.condition("the order's owner answers")
def _owner_answers(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Any answer to our question whether somebody may speak for an order."""
    return facts.confirmation is not None


@MAIL_WORDS.condition("the ticket has a case")
def _has_case(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A case of any state stands in the ticket."""
    return facts.ticket is not None and bool(facts.ticket.cases)


@MAIL_WORDS.condition("the ticket names an order")
def _names_order(facts: Facts, book: RuleBook, argument: str) -> bool:
    """It is known which order the ticket is about."""
    return facts.ticket is not None and bool(facts.ticket.order_number)


@MAIL_WORDS.condition("the form came back complete")
def _form_complete(facts: Facts, book: RuleBook, argument: str) -> bool:
    """New form lines, and with what was known before nothing required is missing (P9)."""
    return form_completed(facts, book)


@MAIL_WORDS.condition("the form came back with gaps")
def _form_gaps(facts: Facts, book: RuleBook, argument: str) -> bool:
    """New form lines, but something required is still missing (P9)."""
    return form_has_gaps(facts, book)


@MAIL_WORDS.condition("own words fill in part of the form")
def _words_help(facts: Facts, book: RuleBook, argument: str) -> bool:
    """No form lines, but what the customer writes answers some of what the case waits for (P9)."""
    return words_help(facts, book)


@MAIL_WORDS.condition("the wish is", WISH)
def _wish_is(facts: Facts, book: RuleBook, argument: str) -> bool:
    """What the mail asks for, by rules/intents.yaml, or what the ticket was opened for while it has no case."""
    if facts.ticket is not None and not facts.ticket.cases and facts.ticket.wish == argument:
        return True
    return any(wish.name == argument for wish in facts.wishes)


@MAIL_WORDS.condition("this mail asks for", WISH)
def _asks_for(facts: Facts, book: RuleBook, argument: str) -> bool:
    """What this mail itself asks for, by rules/intents.yaml."""
    return any(wish.name == argument for wish in facts.wishes)


@MAIL_WORDS.condition("the only wish is", WISH)
def _only_wish(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The mail asks for this and for nothing else, whatever it mentions besides (`mentioned` in rules/intents.yaml): an
    answer from the data says all."""
    return only_wish(facts.wishes) == argument


@MAIL_WORDS.condition("the sender is proven")
def _proven(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Our own mail server vouches for the sender's address (G5)."""
    return facts.standing.verdict is Verdict.VERIFIED


@MAIL_WORDS.condition("the parcel is on its way")
def _on_its_way(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The matched order isn't delivered, by rules/shipping.yaml; who misses a delivered parcel needs a person."""
    order = facts.order.order if isinstance(facts.order, Exact) else None
    return order is not None and order.delivered_on is None and book.shipping.under_way(order.shipping_status)


@MAIL_WORDS.condition("the refund is on its way")
def _refund_on_its_way(facts: Facts, book: RuleBook, argument: str) -> bool:
    """A refund of the matched order is booked, and settled or within its promise (P13)."""
    return facts.refund is not None and (facts.refund.settled or facts.today <= facts.refund.due_on)


@MAIL_WORDS.condition("one of the orders in question has a refund")
def _refund_in_question(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Of the orders that the customer may choose from, at least one has a refund, paid or not."""
    return facts.refund_in_question


@MAIL_WORDS.condition("a right to return may be left")
def _may_go_back(facts: Facts, book: RuleBook, argument: str) -> bool:
    """rules/returns.yaml, with the law of the customer's country, may still allow a return of the matched order."""
    return facts.may_go_back


@MAIL_WORDS.condition("the mail contradicts itself")
def _contradicts(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Two things in the mail, or in what is attached to it, point at two orders."""
    return bool(facts.order.conflicts)


@MAIL_WORDS.condition("the warranty is known")
def _warranty_known(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The catalogue and the terms say of each piece that is asked about (of the matched order those that the mail
    names, or all) how long its warranty runs, and the law doesn't cover what the warranty leaves out."""
    return bool(facts.warranty) and all(line.is_clear for line in facts.warranty)


@MAIL_WORDS.condition("the warranty is known in part")
def _warranty_known_in_part(facts: Facts, book: RuleBook, argument: str) -> bool:
    """It is known of some of the pieces that are asked about; of the others a person has to say."""
    return len({line.is_clear for line in facts.warranty}) > 1


@MAIL_WORDS.condition("the warranty has ended")
def _warranty_ended(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Neither the warranty nor, as far as it can be told, the law of the customer's country covers any of the pieces
    that the mail names, or of the order where it names none."""
    return bool(facts.warranty) and all(line.is_clear and not line.is_covered for line in facts.warranty)


@MAIL_WORDS.condition("the order is", ("exact", "probable", "ambiguous", "not confirmed", "not named"))
def _order_is(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Exact: one order, named by its buyer. Probable: one of the buyer's, but with a slip in its number or without any.
    Ambiguous: several of the buyer's. Not confirmed: a number that this sender can't be answered about."""
    match facts.order:
        case Exact():
            return argument == "exact"
        case Probable():
            return argument == "probable"
        case Ambiguous():
            return argument == "ambiguous"
        case NoMatch(numbers_quoted=quoted):
            return argument == ("not confirmed" if quoted else "not named")


@MAIL_WORDS.condition("the customer may choose an order")
def _may_choose(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The order is probable or ambiguous, and the sender proven: their own orders may be listed to them (G5). Not where
    the mail names several: it says which."""
    if isinstance(facts.order, Ambiguous) and facts.order.named:
        return False
    return facts.standing.verdict is Verdict.VERIFIED and bool(orders_in_question(facts.order))


@MAIL_WORDS.condition("we asked which order it is")
def _asked_which(facts: Facts, book: RuleBook, argument: str) -> bool:
    """The last question in the ticket listed orders to choose from."""
    return facts.ticket is not None and bool(facts.ticket.asked_orders)


@MAIL_WORDS.condition("the order is within the return window")
def _in_window(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Today is at most `window_days` after the purchase (P7)."""
    order = facts.order.order if isinstance(facts.order, Exact) else None
    return order is not None and (facts.today - order.purchased_on).days <= book.returns.window_days


@MAIL_WORDS.condition("the order has an open case")
def _case_elsewhere(facts: Facts, book: RuleBook, argument: str) -> bool:
    """Another ticket already has an open case for that order."""
    return facts.open_case_elsewhere is not None
