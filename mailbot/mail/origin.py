"""Who wrote a mail: a person, or which kind of machine (RFC 3834, 3464, 5965, 8098, 2369, 2919).

Only people are answered. The questions in `judge` are read from the top; the first that says yes decides. Besides the
origin it says why no automatic answer may go out, and whether staff must see the mail even so: a ticket system of a
company, a CRM and a forwarding rule put a machine's marks on a person's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.domain.message import Origin
from mailbot.mail import phrases
from mailbot.mail.charset import decode_header
from mailbot.mail.structure import Part

DESK_HEADER = "x-mailbot-desk"  # every mail that we send bears it, in lower case here

_MAX_TEXT = 20_000  # characters of the body that are looked at
_FIRST_LINES = 2_000  # characters in which an absence notice says what it is
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_EMPTY_PATH = re.compile(r"\s*<\s*>\s*\Z")
_AUTO_HEADERS = frozenset(
    {
        "x-autoreply",
        "x-autorespond",
        "x-autoreply-from",
        "x-autoresponder",
        "x-autoresponse",
        "x-auto-reply",
        "x-auto-reply-from",
        "x-mail-autoreply",
        "x-away",
        "x-vacation",
        "x-cm-challenge",
    }
)
# What marks a mailing list; List-Unsubscribe alone is on half of what a CRM sends, a person's answer included.
_LIST_HEADERS = frozenset({"list-id", "list-post", "mailing-list", "x-mailing-list", "x-mailman-version"})
_LIST_HINTS = frozenset({"list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive"})
_FORWARD_HEADERS = frozenset(
    {"resent-from", "resent-to", "resent-date", "x-forwarded-for", "x-forwarded-to", "x-forwarded-encrypted"}
)
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_COPIES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"})


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Who wrote a mail, and what follows from it."""

    origin: Origin
    no_reply_reason: str = ""  # why no automatic answer may go out; "" for a person's ordinary mail
    is_news: bool = True  # staff must see it: a person's words, or a machine that says something of its own
    is_news_in_thread: bool = False  # staff must see it where it answers in a ticket of its sender


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """What several questions ask of one mail."""

    root: Part
    subject: str  # decoded
    text: str  # the beginning of the body
    names: frozenset[str]  # of its headers
    kinds: frozenset[str]  # content types of its parts
    report: str  # report-type of a multipart/report
    daemon: bool  # a mail system says that it wrote this
    empty_path: bool  # null envelope sender (RFC 5321, 4.5.5)
    unread: bool  # an address whose mail nobody reads
    robot: bool  # an address at which often a program sits
    auto: str  # keyword of Auto-Submitted, "" where there is none or it is "no"
    precedence: str

    @property
    def nobody(self) -> bool:
        """No sender at all, in the envelope or in From."""
        return self.empty_path or not self.root.first("from").strip(" <>")

    @property
    def answers(self) -> bool:
        """It says that it is a reply."""
        return bool(self.names & {"in-reply-to", "references"})


def judge(root: Part, *, subject: str, text: str) -> Judgement:
    """The origin of a mail by its head, its structure and its first lines. `subject` and `text` are decoded."""
    marks = _marks(root, subject, text)
    return _by_structure(marks) or _by_header(marks) or _by_hint(marks) or Judgement(origin=Origin.HUMAN)


