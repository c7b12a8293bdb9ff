"""The tables of what came in and where it was read; see models.py for the rest."""

from __future__ import annotations

from peewee import AutoField, BooleanField, ForeignKeyField, IntegerField, Model, TextField

from mailbot.store.fields import UtcField


class Inbox(Model):
    """One mail by its content: the unique digest refuses the second copy (G2)."""

    id = AutoField()
    digest = TextField(unique=True)  # SHA-256 of the raw bytes, also the blob's name
    source = TextField()  # "imap:support/INBOX" or "file"
    size = IntegerField()  # bytes, on the server
    is_header_only = BooleanField(default=False)  # the mail is above limits.message_bytes and stays on the server
    received_at = UtcField()  # INTERNALDATE, or the time of ingest
    state = TextField(index=True)  # pending, done or quarantined
    attempts = IntegerField(default=0)
    error = TextField(default="")  # reason of the last failed attempt
    done_at = UtcField(null=True)
    trace = TextField(default="")  # JSON: evidence, rules hit and missed (G8)
    rules_version = TextField(default="")
    rescued = BooleanField(default=False)  # it lay in a spam folder, and a person moved it out of there

    class Meta:
        table_name = "inbox"


class ServerMail(Model):
    """The ledger of G1: each UID that was ever fetched, and the mail it turned out to be."""

    id = AutoField()
    mailbox = TextField()
    folder = TextField()
    uidvalidity = IntegerField()
    uid = IntegerField()
    inbox = ForeignKeyField(Inbox, column_name="inbox_id")
    inbox_id: int
    settled = BooleanField()  # what the settings ask for on the server is done

    class Meta:
        table_name = "server_mail"
        indexes = ((("mailbox", "folder", "uidvalidity", "uid"), True),)


class Cursor(Model):
    """How far a folder was read (RFC 3501, 2.3.1.1)."""

    id = AutoField()
    mailbox = TextField()
    folder = TextField()
    uidvalidity = IntegerField()
    last_uid = IntegerField()

    class Meta:
        table_name = "cursor"
        indexes = ((("mailbox", "folder", "uidvalidity"), True),)


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
