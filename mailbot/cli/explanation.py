"""Why the desk decides as it does about a mail, as values for people: the terminal and the page show the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbot.cli.common import visible
from mailbot.cli.order_lines import receipt_lines, several_told
from mailbot.cli.proposal_tell import ToldProposal, proposal_told
from mailbot.cli.steps import READERS, step_told
from mailbot.domain.amounts import Amount
from mailbot.domain.catalogue import ModelFinding
from mailbot.domain.dates_in_text import DateFound
from mailbot.domain.effects import RuleTrace
from mailbot.domain.facts import Facts
from mailbot.domain.masking import mask_secrets
from mailbot.domain.match import Ambiguous, Candidate, Exact, NoMatch, Probable
from mailbot.domain.message import Address, Origin
from mailbot.domain.numbers import case_number, ticket_number
from mailbot.domain.phones import Phone
from mailbot.domain.rules import RuleBook
from mailbot.domain.several import names_anothers
from mailbot.domain.standing import Role, Verdict
from mailbot.rehearse import Rehearsed, RehearsedLetter

_LONGEST = 4_000  # characters of the mail's text, and of a document's

_ROLES = {
    Role.CUSTOMER: "a customer",
    Role.STAFF: "a member of staff",
    Role.DESK: "one of the desk's own addresses",
    Role.NOBODY: "nobody who could be written to",
}
_VERDICTS = {
    Verdict.VERIFIED: "proven: our mail server found that the address is the sender's",
    Verdict.FAILED: "not believed: our mail server found that the address is not the sender's",
    Verdict.UNVERIFIED: "not proven: our mail server found nothing either way",
}
_ORIGINS = {
    Origin.HUMAN: "a person",
    Origin.AUTO_REPLY: "a machine that answers by itself",
    Origin.BOUNCE: "a mail server: a report about delivery",
    Origin.COMPLAINT: "a mail service: a report of a spam complaint",
    Origin.LIST: "a mailing list or newsletter",
    Origin.OWN: "this desk: its own mail came back",
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that is known."""

    label: str  # "order number"; "" for more of the one before
    value: str
    source: str = ""  # where it stood or what it rests on; "" where that goes without saying


@dataclass(frozen=True, kw_only=True)
class FactGroup:
    """Facts under a heading."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class CandidateRow:
    """An order that can be meant."""

    number: str
    points: int
    share: int  # of the best one's points, in per cent
    about: str  # "bought on 2026-11-02: TP-K17 × 1"
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableRun:
    """A table of rules that was entered."""

    name: str  # "incoming"
    rules: tuple[RuleTrace, ...]  # in the sequence in which they were looked at

    @property
    def hit(self) -> RuleTrace | None:
        """The rule that decided, None where none held."""
        return next((rule for rule in self.rules if rule.hit), None)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything that is shown of one mail."""

    subject: str
    sender: str  # with the name
    arrived: str
    text: str  # its new words
    stored: str  # what became of the stored mail, "" where it isn't stored
    groups: tuple[FactGroup, ...]
    outcome: str  # which order is meant, in a sentence
    tone: str  # of it: good, warn where a person has to look, plain
    evidence: tuple[str, ...]
    conflicts: tuple[str, ...]
    candidates: tuple[CandidateRow, ...]
    proposals: tuple[ToldProposal, ...]
    tables: tuple[TableRun, ...]
    rules_version: str
    steps: tuple[str, ...]  # what would be done, in order
    remarks: tuple[str, ...]  # what changed the decision after the rules: caps
    trouble: str  # why it could not be done, "" where it could
    letters: tuple[RehearsedLetter, ...]


