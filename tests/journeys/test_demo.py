"""The demo as a user runs it: one command, its own servers, a story that checks itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.demo.people import body_text, header
from mailbot.demo.scenes import ADA_ORDER, LIN_ORDER, STRANGER

STORY = "demo-story"


def run(*arguments: str, cwd: Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """`mailbot demo` in its own process; warnings are errors, left-open sockets and threads included.

    Not `-X dev`: on a busy machine asyncio then reports what takes longer than a tenth of a second.
    """
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "mailbot", "demo", *arguments],
        capture_output=True,
        text=True,
        encoding=encoding,
        timeout=120,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The story, told once for all tests."""
    folder = tmp_path_factory.mktemp("told")
    return folder, run("--dir", str(folder), cwd=folder)


Told = tuple[Path, subprocess.CompletedProcess[str]]


def test_the_story_goes_as_it_should(told: Told) -> None:
    folder, done = told
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:]
    assert "did not go as it should" not in done.stdout
    assert str(folder / "mails") in done.stdout
    assert "none to a machine" in done.stdout
    assert "199.00 CNY to 支付宝" in done.stdout
    assert "\x1b" not in done.stdout  # no colours into a pipe


def test_it_reads_well_at_80_columns(told: Told) -> None:
    from rich.cells import cell_len

    _, done = told
    story = done.stdout.partition("Every mail, numbered")[0]
    assert [line for line in story.splitlines() if cell_len(line.rstrip()) > 80] == []
    assert sum(line[:3] in {f"{n}. " for n in range(1, 9)} for line in story.splitlines()) == 8


def test_every_mail_can_be_opened(told: Told) -> None:
    folder, _ = told
    mails = sorted((folder / "mails").glob("*.eml"))
    assert [int(mail.name[:2]) for mail in mails] == list(range(1, len(mails) + 1))
    ours = [mail for mail in mails if "-desk-to-" in mail.name]
    assert len(ours) >= 30
    assert len(mails) - len(ours) >= 12
    for mail in ours:
        assert header(mail.read_bytes(), "From").endswith("<support@tp.example>")
        assert "<html" in mail.with_suffix(".html").read_text(encoding="utf-8")


def test_what_people_wrote_arrives_intact(told: Told) -> None:
    folder, _ = told
    sent = [mail.read_bytes() for mail in sorted((folder / "mails").glob("*-desk-to-*.eml"))]
    texts = [body_text(raw) for raw in sent]
    assert any(text.startswith("林小满，您好") and LIN_ORDER.order_number in text for text in texts)
    assert any("“囍”字" in text for text in texts)  # labelled GB2312, which has no such character
    assert any("Mit freundlichen Grüßen aus Köln" in text for text in texts)
    assert "收据.png" in "".join(texts)


def test_a_stranger_learns_nothing_of_somebody_elses_order(told: Told) -> None:
    folder, _ = told
    answers = [mail for mail in (folder / "mails").glob("*.eml") if STRANGER.address in header(mail.read_bytes(), "To")]
    assert len(answers) == 1
    answer = answers[0].read_bytes()
    said = body_text(answer) + header(answer, "Subject") + answers[0].with_suffix(".html").read_text(encoding="utf-8")
    order = ADA_ORDER
    for secret in ("Quillfeather", order.email, order.order_number, order.model, order.serial, order.paid_with):
        assert secret not in said


def test_without_keep_the_mails_stay_and_nothing_else(told: Told) -> None:
    folder, _ = told
    assert sorted(entry.name for entry in folder.iterdir()) == [".mailbot-demo", "mails"]


def test_an_earlier_story_is_replaced_and_kept_where_wished(tmp_path: Path) -> None:
    (tmp_path / STORY / "mails").mkdir(parents=True)
    (tmp_path / STORY / ".mailbot-demo").touch()
    (tmp_path / STORY / "mails" / "99-old.eml").touch()
    # A terminal that knows no Chinese gets question marks, not a traceback.
    done = run("--keep", cwd=tmp_path, encoding="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / STORY / "mails" / "99-old.eml").exists()
    settings = tmp_path / STORY / "desk" / "settings.yaml"
    listed = subprocess.run(
        [sys.executable, "-m", "mailbot", "--settings", str(settings), "cases", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (listed.returncode, listed.stdout.count("refunded")) == (0, 2)


@pytest.mark.parametrize("marked", [False, True])
def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path, marked: bool) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work", encoding="utf-8")
    if marked:
        (tmp_path / ".mailbot-demo").touch()
    done = run("--dir", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    assert "thesis.txt" in done.stderr
    assert "--dir" in done.stderr
    assert "Traceback" not in done.stderr
    assert thesis.read_text(encoding="utf-8") == "years of work"
