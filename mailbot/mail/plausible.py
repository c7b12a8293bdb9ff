"""How plausible a decoded text is, and which charset gives the most plausible one.

Nearly any bytes decode in several charsets; what tells them apart is whether people write such characters: frequent
ideographs and syllables, Cyrillic in lower case, accents that stand alone among letters.
"""

from __future__ import annotations

import re
from functools import lru_cache

SAMPLE = 8_000  # bytes that are looked at
_FEW = 1_500  # characters that are scored
GOOD = 0.62  # a text of this score is taken without looking at others

_HAN_WORDS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此"
    "已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代"
    "内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安"
    "少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光"
    "您请谢退货换订单收货款号快递发票客服修坏屏幕物流地址电话购买质保问题麻烦处理帮忙尽快谢谢商品价格取消支付宝微信"
    "這個們來時會過還對發說為國後學實現開關點間無長動種經麼樣當從業應與產給處請謝貨換訂單號遞服壞電話購買質題麻煩處幫盡"
    "價取消並讓將機氣體聽書見車門東頭麼幾嗎呢吧啊哦附件照片視頻视频寄出寄回收到没有沒有已经已經什么什麼怎么怎麼可以需要"
    "係嘅唔嘢咁啦冇貨冇喺"
)
_HANGUL_WORDS = (
    "안녕하세요주문한상품이도착않았습니다배송환불교반품신청감사합은는을를에의가고로지기사어나다라마바자해아서리시인그들일"
    "것게수대되있없었했언제문의확원부탁드립면도만과와요네예죄송합니까전화번호메일보내받제장고무료센터고객구매취소결처리및"
    "될때지금오늘내일회사영수증사진파손불량연락주셔서늦어여기저우정말매"
)
_FREQUENT_HAN = frozenset(_HAN_WORDS)
_FREQUENT_HANGUL = frozenset(_HANGUL_WORDS)
_USUAL_CYRILLIC = frozenset(map(chr, range(0x410, 0x450))) | frozenset("ЁёІіЇїЄєҐґ")
_PUNCTUATION = frozenset("，。！？：；、（）“”‘’《》…—　「」『』【】￥·～–€„•™")
_LATIN_SIGNS = frozenset("«»°£§©®¿¡ªº\u00a0´·")
_HIGH = re.compile(rb"[\x80-\xff]")
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_LATIN = re.compile("[\u00c0-\u024f]")

# In the order in which they are preferred where they score the same.
CJK = ("gb18030", "cp950", "big5hkscs", "cp949", "cp932", "euc_jp")
CYRILLIC = ("cp1251", "koi8_r", "iso8859_5")
_JAPANESE = frozenset({"cp932", "euc_jp", "euc_jisx0213"})
_CHINESE = frozenset({"gb18030", "cp950", "big5hkscs"})


def score(text: str, codec: str) -> float:
    """From 0 (nobody writes this) to 1, over the characters that are not ASCII; 1 where there are none."""
    total = value = frequent = ideographs = kana = 0.0
    previous = " "
    lowered = False  # did this word begin in lower case?
    head = text[:_FEW]
    for index, char in enumerate(head):
        if char <= "\x7f":
            previous, lowered = char, False
            total += char < " " and char not in "\t\r\n"
            continue
        total += 1
        if "\u4e00" <= char <= "\u9fff":
            ideographs += 1
            frequent += char in _FREQUENT_HAN
            value += 0.1 if _inside_word(head, index) else _han(char, codec)
        elif char in _PUNCTUATION:
            value += 1.0
        elif "\u3040" <= char <= "\u30ff":
            kana += 1
            value += 1.0 if codec in _JAPANESE or not codec else 0.6
        elif "\uac00" <= char <= "\ud7a3":
            ideographs += 1
            frequent += char in _FREQUENT_HANGUL
            value += 0.1 if _inside_word(head, index) else _hangul(char)
        elif "\u0400" <= char <= "\u04ff":
            upper = char.isupper()
            after_capitals = not upper and index > 1 and head[index - 1].isupper() and head[index - 2].isupper()
            odd = (upper and lowered) or after_capitals or (previous.isascii() and previous.isalpha())
            value += 0.0 if odd else 0.3 if char not in _USUAL_CYRILLIC else 0.75 if upper else 1.0
            lowered = lowered or not upper
        else:
            value += _other(char, previous)
        previous = char
    if not total:
        return 1.0
    result = value / total
    if ideographs >= 4 and kana * 8 < ideographs:
        # Text that holds none of the most frequent characters is in another charset.
        result -= 0.35 * max(0.0, 0.4 - frequent / ideographs) / 0.4
    if codec in _JAPANESE and kana * 8 < ideographs:
        result *= 0.7  # Japanese without kana is something else
    return result


