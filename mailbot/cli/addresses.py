"""addresses: list, clear."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.common import (
    AsJson,
    Limit,
    as_plain,
    expect_one_of,
    not_found,
    out,
    print_json,
    print_table,
    store,
)
from mailbot.cli.tables import Column
from mailbot.domain.bounces import AddressState
from mailbot.store import addresses, outbox
from mailbot.store.database import transaction

app = typer.Typer(help="Addresses that our mail didn't reach.", no_args_is_help=True)


def _plain(state: AddressState) -> dict[str, object]:
    plain = as_plain(state)
    return {"address": plain.pop("address"), "state": plain.pop("severity").value, **plain}


@app.command("list")
def list_addresses(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[str, typer.Option("--state", help="hard or soft.")] = "",
    as_json: AsJson = False,
) -> None:
    """Addresses whose mail bounced, the newest bounce first; no automatic mail goes to a hard one."""
    expect_one_of("--state", state, ("hard", "soft"))
    with store(context):
        found = addresses.page(limit, state)
    if as_json:
        print_json([_plain(row) for row in found])
        return
    print_table(
        "Addresses that our mail didn't reach",
        (
            Column(name="address", least=18),
            Column(name="state"),
            Column(name="status"),
            Column(name="since", rank=1),
            Column(name="bounces", rank=2),
            Column(name="reason", least=20),
        ),
        [(a.address, a.severity.value, a.status, a.since, a.count, a.reason) for a in found],
    )


@app.command("clear")
def clear(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address that `addresses list` shows.")],
) -> None:
    """Write to an address again; mail that was held back meanwhile can be sent with `outbox retry`."""
    with store(context), transaction():
        if not addresses.clear(address.strip()):
            raise not_found(f"flagged address {address}")
        held = outbox.held_for(address.strip())
    out.print(f"mail goes to {address} again", markup=False)
    for mail in held:
        out.print(f"held back: {mail.template}; mailbot outbox retry {mail.outbox_id}", markup=False)
