"""To which ticket a mail belongs. Evidence alone is not enough: the sender must also belong to the ticket (G5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from mailbot.domain.numbers import ticket_number
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import TokenClaim, TokenPurpose, Verdict


class Strength(IntEnum):
    """What a piece of evidence weighs. Each kind counts once for a ticket; a token outweighs all others together."""

    OWN_NUMBER = 5  # a number of a ticket, case or refund in the sender's own words: counts for a proven sender only
    QUOTED_TAG = 10  # the ticket's tag in the body, perhaps in words of somebody else
    SUBJECT_TAG = 30
    EARLIER_MAIL = 40  # Message-ID of a mail that came into the ticket
    LEARNED_ID = 50  # Message-ID that a relay gave to a mail of ours
    OUR_MAIL = 60  # one of our own Message-IDs, so the sender has seen our mail
    TOKEN = 1000  # signed for this purpose, ticket and sender


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """One thing in the mail that points at a ticket that exists."""

    ticket_id: int
    strength: Strength
    what: str  # for people: "subject tag [T-100001]"


@dataclass(frozen=True, kw_only=True)
class ThreadMatch:
    """The ticket a mail belongs to, or why it belongs to none."""

    ticket_id: int | None
    staff_token: bool  # the evidence is a staff token for that ticket
    evidence: tuple[str, ...]
    refused: tuple[str, ...]  # pointers that did not count, and why
    points_at: int | None  # ticket that the refused pointers name: the new one is linked to it
    has_seen_ours: bool = False  # the evidence is something that only a reader of our mail can name


def match_thread(
    *,
    sender: str,
    verdict: Verdict,
    claims: Sequence[TokenClaim],
    pointers: Sequence[Pointer],
    participants: dict[int, frozenset[str]],
) -> ThreadMatch:
    """Choose the ticket.

    `sender` is the From address in lower case; `claims` are tokens already verified for that sender;
    `participants` gives the lower-case addresses of each ticket that is pointed at. A sender whose
    authentication failed belongs to no ticket, whatever the mail refers to.
    """
    candidates = [
        Pointer(
            ticket_id=claim.ticket_id,
            strength=Strength.TOKEN,
            what=Remark("signed reply address of {ticket}", ticket=ticket_number(claim.ticket_id)),
        )
        for claim in claims
    ] + list(pointers)
    if not candidates:
        return ThreadMatch(ticket_id=None, staff_token=False, evidence=(), refused=(), points_at=None)
    if verdict is Verdict.FAILED:
        return ThreadMatch(
            ticket_id=None,
            staff_token=False,
            evidence=(),
            refused=tuple(Remark("{what}: the sender's authentication failed", what=p.what) for p in candidates),
            points_at=candidates[0].ticket_id,
        )
    proven = verdict is Verdict.VERIFIED
    counted = [
        p
        for p in candidates
        if p.strength is Strength.TOKEN
        or (sender in participants.get(p.ticket_id, frozenset()) and (proven or p.strength is not Strength.OWN_NUMBER))
    ]
    refused = [
        (
            p,
            Remark("{what}: {sender} is not part of that ticket", what=p.what, sender=sender or "nobody")
            if sender not in participants.get(p.ticket_id, frozenset())
            else Remark("{what}: the sender isn't proven", what=p.what),
        )
        for p in candidates
        if p not in counted
    ]
    if not counted:
        return ThreadMatch(
            ticket_id=None,
            staff_token=False,
            evidence=(),
            refused=tuple(why for _, why in refused),
            points_at=candidates[0].ticket_id,
        )
    scores: dict[int, int] = {}
    for ticket_id, strength in {(p.ticket_id, p.strength): None for p in counted}:
        scores[ticket_id] = scores.get(ticket_id, 0) + strength
    best = max(scores, key=lambda ticket_id: (scores[ticket_id], -_first(counted, ticket_id)))
    return ThreadMatch(
        ticket_id=best,
        staff_token=any(c.purpose is TokenPurpose.STAFF and c.ticket_id == best for c in claims),
        evidence=tuple(dict.fromkeys(p.what for p in counted if p.ticket_id == best)),
        refused=tuple(why for p, why in refused if p.ticket_id != best),
        points_at=None,
        has_seen_ours=any(p.ticket_id == best and p.strength >= Strength.OUR_MAIL for p in counted),
    )


def _first(pointers: Sequence[Pointer], ticket_id: int) -> int:
    """Where a ticket is first pointed at: in a draw the earlier one wins."""
    return next(index for index, pointer in enumerate(pointers) if pointer.ticket_id == ticket_id)
