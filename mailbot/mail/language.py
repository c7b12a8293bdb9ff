"""The language of a mail: by script where the script tells, by small words where it is Latin (BCP 47 tags).

py3langid is asked only where the table of small words can't decide: loading its model takes most of a second, and
short mails ("Where is my order?") are decided better by their small words.
"""

from __future__ import annotations

import re

UNDETERMINED = "und"
_SAMPLE = 4_000  # characters that are looked at
_FEW_WORDS = 5
_MIN_WORDS_FOR_MODEL = 8  # below this the model guesses wildly

# What is not language: links, addresses, order numbers and other tokens with digits.
_NOISE = re.compile(
    r"https?://\S{1,500}|www\.\S{1,300}|\S{1,100}@\S{1,200}|\b\w{0,40}\d\w{0,40}|^>.{0,400}", re.MULTILINE
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_OTHER_SCRIPTS = (
    ("el", re.compile(r"[\u0370-\u03ff]")), ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")), ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)  # fmt: skip
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")

# Characters that only one of the two Chinese scripts uses, out of those that after-sales mail is full of.
_SIMPLIFIED = frozenset(
    "们这个为来说时会对发当没还过开关问间买卖单订货运费热线东车话语请谢让认证件价优惠账号码换质检验损坏样"
    "图应该与业务产实现给经网络办证书"
    "态终处复责机电脑视频频录显银户额级联系询询总结选择评论确认尽快帮师傅伤赔偿诉维护顾专员岁岛钱够达远进"
    "适错误飞气温爱欢听写读觉难议许诺设计术标准规则"
    "门户页题项际陆随险饭馆鱼鸟龙齐齿齐双变块坚压厂厅医华协单卫却参县叶后吗启员园围场垫墙头奖孙学宝审宽将"
    "尔层属币帐师带库异弃张归录忆怀总战户扩扫扬执护报"
)
_TRADITIONAL = frozenset(
    "們這個為來說時會對發當沒還過開關問間買賣單訂貨運費熱線東車話語請謝讓認證件價優惠賬帳號碼換質檢驗損壞"
    "樣圖應該與業務產實現給經網絡辦證書"
    "態終處復責機電腦視頻錄顯銀戶額級聯繫詢總結選擇評論確認盡快幫師傅傷賠償訴維護顧專員歲島錢夠達遠進適錯"
    "誤飛氣溫愛歡聽寫讀覺難議許諾設計術標準規則"
    "門頁題項際陸隨險飯館魚鳥龍齊齒雙變塊堅壓廠廳醫華協衛卻參縣葉後嗎啟園圍場墊牆頭獎孫學寶審寬將爾層屬幣"
    "帶庫異棄張歸憶懷戰擴掃揚執護報您妳裡麼嘅咗唔喺"
) - _SIMPLIFIED  # fmt: skip
_SIMPLIFIED_ONLY = _SIMPLIFIED - frozenset("快优惠件个后号尽帐录孙员")

_SMALL_WORDS = {
    "en": "the a an is are was were be been have has had do does did not and or but of to in on at for with from "
    "my your our "
    "i you he she it we they this that these those there here where when what why how who which can could will would "
    "should please thanks thank hello hi hey dear regards order refund return it's i'm don't haven't hasn't isn't "
    "any "
    "received still yet want need get got me us help hope works well email number tracking warranty question "
    "cancel invoice "
    "never again anything something another same different working doesn't won't can't didn't after before just "
    "about would been only no yes broken arrived package item",
    "de": "der die das den dem des ein eine einen einem einer ist sind war waren nicht und oder aber von zu im in "
    "auf für mit "
    "aus ich sie er wir ihr es mein meine meinen meiner ihre ihren bitte danke hallo guten tag sehr geehrte damen "
    "herren "
    "wie was wann wo warum kann können habe haben hat wurde noch schon kein keine bei nach bestellung lieferung "
    "paket "
    "rechnung grüße grüßen freundlichen vielen dank möchte zurück über leider diese dieser bis jetzt",
    "fr": "le la les un une des du de et ou mais est sont était pas ne je j'ai tu il elle nous vous ils mon ma mes "
    "votre vos "
    "bonjour merci s'il svp commande colis pour avec dans sur que qui quoi où quand comment pourquoi cordialement "
    "c'est "
    "n'ai n'est d'une d'un reçu toujours encore souhaite voudrais remboursement retour au aux ce cette cet été "
    "avoir être",
    "es": "el la los las un una unos y o pero es son fue no yo tú usted él ella nosotros mi mis su sus hola "
    "gracias por favor "
    "pedido para con en de del que qué quién dónde cuándo cómo he ha han recibido todavía aún quiero quisiera "
    "devolver "
    "devolución reembolso saludos buenos días estimados señores está están muy se lo al mi esta este cuando donde "
    "como",
    "it": "il lo la i gli le un una e o ma è sono era non io tu lui lei noi voi mio mia miei vostro ciao salve "
    "buongiorno grazie "
    "per favore ordine pacco con di da del della nel che chi dove quando come perché ho ha abbiamo ricevuto ancora "
    "vorrei "
    "rimborso reso cordiali saluti questo questa anche sono stato al alla",
    "pt": "o a os as um uma e ou mas é são foi não eu você ele ela nós meu minha seu sua olá obrigado obrigada por "
    "favor pedido "
    "para com em de do da dos das que quem onde quando como recebi ainda quero gostaria devolver reembolso bom dia "
    "boa "
    "tarde atenciosamente está estão este esta no na ao à até já tenho encomenda",
    "nl": "de het een en of maar is zijn was niet ik jij je u hij zij wij mijn uw hallo goedemiddag dank bedankt "
    "alstublieft "
    "bestelling pakket voor met van in op aan naar dat die wie wat waar wanneer hoe heb heeft hebben ontvangen nog "
    "steeds "
    "graag wil retour terug groet groeten vriendelijke geen ook er bij deze dit",
    "pl": "i w na z do nie jest są że to się o ale czy mam mój moja moje proszę dziękuję dzień dobry zamówienie "
    "paczka zwrot jak "
    "gdzie kiedy dlaczego jeszcze pozdrawiam dla przez od po za tego już",
    "sv": "och att det som en ett är på för med av jag du han hon vi ni min mitt inte har hej tack beställning "
    "paket var när hur "
    "till från den om men vill ännu vänliga hälsningar",
    "da": "og at det som en et er på for med af jeg du han hun vi min mit ikke har hej tak bestilling pakke hvor "
    "hvornår hvordan til "
    "fra den om men vil endnu venlig hilsen",
    "tr": "ve bir bu için ile ne da de mi değil ben sen siz merhaba teşekkürler lütfen sipariş siparişim nerede ne "
    "zaman iade kargo "
    "henüz gelmedi çok var yok",
}
_WORDS: dict[str, frozenset[str]] = {tag: frozenset(words.split()) for tag, words in _SMALL_WORDS.items()}


def detect(*texts: str) -> str:
    """The language of the first text that has enough to tell by; "und" where none has."""
    for text in texts:
        found = _detect(_NOISE.sub(" ", text[:_SAMPLE]))
        if found != UNDETERMINED:
            return found
    return UNDETERMINED


def _detect(text: str) -> str:
    if text.isascii():
        return _latin(text)
    han, kana, hangul = len(_HAN.findall(text)), len(_KANA.findall(text)), len(_HANGUL.findall(text))
    latin = len(_LATIN.findall(text))
    # A Chinese or Japanese character carries about as much as three letters.
    if (han + kana) * 3 >= latin and han + kana >= 2:
        if kana * 8 >= han and kana >= 2:
            return "ja"
        return _chinese(text)
    if hangul * 3 >= latin and hangul >= 2:
        return "ko"
    cyrillic = len(_CYRILLIC.findall(text))
    if cyrillic >= 4 and cyrillic >= latin:
        if re.search(r"[іїєґ]", text.lower()):
            return "uk"
        return "ru" if re.search(r"[ыэъё]", text.lower()) or cyrillic < 20 else _model(text, "ru")
    for tag, script in _OTHER_SCRIPTS:
        if len(script.findall(text)) >= max(3, latin // 2):
            return tag
    return _latin(text)


def _chinese(text: str) -> str:
    simplified = sum(1 for char in text if char in _SIMPLIFIED_ONLY)
    traditional = sum(1 for char in text if char in _TRADITIONAL)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _latin(text: str) -> str:
    words = [match[0].lower().replace("’", "'") for match in _WORD.finditer(text)]
    if not words:
        return UNDETERMINED
    scores = sorted(((sum(1 for word in words if word in known), tag) for tag, known in _WORDS.items()), reverse=True)
    (best, tag), (second, _) = scores[0], scores[1]
    if best >= 2 and best > second:
        # Far ahead, or few words: the table is surer than the model.
        if best - second >= 2 or len(words) < 2 * _FEW_WORDS:
            return tag
    elif best == 1 and second == 0 and len(words) <= _FEW_WORDS:
        return tag
    if len(words) < _MIN_WORDS_FOR_MODEL:
        return UNDETERMINED
    guessed = _model(" ".join(words), tag)
    # A language whose small words are all missing is not the one.
    hits = {known: score for score, known in scores}
    return guessed if hits.get(guessed, 1) else (tag if best > second else UNDETERMINED)


def _model(text: str, otherwise: str) -> str:
    import py3langid

    try:
        tag, _ = py3langid.classify(text)
    except (ValueError, OSError, MemoryError):
        return otherwise
    return otherwise if tag in ("zxx", "") else str(tag)
