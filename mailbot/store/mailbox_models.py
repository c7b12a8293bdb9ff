"""The table of accounts and folders that can't be read at present."""

from __future__ import annotations

from peewee import AutoField, BooleanField, IntegerField, Model, TextField

from mailbot.store.fields import UtcField


class MailboxTrouble(Model):
    """An account or a folder that can't be read at present; gone with the first success."""

    id = AutoField()
    mailbox = TextField()
    folder = TextField()  # "" for the account as a whole
    since = UtcField()
    failures = IntegerField()  # in a row
    next_try_at = UtcField()
    is_refusal = BooleanField()  # settings must be corrected
    tried_with = TextField()  # keyed digest of the settings: others are tried at once
    reason = TextField()

    class Meta:
        table_name = "mailbox_trouble"
        indexes = ((("mailbox", "folder"), True),)
