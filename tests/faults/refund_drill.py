"""Refunds under `kill -9`: booked, exported, settled. After any kill and a rerun everything happened once.

python -m tests.faults.refund_drill --kills 60 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.cli.main import app
from mailbot.domain.cases import CaseEvent, CaseState
from mailbot.domain.numbers import export_number
from mailbot.store import instructions
from mailbot.store.models import Case
from mailbot.wiring import open_desk
from tests.faults.outcome import read_only, refund_faults
from tests.refunds.office import FINANCE, ROOT, Office, filled_in, move, order_of, sheet, today_there

STEPS = ("booking", "export", "settlement")
# The refunds between two exports: currency and price.
_BATCH = (("GBP", "199.00"), ("JPY", "1280"), ("KWD", "12.345"), ("CNY", "88.80"))
# Commits after which a step is killed, at most; those of an export are the claim with its mail.
_COMMITS = {"booking": len(_BATCH), "export": 1, "settlement": len(_BATCH)}
_AT_START = 0.2  # share of the kills that come at any time before the first commit
_PATIENCE = 60.0  # seconds that a child may take; it takes one or two
_START_UP = 1.0  # seconds, about


@dataclass(kw_only=True)
class RefundDrill:
    """What happened, and what shouldn't have."""

    kills: Counter[str] = field(default_factory=Counter)  # step -> kills of a live process
    missed: int = 0  # children that ended before their kill came
    between: int = 0  # exports that were claimed, and whose file wasn't there
    refunds: int = 0
    problems: list[str] = field(default_factory=list)
    notices: dict[int, str] = field(default_factory=dict)  # case -> Message-ID of its notice, when it was first seen
    files: dict[str, bytes] = field(default_factory=dict)  # number of an export -> what was written first


