"""quarantine: list, show, retry, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.common import AsJson, as_plain, desk, not_found, out, print_json, print_table, store, write_new
from mailbot.cli.tables import Column
from mailbot.errors import BadItem
from mailbot.store import inbox

app = typer.Typer(help="Mails that could not be processed; their bytes are safe.", no_args_is_help=True)

InboxId = Annotated[int, typer.Argument(metavar="ID", help="The id that `quarantine list` shows.")]


def _plain(item: inbox.InboxItem) -> dict[str, object]:
    plain = as_plain(item)
    plain.pop("trace")
    return {"id": plain.pop("inbox_id"), **plain}


@app.command("list")
def list_quarantine(context: typer.Context, as_json: AsJson = False) -> None:
    """What is put aside, and why."""
    with store(context):
        found = inbox.quarantined()
    if as_json:
        print_json([_plain(item) for item in found])
        return
    print_table(
        "Quarantine",
        (
            Column(name="id"),
            Column(name="from", least=14),
            Column(name="bytes", rank=2),
            Column(name="arrived", rank=1),
            Column(name="tries"),
            Column(name="reason", least=24),
        ),
        [(i.inbox_id, i.source, i.size, i.received_at, i.attempts, i.error) for i in found],
    )


def _get(inbox_id: int) -> inbox.InboxItem:
    item = inbox.get(inbox_id)
    if item is None or item.state != "quarantined":
        raise not_found(f"quarantined mail {inbox_id}")
    return item


@app.command("show")
def show(context: typer.Context, inbox_id: InboxId, as_json: AsJson = False) -> None:
    """One mail with its whole reason."""
    with store(context):
        item = _get(inbox_id)
    if as_json:
        print_json(_plain(item))
    else:
        print_table(f"Mail {inbox_id}", ("", ""), list(_plain(item).items()))


@app.command("export")
def export(
    context: typer.Context,
    inbox_id: InboxId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the bytes go; must not exist.")],
) -> None:
    """Write the mail's bytes to a file, as they came."""
    with desk(context) as opened:
        raw = opened.blobs.get(_get(inbox_id).digest)
    write_new(file, raw)


@app.command("retry")
def retry(context: typer.Context, inbox_id: InboxId) -> None:
    """Let the next pass try the mail again."""
    with store(context):
        item = _get(inbox_id)
        if item.is_header_only:
            raise BadItem(f"mail {inbox_id} is not stored whole: {item.error}")
        inbox.retry(inbox_id)
    out.print(f"mail {inbox_id} is tried again with the next pass", markup=False)
