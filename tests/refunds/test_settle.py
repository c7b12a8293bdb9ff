"""Finance's answer books settlements as `#refunded` does: once, with who answers for it, and a letter goes out."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.domain.cases import CaseEvent
from mailbot.store import history, outbox, refund_records, tickets, views
from tests.refunds.office import FINANCE, KATE, LI, Office, filled_in, move, order_of, today_there


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Two refunds that finance was told of."""
    made = Office(tmp_path / "desk", {"refunds": {"export_to": FINANCE}})
    made.booked(order_of("TP2026110001"), order_of("TP2026110002", price="1280", currency="JPY"))
    assert made.cli("refunds", "export", "--no-mail").returncode == 0
    return made


def answer(office: Office, *lines: str, name: str = "paid.csv") -> str:
    text = "\n".join(["refund_number,amount,currency,paid_on", *lines, ""])
    (office.folder / name).write_text(text, encoding="utf-8")
    return name


def test_the_filled_in_export_settles_every_refund_and_twice_changes_nothing(office: Office) -> None:
    day = today_there().isoformat()
    filled_in(office.folder / "X-100001.csv", office.folder / "answer.csv", day)
    done = office.cli("refunds", "settle", "answer.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 refunds settled, 0 settled before, 0 not paid yet, 0 rows rejected\n"
    with office.open():
        for refund_id in (1, 2):
            found = refund_records.record(refund_id)
            assert found is not None
            assert (found.refund.state, found.refund.instruction) == ("settled", "settled")
            assert (found.settled_by, found.settled_from) == (FINANCE, f"answer.csv, row {refund_id + 1}")
            case = tickets.load_case(found.refund.case_id)
            assert case is not None
            assert case.state.value == "refunded"
            (row,) = history.cases(case_id=case.case_id)
            last = row.events[-1]
            assert (last.event, last.actor, last.actor_address) == ("refunded", "staff", FINANCE)
            ticket = views.row(case.ticket_id)
            assert ticket is not None
            assert ticket.state == "closed"
        letters = [mail for mail in outbox.in_state("queued") if mail.template == "refund_settled"]
        assert [mail.recipient for mail in letters] == [KATE, KATE]
        before = outbox.newest_id()

    again = office.cli("refunds", "settle", "answer.csv")
    assert again.returncode == 0
    assert again.stdout.splitlines() == [
        "0 refunds settled, 2 settled before, 0 not paid yet, 0 rows rejected",
        f"  row 2: RF-100001 was settled before, on {day}",
        f"  row 3: RF-100002 was settled before, on {day}",
    ]
    with office.open():
        assert outbox.newest_id() == before
        assert [len(case.events) for case in history.cases()] == [3, 3]
    assert not (office.folder / "answer.csv.rejects.csv").exists()
    assert json.loads(office.cli("refunds", "list", "--state", "settled", "--json").stdout)[0]["number"] == "RF-100002"


def test_what_cannot_be_is_rejected_by_row_and_the_rest_goes_on(office: Office) -> None:
    today = today_there()
    name = answer(
        office,
        f"RF-100001,198.00,GBP,{today}",
        f"RF-100001,199.00,EUR,{today}",
        f"RF-100009,199.00,GBP,{today}",
        f"RF-100001,199.00,GBP,{today + timedelta(days=1)}",
        f"RF-100001,199.00,GBP,{today - timedelta(days=30)}",
        "RF-100001,199.00,GBP,",
        f"RF-100002,1280,JPY,{today}",
        f"RF-100002,1280,JPY,{today}",
        f'=RF-100002,1280,JPY,"{today}',
    )
    done = office.cli("refunds", "settle", name, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "settled": 1, "settled_before": 0, "unpaid": 1, "rejected": 7, "rejects_file": "paid.csv.rejects.csv",
    }  # fmt: skip
    with (office.folder / "paid.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(row["row"], row["refund_number"]) for row in rejects][:6] == [
        ("2", "RF-100001"), ("3", "RF-100001"), ("4", "RF-100009"), ("5", "RF-100001"), ("6", "RF-100001"),
        ("9", "RF-100002"),
    ]  # fmt: skip
    reasons = [row["reason"] for row in rejects]
    for reason, words in zip(
        reasons,
        (
            "row 2: amount 198.00: RF-100001 is 199.00 GBP",
            "row 3: currency EUR",
            "row 4: there is no refund RF-100009",
            "still to come",
            "before the refund was decided",
            "row 9: RF-100002 stands in row 8 already; paid twice?",
            "row 10: the quotes are not in order",
        ),
        strict=True,
    ):
        assert words in reason
    assert not rejects[-1]["raw"].startswith("=")
    states = {row["number"]: row["state"] for row in json.loads(office.cli("refunds", "list", "--json").stdout)}
    assert states == {"RF-100001": "exported", "RF-100002": "settled"}


def test_what_staff_settled_by_mail_is_passed_over(office: Office) -> None:
    with office.open() as opened:
        move(opened, 1, CaseEvent.REFUND_PAID)
    done = office.cli("refunds", "settle", answer(office, f"RF-100001,199.00,GBP,{today_there()}"))
    assert (done.returncode, "1 settled before" in done.stdout) == (0, True)


def test_a_refund_paid_before_it_was_exported_is_not_exported_any_more(office: Office) -> None:
    office.booked(order_of("TP2026110003"))
    done = office.cli("refunds", "settle", answer(office, f"RF-100003,199.00,GBP,{today_there()}"))
    assert done.returncode == 0, done.stderr
    assert "nothing to export" in office.cli("refunds", "export", "--no-mail").stdout


def test_somebody_entitled_answers_for_it(tmp_path: Path) -> None:
    office = Office(tmp_path / "desk")
    office.booked(order_of("TP2026110001"))
    name = answer(office, f"RF-100001,199.00,GBP,{today_there()}")
    for arguments, words in (((), "nobody answers for these settlements"), (("--by", KATE), f"--by {KATE}: expected")):
        refused = office.cli("refunds", "settle", name, *arguments)
        assert (refused.returncode, words in refused.stderr) == (2, True)
    with office.open():
        assert [refund.state for refund in views.refunds(5)] == ["booked"]
    assert office.cli("refunds", "settle", name, "--by", LI.upper()).returncode == 0
    with office.open():
        found = refund_records.record(1)
        assert found is not None
        assert found.settled_by == LI


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_a_file_that_is_none_is_named(office: Office, name: str) -> None:
    done = office.cli("refunds", "settle", name)
    assert (done.returncode, "there is no such file" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
