"""How a word of the rules is defined and found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from mailbot.domain.effects import Effect
from mailbot.domain.facts import DueFacts, Facts
from mailbot.domain.rules import F, RuleBook

Test = Callable[[F, RuleBook, str], bool]
Build = Callable[[F, RuleBook, str], tuple[Effect, ...]]

# What an argument may be: one of some values, or the name of a template, wish or table; None takes no argument.
Argument = tuple[str, ...] | str | None
TEMPLATE, WISH, TABLE, TABLE_FOR_EACH = "template", "wish", "table", "table for each order"


def _without_ids(text: str | None) -> str:
    """The numbers of guarantees and policies are the developers' own."""
    return re.sub(r"\s*\([GP]\d{1,2}(?:, [GP]\d{1,2})*\)", "", text or "")


@dataclass(frozen=True, kw_only=True)
class ConditionWord(Generic[F]):
    """A condition that rules may use; the docstring of `test` explains it."""

    name: str
    argument: Argument
    test: Test[F]

    @property
    def meaning(self) -> str:
        """The word explained."""
        return _without_ids(self.test.__doc__)


@dataclass(frozen=True, kw_only=True)
class ActionWord(Generic[F]):
    """An action that rules may use; the docstring of `build` explains it."""

    name: str
    argument: Argument
    build: Build[F]

    @property
    def meaning(self) -> str:
        """The word explained."""
        return _without_ids(self.build.__doc__)


@dataclass(frozen=True, kw_only=True)
class Vocabulary(Generic[F]):
    """All words for one kind of facts."""

    conditions: dict[str, ConditionWord[F]]
    actions: dict[str, ActionWord[F]]

    def condition(self, name: str, argument: Argument = None) -> Callable[[Test[F]], Test[F]]:
        """Register a condition."""

        def register(test: Test[F]) -> Test[F]:
            self.conditions[name] = ConditionWord(name=name, argument=argument, test=test)
            return test

        return register

    def action(self, name: str, argument: Argument = None) -> Callable[[Build[F]], Build[F]]:
        """Register an action."""

        def register(build: Build[F]) -> Build[F]:
            self.actions[name] = ActionWord(name=name, argument=argument, build=build)
            return build

        return register


MAIL_WORDS: Vocabulary[Facts] = Vocabulary(conditions={}, actions={})
DUE_WORDS: Vocabulary[DueFacts] = Vocabulary(conditions={}, actions={})
