"""The crash drill: the same story twice, once in peace, once with `kill -9` at random instants. Nothing may differ.

python -m tests.faults.drill --mails 300 --kills 100 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml

from mailbot.demo.people import header
from tests.faults.killer import BATCH_MESSAGES, PHASES, Killer, Work, is_refund_notice
from tests.faults.outcome import Delivered, Outcome, count_letters, differences, faults, read_outcome
from tests.faults.town import Town
from tests.journeys.world import World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

MOST_ROUNDS = 25


@dataclass(frozen=True, kw_only=True)
class DrillResult:
    """What the drill showed."""

    mails: int  # first mails
    all_mails: int  # with the answers
    rounds: int
    kills: Counter[str]  # phase -> kills of a live process
    refund_kills: int  # of these, when the relay had a refund notice and we hadn't heard so
    missed: int  # passes that ended before their kill came
    undisturbed: Delivered
    disturbed: Delivered
    outcome: Outcome  # of the undisturbed run
    deviations: tuple[str, ...]  # lines to read; empty when all is well
    abandoned_files: int  # unfinished temporary files that kills left behind
    seconds: float


@dataclass(kw_only=True)
class Run:
    """One telling of the story."""

    world: World
    town: Town
    rounds: list[Work] = field(default_factory=list)
    mails: int = 0  # that arrived
    _heard: set[str | None] = field(default_factory=set)

    def tell(self, work: Callable[[int], object]) -> None:
        """Mails arrive, `work` deals with them, people answer; until nobody has anything to say."""
        mails = self.town.first_mails
        for number in range(MOST_ROUNDS):
            for raw in mails:
                self.world.arrive(raw)
            self.mails += len(mails)
            began = time.monotonic()
            work(number)
            seconds = time.monotonic() - began
            # Each Message-ID is read once, as mail programs show it once.
            once = {mail.message_id: mail for mail in self.world.new_mails() if mail.message_id not in self._heard}
            self._heard.update(once)
            refunds = sum(is_refund_notice(mail) for mail in once.values())
            self.rounds.append(Work(letters=len(once), refund_notices=refunds, seconds=seconds))
            mails = self.town.reactions(once.values(), number + 1)
            if not mails:
                return
        raise RuntimeError(f"after {MOST_ROUNDS} rounds people still write")


def run_drill(
    folder: Path, *, mails: int, kills: int, seed: int, dovecot: Dovecot, say: Callable[[str], None] = lambda _: None
) -> DrillResult:
    """Tell the story in peace, then with `kills` kills, and compare. The mail of `dovecot` is wiped."""
    began = time.monotonic()
    start = datetime.now(UTC).replace(microsecond=0)
    town = Town(mails=mails, seed=seed, start=start)
    with SmtpSink.start() as sink:
        world = _world(folder / "undisturbed", dovecot, sink, town)
        sink.on_message = lambda mail: dovecot.deliver(mail.raw, "Sent")
        peace = Run(world=world, town=town)
        deviations = []

        def one_pass(number: int) -> None:
            result = world.poll()
            if result.exit_code != 0:
                deviations.append(f"undisturbed run, round {number}: {result}")

        world.now = datetime.now(UTC)
        peace.tell(one_pass)
        deviations += [f"undisturbed run: {line}" for line in (*faults(world.folder), *_reconcile(world))]
        deviations += [f"undisturbed run: {error!r}" for error in sink.hook_errors]
        peaceful_letters = sink.mails
    say(f"in peace: {peace.mails} mails, {len(peaceful_letters)} letters, {time.monotonic() - began:.1f} s")

    with SmtpSink.start() as sink:
        world = _world(folder / "disturbed", dovecot, sink, town, key_of=folder / "undisturbed")
        killer = Killer(world, peace.rounds, kills, random.Random(seed))
        sink.on_message = killer.file_sent_copy
        war = Run(world=world, town=town)

        def disturbed(number: int) -> None:
            killer.work(number)
            say(f"round {number + 1}: {dict(killer.hits)}")

        war.tell(disturbed)
        deviations += killer.problems
        deviations += [f"disturbed run: {line}" for line in (*faults(world.folder), *_reconcile(world))]
        deviations += [f"disturbed run: {error!r}" for error in sink.hook_errors]
        letters = sink.mails

    mask_days = start.date() != datetime.now(UTC).date() or start.hour < 16 <= datetime.now(UTC).hour  # Shanghai's day
    outcome = read_outcome(folder / "undisturbed", peaceful_letters, mask_days=mask_days)
    after = read_outcome(folder / "disturbed", letters, mask_days=mask_days)
    deviations += differences(outcome, after)
    in_war = count_letters(letters)
    deviations += [f"repeated with other bytes: {name}" for name in in_war.altered]
    deviations += [
        f"sent twice: {header(mail.raw, 'Subject')} (G10)" for mail in in_war.repeated if is_refund_notice(mail)
    ]
    if killer.hits.total() < kills:
        deviations.append(f"only {killer.hits.total()} of {kills} kills hit a live process")
    return DrillResult(
        mails=mails,
        all_mails=peace.mails,
        rounds=len(peace.rounds),
        kills=killer.hits,
        refund_kills=killer.refund_notices,
        missed=killer.missed,
        undisturbed=count_letters(peaceful_letters),
        disturbed=in_war,
        outcome=outcome,
        deviations=tuple(deviations),
        abandoned_files=sum(1 for _ in (folder / "disturbed" / "var").rglob("*.tmp")),
        seconds=time.monotonic() - began,
    )


def _world(folder: Path, dovecot: Dovecot, sink: SmtpSink, town: Town, key_of: Path | None = None) -> World:
    """An empty installation on an empty mailbox, with caps that don't bite and hardly any waiting."""
    dovecot.wipe()
    for name in ("INBOX", "Sent"):
        dovecot.create_folder(name)
    world = World(
        folder=folder,
        dovecot=dovecot,
        sink=sink,
        changes={
            "limits": {
                "replies_per_address_per_day": 100_000,
                "replies_per_ticket_per_hour": 100_000,
                "batch_messages": BATCH_MESSAGES,
            },
            "delivery": {"retry_minutes": [0.0005] * 20},
        },
    )
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    settings["mailboxes"]["support"].update(sent_folder="Sent", sent_folder_wait=0)
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    if key_of:
        (folder / "mailbot.key").write_bytes((key_of / "mailbot.key").read_bytes())
    world.import_orders(*town.orders)
    return world


