"""Currencies: their minor units (ISO 4217) and the signs and words by which people write them."""

from __future__ import annotations

_NO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_DECIMALS = dict.fromkeys(_NO_DECIMALS, 0)
_DECIMALS |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

# Codes that are looked for in text; any three letters would find too much.
CODES = (
    "AED", "ARS", "AUD", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
    "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KRW", "KWD", "MOP", "MXN", "MYR", "NOK", "NZD", "OMR",
    "PHP", "PLN", "QAR", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
)  # fmt: skip
# Sign or word, in lower case -> the code it stands for whoever writes it.
CLEAR = {
    "€": "EUR", "£": "GBP", "₩": "KRW", "₹": "INR", "₽": "RUB", "฿": "THB", "₫": "VND", "₺": "TRY",
    "₴": "UAH", "₪": "ILS", "us$": "USD", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "au$": "AUD",
    "c$": "CAD", "ca$": "CAD", "s$": "SGD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "cn¥": "CNY",
    "jp¥": "JPY", "zł": "PLN", "kč": "CZK", "rmb": "CNY", "euro": "EUR", "euros": "EUR", "人民币": "CNY",
    "人民幣": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "歐元": "EUR", "英镑": "GBP", "英鎊": "GBP",
    "日元": "JPY", "日圆": "JPY", "円": "JPY", "港币": "HKD", "港幣": "HKD", "港元": "HKD", "新台币": "TWD",
    "新臺幣": "TWD", "新台幣": "TWD", "台币": "TWD", "台幣": "TWD", "원": "KRW", "块": "CNY", "块钱": "CNY",
    "fr.": "CHF",
}  # fmt: skip
# Sign -> by the country of the writer (ISO 3166-1) the code it stands for; "" for everybody else.
BY_COUNTRY: dict[str, dict[str, str]] = {
    "$": {
        "": "USD", "AU": "AUD", "CA": "CAD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "MX": "MXN",
        "AR": "ARS", "CL": "CLP", "CO": "COP",
    },
    "¥": {"": "CNY", "JP": "JPY"},
    "元": {"": "CNY", "TW": "TWD", "HK": "HKD", "MO": "MOP"},
    "圆": {"": "CNY"},
    "圓": {"": "TWD", "HK": "HKD", "CN": "CNY", "MO": "MOP"},
    "kr": {"": "SEK", "SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"},
}  # fmt: skip


def decimals_of(currency: str) -> int:
    """How many decimals the amounts of a currency have."""
    return _DECIMALS.get(currency, 2)
