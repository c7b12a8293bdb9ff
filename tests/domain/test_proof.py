"""Which files prove which purchase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.cases import CaseState
from mailbot.domain.documents import Document, Documents, Source
from mailbot.domain.effects import Write
from mailbot.domain.message import FileFlag
from mailbot.domain.proof import ProofFile, has_proof, is_proof, proof_files, proof_remarks
from mailbot.domain.rules import decide
from mailbot.domain.vocabulary.asked import form_completed, form_has_gaps, order_of_files, still_missing
from mailbot.settings.model import OrderSettings
from mailbot.settings.patterns import finder
from tests.domain.examples import RECEIPT, book, case, exact, facts, mail, order, ticket
from tests.domain.routing_situations import IN_TICKET

A, B = "TP2026030117", "TP2026030118"
find_numbers = finder(OrderSettings().number_pattern)


@pytest.mark.parametrize(
    ("changes", "proof"),
    [
        ({}, True),
        ({"size": 0}, False),
        ({"flags": (FileFlag.EXECUTABLE,)}, False),
        ({"flags": (FileFlag.ENCRYPTED,), "content_type": "application/pdf"}, False),
        ({"filename": "image001.png", "size": 9_000}, False),
        ({"filename": "logo_shop.gif", "size": 9_000}, False),
        ({"filename": "Signature.jpg", "size": 9_000}, False),
        ({"filename": "image0.jpeg", "size": 9_000}, True),  # as an iPhone calls it
        ({"filename": "image001.png", "size": 900_000}, True),
        ({"filename": "logo.pdf", "content_type": "application/pdf"}, True),
        ({"inline": True, "size": 9_000}, False),
        ({"content_type": "text/plain"}, False),
    ],
)
def test_a_proof_can_be_opened_and_is_no_logo(changes: dict[str, object], proof: bool) -> None:
    assert is_proof(replace(RECEIPT, **changes)) is proof  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "about", "of_a", "of_b"),
    [
        ((), "", True, True),  # nothing says that it is of another
        ((), A, True, False),
        ((A,), "", True, False),
        ((B,), A, False, True),  # what it says counts before what it came with
        ((A, B), B, True, True),
        (("TP2026999999",), A, False, False),
    ],
)
def test_a_file_proves_the_order_that_it_names_else_the_one_it_came_for(
    names: tuple[str, ...], about: str, of_a: bool, of_b: bool
) -> None:
    file = ProofFile(file=RECEIPT, names=names, about=about)
    assert (file.proves(A), file.proves(B)) == (of_a, of_b)
    assert not replace(file, is_unreadable=True).proves(A)


def test_what_was_read_in_a_file_is_known_of_it() -> None:
    second = replace(RECEIPT, sha256="b" * 64)
    read = Documents(
        found=(Document(filename="receipt.jpg", sha256="a" * 64, source=Source.WRITING, text=f"order {A.lower()}"),),
        unreadable=("b" * 64,),
    )
    one, other = proof_files(mail(attachments=(RECEIPT, second)), read, B, find_numbers)
    assert (one.names, one.about, one.is_unreadable) == ((A,), B, False)
    assert (other.names, other.is_unreadable) == ((), True)
    assert has_proof([one, other], A)
    assert not has_proof([one, other], B)
    assert proof_remarks([one, other], B) == (f"receipt.jpg names {A}: it is no proof of purchase of {B}",)


WAITS = case(CaseState.REQUESTED, answers={"order_number": A, "condition": "unused"})


@pytest.mark.parametrize(
    ("file", "complete"),
    [
        (ProofFile(file=RECEIPT), True),
        (ProofFile(file=RECEIPT, names=(A,)), True),
        (ProofFile(file=RECEIPT, names=(B,)), False),
        (ProofFile(file=RECEIPT, is_unreadable=True), False),
        (ProofFile(file=RECEIPT, about=B), False),
    ],
)
def test_only_a_proof_of_this_purchase_completes_the_form(file: ProofFile, complete: bool) -> None:
    sent = facts(mail=mail(attachments=(RECEIPT,)), proofs=(file,), ticket=ticket(case=WAITS), thread=IN_TICKET)
    assert form_completed(sent, book()) is complete
    assert still_missing(WAITS, sent, book()) == (() if complete else ("proof",))
    later = facts(form={"reason": "too small"}, ticket=ticket(case=WAITS, proofs=(file,)), thread=IN_TICKET)
    assert form_completed(later, book()) is complete
    assert form_has_gaps(later, book()) is not complete


def test_staff_are_told_of_a_receipt_of_another_order() -> None:
    sent = facts(
        mail=mail("Here it is", attachments=(RECEIPT,)),
        proofs=(ProofFile(file=RECEIPT, names=(B,)),),
        ticket=ticket(case=WAITS),
        thread=IN_TICKET,
    )
    (notice,) = [effect for effect in decide(sent, book()).effects if isinstance(effect, Write)]
    assert f"receipt.jpg names {B}: it is no proof of purchase of {A}" in notice.remarks


def test_files_come_for_the_order_that_their_mail_is_about() -> None:
    both = ticket(cases=(case(case_id=2, order=order(number=B)), case()))
    assert order_of_files(facts()) == ""
    assert order_of_files(facts(order=exact())) == A
    assert order_of_files(facts(ticket=ticket(order_number=B))) == B
    assert order_of_files(facts(ticket=both)) == B  # the newest form that is out
    assert order_of_files(facts(ticket=both, form={"order_number": A})) == A
    assert order_of_files(facts(ticket=both, order=exact())) == A
