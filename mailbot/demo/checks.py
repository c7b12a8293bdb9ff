"""What must be true when the story ends: counted in the database and in the mails that were really sent."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from mailbot.demo.people import Person, body_text, header
from mailbot.demo.scenes import (
    ADA_ORDER,
    BRUNO,
    BRUNO_ORDER,
    CHEN,
    CLARA,
    CLARA_ORDER,
    DAEMON,
    GRETA,
    HE,
    KAETHE,
    LI_NA,
    LIN,
    LIN_ORDER,
    NEWSLETTER,
    STRANGER,
    SUPPORT,
)
from mailbot.demo.stage import Stage
from mailbot.domain.numbers import case_number
from mailbot.evidence.calendars import work_calendar
from mailbot.store import history, inbox, orders, outbox, views

# Case by order at the end of the story.
_CASES = {
    LIN_ORDER.order_number: "refunded",
    BRUNO_ORDER.order_number: "refunded",
    CLARA_ORDER.order_number: "declined",
}
# Mails to each person.
_MAILS = {LIN: 6, BRUNO: 6, CLARA: 4, STRANGER: 1, GRETA: 1, CHEN: 2, KAETHE: 1, HE: 1, DAEMON: 0, NEWSLETTER: 0}


class _Findings:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def expect(self, what: str, expected: object, found: object) -> None:
        if expected != found:
            self.lines.append(f"{what}: expected {expected}, found {found}")


def verify(stage: Stage, order_count: int) -> tuple[list[tuple[str, str]], list[str]]:
    """The figures of the story, and a line for everything that isn't as expected."""
    findings = _Findings()
    findings.lines.extend(stage.troubles)
    with stage.desk.database.connection_context():
        findings.expect("orders", orders.count(), order_count)
        incidents = [row.kind for row in history.incidents_since(stage.begun)]
        findings.expect("incidents", ["forged_sender"], incidents)
        figures = [
            ("Mails in", _mails_in(stage, findings)),
            ("Mails out", _mails_out(stage, findings)),
            ("Tickets", _tickets(findings)),
            ("Returns", _cases(findings)),
            ("Refunds", _refunds(stage, findings)),
            ("Quarantined", str(inbox.counts()["quarantined"])),
            ("Incidents", ", ".join(incidents) or "none"),
        ]
        unfiled = sorted(message.origin for message in history.messages(None))
        findings.expect("mails outside every ticket", ["human", "list"], unfiled)
    _secrets(stage, findings)
    return figures, findings.lines


def _mails_in(stage: Stage, findings: _Findings) -> str:
    counts = inbox.counts()
    findings.expect("mails processed", {"pending": 0, "done": len(stage.arrivals), "quarantined": 0}, counts)
    return f"{counts['done']}, each handled once"


def _mails_out(stage: Stage, findings: _Findings) -> str:
    counts = outbox.counts()
    unsent = {state: number for state, number in counts.items() if number and state != "sent"}
    findings.expect("mails not sent", {}, unsent)
    findings.expect("mails that the relay took", counts["sent"], len(stage.sent))
    ids = Counter(header(mail.raw, "Message-ID") for mail in stage.sent)
    findings.expect("mails sent twice", [], [name for name, times in ids.items() if times > 1])
    for person, expected in _MAILS.items():
        findings.expect(f"mails to {person.name}", expected, stage.count(person))
    for mail in stage.sent:
        findings.expect("sender of our mails", SUPPORT, _address(header(mail.raw, "From")))
    staff = stage.count(LI_NA)
    return f"{len(stage.sent)}: {len(stage.sent) - staff} to customers, {staff} to staff, none to a machine"


def _tickets(findings: _Findings) -> str:
    states = Counter(ticket.state for ticket in views.page(1000))
    findings.expect("tickets", {"closed": 3, "open": 8}, dict(sorted(states.items())))
    return f"{states.total()}: {states['open']} open, {states['closed']} closed"


def _cases(findings: _Findings) -> str:
    cases = history.cases()
    findings.expect("returns", _CASES, {case.order_number: case.state for case in reversed(cases)})
    return ", ".join(f"{case_number(case.case_id)} {case.state}" for case in reversed(cases))


def _refunds(stage: Stage, findings: _Findings) -> str:
    settings = stage.desk.settings
    refunds = views.refunds(1000)
    findings.expect("refunds", 2, len(refunds))
    for refund in refunds:
        order = orders.get(refund.order_number)
        # Both customers send back one kettle; Lin keeps the filter of the same order.
        price = next((line.unit_price for line in order.lines if line.model == "TP-K17"), None) if order else None
        what = f"refund for {refund.order_number}"
        findings.expect(f"{what}, amount", price, refund.amount)
        findings.expect(f"{what}, method", order.payment_method if order else None, refund.payment_method)
        findings.expect(f"{what}, state", "settled", refund.state)
        findings.expect(f"{what}, decided by", LI_NA.address, refund.decided_by)
        booked = refund.booked_at.astimezone(ZoneInfo(settings.timezone)).date()
        span = [booked + timedelta(days=number) for number in range(1, (refund.due_on - booked).days + 1)]
        calendar = work_calendar(settings.calendar, (booked.year, refund.due_on.year))
        worked = sum(calendar.is_working_day(day) for day in span)
        findings.expect(f"{what}, working days until the promise", stage.desk.book.returns.refund_days_max, worked)
    return ", ".join(f"{r.amount} {r.currency} to {r.payment_method}" for r in reversed(refunds))


def _secrets(stage: Stage, findings: _Findings) -> None:
    """Nobody learns anything of somebody else's order (G5, P17)."""
    order = ADA_ORDER
    told = ("Quillfeather", order.email, order.model, order.serial, order.paid_with, order.order_number)
    for mail in _mails_to(stage, STRANGER):
        text = body_text(mail) + header(mail, "Subject") + header(mail, "To")
        findings.expect("order data in the answer to a stranger", [], [word for word in told if word in text])
    for person in (LIN, BRUNO, CLARA, STRANGER, GRETA, CHEN, KAETHE, HE):
        for mail in _mails_to(stage, person):
            findings.expect(f"staff's address in a mail to {person.name}", False, LI_NA.address in body_text(mail))


def _mails_to(stage: Stage, person: Person) -> list[bytes]:
    return [mail.raw for mail in stage.sent if person.address in mail.recipients]


def _address(value: str) -> str:
    return value.rpartition("<")[2].rstrip(">")
