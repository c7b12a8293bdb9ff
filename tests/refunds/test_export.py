"""Refunds go to finance once: the decision, the instruction and the notice are three records, all of them or none."""

from __future__ import annotations

import json
import shutil
import sqlite3
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from mailbot.demo.people import body_text, header
from mailbot.domain.cases import CaseEvent
from mailbot.errors import ConfigError
from mailbot.store import instructions, outbox, views
from mailbot.store.models import CaseEventRow, Outbox, Refund, RefundInstruction
from tests.refunds.office import FINANCE, KATE, LI, ROOT, WU, Office, move, order_of, sheet


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "desk")


def mailing(tmp_path: Path, language: str = "en") -> Office:
    made = Office(tmp_path / "desk", {"refunds": {"export_to": FINANCE}})
    if language != "en":
        text = made.settings_file.read_text(encoding="utf-8")
        made.settings_file.write_text(text.replace("language: en", f"language: {language}"), encoding="utf-8")
    return made


def test_a_refund_is_three_records(office: Office) -> None:
    (case_id,) = office.received(order_of("TP2026110001"))
    with office.open() as opened:
        move(opened, case_id, CaseEvent.INSPECT_PASS)
        (decision,) = CaseEventRow.select().where(CaseEventRow.to_state == "refund_due")
        (told,) = RefundInstruction.select()
        (notice,) = Outbox.select()
        refund = views.refund_of_case(case_id)
        assert refund is not None
        assert (decision.case_id, decision.actor_address) == (case_id, LI)
        assert (told.refund_id, told.order_number, told.state) == (refund.refund_id, "TP2026110001", "open")
        assert (told.amount, told.currency, told.payment_method) == (refund.amount, "GBP", "Visa card")
        assert told.due_on == refund.due_on
        assert (notice.template, notice.case_id, notice.recipient) == ("refund_notice", case_id, KATE)


def test_without_the_notice_there_is_no_refund_and_no_instruction(office: Office, tmp_path: Path) -> None:
    (case_id,) = office.received(order_of("TP2026110001"))
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", templates)
    settings = office.settings_file.read_text(encoding="utf-8")
    office.settings_file.write_text(settings.replace(str(ROOT / "templates"), str(templates)), encoding="utf-8")
    (templates / "en" / "refund_notice.md.j2").write_text("Refund\n\n{{ refund.nothing_like_it }}\n", encoding="utf-8")
    with office.open() as opened:
        with pytest.raises(ConfigError, match="refund_notice"):
            move(opened, case_id, CaseEvent.INSPECT_PASS)
        assert Refund.select().count() == RefundInstruction.select().count() == Outbox.select().count() == 0
        assert CaseEventRow.select().where(CaseEventRow.to_state == "refund_due").count() == 0


def test_an_instruction_is_exported_once(office: Office) -> None:
    office.booked(order_of("TP2026110001"), order_of("TP2026110002", price="1280", currency="JPY"))
    first = office.cli("refunds", "export")
    assert first.returncode == 0, first.stderr
    assert "X-100001: 2 refunds, 199.00 GBP, 1280 JPY, written to X-100001.csv" in first.stdout
    rows = sheet(office.folder / "X-100001.csv")
    assert [(row["refund_number"], row["amount"], row["currency"]) for row in rows] == [
        ("RF-100001", "199.00", "GBP"),
        ("RF-100002", "1280", "JPY"),
    ]
    assert {row["decided_by"] for row in rows} == {LI}
    assert [row["reference"] for row in rows] == ["RI-100001", "RI-100002"]
    assert KATE not in (office.folder / "X-100001.csv").read_text(encoding="utf-8-sig")
    assert (office.folder / "X-100001.csv").stat().st_mode & 0o777 == 0o600

    nothing = office.cli("refunds", "export", "--out", "more.csv")
    assert (nothing.returncode, nothing.stdout) == (0, "nothing to export: finance was told of every refund\n")
    assert not (office.folder / "more.csv").exists()

    office.booked(order_of("TP2026110003"))
    second = office.cli("refunds", "export", "--out", "more.csv", "--json")
    assert json.loads(second.stdout)["export"]["number"] == "X-100002"
    assert [row["order_number"] for row in sheet(office.folder / "more.csv")] == ["TP2026110003"]
    shown = json.loads(office.cli("refunds", "exports", "--json").stdout)
    assert [(row["number"], row["instructions"], row["open"]) for row in shown] == [
        ("X-100002", 1, 1),
        ("X-100001", 2, 2),
    ]


