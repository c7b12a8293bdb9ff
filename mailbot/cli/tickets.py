"""tickets and cases: list, show; the files of a ticket."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from mailbot.cli.common import (
    AsJson,
    Limit,
    as_plain,
    desk,
    expect_one_of,
    not_found,
    out,
    print_json,
    print_table,
    store,
    visible,
    write_new,
)
from mailbot.cli.explanation import decision_lines
from mailbot.cli.proposal_tell import proposal_told
from mailbot.cli.tables import Column, ago
from mailbot.domain.cases import CaseState
from mailbot.domain.message import FileFlag
from mailbot.domain.numbers import case_number, row_id, ticket_number
from mailbot.domain.proposals import proposal, with_verdicts
from mailbot.domain.ticket_orders import TicketOrder
from mailbot.store import complaints, history, ticket_orders, tickets, views

tickets_app = typer.Typer(help="Conversations with customers.", no_args_is_help=True)
cases_app = typer.Typer(help="Returns, exchanges and warranty cases.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The number, such as T-100001.")]


def _ticket(row: views.TicketRow) -> dict[str, object]:
    plain = as_plain(row)
    linked, merged = plain.pop("linked_to"), plain.pop("merged_into")
    return {
        "number": ticket_number(plain.pop("ticket_id")),
        **plain,
        "linked_to": ticket_number(linked) if linked else None,
        "merged_into": ticket_number(merged) if merged else None,
    }


def _order(order: TicketOrder, current: str) -> dict[str, object]:
    how = {"how": "named by staff", "by": order.named_by} if order.named_by else {"how": "matched", "by": ""}
    return {"number": order.number, "current": order.number == current, **how, "since": order.since}


def _case(row: history.CaseRow) -> dict[str, object]:
    plain = as_plain(row)
    return {"number": case_number(plain.pop("case_id")), "ticket": ticket_number(plain.pop("ticket_id")), **plain}


def _message(message: history.StoredMessage) -> dict[str, Any]:
    plain = as_plain(message)
    trace = plain.pop("trace")
    return {**plain, "decision": json.loads(trace) if trace else None}


@tickets_app.command("list")
def list_tickets(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[str, typer.Option("--state", help="open or closed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tickets, last touched first."""
    expect_one_of("--state", state, ("open", "closed"))
    with store(context):
        found = views.page(limit, state)
        cases = views.cases_of([ticket.ticket_id for ticket in found])
    if as_json:
        print_json([_ticket(row) for row in found])
        return
    now = datetime.now(UTC)
    print_table(
        "Tickets",
        (
            Column(name="number"),
            Column(name="state"),
            Column(name="customer", least=18),
            Column(name="subject", least=12, cut=True),
            Column(name="order/case", least=12),
            Column(name="age"),
            Column(name="wish", rank=1),
            Column(name="updated", rank=2),
            Column(name="language", rank=3),
        ),
        [
            (
                ticket_number(t.ticket_id),
                t.state,
                t.customer_email,
                t.subject,
                "\n".join(filter(None, (t.order_number, *map(case_number, cases.get(t.ticket_id, ()))))),
                ago(t.updated_at, now),
                t.wish,
                t.updated_at,
                t.language,
            )
            for t in found
        ],
    )


