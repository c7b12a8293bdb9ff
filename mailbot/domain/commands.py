"""What staff write to move a case: lines that begin with "#" in a reply to the desk's notice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbot.domain.cases import CaseEvent, CaseKind
from mailbot.domain.numbers import row_id
from mailbot.domain.remarks import Remark

# Word -> event. A verdict word is looked for after #inspect.
_WORDS: dict[str, CaseEvent] = {
    "approve": CaseEvent.APPROVE,
    "approved": CaseEvent.APPROVE,
    "同意": CaseEvent.APPROVE,
    "decline": CaseEvent.DECLINE,
    "拒绝": CaseEvent.DECLINE,
    "shipped": CaseEvent.SHIPPED,
    "已寄出": CaseEvent.SHIPPED,
    "received": CaseEvent.RECEIVE,
    "收到": CaseEvent.RECEIVE,
    "agree": CaseEvent.CONFIRM,
    "复核": CaseEvent.CONFIRM,
    "repair": CaseEvent.REPAIR,
    "维修": CaseEvent.REPAIR,
    "repaired": CaseEvent.REPAIRED,
    "已修好": CaseEvent.REPAIRED,
    "replace": CaseEvent.REPLACE,
    "换新": CaseEvent.REPLACE,
    "replaced": CaseEvent.REPLACED,
    "已换新": CaseEvent.REPLACED,
    "wanted": CaseEvent.WANT,
    "换成": CaseEvent.WANT,
    "outofstock": CaseEvent.OUT_OF_STOCK,
    "缺货": CaseEvent.OUT_OF_STOCK,
    "refund": CaseEvent.REFUND_INSTEAD,
    "退款": CaseEvent.REFUND_INSTEAD,
    "refundby": CaseEvent.REFUND_BY,
    "延至": CaseEvent.REFUND_BY,
    "refunded": CaseEvent.REFUND_PAID,
    "已退款": CaseEvent.REFUND_PAID,
    "sendback": CaseEvent.SEND_BACK,
    "寄回": CaseEvent.SEND_BACK,
    "withdraw": CaseEvent.WITHDRAW,
    "撤销": CaseEvent.WITHDRAW,
    "撤回": CaseEvent.WITHDRAW,
    "reopen": CaseEvent.REOPEN,
    "重开": CaseEvent.REOPEN,
    "close": CaseEvent.CLOSE,
    "结案": CaseEvent.CLOSE,
}
_INSPECT = ("inspect", "验货")
_VERDICT = re.compile(
    r"(?:(?P<passed>pass(?:ed)?\b|ok\b|通过|合格)|(?P<failed>fail(?:ed)?\b|不通过|不合格|未通过))", re.IGNORECASE
)
_NOTE = ("note", "备注")
_STARTS: dict[str, CaseKind] = {
    "return": CaseKind.RETURN,
    "退货": CaseKind.RETURN,
    "exchange": CaseKind.EXCHANGE,
    "换货": CaseKind.EXCHANGE,
    "warranty": CaseKind.WARRANTY,
    "保修": CaseKind.WARRANTY,
}
_MERGE = ("merge", "合并")
_NAME_ORDER = re.compile(r"order$|订单号?|訂單號?")
_NAMED_ORDER = re.compile("[0-9A-Z][0-9A-Z._/-]{2,39}")  # settings know the true form; the store knows the orders
_CASE = re.compile(r"\[?(?P<number>R-\d{6,12})(?![\w-])\]?[ \t\u3000:：,，]*", re.ASCII | re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:(?:with |many )?(?:best|kind|kindest|warm|warmest)?\s?(?:regards|wishes)|best|cheers|sincerely(?: yours)?|"
    r"yours (?:sincerely|faithfully|truly)|thanks(?: (?:a lot|again|\w{1,20}))?|thank you|many thanks|"
    r"祝好|祝您?(?:生活|工作)?愉快|顺祝商祺|顺颂商祺|此致|敬礼|谢谢|多谢|感谢|辛苦了)"
)
# The words after these are for the customer, and must be there.
REASONED_EVENTS = (CaseEvent.DECLINE, CaseEvent.INSPECT_FAIL)
# Nothing stands after these: "#received nothing so far" must not be read as #received.
_BARE_EVENTS = (
    CaseEvent.WITHDRAW,
    CaseEvent.CONFIRM,
    CaseEvent.REPAIR,
    CaseEvent.REPLACE,
    CaseEvent.OUT_OF_STOCK,
    CaseEvent.REFUND_INSTEAD,
    CaseEvent.REOPEN,
    CaseEvent.CLOSE,
)
_TELLING_LENGTH = 24  # characters of a notice that can't stand in an answer by chance
# Bullets and bold marks before it are a mail program's.
_COMMAND_LINE = re.compile(r"^(?P<bullet>[\s*•·-]*)[#＃]+\s*(?P<word>[^\W\d_]+)[*_]*\s*(?P<rest>.*)$")
_URL = re.compile(r"(?:https?://|www\.)[!-~]*", re.ASCII)  # may end in #return


def _inside() -> re.Pattern[str]:
    """Finds a command's word behind a "#" inside a line. "#1", "#returns" and "#收到货物晒单#" are none."""
    every = (*_WORDS, *_INSPECT, *_NOTE, *_STARTS, *_MERGE, "order")
    latin = "|".join(sorted((word for word in every if word.isascii()), key=len, reverse=True))
    glued = "|".join((*(word for word in (*_WORDS, *_INSPECT, *_MERGE) if not word.isascii()), "订单号?", "訂單號?"))
    alone = "|".join(word for word in (*_NOTE, *_STARTS) if not word.isascii())
    return re.compile(
        rf"[#＃](?:(?:{latin})(?![A-Za-z0-9_]|-[A-Za-z0-9])|(?:{glued})(?![^\s#＃]{{1,30}}[#＃])|(?:{alone})(?![^\W_]))",
        re.IGNORECASE,
    )


