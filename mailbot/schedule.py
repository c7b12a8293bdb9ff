"""One pass at a time: fetch, process, timers, deliver; once for cron, or again and again for `serve`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from mailbot.companion import Companion
from mailbot.deliver import Deliverer, DeliveryResult
from mailbot.errors import MailbotError, TryAgainLater
from mailbot.idle import Bell, Watch, end_all
from mailbot.intake import Intake, IntakeResult
from mailbot.process import Processor, ProcessResult
from mailbot.settings import Settings
from mailbot.store import inbox
from mailbot.store.blobs import Blobs
from mailbot.store.drop_folder import DropFolder, PickUp
from mailbot.timers import Timers
from mailbot.watchdog import take_hang, watchdog

log = logging.getLogger(__name__)

Stop = Callable[[], bool]
Job = Callable[[Stop], "PassResult"]
Ring = Callable[[], None]


@dataclass(kw_only=True)
class PassResult:
    """What one pass came to."""

    fetched: int = 0  # mails recorded
    processed: ProcessResult = field(default_factory=ProcessResult)
    due: int = 0  # things that time brought up
    orders: PickUp = field(default_factory=PickUp)  # from the drop folder
    delivered: DeliveryResult = field(default_factory=DeliveryResult)
    troubles: list[MailbotError] = field(default_factory=list)  # mailboxes or relay out of reach
    waiting: list[MailbotError] = field(default_factory=list)  # mailboxes left alone for a while, told of before
    read: set[str] = field(default_factory=set)  # mailboxes whose login went well

    @property
    def exit_code(self) -> int:
        """0 fine, 1 a mail failed, 2 settings are wrong, 75 something is out of reach for now."""
        if self.troubles or self.waiting:
            return max((trouble.exit_code for trouble in (*self.troubles, *self.waiting)), key=(75, 1, 2).index)
        failed = self.processed.failed or self.processed.quarantined or self.delivered.dead or self.orders.failed
        return 1 if failed else 0


@dataclass(kw_only=True)
class Pass:
    """Everything that one pass needs."""

    settings: Settings
    blobs: Blobs
    intake: Intake
    processor: Processor
    timers: Timers
    deliverer: Deliverer
    settings_file: Path  # for the companion
    drop: DropFolder | None  # where exports of orders come in

    def run(self, stop: Stop = lambda: False) -> PassResult:
        """One pass under the lock. A mailbox that can't be read holds nothing else up (G3).

        Those that failed before come last, when the others' mail is dealt with: they may hang.

        Raises TryAgainLater when another pass is running.
        """
        hang = self.settings.schedule.stuck_after
        with pass_lock(self.settings.data):
            if take_hang(self.settings.data, hang):
                self.processor.after_hang()
            self.processor.in_hand.put_down()  # of a process that was killed: that was no fault of the mail's
            with watchdog(self.settings.data, hang, stop) as stop:
                return self._run(stop)

    def _run(self, stop: Stop) -> PassResult:
        result = PassResult()
        self.blobs.sweep()
        taken = IntakeResult(troubles=result.troubles, waiting=result.waiting, read=result.read)
        sound, troubled = self.intake.plan(taken)
        self.intake.run(sound, taken, stop)
        self.work(result, stop)
        if troubled:
            before = taken.new
            self.intake.run(troubled, taken, stop)
            if taken.new > before:
                self.work(result, stop)
        result.fetched = taken.new
        _note_pass(self.settings.data, result)
        return result

    def pick_up(self, stop: Stop = lambda: False) -> PassResult:
        """Import what lies in the drop folder; needs no lock of the data folder, so that mail goes on meanwhile."""
        if self.drop is None:
            return PassResult()
        orders = self.drop.pick_up(datetime.now(UTC), stop)
        return PassResult(orders=orders, troubles=list(orders.troubles))

    def work(self, result: PassResult, stop: Stop) -> None:
        """Process, timers and delivery; mails on their way are finished even when `stop` says so."""
        companion = Companion(self.settings_file) if self._is_backlog() else None
        delivered = DeliveryResult()
        try:
            processed = self.processor.run(stop)
            result.processed = result.processed.plus(processed)
        finally:
            if companion is not None:
                delivered = companion.finish()
        if processed.trouble is not None:
            result.troubles.append(processed.trouble)
        if not stop():
            due, trouble = self.timers.run(stop)
            result.due += due
            if trouble is not None:
                result.troubles.append(trouble)
        if not stop():
            self.deliver(delivered, stop)
            result.troubles.extend(delivered.troubles)
        result.delivered.add(delivered)

    def _is_backlog(self) -> bool:
        return inbox.counts()["pending"] >= self.settings.delivery.companion_from

    def deliver(self, result: DeliveryResult, stop: Stop) -> None:
        """Send what is due, unless another process is at it, which then sends it."""
        with delivery_lock(self.settings.data) as mine:
            if mine:
                self.deliverer.run(result, stop)

    def deliver_while(self, more_to_come: Stop) -> DeliveryResult:
        """Send what is due, and what falls due while there is `more_to_come`: the companion's work."""
        result = DeliveryResult()
        with delivery_lock(self.settings.data) as mine:
            if mine:
                self.deliverer.run(result, more_to_come=more_to_come)
        return result


