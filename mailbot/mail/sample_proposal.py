"""A proposal for sample letters to staff: one line with everything, and one with the least."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mailbot.domain.letters import ProposalLine, TermLine
from mailbot.domain.refunds import RefundSum
from mailbot.domain.remarks import Day, Remark
from mailbot.domain.verdicts import Reason

_OWN_TERM = TermLine(
    name="returns within the window",
    law="",
    outcome="eligible",
    until=date(2026, 3, 31),
    until_is_least=False,
    goodwill_until=None,
)
_LAW_TERM = TermLine(
    name="EU right of withdrawal",
    law="Directive 2011/83/EU, articles 9 to 14",
    outcome="unclear",
    until=date(2026, 3, 15),
    until_is_least=True,
    goodwill_until=date(2026, 3, 22),
)
PROPOSAL = (
    ProposalLine(
        item="TP-K17 × 1",
        outcome="eligible",
        term=_OWN_TERM,
        beside=(_LAW_TERM,),
        better_because=(
            Remark(
                "{one} is better for the customer than {other}: {why}",
                one="returns within the window",
                other="EU right of withdrawal",
                why=Remark("it runs until {day}", day=Day(date(2026, 3, 31))),
            ),
        ),
        reasons=(
            Reason(
                text=Remark(
                    "the condition must be {must}: to be seen when it is here",
                    must=Remark("as new"),
                ),
                policy="P7, P8, P11",
                where="returns.yaml:45",
            ),
        ),
        shop_pays_in=False,
        shop_pays_back=True,
        remedies=("repair", "replacement", "refund"),
        refund=RefundSum(
            goods=Decimal("299.00"),
            shipping=Decimal("25.00"),
            restocking=Decimal("15.00"),
            deduction=Decimal(0),
            amount=Decimal("309.00"),
        ),
        refund_refused="",
        currency="CNY",
    ),
    ProposalLine(
        item="TP-F02 × 1",
        outcome="not_eligible",
        term=None,
        beside=(),
        better_because=(),
        reasons=(Reason(text=Remark("order {number} has no {model}", number="TP2026030117", model="TP-F02")),),
        shop_pays_in=True,
        shop_pays_back=False,
        remedies=(),
        refund=None,
        refund_refused=Remark("the items returned cost nothing"),
        currency="CNY",
    ),
)
