"""The table of addresses that our mail didn't reach; see models.py for the rest."""

from __future__ import annotations

from peewee import AutoField, BooleanField, IntegerField, Model, TextField

from mailbot.store.fields import UtcField


class AddressRow(Model):
    """An address that our mail didn't reach."""

    id = AutoField()
    address = TextField(unique=True)  # lower case
    state = TextField(index=True)  # hard or soft
    status = TextField()  # RFC 3463, "" where none was named
    reason = TextField()
    since = UtcField()
    count = IntegerField()
    seen_at = UtcField()
    proven = BooleanField()  # said by a server that must know, not by a bounce that anybody could have written

    class Meta:
        table_name = "address"
