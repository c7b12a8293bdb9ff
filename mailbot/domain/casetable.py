"""What may happen to a return, an exchange or a warranty case, as one table to be read from top to bottom (P3–P13).

Whatever isn't in `TABLE` is refused with a sentence that says what is possible now. Of several rows for the same event
the first whose guards hold counts. `casesteps` applies it. The desk still moves its returns by `cases`; a test holds
that this table allows all that one does, with the same outcome, so that it can take its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a case is about."""

    RETURN = "return"
    EXCHANGE = "exchange"
    WARRANTY = "warranty"


class State(StrEnum):
    """Where a case stands."""

    REQUESTED = "requested"  # the customer asked; the form is out
    NEEDS_INFO = "needs_info"  # the form came back with gaps
    SUBMITTED = "submitted"  # complete; staff decide (P4, P10)
    APPROVED = "approved"  # the customer has the return address
    DECLINED = "declined"
    IN_TRANSIT = "in_transit"  # the parcel is on its way to the shop
    RECEIVED = "received"  # the goods are here, not yet inspected
    INSPECTED_OK = "inspected_ok"  # a second person has to agree to the refund; a warranty: what is done about it
    INSPECTED_FAILED = "inspected_failed"
    REFUND_DUE = "refund_due"  # booked; finance pays
    EXCHANGE_DUE = "exchange_due"  # the replacement has to be sent
    REPAIR = "repair"
    REPLACED = "replaced"
    REPAIRED = "repaired"
    REFUNDED = "refunded"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # what was awaited didn't come in time; there is a way back


class Event(StrEnum):
    """What can happen to a case."""

    FORM_INCOMPLETE = "form_incomplete"
    FORM_COMPLETE = "form_complete"
    APPROVE = "approve"
    DECLINE = "decline"
    SHIPPED = "shipped"  # the customer's tracking number is known
    RECEIVE = "received"
    INSPECT_PASS = "inspect_pass"
    INSPECT_FAIL = "inspect_fail"
    CONFIRM = "confirm"  # a second person agrees to the refund
    REPAIR = "repair"
    REPLACE = "replace"
    REFUND_INSTEAD = "refund_instead"  # out of stock, beyond repair
    REPLACED = "replaced"  # the replacement is on its way, with its order reference
    REPAIRED = "repaired"  # the repaired piece is on its way
    REFUND_PAID = "refunded"
    SEND_BACK = "send_back"  # the customer's own piece goes back to them
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REOPEN = "reopen"
    CLOSE = "close"


class Who(StrEnum):
    """Who makes a case move."""

    CUSTOMER = "customer"
    STAFF = "staff"
    RULES = "rules"  # a limit that the owner set; off by default
    CLOCK = "clock"


class Guard(StrEnum):
    """What must hold besides the state."""

    PIECES_KNOWN = "it is known what goes back, and there are so many"
    WITHIN_AUTOMATIC_LIMIT = "the owner lets the rules approve up to this amount"
    PIECES_SOUND = "at least one piece passed the inspection"
    REFUND_POSSIBLE = "there is something to refund, and it was not refunded before"
    ONE_PERSON_IS_ENOUGH = "the refund is at most the amount up to which one person decides"
    ANOTHER_PERSON = "somebody else than who wanted the refund"


