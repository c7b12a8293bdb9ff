"""Another rule book over stored mail."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from mailbot.demo.people import write
from tests.journeys.world import KATE, LIN, SUPPORT, World

RULES = Path(__file__).parents[2] / "rules"


def other_rules(world: World, old: str, new: str) -> Path:
    folder = world.folder / "other-rules"
    shutil.copytree(RULES, folder, dirs_exist_ok=True)
    file = folder / "routing.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def replayed(world: World, rules: Path, *more: str) -> dict[str, Any]:
    found = world.json("replay", "--rules", str(rules), *more)
    assert isinstance(found, dict)
    return found


def test_only_what_the_other_book_changes_is_shown_and_nothing_happens(world: World) -> None:
    world.exchange(
        write(KATE, SUPPORT, "Question, my password: kettle99", "How loud is the kettle?", at=world.now),
        write(LIN, SUPPORT, "退货", "我想退货，订单TP2026110001", at=world.now),
    )
    before = [world.json("tickets", "list"), world.json("cases", "list"), world.json("outbox", "list")]
    assert replayed(world, RULES) == {"looked_at": 2, "differing": []}

    quiet = other_rules(
        world,
        "do: [open a ticket, reply with: acknowledgement, notify staff: new_mail]",
        "do: [open a ticket, notify staff: new_mail]",
    )
    found = replayed(world, quiet)
    (difference,) = found["differing"]
    assert (found["looked_at"], difference["inbox_id"]) == (2, 1)
    assert "Write acknowledgement to customer" in difference["now"]["effects"]
    assert "Write acknowledgement to customer" not in difference["then"]["effects"]
    assert replayed(world, quiet, "--since", "2099-01-01")["looked_at"] == 0
    assert [world.json("tickets", "list"), world.json("cases", "list"), world.json("outbox", "list")] == before

    assert (difference["ticket"], difference["from"]) == ("T-100001", KATE.address)
    assert difference["subject"] == "Question, my password: ******"  # as it is stored
    assert difference["dropped"] == [
        "Write “acknowledgement” to the customer, counted by the caps on automatic answers"
    ]
    assert difference["added"] == []

    told = world.cli("replay", "--rules", str(quiet), env={**os.environ, "COLUMNS": "80"})
    assert "2 mails looked at, 1 would be decided differently; nothing was changed" in told.stdout
    lines = told.stdout.splitlines()
    assert all(cell_len(line.rstrip()) <= 80 for line in lines)
    assert [name.strip() for name in lines[1].split("  ") if name.strip()] == [
        "received", "ticket", "subject", "rule", "what differs"
    ]  # fmt: skip
    assert f"{world.now.astimezone():%Y-%m-%d}  T-100001  Question" in lines[2]
    assert "- Write “acknowledgement”" in told.stdout
    assert "kettle99" not in told.stdout


def test_a_broken_book_is_one_clear_line(world: World) -> None:
    broken = other_rules(world, "[it is a second copy]", "[it is a third copy]")
    told = world.cli("replay", "--rules", str(broken))
    assert told.returncode == 2
    assert "routing.yaml:" in told.stderr
    assert "third copy" in told.stderr
    assert "Traceback" not in told.stderr
    assert world.cli("replay", "--rules", str(world.folder / "nowhere")).returncode == 2
