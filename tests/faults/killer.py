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

from tests.faults.outcome import read_only
from tests.journeys.world import ROOT, World
from tests.servers.smtp import ReceivedMail

PHASES = ("start-up", "intake", "process", "deliver")
# Shares of the kills: aimed at a phase, or blind, at a random instant of the whole pass.
AIMS = {"start-up": 10, "intake": 20, "process": 30, "deliver": 25, "blind": 15}
INTAKE_SECONDS = 0.15  # a kill aimed at intake comes at most so long after the pass took its lock
PASS_SECONDS = 180.0  # an undisturbed pass takes a fraction of it
LOOK_SECONDS = 0.001  # between two looks at what the child has done


@dataclass(frozen=True, kw_only=True)
class Work:
    """A round of the undisturbed run."""

    letters: int  # that it sent
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
        self._start_up = 1.0  # seconds until a child holds the lock, learned as we go
        self.hits: Counter[str] = Counter()  # phase -> kills of a live process
        self.missed = 0  # passes that ended before the kill came
        self.problems: list[str] = []  # passes that ended in a way they shouldn't
        # The letter by whose arrival the relay kills the sender, and whether before it files the sent copy.
        self._fatal: tuple[int, Child, bool] | None = None

    def file_sent_copy(self, mail: ReceivedMail) -> None:
        """The relay's hook: the provider files a copy; now and then the sender dies before it hears "250"."""
        fatal = self._fatal if self._fatal and self._world.sink.count >= self._fatal[0] else None
        if fatal and fatal[2]:
            fatal[1].process.kill()
        self._world.dovecot.deliver(mail.raw, "Sent")
        if fatal:
            fatal[1].process.kill()

    def work(self, number: int) -> None:
        """The kills of this round, then a pass that must end with 0."""
        aims = self._plan[number] if number < len(self._plan) else []
        last = number == len(self._plan) - 1
        for position, aim in enumerate(aims):
            self._strike(aim, aims[position:].count(aim), self._peaceful[number].seconds)
        while last and self._left > 0 and not self.problems:  # kills that came too late are made up for
            self._strike("blind", 1, 0.1)
        child = Child.start(self._world)
        code = child.process.wait(PASS_SECONDS)
        if code != 0:
            self.problems.append(f"round {number}: the undisturbed pass ended with {code}: {child.printed()}")

    def _strike(self, aim: str, of_this_aim: int, seconds: float) -> None:
        """Start a pass and kill it; `of_this_aim` kills share what is left of the round's work."""
        before = self._progress()
        letters = self._world.sink.count
        began = time.monotonic()
        child = Child.start(self._world)
        locked = False
        try:
            if aim == "start-up":
                child.pause(self._chance.uniform(0, self._start_up))
            elif aim == "blind":
                child.pause(self._chance.uniform(0, self._start_up + seconds))
            elif child.wait_until(child.in_pass):
                locked = True
                self._start_up = 0.7 * self._start_up + 0.3 * (time.monotonic() - began)
                self._aim(child, aim, before, letters, of_this_aim)
            locked = locked or child.in_pass()
        finally:
            hit = child.kill()
            self._fatal = None
        if hit:
            self._left -= 1
            self.hits[self._phase(child, locked, before, letters)] += 1
            return
        self.missed += 1
        if child.process.returncode != 0:
            self.problems.append(f"a pass ended with {child.process.returncode}: {child.printed()}")

    def _aim(self, child: Child, aim: str, before: Progress, letters: int, of_this_aim: int) -> None:
        """Wait for the instant to kill."""
        if aim == "intake":
            child.pause(self._chance.uniform(0, INTAKE_SECONDS))
            return
        work = before.pending + before.to_come
        if aim == "process":
            done = before.done + self._chance.randint(0, max(1, 2 * work // (of_this_aim + 1)))
            with read_only(self._database) as database:
                child.wait_until(lambda: _count(database, "inbox WHERE state = 'done'") >= done)
            child.pause(self._chance.uniform(0, 0.02))
            return
        letter = letters + self._chance.randint(1, max(1, 2 * (before.unsent + work) // (of_this_aim + 1)))
        if self._chance.random() < 0.5:  # by the relay itself, between the mail's bytes and its "250"
            self._fatal = (letter, child, self._chance.random() < 0.5)
            child.wait_until(lambda: False)
        elif child.wait_until(lambda: self._world.sink.count >= letter):
            child.pause(self._chance.uniform(0, 0.003))

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


def _plan(kills: int, peaceful: Sequence[Work], chance: random.Random) -> list[list[str]]:
    """The aims of each round in the order of a pass; rounds with more work get more of them."""
    rounds = chance.choices(range(len(peaceful)), [work.letters + 3 for work in peaceful], k=kills)
    aims = [aim for aim, share in AIMS.items() for _ in range(share)]
    chosen = [aims[position * len(aims) // kills] for position in range(kills)]
    chance.shuffle(chosen)
    plan: list[list[str]] = [[] for _ in peaceful]
    for where, aim in zip(rounds, chosen, strict=True):
        plan[where].append(aim)
    # Start-up and blind kills come anywhere; intake must be struck before it is through, and so on.
    order = {"intake": 1.0, "process": 2.0, "deliver": 3.0}
    return [sorted(some, key=lambda aim: order.get(aim) or chance.uniform(0.5, 3.5)) for some in plan]
