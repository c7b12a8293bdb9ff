"""The language of a mail: by script where the script tells, by words and letters where it is Latin (BCP 47 tags).

py3langid is asked only where the tables can't decide: loading its model takes most of a second, and short mails
("Where is my order?") are decided better by their words.
"""

from __future__ import annotations

import math
import re

from mailbot.mail.language_words import (
    CYRILLIC_WORDS,
    ENDINGS,
    JAPANESE,
    JAPANESE_WORDS,
    LETTERS,
    SIMPLIFIED,
    TAIWANESE,
    TRADITIONAL,
    WORDS,
)

UNDETERMINED = "und"
_SAMPLE = 4_000  # characters that are looked at
_FEW_WORDS = 5
_MIN_WORDS_FOR_MODEL = 8  # below this the model guesses wildly
_LEAD = 0.45  # by how much of a word the best language must be ahead
_NEAR = 0.75  # within this of the best one, the customer's earlier language wins
_SURE = 0.55  # the share of likelihood at which the model is believed about a few words
_SHORT_IN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "tr", "cs"})  # of a few words
_MODEL_TAGS = {"no": "nb"}
SHORT = 200  # characters: up to here the customer's earlier language has a say

# What is not language: links, addresses, order numbers and other tokens with digits.
_NOISE = re.compile(
    r"https?://\S{1,500}|www\.\S{1,300}|\S{1,100}@\S{1,200}|[A-Za-z0-9_-]{0,40}\d[A-Za-z0-9_-]{0,40}|^>.{0,400}",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_OTHER_SCRIPTS = (
    ("el", re.compile(r"[\u0370-\u03ff]")), ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")), ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)  # fmt: skip
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
# Sentences are made with these; names, titles and "谢谢" do without.
_SPOKEN_HAN = frozenset("的了我你您请請吗嗎是不没沒有在要会會能怎什么麼哪这這那可还還都就到把被想给給呢吧很坏壞")
# What says nothing about the language of who writes it.
_INTERNATIONAL_WORDS = """
ok okay re fw fwd aw wg tr ref rif id sku pdf usb led email e-mail mail model nr no tel fax dhl ups fedex paypal
visa iphone ipad android samsung huawei apple amazon outlook gmail
"""
_INTERNATIONAL = frozenset(_INTERNATIONAL_WORDS.split())


def detect(*texts: str, prior: str = "") -> str:
    """The language of the first text that has enough to tell by; `prior`, else "und", where none has.

    `prior` is the language in which the customer wrote before ("" where that isn't known). It decides where a short
    text could be in that language as well as in another.
    """
    for text in texts:
        sample = _NOISE.sub(" ", text[:_SAMPLE])
        found = _detect(sample, prior if len(text) <= SHORT else "")
        if found != UNDETERMINED:
            return found
    return prior or UNDETERMINED


def _detect(text: str, prior: str) -> str:
    if text.isascii():
        return _latin(text, prior)
    han, kana, hangul = len(_HAN.findall(text)), len(_KANA.findall(text)), len(_HANGUL.findall(text))
    latin = len(_LATIN.findall(text))
    if han + kana >= 2 and han + kana >= hangul and not _latin_beside(text, han, kana, latin):
        if kana * 8 >= han and (kana >= 2 or (kana == 1 and "の" not in text)):
            return "ja"
        return _ideographs(text, prior)
    if hangul * 3 >= latin and hangul >= 2:
        return "ko"
    cyrillic = len(_CYRILLIC.findall(text))
    if cyrillic >= 2 and cyrillic >= latin:
        return _cyrillic(text, prior)
    for tag, script in _OTHER_SCRIPTS:
        if len(script.findall(text)) >= max(3, latin // 2):
            return tag
    return _latin(text, prior)


def _latin_beside(text: str, han: int, kana: int, latin: int) -> bool:
    """Is the sentence in Latin letters, with a Chinese name, signature or thanks beside it?"""
    words = {match[0].lower() for match in _WORD.finditer(text) if match[0].isascii()}
    known = max(len(words & small) for small in WORDS.values())
    spoken = sum(1 for char in text if char in _SPOKEN_HAN) + kana
    if known >= 3 and spoken <= 1:
        return True
    # A Chinese or Japanese character carries about as much as three letters; names of products carry nothing.
    return (han + kana) * 3 < latin and (known >= 3 or spoken == 0)


def _ideographs(text: str, prior: str) -> str:
    """Simplified or traditional Chinese, or Japanese without kana ("修理希望")."""
    simplified = sum(1 for char in text if char in SIMPLIFIED)
    traditional = sum(1 for char in text if char in TRADITIONAL)
    japanese = sum(1 for char in text if char in JAPANESE)
    if japanese and not simplified and japanese >= traditional:
        return "ja"
    if not simplified and not traditional:
        if prior in ("ja", "zh-Hant", "zh-Hans"):
            return prior
        if any(word in text for word in JAPANESE_WORDS) and len(text.strip()) <= 10:
            return "ja"
    traditional += sum(1 for word in TAIWANESE if word in text)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _cyrillic(text: str, prior: str) -> str:
    lower = text.lower()
    if re.search(r"[іїєґ]", lower):
        return "uk"
    if re.search(r"[ыэё]", lower):
        return "ru"
    words = _WORD.findall(lower)
    scores = {tag: sum(1 for word in words if word in known) for tag, known in CYRILLIC_WORDS.items()}
    best = max(scores, key=lambda tag: (scores[tag], tag == "ru"))
    if prior in scores and scores[prior] >= scores[best]:
        return prior
    if scores[best] or len(words) < 20:
        return best if scores[best] > scores["ru"] else "ru"
    return _model(text, "ru")


def _latin(text: str, prior: str) -> str:
    words = [match[0].lower().replace("’", "'") for match in _WORD.finditer(text)]
    telling = [word for word in words if word not in _INTERNATIONAL]
    if not telling:
        return UNDETERMINED
    scores = {tag: float(sum(1 for word in telling if word in known)) for tag, known in WORDS.items()}
    whole = dict(scores)  # hits of whole words alone
    for tag, letters in LETTERS.items():
        found = sum(worth for letter, worth in letters.items() if letter in text or letter in text.lower())
        scores[tag] += min(2.0, found)
    if len(telling) <= 2 * _FEW_WORDS:
        for tag, endings in ENDINGS.items():
            scores[tag] += 0.3 * sum(1 for word in telling if len(word) > 5 and word.endswith(endings))
    (best, tag), (second, _) = sorted(((score, tag) for tag, score in scores.items()), reverse=True)[:2]
    if prior in scores and scores[prior] > 0 and scores[prior] >= best - _NEAR:
        return prior
    # Far ahead, or few words: the tables are surer than the model. One known word of many says too little.
    ahead = best >= 0.9 and best - second >= _LEAD
    surer = best - second >= 2 or len(telling) < 2 * _FEW_WORDS
    enough = best >= 1.9 or len(telling) <= _FEW_WORDS or best * 4 >= len(telling)
    if ahead and surer and enough:
        return tag
    if len(telling) < _MIN_WORDS_FOR_MODEL:
        return _few(telling, scores)
    guessed = _model(" ".join(words), tag)
    # A language whose small words are all missing is not the one.
    if whole.get(guessed, 1):
        return guessed
    return tag if best > second else UNDETERMINED


def _few(words: list[str], scores: dict[str, float]) -> str:
    """Of a few words that the lists don't tell by: what the model is sure of among the languages of the lists."""
    text = " ".join(words)
    if len(words) < 2 and len(text) < 7:
        return UNDETERMINED
    ranked = [(float(value), _MODEL_TAGS.get(tag, tag)) for tag, value in _rank(text)]
    ranked = [(value, tag) for value, tag in ranked if tag in _SHORT_IN or scores.get(tag)]
    if not ranked:
        return UNDETERMINED
    highest = max(value for value, _ in ranked)
    weights = {tag: math.exp(value - highest + min(2.0, 1.5 * scores.get(tag, 0.0))) for value, tag in ranked}
    best = max(weights, key=lambda tag: weights[tag])
    return best if weights[best] > _SURE * sum(weights.values()) else UNDETERMINED


def _model(text: str, otherwise: str) -> str:
    ranked = _rank(text)
    tag = ranked[0][0] if ranked else ""
    return otherwise if tag in ("zxx", "") else _MODEL_TAGS.get(tag, tag)


def _rank(text: str) -> list[tuple[str, float]]:
    """The model's languages with the logarithm of how likely each is, best first; nothing where it fails."""
    import py3langid

    try:
        return [(str(tag), float(value)) for tag, value in py3langid.rank(text)]
    except (ValueError, OSError, MemoryError):
        return []
