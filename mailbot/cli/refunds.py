"""refunds: list."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.common import AsJson, Limit, as_plain, expect_one_of, print_json, print_table, store
from mailbot.cli.tables import Column
from mailbot.domain.numbers import case_number, refund_number
from mailbot.store import views

app = typer.Typer(help="Money owed to customers.", no_args_is_help=True)


@app.command("list")
def list_refunds(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[str, typer.Option("--state", help="booked or settled.")] = "",
    as_json: AsJson = False,
) -> None:
    """Refunds, newest first."""
    expect_one_of("--state", state, ("booked", "settled"))
    with store(context):
        found = views.refunds(limit, state)
    if as_json:
        print_json([_plain(row) for row in found])
        return
    print_table(
        "Refunds",
        (
            Column(name="number"),
            Column(name="case"),
            Column(name="order", least=12),
            Column(name="amount"),
            Column(name="method", least=8, rank=2),
            Column(name="state"),
            Column(name="due", least=13),
            Column(name="settled", rank=1),
        ),
        [
            (
                refund_number(r.refund_id),
                case_number(r.case_id),
                r.order_number,
                f"{r.amount} {r.currency}",
                r.payment_method,
                r.state,
                f"{r.due_on}{' (provisional)' if r.due_is_provisional else ''}",
                r.settled_on,
            )
            for r in found
        ],
    )


def _plain(row: views.RefundRow) -> dict[str, object]:
    plain = as_plain(row)
    return {"number": refund_number(plain.pop("refund_id")), "case": case_number(plain.pop("case_id")), **plain}
