"""Digits that somebody calls the number of an order in another shop: "my Amazon order 302-1234567"."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The shop's own orders may be sold there too, with a number of ours; only what is called the other's number isn't ours.
_SHOPS = (
    r"(?:amazon|amzn|ebay|e-bay|ali ?express|alibaba|walmart|best ?buy|temu|shein|etsy|shopee|lazada"
    r"|argos|currys|john lewis|tesco|asda|costco|rakuten|yodobashi|bic ?camera|media ?markt|otto|zalando|kaufland"
    r"|galaxus|digitec|fnac|darty|cdiscount|boulanger|el corte ingl[ée]s|mercado ?libre|pccomponentes|paypal|klarna|jd"
    r"|亚马逊|亞馬遜|淘宝|淘寶|天猫|天貓|京东|京東|拼多多|抖音|苏宁|蘇寧|唯品会|闲鱼|蝦皮|虾皮|アマゾン|楽天|ヨドバシ|メルカリ"
    r"|(?:(?:an)?other|different|some other|competitor'?s?) (?:shop|store|seller)(?:'s)?"
    r"|ander(?:er|en|es) (?:shop|h[äa]ndler\w*)"
    r"|autre (?:boutique|magasin|site)|otra (?:tienda|web)|别家|別家|其他店|其它店|别的店|別的店|他店|別のお店|別の店)"
)
_ORDER = (
    r"(?:orders?|purchase|bestell\w*|auftrag\w*|commandes?|achat|pedidos?|compra|订单|訂單|单号|單號|编号|編號|注文|番号"
    r"|nos?\b\.?|nr\b\.?|num[ée]ro|número|number|n[°º]|号|號|#)"
)
_FILLER = (
    r"(?:[\s:：,#()（）\-–的のは是为為]|\.(?:com|de|fr|es|cn|in|co\.uk|co\.jp)\b|'s\b"
    r"|\b(?:id|is|was|with|the|my|mit|der|die|meine|ist|est|es|de|la|ma|mi|had|has|hat|war|lautet)\b)"
)
_SHOP = re.compile(rf"(?<![a-z0-9]){_SHOPS}", re.IGNORECASE)
_NAMED_AFTER = re.compile(rf"(?:{_FILLER}|{_ORDER})*", re.IGNORECASE)  # between the shop and the number
_ORDER_WORD = re.compile(_ORDER, re.IGNORECASE)
_NAMED_BEFORE = re.compile(  # "order at", "commande chez"
    rf"{_ORDER}{_FILLER}*(?:at|on|from|with|by|bei|von|im|chez|sur|en|a|de)?\s*(?:the|dem|an|einem|une?|una|my)?\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"^\s*[(（]?\s*(?:(?:at|on|from|of|placed|bought|bei|von|chez|sur|en|de|d'|in)\s+){{1,2}}"
    rf"(?:(?:the|an?|dem|einem|une?|una|meine[rm]?)\s+)?{_SHOPS}(?![^\W_])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![A-Za-z0-9])\d(?:[ \t.\-_/]?\d){5,29}(?![A-Za-z0-9])", re.ASCII)
_REACH = 48  # signs before and after a number in which the shop is named
_MOST = 3000  # numbers of one text that are looked at
_STOP = re.compile(r"[\n;；!?！？。，]")  # what stands in another clause is of something else


def numbers_of_others(text: str) -> Iterator[tuple[int, int]]:
    """Where such digits stand, from and to; linear in the text. Digits with letters before them are none of these."""
    for count, match in enumerate(_DIGITS.finditer(text)):
        if count >= _MOST:
            return
        start, end = match.span()
        before = _STOP.split(text[max(0, start - _REACH) : start])[-1]
        after = _STOP.split(text[end : end + _REACH], maxsplit=1)[0]
        if _is_anothers(before) or _AFTER.search(after):
            yield start, end


def _is_anothers(before: str) -> bool:
    """ "my Amazon order no. ", "the order at Amazon, no. ": the shop, and nothing but words for a number after it."""
    for shop in _SHOP.finditer(before):
        rest = before[shop.end() :]
        if _NAMED_AFTER.fullmatch(rest) and (_ORDER_WORD.search(rest) or _NAMED_BEFORE.search(before[: shop.start()])):
            return True
    return False
