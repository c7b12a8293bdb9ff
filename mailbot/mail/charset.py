"""Bytes to text although the label lies: supersets first, then evidence, then detection. Nothing here raises.

Labels follow the WHATWG encoding standard where it widens them (gb2312 and gbk are read as gb18030, latin-1 as
windows-1252), because that is what the mail programs that write them mean.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

_SUPERSETS = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gb_2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030", "chinesesimplified": "gb18030",
    "hz-gb-2312": "hz", "big5": "cp950", "big-5": "cp950", "x-big5": "cp950", "cn-big5": "cp950", "big5-eten": "cp950",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "x-windows-949": "cp949",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "utf-8mb4": "utf-8", "x-unknown": "", "unknown-8bit": "",
    "unknown": "", "default": "", "x-user-defined": "", "binary": "", "8bit": "", "7bit": "",
}  # fmt: skip
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_JAPANESE = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3", "iso2022_jp_2")
_TEXT_CODECS = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,40}")
_ESCAPED_JAPANESE = re.compile(rb"\x1b(?:\$[@B(]|\([JI])")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e]){1,100}+~\}")
_HIGH = re.compile(rb"[\x80-\xff]")
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
]  # the detector guesses among these; the multi-byte charsets are told apart here
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_SAMPLE = 20_000  # bytes that detection looks at
_PLAUSIBLE = 0.85  # share of the non-ASCII characters that must be common ones
_BAD_UTF8_SHARE = 0.1  # above this share of broken sequences "utf-8" is taken for a lie

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
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


def codec_of(label: str | None) -> str | None:
    """The Python codec to read a charset label with; "" where the label says nothing, None where it is unknown."""
    name = (label or "").strip().strip("\"'").lower().partition("*")[0]
    name = _SUPERSETS.get(name, name)
    if not name:
        return ""
    if not _TEXT_CODECS.fullmatch(name):
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Codecs such as base64 or rot13 are not charsets; what uses `idna` or `punycode` can raise anything.
    if not getattr(info, "_is_text_encoding", True) or info.name in _NOT_CHARSETS:
        return None
    return info.name


def decode(data: bytes, label: str | None, *, hint: str | None = None) -> Decoded:
    """Read `data` by its claimed charset, or by better evidence.

    `hint` is a charset that the rest of the mail claims; it is tried before detection.
    """
    codec = codec_of(label)
    note = f"unknown charset {_shown(label)}" if codec is None else ""
    if b"\x1b" in data and _ESCAPED_JAPANESE.search(data) and not _HIGH.search(data):
        text = _first_strict(data, _JAPANESE)
        return Decoded(text=clean(text if text is not None else data.decode("iso2022_jp_ext", "replace")), note=note)
    if codec in ("hz", "gb18030", "", "cp1252") and not _HIGH.search(data) and b"~{" in data:
        hz = _hz(data, sure=codec == "hz")
        if hz is not None:
            return Decoded(text=clean(hz), note=note)
    if data.isascii() and codec in ("", None, "cp1252", "utf-8", "gb18030", "cp950", "cp932", "cp949", "hz"):
        return Decoded(text=clean(data.decode("ascii")), note=note)
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
        codec = "utf-8"
    utf8 = _strict(data, "utf-8")
    # Valid UTF-8 with multi-byte sequences is never an accident in more than a few characters.
    if utf8 is not None and (codec in ("", None, "utf-8") or _single_byte(codec)):
        return Decoded(text=clean(utf8), note=note)
    if codec and codec != "utf-8":
        text = _strict(data, codec)
        if text is not None and (not _control_ridden(text) or utf8 is None):
            return Decoded(text=clean(text), note=note)
        if utf8 is not None:
            return Decoded(text=clean(utf8), note=f"charset {_shown(label)} was wrong, read as utf-8")
        if codec.startswith("iso2022_jp"):
            text = _first_strict(data, _JAPANESE)
            if text is not None:
                return Decoded(text=clean(text), note=note)
        loose = data.decode(codec, "replace")
        if loose.count("\ufffd") <= max(2, len(loose) // 200):
            return Decoded(text=clean(loose), note=_lost(loose, label))
    if codec == "utf-8":
        loose = data.decode("utf-8", "replace")
        if loose.count("\ufffd") <= max(1, _BAD_UTF8_SHARE * sum(1 for char in loose[:_SAMPLE] if char > "\x7f")):
            return Decoded(text=clean(loose), note=_lost(loose, label))
    return _guess(data, label, hint, note)


def decode_header(value: str) -> str:
    """Encoded-words (RFC 2047) to text, leniently: in quotes, split inside a character, with a wrong charset.

    Line breaks of folding become single spaces. Adjacent words of one charset are joined as bytes first.
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
            out.append(_join_words(run))
            run = []
        if not run:
            out.append(between)
        run.append((match[1].partition("*")[0].lower(), match[2].lower(), match[3]))
        end = match.end()
    out.append(_join_words(run))
    out.append(value[end:])
    return clean("".join(out))


