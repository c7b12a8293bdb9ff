"""What a decision was about: the mail in hand and its time, or the clock alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.domain.message import IncomingMail
from mailbot.domain.numbers import without_tags
from mailbot.domain.orders import Order
from mailbot.domain.proof import ProofFile


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """The circumstances in which effects are carried out."""

    now: datetime  # aware
    today: date  # in the desk's time zone
    mail: IncomingMail | None = None
    inbox_id: int | None = None
    received_at: datetime  # when the mail arrived; `now` where there is none
    sender: str = ""  # From address of the mail in lower case
    standing: str = ""  # verdict on the sender, for staff to read
    marked: bool = False  # a machine's or a spam filter's mark stands on the mail
    proofs: tuple[ProofFile, ...] = ()  # what is known of the mail's files
    order: Order | None = None  # matched exactly
    subject_key: str = ""  # digest of sender and subject: answers to the same thing are counted by it (G4)
    sender_key: str = ""  # digest of the sender: notices about their mail are counted by it

    @property
    def bare_subject(self) -> str:
        """The mail's subject without tags and reply prefixes."""
        return without_tags(self.mail.subject) if self.mail else ""
