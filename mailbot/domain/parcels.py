"""The number of the parcel that a customer sends in, as they write it in a reply (P11)."""

from __future__ import annotations

import re
from collections.abc import Collection

from mailbot.domain.codes import code_key
from mailbot.domain.references import OWN_WORDS
from mailbot.domain.text_facts import TextFacts

# What people call it, then the number: digits and letters in one piece, as carriers print it.
_CALLED = re.compile(
    r"(?:tracking(?:[ -]?(?:number|no\.?|code|id))?|consignment (?:number|no\.?)|waybill(?: (?:number|no\.?))?"
    r"|parcel number"
    r"|运单号?|運單(?:編號|號)?|快递单号|快遞單號|物流单号|物流單號|寄件單號|托運單號|追跡番号|送り状番号|伝票番号|お問い合わせ伝票番号"
    r"|sendungs(?:nummer|verfolgung(?:snummer)?)|sendungs-?nr\.?|paketnummer|trackingnummer"
    r"|num[ée]ro de suivi|n[°º] de suivi|suivi|num[ée]ro de colis"
    r"|n[úu]mero de seguimiento|n\.?º de seguimiento|seguimiento|n[úu]mero de env[íi]o)"
    r"[\s:：=#]{0,8}(?:(?:is|ist|est|es|lautet)\b|是|は|为|為)?[\s:：]{0,8}"
    r"(?P<number>[A-Z]{0,4}[ -]?\d[0-9A-Z -]{6,30}[0-9A-Z])",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 8, 30  # signs of a parcel's number
_MOST_READ = 5_000  # characters of a mail that are looked at


def parcel_number(text: str, said: TextFacts, others: Collection[str]) -> str:
    """The one number of a parcel in a customer's own words, in the form of `codes.code_key`; "" for none or several.

    `said` knows the forms of the shop's own carriers; a number of any other is one that the customer calls so.
    `others` are numbers that mean something else: the order's, the parcel in which it came.
    """
    known = {code_key(other) for other in others}
    found = {one.value for one in said.tracking_numbers if one.place in OWN_WORDS}
    found |= {code_key(match["number"]) for match in _CALLED.finditer(text[:_MOST_READ])}
    numbers = {number for number in found if _SHORTEST <= len(number) <= _LONGEST} - known
    return numbers.pop() if len(numbers) == 1 else ""