class _Runner:
    """Takes refunds from the inspection to the settlement, and kills on the way."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.office = Office(folder / "desk", {"refunds": {"export_to": FINANCE}})
        self.found = RefundDrill()
        self._chance = random.Random(seed)

    def batch(self, number: int) -> None:
        office = self.office
        office.received(
            *(
                order_of(
                    f"TP20261{number:03}{place:02}", price=price, currency=currency, buyer=f"kate{place}@mail.example"
                )
                for place, (currency, price) in enumerate(_BATCH)
            )
        )
        booking = ("-m", "tests.faults.refund_drill", "--book", str(office.settings_file))
        self._step("booking", booking, lambda: book(office.settings_file))
        self._step("export", self._command("export"), lambda: self._run("export"))
        self._complete_files()
        with office.open():
            (newest,) = instructions.exports(1)
        answer = office.folder / f"answer{number}.csv"
        filled_in(office.folder / f"{export_number(newest.export_id)}.csv", answer, today_there().isoformat())
        self._step("settlement", self._command("settle", answer.name), lambda: self._run("settle", answer.name))
        self._run("settle", answer.name)  # once more: nothing may change
        self.found.refunds += len(_BATCH)

    def _step(self, step: str, arguments: tuple[str, ...], complete: Callable[[], None]) -> None:
        """Once with a kill, then without one."""
        with (self.office.folder / "child.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.office.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        with read_only(self.office.database) as database:
            if self._chance.random() < _AT_START:
                _wait(child, self._chance.uniform(0, _START_UP))
            else:
                _after_commits(child, database, self._chance.randint(1, _COMMITS[step]))
                _wait(child, self._chance.choice((0.0, self._chance.uniform(0, 0.01))))
        child.kill()
        code = child.wait(_PATIENCE)
        if code == -signal.SIGKILL:
            self.found.kills[step] += 1
        else:
            self.found.missed += 1
            if code != 0:
                printed = (self.office.folder / "child.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                self.found.problems.append(f"{step} ended with {code}: {printed}")
        self._look(f"after a kill of {step}")
        complete()
        self._look(f"after the rerun of {step}")

    def _command(self, *arguments: str) -> tuple[str, ...]:
        return ("-m", "mailbot", "--settings", str(self.office.settings_file), "refunds", *arguments)

    def _run(self, *arguments: str) -> None:
        """A command that nobody kills, in this process."""
        printed, mask = io.StringIO(), os.umask(0o077)
        try:
            with contextlib.chdir(self.office.folder), contextlib.redirect_stdout(printed):
                code = app([*self._command(*arguments)[2:], "--json"], standalone_mode=False)
        finally:
            os.umask(mask)
        if code:
            self.found.problems.append(f"{' '.join(arguments)} ended with {code}: {printed.getvalue()}")

    def _complete_files(self) -> None:
        """What a person does after a crash: write the files that are missing; none differs when it is written again."""
        with self.office.open():
            numbers = [export_number(row.export_id) for row in instructions.exports(2)]
        for number in numbers:
            file, again = self.office.folder / f"{number}.csv", self.office.folder / f"{number}.again.csv"
            if not file.exists():
                self.found.between += 1
                self._run("export", "--again", number)
            if number not in self.found.files:
                self._run("export", "--again", number, "--out", again.name)
                self.found.files[number] = again.read_bytes()
            if file.read_bytes() != self.found.files[number]:
                self.found.problems.append(f"{number} written again is another file")

    def _look(self, when: str) -> None:
        with read_only(self.office.database) as database:
            self.found.problems += [f"{when}: {fault}" for fault in refund_faults(database)]
            notices = "SELECT case_id, message_id FROM outbox WHERE template = 'refund_notice'"
            for case, message_id in database.execute(notices):
                if self.found.notices.setdefault(case, message_id) != message_id:
                    self.found.problems.append(f"{when}: the notice of case {case} has another Message-ID")

    def finish(self) -> RefundDrill:
        found = self.found
        told = Counter(
            row["reference"] for number in found.files for row in sheet(self.office.folder / f"{number}.csv")
        )
        found.problems += [f"{reference} was exported {count} times" for reference, count in told.items() if count > 1]
        with read_only(self.office.database) as database:
            ((booked, settled),) = database.execute("SELECT count(*), sum(state = 'settled') FROM refund").fetchall()
            (mails,) = database.execute("SELECT count(*) FROM outbox WHERE template = 'staff_refund_export'").fetchone()
        if (booked, len(told), settled, mails) != (found.refunds, found.refunds, found.refunds, len(found.files)):
            found.problems.append(
                f"of {found.refunds} refunds {booked} were booked, {len(told)} exported, {settled} settled; "
                f"{mails} mails for {len(found.files)} exports"
            )
        return found


def run_refund_drill(folder: Path, *, kills: int, seed: int) -> RefundDrill:
    """Batches of refunds go their way, each step killed in turn, until so many live processes died."""
    runner = _Runner(folder, seed)
    for number in range(1, 2 * kills + 1):
        if runner.found.kills.total() >= kills or runner.found.problems:
            break
        runner.batch(number)
    return runner.finish()


def _wait(child: subprocess.Popen[bytes], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.poll() is None:
        time.sleep(0.001)


def _after_commits(child: subprocess.Popen[bytes], database: sqlite3.Connection, commits: int) -> None:
    """Return right after that many commits of the child, or when it is gone."""

    def version() -> int:
        return int(database.execute("PRAGMA data_version").fetchone()[0])

    until, seen = time.monotonic() + _PATIENCE, version()
    while commits > 0 and child.poll() is None and time.monotonic() < until:
        now = version()
        commits -= now != seen
        seen = now


def book(settings_file: Path) -> None:
    """What the child does that books: `#inspect pass` for every case that is here."""
    with open_desk(settings_file) as opened:
        waiting = [case.id for case in Case.select().where(Case.state == CaseState.RECEIVED.value).order_by(Case.id)]
        for case_id in waiting:
            move(opened, case_id, CaseEvent.INSPECT_PASS)


def main() -> int:
    """Part of `make drill`; exits with 1 on any problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--book", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.book is not None:
        book(arguments.book)
        return 0
    print(f"refund drill, seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="refund-drill-") as folder:
        found = run_refund_drill(Path(folder), kills=arguments.kills, seed=arguments.seed)
    kills = ", ".join(f"{step} {found.kills[step]}" for step in STEPS)
    print(f"{found.refunds} refunds, {len(found.files)} exports; {found.kills.total()} kills ({kills})")
    print(f"{found.between} exports were claimed by a process that died before it wrote the file")
    print("\n".join(["PROBLEMS", *found.problems]) if found.problems else "everything happened once")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
