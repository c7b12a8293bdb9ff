"""What the tests of mailboxes share: settings changed, mails made, answers counted."""

from __future__ import annotations

from typing import Any

import yaml

from mailbot.demo.people import Person, write
from mailbot.settings import load_settings
from mailbot.store import mailboxes
from mailbot.wiring import open_store
from tests.journeys.world import SUPPORT, World


def change(world: World, **accounts: dict[str, object]) -> None:
    """Settings of mailboxes; one that isn't there yet is a copy of `support`."""
    settings = yaml.safe_load(world.settings_file.read_text(encoding="utf-8"))
    for name, values in accounts.items():
        account = settings["mailboxes"].setdefault(name, dict(settings["mailboxes"]["support"]))
        account.update(values)
    world.settings_file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def question(world: World, number: int, size: int = 0) -> bytes:
    person = Person(name=f"Customer {number}", address=f"customer{number}@mail.example")
    text = f"How loud is kettle {number}?" + "\n" + "It is rather loud. " * (size // 19)
    return write(person, SUPPORT, f"Question {number}", text, at=world.now)


def answered(world: World) -> list[int]:
    """The customers who got an answer, by number."""
    people = [m.recipients[0] for m in world.sink.mails if m.recipients[0].startswith("customer")]
    return sorted(int(person.removeprefix("customer").partition("@")[0]) for person in people)


def troubles(world: World) -> list[mailboxes.Trouble]:
    with open_store(load_settings(world.settings_file)):
        return mailboxes.troubles()


def rows(world: World) -> dict[str, dict[str, Any]]:
    """What `reconcile` says, by folder."""
    found = world.json("reconcile")
    assert isinstance(found, list)
    return {f"{row['mailbox']}/{row['folder']}": row for row in found}
