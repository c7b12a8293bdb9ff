"""The line (or the wrapped lines) with which a mail program introduces a quote: "On 1 May 2026, X <x@y> wrote:".

Found from their end: only a line that ends as an attribution does is looked at, with at most a few lines above it, and
only so many of them in one text. So the work is bounded, whatever is in the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_WINDOW = 400  # characters of an attribution, its wrapped lines joined
MAX_TRIED = 1_000  # lines that end like an attribution and are looked at; a long thread has a few hundred
_MAX_ASKED = 20  # windows of one text that the library is asked about: its patterns aren't linear
_MAX_LINES = 6  # that a wrapped attribution takes

# The verb of the attribution as one word, in lower case: "wrote", "a écrit", "hat geschrieben", "şunu yazdı".
_VERB_WORDS = """
wrote writes schrieb geschrieben écrit ecrit écrivait escribió escribio escreveu scritto scrive schreef
geschreven skrev skriver napisał napisała napisal napsal napsala napisana pisze написал написала пишет пише
написав kirjoitti yazdı nadesłał nadesłała yazmış írta έγραψε scris quoting zitat citando citat
"""
_VERBS = frozenset(_VERB_WORDS.split())
_CJK_VERB = re.compile(
    r"写道|寫道|写信|編寫|编写|撰写|のメール|のメッセージ|は?書きました|からのメール|님이 작성|작성:|작성 :|"
    r"작성했습니다|"
    r"작성하였습니다|님이 썼습니다|쓴 글|님의 말"
)
# Who writes about himself or to us tells a story; the words stay, unless a marked quote follows.
_PRONOUN_WORDS = """
i we you he she they somebody someone colleague agent ich wir er sie du ihr j je nous vous il elle yo usted
ustedes él ella eu você ele ela io lui lei voi ik wij u hij zij я мы вы он она ja my pan pani ben biz siz jag vi
du han hon hun
"""
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())
_CJK_PRONOUN = re.compile(r"[我你您他她俺咱][们們]?[^<>\"]{0,120}[写寫]|(?:私|僕|あなた)[はがの]|(?:제가|당신이|내가)")

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_WORDS = re.compile(r"[^\W\d_]+")
_MAILBOX = re.compile(r"[^\s<>@\"(\[]{1,80}@[\w.-]{2,100}")
_TIME = re.compile(r"\d{1,2}\s?[:.h：]\s?\d\d(?!\d)")
_DATE = re.compile(
    r"\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,4}|\d{1,4}\s?[年년]|\d{1,2}\s?[月월]|\b(?:19|20)\d\d\b|"
    r"\b\d{1,2}(?:\.|st|nd|rd|th)?\s(?:de\s)?[^\W\d_]{3,10}|[^\W\d_]{3,10}\.?\s\d{1,2}\b"
)
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d\d|\d{1,2}[:.h：]\d\d|\d{1,2}/\d{1,2}/\d\d")
# How the first line of an attribution begins: a word such as "On", a weekday, or the date itself.
_OPENING = re.compile(
    r"\W{0,3}(?:(?:On|At|In|Am|Le|El|En|Em|No dia|Às|Il|Il giorno|Op|Den|Dnia|Dne|Pe|W dniu|Vào|Wiadomość|在|于|於)"
    r"(?=[\s,]|(?<=[在于於]))|[\w.,-]{1,16}[.,]?\s{0,2}\d|\d)",
    re.IGNORECASE,
)
_ENDS_WITH_ADDRESS = re.compile(r"[^\s<>@]{1,80}@[\w.-]{2,100}[>\])'\"\s]{0,5}(?:<mailto:[^<>]{1,100}>[>\s]{0,3})?\Z")
_ENDS_WITH_TIME = re.compile(r"(?:\d{1,2}[:.h]\d\d(?:[:.]\d\d)?|(?:19|20)\d\d)(?:\s?(?:AM|PM|Uhr|[+-]\d{4}))?\s?\)?\Z")
# Gmail's older forms have neither verb nor colon.
_BARE = re.compile(
    r"\s{0,3}(?:\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d .{1,200}|"
    r"\d{4}/\d{1,2}/\d{1,2} [^<>]{1,100}<[^<>@\s]{1,100}@[^<>\s]{1,100}>)\s{0,3}"
)
_SENTENCE_END = (".", "!", "?", "。", "！", "？", ":", "：", ";", "；")


class Attributions:
    """Finds the attributions of one text, in one pass."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.tried = 0  # lines that were looked at closely
        self._asked = 0

    def ending_at(self, end: int, floor: int) -> int | None:
        """Where the attribution begins whose last line is `end`; None where there is none. Not above `floor`."""
        line = self._lines[end]
        if not _may_end(line):
            return None
        self.tried += 1
        if self.tried > MAX_TRIED:
            return None
        return self._start(end, floor)

    def _start(self, end: int, floor: int) -> int | None:
        quoted = _quoted_next(self._lines, end + 1)
        if _BARE.fullmatch(self._lines[end]) and not self._lines[end].rstrip().endswith("<"):
            return end
        window = ""
        alone: int | None = None
        for start in range(end, max(floor, end - _MAX_LINES + 1) - 1, -1):
            line = self._lines[start]
            if start < end and not self._may_go_on(start, end):
                break
            window = f"{line}\n{window}" if window else line
            if len(window) > MAX_WINDOW:
                break
            if not line.strip():
                continue
            tidy = _tidy(window)
            if start < end and not _begins(_INVISIBLE.sub("", line)):
                # A wrapped attribution begins as such, or with the name and an address that is broken in two.
                if alone is None and "@" in window and line.rstrip().endswith("<") and _is_attribution(tidy, quoted):
                    alone = start
                continue
            if _is_attribution(tidy, quoted):
                if start < end or (_DATE.search(tidy) and (_opens(tidy) or ("@" in tidy and _TIME.search(tidy)))):
                    return start
                alone = start
        return end if alone is None and self._library_knows(self._lines[end]) else alone

    def _library_knows(self, line: str) -> bool:
        """Does mail-parser-reply know the line as an attribution, in a language that has no verb here?"""
        if self._asked >= _MAX_ASKED or not _MAILBOX.search(line) or not _DATE.search(line):
            return False
        if _CJK_VERB.search(line) or any(word in _VERBS for word in _WORDS.findall(line.lower())):
            return False  # judged already
        self._asked += 1
        return any(pattern.match(line.strip()) for pattern in _library_patterns())

    def _may_go_on(self, index: int, end: int) -> bool:
        """May this line, above the last one, belong to the same attribution?"""
        line = self._lines[index]
        stripped = line.strip()
        if not stripped:
            # Only where the address stands between blank lines, broken off on both sides.
            return self._lines[index + 1].lstrip()[:1] in "<>" or end - index <= 1
        # "am Fr., 28." and "Apr. 2017 …" below it.
        ended = stripped.endswith(_SENTENCE_END) and not stripped[-3:-1].strip().isdigit()
        return not stripped.startswith(">") and not ended


