"""Tokens bind purpose, ticket and recipient; nothing that a forger changes or folds makes another one valid (G5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.standing import TokenClaim, TokenPurpose
from mailbot.mail.parse import parse_mail
from mailbot.mail.tokens import TokenMaker, find_tokens

OLD, NEW = b"k" * 32, b"n" * 32
MAKER = TokenMaker([NEW, OLD])
KATE = "kate@mail.example"
purposes = st.sampled_from(TokenPurpose)
ids = st.integers(min_value=1, max_value=10**12 - 1)
addresses = st.builds("{}@{}.example".format, st.text("abcdefgh.", min_size=1, max_size=8), st.text("xyz", min_size=1))


@given(purposes, ids, addresses)
def test_a_token_is_worth_what_it_was_made_for(purpose: TokenPurpose, ticket_id: int, address: str) -> None:
    token = MAKER.make(purpose, ticket_id, address)
    expected = TokenClaim(purpose=purpose, ticket_id=ticket_id)
    assert MAKER.verify(token, address) == expected
    assert MAKER.verify(token.upper(), address.upper()) == expected  # some servers change the case of local parts
    assert list(find_tokens([f"support+{token}@tp.example"])) == [token]
    assert list(find_tokens([f"<{token}.0a1b2c@tp.example>"])) == [token]


@given(purposes, ids, addresses, purposes, ids, addresses)
def test_a_token_is_worth_nothing_else(
    purpose: TokenPurpose, ticket_id: int, address: str, other: TokenPurpose, other_id: int, somebody: str
) -> None:
    token = MAKER.make(purpose, ticket_id, address)
    signature = token.rpartition("-")[2]
    if (other, other_id, somebody.lower()) != (purpose, ticket_id, address.lower()):
        assert MAKER.verify(f"{other.value}{other_id}-{signature}", somebody) is None


@given(ids, st.integers(0, 15), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_sign_of_the_signature_is_idle(ticket_id: int, position: int, sign: str) -> None:
    token = MAKER.make(TokenPurpose.CUSTOMER, ticket_id, KATE)
    head, _, signature = token.rpartition("-")
    forged = f"{head}-{signature[:position]}{sign}{signature[position + 1 :]}"
    assert (MAKER.verify(forged, KATE) is not None) == (forged == token)


@given(st.text(max_size=60))
def test_anything_else_is_no_token(text: str) -> None:
    assert MAKER.verify(text, KATE) is None


def test_keys_are_rotated() -> None:
    old = TokenMaker([OLD]).make(TokenPurpose.STAFF, 7, KATE)
    assert MAKER.verify(old, KATE) == TokenClaim(purpose=TokenPurpose.STAFF, ticket_id=7)
    assert MAKER.make(TokenPurpose.STAFF, 7, KATE) != old
    assert TokenMaker([NEW]).verify(old, KATE) is None


@pytest.mark.parametrize("ticket_id", ["٧", "7 ", "", "-7", "7" * 13])
def test_a_ticket_has_one_writing(ticket_id: str) -> None:
    signature = MAKER.make(TokenPurpose.CUSTOMER, 7, KATE).rpartition("-")[2]
    assert MAKER.verify(f"c{ticket_id}-{signature}", KATE) is None


@given(st.lists(st.sampled_from(["\r\n ", "\r\n\t", " ", "\t", "\r\n  "]), min_size=3, max_size=3))
def test_folded_headers_name_the_same_ids(folds: list[str]) -> None:
    """RFC 5322, 2.2.3: wherever a program folds a header, it says the same."""
    first, second, third = folds
    raw = (
        f"From: Kate{first}<{KATE}>\r\nIn-Reply-To:{second}<c7-abcdefgh.1@tp.example>\r\n"
        f"References:{third}<a@mail.example>{first}<b@mail.example>\r\n\r\nHello\r\n"
    ).encode()
    mail = parse_mail(raw).mail
    assert mail.sender is not None
    assert mail.sender.email == KATE
    assert mail.in_reply_to == ("<c7-abcdefgh.1@tp.example>",)
    assert mail.references == ("<a@mail.example>", "<b@mail.example>")


@given(st.text(alphabet="<>@ ,;\"'\\()a.b\t", max_size=40))
def test_broken_ids_are_never_taken_for_ids(value: str) -> None:
    mail = parse_mail(f"From: {KATE}\r\nIn-Reply-To: {value}\r\n\r\nHello\r\n".encode()).mail
    for found in mail.in_reply_to:
        inside = found[1:-1]
        assert found[0] + found[-1] == "<>"
        assert inside.count("@") >= 1
        assert not set(inside) & set("<> \t")
        assert all(inside.rpartition("@")[::2])