@tickets_app.command("show")
def show_ticket(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """One ticket with its mails and cases."""
    ticket_id = row_id(number) or 0
    with store(context):
        found = views.row(ticket_id)
        if found is None:
            raise not_found(f"ticket {number}")
        messages = history.messages(ticket_id)
        cases = history.cases(ticket_id=ticket_id)
        about = [_order(order, found.order_number) for order in ticket_orders.of_ticket(ticket_id)]
        kept_from = sorted(complaints.kept_from(ticket_id))
        members = sorted(tickets.participants([ticket_id])[ticket_id])
    if as_json:
        print_json(
            {
                **_ticket(found),
                "participants": members,
                "kept_from": kept_from,
                "orders": about,
                "cases": [_case(row) for row in cases],
                "messages": [_message(message) for message in messages],
            }
        )
        return
    print_table(f"Ticket {ticket_number(ticket_id)}", ("", ""), list(_ticket(found).items()))
    if kept_from:
        out.print(Text(f"Kept from {', '.join(kept_from)}: a complaint in it is about them."))
    if about:
        print_table("Orders, the current one first", tuple(about[0]), [tuple(order.values()) for order in about])
    for case in cases:
        print_table(f"Case {case_number(case.case_id)}: {case.state}", ("", ""), list(_case(case).items())[2:-1])
    for message in messages:
        who = "from" if message.direction == "in" else "to"
        other = message.sender if message.direction == "in" else message.recipient
        out.rule(Text(visible(f"{message.at:%Y-%m-%d %H:%M} {who} {other} ({message.origin})")), align="left")
        out.print(Text(visible(message.subject), style="bold"))
        out.print(Text(visible(message.text.strip())))
        for file in message.attachments:
            out.print(Text(f"  attached: {file.filename} ({file.content_type}, {file.size} bytes){_careful(file)}"))
        for warning in message.warnings:
            out.print(Text(visible(f"  when reading it: {warning}")))
        for line in decision_lines(message.trace):
            out.print(Text(visible(f"  {line}"), style="dim"))


def _careful(file: history.StoredAttachment) -> str:
    """What to know before opening a file."""
    flags = [flag.replace("_", " ") for flag in file.flags]
    if FileFlag.TYPE_DIFFERS in file.flags and file.detected_type:
        flags.append(f"really {file.detected_type}")
    return f" – careful: {', '.join(flags)}" if flags else ""


@tickets_app.command("save")
def save(
    context: typer.Context,
    number: Number,
    name: Annotated[str, typer.Argument(help="The file's name as shown; the newest of that name.")],
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the bytes go; must not exist.")],
) -> None:
    """Write a file of a ticket to disk as it came, also one that no notice carried."""
    with desk(context) as opened:
        messages = history.messages(row_id(number) or 0)
        digests = [file.digest for message in messages for file in message.attachments if file.filename == name]
        if not digests:
            raise not_found(f"file {name} in ticket {number}")
        write_new(target, opened.blobs.get(digests[-1]))


@tickets_app.command("unfiled")
def unfiled(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Mails that belong to no ticket, and why: bounces, lists, auto-replies, spam, refused staff mails."""
    with store(context):
        found = history.messages(None, limit)
    if as_json:
        print_json([_message(message) for message in found])
        return
    print_table(
        "Mails without a ticket",
        (
            Column(name="at"),
            Column(name="from", least=16),
            Column(name="reason", least=16),
            Column(name="subject", least=16, cut=True),
        ),
        [(message.at, message.sender, message.reason or message.origin, message.subject) for message in found],
    )


@cases_app.command("list")
def list_cases(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[str, typer.Option("--state", help="For example submitted.")] = "",
    as_json: AsJson = False,
) -> None:
    """Cases, newest first."""
    expect_one_of("--state", state, CaseState)
    with store(context):
        found = history.cases(limit, state=state)
    if as_json:
        print_json([_case(row) for row in found])
        return
    now = datetime.now(UTC)
    print_table(
        "Cases",
        (
            Column(name="number"),
            Column(name="ticket"),
            Column(name="kind", rank=1),
            Column(name="state"),
            Column(name="order", least=12),
            Column(name="items", least=14),
            Column(name="age"),
            Column(name="opened", rank=2),
        ),
        [
            (
                case_number(c.case_id),
                ticket_number(c.ticket_id),
                c.kind,
                c.state,
                c.order_number,
                ", ".join(c.items),
                ago(c.opened_at, now),
                c.opened_at,
            )
            for c in found
        ],
    )


@cases_app.command("show")
def show_case(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="The number, such as R-100001.")],
    as_json: AsJson = False,
) -> None:
    """One case with what the terms say about it, and every decision and who took it."""
    case_id = row_id(number) or 0
    with desk(context) as opened:
        found = history.cases(case_id=case_id)
        case = tickets.load_case(case_id)
        if not found or case is None:
            raise not_found(f"case {number}")
        proposed = proposal(with_verdicts(case, opened.book))
    if as_json:
        print_json({**_case(found[0]), "proposal": [as_plain(line) for line in proposed]})
        return
    print_table(f"Case {number}", ("", ""), [item for item in _case(found[0]).items() if item[0] != "events"])
    if proposed:
        out.rule(Text("What the terms say; staff decide"), align="left")
        for line in proposal_told(proposed):
            out.print(Text(visible(line)))
    print_table(
        "Decisions",
        ("at", "event", "from", "to", "by", "reason"),
        [(e.at, e.event, e.from_state, e.to_state, f"{e.actor} {e.actor_address}", e.reason) for e in found[0].events],
    )