def explain_rehearsal(done: Rehearsed, book: RuleBook) -> Explanation:
    """The explanation of a rehearsed mail; a customer's secrets are masked as in notices to staff (G7)."""
    facts, mail = done.facts, done.facts.mail
    best = max((one.points for one in facts.order.candidates), default=0)
    return Explanation(
        subject=_own(mail.subject) or "(no subject)",
        sender=_named(mail.sender),
        arrived=f"{done.arrived:%Y-%m-%d %H:%M} UTC",
        text=_cut(_own((mail.reply_text or mail.text).strip())),
        stored=_stored(done.stored_as),
        groups=tuple(group for group in _groups(facts) if group.facts),
        outcome=_outcome(facts),
        tone=_tone(facts),
        evidence=tuple(map(_own, facts.order.evidence)),
        conflicts=tuple(map(_own, facts.order.conflicts)),
        candidates=tuple(_candidate(one, best) for one in facts.order.candidates),
        proposals=tuple(
            ToldProposal(number=number, lines=tuple(map(_own, proposal_told(lines))))
            for number, lines in done.proposals.items()
        ),
        tables=_tables(done.decision.trace, book),
        rules_version=book.version,
        steps=tuple(visible(step_told(effect, done.ticket_id)) for effect in done.decision.effects),
        remarks=tuple(map(_own, done.decision.remarks)),
        trouble=visible(done.trouble),
        letters=tuple(map(_letter, done.letters)),
    )


def decision_lines(trace: str) -> Iterator[str]:
    """A stored decision (JSON of `process`) in a few lines: rules hit, order, candidates, remarks."""
    stored: dict[str, Any] = json.loads(trace) if trace else {}
    hits = [rule for rule in stored.get("rules", ()) if rule["hit"]]
    if hits:
        yield f"decided by: {' > '.join(rule['rule'] for rule in hits)} ({hits[-1]['where']})"
    order = stored.get("order", {})
    for line in order.get("evidence", ()):
        yield f"order: {line}"
    if scores := ", ".join(f"{one['number']} {one['points']} points" for one in order.get("candidates", ())):
        yield f"order match {order['match']}: {scores}"
    for line in order.get("conflicts", ()):
        yield f"contradiction: {line}"
    for line in stored.get("approved_by_rule", ()):
        yield f"approved by itself: {line}"
    for line in stored.get("remarks", ()):
        yield f"note: {line}"


def _own(text: str) -> str:
    """Words of a customer."""
    return mask_secrets(visible(text))


def _cut(text: str) -> str:
    return f"{text[:_LONGEST]} […]" if len(text) > _LONGEST else text


def _named(address: Address | None) -> str:
    return _own(f"{address.name} <{address.email}>" if address.name else address.email) if address else "nobody"


def _stored(state: str) -> str:
    return {
        "": "",
        "pending": "stored, not decided about yet",
        "done": "decided about already; here it is decided anew, as of its arrival, with what is known today",
        "quarantined": "in quarantine",
    }[state]


def _letter(letter: RehearsedLetter) -> RehearsedLetter:
    return replace(
        letter,
        to=visible(letter.to),
        cc=visible(letter.cc),
        subject=visible(letter.subject),
        text=visible(letter.text).strip("\n"),
        files=tuple(map(_own, letter.files)),
    )


def reader_told(letter: RehearsedLetter) -> str:
    """Who gets a letter, in words."""
    return READERS[letter.reader]


def _groups(facts: Facts) -> Iterator[FactGroup]:
    yield FactGroup(title="Sender", facts=tuple(_sender(facts)))
    yield FactGroup(title="Conversation", facts=tuple(_conversation(facts)))
    yield FactGroup(title="What the mail says", facts=tuple(_said(facts)))
    yield FactGroup(title="Attached files", facts=tuple(_files(facts)))
    yield FactGroup(title="What the files say of the order", facts=tuple(_receipts(facts)))
    yield FactGroup(title="Wishes", facts=tuple(_wishes(facts)))


