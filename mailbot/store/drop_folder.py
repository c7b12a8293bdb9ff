"""A folder into which another system puts its nightly export of orders.

    export.csv                        put here; read once nobody has touched it for a while
    working/<time>.<try>.export.csv   taken; after a kill the next run begins it again
    done/<time>.export.csv            imported, with <the same>.rejects.csv where rows were refused
    failed/<time>.export.csv          unusable, with <the same>.reason.txt; `health` shows it until it is taken away

A file is taken by renaming it, so that no two processes import it and a newer one of the same name is another file.
Whoever can should upload under another ending (export.csv.part) and rename at the end: only known endings are read.
Importing again what was imported before changes nothing, so an interrupted import is simply done again.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot.errors import ConfigError, MailbotError, TryAgainLater
from mailbot.store.order_files import ENDINGS
from mailbot.store.order_import import ImportResult, import_orders
from mailbot.store.order_rows import RejectsUnwritable

log = logging.getLogger(__name__)

WORKING, DONE, FAILED = "working", "done", "failed"
_MOST_FILES = 1000  # looked at in one run
_ATTEMPTS = 3  # imports of one file that ended in a kill
_OVERDUE = timedelta(hours=1)  # after this, something is wrong with a file that still waits
_TAKEN = re.compile(r"(\d{8}T\d{12}Z)\.(\d{1,3})\.(.+)", re.ASCII | re.DOTALL)
_KEPT = re.compile(r"(\d{8}T\d{12}Z)\..+", re.ASCII | re.DOTALL)
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(kw_only=True)
class PickUp:
    """What one look into the folder came to."""

    files: int = 0  # imported
    orders: int = 0  # inserted or replaced
    rejected: int = 0  # rows
    failed: int = 0  # files
    troubles: list[MailbotError] = field(default_factory=list)  # not the files' fault; the next run tries again


@dataclass(frozen=True, kw_only=True)
class DropState:
    """What a monitor should know of the folder."""

    waiting: int  # files that will be imported
    overdue: tuple[str, ...]  # names that should be gone by now, or that nothing reads
    failed: tuple[str, ...]  # names in failed/, without the reasons
    trouble: str  # why the folder can't be looked into, "" when it can


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """A file that is ours."""

    path: Path  # in working/
    stamp: str  # when it was taken
    attempt: int  # from 1
    name: str  # as it was put here

    @property
    def kept_name(self) -> str:
        return f"{self.stamp}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class DropFolder:
    """The folder; nothing in it is read but regular files with an ending that orders are read from."""

    path: Path
    settle_seconds: float  # without any change, after which a file counts as complete
    keep_days: int  # after which a finished file is deleted; it names customers
    fits: Callable[[str], bool] = lambda _: True  # whether mails that quote an order number can be matched to it

    def pick_up(self, now: datetime, stop: Callable[[], bool] = lambda: False) -> PickUp:
        """Import what is there, oldest first; one process at a time, another one finds nothing to do.

        A bad file ends in failed/ and holds nothing else up (G3). Never raises for trouble with files.
        """
        result = PickUp()
        try:
            for name in (WORKING, DONE, FAILED):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
            with self._lock() as mine:
                if mine:
                    self._sweep(now)
                    for claim in self._claims(now):
                        if stop() or not self._import(claim, stop, result):
                            break
        except OSError as error:
            result.troubles.append(TryAgainLater(f"{self.path}: the drop folder can't be used: {error.strerror}"))
        return result

    @contextmanager
    def _lock(self) -> Iterator[bool]:
        """The folder's lock, which a kill releases; False when another process has it."""
        descriptor = os.open(self.path / WORKING, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)

    def _claims(self, now: datetime) -> Iterator[_Claim]:
        """What a killed run left behind, then what is new; each is taken when it is its turn."""
        for path in sorted((self.path / WORKING).iterdir()):
            if match := _TAKEN.fullmatch(path.name):
                yield self._take(_Claim(path=path, stamp=match[1], attempt=int(match[2]), name=match[3]), tries=1)
        for path, status in sorted(_readable(self.path), key=lambda found: (found[1].st_mtime_ns, found[0].name)):
            # The time of the last change, not of the last writing: programs that copy set the latter as they like.
            if now.timestamp() - status.st_ctime >= self.settle_seconds:
                stamp = datetime.now(UTC).strftime(_STAMP)
                try:
                    claim = self._take(_Claim(path=path, stamp=stamp, attempt=0, name=path.name), tries=1)
                except FileNotFoundError:  # whoever put it here took it back
                    continue
                yield claim

    def _take(self, claim: _Claim, tries: int) -> _Claim:
        """Rename a file to what it is called in working/, with so many tries more."""
        attempt = claim.attempt + tries
        target = self.path / WORKING / f"{claim.stamp}.{attempt}.{claim.name}"
        claim.path.rename(target)
        return replace(claim, path=target, attempt=attempt)

    def _import(self, claim: _Claim, stop: Callable[[], bool], result: PickUp) -> bool:
        """Import one file and put it away; False when the run should end here."""
        if claim.attempt > _ATTEMPTS:
            self._fail(claim, f"its import was broken off {_ATTEMPTS} times", result)
            return True
        rejects = self.path / DONE / f"{claim.kept_name}.rejects.csv"
        before = _fingerprint(claim.path)
        try:
            done = import_orders(claim.path, rejects, stop=stop, fits=self.fits)
        except (RejectsUnwritable, TryAgainLater) as error:
            self._leave(claim)
            result.troubles.append(error)
            return False
        except ConfigError as error:
            self._fail(claim, str(error).replace(str(claim.path), claim.name), result)
            return True
        except Exception as error:  # one file must not stop the others; its words stay out of the log
            log.error("a file of orders could not be imported: %s", type(error).__name__)
            log.debug("a file of orders", exc_info=True)
            self._fail(claim, f"an error of mailbot's own: {type(error).__name__}", result)
            return True
        if not done.complete or _fingerprint(claim.path) != before:  # told to stop, or somebody still writes
            self._leave(claim)
            return True
        self._put_away(claim, done, result)
        return True

    def _put_away(self, claim: _Claim, done: ImportResult, result: PickUp) -> None:
        if done.rejected and not done.imported:
            self._fail(claim, f"not one order in it could be used; {done.reasons[0]}", result)
            return
        claim.path.rename(self.path / DONE / claim.kept_name)
        result.files += 1
        result.orders += done.imported
        result.rejected += done.rejected
        log.info("orders imported from a file: %d, rows rejected: %d", done.imported, done.rejected)

    def _leave(self, claim: _Claim) -> None:
        """Begin it again the next time; this try doesn't count."""
        self._take(claim, tries=-1)

    def _fail(self, claim: _Claim, reason: str, result: PickUp) -> None:
        rejects = self.path / DONE / f"{claim.kept_name}.rejects.csv"
        target = self.path / FAILED / claim.kept_name
        if rejects.exists():
            rejects.rename(target.with_name(f"{target.name}.rejects.csv"))
        # Before the file itself: what stands in failed/ has its reason. The reason may quote the file.
        descriptor = os.open(
            target.with_name(f"{target.name}.reason.txt"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
        )
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(reason + "\n")
        claim.path.rename(target)
        result.failed += 1
        log.error("a file of orders can't be used: see %s", self.path / FAILED)

    def _sweep(self, now: datetime) -> None:
        """Delete finished files whose time is up."""
        before = (now - timedelta(days=self.keep_days)).strftime(_STAMP)
        for path in (self.path / DONE).iterdir():
            if (match := _KEPT.fullmatch(path.name)) and match[1] < before:
                path.unlink(missing_ok=True)

    def state(self, now: datetime) -> DropState:
        """What waits, what is stuck and what failed; changes nothing."""
        try:
            waiting = list(_readable(self.path))
            others = [(path, status) for path, status in _files(self.path) if not _is_readable(path)]
            failed = _failed(self.path / FAILED)
            taken = list(_files(self.path / WORKING)) if (self.path / WORKING).is_dir() else []
        except OSError as error:
            return DropState(waiting=0, overdue=(), failed=(), trouble=f"{self.path}: {error.strerror}")
        limit = now.timestamp() - _OVERDUE.total_seconds() - self.settle_seconds
        overdue = tuple(path.name for path, status in (*waiting, *others) if status.st_ctime < limit)
        return DropState(waiting=len(waiting) + len(taken), overdue=overdue, failed=failed, trouble="")


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Regular files that aren't hidden, at most 1000."""
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~$")) or not entry.is_file(follow_symlinks=False):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # renamed or taken meanwhile
                continue
            yield Path(entry.path), status
            count += 1
            if count >= _MOST_FILES:
                return


def _readable(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    return ((path, status) for path, status in _files(folder) if _is_readable(path))


def _is_readable(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _failed(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    names = {path.name for path, _ in _files(folder)}
    return tuple(sorted(name for name in names if not name.endswith((".reason.txt", ".rejects.csv"))))


def _fingerprint(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