def leaves(part: Part) -> Iterator[Part]:
    """The leaves of a tree, in order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def _marks(root: Part, subject: str, text: str) -> _Marks:
    sender = decode_header(" ".join((root.first("from"), root.first("sender"))))[:500]
    auto = root.first("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    parameters = root.parameters if root.content_type == "multipart/report" else {}
    return _Marks(
        root=root,
        subject=subject,
        text=text[:_MAX_TEXT],
        names=frozenset(name for name, _ in root.headers),
        kinds=frozenset(part.content_type for part in leaves(root)),
        report=parameters.get("report-type", "").lower(),
        daemon=_from_daemon(root, sender),
        empty_path=bool(_EMPTY_PATH.match(root.first("return-path") or "-")),
        unread=phrases.UNREAD.search(sender) is not None,
        robot=any(pattern.search(sender) for pattern in (phrases.UNREAD, phrases.ROBOT))
        or phrases.SYSTEM_NAME.match(sender) is not None,
        auto="" if auto == "no" else auto[:40],
        precedence=root.first("precedence").strip().lower()[:40],
    )


def _by_structure(marks: _Marks) -> Judgement | None:
    """Reports, complaints, our own mails and bounces: whatever else they say, no person wrote them."""
    if DESK_HEADER in marks.names:
        # Another desk's mail: a person's words of theirs are read, its automatic letters are not news.
        return Judgement(origin=Origin.OWN, no_reply_reason="a mail desk sent it", is_news=not marks.auto)
    if _is_complaint(marks):
        return Judgement(origin=Origin.COMPLAINT, no_reply_reason="a complaint report (RFC 5965)", is_news=False)
    if marks.report == "disposition-notification" or "message/disposition-notification" in marks.kinds:
        return Judgement(origin=Origin.AUTO_REPLY, no_reply_reason="a receipt notice (RFC 8098)", is_news=False)
    by_machine = marks.daemon or marks.nobody or bool(marks.auto)
    if marks.report == "delivery-status" or (_carries_report(marks) and by_machine):
        return Judgement(origin=Origin.BOUNCE, no_reply_reason="a delivery report", is_news=False)
    if _is_bounce(marks):
        return Judgement(origin=Origin.BOUNCE, no_reply_reason="the words of a bounce", is_news=not by_machine)
    return None


def _by_header(marks: _Marks) -> Judgement | None:
    """A header or a subject by which a machine says what it is."""
    automatic = phrases.AUTOMATIC_SUBJECT.match(marks.subject) is not None
    vacation = automatic or phrases.ABSENCE_SUBJECT.match(marks.subject) is not None
    absence = vacation or phrases.VACATION_TEXT.search(marks.text[:_FIRST_LINES]) is not None
    if marks.auto:
        pure = absence or marks.auto == "auto-replied"
        return Judgement(
            origin=Origin.AUTO_REPLY, no_reply_reason=f"Auto-Submitted: {marks.auto} (RFC 3834)", is_news=not pure
        )
    first = marks.root.first
    said = (
        "a header of an auto-responder"
        if marks.names & _AUTO_HEADERS or "vacation" in first("x-apple-action").lower()
        else f"Precedence: {marks.precedence}"
        if marks.precedence in ("auto_reply", "auto-reply", "autoreply")
        else "X-FC-MachineGenerated"
        if first("x-fc-machinegenerated").strip().lower() == "true"
        else "X-Autogenerated"
        if first("x-autogenerated").strip().lower().startswith("reply")
        else "Delivery-Agent: TMDA"
        if "tmda" in first("delivery-agent").lower()
        else "the subject of an absence notice"
        if vacation
        else ""
    )
    if said:
        # "Away until May" may be a customer's own subject: unless it answers something, staff have a look.
        doubtful = vacation and not automatic and not marks.answers and said.startswith("the subject")
        return Judgement(origin=Origin.AUTO_REPLY, no_reply_reason=said, is_news=doubtful)
    if marks.names & _LIST_HEADERS:
        return Judgement(
            origin=Origin.LIST,
            no_reply_reason="a mailing list (RFC 2919)",
            is_news=False,
            is_news_in_thread=not absence,
        )
    if marks.names & _LIST_HINTS:
        return Judgement(
            origin=Origin.LIST,
            no_reply_reason="List headers (RFC 2369)",
            is_news=marks.answers,
            is_news_in_thread=not absence,
        )
    if marks.precedence in ("list", "bulk", "junk"):
        return Judgement(
            origin=Origin.LIST,
            no_reply_reason=f"Precedence: {marks.precedence}",
            is_news=marks.precedence != "list" and not absence,
            is_news_in_thread=not absence,
        )
    return None


def _by_hint(marks: _Marks) -> Judgement | None:
    """Marks that a person's mail may bear as well: nothing is answered, but staff see it."""
    suppressed = _SUPPRESSED.search(marks.root.first("x-auto-response-suppress")[:200]) is not None
    absence = phrases.VACATION_TEXT.search(marks.text[:_FIRST_LINES]) is not None
    if marks.daemon:
        quiet = marks.empty_path or absence
        return Judgement(origin=Origin.AUTO_REPLY, no_reply_reason="a mail system is the sender", is_news=not quiet)
    if marks.empty_path:
        reason = "an empty envelope sender (RFC 3834, 2)"
        if _is_forwarded(marks) and not absence:
            return Judgement(origin=Origin.HUMAN, no_reply_reason=reason)
        return Judgement(origin=Origin.AUTO_REPLY, no_reply_reason=reason, is_news=not absence)
    if suppressed and marks.robot:
        return Judgement(
            origin=Origin.AUTO_REPLY,
            no_reply_reason="X-Auto-Response-Suppress, from an address without a person",
            is_news=not absence,
        )
    if suppressed:
        return Judgement(origin=Origin.HUMAN, no_reply_reason="X-Auto-Response-Suppress asks for no automatic answer")
    if marks.unread:
        return Judgement(origin=Origin.HUMAN, no_reply_reason="nobody reads answers to that address")
    if _carries_report(marks) or _speaks_like_a_server(marks):
        # People pass on a bounce that they got; a server that hides what it is may have written it all the same.
        return Judgement(origin=Origin.HUMAN, no_reply_reason="a delivery report is in it")
    return None


