"""What may happen to a return, an exchange or a warranty case, as one table to be read from top to bottom (P3–P13).

Whatever isn't in `TABLE` is refused with what is possible instead. Of several rows for the same event the first whose
guards hold counts. `casesteps` applies it. Times and mails are decided elsewhere; this file only knows states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class CaseKind(StrEnum):
    """What a case is about."""

    RETURN = "return"
    EXCHANGE = "exchange"
    WARRANTY = "warranty"


class CaseState(StrEnum):
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


class CaseEvent(StrEnum):
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
    WANT = "want"  # another model instead than was asked for
    REFUND_BY = "refund_by"  # another day for the refund than was promised
    OUT_OF_STOCK = "out_of_stock"  # the replacement: the customer is asked to wait or to take the money
    REFUND_INSTEAD = "refund_instead"  # out of stock, beyond repair
    REPLACED = "replaced"  # the replacement is on its way, with its order reference
    REPAIRED = "repaired"  # the repaired piece is on its way
    REFUND_PAID = "refunded"
    SEND_BACK = "send_back"  # the customer's own piece goes back to them
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REOPEN = "reopen"
    CLOSE = "close"


class Actor(StrEnum):
    """Actor makes a case move."""

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


class Consequence(StrEnum):
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

    kinds: tuple[CaseKind, ...]
    states: tuple[CaseState, ...]  # before
    event: CaseEvent
    by: tuple[Actor, ...]  # who may
    to: CaseState  # after
    guards: tuple[Guard, ...] = ()  # all must hold
    letter: str = ""  # template of the mail to the customer; {kind} stands for the kind
    then: tuple[Consequence, ...] = ()

    def letter_about(self, kind: CaseKind) -> str:
        """Template of the mail to the customer about a case of a kind, "" for none."""
        return self.letter.format(kind=kind.value)


def letters() -> frozenset[str]:
    """Every template that a row names."""
    return frozenset(row.letter_about(kind) for row in TABLE for kind in row.kinds if row.letter)


def _row(
    kinds: tuple[CaseKind, ...],
    states: tuple[CaseState, ...],
    event: CaseEvent,
    by: tuple[Actor, ...],
    to: CaseState,
    letter: str = "",
    *more: Guard | Consequence,
) -> Row:
    return Row(
        kinds=kinds,
        states=states,
        event=event,
        by=by,
        to=to,
        guards=tuple(each for each in more if isinstance(each, Guard)),
        letter=letter,
        then=tuple(each for each in more if isinstance(each, Consequence)),
    )


_S, _E, _G, _F = CaseState, CaseEvent, Guard, Consequence
_ALL = tuple(CaseKind)
_RET, _EXC, _WAR, _EXC_WAR = (
    (CaseKind.RETURN,),
    (CaseKind.EXCHANGE,),
    (CaseKind.WARRANTY,),
    (CaseKind.EXCHANGE, CaseKind.WARRANTY),
)
_CUST, _STAFF, _BOTH = (Actor.CUSTOMER,), (Actor.STAFF,), (Actor.CUSTOMER, Actor.STAFF)
_RULES, _CLOCK, _ANY = (Actor.RULES,), (Actor.CLOCK,), (Actor.STAFF, Actor.CLOCK)
_OPEN = (_S.REQUESTED, _S.NEEDS_INFO)
_UNDECIDED = (*_OPEN, _S.SUBMITTED)
_HERE = (_S.RECEIVED, _S.INSPECTED_FAILED)

# fmt: off
TABLE: tuple[Row, ...] = (
    # kinds     states                      event               who     to                  letter, guards, effects
    # The form (P3, P9).
    _row(_ALL,  _OPEN,                      _E.FORM_INCOMPLETE, _CUST,  _S.NEEDS_INFO,      "case_form_missing"),
    _row(_ALL,  _OPEN,                      _E.FORM_COMPLETE,   _CUST,  _S.SUBMITTED,
         "{kind}_submitted", _F.ASK_STAFF),
    # What was awaited doesn't come: the form, the parcel. There is a way back from it.
    _row(_ALL,  _OPEN,                      _E.EXPIRE,          _CLOCK, _S.EXPIRED,
         "case_expired", _F.CLOSE_TICKET),
    _row(_ALL,  (_S.APPROVED,),             _E.EXPIRE,          _CLOCK, _S.EXPIRED,
         "case_expired", _F.CLOSE_TICKET),
    _row(_ALL,  (_S.IN_TRANSIT,),           _E.EXPIRE,          _CLOCK, _S.EXPIRED,         "", _F.ASK_STAFF),
    _row(_ALL,  (_S.EXPIRED,),              _E.FORM_INCOMPLETE, _CUST,  _S.NEEDS_INFO,
         "case_form_missing", _F.OPEN_TICKET),
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
         "case_declined", _F.CLOSE_TICKET),
    # A refusal can be wrong: staff can still approve.
    _row(_ALL,  (_S.DECLINED, _S.EXPIRED),  _E.APPROVE,         _STAFF, _S.APPROVED,
         "{kind}_approved", _G.PIECES_KNOWN, _F.OPEN_TICKET),
    # The parcel (P11).
    _row(_ALL,  (_S.APPROVED,),             _E.SHIPPED,         _BOTH,  _S.IN_TRANSIT),
    _row(_ALL,  (_S.APPROVED, _S.IN_TRANSIT), _E.RECEIVE,       _STAFF, _S.RECEIVED,
         "case_received", _G.PIECES_KNOWN),
    _row(_ALL,  (_S.EXPIRED,),              _E.RECEIVE,         _STAFF, _S.RECEIVED,
         "case_received", _G.PIECES_KNOWN, _F.OPEN_TICKET),
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
         "case_declined", _F.CLOSE_TICKET),
    # The customer's own piece goes back: the inspection failed, or they changed their mind.
    _row(_ALL,  (*_HERE, _S.INSPECTED_OK),  _E.SEND_BACK,       _STAFF, _S.CLOSED,
         "case_sent_back", _F.CLOSE_TICKET),
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
    # Something else is wanted instead; not while a refund waits for a second person.
    *(_row(_EXC, (each,),                   _E.WANT,            _STAFF, each)
      for each in (*_UNDECIDED, _S.APPROVED, _S.IN_TRANSIT, *_HERE)),
    _row(_EXC_WAR, (_S.EXCHANGE_DUE,),      _E.WANT,            _STAFF, _S.EXCHANGE_DUE),
    # Out of stock, or beyond repair.
    _row(_EXC_WAR, (_S.EXCHANGE_DUE,),      _E.OUT_OF_STOCK,    _STAFF, _S.EXCHANGE_DUE,    "exchange_out_of_stock"),
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
    _row(_ALL,  (_S.REFUND_DUE,),           _E.REFUND_BY,       _STAFF, _S.REFUND_DUE,      "refund_moved"),
    _row(_ALL,  (_S.REFUND_DUE,),           _E.REFUND_PAID,     _STAFF, _S.REFUNDED,
         "refund_settled", _F.SETTLE_REFUND, _F.CLOSE_TICKET),
    # The customer keeps the goods after all; staff type it in, in step with what the customer wrote.
    _row(_ALL,  (*_UNDECIDED, _S.APPROVED, _S.IN_TRANSIT), _E.WITHDRAW, _STAFF, _S.WITHDRAWN,
         "case_withdrawn", _F.CLOSE_TICKET),
    # The end, when nothing more is to be expected.
    _row(_ALL,  (_S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.REFUNDED), _E.CLOSE, _ANY, _S.CLOSED, "", _F.CLOSE_TICKET),
    _row(_EXC_WAR, (_S.REPLACED,),          _E.CLOSE,           _ANY,   _S.CLOSED,          "", _F.CLOSE_TICKET),
    _row(_WAR,  (_S.REPAIRED,),             _E.CLOSE,           _ANY,   _S.CLOSED,          "", _F.CLOSE_TICKET),
)
# fmt: on

# Nothing more happens by itself; some of them a person can still take back.
ENDED = frozenset({_S.DECLINED, _S.REPLACED, _S.REPAIRED, _S.REFUNDED, _S.CLOSED, _S.WITHDRAWN, _S.EXPIRED})
# What staff said of an earlier decision doesn't stand beside these.
REASON_ANEW = frozenset({_E.APPROVE, _E.INSPECT_PASS})
# The customer's turn: the form is out (P3, P9).
AWAITING_FORM = frozenset({_S.REQUESTED, _S.NEEDS_INFO})
# From the approval to the end a case claims its pieces; mere requests don't stand in each other's way.
CLAIMING = frozenset(
    {_S.APPROVED, _S.IN_TRANSIT, _S.RECEIVED, _S.INSPECTED_OK, _S.INSPECTED_FAILED, _S.EXCHANGE_DUE, _S.REPAIR}
)


def rows_for(kind: CaseKind, state: CaseState, event: CaseEvent, by: Actor) -> Iterator[Row]:
    """The rows for an event, in the table's order."""
    for row in TABLE:
        if kind in row.kinds and state in row.states and row.event is event and by in row.by:
            yield row


def possible_events(kind: CaseKind, state: CaseState, by: Actor) -> tuple[CaseEvent, ...]:
    """What `by` may do with a case in `state`, in the table's order, if the guards hold."""
    found = (row.event for row in TABLE if kind in row.kinds and state in row.states and by in row.by)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class NotPossible:
    """The answer when a transition isn't in the table."""

    kind: CaseKind
    state: CaseState  # where the case stands
    event: CaseEvent  # what was asked for
    possible: tuple[CaseEvent, ...]  # what this actor may do now, in the table's order


def in_words(value: StrEnum) -> str:
    """The name of a state or event as people say it."""
    return value.value.replace("_", " ")
