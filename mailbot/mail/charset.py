"""Bytes to text although the label lies: supersets first, then evidence, then detection. Nothing here raises.

Labels follow the WHATWG encoding standard where it widens them (gb2312 and gbk are read as gb18030, latin-1 as
windows-1252), because that is what the mail programs that write them mean.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailbot.mail import plausible
from mailbot.mail.charset_names import codec_of
from mailbot.mail.iso2022 import decode_iso2022

_ESCAPED = re.compile(rb"\x1b(?:\$[@B(A)]|\([JI])")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e]){1,100}+~\}")
_HIGH = re.compile(rb"[\x80-\xff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"\x84\x31\x95\x33", "gb18030"),
)  # fmt: skip
_MULTI_BYTE = frozenset({*plausible.CJK, "euc_jisx0213", "johab"})
# What reads what a strict decoder refuses: Hong Kong's characters, rows that only Windows knows.
_WIDER = {"cp950": "big5hkscs", "big5hkscs": "cp950", "euc_jp": "euc_jisx0213", "cp949": "johab"}
_DETECTABLE = [
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "koi8_r",
    "koi8_u",
    "iso8859_2",
    "iso8859_5",
    "iso8859_7",
    "iso8859_15",
    "cp866",
    "mac_roman",
    "tis_620",
]  # fmt: skip - the detector guesses among these; the multi-byte charsets are told apart here
_SAMPLE = 20_000  # bytes that detection looks at
_BAD_UTF8_SHARE = 0.1  # above this share of broken sequences "utf-8" is taken for a lie
_BETTER = 0.25  # by how much the score of another charset must be better than that of the label
_SURE = 0.9  # the score of a text that is taken although nothing announced its charset
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_JAPANESE = frozenset({"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext"})

# The end may be missing, and a question mark or a blank may stand inside.
_ENCODED_WORD = re.compile(
    r"=\?([^?\s]{0,60})\?([bBqQ])\?"
    r"((?:[^?=]|\?(?!=)|=(?!\?[^?\s]{0,60}\?[bBqQ]\?)){0,4000}+)(?:\?=|\Z|(?==\?))"
)
_PERCENT = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]%[89AaBb][0-9A-Fa-f]")
_SPACE_ONLY = re.compile(r"[ \t\r\n]*\Z")


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Text and what had to be guessed to get it."""

    text: str  # without NUL characters and lone surrogates
    note: str  # for people: what was guessed or lost; "" where the label told the truth


