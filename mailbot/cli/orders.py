"""orders: import, list, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from mailbot.cli.common import (
    AsJson,
    Limit,
    as_plain,
    err,
    not_found,
    out,
    print_json,
    print_table,
    settings_file,
    store,
)
from mailbot.cli.tables import Column
from mailbot.domain.orders import Order
from mailbot.settings import load_settings
from mailbot.settings.patterns import number_fits
from mailbot.store import order_import, orders
from mailbot.wiring import open_store

app = typer.Typer(help="The orders that mails are matched to.", no_args_is_help=True)


@app.command("import")
def import_orders(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx or .jsonl file.")],
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Where rejected rows go (default: FILE.rejects.csv).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Insert or replace orders; rows that can't be used go to a rejects file with the reason."""
    settings = load_settings(settings_file(context))
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    with (
        open_store(settings),
        Progress(
            BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=err, disable=not err.is_terminal
        ) as progress,
    ):
        task = progress.add_task("orders", total=file.stat().st_size if file.exists() else None)
        done = order_import.import_orders(
            file,
            target,
            on_bytes=lambda position: progress.update(task, completed=position),
            fits=number_fits(settings.orders.number_pattern),
        )
    if as_json:
        print_json(
            {
                "imported": done.imported,
                "rejected": done.rejected,
                "misfits": done.misfits,
                "rejects_file": str(target) if done.rejected else None,
            }
        )
    else:
        out.print(f"{done.imported} orders imported, {done.rejected} rows rejected", markup=False)
        for reason in done.reasons:
            out.print(f"  {reason}", markup=False)
        if done.misfits > 1:
            out.print(
                f"  {done.misfits} of these rows have an order number that orders.number_pattern "
                f"({settings_file(context)}) doesn't find; the first is shown above",
                markup=False,
            )
        if done.rejected:
            out.print(f"all rejected rows with reasons: {target}", markup=False)
    if done.rejected:
        raise typer.Exit(1)


@app.command("list")
def list_orders(
    context: typer.Context,
    limit: Limit = 50,
    buyer: Annotated[str, typer.Option("--buyer", help="Only orders of this address.")] = "",
    as_json: AsJson = False,
) -> None:
    """Orders, newest purchase first."""
    with store(context):
        found = orders.page(limit, buyer_email=buyer)
    if as_json:
        print_json([_plain(order) for order in found])
        return
    print_table(
        "Orders",
        (
            Column(name="number", least=12),
            Column(name="buyer", least=18),
            Column(name="purchased"),
            Column(name="paid"),
            Column(name="items", least=10),
        ),
        [
            (
                o.number,
                o.buyer_email,
                o.purchased_on,
                f"{o.paid} {o.currency}",
                ", ".join(line.model for line in o.lines),
            )
            for o in found
        ],
    )


@app.command("show")
def show_order(
    context: typer.Context, number: Annotated[str, typer.Argument(help="The order number.")], as_json: AsJson = False
) -> None:
    """One order."""
    with store(context):
        order = orders.get(number.strip().upper())
    if order is None:
        raise not_found(f"order {number}")
    if as_json:
        print_json(_plain(order))
        return
    print_table(f"Order {order.number}", ("", ""), [(k, v) for k, v in as_plain(order).items() if k != "lines"])
    print_table(
        "Lines",
        ("model", "name", "quantity", "unit price", "serials"),
        [(line.model, line.name, line.quantity, line.unit_price, " ".join(line.serials)) for line in order.lines],
    )


def _plain(order: Order) -> dict[str, object]:
    return {**as_plain(order), "paid": str(order.paid)}