def _reconcile(world: World) -> list[str]:
    done = world.cli("reconcile", "--json")
    rows = world.json("reconcile")
    assert isinstance(rows, list)
    found = [f"reconcile: {row}" for row in rows if row["missing"] or row["new"] or row["pending"]]
    return found or ([f"reconcile ended with {done.returncode}: {done.stderr}"] if done.returncode else [])


def summary(result: DrillResult) -> str:
    """The drill for a person to read."""
    kills = ", ".join(f"{phase} {result.kills[phase]}" for phase in PHASES)
    outcome = result.outcome
    lines = [
        f"{result.mails} first mails and {result.all_mails - result.mails} answers in {result.rounds} rounds",
        f"{result.kills.total()} kills of a live process ({kills}); {result.missed} came too late and don't count",
        f"{len(outcome.tickets)} tickets, {len(outcome.cases)} cases, {len(outcome.refunds)} refunds, "
        f"{len(outcome.attachments)} attachments, {len(outcome.messages)} messages",
        f"{result.undisturbed.letters} letters in peace, {result.disturbed.letters} with kills; "
        f"{len(result.disturbed.repeated)} were sent again with the same Message-ID, "
        f"{sum(is_refund_notice(mail) for mail in result.disturbed.repeated)} of them refund notices",
        f"{result.refund_kills} of the kills at the hand-over of a refund notice",
        f"{result.abandoned_files} unfinished files left behind by kills",
        f"{result.seconds:.0f} s",
    ]
    if result.deviations:
        lines += ["DEVIATIONS", *result.deviations]
    else:
        lines.append("no deviation: tickets, cases, refunds, attachments and letters are those of the undisturbed run")
    return "\n".join(lines)


def main() -> int:
    """`make drill`; exits with 1 on any deviation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--dir", type=Path, help="keep both installations in this new folder")
    arguments = parser.parse_args()
    print(f"crash drill, seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="drill-") as temporary:
        folder = arguments.dir or Path(temporary)
        with Dovecot.start(folder / "server") as dovecot:
            result = run_drill(
                folder,
                mails=arguments.mails,
                kills=arguments.kills,
                seed=arguments.seed,
                dovecot=dovecot,
                say=lambda line: print(line, flush=True),
            )
    print(summary(result))
    return 1 if result.deviations else 0


if __name__ == "__main__":
    sys.exit(main())
