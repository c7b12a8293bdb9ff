"""The part `waiting` of rules/returns.yaml -> WaitingPolicy; every mistake is named with file, line and key."""

from __future__ import annotations

from mailbot.domain.waiting import OF_CUSTOMER, Wait, WaitingPolicy, WaitRule
from mailbot.domain.workdays import MAX_DAYS
from mailbot.errors import ConfigError
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.yamlfile import KeyPath, YamlFile, expect

KEYS = ("waiting", "exchange_days")  # of returns.yaml
_OF_EACH: dict[Wait, tuple[str, ...]] = {
    **dict.fromkeys(Wait, ("tell_staff",)),
    **dict.fromkeys(OF_CUSTOMER, ("remind_customer", "expire")),
    Wait.ARRIVAL: ("tell_staff", "expire"),
    Wait.REPLACEMENT: ("tell_staff", "warn_staff_before"),
    Wait.REFUND: ("warn_staff_before",),
}
_SOONEST_REMINDER = 2  # working days: nobody who wrote yesterday is reminded today


def read_waiting(source: YamlFile, refund_days_max: int) -> WaitingPolicy:
    """The waits of the file, none where it says nothing. Raises ConfigError with file, line, key and a way out."""
    exchange_days = _days(source, ("exchange_days",)) if "exchange_days" in source.data else 0
    rules: dict[Wait, WaitRule] = {}
    if "waiting" in source.data:
        kinds = expect(source, ("waiting",), dict, "kinds of waiting, such as {form: {remind_customer: 5, expire: 10}}")
        for name in kinds:
            wait = _known_wait(source, name)
            rules[wait] = _rule(source, wait)
    for wait, promised, key in (
        (Wait.REFUND, refund_days_max, "refund_days.max"),
        (Wait.REPLACEMENT, exchange_days, "exchange_days"),
    ):
        before = rules.get(wait, WaitRule()).warn_staff_before
        if promised and before >= promised:
            _refuse(
                source, ("waiting", wait.value, "warn_staff_before"), f"expected fewer than {key}: {promised}", before
            )
    return WaitingPolicy(rules=rules, exchange_days=exchange_days)


def _known_wait(source: YamlFile, name: object) -> Wait:
    try:
        return Wait(str(name))
    except ValueError:
        hint = did_you_mean(str(name), [wait.value for wait in Wait]) or f"expected {', '.join(Wait)}"
        raise ConfigError(
            f"{source.where(('waiting', str(name)))}: waiting.{name}: nothing waits for that; {hint}"
        ) from None


def _rule(source: YamlFile, wait: Wait) -> WaitRule:
    key: KeyPath = ("waiting", wait.value)
    allowed = _OF_EACH[wait]
    days: dict[str, int] = {}
    for name in expect(source, key, dict, f"working days, such as {{{allowed[0]}: 5}}"):
        if name not in allowed:
            hint = did_you_mean(str(name), allowed) or f"expected {' or '.join(allowed)}"
            place = source.where((*key, str(name)))
            raise ConfigError(f"{place}: waiting.{wait.value}.{name}: is not part of this wait; {hint}")
        days[name] = _days(source, (*key, name))
    rule = WaitRule(**days)
    for name in ("remind_customer", "tell_staff"):
        if rule.expire and days.get(name, 0) >= rule.expire:
            _refuse(source, (*key, name), f"expected fewer days than expire: {rule.expire}", days[name])
    if 0 < rule.remind_customer < _SOONEST_REMINDER:
        _refuse(
            source, (*key, "remind_customer"), f"expected at least {_SOONEST_REMINDER}, or 0 for never",
            rule.remind_customer,
        )  # fmt: skip
    return rule


def _days(source: YamlFile, key: KeyPath) -> int:
    value: int = expect(source, key, int, "a whole number of working days, 0 for never")
    if not 0 <= value <= MAX_DAYS:
        _refuse(source, key, f"expected 0 to {MAX_DAYS} working days", value)
    return value


def _refuse(source: YamlFile, key: KeyPath, expected: str, found: int) -> None:
    raise ConfigError(f"{source.where(key)}: {'.'.join(map(str, key))}: {expected}, found {found}")
