"""What a bounce means for the address that it is about (RFC 3463, 3464), and how that lasts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailbot.domain.message import Action, DeliveryReport

# Letters that tell of money: when one doesn't arrive, staff hear of it each time.
MONEY_TEMPLATES = frozenset({"refund_notice", "refund_settled", "refund_late", "refund_moved"})

# Final for one mail, not for the address: mailbox full, mail too large, its content, or how it was sent.
_ABOUT_THE_MAIL = re.compile(r"5\.(?:1\.[78]|2\.[234]|3\.4|6\.\d{1,3}|7\.\d{1,3})")
_UNSPECIFIC = re.compile(r"5\.[0-5]\.0")
_PASSING_WORDS = re.compile(
    r"mailbox (?:is )?full|quota|over ?limit|temporar|try again|too many|frequency|rate limit|spam|blacklist|"
    r"blocked|blocklist|policy|access denied|too large|size exceed|reputation|"
    r"currently unavailable|已满|容量|频率|垃圾邮件|暂时",
    re.IGNORECASE,
)


class Severity(StrEnum):
    """How lasting a failure is."""

    HARD = "hard"  # nothing will ever arrive there
    SOFT = "soft"  # this mail didn't arrive, the next one may
    NOTICE = "notice"  # delayed, relayed or delivered: no failure at all


@dataclass(frozen=True, kw_only=True)
class BounceLimits:
    """When soft bounces add up to a hard one."""

    soft_bounces: int  # this many of them
    within: timedelta  # in this time


@dataclass(frozen=True, kw_only=True)
class AddressState:
    """An address that our mail didn't reach."""

    address: str  # lower case
    severity: Severity  # HARD or SOFT
    status: str  # RFC 3463, "" where the bounce names none
    reason: str  # the server's words, at most 300 characters
    since: datetime  # aware; when it became so; for SOFT the first bounce that counts
    count: int  # bounces since then
    seen_at: datetime  # aware; the newest bounce
    proven: bool = False  # the server that must know said so; anybody who saw a mail of ours could write a bounce


def severity_of(report: DeliveryReport) -> Severity:
    """How lasting a reported failure is: 5.x.x is for ever, unless it is about the mail and not about the address."""
    if report.action is not Action.FAILED:
        return Severity.NOTICE
    if not report.status.startswith("5") or _ABOUT_THE_MAIL.fullmatch(report.status):
        return Severity.SOFT
    if _UNSPECIFIC.fullmatch(report.status) and _PASSING_WORDS.search(report.reason):
        return Severity.SOFT
    return Severity.HARD


def report_about(recipient: str, reports: Sequence[DeliveryReport]) -> DeliveryReport:
    """What a bounce says about the recipient of our mail.

    Our mails have one recipient each. Where the bounce names only others (an address that the customer's mail is
    forwarded to, or none at all), nothing is said about the recipient's own address: a soft failure without a status.
    """
    wanted = recipient.lower()
    for report in reports:
        if report.address.lower() == wanted:
            return report
    actions = {report.action for report in reports}
    elsewhere = Action.FAILED if not actions or Action.FAILED in actions else Action.DELAYED
    reason = next((report.reason for report in reports if report.reason), "")
    return DeliveryReport(address=wanted, action=elsewhere, status="", reason=reason)


def speaks_for(sender: str, recipient: str, ours: Sequence[str]) -> bool:
    """Is the sender of a bounce at the recipient's own domain, or at one of `ours` (our relay's)? Lower case."""
    said_by = sender.rpartition("@")[2]
    if "." not in said_by:
        return False
    at = recipient.lower().rpartition("@")[2]
    return any(_same_or_below(said_by, one.lower()) or _same_or_below(one.lower(), said_by) for one in (at, *ours))


def _same_or_below(domain: str, above: str) -> bool:
    return "." in above and (domain == above or domain.endswith("." + above))


def after_bounce(
    known: AddressState | None,
    report: DeliveryReport,
    recipient: str,
    now: datetime,
    limits: BounceLimits,
    *,
    proven: bool = False,
) -> AddressState | None:
    """The state of an address after a bounce; None where nothing failed. `proven`: as `AddressState` means it."""
    severity = severity_of(report)
    if severity is Severity.NOTICE:
        return None
    fresh = AddressState(
        address=recipient.lower(),
        severity=severity,
        status=report.status,
        reason=report.reason,
        since=now,
        count=1,
        seen_at=now,
        proven=proven,
    )
    if known is None:
        return _added_up(fresh, now, limits)
    if known.severity is Severity.HARD:
        surely = known.proven or (proven and severity is Severity.HARD)
        return replace(known, count=known.count + 1, seen_at=now, proven=surely)
    if severity is Severity.HARD:
        return replace(fresh, count=known.count + 1)
    if now - known.since > limits.within:
        return _added_up(fresh, now, limits)
    added = replace(fresh, since=known.since, count=known.count + 1, proven=known.proven and proven)
    return _added_up(added, now, limits)


def _added_up(state: AddressState, now: datetime, limits: BounceLimits) -> AddressState:
    """Soft bounces add up to a hard one."""
    if state.severity is Severity.SOFT and state.count >= limits.soft_bounces:
        return replace(state, severity=Severity.HARD, since=now)
    return state