def decode_raw_header(data: bytes, hint: str | None) -> str:
    """The bytes of a header value to text; 8-bit bytes without a label are read by UTF-8, `hint`, then detection."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    return decode(data, None, hint=hint).text


def decode_parameter(value: str | tuple[str | None, str | None, str], hint: str | None) -> str:
    """A MIME parameter: an RFC 2231 triple (charset, language, latin-1 view of the bytes) or RFC 2047 in quotes."""
    if isinstance(value, tuple):
        raw = value[2].encode("latin-1", "replace")
        return _unfold(decode(raw, value[0], hint=hint).text)
    return decode_header(value)


def _join_words(run: list[tuple[str, str, str]]) -> str:
    """Encoded-words that stand next to each other; neighbours of one charset may share a character."""
    out: list[str] = []
    index = 0
    while index < len(run):
        charset, kind, _ = run[index]
        stop = index
        while stop < len(run) and run[stop][0] == charset and run[stop][1] == kind:
            stop += 1
        payloads = [text for _, _, text in run[index:stop]]
        if kind == "b":
            # Some programs cut the base64 text itself in the middle of a quantum.
            cut = any(len(text.strip()) % 4 and not text.strip().endswith("=") for text in payloads[:-1])
            data = unbase64("".join(payloads).encode("ascii", "ignore")) if cut else b"".join(
                unbase64(text.encode("ascii", "ignore")) for text in payloads)  # fmt: skip
        else:
            data = b"".join(_q(text) for text in payloads)
        out.append(_unfold(decode(data, charset).text))
        index = stop
    return "".join(out)


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


def _first_strict(data: bytes, names: tuple[str, ...]) -> str | None:
    return next((text for text in (_strict(data, name) for name in names) if text is not None), None)


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
    hinted = codec_of(hint)
    if hinted and hinted not in ("utf-8", "cp1252"):
        text = _strict(data, hinted)
        if text is not None:
            return Decoded(text=clean(text), note=note)
    sample = data[:_SAMPLE]
    best, best_score = "", _PLAUSIBLE
    for codec, common in () if _scattered(sample) else _CANDIDATES:
        text = _strict(sample, codec) or _strict(sample[:-1], codec) or _strict(sample[:-2], codec)
        if text is None:
            continue
        high = [char for char in text[:4000] if char > "\x7f"]
        score = sum(1 for char in high if common(char)) / (len(high) or 1)
        if codec in ("cp932", "euc_jp") and sum(1 for char in high if "\u3040" <= char <= "\u30ff") * 8 < len(high):
            continue  # Japanese without kana is something else
        if score > best_score:
            best, best_score = codec, score
    # A few accents in a long text are Western in all likelihood; the detector would guess among dozens.
    if not best and len(_HIGH.findall(sample)) * 6 > len(sample) > 8 and not _scattered(sample):
        best = _detected(sample)
    best = best or "cp1252"
    text = data.decode(best, "replace")
    said = f"charset {_shown(label)} was wrong" if label else "no charset was given"
    return Decoded(text=clean(text), note=f"{said}, read as {best}")


def _common_in(codec: str, leads: range) -> Callable[[str], bool]:
    """Is a character among those that the charset's first level (the common ones) holds?"""

    def common(char: str) -> bool:
        if char in "，。！？：；、（）“”‘’《》…—　「」￥·～":
            return True
        try:
            return char.encode(codec)[0] in leads and ord(char) >= 0x2E80
        except UnicodeError:
            return False

    return common


def _japanese(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or char in "、。「」・ー！？（）　"


def _hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


_CANDIDATES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("gb18030", _common_in("gb2312", range(0xB0, 0xD8))),
    ("cp950", _common_in("big5", range(0xA4, 0xC7))),
    ("cp949", _hangul),
    ("euc_jp", _japanese),
    ("cp932", _japanese),
)


def _scattered(sample: bytes) -> bool:
    """Do the 8-bit bytes stand alone among letters, as the accents of Western languages do?"""
    high = len(_HIGH.findall(sample))
    alone = len(_ALONE.findall(sample))
    return alone * 2 > high


def _detected(sample: bytes) -> str:
    # Imported here: most mails never need it, and start-up time counts when cron runs `mailbot poll`.
    from charset_normalizer import from_bytes

    try:
        found = from_bytes(sample, steps=3, chunk_size=512, cp_isolation=_DETECTABLE).best()
    except Exception:  # noqa: BLE001 - a detector's surprise on hostile bytes must not stop the mail
        return ""
    return codec_of(found.encoding) or "" if found is not None else ""