@contextlib.contextmanager
def delivery_lock(data: Path) -> Iterator[bool]:
    """One process delivers at a time; False when another one does. A kill releases the lock."""
    with (data / "delivery.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


@contextlib.contextmanager
def pass_lock(data: Path) -> Iterator[None]:
    """Hold the data folder's lock; a kill releases it. Raises TryAgainLater when somebody else holds it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "pass.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TryAgainLater(f"{data}: another mailbot is at work here; this one leaves it alone") from None
        yield


def _note_pass(data: Path, result: PassResult) -> None:
    """Leave a note for `health`; written whole or not at all."""
    note = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "exit_code": result.exit_code,
        "troubles": [str(trouble) for trouble in result.troubles],
        "waiting": [str(trouble) for trouble in result.waiting],
    }
    temporary = data / "last-pass.json.tmp"
    try:
        temporary.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, data / "last-pass.json")
    except OSError as error:
        raise TryAgainLater(f"{data}: can't be written: {error.strerror}; the next run carries on") from error


def read_last_pass(data: Path) -> dict[str, object] | None:
    """The note of the last pass: at, exit_code, troubles; None before the first."""
    try:
        note = json.loads((data / "last-pass.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def serve(one_pass: Job, seconds: float, watches: Callable[[Ring], list[Watch]], pick_up: Job | None = None) -> None:
    """Run passes on a schedule, and sooner when a mailbox says so, until SIGTERM or SIGINT.

    The mail in hand is finished first. The schedule only rings a bell: a tick during a pass is not lost, and not
    queued up either. `pick_up` (orders from the drop folder) runs beside the passes, in the scheduler's own thread: a
    long import doesn't keep mail waiting.
    """
    bell = Bell()
    stopping = False

    def end(*_: object) -> None:
        nonlocal stopping
        stopping = True
        bell.ring()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # One scheduler a process, its jobs in memory: a shared job store would fire twice.
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(bell.ring, "interval", seconds=seconds, max_instances=1, coalesce=True)
    if pick_up is not None:
        scheduler.add_job(
            _attempt,
            "interval",
            args=(pick_up, lambda: stopping),
            seconds=seconds,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
        )
    scheduler.start()
    watching = watches(bell.ring)
    for watch in watching:
        watch.start()
    log.info("serving, a pass every %g seconds", seconds)
    try:
        while not stopping:
            read = _attempt(one_pass, lambda: stopping)
            for watch in watching:
                if watch.mailbox in read:
                    watch.allow()
            if not stopping:
                bell.wait(None)
    finally:
        log.info("stopping")
        end_all(watching)
        scheduler.shutdown(wait=True)
        bell.close()


def _attempt(one_pass: Job, stop: Stop) -> set[str]:
    """One pass whose failure is told and survived; returns the mailboxes that were read."""
    try:
        result = one_pass(stop)
    except MailbotError as error:
        log.error("%s", error)
        return set()
    except Exception as error:  # the next pass may well succeed; `health` shows when none does
        # Its words may be a customer's: the log gets the kind of error only.
        log.error("a pass was given up: %s", type(error).__name__)
        log.debug("a pass was given up", exc_info=True)
        return set()
    for trouble in result.troubles:
        log.error("%s", trouble)
    return result.read
