"""An example for each rule about mails that name several orders: their facts, and what follows."""

from __future__ import annotations

from dataclasses import replace

from mailbot.domain.facts import Facts
from mailbot.domain.match import Ambiguous
from mailbot.domain.wishes import Wish
from tests.domain.examples import RETURN_WISH, exact, facts, order, refund, ticket
from tests.domain.routing_situations import IN_TICKET, UNDER_WARRANTY, WARRANTY, WHERE_IS_IT, WHERE_IS_MY_REFUND

OTHER = "TP2026030118"
NAMED = Ambiguous(
    orders=(order(), order(number=OTHER)),
    evidence=("two",),
    named={"TP2026030117": ("TP2026030117",), OTHER: (OTHER,)},
)
GOES_BACK = facts(order=exact(), wishes=(RETURN_WISH,), is_one_of_several=True)
ON_ITS_WAY = facts(order=exact(number=OTHER, shipping_status="shipped"), wishes=(WHERE_IS_IT,), is_one_of_several=True)

TO_EXCHANGE = replace(ON_ITS_WAY, order=exact(number=OTHER), wishes=(Wish(name="exchange", score=4, because=()),))
BROKEN = replace(GOES_BACK, wishes=(Wish(name="warranty", score=4, because=()),))


def several(*each: Facts, **changes: object) -> Facts:
    return facts(order=NAMED, each_order=each, wishes=(RETURN_WISH, WHERE_IS_IT), **changes)


TIED = ["OpenTicket", "FileMail", "TieOrder", "TieOrder"]
FORM = ["OpenCase", "FillForm", "return_form > customer"]

SEVERAL_EXAMPLES: dict[tuple[str, str], tuple[Facts, list[str]]] = {
    ("customer", "several orders, and a person has to read what is wanted of which"): (
        several(),
        [*TIED, "acknowledgement > customer", "staff_notice > staff"],
    ),
    ("one of several orders", "this one goes back, within the return window"): (
        several(ON_ITS_WAY, GOES_BACK),
        [*TIED, "order_status > customer", *FORM],
    ),
    ("one of several orders", "this one is to be exchanged, within the window"): (
        several(GOES_BACK, TO_EXCHANGE),
        [*TIED, *FORM, "OpenCase", "FillForm", "exchange_form > customer"],
    ),
    ("one of several orders", "this one is broken"): (
        several(TO_EXCHANGE, BROKEN),
        [*TIED, "OpenCase", "FillForm", "exchange_form > customer", "OpenCase", "FillForm", "warranty_form > customer"],
    ),
    ("one of several orders", "where this parcel is"): (
        several(
            replace(ON_ITS_WAY, order=exact(shipping_status="shipped")),
            ON_ITS_WAY,
            ticket=ticket(is_open=False),
            thread=IN_TICKET,
        ),
        ["UseTicket", "FileMail", "TieOrder", "TieOrder", "ReopenTicket", "order_status > customer",
         "order_status > customer", "CloseTicket"],
    ),
    ("one of several orders", "where this refund is"): (
        several(GOES_BACK, replace(ON_ITS_WAY, wishes=(WHERE_IS_MY_REFUND,), refund=refund(settled=True)),
                ticket=ticket(), thread=IN_TICKET),
        ["UseTicket", "FileMail", "TieOrder", "TieOrder", *FORM, "refund_status > customer"],
    ),
    ("one of several orders", "whether this one is still under warranty"): (
        several(GOES_BACK, replace(ON_ITS_WAY, wishes=(UNDER_WARRANTY,), warranty=WARRANTY)),
        [*TIED, *FORM, "warranty_status > customer"],
    ),
    ("one of several orders", "anything else about this one"): (
        several(
            replace(GOES_BACK, order=exact(delivered_on=order().purchased_on)),
            replace(ON_ITS_WAY, wishes=(WHERE_IS_MY_REFUND,)),
        ),
        [*TIED, *FORM, "acknowledgement > customer", "staff_notice > staff"],
    ),
}  # fmt: skip

SEVERAL_ON_THE_WAY = {
    ("customer", "several orders, each with a wish of its own"),
    ("customer", "several orders, each with a wish of its own, in a ticket"),
    ("customer", "several orders, each with a wish of its own, in a closed ticket"),
}
