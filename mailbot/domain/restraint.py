"""What keeps an automatic answer or a notice back (G4): a machine's mark, or a cap. The mail is never kept back.

The answer is taken out of the decision, the reason stands in the trace, and staff see the mail with that reason.
Notices to staff have caps of their own: a staff address may forward to a machine that answers. Beyond them the mail is
filed all the same, and `health` shows the cap.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

from mailbot.domain.effects import Decision, Effect, OpenTicket, Reader, RecordIncident, UseTicket, Write
from mailbot.domain.facts import DueFacts, Facts
from mailbot.domain.numbers import without_tags
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Role

_DIGITS = re.compile(r"\d{3,}")  # dates, ids and counters differ from one machine's mail to the next
_TAGS = re.compile(r"\[[^\]\n]{1,60}\]|[#＃]\s?\d{1,12}")


def subject_key(sender: str, subject: str) -> str:
    """A digest of sender and subject, by which answers to the same thing are counted; nothing can be read from it.

    Tags, reply prefixes, numbers, case and blanks don't count, nor what stands behind a "+" in the address.
    """
    local, _, domain = sender.lower().rpartition("@")
    bare = without_tags(_TAGS.sub(" ", subject[:1_000]))
    bare = " ".join(_DIGITS.sub("0", bare).lower().split())
    return sha256(f"{local.partition('+')[0]}@{domain}\0{bare}".encode()).hexdigest()[:32]


def sender_key(sender: str) -> str:
    """A digest of the sender, by which notices about their mail are counted; what stands behind a "+" doesn't count."""
    local, _, domain = sender.lower().rpartition("@")
    return sha256(f"{local.partition('+')[0]}@{domain}".encode()).hexdigest()[:32]


def restrain(decision: Decision, facts: Facts) -> Decision:
    """The decision without the answers and the notices that must not go out."""
    return _notices_within_caps(_answers_within_caps(decision, facts), facts)


def restrain_due(decision: Decision, facts: DueFacts) -> Decision:
    """The decision of the clock, or nothing where a letter in it is beyond a cap: it comes up again another day."""
    budget = facts.budget
    caps = {
        "limits.replies_per_address_per_day": budget.for_address,
        "limits.replies_per_ticket_per_hour": budget.for_ticket,
    }
    cap = next((setting for setting, left in caps.items() if left <= 0), "")
    if not cap or not any(isinstance(effect, Write) and effect.automatic for effect in decision.effects):
        return decision
    remark = Remark("not sent: the cap {setting} is reached", setting=cap)
    return replace(decision, effects=(RecordIncident(kind="cap", detail=remark),), remarks=(*decision.remarks, remark))


def _answers_within_caps(decision: Decision, facts: Facts) -> Decision:
    held: list[Write] = []
    remarks: list[str] = []
    incidents: list[Effect] = []
    for effect in decision.effects:
        if not isinstance(effect, Write):
            continue
        cap = _cap(effect, facts)
        if effect.automatic and effect.to is Reader.CUSTOMER and facts.mail.no_reply_reason:
            held.append(effect)
            remarks.append(Remark("not answered by itself: {why}", why=facts.mail.no_reply_reason))
        elif cap:
            held.append(effect)
            remarks.append(Remark("not sent: the cap {setting} is reached", setting=cap))
            incidents.append(RecordIncident(kind="cap", detail=remarks[-1]))
    remarks = list(dict.fromkeys(remarks))
    kept = [effect for effect in decision.effects if effect not in held]
    if facts.mail.no_reply_reason and facts.mail.is_news and facts.role is not Role.STAFF and not held:
        remarks.append(Remark("not answered by itself: {why}", why=facts.mail.no_reply_reason))
    if not remarks:
        return decision
    return replace(
        decision,
        effects=(*_with_staff_told(kept, held, remarks, facts), *dict.fromkeys(incidents)),
        remarks=(*decision.remarks, *remarks),
    )


def _notices_within_caps(decision: Decision, facts: Facts) -> Decision:
    """Without notices beyond their cap; the last one within it says that no more will come."""
    notices = [effect for effect in decision.effects if isinstance(effect, Write) and effect.template == "staff_notice"]
    cap, left = facts.notices.least()
    if not notices or left > 1:
        return decision
    if left == 1:
        last = f"the last notice about this {cap} for now: further mail is filed without one (mailbot health)"
        effects = tuple(
            replace(effect, remarks=(*effect.remarks, last)) if effect in notices else effect
            for effect in decision.effects
        )
        return replace(decision, effects=effects)
    remark = f"staff were not told, the cap on notices per {cap} is reached"
    kept = [effect for effect in decision.effects if effect not in notices]
    incident = RecordIncident(kind="cap", detail=remark)
    return replace(decision, effects=(*kept, incident), remarks=(*decision.remarks, remark))


def _cap(letter: Write, facts: Facts) -> str:
    """The setting whose cap keeps the letter back, "" for none."""
    budget = facts.budget
    if letter.template == "staff_reply":
        return "limits.staff_replies_per_ticket_per_hour" if budget.for_relays <= 0 else ""
    if not letter.automatic:
        return ""
    caps = {
        "limits.replies_per_address_per_day": budget.for_address,
        "limits.replies_per_ticket_per_hour": budget.for_ticket,
        "limits.replies_per_subject_per_day": budget.for_subject,
    }
    return next((setting for setting, left in caps.items() if left <= 0), "")


def _with_staff_told(kept: list[Effect], held: list[Write], remarks: list[str], facts: Facts) -> list[Effect]:
    """Staff see the mail and why it was not answered: in the notice that they get anyway, or in one of its own."""
    notices = [effect for effect in kept if isinstance(effect, Write) and effect.template == "staff_notice"]
    if notices:
        return [
            replace(effect, remarks=(*effect.remarks, *remarks)) if effect in notices else effect for effect in kept
        ]
    if not any(letter.to is Reader.CUSTOMER for letter in held):
        return kept
    if facts.role is Role.STAFF and not (facts.words and facts.words.commands):
        # Nothing shows that a person wrote it, and another notice to all could be answered by the same machine:
        # only the sender hears of it, within their cap.
        refusal = Write(
            template="staff_command_refused",
            to=Reader.ACTING_STAFF,
            automatic=True,
            headline="command_refused",
            remarks=tuple(remarks),
        )
        return kept if _cap(refusal, facts) else [*kept, refusal]
    if not any(isinstance(effect, (OpenTicket, UseTicket)) for effect in kept):
        return kept
    notice = Write(
        template="staff_notice",
        to=Reader.STAFF,
        automatic=False,
        headline="not_answered",
        wish=facts.main_wish,
        not_to=facts.not_to,
        remarks=tuple(remarks),
        evidence=(*facts.thread.evidence, *facts.order.evidence),
        enclose=True,
        with_order=True,
    )
    return [*kept, notice]
