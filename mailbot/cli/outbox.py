"""outbox: list, show, retry."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

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
)
from mailbot.cli.tables import Column
from mailbot.domain.numbers import ticket_number
from mailbot.errors import BadItem
from mailbot.store import outbox

app = typer.Typer(help="Our own mails, and how far they got.", no_args_is_help=True)

OutboxId = Annotated[int, typer.Argument(metavar="ID", help="The id that `outbox list` shows.")]


def _plain(mail: outbox.OutgoingMail) -> dict[str, object]:
    plain = as_plain(mail)
    ticket_id = plain.pop("ticket_id")
    return {"id": plain.pop("outbox_id"), "ticket": ticket_number(ticket_id) if ticket_id else None, **plain}


@app.command("list")
def list_outbox(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[str, typer.Option("--state", help="queued, sending, transmitting, sent, uncertain or dead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Mails, newest first; with --state oldest first."""
    expect_one_of("--state", state, outbox.STATES)
    with store(context):
        found = outbox.in_state(*([state] if state else []), limit=limit)
    if as_json:
        print_json([_plain(mail) for mail in found])
        return
    print_table(
        "Outbox",
        (
            Column(name="id"),
            Column(name="ticket"),
            Column(name="to", least=18),
            Column(name="template", least=12),
            Column(name="state"),
            Column(name="tries", rank=2),
            Column(name="next try", rank=1),
            Column(name="last error", least=14),
        ),
        [
            (
                mail.outbox_id,
                ticket_number(mail.ticket_id) if mail.ticket_id else "",
                mail.recipient,
                mail.template,
                mail.state,
                mail.attempts,
                mail.next_try_at if mail.state == "queued" else "",
                mail.last_error,
            )
            for mail in found
        ],
    )


@app.command("show")
def show(context: typer.Context, outbox_id: OutboxId, as_json: AsJson = False) -> None:
    """The frozen mail itself, as it goes over the wire (RFC 5322); --json: its place in the outbox and the mail."""
    with desk(context) as opened:
        mail = outbox.get(outbox_id)
        if mail is None:
            raise not_found(f"outgoing mail {outbox_id}")
        raw = outbox.raw_bytes(opened.vault, opened.blobs, outbox_id)
    if as_json:
        print_json({**_plain(mail), "raw": raw.decode("ascii", "replace")})
    else:
        sys.stdout.buffer.write(raw)


@app.command("retry")
def retry(context: typer.Context, outbox_id: OutboxId) -> None:
    """Send a dead or uncertain mail again, with the same Message-ID."""
    with store(context):
        mail = outbox.get(outbox_id)
        if mail is None:
            raise not_found(f"outgoing mail {outbox_id}")
        if not outbox.requeue(outbox_id, datetime.now(UTC)):
            raise BadItem(f"outgoing mail {outbox_id} is {mail.state}: only dead or uncertain mails can be sent again")
    out.print(f"outgoing mail {outbox_id} goes out with the next pass", markup=False)