class Effect(StrEnum):
    """What a row brings about besides the new state and a letter."""

    ASK_STAFF = "ask staff for a decision"
    ASK_ANOTHER = "ask a second person"
    ORDER_REPLACEMENT = "ask the warehouse for a replacement"
    BOOK_REFUND = "book the refund"  # once per case, never above what was paid (G6)
    SETTLE_REFUND = "settle the refund"
    OPEN_TICKET = "open the ticket again"
    CLOSE_TICKET = "close the ticket"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table."""

    kinds: tuple[Kind, ...]
    states: tuple[State, ...]  # before
    event: Event
    by: tuple[Who, ...]  # who may
    to: State  # after
    guards: tuple[Guard, ...] = ()  # all must hold
    letter: str = ""  # template of the mail to the customer; {kind} stands for the kind
    then: tuple[Effect, ...] = ()


def _row(
    kinds: tuple[Kind, ...],
    states: tuple[State, ...],
    event: Event,
    by: tuple[Who, ...],
    to: State,
    letter: str = "",
    *more: Guard | Effect,
) -> Row:
    return Row(
        kinds=kinds,
        states=states,
        event=event,
        by=by,
        to=to,
        guards=tuple(each for each in more if isinstance(each, Guard)),
        letter=letter,
        then=tuple(each for each in more if isinstance(each, Effect)),
    )


_S, _E, _G, _F = State, Event, Guard, Effect
_ALL = tuple(Kind)
_RET, _EXC, _WAR, _EXC_WAR = (Kind.RETURN,), (Kind.EXCHANGE,), (Kind.WARRANTY,), (Kind.EXCHANGE, Kind.WARRANTY)
_CUST, _STAFF, _BOTH = (Who.CUSTOMER,), (Who.STAFF,), (Who.CUSTOMER, Who.STAFF)
_RULES, _CLOCK, _ANY = (Who.RULES,), (Who.CLOCK,), (Who.STAFF, Who.CLOCK)
_OPEN = (_S.REQUESTED, _S.NEEDS_INFO)
_UNDECIDED = (*_OPEN, _S.SUBMITTED)
_HERE = (_S.RECEIVED, _S.INSPECTED_FAILED)

# fmt: off
TABLE: tuple[Row, ...] = (
    # kinds     states                      event               who     to                  letter, guards, effects
    # The form (P3, P9).
    _row(_ALL,  _OPEN,                      _E.FORM_INCOMPLETE, _CUST,  _S.NEEDS_INFO,      "{kind}_form_missing"),
    _row(_ALL,  _OPEN,                      _E.FORM_COMPLETE,   _CUST,  _S.SUBMITTED,
         "{kind}_submitted", _F.ASK_STAFF),
    # What was awaited doesn't come: the form, the parcel. There is a way back from it.
    _row(_ALL,  _OPEN,                      _E.EXPIRE,          _CLOCK, _S.EXPIRED,
         "{kind}_expired", _F.CLOSE_TICKET),
    _row(_ALL,  (_S.APPROVED,),             _E.EXPIRE,          _CLOCK, _S.EXPIRED,
         "{kind}_expired", _F.CLOSE_TICKET),
    _row(_ALL,  (_S.IN_TRANSIT,),           _E.EXPIRE,          _CLOCK, _S.EXPIRED,         "", _F.ASK_STAFF),
    _row(_ALL,  (_S.EXPIRED,),              _E.FORM_INCOMPLETE, _CUST,  _S.NEEDS_INFO,
         "{kind}_form_missing", _F.OPEN_TICKET),
    _row(_ALL,  (_S.EXPIRED,),              _E.FORM_COMPLETE,   _CUST,  _S.SUBMITTED,
         "{kind}_submitted", _F.OPEN_TICKET, _F.ASK_STAFF),
    _row(_ALL,  (_S.EXPIRED, _S.WITHDRAWN), _E.REOPEN,          _STAFF, _S.REQUESTED,
         "{kind}_form", _F.OPEN_TICKET),
    # The decision (P4, P10). Staff may decide on a form with gaps: they have the customer on the phone.
    _row(_ALL,  (_S.SUBMITTED,),            _E.APPROVE,         _RULES, _S.APPROVED,
         "{kind}_approved", _G.PIECES_KNOWN, _G.WITHIN_AUTOMATIC_LIMIT),
    _row(_ALL,  _UNDECIDED,                 _E.APPROVE,         _STAFF, _S.APPROVED,
         "{kind}_approved", _G.PIECES_KNOWN),
    _row(_ALL,  _UNDECIDED,                 _E.DECLINE,         _STAFF, _S.DECLINED,
         "{kind}_declined", _F.CLOSE_TICKET),
    # A refusal can be wrong: staff can still approve.
    _row(_ALL,  (_S.DECLINED, _S.EXPIRED),  _E.APPROVE,         _STAFF, _S.APPROVED,
         "{kind}_approved", _G.PIECES_KNOWN, _F.OPEN_TICKET),
    # The parcel (P11).
    _row(_ALL,  (_S.APPROVED,),             _E.SHIPPED,         _BOTH,  _S.IN_TRANSIT),
    _row(_ALL,  (_S.APPROVED, _S.IN_TRANSIT), _E.RECEIVE,       _STAFF, _S.RECEIVED,
         "{kind}_received", _G.PIECES_KNOWN),
    _row(_ALL,  (_S.EXPIRED,),              _E.RECEIVE,         _STAFF, _S.RECEIVED,
         "{kind}_received", _G.PIECES_KNOWN, _F.OPEN_TICKET),
    # The inspection (P12); after a failed one a second look, or goodwill.
    _row(_RET,  _HERE,                      _E.INSPECT_PASS,    _STAFF, _S.REFUND_DUE,
         "refund_notice", _G.PIECES_SOUND, _G.REFUND_POSSIBLE, _G.ONE_PERSON_IS_ENOUGH, _F.BOOK_REFUND),
    _row(_RET,  _HERE,                      _E.INSPECT_PASS,    _STAFF, _S.INSPECTED_OK,
         "", _G.PIECES_SOUND, _G.REFUND_POSSIBLE, _F.ASK_ANOTHER),
    _row(_EXC,  _HERE,                      _E.INSPECT_PASS,    _STAFF, _S.EXCHANGE_DUE,
         "exchange_due", _G.PIECES_SOUND, _F.ORDER_REPLACEMENT),
    _row(_WAR,  _HERE,                      _E.INSPECT_PASS,    _STAFF, _S.INSPECTED_OK,    "", _G.PIECES_SOUND),
    _row(_ALL,  (_S.RECEIVED, _S.INSPECTED_OK), _E.INSPECT_FAIL, _STAFF, _S.INSPECTED_FAILED,
         "{kind}_inspection_failed"),
    _row(_ALL,  (_S.INSPECTED_FAILED,),     _E.DECLINE,         _STAFF, _S.DECLINED,
         "{kind}_declined", _F.CLOSE_TICKET),
    # The customer's own piece goes back: the inspection failed, or they changed their mind.
    _row(_ALL,  (*_HERE, _S.INSPECTED_OK),  _E.SEND_BACK,       _STAFF, _S.CLOSED,
         "{kind}_sent_back", _F.CLOSE_TICKET),
    # What is done about it (P4, P12).
    _row(_WAR,  (_S.INSPECTED_OK,),         _E.REPAIR,          _STAFF, _S.REPAIR,          "warranty_repair"),
    _row(_EXC_WAR, (_S.INSPECTED_OK,),      _E.REPLACE,         _STAFF, _S.EXCHANGE_DUE,
         "exchange_due", _F.ORDER_REPLACEMENT),
    _row(_WAR,  (_S.REPAIR,),               _E.REPLACE,         _STAFF, _S.EXCHANGE_DUE,
         "exchange_due", _F.ORDER_REPLACEMENT),
    _row(_WAR,  (_S.REPAIR,),               _E.REPAIRED,        _STAFF, _S.REPAIRED,
         "repaired_sent", _F.CLOSE_TICKET),
    _row(_EXC_WAR, (_S.EXCHANGE_DUE,),      _E.REPLACED,        _STAFF, _S.REPLACED,
         "replacement_sent", _F.CLOSE_TICKET),
    # Out of stock, or beyond repair.
    _row(_EXC_WAR, (_S.INSPECTED_OK, _S.EXCHANGE_DUE), _E.REFUND_INSTEAD, _STAFF, _S.REFUND_DUE,
         "refund_notice", _G.REFUND_POSSIBLE, _G.ONE_PERSON_IS_ENOUGH, _F.BOOK_REFUND),
    _row(_EXC_WAR, (_S.INSPECTED_OK, _S.EXCHANGE_DUE), _E.REFUND_INSTEAD, _STAFF, _S.INSPECTED_OK,
         "", _G.REFUND_POSSIBLE, _F.ASK_ANOTHER),
    _row(_WAR,  (_S.REPAIR,),               _E.REFUND_INSTEAD,  _STAFF, _S.REFUND_DUE,
         "refund_notice", _G.REFUND_POSSIBLE, _G.ONE_PERSON_IS_ENOUGH, _F.BOOK_REFUND),
    _row(_WAR,  (_S.REPAIR,),               _E.REFUND_INSTEAD,  _STAFF, _S.INSPECTED_OK,
         "", _G.REFUND_POSSIBLE, _F.ASK_ANOTHER),
    # The refund (P12, P13).
    _row(_ALL,  (_S.INSPECTED_OK,),         _E.CONFIRM,         _STAFF, _S.REFUND_DUE,
         "refund_notice", _G.ANOTHER_PERSON, _G.REFUND_POSSIBLE, _F.BOOK_REFUND),
    _row(_ALL,  (_S.REFUND_DUE,),           _E.REFUND_PAID,     _STAFF, _S.REFUNDED,
         "refund_settled", _F.SETTLE_REFUND, _F.CLOSE_TICKET),
    # The customer keeps the goods after all; staff type it in, in step with what the customer wrote.
    _row(_ALL,  (*_UNDECIDED, _S.APPROVED, _S.IN_TRANSIT), _E.WITHDRAW, _STAFF, _S.WITHDRAWN,
         "{kind}_withdrawn", _F.CLOSE_TICKET),
    # The end, when nothing more is to be expected.
    _row(_ALL,  (_S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.REFUNDED), _E.CLOSE, _ANY, _S.CLOSED, "", _F.CLOSE_TICKET),
    _row(_EXC_WAR, (_S.REPLACED,),          _E.CLOSE,           _ANY,   _S.CLOSED,          "", _F.CLOSE_TICKET),
    _row(_WAR,  (_S.REPAIRED,),             _E.CLOSE,           _ANY,   _S.CLOSED,          "", _F.CLOSE_TICKET),
)
# fmt: on


def rows_for(kind: Kind, state: State, event: Event, by: Who) -> Iterator[Row]:
    """The rows for an event, in the table's order."""
    for row in TABLE:
        if kind in row.kinds and state in row.states and row.event is event and by in row.by:
            yield row


def possible_events(kind: Kind, state: State, by: Who) -> tuple[Event, ...]:
    """What `by` may do with a case in `state`, in the table's order, if the guards hold."""
    found = (row.event for row in TABLE if kind in row.kinds and state in row.states and by in row.by)
    return tuple(dict.fromkeys(found))


def refusal(kind: Kind, state: State, event: Event, by: Who) -> str:
    """The sentence for an event that isn't in the table: what is possible now, and who may do it."""
    now = f"{in_words(event)} is not possible while the {kind.value} is {in_words(state)}"
    mine = possible_events(kind, state, by)
    if mine:
        return f"{now}; possible now: {', '.join(map(in_words, mine))}"
    others = [f"{in_words(each)} ({who.value})" for who in Who for each in possible_events(kind, state, who)]
    if others:
        return f"{now}; possible now, for others: {', '.join(others)}"
    return f"{now}; nothing more can happen to it"


def in_words(value: StrEnum) -> str:
    """The name of a state or event as people say it."""
    return value.value.replace("_", " ")
