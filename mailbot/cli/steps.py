"""What a decision does, each effect in a sentence for people."""

from __future__ import annotations

from dataclasses import fields

from mailbot.domain.cases import Actor
from mailbot.domain.effects import (
    AskAbout,
    AskOwner,
    BookRefund,
    ClearAddress,
    CloseTicket,
    Effect,
    FileApart,
    FileMail,
    FillForm,
    FlagAddress,
    GrantOrder,
    KeepFrom,
    KeepInCopy,
    LearnMessageId,
    MarkTold,
    MergeTicket,
    MoveCase,
    NameOrder,
    OpenCase,
    OpenTicket,
    PromiseRefund,
    Reader,
    RecordIncident,
    RememberCorrection,
    ReopenTicket,
    SettleRefund,
    TieOrder,
    UseCase,
    UseTicket,
    Write,
)
from mailbot.domain.numbers import case_number, ticket_number

READERS = {
    Reader.CUSTOMER: "the customer",
    Reader.STAFF: "staff",
    Reader.OWNER: "the owner of the order",
    Reader.ACTING_STAFF: "the member of staff who wrote",
}


def step_told(effect: Effect, ticket_id: int | None) -> str:
    """An effect as a sentence; `ticket_id` is the one that the mail belongs to, where it is known."""
    match effect:
        case OpenTicket():
            number = f" {ticket_number(ticket_id)}" if ticket_id is not None else ""
            wish = f", for the wish “{effect.wish}”" if effect.wish else ""
            linked = f"; linked to {ticket_number(effect.linked_to)}" if effect.linked_to is not None else ""
            return f"Open ticket{number}{wish}; language {effect.language}{linked}"
        case UseTicket():
            return f"Go on in ticket {ticket_number(effect.ticket_id)}"
        case FileMail():
            return "Put the mail into the ticket"
        case FileApart():
            return f"Keep the mail beside all tickets{f': {effect.reason}' if effect.reason else ''}"
        case TieOrder():
            return f"Note that the ticket is about order {effect.order_number}"
        case AskAbout():
            return f"Note that the customer is asked about {', '.join(effect.order_numbers)}"
        case ReopenTicket():
            return "Open the ticket again"
        case CloseTicket():
            return "Close the ticket"
        case MergeTicket():
            return f"Merge the ticket into {ticket_number(effect.into)}"
        case KeepInCopy():
            return f"Let those in copy take part: {', '.join(effect.addresses)}"
        case KeepFrom():
            return f"Keep the ticket from {', '.join(effect.addresses)}: it is about them"
        case LearnMessageId():
            return f"Learn the Message-ID under which our mail of {ticket_number(effect.ticket_id)} travels"
        case _:
            return _more(effect)


def _more(effect: Effect) -> str:
    match effect:
        case AskOwner():
            until = f"{effect.expires_at:%Y-%m-%d}"
            return f"Ask the owner of order {effect.order_number} whether the sender may speak for it, until {until}"
        case GrantOrder():
            return "Let the one who quoted the order speak for it"
        case NameOrder():
            return f"Note that {effect.by} says the ticket is about order {effect.order_number}"
        case RememberCorrection():
            return f"Remember for the customer's next mails that order {effect.correction.order_number} was meant"
        case UseCase():
            return f"Go on with case {case_number(effect.case_id)}"
        case OpenCase():
            return f"Open a {effect.kind.value} case for order {effect.order_number}"
        case FillForm():
            items = ", ".join(f"{item.model} × {item.quantity}" for item in effect.items)
            given = ", ".join(effect.answers) or "nothing"
            return f"Write the form of the case: {given} given{f'; items {items}' if items else ''}"
        case MoveCase():
            why = f": {effect.reason}" if effect.by is Actor.RULES else ""
            return f"Move the case from {effect.expected.value} to {effect.to.value} ({effect.event.value}){why}"
        case BookRefund():
            return f"Book a refund of {effect.amount} {effect.currency}, due on {effect.due_on}"
        case PromiseRefund():
            return f"Note that the refund is promised by {effect.due_on} instead"
        case SettleRefund():
            return f"Note that the refund was paid on {effect.paid_on}"
        case MarkTold():
            return f"Note that the clock did this: {effect.step.value}"
        case Write():
            caps = ", counted by the caps on automatic answers" if effect.automatic else ""
            about = f" about order {effect.about}" if effect.about else ""
            return f"Write “{effect.template}” to {READERS[effect.to]}{about}{caps}"
        case RecordIncident():
            return f"Show in health: {effect.kind}{f' ({effect.detail})' if effect.detail else ''}"
        case FlagAddress():
            return f"Mark {effect.state.address} as not reached ({effect.state.severity})"
        case ClearAddress():
            return f"Note that {effect.address} can be reached again"
        case _:
            values = ", ".join(f"{one.name} {getattr(effect, one.name)}" for one in fields(effect))
            return f"{type(effect).__name__}{f': {values}' if values else ''}"