def _sender(facts: Facts) -> Iterator[Fact]:
    mail = facts.mail
    name = f" ({facts.staff_name})" if facts.staff_name else ""
    yield Fact(label="from", value=_named(mail.sender), source=f"{_ROLES[facts.role]}{name}")
    yield Fact(label="sender check", value=_VERDICTS[facts.standing.verdict], source=_own(facts.standing.evidence))
    others = [one for one in mail.reply_to if one.email.lower() != facts.sender]
    if others:
        told = ", ".join(map(_named, others))
        yield Fact(label="replies go to", value=told, source="Reply-To, another address than the sender's")
    yield Fact(label="written by", value=_ORIGINS[mail.origin])
    if mail.no_reply_reason:
        yield Fact(label="no answer", value=_own(mail.no_reply_reason))
    language = f"{mail.language}; answered in {facts.language}"
    yield Fact(label="language", value=language, source="the ticket's" if facts.ticket else "")
    for label, value in (("spam", facts.spam), ("kept out", facts.blocked)):
        if value:
            yield Fact(label=label, value=_own(value))
    if facts.flagged is not None:
        yield Fact(label="reachable", value=f"our mail did not arrive: {_own(facts.flagged.reason)}")


def _conversation(facts: Facts) -> Iterator[Fact]:
    if facts.ticket is not None:
        state = "open" if facts.ticket.is_open else "closed"
        yield Fact(label="ticket", value=f"{ticket_number(facts.ticket.ticket_id)}, {state}")
        listed = [
            Fact(label="", value=one.number, source=f"named by {one.named_by}" if one.named_by else "matched")
            for one in facts.ticket.orders
        ]
        yield from _labelled("is about", listed)
        cases = (
            f"{case_number(case.case_id)} ({case.state}), order {case.order.number}" for case in facts.ticket.cases
        )
        yield from _labelled("cases", [Fact(label="", value=line) for line in cases])
    elif facts.thread.ticket_id is None:
        yield Fact(label="ticket", value="none: the mail belongs to no conversation so far")
    yield from _labelled("because", [Fact(label="", value=_own(line)) for line in facts.thread.evidence])
    yield from _labelled("does not count", [Fact(label="", value=_own(line)) for line in facts.thread.refused])
    tags = [Fact(label="", value=tag, source="the subject") for tag in facts.references.ticket_tags]
    tags += [Fact(label="", value=tag, source="the text") for tag in facts.references.quoted_tags]
    yield from _labelled("ticket tag", tags)
    tokens = [Fact(label="", value=one, source="a recipient or Message-ID") for one in facts.references.tokens]
    yield from _labelled("reply token", tokens)
    if facts.is_second_copy:
        yield Fact(label="second copy", value="the same mail came before by another way")


def _said(facts: Facts) -> Iterator[Fact]:
    found = facts.references.order_numbers
    yield from _labelled("order number", [Fact(label="", value=one.value, source=one.place) for one in found])
    kinds: Sequence[tuple[str, Sequence[Any]]] = (
        ("desk number", facts.said.desk_numbers),
        ("serial number", facts.said.serials),
        ("tracking no.", facts.said.tracking_numbers),
        ("model", facts.said.models),
        ("date", facts.said.dates),
        ("amount", facts.said.amounts),
        ("telephone", facts.said.phones),
    )
    for label, values in kinds:
        yield from _labelled(label, [Fact(label="", value=_value(one.value), source=one.place) for one in values])
    form = [
        Fact(label="", value=f"{name}: {_own(value)}", source="a line of the form")
        for name, value in facts.form.items()
    ]
    yield from _labelled("form", form)
    if facts.words is not None:
        commands = [_own(command.line) for command in facts.words.commands]
        yield from _labelled("command", [Fact(label="", value=line) for line in commands])
        problems = [Fact(label="", value=_own(line)) for line in facts.words.problems]
        yield from _labelled("not understood", problems)


def _value(value: object) -> str:
    """One finding in words, with what it may mean besides."""
    match value:
        case ModelFinding(models=models, written=written):
            return _own(f"{' or '.join(models)}, written “{written}”")
        case DateFound(day=day, other=other, has_year=has_year, written=written):
            or_else = f" or {other}" if other is not None else ""
            return _own(f"{day}{or_else}, written “{written}”{'' if has_year else ', the year is assumed'}")
        case Amount(value=amount, currency=currency, is_clear=is_clear, written=written):
            return _own(f"{amount} {currency}, written “{written}”{'' if is_clear else ', the currency is a guess'}")
        case Phone(digits=digits, country=country, is_international=is_international):
            return _own(f"{'+' if is_international else ''}{digits}{f' ({country})' if country else ''}")
        case _:
            return _own(str(value))


