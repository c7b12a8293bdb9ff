"""The words that rules are written in: named conditions and named actions. Rules can say nothing else."""

from mailbot.domain.vocabulary import actions, casework, complaining, conditions, due, joining, naming, several, status
from mailbot.domain.vocabulary.words import (
    DUE_WORDS,
    MAIL_WORDS,
    TABLE,
    TABLE_FOR_EACH,
    TEMPLATE,
    WISH,
    Argument,
    Vocabulary,
)

__all__ = [
    "DUE_WORDS",
    "MAIL_WORDS",
    "TABLE",
    "TABLE_FOR_EACH",
    "TEMPLATE",
    "WISH",
    "Argument",
    "Vocabulary",
    "actions",
    "casework",
    "complaining",
    "conditions",
    "due",
    "joining",
    "naming",
    "several",
    "status",
]
