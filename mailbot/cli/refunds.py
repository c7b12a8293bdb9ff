"""refunds: list, show; to finance and back: export, exports, settle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from mailbot.cli.common import (
    AsJson,
    Limit,
    as_plain,
    desk,
    err,
    expect_one_of,
    not_found,
    out,
    print_json,
    print_table,
    store,
    write_new_durably,
)
from mailbot.cli.tables import Column
from mailbot.domain.instructions import InstructionState
from mailbot.domain.numbers import case_number, export_number, instruction_number, refund_number, row_id, ticket_number
from mailbot.errors import ConfigError
from mailbot.refunding import Export, SettleResult, file_name
from mailbot.store import instructions, refund_records, views

app = typer.Typer(help="Money owed to customers, and its way through finance.", no_args_is_help=True)


@app.command("list")
def list_refunds(
    context: typer.Context,
    limit: Limit = 50,
    state: Annotated[
        str,
        typer.Option("--state", help="open (in no export yet), exported (finance has it) or settled (paid)."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Refunds, newest first."""
    expect_one_of("--state", state, InstructionState)
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
        ),
        [
            (
                refund_number(r.refund_id),
                case_number(r.case_id),
                r.order_number,
                f"{r.amount} {r.currency}",
                r.payment_method,
                r.instruction,
                _due(r),
            )
            for r in found
        ],
    )


@app.command("show")
def show_refund(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="The number, such as RF-100001.")],
    as_json: AsJson = False,
) -> None:
    """One refund: its parts, who decided, what finance was told, the notice to the customer, the payment."""
    with store(context):
        found = refund_records.record(row_id(number) or 0)
    if found is None or refund_number(found.refund.refund_id) != number.strip().upper():
        raise not_found(f"refund {number}")
    if as_json:
        print_json(_record(found))
        return
    refund, parts = found.refund, found.refund.parts
    money = refund.currency
    print_table(
        f"Refund {refund_number(refund.refund_id)}: {refund.instruction}",
        ("", ""),
        [
            ("amount", f"{refund.amount} {money}"),
            ("goods", f"{parts.goods} {money}"),
            ("+ shipping", f"{parts.shipping} {money}"),
            ("- restocking", f"{parts.restocking} {money}"),
            ("- deduction", f"{parts.deduction} {money}"),
            *([("deducted for", refund.deduction_reason)] if refund.deduction_reason else []),
            ("method", refund.payment_method),
            ("order", refund.order_number),
            ("case", case_number(refund.case_id)),
            ("ticket", ticket_number(found.ticket_id)),
        ],
    )
    decided = [("decided at", found.decided_at), ("by", refund.decided_by)]
    if found.wanted_by:
        decided = [("wanted by", found.wanted_by), ("agreed at", found.decided_at), ("by", refund.decided_by)]
    print_table("Decision", ("", ""), decided)
    told = [("reference", instruction_number(found.instruction_id)), ("due", _due(refund))]
    if found.export_id is not None:
        told.append(("export", export_number(found.export_id)))
    print_table("Instruction to finance", ("", ""), told)
    print_table(
        "Notice to the customer",
        ("outbox", "state", "sent"),
        [(notice.outbox_id, notice.state, notice.sent_at) for notice in found.notices],
    )
    if found.settled_on is not None:
        paid = [("paid on", found.settled_on), ("noted by", found.settled_by), ("from", found.settled_from)]
        print_table("Settlement", ("", ""), [row for row in paid if row[1]])


