"""The word that tells staff of a mail, and what they should notice about it."""

from __future__ import annotations

from mailbot.domain.bounces import Severity
from mailbot.domain.complaints import ComplaintFacts
from mailbot.domain.effects import Effect, Reader, Write
from mailbot.domain.facts import Facts, Oversize, TicketFacts
from mailbot.domain.match import Ambiguous, Probable
from mailbot.domain.numbers import ticket_number
from mailbot.domain.remarks import Remark
from mailbot.domain.rules import RuleBook
from mailbot.domain.vocabulary.words import MAIL_WORDS

_HEADLINES = (
    "new_mail",
    "customer_reply",
    "decision_wanted",
    "order_not_confirmed",
    "too_late",
    "suspicious",
    "owner_refuses",
    "encrypted",
    "bounce",
    "too_large",
    "marked_as_spam",
    "machine_mail",
    "answer_to_notice",
    "fraud_report",
    "complaint",
)


@MAIL_WORDS.action("notify staff", _HEADLINES)
def notify(facts: Facts, book: RuleBook, argument: str) -> tuple[Effect, ...]:
    """A notice to every member of the desk, with the mail, the evidence and what can be answered."""
    remarks = [] if facts.bounce else list(facts.thread.refused)
    if facts.oversize is not None:
        remarks.append(oversize_remark(facts.oversize))
    if facts.spam:
        remarks.append(Remark("marked as spam: {mark}", mark=facts.spam))
    if facts.foreign_order is not None and argument == "order_not_confirmed":
        remarks.append(Remark("the order's own address was asked whether this sender may speak for the order"))
    remarks.extend(facts.documents.notes)
    remarks.extend(_bounce_remarks(facts))
    if isinstance(facts.order, Ambiguous):
        named = ", ".join(order.number for order in facts.order.orders)
        remarks.append(Remark("several orders can be meant: {orders}", orders=named))
    if isinstance(facts.order, Probable):
        remarks.append(Remark("order {number} is likely, but not sure", number=facts.order.order.number))
    remarks.extend(facts.order.conflicts)
    if facts.complaint is not None:
        remarks.append(_about_complaint(facts.complaint, facts.ticket))
    return (
        Write(
            template="staff_notice",
            to=Reader.STAFF,
            automatic=False,
            headline=argument,
            wish="" if facts.bounce else facts.main_wish,  # what a bounce quotes is nobody's wish
            remarks=tuple(remarks),
            evidence=(*facts.thread.evidence, *facts.order.evidence, *_wish_evidence(facts)),
            enclose=True,
            with_order=True,
            not_to=facts.not_to,
        ),
    )


def oversize_remark(mail: Oversize) -> str:
    """What staff are told of a mail that is too large to read."""
    return Remark(
        "the mail has {size} MB, more than {limit} MB (limits.message_bytes): only its header is here, the mail itself "
        "is still in {place}",
        size=f"{mail.size / 1e6:.1f}",
        limit=f"{mail.limit / 1e6:.1f}",
        place=mail.place,
    )


def _bounce_remarks(facts: Facts) -> tuple[str, ...]:
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


def _about_complaint(complaint: ComplaintFacts, ticket: TicketFacts | None) -> str:
    if complaint.reaches_them:
        return Remark(
            "nobody is left whom this complaint isn't about, so they got it too: name somebody in staff.complaints_to"
        )
    if ticket is None:
        return Remark("whom this is about doesn't get this notice: please don't forward it to them")
    return Remark(
        "it came in {ticket}; whom it is about doesn't get this notice: please don't forward it to them",
        ticket=ticket_number(ticket.ticket_id),
    )


def _wish_evidence(facts: Facts) -> tuple[str, ...]:
    return tuple(
        Remark("wish {name}: {because}", name=wish.name, because=", ".join(wish.because)) for wish in facts.wishes
    )
