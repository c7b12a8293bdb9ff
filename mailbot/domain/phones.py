"""Telephone numbers: found in text, and brought to one form so that two ways of writing the same number are equal.

Source: ITU-T E.164 (a country code and a national number, 15 digits at most) and its list of assigned codes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_DIGITS = 15  # E.164, 6.1
_LEAST_DIGITS = 7
_MOST_FOUND = 50

# ISO 3166-1 alpha-2 -> (country code, what stands before a national number inside the country).
_COUNTRIES = {
    "AE": ("971", "0"), "AR": ("54", "0"), "AT": ("43", "0"), "AU": ("61", "0"), "BE": ("32", "0"),
    "BG": ("359", "0"), "BR": ("55", "0"), "CA": ("1", "1"), "CH": ("41", "0"), "CL": ("56", ""),
    "CN": ("86", "0"), "CO": ("57", "0"), "CZ": ("420", ""), "DE": ("49", "0"), "DK": ("45", ""),
    "EE": ("372", ""), "EG": ("20", "0"), "ES": ("34", ""), "FI": ("358", "0"), "FR": ("33", "0"),
    "GB": ("44", "0"), "GR": ("30", ""), "HK": ("852", ""), "HR": ("385", "0"), "HU": ("36", "06"),
    "ID": ("62", "0"), "IE": ("353", "0"), "IL": ("972", "0"), "IN": ("91", "0"), "IT": ("39", ""),
    "JP": ("81", "0"), "KR": ("82", "0"), "KW": ("965", ""), "LT": ("370", "0"), "LU": ("352", ""),
    "LV": ("371", ""), "MO": ("853", ""), "MX": ("52", ""), "MY": ("60", "0"), "NL": ("31", "0"),
    "NO": ("47", ""), "NZ": ("64", "0"), "PH": ("63", "0"), "PL": ("48", ""), "PT": ("351", ""),
    "RO": ("40", "0"), "RU": ("7", "8"), "SA": ("966", "0"), "SE": ("46", "0"), "SG": ("65", ""),
    "SI": ("386", "0"), "SK": ("421", "0"), "TH": ("66", "0"), "TR": ("90", "0"), "TW": ("886", "0"),
    "UA": ("380", "0"), "US": ("1", "1"), "VN": ("84", "0"), "ZA": ("27", "0"),
}  # fmt: skip
# Code -> country; "" where several share it, as +1 does.
_BY_CODE: dict[str, str] = {}
for _country, (_code, _trunk) in _COUNTRIES.items():
    _BY_CODE[_code] = "" if _code in _BY_CODE else _country

# A number as people write it: digits in groups. Every repetition is bounded, so that a page of digits costs a page.
_NUMBER = re.compile(
    r"(?<![\w.,/+\-])(?P<plus>\+|00(?=[1-9]))?[ ]?"
    r"(?P<body>\(?\d{1,15}\)?(?:[ .\-/()\u00a0]{1,3}\d{1,12}){0,7})(?![\w/@]|[.,\-]\d)",
    re.ASCII,
)
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
# 18 digits and more are an order, a parcel or a bank account.
_DIGITS_ONLY = re.compile(r"\D+", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−－", "-"))
_LOOKS_LIKE_A_DATE = re.compile(
    r"(?:19|20)\d\d[.\-/ ]\d{1,2}[.\-/ ]\d{1,2}|\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)?\d\d", re.ASCII
)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A telephone number that stood somewhere."""

    digits: str  # E.164 without the plus where `is_international`, else the digits as dialled at home
    country: str  # ISO 3166-1 alpha-2, "" where it isn't clear
    is_international: bool  # the country code is part of the digits