def _may_end(line: str) -> bool:
    """A cheap look: does the line end as the last line of an attribution does?"""
    if len(line) > MAX_WINDOW:
        return False
    stripped = line.rstrip(" \t\r*_-\u00a0\u202f")
    if stripped.endswith((":", "：")):
        start = stripped.lstrip(" \t*_-")
        return not start.startswith(">") or _wrapped_end(start)
    if stripped[:1].isdigit():
        return _BARE.fullmatch(line) is not None
    # "---- On … wrote ----"
    return len(line) - len(stripped) >= 2 and line.lstrip().startswith("--") and " " in stripped


def _wrapped_end(line: str) -> bool:
    """The last line of an attribution whose address was wrapped before its ">"."""
    words = _WORDS.findall(line.lower())
    return len(words) <= 2 and all(word in _VERBS for word in words) and line.count(">") == 1


def _tidy(window: str) -> str:
    """One line, without decoration and invisible characters."""
    return " ".join(_INVISIBLE.sub("", window).split()).strip(" *_-").rstrip(" :：*_-")


def _quoted_next(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 4] if line.strip()), "")
    return following.lstrip().startswith((">", "|"))


def _begins(line: str) -> bool:
    """Can this be the first line of a wrapped attribution: "On" and a date, or name and address and more?"""
    if _OPENING.match(line) and _YEAR_OR_TIME.search(line):
        return True
    if "<" not in line or len(line) < 40 or not _MAILBOX.search(line):
        return False
    return _DATE.search(line) is not None or any(word in _VERBS for word in _WORDS.findall(line.lower()))


def _opens(tidy: str) -> bool:
    return _OPENING.match(tidy) is not None


def _is_attribution(tidy: str, quoted: bool) -> bool:
    """Is this (without the colon at its end) an attribution? `quoted`: a marked quote follows."""
    mailbox = "@" in tidy and _MAILBOX.search(tidy) is not None
    date = _DATE.search(tidy) is not None
    if not mailbox and not date:
        return False
    words = [word.lower() for word in _WORDS.findall(tidy)]
    verb = next((index for index, word in enumerate(words) if word in _VERBS), None)
    cjk = _CJK_VERB.search(tidy + ":")
    if verb is None and cjk is None:
        # Gmail in Russian and Japanese, Yandex, Mail.ru: date, time, name, address, colon.
        complete = mailbox and date and _TIME.search(tidy) is not None and _ENDS_WITH_ADDRESS.search(tidy) is not None
        return complete and (_opens(tidy) or quoted)
    if quoted:
        return True
    # Nothing marks what follows as a quote: it must look like nothing but an attribution.
    bracketed = mailbox and ("<" in tidy or "(" in tidy or "[" in tidy)
    if verb is not None and any(word in _PRONOUNS for word in words[max(0, verb - 2) : verb + 2] if word != "du"):
        return False
    if cjk is not None and not bracketed and _CJK_PRONOUN.search(tidy):
        return False
    if not mailbox and not (_TIME.search(tidy) and _opens(tidy)):
        return False
    ends_with_verb = (words and words[-1] in _VERBS) or (cjk is not None and len(tidy) - cjk.end() <= 8)
    ends_well = _ENDS_WITH_ADDRESS.search(tidy) is not None or _ENDS_WITH_TIME.search(tidy) is not None
    # German, Dutch and Scandinavian names stand behind the verb.
    behind = verb is not None and _opens(tidy) and len(words) - verb <= 6
    return bool(ends_with_verb or ends_well or behind)


@lru_cache(maxsize=1)
def _library_patterns() -> tuple[re.Pattern[str], ...]:
    """What mail-parser-reply knows of further languages; only ever used on one short line.

    Its parser as a whole is not used: its patterns run over the whole body and take quadratic time and more on
    hostile text, it strips the indentation of every line, and it cuts closings such as "Best regards" off.
    """
    from mailparser_reply.constants import MAIL_LANGUAGES

    headers = (words.get("wrote_header") for words in MAIL_LANGUAGES.values())
    return tuple(re.compile(header, re.MULTILINE | re.IGNORECASE) for header in headers if isinstance(header, str))