@app.command("export")
def export(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="Where the file goes; must not exist (default: X-NUMBER.csv)."),
    ] = None,
    mail: Annotated[
        bool | None,
        typer.Option("--mail/--no-mail", help="Mail it to refunds.export_to (default: where that is set)."),
    ] = None,
    again: Annotated[
        str, typer.Option("--again", metavar="X-NUMBER", help="Write the file of an earlier export once more.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What finance has to pay and wasn't told before, as a CSV file; nothing is ever in two exports."""
    _expect_room(to)
    if again and mail:
        raise ConfigError("--again writes a file only; `mailbot outbox retry` sends a mail again")
    with desk(context) as opened:
        if again:
            written = opened.refunds.again(row_id(again) or 0)
            if written is None or export_number(written.row.export_id) != again.strip().upper():
                raise not_found(f"export {again}")
        else:
            wanted = bool(opened.settings.refunds.export_to) if mail is None else mail
            written = opened.refunds.export(mail=wanted)
        file = _write(written, to) if written is not None else None
    if as_json:
        print_json({"export": _export(written.row) if written else None, "file": str(file) if file else None})
    elif written is None:
        out.print("nothing to export: finance was told of every refund", markup=False)
    else:
        row = written.row
        sums = ", ".join(f"{total.amount} {total.currency}" for total in row.totals)
        out.print(
            f"{export_number(row.export_id)}: {row.instructions} refunds, {sums}, written to {file}", markup=False
        )
        if row.sent_to and not again:
            out.print(f"goes to {row.sent_to} with the next pass", markup=False)


def _expect_room(to: Path | None) -> None:
    """Look before anything is claimed."""
    if to is not None and (to.exists() or to.is_symlink()):
        raise ConfigError(f"{to}: there already; nothing is overwritten")
    folder = (to or Path("x")).absolute().parent
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder")


def _write(written: Export, to: Path | None) -> Path:
    file = to or Path(file_name(written))
    number = export_number(written.row.export_id)
    try:
        write_new_durably(file, written.sheet)
    except ConfigError as error:
        raise ConfigError(f"{error}; write it with: mailbot refunds export --again {number} --out FILE.csv") from None
    return file


@app.command("exports")
def list_exports(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """What went to finance, newest first."""
    with store(context):
        found = instructions.exports(limit)
    if as_json:
        print_json([_export(row) for row in found])
        return
    print_table(
        "Exports",
        (
            Column(name="number"),
            Column(name="at", least=10),
            Column(name="refunds"),
            Column(name="unpaid"),
            Column(name="total", least=12),
            Column(name="mailed to", least=12, rank=1),
        ),
        [
            (
                export_number(row.export_id),
                row.exported_at,
                row.instructions,
                row.open,
                [f"{total.amount} {total.currency}" for total in row.totals],
                row.sent_to,
            )
            for row in found
        ],
    )


@app.command("settle")
def settle(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The export with paid_on filled in, or a like one.")],
    by: Annotated[
        str, typer.Option("--by", help="Who answers for it: an address of staff (default: refunds.export_to).")
    ] = "",
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Where rejected rows go (default: FILE.csv.rejects.csv).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Book what finance paid, like #refunded: the customers are told and the cases closed. Twice changes nothing."""
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    with (
        desk(context) as opened,
        Progress(
            BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=err, disable=not err.is_terminal
        ) as progress,
    ):
        payer = opened.refunds.payer(by)
        task = progress.add_task("payments", total=file.stat().st_size)
        done = opened.refunds.settle(
            file, target, by=payer, on_bytes=lambda position: progress.update(task, completed=position)
        )
    _tell(done, target, as_json)
    if done.rejected:
        raise typer.Exit(1)


def _tell(done: SettleResult, target: Path, as_json: bool) -> None:
    if as_json:
        counts = {"settled": done.settled, "settled_before": done.before, "unpaid": done.unpaid}
        rejects = {"rejected": done.rejected, "rejects_file": str(target) if done.rejected else None}
        print_json({**counts, **rejects})
        return
    out.print(
        f"{done.settled} refunds settled, {done.before} settled before, {done.unpaid} not paid yet, "
        f"{done.rejected} rows rejected",
        markup=False,
    )
    for line in (*done.skipped, *done.reasons):
        out.print(f"  {line}", markup=False)
    if done.rejected:
        out.print(f"all rejected rows with reasons: {target}", markup=False)


def _due(row: views.RefundRow) -> str:
    return f"{row.due_on}{' (provisional)' if row.due_is_provisional else ''}"


def _plain(row: views.RefundRow) -> dict[str, object]:
    plain = as_plain(row)
    plain["state"] = plain.pop("instruction")
    return {
        "number": refund_number(plain.pop("refund_id")),
        "case": case_number(plain.pop("case_id")),
        **plain,
    }


def _export(row: instructions.ExportRow) -> dict[str, object]:
    plain = as_plain(row)
    plain.pop("digest")
    return {"number": export_number(plain.pop("export_id")), **plain}


def _record(found: refund_records.RefundRecord) -> dict[str, object]:
    return {
        **_plain(found.refund),
        "ticket": ticket_number(found.ticket_id),
        "wanted_by": found.wanted_by,
        "instruction": {
            "reference": instruction_number(found.instruction_id),
            "state": found.refund.instruction,
            "export": export_number(found.export_id) if found.export_id is not None else None,
        },
        "notices": [as_plain(notice) for notice in found.notices],
        "settled_by": found.settled_by,
        "settled_from": found.settled_from,
    }