def _inside_word(text: str, index: int) -> bool:
    """Does the character stand between small ASCII letters, as only an accented letter does?"""
    around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
    return len(around) == 2 and around.isascii() and around.isalpha() and around[1].islower()


def _han(char: str, codec: str) -> float:
    if codec == "cp949":
        return 0.2  # Korean is hardly written with ideographs today
    return 1.0 if char in _FREQUENT_HAN else 0.75 if common_han(char) else 0.25


def _hangul(char: str) -> float:
    return 1.0 if char in _FREQUENT_HANGUL else 0.7 if _common_hangul(char) else 0.1


def _other(char: str, previous: str) -> float:
    """Accented letters, signs, further scripts."""
    if "\u00c0" <= char <= "\u024f" and char not in "×÷":
        return 0.25 if _LATIN.match(previous) else 1.0 if previous.isascii() else 0.5
    if char in _LATIN_SIGNS:
        return 0.6 if previous.isascii() else 0.1
    if "\u0370" <= char <= "\u03ff" or "\u0590" <= char <= "\u06ff" or "\u0e00" <= char <= "\u0e7f":
        return 0.8
    if "\uff00" <= char <= "\uff5e" or "\U00010000" <= char <= "\U0001faff":
        return 0.8  # full-width forms; emoji and rare ideographs
    if "\u2500" <= char <= "\u257f":
        return -1.0  # boxes
    if "\ue000" <= char <= "\uf8ff":
        return -0.5  # nobody's characters
    return 0.5 if "\u2010" <= char <= "\u24ff" or "\u2580" <= char <= "\u27bf" else 0.0


def best(data: bytes, codecs: tuple[str, ...]) -> tuple[str, float]:
    """The codec under which the sample is most plausible, with its score; ("", 0) where none reads it."""
    found, highest = "", 0.0
    for codec in codecs:
        text = sample(data, codec)
        if text is None:
            continue
        value = score(text, codec)
        if codec in CYRILLIC and len(_HIGH.findall(data[:24])) < 12:
            value -= 0.1 if len(_HIGH.findall(data[:24])) > 3 else 0.5  # a few bytes are read as Cyrillic too easily
        if value > highest + 0.02:
            found, highest = codec, value
    return found, highest


def sample(data: bytes, codec: str) -> str | None:
    """The beginning of `data` under a codec; None where it can't be read. A character cut at the end is forgiven."""
    head = data[:SAMPLE]
    for cut in range(4 if len(data) > SAMPLE else 1):
        try:
            return head[: len(head) - cut].decode(codec)
        except (UnicodeError, LookupError, ValueError):
            continue
    return None


def western(data: bytes) -> bool:
    """Do the 8-bit bytes stand alone among letters, as the accents of Western languages do?"""
    head = data[:SAMPLE]
    if len(_ALONE.findall(head)) * 2 <= len(_HIGH.findall(head)):
        return False
    return score(head.decode("cp1252", "replace"), "cp1252") >= 0.55


@lru_cache(maxsize=8_192)
def common_han(char: str) -> bool:
    """Is an ideograph among the common ones: level 1 of GB 2312, Big5 or JIS X 0208?"""
    for codec, leads in (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7)), ("euc_jp", range(0xB0, 0xD0))):
        try:
            if char.encode(codec)[0] in leads:
                return True
        except UnicodeError:
            continue
    return False


@lru_cache(maxsize=4_096)
def _common_hangul(char: str) -> bool:
    try:
        return len(char.encode("euc_kr")) == 2
    except UnicodeError:
        return False
