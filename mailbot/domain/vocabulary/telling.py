"""What staff are told about a mail besides its words."""

from __future__ import annotations

from mailbot.domain.bounces import Severity
from mailbot.domain.facts import Facts, Oversize
from mailbot.domain.proof import proof_remarks
from mailbot.domain.remarks import Remark
from mailbot.domain.vocabulary.asked import files_of_customer, form_case


def oversize_remark(mail: Oversize) -> str:
    """Why only the header of a mail is here."""
    return Remark(
        "the mail has {size} MB, more than {limit} MB (limits.message_bytes): only its header is here, the mail itself "
        "is still in {place}",
        size=f"{mail.size / 1e6:.1f}",
        limit=f"{mail.limit / 1e6:.1f}",
        place=mail.place,
    )


def bounce_remarks(facts: Facts) -> tuple[str, ...]:
    """What staff should know of a bounce."""
    remarks = [
        Remark("could not be delivered to {address}", address=address) for address in facts.mail.failed_recipients
    ]
    if facts.bounce is not None and facts.bounce.money:
        remarks.append(Remark("the mail told the customer of money: reach them in another way"))
    flag = facts.bounce.flag if facts.bounce is not None else None
    if flag is not None and flag.severity is Severity.HARD:
        remarks.append(
            Remark(
                "no automatic mail goes to {address} any more ({status}), until a proven mail comes from there or "
                "somebody runs: mailbot addresses clear {address}",
                address=flag.address,
                status=flag.status or "no status",
            )
        )
    elif flag is not None:
        remarks.append(
            Remark(
                "{address}: a passing failure ({status}); the next mail is sent",
                address=flag.address,
                status=flag.status or "no status",
            )
        )
    return tuple(remarks)


def receipt_remarks(facts: Facts) -> tuple[str, ...]:
    """What attached receipts say that isn't so in the order, and which files prove nothing for the case that waits."""
    case = form_case(facts)
    unfit = proof_remarks(files_of_customer(facts), case.order.number) if case is not None else ()
    return (*(facts.receipts.remarks if facts.receipts is not None else ()), *dict.fromkeys(unfit))


def wish_evidence(facts: Facts) -> tuple[str, ...]:
    """The wishes, each with the words that it was told by."""
    return tuple(
        Remark("wish {name}: {because}", name=wish.name, because=", ".join(wish.because)) for wish in facts.wishes
    )