def clean(text: str) -> str:
    """`text` without NUL characters and lone surrogates, which neither JSON nor a database can hold."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8", "replace")


def decode(data: bytes, label: str | None, *, hint: str | None = None) -> Decoded:
    """Read `data` by its claimed charset, or by better evidence.

    `hint` is a charset that the rest of the mail claims; it is tried before detection.
    """
    codec = codec_of(label)
    note = f"unknown charset {_shown(label)}" if codec is None else ""
    if codec == "utf-7" and b"+" in data:
        text = _strict(data, codec)
        if text is not None:
            return Decoded(text=clean(text), note=note)
    special = _by_structure(data, codec)
    if special is not None:
        return Decoded(text=clean(special), note=note or (_lost(special, label) if "\ufffd" in special else ""))
    if data.isascii() and (not codec or not codec.startswith(("utf-16", "utf-32", "cp037", "cp500", "cp1140"))):
        return Decoded(text=clean(data.decode("ascii")), note=note)
    utf8 = _strict(data, "utf-8")
    # Valid UTF-8 with multi-byte sequences is never an accident in more than a few characters.
    if utf8 is not None and (not codec or codec == "utf-8" or _single_byte(codec)):
        return Decoded(text=clean(utf8), note=note)
    if codec and codec != "utf-8":
        return _by_label(data, codec, label, hint, utf8)
    if codec == "utf-8":
        loose = data.decode("utf-8", "replace")
        if loose.count("\ufffd") <= max(1, _BAD_UTF8_SHARE * sum(1 for char in loose[:_SAMPLE] if char > "\x7f")):
            return Decoded(text=clean(loose), note=_lost(loose, label))
    return _guess(data, label, hint, note)


def _by_structure(data: bytes, codec: str | None) -> str | None:
    """What gives itself away whatever the label says: byte order marks, escape sequences, HZ, UTF-16 full of zeros."""
    for mark, name in _BOMS:
        if data.startswith(mark) and (name != "gb18030" or codec in ("gb18030", "", None)):
            text = _strict(data[len(mark) :], name)
            if text is None and name != "utf-8":
                text = data[len(mark) :].decode(name, "replace")
            if text is not None:
                return text
    if b"\x1b" in data and _ESCAPED.search(data) and not _HIGH.search(data):
        return decode_iso2022(data)
    if codec in ("hz", "gb18030", "", "cp1252", None) and not _HIGH.search(data) and b"~{" in data:
        hz = _hz(data, sure=codec == "hz")
        if hz is not None:
            return hz
    if codec in ("utf-16-le", "utf-16-be"):
        text = _strict(data, codec)
        return text if text is not None and _score16(text) >= plausible.GOOD else None
    if codec == "utf-16" or (_CONTROLS.search(data, 0, plausible.SAMPLE) and codec != "utf-32"):
        return _utf16(data, sure=codec == "utf-16")
    return None


def _utf16(data: bytes, *, sure: bool) -> str | None:
    """UTF-16 without a byte order mark, in the order that gives the more plausible text."""
    if not sure and (len(data) < 8 or (len(data) % 2 and b"\0" not in data)):
        return None
    texts = [data[: len(data) // 2 * 2].decode(name, "replace") for name in ("utf-16-le", "utf-16-be")]
    little, big = (_score16(text) for text in texts)
    if not sure and max(little, big) < _SURE:
        return None
    return texts[0] if little >= big else texts[1]


def _score16(text: str) -> float:
    if not text:
        return 0.0
    head = text[:1_000]
    plain = sum(1 for char in head if " " <= char <= "~" or char in "\r\n\t")
    rest = [char for char in head if char > "~"]
    return (plain + plausible.score("".join(rest), "") * len(rest)) / len(head)


def _by_label(data: bytes, codec: str, label: str | None, hint: str | None, utf8: str | None) -> Decoded:
    """8-bit bytes under a label that names a charset other than UTF-8: right, wider than it says, or a lie."""
    text = _strict(data, codec)
    if text is None and codec in _WIDER:
        text = _strict(data, _WIDER[codec])
    if text is None and codec.startswith("iso2022_jp"):
        # Some programs send Shift_JIS, or its half-width kana, under this name.
        text = _strict(data, "cp932") if utf8 is None else None
        codec = "cp932"
    shown = plausible.score(text, codec) if text is not None else 0.0
    if text is not None and _control_ridden(text) and utf8 is None:
        # ISO 8859 has control characters where the Windows charsets have letters.
        windows = {"iso8859-15": "cp1252", "iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-9": "cp1254"}.get(
            codec
        )
        again = _strict(data, windows) if windows else None
        if again is not None:
            return Decoded(text=clean(again), note="")
    if utf8 is not None and (text is None or plausible.score(utf8, "") >= shown or _control_ridden(text)):
        return Decoded(text=clean(utf8), note=f"charset {_shown(label)} was wrong, read as utf-8")
    if text is not None and shown >= plausible.GOOD:
        return Decoded(text=clean(text), note="")
    other, reached = _likeliest(data, plausible.CJK if codec in _MULTI_BYTE else plausible.CJK + plausible.CYRILLIC)
    enough = len(_HIGH.findall(data[:200])) >= (8 if codec in _MULTI_BYTE else 4)
    if other and other != codec and enough and reached >= max(plausible.GOOD, shown + _BETTER):
        return Decoded(
            text=clean(data.decode(other, "replace")), note=f"charset {_shown(label)} was wrong, read as {other}"
        )
    if text is not None:
        return Decoded(text=clean(text), note="")
    loose = data.decode(codec, "replace")
    if loose.count("\ufffd") <= max(2, len(loose) // 100):
        return Decoded(text=clean(loose), note=_lost(loose, label))
    return _guess(data, label, hint, "")


def _likeliest(data: bytes, among: tuple[str, ...] = plausible.CJK + plausible.CYRILLIC) -> tuple[str, float]:
    """The charset of the most plausible reading among the ones that lies are told about, and its score."""
    if plausible.western(data):
        return "", 0.0
    return plausible.best(data, among)


def decode_header(value: str, notes: list[str] | None = None) -> str:
    """Encoded-words (RFC 2047) to text, leniently: in quotes, split inside a character, with a wrong charset.

    Line breaks of folding become single spaces. Adjacent words of one charset are joined as bytes first. What had to be
    guessed is added to `notes`.
    """
    value = _unfold(value)
    if "=?" not in value:
        return clean(value)
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    end = 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        if run and not _SPACE_ONLY.match(between):
            out.append(_join_words(run, notes))
            run = []
        if not run:
            out.append(between)
        text = match[3] if match[0].endswith("?=") else match[3].removesuffix("?")
        run.append((match[1].partition("*")[0].lower(), match[2].lower(), text))
        end = match.end()
    out.append(_join_words(run, notes))
    out.append(value[end:])
    return clean("".join(out))


def decode_raw_header(data: bytes, hint: str | None, notes: list[str] | None = None) -> str:
    """The bytes of a header value to text; 8-bit bytes without a label are read by UTF-8, `hint`, then detection.

    What had to be guessed is added to `notes`.
    """
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    decoded = decode(data, None, hint=hint)
    if notes is not None and decoded.note:
        notes.append(decoded.note)
    return decoded.text


def decode_parameter(value: str | tuple[str | None, str | None, str], hint: str | None) -> str:
    """A MIME parameter: an RFC 2231 triple (charset, language, latin-1 view of the bytes) or RFC 2047 in quotes.

    Some programs do both at once, or write percent signs without a charset; that is undone as well.
    """
    if isinstance(value, tuple):
        try:
            text = _unfold(decode(value[2].encode("latin-1"), value[0], hint=hint).text)
        except UnicodeEncodeError:  # raw characters where percent signs belong
            text = _unfold(value[2])
    else:
        text = value
    if "=?" in text:
        text = decode_header(text)
    if _PERCENT.search(text) and text.isascii():
        unquoted = _strict(unquote_to_bytes(text), "utf-8")
        text = unquoted if unquoted is not None else text
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return clean(_unfold(text))


def _join_words(run: list[tuple[str, str, str]], notes: list[str] | None) -> str:
    """Encoded-words that stand next to each other; neighbours of one charset may share a character."""
    out: list[str] = []
    index = 0
    while index < len(run):
        charset = run[index][0]
        stop = index
        while stop < len(run) and run[stop][0] == charset:
            stop += 1
        decoded = decode(_bytes_of(run[index:stop]), charset)
        if decoded.note and notes is not None:
            notes.append(decoded.note)
        out.append(_unfold(decoded.text))
        index = stop
    return "".join(out)


def _bytes_of(words: list[tuple[str, str, str]]) -> bytes:
    """What the words of one charset encode."""
    base64s = [text.strip() for _, kind, text in words if kind == "b"]
    # Some programs cut the base64 text itself in the middle of a quantum.
    if len(base64s) == len(words) and any(len(text) % 4 and not text.endswith("=") for text in base64s[:-1]):
        return unbase64("".join(base64s).encode("ascii", "ignore"))
    pieces = (unbase64(text.encode("ascii", "ignore")) if kind == "b" else _q(text) for _, kind, text in words)
    return b"".join(pieces)


def _q(text: str) -> bytes:
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def unbase64(data: bytes) -> bytes:
    """Base64 with its mistakes: foreign characters, missing or early padding, cut off in a quantum."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = data.translate(None, _NOT_BASE64 + b"=")
        return base64.b64decode(kept[: len(kept) - (len(kept) % 4 == 1)] + b"=" * (-len(kept) % 4 % 3))


