"""The tables. What they look like in the database is written in migrations/; a test compares the two."""

from __future__ import annotations

from decimal import Decimal

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from mailbot.store.address_models import AddressRow
from mailbot.store.due_models import DueMark, Reminder
from mailbot.store.fields import AmountField, UtcField
from mailbot.store.inbox_models import Cursor, Inbox, MailboxTrouble, ServerMail
from mailbot.store.order_models import OrderLineRow, OrderRow, OrderSerial
from mailbot.store.reading_models import FileReadingRow


class Ticket(Model):
    """A conversation with a customer."""

    id = AutoField()
    state = TextField(index=True)  # open or closed
    subject = TextField()
    language = TextField()
    customer_name = TextField()
    customer_email = TextField(index=True)  # lower case; "" where nobody can be answered
    wish = TextField()
    asked_orders = TextField(default="")  # numbers parted by spaces, from our last question which order it is
    order_number = TextField(default="")  # the current one of ticket_order
    linked_to = IntegerField(null=True)  # ticket id
    merged_into = IntegerField(null=True)  # ticket id; what comes for this ticket goes there
    closed_at = UtcField(null=True)  # while closed
    opened_at = UtcField()
    updated_at = UtcField()

    class Meta:
        table_name = "ticket"


class TicketOrderRow(Model):
    """An order that a ticket is about."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    order_number = TextField()
    named_by = TextField()  # name of the staff member, "" where a mail was matched
    since = UtcField()

    class Meta:
        table_name = "ticket_order"
        indexes = ((("ticket", "order_number"), True),)


class CorrectionRow(Model):
    """What staff said of a sender's mails where the match was wrong."""

    id = AutoField()
    email = TextField()  # lower case
    order_number = TextField()
    written = TextField()  # order numbers that the mail quoted, separated by one space
    said_by = TextField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    said_at = UtcField()

    class Meta:
        table_name = "correction"
        indexes = ((("email", "id"), False),)


class Participant(Model):
    """An address that may write into a ticket."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    email = TextField()  # lower case
    role = TextField()  # customer or copy

    class Meta:
        table_name = "participant"
        indexes = ((("ticket", "email"), True),)


class KeptFrom(Model):
    """A member of the desk who gets no notice of a ticket (P23)."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    email = TextField()  # lower case

    class Meta:
        table_name = "kept_from"
        indexes = ((("ticket", "email"), True),)


class LearnedId(Model):
    """A Message-ID that stands for a ticket although no stored mail bears it."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    message_id = TextField()

    class Meta:
        table_name = "learned_id"
        indexes = ((("message_id", "ticket"), True),)


class ConfirmationRow(Model):
    """A request to the owner of an order (G5)."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    order_number = TextField(index=True)
    asked_for = TextField(index=True)  # lower case
    asked_at = UtcField()
    expires_at = UtcField()
    granted_at = UtcField(null=True)

    class Meta:
        table_name = "confirmation"


class Outbox(Model):
    """A mail of ours, frozen when it was decided (G2, G10)."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id", null=True)
    ticket_id: int | None
    case_id = IntegerField(null=True)  # the case in hand where it was written
    template = TextField()
    reader = TextField()  # customer or staff
    recipient = TextField()  # envelope recipient
    message_id = TextField(unique=True)
    automatic = BooleanField()
    verified = BooleanField(default=False)  # the mail that it answers came from who it says
    subject_key = TextField(default="")  # digest of sender and subject of the mail that it answers, "" if none
    sender_key = TextField(default="")  # notices to staff: digest of the sender of the mail that it is about
    state = TextField(index=True)  # queued, sending, transmitting, sent, uncertain or dead
    attempts = IntegerField(default=0)
    next_try_at = UtcField(null=True)
    claimed_by = TextField(default="")
    last_error = TextField(default="")
    created_at = UtcField()
    sent_at = UtcField(null=True)

    class Meta:
        table_name = "outbox"
        indexes = ((("recipient", "created_at"), False), (("subject_key", "created_at"), False))


class OutboxBytes(Model):
    """The frozen mail itself; apart, because a change of state would write large bytes again."""

    outbox = ForeignKeyField(Outbox, column_name="outbox_id", primary_key=True)
    outbox_id: int
    sealed = BlobField(null=True)  # RFC 5322 bytes, sealed with the Message-ID as context; small mails
    digest = TextField(default="")  # or the blob that holds them; mails that carry files

    class Meta:
        table_name = "outbox_bytes"


class Message(Model):
    """A mail as it stands in a ticket, theirs or ours."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id", null=True)
    ticket_id: int | None
    inbox = ForeignKeyField(Inbox, column_name="inbox_id", null=True, unique=True)
    inbox_id: int | None
    outbox = ForeignKeyField(Outbox, column_name="outbox_id", null=True, unique=True)
    outbox_id: int | None
    direction = TextField()  # in or out
    message_id = TextField(index=True)  # "" where there is none
    sender = TextField()
    sender_name = TextField()
    recipient = TextField()
    subject = TextField()
    text = TextField()  # masked
    origin = TextField()
    reason = TextField(default="")  # why it belongs to no ticket
    content_digest = TextField(default="")  # IncomingMail.content_digest
    verdict = TextField(default="")  # on the sender of a mail that came in
    marked = BooleanField(default=False)  # a machine's or a spam filter's mark stood on it
    warnings = TextField()  # one a line: what was guessed, cut or skipped when it was read
    at = UtcField()

    class Meta:
        table_name = "message"


