"""An export to finance as the letter that carries it shows it."""

from __future__ import annotations

from mailbot.domain.letters import ExportView
from mailbot.domain.numbers import export_number
from mailbot.mail.compose import OutgoingFile
from mailbot.store.blobs import Blobs
from mailbot.store.instructions import ExportRow


def export_view(row: ExportRow) -> ExportView:
    """What the letter says of it."""
    return ExportView(
        number=export_number(row.export_id),
        instructions=row.instructions,
        totals=row.totals,
        first_due_on=row.first_due_on,
    )


def export_file(row: ExportRow, blobs: Blobs) -> OutgoingFile:
    """The file, byte for byte as it was exported."""
    return OutgoingFile(
        filename=f"{export_number(row.export_id)}.csv", content_type="text/csv", data=blobs.get(row.digest)
    )
