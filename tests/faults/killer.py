"""Passes that are killed: aimed at every phase, at instants that chance chooses, and only live processes count."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbot.demo.people import header
from tests.faults.outcome import read_only
from tests.journeys.world import ROOT, World
from tests.servers.smtp import ReceivedMail

PHASES = ("start-up", "intake", "process", "deliver")
# Shares of the kills: aimed at a phase, at the instant after a commit, at the hand-over of a refund notice, or blind,
# at a random instant of the whole pass. Together 100.
AIMS = {"start-up": 10, "intake": 14, "process": 18, "commit": 24, "deliver": 16, "refund": 8, "blind": 10}
PROCESSING = ("process", "commit")  # aims that wait for processed mails
BATCH_MESSAGES = 10  # fetched and committed at a time, so that even few mails make several batches
INTAKE_SECONDS = 0.15  # a kill aimed at intake comes at most so long after the pass took its lock
PASS_SECONDS = 180.0  # an undisturbed pass takes a fraction of it
LOOK_SECONDS = 0.001  # between two looks at what the child has done


@dataclass(frozen=True, kw_only=True)
class Work:
    """A round of the undisturbed run."""

    letters: int  # that it sent
    refund_notices: int  # of these
    seconds: float  # that its pass took, without start-up


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an installation is."""

    done: int = 0  # mails
    pending: int = 0
    to_come: int = 0  # mails on the server that aren't recorded
    unsent: int = 0  # letters


