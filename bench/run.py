"""mailbot against bench/rival.py on the same mailbox: `python -m bench.run` (about 2 x 2 runs over 2,000 mails).

Both read a real Dovecot and send to the same kind of sink, each as a process of its own. What they did is checked
before any figure is printed: a fast run that left mails behind is a failure.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bench.mails import AUTHSERV_ID, write_corpus
from mailbot.demo.sample_orders import write_sample_orders
from mailbot.domain.orders import Order
from mailbot.store.order_files import read_orders
from tests.servers.dovecot import PASSWORD, USERNAME, Dovecot

ROOT = Path(__file__).resolve().parent.parent
ORDERS = 1000
RUN_SECONDS = 3600.0  # the longest that one program may take
PREPARE_SECONDS = 300.0


class Failed(Exception):
    """A program didn't do its work; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """The mail that both programs find."""

    mails: int
    conversations: int  # first mails: each is due an answer
    size: int  # bytes


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one program needed for the whole mailbox."""

    program: str  # mailbot or rival
    seconds: float  # wall clock, start of the interpreter included
    cpu_seconds: float  # user and system
    peak_bytes: int  # resident memory of its largest process
    sent: int  # mails that the relay took


@contextmanager
def _sink() -> Iterator[tuple[int, list[int]]]:
    """A relay that discards; gives its port and a list that holds the number of mails afterwards."""
    command = [sys.executable, "-m", "tests.servers.smtp", "--port", "0", "--discard"]
    counts: list[int] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["port"], counts
        finally:
            process.terminate()
            rest, _ = process.communicate(timeout=20)
        counts.append(int(json.loads(rest.splitlines()[-1])["count"]))


def _measured(program: str, command: Sequence[str], log: Path, environment: dict[str, str]) -> Run:
    """Run to the end; what the program prints goes to `log`. Raises Failed when it ends badly or not in time."""
    measure = [sys.executable, "-S", str(ROOT / "bench" / "measure.py"), *command]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            measure, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=output, start_new_session=True
        ) as process,
    ):
        try:
            told, _ = process.communicate(timeout=RUN_SECONDS)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(f"{program} was not done after {RUN_SECONDS:.0f} seconds") from None
            raise
    cost = json.loads(told)
    if cost["exit"] != 0:
        raise Failed(f"{program} ended with status {cost['exit']}:\n{_end_of(log)}")
    return Run(
        program=program,
        seconds=cost["seconds"],
        cpu_seconds=cost["cpu_seconds"],
        peak_bytes=cost["peak_bytes"],
        sent=0,
    )


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _deliver(server: Dovecot, count: int, seed: int, orders: Sequence[Order]) -> Mailbox:
    conversations = size = 0

    def mails() -> Iterator[bytes]:
        nonlocal conversations, size
        for mail in write_corpus(count, seed, orders, now=datetime.now(UTC)):
            conversations += mail.opens
            size += len(mail.raw)
            yield mail.raw

    # By IMAP, because files put into a Maildir don't get their UIDs in the order in which they were put there,
    # and an answer that comes before its question begins a conversation of its own.
    server.append_many(mails())
    return Mailbox(mails=count, conversations=conversations, size=size)


def mailbot_command(settings: Path, *words: str) -> list[str]:
    """The command line of mailbot."""
    return [sys.executable, "-m", "mailbot", "--settings", str(settings), *words]


def mailbot_environment() -> dict[str, str]:
    """The environment with the password of the mailbox."""
    return {**os.environ, "MAILBOT_MAILBOXES__SUPPORT__PASSWORD": PASSWORD}


def _prepared(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=mailbot_environment(), timeout=PREPARE_SECONDS, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command[1:4])} … ended with status {done.returncode}:\n{done.stdout}{done.stderr}")


def prepare_mailbot(directory: Path, imap_port: int, smtp_port: int, orders: Path) -> Path:
    """A new installation with its orders, ready to poll; returns its settings file."""
    settings = directory / "settings.yaml"
    _prepared([sys.executable, "-m", "mailbot", "init", str(directory)])
    values = yaml.safe_load(settings.read_text())
    loopback = {"host": "127.0.0.1", "security": "none"}
    values["mailboxes"]["support"] |= {**loopback, "port": imap_port, "username": USERNAME}
    values["smtp"] |= {**loopback, "port": smtp_port, "username": ""}
    values["authentication"]["authserv_id"] = AUTHSERV_ID
    settings.write_text(yaml.safe_dump(values, allow_unicode=True))
    _prepared(mailbot_command(settings, "orders", "import", str(orders)))
    return settings


def _check_mailbot(settings: Path, mailbox: Mailbox, sent: int) -> None:
    """Every mail is done, every conversation has its answer, and the relay has what the outbox says."""
    values = yaml.safe_load(settings.read_text())
    database = settings.parent / values["data"] / "mailbot.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        inbox = dict(connection.execute("SELECT state, COUNT(*) FROM inbox GROUP BY state"))
        outbox = dict(connection.execute("SELECT state, COUNT(*) FROM outbox GROUP BY state"))
        (answers,) = connection.execute("SELECT COUNT(*) FROM outbox WHERE reader = 'customer'").fetchone()
    if inbox != {"done": mailbox.mails}:
        raise Failed(f"mailbot's inbox should hold {mailbox.mails} done mails and nothing else: {inbox}")
    if outbox != {"sent": sent}:
        raise Failed(f"mailbot's outbox should hold {sent} sent mails, as the relay counted: {outbox}")
    if answers < mailbox.conversations:
        raise Failed(f"mailbot sent {answers} answers to {mailbox.conversations} conversations")


def run_mailbot(directory: Path, server: Dovecot, mailbox: Mailbox, orders: Path) -> Run:
    """A new installation handles the mailbox in one `mailbot poll`."""
    with _sink() as (port, counts):
        settings = prepare_mailbot(directory, server.port, port, orders)
        run = _measured("mailbot", mailbot_command(settings, "poll"), directory / "bench.log", mailbot_environment())
    _check_mailbot(settings, mailbox, counts[0])
    return _with_sent(run, counts[0])


def run_rival(directory: Path, server: Dovecot, mailbox: Mailbox) -> Run:
    """The script handles the same mailbox."""
    directory.mkdir()
    out = directory / "mails"
    with _sink() as (port, counts):
        command = [sys.executable, "-m", "bench.rival", "--imap-port", str(server.port), "--smtp-port", str(port)]
        run = _measured("rival", [*command, "--dir", str(out)], directory / "bench.log", dict(os.environ))
    with (out / "mails.csv").open(encoding="utf-8", newline="") as table:
        rows = sum(1 for _ in csv.reader(table))
    if rows != mailbox.mails or counts[0] != mailbox.mails:
        raise Failed(f"the rival noted {rows} and answered {counts[0]} of {mailbox.mails} mails")
    return _with_sent(run, counts[0])


def _with_sent(run: Run, sent: int) -> Run:
    return Run(
        program=run.program,
        seconds=run.seconds,
        cpu_seconds=run.cpu_seconds,
        peak_bytes=run.peak_bytes,
        sent=sent,
    )


def benchmark(count: int, rounds: int, seed: int, progress: bool) -> tuple[Mailbox, list[Run]]:
    """Both programs in turn, `rounds` times; who begins alternates, because the first one warms the caches."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as name, Dovecot.start(Path(name) / "imap") as server:
        base = Path(name)
        orders_file = base / "orders.csv"
        write_sample_orders(orders_file, today=datetime.now(UTC).date(), count=ORDERS, seed=seed)
        orders = [order for order in read_orders(orders_file) if isinstance(order, Order)]
        mailbox = _deliver(server, count, seed, orders)
        for number in range(rounds):
            for program in ("mailbot", "rival") if number % 2 == 0 else ("rival", "mailbot"):
                directory = base / f"{program}-{number}"
                if program == "mailbot":
                    run = run_mailbot(directory, server, mailbox, orders_file)
                else:
                    run = run_rival(directory, server, mailbox)
                runs.append(run)
                shutil.rmtree(directory)
                if progress:
                    print(f"round {number + 1}: {program} {run.seconds:.1f} s", file=sys.stderr, flush=True)
    return mailbox, runs


