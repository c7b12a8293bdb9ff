"""Names of charsets as mail programs write them, to the codec that reads what they mean.

Names follow the WHATWG encoding standard where it widens them: gb2312 and gbk are read as gb18030, latin-1 as
windows-1252, because that is what the mail programs that write them mean.
"""

from __future__ import annotations

import codecs
import re

_SUPERSETS = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gb_2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030", "chinesesimplified": "gb18030",
    "chinese": "gb18030", "gb": "gb18030", "windows-936": "gb18030", "csgb2312": "gb18030", "iso-ir-58": "gb18030",
    "hz-gb-2312": "hz", "big5": "cp950", "big-5": "cp950", "x-big5": "cp950", "cn-big5": "cp950", "big5-eten": "cp950",
    "csbig5": "cp950", "x-x-big5": "cp950", "big5-hkscs": "big5hkscs", "windows-950": "cp950",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms_kanji": "cp932", "csshiftjis": "cp932", "windows-932": "cp932", "x-euc-jp": "euc_jp", "eucjp-ms": "euc_jp",
    "cp51932": "euc_jp", "eucjp-win": "euc_jp", "cseucpkdfmtjapanese": "euc_jp",
    "iso-2022-jp-ms": "iso2022_jp", "cp50220": "iso2022_jp", "cp50221": "iso2022_jp", "cp50222": "iso2022_jp",
    "csiso2022jp": "iso2022_jp",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "x-windows-949": "cp949",
    "ks_c_5601-1989": "cp949", "ksc_5601": "cp949", "ks_c_5601": "cp949", "korean": "cp949", "uhc": "cp949",
    "cseuckr": "cp949", "iso-ir-149": "cp949",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-ir-100": "cp1252", "ansi": "",
    "iso-8859-9": "cp1254", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-11": "cp874",
    "tis-620": "cp874", "iso-8859-2": "iso-8859-2", "macintosh": "mac_roman", "x-mac-roman": "mac_roman",
    "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8": "utf-8", "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8", "x-utf-8": "utf-8", "utf-8-sig": "utf-8", "unicode": "utf-16", "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16", "csunicode": "utf-16",
    "x-unknown": "", "unknown-8bit": "", "unknown": "", "default": "", "x-user-defined": "", "binary": "", "8bit": "",
    "7bit": "", "none": "", "null": "", "undefined": "", "iso-8859-unknown": "", "x-default": "",
}  # fmt: skip
# Names with a prefix of their own, a year, or other signs between the parts.
_SPELLINGS = (
    (re.compile(r"^(?:charset=|cs|x-)(?=[a-z])|[_-](?:mb4|general_ci)$"), ""),
    (re.compile(r"^(?:win|windows|cp|ibm|ms)[-_ ]?(\d{3,5})$"), r"cp\1"),
    (re.compile(r"^iso[-_ ]?8859[-_ ](\d{1,2})(?::\d{4})?(?:-[ie])?$"), r"iso-8859-\1"),
    (re.compile(r"^(gb18030|gbk|gb2312).*$"), "gb18030"),
    (re.compile(r"^utf[-_ ]?(8|7|16|32)$"), r"utf-\1"),
)
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_TEXT_CODECS = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,40}")


def codec_of(label: str | None) -> str | None:
    """The Python codec to read a charset label with; "" where the label says nothing, None where it is unknown."""
    name = (label or "")[:100].partition(";")[0].strip(" \t\r\n\"'`<>=?()").lower().partition("*")[0]
    if name not in _SUPERSETS:
        for spelling, plain in _SPELLINGS:
            name = spelling.sub(plain, name)
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
    if not getattr(info, "_is_text_encoding", True) or info.name.replace("-", "_") in _NOT_CHARSETS:
        return None
    return _SUPERSETS.get(info.name.replace("_", "-"), info.name)