def _from_daemon(root: Part, sender: str) -> bool:
    """Does a mail system say that it wrote this? By From, Sender or the envelope sender."""
    local = re.search(r"[\w.+-]{1,64}(?=@|>|$)", sender)
    name_says = phrases.DAEMON.search(sender.partition("@")[0]) is not None
    address_says = local is not None and phrases.DAEMON.fullmatch(local[0]) is not None
    return name_says or address_says or phrases.DAEMON.search(root.first("return-path")[:200]) is not None


def _is_forwarded(marks: _Marks) -> bool:
    """A rule or a person passed it on; some do so without an envelope sender."""
    if marks.names & _FORWARD_HEADERS or "x-ms-exchange-inbox-rules-loop" in marks.names:
        return True
    return phrases.FORWARDED.match(marks.subject) is not None or bool(marks.kinds & _COPIES)


def _is_complaint(marks: _Marks) -> bool:
    """A spam complaint: by RFC 5965, or the older forms that some providers still send."""
    if marks.report == "feedback-report" or "message/feedback-report" in marks.kinds:
        return True
    if marks.names & {"x-hmxmroriginalrecipient", "x-spamcop-sourceip"}:
        return True
    carried = bool(marks.kinds & _COPIES)
    by_subject = phrases.COMPLAINT_SUBJECT.match(marks.subject) is not None
    by_text = phrases.COMPLAINT_TEXT.search(marks.text) is not None
    return (carried and (by_subject or by_text)) or (by_text and marks.robot)


def _is_bounce(marks: _Marks) -> bool:
    """A bounce without the report structure: qmail, Exim, Notes, QQ Mail, 163 and many others."""
    by_subject = phrases.BOUNCE_SUBJECT.search(marks.subject) is not None
    by_text = phrases.BOUNCE_TEXT.search(marks.text) is not None
    carried = bool(marks.kinds & _COPIES)
    if marks.daemon:
        return by_subject or by_text or carried
    if phrases.ANSWERED.match(marks.subject) and marks.root.first("from").strip(" <>"):
        return False  # a person answers or passes on a bounce
    if marks.nobody or marks.auto:
        return (by_subject and (marks.nobody or by_text or carried)) or by_text
    # Else only a mail server's own words count: a customer may write of a "failed delivery", meaning the parcel.
    by_server = phrases.SERVER_TEXT.search(marks.text) is not None
    return marks.robot and (by_server or (by_subject and (by_text or carried)))


def _speaks_like_a_server(marks: _Marks) -> bool:
    """A bounce by its subject and its words, from an address at which a person may sit."""
    if phrases.BOUNCE_SUBJECT.search(marks.subject) is None or phrases.ANSWERED.match(marks.subject):
        return False
    fixed = phrases.SERVER_SUBJECT.match(marks.subject) and phrases.BOUNCE_TEXT.search(marks.text)
    return bool(fixed) or phrases.SERVER_TEXT.search(marks.text) is not None


def _carries_report(marks: _Marks) -> bool:
    return bool(marks.kinds & _REPORTS) or "x-failed-recipients" in marks.names