class AttachmentRow(Model):
    """A file of a mail; its bytes are a blob."""

    id = AutoField()
    message = ForeignKeyField(Message, column_name="message_id")
    message_id: int
    digest = TextField()
    filename = TextField()
    content_type = TextField()  # as claimed
    detected_type = TextField()  # by the content, "" where it doesn't tell
    flags = TextField()  # FileFlag values, separated by one space
    size = IntegerField()
    inline = BooleanField()
    names_orders = TextField()  # order numbers read in it, separated by one space
    about_order = TextField()  # the order that the mail was about when it came, "" where that wasn't known
    unreadable = BooleanField()  # damaged, or locked with a password

    class Meta:
        table_name = "attachment"


class Case(Model):
    """A return, an exchange or a warranty case."""

    id = AutoField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id")
    ticket_id: int
    kind = TextField()
    state = TextField(index=True)
    order_number = TextField(index=True)
    terms = TextField()  # JSON: the order as it was when the case was opened; an import changes nothing of it
    answers = TextField()  # JSON: form field -> what the customer wrote, masked
    staff_reason = TextField(default="")
    opened_at = UtcField()
    opened_on = DateField(null=True)  # the day of the request where the customer lives
    since = UtcField(null=True)  # when it came into its state
    refund_wanted_by = TextField(default="")  # who decided for a refund that needs a second person
    deduction = AmountField(default=Decimal(0))  # what they take off it
    deduction_reason = TextField(default="")  # for the customer, masked
    tracking = TextField(default="")  # of the customer's parcel
    sent_reference = TextField(default="")  # order number of the replacement
    sent_tracking = TextField(default="")  # of our parcel
    waits_until = DateField(null=True)  # last day that the customer was told, for what the state waits for
    look_at = UtcField(null=True)  # when the clock looks at it next; null once it is over

    class Meta:
        table_name = "cases"


class CaseItem(Model):
    """What goes back under a case."""

    id = AutoField()
    case = ForeignKeyField(Case, column_name="case_id")
    case_id: int
    model = TextField()
    quantity = IntegerField()  # asked for
    received = IntegerField(default=0)
    damaged = IntegerField(default=0)  # of those received: failed the inspection

    class Meta:
        table_name = "case_item"


class CaseEventRow(Model):
    """A decision about a case and who took it (G6)."""

    id = AutoField()
    case = ForeignKeyField(Case, column_name="case_id")
    case_id: int
    at = UtcField()
    event = TextField()
    from_state = TextField()
    to_state = TextField()
    actor = TextField()
    actor_address = TextField()
    reason = TextField()
    inbox = ForeignKeyField(Inbox, column_name="inbox_id", null=True)  # the mail that decided
    inbox_id: int | None

    class Meta:
        table_name = "case_event"


class Refund(Model):
    """Money owed to a customer: one row a case, by a unique key (G6)."""

    id = AutoField()
    case = ForeignKeyField(Case, column_name="case_id", unique=True)
    case_id: int
    order_number = TextField(index=True)
    amount = AmountField()
    currency = TextField()
    payment_method = TextField()
    state = TextField()  # booked or settled
    booked_at = UtcField()
    due_on = DateField()
    due_is_provisional = BooleanField()
    due_before = DateField(null=True)  # promised until staff named due_on
    decided_by = TextField()
    settled_on = DateField(null=True)
    settled_by = TextField(default="")
    goods = AmountField()  # goods + shipping - restocking - deduction = amount
    shipping = AmountField()
    restocking = AmountField()
    deduction = AmountField()
    deduction_reason = TextField(default="")  # for the customer, masked

    class Meta:
        table_name = "refund"


class RefundExport(Model):
    """A file with instructions that went to finance."""

    id = AutoField()
    exported_at = UtcField()
    digest = TextField()  # the blob that holds its bytes
    sent_to = TextField()  # address of finance, "" where it was not mailed

    class Meta:
        table_name = "refund_export"


class RefundInstruction(Model):
    """What finance is told to pay: one row a refund, by a unique key."""

    id = AutoField()
    refund = ForeignKeyField(Refund, column_name="refund_id", unique=True)
    refund_id: int
    order_number = TextField()
    amount = AmountField()
    currency = TextField()
    payment_method = TextField()
    due_on = DateField()
    state = TextField()  # InstructionState
    export = ForeignKeyField(RefundExport, column_name="export_id", null=True)  # the one that it went out with
    export_id: int | None
    settled_from = TextField(default="")  # file and row of finance that told of the payment, "" for a #refunded

    class Meta:
        table_name = "refund_instruction"


class Incident(Model):
    """Something that `health` shows; no personal data."""

    id = AutoField()
    at = UtcField()
    kind = TextField()
    ticket = ForeignKeyField(Ticket, column_name="ticket_id", null=True)
    ticket_id: int | None
    detail = TextField()

    class Meta:
        table_name = "incident"


MODELS: tuple[type[Model], ...] = (
    Inbox,
    ServerMail,
    Cursor,
    MailboxTrouble,
    OrderRow,
    OrderLineRow,
    OrderSerial,
    Ticket,
    TicketOrderRow,
    CorrectionRow,
    Participant,
    KeptFrom,
    LearnedId,
    ConfirmationRow,
    Outbox,
    OutboxBytes,
    Message,
    AttachmentRow,
    FileReadingRow,
    Case,
    CaseItem,
    CaseEventRow,
    Refund,
    Reminder,
    DueMark,
    RefundExport,
    RefundInstruction,
    AddressRow,
    Incident,
)
