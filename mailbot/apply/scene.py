"""What stands when letters are written: the ticket, its orders and cases, and which of them a letter is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.commands import command_line
from mailbot.domain.effects import Write
from mailbot.domain.facts import CaseFacts
from mailbot.domain.forms import write_items
from mailbot.domain.letters import CaseLine, CommandHelp, StaffNote, TicketOrderLine
from mailbot.domain.message import Attachment
from mailbot.domain.moves import commands_now
from mailbot.domain.numbers import case_number
from mailbot.domain.orders import Order
from mailbot.domain.proof import ProofFile
from mailbot.domain.ticket_orders import TicketOrder
from mailbot.store import complaints, confirmations, orders, ticket_orders, tickets, views


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The ticket as it is after the decision, read once for all of its letters."""

    ticket: views.TicketRow | None
    orders: tuple[TicketOrder, ...]  # the current one first
    cases: tuple[CaseFacts, ...]  # newest first
    kept_from: frozenset[str]  # members (lower case) who get no notice of it
    proofs: tuple[ProofFile, ...]  # all that the customer ever sent in this ticket

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Each content once."""
        return tuple({proof.file.sha256: proof.file for proof in self.proofs}.values())

    def case(self, case_id: int | None) -> CaseFacts | None:
        """The case that effects spoke of, by its id."""
        return next((case for case in self.cases if case.case_id == case_id), None)

    def case_shown(self, order: Order | None) -> CaseFacts | None:
        """The case to show where no effect spoke of one: of the order, open before ended, newest first."""
        some = [case for case in self.cases if order is None or case.order.number == order.number]
        return next((case for case in some if case.is_open), some[0] if some else None)


def read_scene(ticket_id: int | None) -> Scene:
    """The ticket's scene; an empty one without a ticket."""
    if ticket_id is None:
        return Scene(ticket=None, orders=(), cases=(), kept_from=frozenset(), proofs=())
    cases = tickets.cases(ticket_id)
    return Scene(
        ticket=views.row(ticket_id),
        orders=ticket_orders.of_ticket(ticket_id),
        cases=cases,
        kept_from=complaints.kept_from(ticket_id),
        proofs=views.proofs_from_customer(ticket_id) if cases else (),
    )


def staff_note(effect: Write, scene: Scene, case: CaseFacts | None) -> StaffNote:
    """What staff read besides the mail; `case` is the one shown in full."""
    return StaffNote(
        headline=effect.headline,
        wish=effect.wish,
        evidence=effect.evidence,
        remarks=effect.remarks,
        sayings=effect.sayings,
        commands=_commands(scene.cases, case),
        orders=_order_lines(scene),
        cases=tuple(_case_line(each, alone=len(scene.cases) == 1) for each in reversed(scene.cases)),
    )


def _commands(cases: Sequence[CaseFacts], shown: CaseFacts | None) -> tuple[CommandHelp, ...]:
    """What can be done now; with the number of the case where another one could be meant."""
    able = [case for case in reversed(cases) if case.is_open] or ([shown] if shown is not None else [])
    return tuple(
        CommandHelp(line=command_line(event, case_number(case.case_id) if len(cases) > 1 else ""), does=event.value)
        for case in able
        for event in commands_now(case)
    )


def _case_line(case: CaseFacts, *, alone: bool) -> CaseLine:
    number = case_number(case.case_id)
    return CaseLine(
        number=number,
        order_number=case.order.number,
        state=case.state.value,
        items=write_items(case.items),
        commands=tuple(command_line(event, "" if alone else number) for event in commands_now(case)),
    )


def _order_lines(scene: Scene) -> tuple[TicketOrderLine, ...]:
    if scene.ticket is None or not scene.orders:
        return ()
    customer = scene.ticket.customer_email
    numbers = [order.number for order in scene.orders]
    known = orders.by_numbers(numbers)
    granted = confirmations.granted(customer, numbers)
    return tuple(
        TicketOrderLine(
            number=order.number,
            current=order.number == scene.ticket.order_number,
            named_by=order.named_by,
            others=order.number not in granted
            and (order.number not in known or known[order.number].buyer_email != customer),
        )
        for order in scene.orders
    )
