"""To which ticket a mail belongs: evidence and entitlement (G5)."""

from __future__ import annotations

import pytest

from mailbot.domain.standing import TokenClaim, TokenPurpose, Verdict
from mailbot.domain.threads import Pointer, Strength, ThreadMatch, match_thread
from tests.domain.examples import KATE, STAFF

C, S = TokenPurpose.CUSTOMER, TokenPurpose.STAFF
MEMBERS = {1: frozenset({KATE}), 2: frozenset({KATE}), 3: frozenset({"eve@elsewhere.example"})}


def claim(ticket_id: int, purpose: TokenPurpose = C) -> TokenClaim:
    return TokenClaim(purpose=purpose, ticket_id=ticket_id)


def tag(ticket_id: int) -> Pointer:
    return Pointer(ticket_id=ticket_id, strength=Strength.SUBJECT_TAG, what=f"subject tag {ticket_id}")


def message_id(ticket_id: int) -> Pointer:
    return Pointer(ticket_id=ticket_id, strength=Strength.OUR_MAIL, what=f"answers our mail {ticket_id}")


def quoted(ticket_id: int) -> Pointer:
    return Pointer(ticket_id=ticket_id, strength=Strength.QUOTED_TAG, what=f"tag in the text {ticket_id}")


def earlier(ticket_id: int) -> Pointer:
    return Pointer(ticket_id=ticket_id, strength=Strength.EARLIER_MAIL, what=f"answers an earlier mail {ticket_id}")


def learned(ticket_id: int) -> Pointer:
    return Pointer(ticket_id=ticket_id, strength=Strength.LEARNED_ID, what=f"learned {ticket_id}")


def find(*evidence: TokenClaim | Pointer, sender: str = KATE, verdict: Verdict = Verdict.VERIFIED) -> ThreadMatch:
    return match_thread(
        sender=sender,
        verdict=verdict,
        claims=[e for e in evidence if isinstance(e, TokenClaim)],
        pointers=[e for e in evidence if isinstance(e, Pointer)],
        participants=MEMBERS,
    )


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ((), None),
        ((tag(1),), 1),
        ((message_id(1),), 1),
        ((claim(1),), 1),
        ((tag(1), message_id(2)), 2),
        ((tag(1), message_id(2), claim(1)), 1),
        ((message_id(2), claim(1)), 1),
        ((tag(2), tag(1)), 2),  # the first wins a draw
        ((message_id(1), message_id(2)), 1),
        ((claim(2), claim(1)), 2),
        ((tag(1), message_id(3)), 1),  # the stronger one is somebody else's ticket
        ((tag(3),), None),
        ((message_id(3),), None),
        ((claim(3),), 3),  # signed for this very sender: it entitles
        ((quoted(1),), 1),
        ((quoted(1), tag(2)), 2),
        ((tag(1), quoted(1), earlier(2)), 1),  # together they weigh as much, and come first
        ((tag(1), quoted(1), learned(2)), 2),
        ((tag(1), earlier(1), message_id(2)), 1),
        ((tag(1), tag(1), tag(1), message_id(2)), 2),  # the same kind counts once
        ((claim(1), *(make(2) for make in (quoted, tag, earlier, learned, message_id))), 1),
        ((tag(9),), None),  # a ticket that nobody is known to take part in
    ],
)
def test_the_strongest_evidence_that_the_sender_is_entitled_to(
    evidence: tuple[TokenClaim | Pointer, ...], expected: int | None
) -> None:
    assert find(*evidence).ticket_id == expected


@pytest.mark.parametrize("pointer", [tag(3), message_id(3)])
def test_a_pointer_at_somebody_elses_ticket_only_links(pointer: Pointer) -> None:
    match = find(pointer)
    assert match.ticket_id is None
    assert match.points_at == 3
    assert match.evidence == ()
    assert match.refused == (f"{pointer.what}: {KATE} is not part of that ticket",)


@pytest.mark.parametrize("evidence", [claim(1), claim(1, S), tag(1), message_id(1)])
def test_failed_authentication_belongs_nowhere_whatever_it_shows(evidence: TokenClaim | Pointer) -> None:
    match = find(evidence, verdict=Verdict.FAILED)
    assert (match.ticket_id, match.staff_token, match.evidence, match.points_at) == (None, False, (), 1)
    assert "authentication failed" in match.refused[0]


@pytest.mark.parametrize("verdict", [Verdict.VERIFIED, Verdict.UNVERIFIED])
def test_a_sender_nobody_vouches_for_may_still_write_into_the_own_ticket(verdict: Verdict) -> None:
    assert find(tag(1), verdict=verdict).ticket_id == 1


def test_nobody_belongs_to_no_ticket() -> None:
    match = find(tag(1), message_id(1), sender="")
    assert match.ticket_id is None
    assert match.refused[0].endswith("nobody is not part of that ticket")


@pytest.mark.parametrize(
    ("evidence", "staff_token"),
    [
        ((claim(1, S),), True),
        ((claim(1, C),), False),
        ((claim(1, C), claim(1, S)), True),
        ((claim(1, C), claim(2, S)), False),  # a staff token of another ticket moves nothing here
        ((claim(2, S), claim(1, C)), True),
        ((tag(1),), False),
        ((tag(1), claim(2, S)), True),
    ],
)
def test_only_a_staff_token_of_the_same_ticket_is_one(
    evidence: tuple[TokenClaim | Pointer, ...], staff_token: bool
) -> None:
    assert find(*evidence, sender=STAFF if staff_token else KATE).staff_token is staff_token


def test_all_evidence_for_the_chosen_ticket_is_named_and_the_rest_is_explained() -> None:
    match = find(claim(1), tag(1), message_id(3), tag(2))
    assert match.evidence == ("signed reply address of T-100001", "subject tag 1")
    assert match.refused == (f"answers our mail 3: {KATE} is not part of that ticket",)
    assert match.points_at is None