def phone_key(text: str, country: str = "") -> str:
    """One number in the one form it is stored and looked up in: E.164 digits where the country is known.

    `country` is where the number is from unless it says so itself. "" for a text without a number in it.
    """
    plain = unicodedata.normalize("NFKC", text[:100]).translate(_DASHES).strip()
    digits = _DIGITS_ONLY.sub("", plain.replace("(0)", ""))
    if plain.startswith(("+", "(+")):
        return digits if _LEAST_DIGITS <= len(digits) <= MAX_DIGITS else ""
    if plain.startswith("00") and not plain.startswith("000"):
        digits = digits[2:]
        return digits if _LEAST_DIGITS <= len(digits) <= MAX_DIGITS else ""
    if not 5 <= len(digits) <= MAX_DIGITS:
        return ""
    return _at_home(digits, country)


def _at_home(digits: str, country: str) -> str:
    """Digits dialled inside a country -> E.164; unchanged where the country isn't known."""
    code, trunk = _COUNTRIES.get(country.upper(), ("", ""))
    if not code:
        return digits
    # "86 138…" without a plus: a mobile number can't begin with 86, so the country code it is.
    if country.upper() == "CN" and digits.startswith("86") and _CHINESE_MOBILE.fullmatch(digits[2:]):
        return digits
    if country.upper() in ("US", "CA"):
        return digits if len(digits) == 11 and digits[0] == "1" else code + digits
    home = digits[len(trunk) :] if trunk and digits.startswith(trunk) else digits
    return code + home if len(code + home) <= MAX_DIGITS else digits


def find_phones(text: str, country: str = "") -> tuple[Phone, ...]:
    """Telephone numbers in a text, each once, at most 50, in linear time; never raises.

    `country` (ISO 3166-1, "" for unknown) is where numbers without a country code are from. Written with a plus or
    00, as a Chinese mobile number, or in groups; a run of digits that could be anything isn't taken for a number.
    """
    found: dict[Phone, None] = {}
    for match in _NUMBER.finditer(_same_length(text)):
        phone = _read(match["body"], bool(match["plus"]), country.upper())
        if phone is not None:
            found[phone] = None
            if len(found) >= _MOST_FOUND:
                break
    return tuple(found)


def _read(body: str, has_plus: bool, country: str) -> Phone | None:
    digits = _DIGITS_ONLY.sub("", body.replace("(0)", ""))
    if has_plus:
        if not 8 <= len(digits) <= MAX_DIGITS or digits[0] == "0":
            return None
        return Phone(digits=digits, country=_country_of(digits), is_international=True)
    if _CHINESE_MOBILE.fullmatch(digits) and country in ("", "CN"):
        return Phone(digits="86" + digits, country="CN", is_international=True)
    if digits.startswith("86") and _CHINESE_MOBILE.fullmatch(digits[2:]):
        return Phone(digits=digits, country="CN", is_international=True)
    in_groups = not body.strip("()").isdigit()
    if not in_groups or not _LEAST_DIGITS <= len(digits) <= 12 or _LOOKS_LIKE_A_DATE.fullmatch(body.strip()):
        return None
    if re.fullmatch(r"0\d{2,3}[ \-]{1,2}\d{7,8}", body, re.ASCII) and country in ("", "CN"):
        return Phone(digits="86" + digits[1:], country="CN", is_international=True)
    trunk = _COUNTRIES.get(country, ("", ""))[1]
    if country in ("US", "CA"):
        if len(digits) != 10 + (digits[0] == "1"):
            return None
    elif body[0] not in "0(" and not (country in _COUNTRIES and not trunk):
        return None  # groups of digits that nothing marks as a telephone number
    key = _at_home(digits, country)
    known = country in _COUNTRIES
    return Phone(digits=key, country=country if known else "", is_international=known)


def _country_of(digits: str) -> str:
    for length in (3, 2, 1):
        if digits[:length] in _BY_CODE:
            return _BY_CODE[digits[:length]]
    return ""


def _same_length(text: str) -> str:
    """Full-width digits and signs as ordinary ones; never longer than the text was."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_DASHES) if len(text) < 1_000_000 else text
