"""What the desk tells staff by a key has words in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.sayings import Saying, Says
from mailbot.mail.render import Templates
from mailbot.mail.sample_letters import sample_letter
from tests.domain.examples import ROOT

TEMPLATES = Templates.load(ROOT / "templates")


def refusal(language: str, *sayings: Saying) -> str:
    letter = sample_letter(language)
    assert letter.note is not None
    bare = replace(letter.note, remarks=(), orders=(), cases=(), commands=(), sayings=sayings)
    return TEMPLATES.render("staff_command_refused", language, replace(letter, note=bare)).text


@pytest.mark.parametrize("key", list(Says))
@pytest.mark.parametrize("language", TEMPLATES.languages())
def test_every_saying_has_words_and_names_its_numbers(language: str, key: Says) -> None:
    silent, said = refusal(language), refusal(language, Saying(key=key, numbers=("X-1", "X-2"), text="#y"))
    assert "X-1" in said
    assert len(said.splitlines()) > len(silent.splitlines())


@pytest.mark.parametrize("language", TEMPLATES.languages())
def test_an_order_that_was_never_named_has_words_too(language: str) -> None:
    assert len(refusal(language, Saying(key=Says.NO_ORDER))) > len(refusal(language)) + 10
