"""The tables of the clock."""

from __future__ import annotations

from peewee import AutoField, DateField, IntegerField, Model, TextField

from mailbot.store.fields import UtcField


class Reminder(Model):
    """What the clock did about a wait."""

    id = AutoField()
    case_id = IntegerField()
    step = TextField()
    begun_at = UtcField()  # of the wait: one that begins anew is told of anew
    told_on = DateField()
    rule = TextField()  # that decided, with its place and the version of the rules

    class Meta:
        table_name = "reminder"
        indexes = ((("case_id", "begun_at", "step"), True),)


class DueMark(Model):
    """By which rules, calendar and hours the next looks were counted; at most one row."""

    id = AutoField()
    counted_by = TextField()

    class Meta:
        table_name = "due_mark"
