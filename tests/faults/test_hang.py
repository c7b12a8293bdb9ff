"""A mail over which a search by pattern never ends: it keeps every thread of Python's from running (G3, G9)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mailbot.demo.people import write
from tests.journeys.world import KATE, LIN, SUPPORT, World
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

# A pass in which one mail is such a one.
PASS = """
import re, sys
from pathlib import Path
from mailbot.wiring import open_desk

with open_desk(Path(sys.argv[1])) as desk:
    glean = desk.processor.gatherer.glean

    def glean_or_hang(mail, **named):
        if mail.subject == "Hang":
            re.match("(a+)+$", "a" * 60 + "!")
        return glean(mail, **named)

    desk.processor.gatherer.glean = glean_or_hang
    desk.run_pass()
"""


def test_it_is_put_aside_after_as_many_attempts_as_any_other(
    tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    changes: dict[str, object] = {"schedule": {"stuck_after": 2}, "limits": {"attempts": 2}}
    world = World(folder=tmp_path / "desk", dovecot=dovecot, sink=smtp_sink, changes=changes)
    world.arrive(write(KATE, SUPPORT, "Hang", "I am hostile.", at=world.now))
    world.arrive(write(LIN, SUPPORT, "Question", "How loud is the kettle?", at=world.now))

    def run() -> int:
        return subprocess.run(
            [sys.executable, "-c", PASS, str(world.settings_file)], timeout=60, check=False
        ).returncode

    ended = list(iter(run, 0))  # a slow machine may be taken for one that hangs once more
    assert ended.count(1) >= 2, ended
    (aside,) = world.json("quarantine", "list")  # type: ignore[misc]
    assert "made no progress" in str(aside)
    assert "a pass made no progress" in str(world.json("health"))
    assert "glean_or_hang" in (world.folder / "var" / "last-hang-trace.txt").read_text(encoding="utf-8")
    assert "hostile" not in (world.folder / "var" / "last-hang-trace.txt").read_text(encoding="utf-8")
    assert world.sink.count == 2  # the question was acknowledged, and staff told of it
    assert world.cli("poll").returncode == 0