_INSIDE = _inside()
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")

_MOST_SIGN_OFF = 8  # lines of a closing formula with what follows
_OTHERS = "#order <number>, #return, #exchange, #warranty, #merge <ticket> and #note"

# How each event is written, for the help that a notice carries.
COMMAND_LINES: dict[CaseEvent, str] = {
    CaseEvent.APPROVE: "#approve",
    CaseEvent.DECLINE: "#decline <reason>",
    CaseEvent.SHIPPED: "#shipped <tracking number>",
    CaseEvent.RECEIVE: "#received",
    CaseEvent.INSPECT_PASS: "#inspect pass",
    CaseEvent.INSPECT_FAIL: "#inspect fail <reason>",
    CaseEvent.CONFIRM: "#agree",
    CaseEvent.REPAIR: "#repair",
    CaseEvent.REPAIRED: "#repaired <tracking number>",
    CaseEvent.REPLACE: "#replace",
    CaseEvent.REPLACED: "#replaced <order number> <tracking number>",
    CaseEvent.WANT: "#wanted <model>",
    CaseEvent.OUT_OF_STOCK: "#outofstock",
    CaseEvent.REFUND_INSTEAD: "#refund",
    CaseEvent.REFUND_BY: "#refundby <day>",
    CaseEvent.REFUND_PAID: "#refunded",
    CaseEvent.SEND_BACK: "#sendback <tracking number>",
    CaseEvent.WITHDRAW: "#withdraw",
    CaseEvent.REOPEN: "#reopen",
    CaseEvent.CLOSE: "#close",
}


@dataclass(frozen=True, kw_only=True)
class StartCase:
    """A line that opens a case."""

    kind: CaseKind
    order_number: str  # upper case; "" for the ticket's own order


@dataclass(frozen=True, kw_only=True)
class Command:
    """One understood line."""

    event: CaseEvent
    case_number: str = ""  # "R-100002" where the line names a case, upper case; else "": the only one that is open
    argument: str  # the reason, items, numbers or the day of payment that stand behind it; "" when not given
    line: str  # as written


@dataclass(frozen=True, kw_only=True)
class StaffWords:
    """A staff mail, taken apart."""

    commands: tuple[Command, ...]  # in the order written
    problems: tuple[str, ...]  # lines that begin with "#" and can't be understood, with what was expected
    text: str  # everything else: words for the customer, unless `internal`
    internal: bool  # a line "#note": the text stays in the house
    start: StartCase | None = None  # "#return", "#exchange" or "#warranty"
    merge_into: int | None = None  # "#merge T-100001": the other ticket's id
    name_order: str | None = None  # "#order TP…": the order that the ticket is about, upper case


