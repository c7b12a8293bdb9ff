"""A made-up order export: enough orders to try the desk with, and a few buyers whose story the demo tells."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

from mailbot.errors import ConfigError
from mailbot.store.order_files import COLUMNS

MAX_COUNT = 10_000  # orders in one sample; a month has four digits for its order numbers
_FIRST_FREE_SERIAL = 100  # lower ones, in any month, belong to DEMO_BUYERS

_PRODUCTS: dict[str, dict[str, str]] = {  # model -> language -> name
    "TP-K17": {"zh-Hans": "电热水壶", "en": "Kettle", "de": "Wasserkocher", "fr": "Bouilloire", "ja": "電気ケトル"},
    "TP-V20": {"zh-Hans": "吸尘器", "en": "Vacuum cleaner", "de": "Staubsauger", "fr": "Aspirateur", "ja": "掃除機"},
    "TP-T3": {
        "zh-Hans": "电动牙刷", "en": "Electric toothbrush", "de": "Elektrische Zahnbürste",
        "fr": "Brosse à dents électrique", "ja": "電動歯ブラシ",
    },
    "TP-F9": {"zh-Hans": "滤芯", "en": "Filter", "de": "Filter", "fr": "Filtre", "ja": "フィルター"},
    "TP-B5": {"zh-Hans": "破壁机", "en": "Blender", "de": "Standmixer", "fr": "Mixeur", "ja": "ブレンダー"},
    "TP-H2": {"zh-Hans": "电吹风", "en": "Hair dryer", "de": "Haartrockner", "fr": "Sèche-cheveux", "ja": "ドライヤー"},
    "TP-R6": {"zh-Hans": "电饭煲", "en": "Rice cooker", "de": "Reiskocher", "fr": "Cuiseur à riz", "ja": "炊飯器"},
}  # fmt: skip
_PRICES_CNY = {"TP-K17": 199, "TP-V20": 1299, "TP-T3": 259, "TP-F9": 59, "TP-B5": 499, "TP-H2": 329, "TP-R6": 459}
_RATES = {"CNY": Decimal(1), "USD": Decimal("0.16"), "EUR": Decimal("0.14"), "GBP": Decimal("0.12"), "JPY": Decimal(21)}
_CONSUMABLES = {"TP-F9"}  # without serial numbers

# Country -> language, currency, start of telephone numbers, ways to pay.
_MARKETS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "CN": ("zh-Hans", "CNY", "+86 10 0000 00", ("支付宝", "微信支付", "银行卡")),
    "US": ("en", "USD", "+1 555 01", ("PayPal", "Credit card")),
    "GB": ("en", "GBP", "+44 20 7946 00", ("PayPal", "Credit card")),
    "DE": ("de", "EUR", "+49 30 23125 0", ("PayPal", "SEPA-Lastschrift")),
    "FR": ("fr", "EUR", "+33 1 99 00 00 ", ("PayPal", "Carte bancaire")),
    "JP": ("ja", "JPY", "+81 3 0000 00", ("クレジットカード", "コンビニ払い")),
}
_SHARES = {"CN": 48, "US": 20, "GB": 14, "DE": 8, "FR": 5, "JP": 5}

# Given names and family names with their spelling in an address; every pair may be a buyer.
_NAMES: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "zh-Hans": (
        (("小满", "xiaoman"), ("知夏", "zhixia"), ("云舟", "yunzhou"), ("安禾", "anhe"), ("景行", "jingxing"),
         ("若溪", "ruoxi"), ("子墨", "zimo"), ("晴川", "qingchuan")),
        (("林", "lin"), ("周", "zhou"), ("陈", "chen"), ("何", "he"), ("苏", "su"), ("沈", "shen"), ("许", "xu")),
    ),
    "en": (
        (("Ada", "ada"), ("Bruno", "bruno"), ("Clara", "clara"), ("Dexter", "dexter"), ("Edith", "edith"),
         ("Felix", "felix"), ("Greta", "greta"), ("Hugo", "hugo")),
        (("Quillfeather", "quillfeather"), ("Marblewood", "marblewood"), ("Tansley", "tansley"),
         ("Brambleby", "brambleby"), ("O'Fennel", "ofennel"), ("Wexcombe", "wexcombe")),
    ),
    "de": (
        (("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Lukas", "lukas"), ("Mareike", "mareike")),
        (("Blaubeer", "blaubeer"), ("Grünspan", "gruenspan"), ("Kieselstein", "kieselstein")),
    ),
    "fr": (
        (("Élodie", "elodie"), ("Gaël", "gael"), ("Noémie", "noemie"), ("Rémi", "remi")),
        (("Boisclair", "boisclair"), ("Fontnoire", "fontnoire"), ("d'Aubépine", "daubepine")),
    ),
    "ja": (
        (("葵", "aoi"), ("陽菜", "hina"), ("蓮", "ren"), ("樹", "itsuki")),
        (("空野", "sorano"), ("月森", "tsukimori"), ("花沢", "hanazawa")),
    ),
}  # fmt: skip
_MAIL_DOMAINS = ("mail.example", "post.example", "inbox.example", "home.mail.example")


@dataclass(frozen=True, kw_only=True)
class DemoBuyer:
    """A buyer with one purchase that a story can be told about; all of it is the same in every sample."""

    name: str  # fictional
    email: str  # under .example (RFC 2606)
    order_number: str  # fixed, so that a letter may quote it: its year and month don't follow the purchase date
    language: str  # BCP 47
    country: str  # ISO 3166-1 alpha-2
    model: str  # of the first line
    days_ago: int  # when it was bought, counted back from the `today` of the sample
    further_models: tuple[str, ...] = ()  # of the other lines

    @property
    def serial(self) -> str:
        """Serial number of the first piece of the first line."""
        return serial_number(self.order_number, self.model, 1)

    @property
    def paid_with(self) -> str:
        """Payment method of the order, as the shop names it."""
        return _MARKETS[self.country][3][0]


# Three Chinese and three English buyers within the 30 days of policy P7, one of each past them, a buyer with
# two orders (Lin Xiaoman), one whose goods are on their way, and other languages.
DEMO_BUYERS: tuple[DemoBuyer, ...] = (
    DemoBuyer(name="林小满", email="lin.xiaoman@mail.example", order_number="TP2026090011", language="zh-Hans",
              country="CN", model="TP-K17", days_ago=12, further_models=("TP-F9",)),
    DemoBuyer(name="周云舟", email="zhou.yunzhou@post.example", order_number="TP2026090012", language="zh-Hans",
              country="CN", model="TP-V20", days_ago=6),
    DemoBuyer(name="陈知夏", email="chen.zhixia@inbox.example", order_number="TP2026090013", language="zh-Hans",
              country="CN", model="TP-T3", days_ago=19),
    DemoBuyer(name="Ada Quillfeather", email="ada.quillfeather@mail.example", order_number="TP2026090014",
              language="en", country="US", model="TP-V20", days_ago=9, further_models=("TP-F9",)),
    DemoBuyer(name="Bruno Marblewood", email="bruno.marblewood@post.example", order_number="TP2026090015",
              language="en", country="GB", model="TP-K17", days_ago=15),
    DemoBuyer(name="Clara Tansley", email="clara.tansley@inbox.example", order_number="TP2026090016",
              language="en", country="US", model="TP-T3", days_ago=5),
    DemoBuyer(name="何景行", email="he.jingxing@mail.example", order_number="TP2026070017", language="zh-Hans",
              country="CN", model="TP-B5", days_ago=64),
    DemoBuyer(name="Edith Brambleby", email="edith.brambleby@post.example", order_number="TP2026070018",
              language="en", country="GB", model="TP-H2", days_ago=58),
    DemoBuyer(name="林小满", email="lin.xiaoman@mail.example", order_number="TP2026050019", language="zh-Hans",
              country="CN", model="TP-V20", days_ago=140),
    DemoBuyer(name="Käthe Grünspan", email="kaethe.gruenspan@mail.example", order_number="TP2026090020",
              language="de", country="DE", model="TP-R6", days_ago=14),
    DemoBuyer(name="Noémie Boisclair", email="noemie.boisclair@post.example", order_number="TP2026090021",
              language="fr", country="FR", model="TP-B5", days_ago=2),
    DemoBuyer(name="月森葵", email="tsukimori.aoi@inbox.example", order_number="TP2026090022", language="ja",
              country="JP", model="TP-T3", days_ago=400),
)  # fmt: skip


def serial_number(order_number: str, model: str, piece: int) -> str:
    """The serial number of a piece (from 1) in a sample order, e.g. "SNK1726090011001"; consumables have none."""
    return f"SN{model.removeprefix('TP-')}{order_number[4:]}{piece:03}"


def write_sample_orders(path: Path, *, today: date, count: int = 300, seed: int = 7) -> None:
    """Write a CSV of `count` orders (DEMO_BUYERS first) as read_orders takes it; equal arguments, equal bytes.

    Purchase dates lie up to 420 days before `today`, two in five within 30 days. Raises ConfigError when `count`
    isn't len(DEMO_BUYERS) to MAX_COUNT.
    """
    if not len(DEMO_BUYERS) <= count <= MAX_COUNT:
        raise ConfigError(f"A sample has {len(DEMO_BUYERS)} to {MAX_COUNT} orders, not {count}.")
    chance = random.Random(seed)
    # With a byte order mark, by which spreadsheets know that it is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for buyer in DEMO_BUYERS:
            lines = [(model, 1) for model in (buyer.model, *buyer.further_models)]
            writer.writerows(_rows(buyer, lines, buyer.paid_with, today))
        for buyer, quantities in _others(chance, today, count - len(DEMO_BUYERS)):
            lines = list(zip((buyer.model, *buyer.further_models), quantities, strict=True))
            paid_with = chance.choice(_MARKETS[buyer.country][3])
            writer.writerows(_rows(buyer, lines, paid_with, today))


def _others(chance: random.Random, today: date, count: int) -> Iterator[tuple[DemoBuyer, list[int]]]:
    """Random purchases with the quantity of each line; names repeat, so some buyers have several orders."""
    used: Counter[str] = Counter()  # order numbers by year and month
    for _ in range(count):
        country = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        language = _MARKETS[country][0]
        name, email = chance.choice(_people(language))
        days_ago = chance.randint(0, 30) if chance.random() < 0.4 else chance.randint(31, 420)
        month = f"{today - timedelta(days=days_ago):%Y%m}"
        used[month] += 1
        models = chance.sample(list(_PRODUCTS), chance.choices((1, 2, 3), (70, 22, 8))[0])
        quantities = [chance.choices((1, 2, 3), (85, 12, 3))[0] for _ in models]
        buyer = DemoBuyer(
            name=name,
            email=email,
            order_number=f"TP{month}{_FIRST_FREE_SERIAL + used[month]:04}",
            language=language,
            country=country,
            model=models[0],
            days_ago=days_ago,
            further_models=tuple(models[1:]),
        )
        yield buyer, quantities


def _people(language: str) -> list[tuple[str, str]]:
    """Every name with its address, which is always the same, less those of DEMO_BUYERS: they have no doubles."""
    people = []
    for given, family in product(*_NAMES[language]):
        if language in ("zh-Hans", "ja"):
            name, local = family[0] + given[0], f"{family[1]}.{given[1]}"
        else:
            name, local = f"{given[0]} {family[0]}", f"{given[1]}.{family[1]}"
        people.append((name, f"{local}@{_MAIL_DOMAINS[len(local) % len(_MAIL_DOMAINS)]}"))
    fixed = {buyer.name for buyer in DEMO_BUYERS}
    return [(name, email) for name, email in people if name not in fixed]


def _rows(buyer: DemoBuyer, lines: list[tuple[str, int]], paid_with: str, today: date) -> Iterator[dict[str, str]]:
    _, currency, phone, _ = _MARKETS[buyer.country]
    purchased = today - timedelta(days=buyer.days_ago)
    delivered, status, tracking = "", "processing", ""
    if buyer.days_ago >= 1:
        status, tracking = "shipped", f"EX{buyer.order_number[2:]}{buyer.country}"
    if buyer.days_ago >= 4:
        delivered, status = (purchased + timedelta(days=3)).isoformat(), "delivered"
    for model, quantity in lines:
        pieces = () if model in _CONSUMABLES else range(1, quantity + 1)
        yield {
            "order_number": buyer.order_number,
            "buyer_name": buyer.name,
            "buyer_email": buyer.email,
            "phone": f"{phone}{sum(map(ord, buyer.name)) % 100:02}",
            "country": buyer.country,
            "language": buyer.language,
            "model": model,
            "product_name": _PRODUCTS[model][buyer.language],
            "serials": " ".join(serial_number(buyer.order_number, model, piece) for piece in pieces),
            "quantity": str(quantity),
            "unit_price": _price(model, currency),
            "currency": currency,
            "payment_method": paid_with,
            "purchased_on": purchased.isoformat(),
            "delivered_on": delivered,
            "shipping_status": status,
            "tracking_number": tracking,
        }


def _price(model: str, currency: str) -> str:
    """Whole units of the currency; less a hundredth where shops like it so."""
    whole = (_PRICES_CNY[model] * _RATES[currency]).quantize(Decimal(1))
    return str(whole) if currency in ("CNY", "JPY") else str(whole - Decimal("0.01"))