@dataclass(kw_only=True)
class Child:
    """A running `mailbot poll`."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, world: World, *arguments: str) -> Child:
        """Start it; what it prints goes to a file of the installation."""
        log = world.folder / "poll.log"
        command = [sys.executable, "-m", "mailbot", "--settings", str(world.settings_file), *(arguments or ("poll",))]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        return cls(process=process, log=log)

    def printed(self) -> str:
        """Standard output and error, the end of it."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def kill(self) -> bool:
        """SIGKILL; True when a live process died of it."""
        self.process.kill()
        return self.process.wait(30) == -signal.SIGKILL

    def pause(self, seconds: float) -> None:
        """Let it work so long, unless it ends before."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.ended():
            time.sleep(max(0.0, min(LOOK_SECONDS, until - time.monotonic())))

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        """Look until the condition holds; False when the process ends before."""
        until = time.monotonic() + PASS_SECONDS
        while time.monotonic() < until and not self.ended():
            if condition():
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def in_pass(self) -> bool:
        """Whether it holds the lock of a pass, told without touching the lock."""
        pid = f" {self.process.pid} "
        locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
        return any(" FLOCK " in line and pid in line for line in locks)


@dataclass(frozen=True, kw_only=True)
class Fatal:
    """The letter by whose arrival the relay kills the sender, before it can hear "250"."""

    letter: int | None  # by the relay's count; None: the first refund notice
    child: Child
    before_filing: bool  # before or after the relay files the sent copy


def is_refund_notice(mail: ReceivedMail) -> bool:
    """The letter that must never come twice (G10)."""
    subject = header(mail.raw, "Subject")
    return "退款通知" in subject or ("Your refund of" in subject and "has been paid" not in subject)


class Killer:
    """Deals with each round by passes that are killed, then by one that isn't."""

    def __init__(self, world: World, peaceful: Sequence[Work], kills: int, chance: random.Random) -> None:
        """`peaceful` are the rounds of the undisturbed run: the kills are spread over them by their weight."""
        self._world = world
        self._peaceful = peaceful
        self._chance = chance
        self._database = world.folder / "var" / "mailbot.sqlite3"
        self._plan = _plan(kills, peaceful, chance)
        self._left = kills
        self._late: list[str] = []  # aims of kills that came too late, for the next round
        self._start_up = 1.0  # seconds until a child holds the lock, learned as we go
        self.hits: Counter[str] = Counter()  # phase -> kills of a live process
        self.missed = 0  # passes that ended before the kill came
        self.problems: list[str] = []  # passes that ended in a way they shouldn't
        self.refund_notices = 0  # kills at the hand-over of a refund notice
        self._fatal: Fatal | None = None

    def file_sent_copy(self, mail: ReceivedMail) -> None:
        """The relay's hook: the provider files a copy; now and then the sender dies before it hears "250"."""
        fatal = self._fatal
        strikes = fatal is not None and (
            is_refund_notice(mail) if fatal.letter is None else self._world.sink.count >= fatal.letter
        )
        if fatal and strikes and fatal.before_filing:
            fatal.child.process.kill()
        self._world.dovecot.deliver(mail.raw, "Sent")
        if fatal and strikes:
            fatal.child.process.kill()

    def work(self, number: int) -> None:
        """The kills of this round, then a pass that must end with 0."""
        last = number >= len(self._plan) - 1
        aims = _in_order([*self._late, *self._plan[number]], self._chance) if number < len(self._plan) else []
        self._late.clear()
        for position, aim in enumerate(aims):
            # Kills that wait for the same progress share what is left of it, so that no pass gets through before them.
            alike = PROCESSING if aim in PROCESSING else (aim,)
            sharing = sum(other in alike for other in aims[position:])
            if not self._strike(aim, sharing, self._peaceful[number]):
                self._late.append(aim)
        while last and self._left > 0 and not self.problems:  # there is no other round to make up for it
            self._strike("intake", 1, self._peaceful[-1])
        child = Child.start(self._world)
        code = child.process.wait(PASS_SECONDS)
        if code != 0:
            self.problems.append(f"round {number}: the undisturbed pass ended with {code}: {child.printed()}")

    def _strike(self, aim: str, sharing: int, peaceful: Work) -> bool:
        """Start a pass and kill it; `sharing` kills share what is left of the round's work. False if too late."""
        before = self._progress()
        letters = self._world.sink.count
        began = time.monotonic()
        child = Child.start(self._world)
        locked = False
        try:
            if aim == "start-up":
                child.pause(self._chance.uniform(0, self._start_up))
            elif aim == "blind":
                left = (before.pending + before.to_come + before.unsent) / max(1, peaceful.letters)
                child.pause(self._chance.uniform(0, self._start_up + min(1.0, left) * peaceful.seconds))
            elif child.wait_until(child.in_pass):
                locked = True
                self._start_up = 0.7 * self._start_up + 0.3 * (time.monotonic() - began)
                self._aim(child, aim, before, letters, sharing)
            locked = locked or child.in_pass()
        finally:
            hit = child.kill()
            self._fatal = None
        if hit:
            self._left -= 1
            self.refund_notices += aim == "refund"
            self.hits[self._phase(child, locked, before, letters)] += 1
            return True
        self.missed += 1
        if child.process.returncode != 0:
            self.problems.append(f"a pass ended with {child.process.returncode}: {child.printed()}")
        return False

    def _aim(self, child: Child, aim: str, before: Progress, letters: int, sharing: int) -> None:
        """Wait for the instant to kill."""
        if aim == "intake":
            if before.to_come and self._chance.random() < 0.6:
                self._after_commits(child, self._chance.randint(1, 1 + before.to_come // BATCH_MESSAGES))
            else:
                child.pause(self._chance.uniform(0, INTAKE_SECONDS))
            return
        work = before.pending + before.to_come
        if aim == "process":
            done = before.done + self._chance.randint(0, max(1, work // sharing))
            with read_only(self._database) as database:
                child.wait_until(lambda: _count(database, "inbox WHERE state = 'done'") >= done)
            child.pause(self._chance.uniform(0, 0.02))
            return
        if aim == "commit":
            # A pass commits once for a batch of mails, a mail, a batch of letters, and twice around a refund notice.
            commits = self._chance.randint(1, max(1, work // sharing))
            self._after_commits(child, commits)
            return
        if aim == "refund":
            self._fatal = Fatal(letter=None, child=child, before_filing=self._chance.random() < 0.5)
            child.wait_until(lambda: False)
            return
        letter = letters + self._chance.randint(1, max(1, (before.unsent + work) // sharing))
        if self._chance.random() < 0.5:  # by the relay itself, between the mail's bytes and its "250"
            self._fatal = Fatal(letter=letter, child=child, before_filing=self._chance.random() < 0.5)
            child.wait_until(lambda: False)
        elif child.wait_until(lambda: self._world.sink.count >= letter):
            child.pause(self._chance.uniform(0, 0.003))

    def _after_commits(self, child: Child, commits: int) -> None:
        """Return right after that many commits; without a pause between looks, for what comes next comes at once."""
        until = time.monotonic() + PASS_SECONDS
        with read_only(self._database) as database:
            seen = _data_version(database)
            while commits > 0 and not child.ended() and time.monotonic() < until:
                version = _data_version(database)
                commits -= version != seen
                seen = version

    def _progress(self) -> Progress:
        """How far things are, while no child lives."""
        maildir = self._world.dovecot.home / "mail" / self._world.dovecot.username / "Maildir"
        arrived = sum(len(os.listdir(maildir / name)) for name in ("new", "cur"))
        if not self._database.exists():
            return Progress(to_come=arrived)
        with read_only(self._database) as database:
            return Progress(
                done=_count(database, "inbox WHERE state = 'done'"),
                pending=_count(database, "inbox WHERE state = 'pending'"),
                to_come=arrived - _count(database, "server_mail"),
                unsent=_count(database, "outbox WHERE state <> 'sent'"),
            )

    def _phase(self, child: Child, locked: bool, before: Progress, letters: int) -> str:
        """Where the kill struck, by what the dead child left behind."""
        if not locked:
            return "start-up"
        after = self._progress()
        with read_only(self._database) as database:
            claimed = _count(database, f"outbox WHERE claimed_by LIKE '%:{child.process.pid}'")
        if claimed or self._world.sink.count > letters:
            return "deliver"
        if after.done > before.done:
            return "process" if after.pending else "deliver"
        if after.to_come or not before.pending:
            return "intake"
        return "process"


def _count(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _data_version(database: sqlite3.Connection) -> int:
    """A number that changes with every commit of another process."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


def _plan(kills: int, peaceful: Sequence[Work], chance: random.Random) -> list[list[str]]:
    """The aims of each round; rounds with more work get more of them."""
    aims = [aim for aim, share in AIMS.items() for _ in range(share)]
    plan: list[list[str]] = [[] for _ in peaceful]
    by_letters = [work.letters + 3 for work in peaceful]
    by_refunds = [work.refund_notices for work in peaceful]
    for position in range(kills):
        aim = aims[position * len(aims) // kills]
        weights = by_refunds if aim == "refund" and any(by_refunds) else by_letters
        plan[chance.choices(range(len(peaceful)), weights)[0]].append(aim)
    return plan


def _in_order(aims: Sequence[str], chance: random.Random) -> list[str]:
    """Aims in the order of a pass: intake must be struck before it is through. Start-up and blind ones anywhere."""
    order = {"intake": 1.0, "process": 2.0, "deliver": 3.0, "refund": 3.5}
    return sorted(aims, key=lambda aim: order.get(aim) or chance.uniform(0.5, 3.5))