def read_staff_words(reply_text: str, notices: Sequence[str] = (), names: Sequence[str] = ()) -> StaffWords:
    """Take commands out of what a staff member wrote; unknown "#" lines are problems, never sent on.

    `notices` are the texts of the desk's notices that the mail answers. They are for the house only, so whatever
    of them the mail program quoted must not reach the customer: quoted lines and lines of a notice are dropped,
    and where a piece of a notice is left even so, the mail is refused. Commands stand above the quote; what looks
    like one inside it is part of the notice's own help.
    """
    known = {_collapsed(line) for notice in notices for line in notice.splitlines()} - {""}
    telling = {line for line in known if len(line) >= 8}
    commands: list[Command] = []
    problems: list[str] = []
    words: list[str] = []
    start: StartCase | None = None
    merge_into: int | None = None
    name_order: str | None = None
    internal = quoting = unmarked = leftover = False
    for raw in reply_text.splitlines():
        line = _INVISIBLE.sub("", raw).replace("\u00a0", " ")
        if line.lstrip().startswith(">"):
            quoting = True
            continue
        match = _COMMAND_LINE.match(line)
        if match is None and _collapsed(line) in telling:
            quoting = unmarked = True
            continue
        if match is None:
            words.append(line)
            leftover = leftover or (unmarked and bool(line.strip()) and _collapsed(line) not in known)
        elif quoting:
            if not any(_collapsed(line) in known_line for known_line in known):
                problems.append(Remark("{line}: a command stands above the quoted mail", line=line.strip()))
        elif match["word"].casefold() in _NOTE:
            internal = True
            words.append(match["rest"].strip())
        elif match["bullet"].strip():
            problems.append(Remark("{line}: a command stands at the beginning of its line", line=line.strip()))
        elif (kind := _STARTS.get(match["word"].casefold())) is not None:
            wanted = StartCase(kind=kind, order_number=match["rest"].strip(" \t\u3000:：").upper())
            if start not in (None, wanted):
                problems.append(Remark("{line}: a mail opens one case", line=line.strip()))
            start = wanted
        elif named := _NAME_ORDER.match(match["word"].casefold()):
            number = _order_number(match["word"][named.end() :], match["rest"])
            if number is None or name_order not in (None, number):
                problems.append(Remark("{line}: expected #order and one order number", line=line.strip()))
            name_order = number
        elif match["word"].casefold().startswith(_MERGE):  # Chinese needs no blank: 合并T-100001
            merge_into = _ticket_id(re.sub("(?i)^(?:merge|合并)", "", match["word"]) + match["rest"])
            if merge_into is None:
                problems.append(
                    Remark("{line}: expected #merge and the number of the other ticket, as T-100001", line=line.strip())
                )
        else:
            found = _read_command(match["word"].casefold(), match["rest"].strip(), line.strip())
            if isinstance(found, Command):
                commands.append(found)
            else:
                problems.append(found)
    if not internal:  # what stays in the house does no harm
        found_inside = [_command_inside(line) if _collapsed(line) not in known else None for line in words]
        words = [line for line, inside in zip(words, found_inside, strict=True) if inside is None]
        problems.extend(inside for inside in found_inside if inside is not None)
    problems.extend(inside for command in commands if (inside := _command_inside(command.argument)) is not None)
    others = (start, merge_into, name_order)
    text = _without_sign_off(
        "\n".join(words).strip(), names, alone=bool(commands) or any(o is not None for o in others)
    )
    problems.extend(_at_odds(commands, start, merge_into, name_order))
    reasoned = [index for index, command in enumerate(commands) if command.event in REASONED_EVENTS]
    if text and len(reasoned) == 1:  # what follows a reason belongs to it
        index = reasoned[0]
        commands[index] = replace(commands[index], argument=f"{commands[index].argument}\n{text}")
        text = ""
    collapsed = _collapsed(" ".join((text, *(commands[index].argument for index in reasoned))))
    if leftover or any(len(line) >= _TELLING_LENGTH and line in collapsed for line in known):
        problems.append(
            Remark("part of the desk's notice, which is for the house only, is still in your mail: delete the quote")
        )
    return StaffWords(
        commands=tuple(commands),
        problems=tuple(problems),
        text=text,
        internal=internal,
        start=start,
        merge_into=merge_into,
        name_order=name_order,
    )


def _at_odds(
    commands: Sequence[Command], start: StartCase | None, merge_into: int | None, name_order: str | None
) -> tuple[str, ...]:
    """Commands that one mail can't have together: of each only one would be carried out."""
    if merge_into is not None and (commands or start is not None or name_order is not None):
        return ("#merge stands alone: send the other commands in a mail of their own",)
    if start is not None and commands:
        return ("a new case sends its form first: send the other commands in a mail of their own",)
    if name_order is not None and commands:
        return ("#order corrects the order: send the commands for its case in a mail of their own",)
    return ()


