"""The table of what attached files say; see models.py for the rest."""

from __future__ import annotations

from peewee import BlobField, CompositeKey, Model, TextField


class FileReadingRow(Model):
    """What was read from an attached file, by which engine."""

    file_digest = TextField()  # SHA-256 of the file, as in `attachment`
    engine = TextField()  # libraries, their versions and the bounds
    sealed = BlobField()

    class Meta:
        table_name = "file_reading"
        primary_key = CompositeKey("file_digest", "engine")