def test_nothing_is_overwritten_and_nothing_claimed_for_a_file_that_is_there(office: Office) -> None:
    office.booked(order_of("TP2026110001"))
    (office.folder / "there.csv").write_text("mine", encoding="utf-8")
    refused = office.cli("refunds", "export", "--out", "there.csv")
    assert (refused.returncode, (office.folder / "there.csv").read_text(encoding="utf-8")) == (2, "mine")
    assert "there already; nothing is overwritten" in refused.stderr
    assert office.cli("refunds", "export", "--out", "no/such/folder.csv").returncode == 2
    assert json.loads(office.cli("refunds", "exports", "--json").stdout) == []


def test_a_file_that_could_not_be_written_is_written_later_byte_for_byte(office: Office) -> None:
    office.booked(order_of("TP2026110001"))
    (office.folder / "X-100001.csv").mkdir()  # in the way of the name that nobody chose
    failed = office.cli("refunds", "export")
    assert failed.returncode == 2
    assert "write it with: mailbot refunds export --again X-100001 --out FILE.csv" in failed.stderr
    for name in ("one.csv", "two.csv"):
        assert office.cli("refunds", "export", "--again", "x-100001", "--out", name).returncode == 0
    one, two = (office.folder / name for name in ("one.csv", "two.csv"))
    assert one.read_bytes() == two.read_bytes()
    assert [row["refund_number"] for row in sheet(one)] == ["RF-100001"]
    assert [path.name for path in office.folder.iterdir() if path.name.startswith(".X")] == []
    for wrong in ("X-100002", "RF-100001", "rubbish"):
        assert office.cli("refunds", "export", "--again", wrong).returncode == 2


@pytest.mark.parametrize(("language", "words"), [("en", "Refunds to be paid: 1"), ("zh-Hans", "待付退款：1 笔")])
def test_finance_gets_the_file_by_mail(tmp_path: Path, language: str, words: str) -> None:
    office = mailing(tmp_path, language)
    office.booked(order_of("TP2026110001"))
    done = office.cli("refunds", "export")
    assert done.returncode == 0, done.stderr
    assert f"goes to {FINANCE} with the next pass" in done.stdout
    with office.open() as opened:
        (mail,) = [mail for mail in outbox.in_state("queued") if mail.template == "staff_refund_export"]
        raw = outbox.raw_bytes(opened.vault, opened.blobs, mail.outbox_id)
    assert mail.recipient == FINANCE
    assert words in header(raw, "Subject")
    assert "199.00" in body_text(raw)
    (file,) = message_from_bytes(raw, policy=default).iter_attachments()
    assert file.get_filename() == "X-100001.csv"
    assert file.get_payload(decode=True) == (office.folder / "X-100001.csv").read_bytes()
    assert KATE.encode() not in raw


def test_whether_it_is_mailed_can_be_said(tmp_path: Path) -> None:
    office = mailing(tmp_path)
    office.booked(order_of("TP2026110001"))
    assert office.cli("refunds", "export", "--no-mail").returncode == 0
    with office.open():
        assert [mail.template for mail in outbox.in_state("queued")] == ["refund_notice"]
        assert [row.sent_to for row in instructions.exports(5)] == [""]
    wrong = office.cli("refunds", "export", "--again", "X-100001", "--mail", "--out", "x.csv")
    assert (wrong.returncode, "outbox retry" in wrong.stderr) == (2, True)


def test_no_mail_goes_to_nobody_or_to_a_customer(tmp_path: Path) -> None:
    nobody = Office(tmp_path / "nobody")
    nobody.booked(order_of("TP2026110001"))
    refused = nobody.cli("refunds", "export", "--mail")
    assert (refused.returncode, "refunds.export_to is not set" in refused.stderr) == (2, True)
    office = mailing(tmp_path)
    office.booked(order_of("TP2026110001", buyer=FINANCE))
    refused = office.cli("refunds", "export")
    assert (refused.returncode, "is a customer's address" in refused.stderr) == (2, True)
    for each in (nobody, office):
        with each.open():
            assert instructions.exports(5) == []


