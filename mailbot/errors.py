"""Errors, divided by what the caller does next: fix the configuration, try again later, or give one item up.

The first line of each docstring is what an operator may be told when no better message is at hand.
"""

from __future__ import annotations


class MailbotError(Exception):
    """Something went wrong; the message says what, where and what to do next."""

    exit_code = 1


class ConfigError(MailbotError):
    """The settings, rules, templates or arguments are wrong: correct them and run again."""

    exit_code = 2


class FolderRefused(ConfigError):
    """A mailbox can be read, but not this folder of it: correct its name; the other folders go on."""


class TryAgainLater(MailbotError):
    """A server, the disk or the database is not available now; nothing was lost, the next run carries on."""

    exit_code = 75  # sysexits EX_TEMPFAIL


class ServerUnavailable(TryAgainLater):
    """A mail or token server does not answer as it should; it is left alone for a growing while."""


class BadItem(MailbotError):
    """One mail, row or file can't be used; it is kept aside with the reason and the rest goes on."""


class Unreadable(BadItem):
    """A file is damaged, or locked with a password: nobody can read it as it is."""


class SafeguardTripped(MailbotError):
    """A guarantee would have been broken (a refund above what was paid, a case moved twice); nothing was changed."""