def _files(facts: Facts) -> Iterator[Fact]:
    for file in facts.mail.attachments:
        flags = ", ".join(flag.value.replace("_", " ") for flag in file.flags)
        careful = f"careful: {flags}" if flags else ""
        value = _own(f"{file.filename} ({file.content_type}, {file.size} bytes)")
        yield Fact(label="file", value=value, source=careful)
    for one in facts.documents.found:
        yield Fact(label="it says", value=_cut(_own(one.text.strip())), source=f"{one.source} {_own(one.filename)}")
    yield from _labelled("not read", [Fact(label="", value=_own(note)) for note in facts.documents.notes])
    yield from _labelled("when reading", [Fact(label="", value=_own(line)) for line in facts.mail.warnings])


def _receipts(facts: Facts) -> Iterator[Fact]:
    for label, value, source in receipt_lines(facts.receipts) if facts.receipts is not None else ():
        yield Fact(label=label, value=_own(value), source=_own(source))


def _wishes(facts: Facts) -> Iterator[Fact]:
    for wish in facts.wishes:
        weak = ", only mentioned" if wish.is_mentioned else ""
        yield Fact(label=wish.name, value=f"{wish.score} points{weak}", source=_own(", ".join(wish.because)))
    if names_anothers(facts.order, facts.references):
        yield Fact(label="none", value="not weighed: beside the sender's order one is named that is none of theirs")
    elif not facts.wishes and facts.role is Role.CUSTOMER:
        yield Fact(label="none", value="no wish of rules/intents.yaml reaches its threshold")


def _labelled(label: str, facts: Sequence[Fact]) -> Iterator[Fact]:
    for index, fact in enumerate(facts):
        yield replace(fact, label=label if index == 0 else "", source=str(fact.source))


def _outcome(facts: Facts) -> str:
    """Which order is meant and what the desk may do about it."""
    order = facts.order
    match order:
        case Exact():
            return f"Exact: order {order.order.number} is meant. The desk may act on it by itself."
        case Probable():
            return (
                f"Probable: it looks like order {order.order.number}. Nothing is done about it before the customer or "
                "staff say so."
            )
        case Ambiguous(named=named) if named:
            return several_told(facts)
        case Ambiguous():
            several = ", ".join(one.number for one in order.orders)
            return f"Ambiguous: several orders of this sender can be meant ({several}). The customer has to say which."
    if facts.role is not Role.CUSTOMER:
        return "No match: only customers' mails are matched with orders."
    if order.numbers_quoted:
        return (
            "No match: a number is quoted, but none of an order that this sender may be told about. The sender does "
            "not learn whether it exists."
        )
    return "No match: nothing in the mail leads to an order of this sender's."


def _tone(facts: Facts) -> str:
    match facts.order:
        case Exact():
            return "good"
        case Ambiguous(named=named) if named and facts.each_order and facts.standing.verdict is Verdict.VERIFIED:
            return "good"
        case Probable() | Ambiguous():
            return "warn"
        case NoMatch(numbers_quoted=quoted):
            return "warn" if quoted and facts.role is Role.CUSTOMER else "plain"


def _candidate(one: Candidate, best: int) -> CandidateRow:
    order = one.order
    bought = ", ".join(f"{line.model} × {line.quantity}" for line in order.lines)
    return CandidateRow(
        number=order.number,
        points=one.points,
        share=100 * one.points // best if best else 0,
        about=visible(f"bought on {order.purchased_on}: {bought}"),
        because=tuple(map(_own, one.because)),
    )


def _tables(trace: Sequence[RuleTrace], book: RuleBook) -> tuple[TableRun, ...]:
    """The rules looked at, table by table."""
    places = {rule.where: name for name, rules in book.mail_tables.items() for rule in rules}
    runs: list[TableRun] = []
    for rule in trace:
        name = places.get(rule.where, "")
        if not runs or runs[-1].name != name or runs[-1].hit is not None:
            runs.append(TableRun(name=name, rules=()))
        runs[-1] = replace(runs[-1], rules=(*runs[-1].rules, rule))
    return tuple(runs)