def _without_sign_off(text: str, names: Sequence[str], *, alone: bool) -> str:
    """`text` without a closing formula or own name and the few short lines after it.

    Words that are nothing else are kept, unless they stand `alone` beside a command: a "谢谢" may be an answer.
    """
    own = {part.casefold() for name in names for part in (name, *name.split())}
    lines = text.splitlines()
    # Only the last few lines can be a sign-off: what is counted from the end is counted once.
    spoken = [index for index, line in enumerate(lines) if line.strip()]
    first = spoken[-_MOST_SIGN_OFF] if len(spoken) >= _MOST_SIGN_OFF else 0
    for index in range(first, len(lines)):
        rest = [later.strip() for later in lines[index:] if later.strip()]
        bare = lines[index].strip().rstrip(",，.。!！~").casefold()
        if (bare in own or _CLOSING.fullmatch(bare)) and all(len(later) <= 60 for later in rest):
            left = "\n".join(lines[:index]).strip()
            return left if left or alone else text
    return text


def _command_inside(line: str) -> str | None:
    """The problem with words for the customer in which a command is hidden; None where there is none."""
    found = _INSIDE.search(_URL.sub("", line))
    if found is None:
        return None
    return Remark(
        "{line}: {command} stands inside a line: begin a line with it, or leave the # out",
        line=line.strip(),
        command=found[0],
    )


def _collapsed(text: str) -> str:
    """Words alone: mail programs rewrite blanks, bullets and quote marks."""
    return " ".join(text.split()).lstrip("-*•·◦▪> ").strip()


def _read_command(word: str, rest: str, line: str) -> Command | str:
    word, rest = _unglued(word, rest)
    rest = rest.strip(" \t\u3000:：,，")
    event = _WORDS.get(word)
    case_number, rest = _case_number(rest)
    if word in _INSPECT:
        match = _VERDICT.match(rest)
        if match is None:
            return Remark("{line}: expected #inspect pass or #inspect fail <reason>", line=line)
        event = CaseEvent.INSPECT_PASS if match["passed"] else CaseEvent.INSPECT_FAIL
        rest = rest[match.end() :].strip(" \t\u3000:：,，")
        if not case_number:
            case_number, rest = _case_number(rest)
    if event is None:
        known = ", ".join((*COMMAND_LINES.values(), _OTHERS))
        return Remark("{line}: not a command; known are {known}", line=line, known=known)
    if event in REASONED_EVENTS and not rest:
        return Remark(
            "{line}: expected a reason that the customer can be told: {command}",
            line=line,
            command=COMMAND_LINES[event],
        )
    if event is CaseEvent.REFUND_PAID and rest and as_day(rest) is None:
        return Remark("{line}: expected #refunded, or #refunded with the day of payment as 2026-03-31", line=line)
    if event in _BARE_EVENTS and rest.strip(".!。！"):
        return Remark(
            "{line}: expected {command} alone or with a case number; words for the customer go on a line of their own",
            line=line,
            command=COMMAND_LINES[event],
        )
    return Command(event=event, case_number=case_number, argument=rest, line=line)


def _case_number(rest: str) -> tuple[str, str]:
    """A case number at the beginning, "" for none, and what follows."""
    match = _CASE.match(rest)
    return (match["number"].upper(), rest[match.end() :].strip()) if match else ("", rest)


def _order_number(glued: str, rest: str) -> str | None:
    """The number after #order; Chinese needs no blank before it: 订单TP2026110002."""
    number = f"{glued}{rest}".strip(" \t\u3000:：[].。").upper()
    return number if _NAMED_ORDER.fullmatch(number) else None


def command_line(event: CaseEvent, case_number: str = "") -> str:
    """How the event is written, for a case of several: "#decline R-100002 <reason>"."""
    word, _, rest = COMMAND_LINES[event].partition(" ")
    return " ".join(part for part in (word, case_number, rest) if part)


def _ticket_id(text: str) -> int | None:
    number = text.strip(" \t\u3000:：[].。").upper()
    return row_id(number) if number.startswith("T-") else None


def _unglued(word: str, rest: str) -> tuple[str, str]:
    """Chinese is written without blanks: 验货通过 is 验货 and 通过."""
    for known in (*_WORDS, *_INSPECT):
        if not known.isascii() and word.startswith(known) and word != known:
            # 收到R-100002: the word ends where the number's digits begin.
            blank = "" if rest.startswith("-") else " "
            return known, f"{word[len(known) :]}{blank}{rest}"
    return word, rest


def paid_on(command: Command, today: date) -> date:
    """The day on which finance paid, by a #refunded command: the one given, else today."""
    return as_day(command.argument) or today


def as_day(text: str) -> date | None:
    """A day written as 2026-03-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
