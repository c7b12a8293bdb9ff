"""How far a sender's address can be believed (G5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What our own mail server found out about the From address (RFC 8601)."""

    VERIFIED = "verified"  # DMARC passed, or an aligned DKIM or SPF did
    FAILED = "failed"  # the server says that the address is not the sender's
    UNVERIFIED = "unverified"  # nobody said anything


class Vouched(StrEnum):
    """Which Authentication-Results of our own server are certainly its own (RFC 8601, 5)."""

    TOPMOST = "topmost"  # those above the Received field of our server; else the topmost one alone
    ABOVE_RECEIVED = "above_received"  # only those above the Received field of our server
    ALL = "all"  # also those under it, down to the next: our server removes forged ones from what comes in


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A verdict and what it rests on."""

    verdict: Verdict
    evidence: str  # e.g. "mx.tp.example: dmarc=pass"


class Role(StrEnum):
    """What the From address would be, if it can be believed."""

    CUSTOMER = "customer"
    STAFF = "staff"
    DESK = "desk"  # one of our own addresses
    NOBODY = "nobody"  # no usable address


class TokenPurpose(StrEnum):
    """What a reply token entitles its holder to."""

    CUSTOMER = "c"  # to write into the ticket
    STAFF = "s"  # to move the ticket's case
    CONFIRM = "k"  # to answer whether somebody else may speak for an order of theirs, and nothing else


@dataclass(frozen=True, kw_only=True)
class TokenClaim:
    """A token whose signature fits the sender of the mail at hand."""

    purpose: TokenPurpose
    ticket_id: int
