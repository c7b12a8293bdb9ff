"""The return slip that goes with an approval (P5, P10, P11)."""

from __future__ import annotations

from mailbot.domain.cases import CaseKind
from mailbot.domain.facts import CaseFacts
from mailbot.domain.letters import Letter
from mailbot.domain.slip import Slip, SlipPiece
from mailbot.mail.compose import OutgoingFile
from mailbot.mail.slip import write_slip
from mailbot.mail.slip.words import SlipWords

SLIP_LETTERS = frozenset(f"{kind.value}_approved" for kind in CaseKind)


def slip_file(letter: Letter, case: CaseFacts, words: SlipWords) -> OutgoingFile:
    """The slip of an approved case as an attachment of the letter that tells of the approval.

    Raises ConfigError where the brand, the return address or a sentence can't be printed.
    """
    names = {line.model: line.name for line in case.order.lines}
    view = letter.case
    number = view.number if view is not None else ""
    slip = Slip(
        kind=case.kind,
        case_number=number,
        order_number=case.order.number,
        issued_on=letter.today,
        send_by=view.waits_until if view is not None else None,
        customer_name=letter.ticket.customer_name,
        pieces=tuple(
            SlipPiece(model=item.model, name=names.get(item.model, ""), quantity=item.quantity) for item in case.items
        ),
        brand_name=letter.brand.name,
        brand_color=letter.brand.color,
        return_address=letter.brand.return_address,
    )
    return OutgoingFile(filename=f"{number}.pdf", content_type="application/pdf", data=write_slip(slip, words))