def _unfold(value: str) -> str:
    if "\n" not in value and "\r" not in value:
        return value
    return re.sub(r"\r?\n[ \t]?|\r", " ", value)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError, OverflowError, AssertionError):
        return None


def _hz(data: bytes, *, sure: bool) -> str | None:
    """HZ (RFC 1843) where its brackets pair up; a text that merely has `~{` in it is left alone."""
    if not sure and not _HZ.search(data):
        return None
    text = _strict(data, "hz")
    if text is None and sure:
        text = data.decode("hz", "replace")
    return text if text is not None and not text.isascii() else None


def _single_byte(codec: str) -> bool:
    return codec.startswith(("cp125", "iso8859", "koi8", "mac", "cp437", "cp85", "cp86", "latin", "ascii", "tis"))


def _control_ridden(text: str) -> bool:
    return any("\x80" <= char < "\xa0" for char in text[:2000])


def _lost(text: str, label: str | None) -> str:
    count = text.count("\ufffd")
    return f"{count} characters could not be read as {_shown(label)}" if count else ""


def _shown(label: str | None) -> str:
    return ascii((label or "").strip()[:40]).strip("'") or "(none)"


def _guess(data: bytes, label: str | None, hint: str | None, note: str) -> Decoded:
    """The charset by the looks of the characters, then by charset-normalizer, then windows-1252."""
    other, reached = _likeliest(data)
    hinted = codec_of(hint)
    for codec in ("cp932", "euc_jp") if hinted in _JAPANESE else (hinted,):
        if codec and codec not in ("utf-8", "cp1252") and codec != codec_of(label):
            text = _strict(data, codec)
            if text is not None and plausible.score(text, codec) + _BETTER >= (reached or plausible.GOOD):
                return Decoded(text=clean(text), note=note)
    found = other if reached >= plausible.GOOD else ""
    sample = data[:_SAMPLE]
    # A few accents in a long text are Western in all likelihood; the detector would guess among dozens.
    if not found and len(_HIGH.findall(sample)) * 6 > len(sample) > 8 and not plausible.western(data):
        found = _detected(sample)
    found = found or "cp1252"
    text = data.decode(found, "replace")
    said = f"charset {_shown(label)} was wrong" if label else "no charset was given"
    return Decoded(text=clean(text), note=f"{said}, read as {found}")


def _detected(sample: bytes) -> str:
    # Imported here: most mails never need it, and start-up time counts when cron runs `mailbot poll`.
    from charset_normalizer import from_bytes

    try:
        found = from_bytes(sample, steps=3, chunk_size=512, cp_isolation=_DETECTABLE).best()
    except Exception:  # noqa: BLE001 - a detector's surprise on hostile bytes must not stop the mail
        return ""
    return codec_of(found.encoding) or "" if found is not None else ""
