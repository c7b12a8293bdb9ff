"""What a bounce is about, gathered from the store: reads only; what follows is `domain.bounces`."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailbot.domain.bounces import (
    MONEY_TEMPLATES,
    BounceLimits,
    after_bounce,
    report_about,
    severity_of,
    speaks_for,
)
from mailbot.domain.facts import BounceFacts
from mailbot.domain.message import IncomingMail
from mailbot.domain.standing import Standing, Verdict
from mailbot.settings import Settings
from mailbot.store import addresses, tickets


def bounce_facts(
    settings: Settings, mail: IncomingMail, sender: str, standing: Standing, now: datetime
) -> BounceFacts | None:
    """Which mail of ours a bounce returns, and what it makes of the recipient's address."""
    sent = tickets.sent_mail(mail.quoted_message_ids, [report.address for report in mail.deliveries])
    if sent is None:
        return None
    limits = settings.limits
    ours = (settings.mail_domain, settings.smtp.host)
    proven = standing.verdict is Verdict.VERIFIED and speaks_for(sender, sent.recipient, ours)
    report = report_about(sent.recipient, mail.deliveries)
    known = addresses.get(sent.recipient)
    return BounceFacts(
        ticket_id=sent.ticket_id,
        to_staff=sent.to_staff,
        severity=severity_of(report),
        money=sent.template in MONEY_TEMPLATES,
        known=known,
        flag=after_bounce(
            known,
            report,
            sent.recipient,
            now,
            BounceLimits(soft_bounces=limits.soft_bounces, within=timedelta(days=limits.soft_bounce_days)),
            proven=proven,
        ),
    )