def _summary(mailbox: Mailbox, runs: Sequence[Run]) -> dict[str, object]:
    """Medians for each program, and mailbot's speed as a share of the rival's."""
    programs: dict[str, dict[str, float]] = {}
    for program in ("mailbot", "rival"):
        own = [run for run in runs if run.program == program]
        programs[program] = {
            "mails_per_second": round(statistics.median(mailbox.mails / run.seconds for run in own), 1),
            "seconds": round(statistics.median(run.seconds for run in own), 2),
            "cpu_seconds": round(statistics.median(run.cpu_seconds for run in own), 2),
            "peak_mb": round(max(run.peak_bytes for run in own) / 1e6, 1),
            "sent": own[-1].sent,
        }
    ratio = programs["mailbot"]["mails_per_second"] / programs["rival"]["mails_per_second"]
    return {
        "mails": mailbox.mails,
        "conversations": mailbox.conversations,
        "megabytes": round(mailbox.size / 1e6, 1),
        "rounds": len(runs) // 2,
        **programs,
        "ratio": round(ratio, 3),
    }


def _table(summary: dict[str, object]) -> str:
    lines = [
        "{mails} mails ({conversations} conversations, {megabytes} MB), median of {rounds} rounds".format(**summary),
        f"{'':10}{'mails/s':>10}{'seconds':>10}{'CPU s':>10}{'peak MB':>10}{'sent':>8}",
    ]
    for program in ("mailbot", "rival"):
        values = summary[program]
        assert isinstance(values, dict)
        lines.append(
            f"{program:10}{values['mails_per_second']:>10}{values['seconds']:>10}{values['cpu_seconds']:>10}"
            f"{values['peak_mb']:>10}{values['sent']:>8}"
        )
    lines.append(f"mailbot / rival: {summary['ratio']}")
    return "\n".join(lines)


def main() -> None:
    """Command line; exit status 1 when a program left work behind."""
    parser = argparse.ArgumentParser(prog="python -m bench.run")
    parser.add_argument("--count", type=int, default=2000, help="mails in the mailbox")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.count < 1 or options.rounds < 1:
        parser.error("--count and --rounds must be at least 1")
    if Dovecot.binary() is None:
        parser.error("Dovecot is not installed: the benchmark reads a real mailbox")
    try:
        mailbox, runs = benchmark(options.count, options.rounds, options.seed, progress=not options.json)
    except (Failed, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    summary = _summary(mailbox, runs)
    print(json.dumps(summary) if options.json else _table(summary))


if __name__ == "__main__":
    main()