def test_a_refund_is_shown_with_its_three_records_in_80_columns(office: Office) -> None:
    (case_id,) = office.received(order_of("TP2026110001"))
    with office.open() as opened:
        move(opened, case_id, CaseEvent.INSPECT_PASS, argument="deduct 9.00 the lid is missing")
    office.cli("refunds", "export")
    shown = json.loads(office.cli("refunds", "show", "rf-100001", "--json").stdout)
    assert shown["parts"] == {
        "goods": "199.00", "shipping": "0", "restocking": "0.00", "deduction": "9.00", "amount": "190.00"
    }  # fmt: skip
    assert shown["instruction"] == {"reference": "RI-100001", "state": "exported", "export": "X-100001"}
    assert (shown["state"], shown["decided_by"], shown["wanted_by"]) == ("exported", LI, "")
    assert [notice["state"] for notice in shown["notices"]] == ["queued"]
    for arguments in (("list",), ("show", "RF-100001"), ("exports",)):
        done = office.cli("refunds", *arguments)
        assert done.returncode == 0
        assert max(map(len, done.stdout.splitlines())) <= 80
    text = office.cli("refunds", "show", "RF-100001").stdout
    for said in ("RF-100001: exported", "190.00 GBP", "the lid is missing", LI, "RI-100001", "X-100001", "queued"):
        assert said in text
    for wrong in ("RF-100002", "R-100001", "x"):
        assert office.cli("refunds", "show", wrong).returncode == 2


def test_the_second_person_is_shown_beside_the_first(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    text = (rules / "returns.yaml").read_text(encoding="utf-8")
    assert "second_person_above: {}" in text
    (rules / "returns.yaml").write_text(
        text.replace("second_person_above: {}", "second_person_above: {GBP: 100}"), encoding="utf-8"
    )
    office = Office(tmp_path / "desk")
    settings = office.settings_file.read_text(encoding="utf-8")
    office.settings_file.write_text(settings.replace(str(ROOT / "rules"), str(rules)), encoding="utf-8")
    (case_id,) = office.received(order_of("TP2026110001"))
    with office.open() as opened:
        move(opened, case_id, CaseEvent.INSPECT_PASS)
        assert RefundInstruction.select().count() == 0
        move(opened, case_id, CaseEvent.CONFIRM, by=WU)
    shown = json.loads(office.cli("refunds", "show", "RF-100001", "--json").stdout)
    assert (shown["wanted_by"], shown["decided_by"]) == (LI, WU)


def test_refunds_of_an_earlier_version_get_an_instruction(tmp_path: Path) -> None:
    folder = ROOT / "mailbot" / "store" / "migrations"
    types = {"{id}": "INTEGER PRIMARY KEY AUTOINCREMENT", "{bytes}": "BLOB"}
    database = sqlite3.connect(tmp_path / "old.sqlite3", isolation_level=None)
    at = "2026-03-20T09:00:00.000000Z"

    def migrate(name: str) -> None:
        text = (folder / f"{name}.sql").read_text(encoding="utf-8")
        for marker, column in types.items():
            text = text.replace(marker, column)
        database.executescript(text)

    migrate("0001_initial")
    migrate("0002_cases")
    database.execute("INSERT INTO ticket VALUES (1,'open','','en','','','','','',NULL,NULL,NULL,?,?)", (at, at))
    for case_id, state in ((1, "booked"), (2, "settled")):
        database.execute(
            "INSERT INTO cases (id, ticket_id, kind, state, order_number, terms, answers, staff_reason, opened_at) "
            "VALUES (?, 1, 'return', 'refund_due', 'TP1', '{}', '{}', '', ?)",
            (case_id, at),
        )
        database.execute(
            "INSERT INTO refund (id, case_id, order_number, amount, currency, payment_method, state, booked_at, due_on,"
            " due_is_provisional, decided_by, settled_by, overdue_told) "
            "VALUES (?, ?, 'TP1', '1.00', 'CNY', 'Alipay', ?, ?, '2026-03-31', 0, 'a@b', '', 0)",
            (10 + case_id, case_id, state, at.replace("09", f"0{case_id}")),
        )
    database.execute(
        "INSERT INTO outbox VALUES (5, 1, 'refund_notice', 'customer', 'k@m', '<x@y>', 0, 0, '', '', 'sent', 1, NULL, "
        "'', '', ?, ?)",
        (at.replace("09", "02"), at),
    )
    migrate("0003_refund_instructions")
    found = database.execute("SELECT refund_id, amount, state, due_on, export_id FROM refund_instruction").fetchall()
    assert found == [(11, "1.00", "open", "2026-03-31", None), (12, "1.00", "settled", "2026-03-31", None)]
    assert database.execute("SELECT case_id FROM outbox").fetchall() == [(2,)]
    database.close()
