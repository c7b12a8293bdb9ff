"""The condition that a customer states in the form, in words of their own (P8): a claim, which decides nothing."""

from __future__ import annotations

from mailbot.domain.terms import Condition
from mailbot.domain.wishes import WishTable

# What rules/conditions.yaml has words for.
SEALED, OPENED, UNUSED, TRIED, USED, DAMAGED, UNCLEAR = STATEMENTS = (
    "sealed",
    "opened",
    "unused",
    "tried",
    "used",
    "damaged",
    "unclear",
)


def stated_condition(text: str, words: WishTable) -> Condition | None:
    """The condition by the customer's words, the worst of what they say; None where it has to be seen.

    `words` has the names of STATEMENTS for intents.
    """
    said = words.stated(text)
    plain = {name for name, negated in said if not negated}
    denied = {name for name, negated in said if negated}
    if plain & {USED, DAMAGED}:
        return Condition.USED
    if UNCLEAR in plain or UNUSED in denied:
        return None
    if TRIED in plain:
        return Condition.TRIED
    unused = UNUSED in plain or bool(denied & {USED, TRIED})
    sealed, opened = SEALED in plain or OPENED in denied, OPENED in plain or SEALED in denied
    if sealed and not opened:
        return Condition.SEALED
    return Condition.AS_NEW if unused else None
