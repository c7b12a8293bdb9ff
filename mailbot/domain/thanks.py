"""Mail that says thank you and nothing else: it reopens nothing and wants no answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONGEST = 300  # characters; longer thanks say something more

# Phrases are taken out of the text, longest first; what is left of a mere thank-you is nothing. Each list: the
# thanks themselves, one of which there must be, and the pleasantries around them.
_THANKS = """
thank you|thanks|thank u|thx|tks|ty|many thanks|cheers|much appreciated|appreciate it|appreciated|grateful
谢谢|感谢|谢啦|多谢|谢了|十分感谢|非常感谢|万分感谢|衷心感谢|太感谢|感恩|辛苦了|谢谢您|谢谢你|谢谢你们|谢谢您们|謝謝|感謝|多謝|非常感謝
danke|dankeschön|danke schön|danke sehr|vielen dank|besten dank|herzlichen dank|tausend dank|ich danke ihnen|wir danken
merci|merci beaucoup|mille mercis|grand merci|je vous remercie|nous vous remercions
gracias|muchas gracias|mil gracias|muchísimas gracias|se lo agradezco|le agradezco
grazie|grazie mille|molte grazie|tante grazie|la ringrazio|vi ringrazio
obrigado|obrigada|muito obrigado|muito obrigada|agradeço
dank u|dank u wel|dank je|dank je wel|dankjewel|bedankt|hartelijk dank|hartelijk bedankt|heel erg bedankt|dank
ありがとう|ありがとうございます|ありがとうございました|有難うございます|有難うございました|感謝します|感謝いたします|感謝申し上げます|助かりました
감사합니다|고맙습니다|감사드립니다|감사해요|고마워요|정말 감사합니다|대단히 감사합니다
спасибо|большое спасибо|спасибо большое|благодарю|благодарим
tack|tack så mycket|tak|mange tak|takk|tusen takk|kiitos|dziękuję|dziękuję bardzo|dziękujemy|teşekkürler|teşekkür ederim
"""
_PLEASANTRIES = """
hi|hello|dear|hey|all|team|sir|madam|everyone|support|customer care|customer service|service|guys|there
you|very much|so much|a lot|lots|a bunch|a million|again|once again|indeed|really|truly|all the best|have a nice day
have a great day|have a good day|have a nice weekend|have a great weekend|have a good weekend|you too|same to you
for everything|and|in advance|got it|noted|ok|okay|perfect|super|great service|best|regards|best regards
kind regards|warm regards|wishes|best wishes|yours|sincerely|yours sincerely|take care|bye|i really|we really
您|你|你们|您们|贵司|客服|亲|的|了|啦|啊|呀|哦|哈|好的|好|收到|已收到|知道了|明白了|嗯|嗯嗯|帮助|支持|耐心|解答|服务|热情
协助|理解|配合|及时回复|快速回复|及时处理|快速处理|非常|十分|真的|太|很|再次|对|给予|您好|你好|祝好|祝您生活愉快|祝您工作顺利|祝工作顺利|祝您愉快|祝商祺|顺祝商祺|此致|敬礼
辛苦|辛苦啦|幫助|支援|貴司|您們|你們|收到了|知道|明白|再见|再見|问题解决了|已解决|解决了|退款已到账|退款到账了|已到账|这么快|你的|您的
hallo|guten tag|sehr geehrte damen und herren|für die|für ihre|für|ihre|die|schnelle|schnelle hilfe|hilfe|antwort|rasche
mühe|unterstützung|bearbeitung|rückmeldung|nochmals|nochmal|alles klar|und|mit freundlichen grüßen|freundliche grüße
viele grüße|liebe grüße|beste grüße|gruß|grüße|lg|mfg|schönen tag|einen schönen tag|noch|schönes wochenende|sehr|gerne
bonjour|pour votre|pour|votre|aide|réponse|rapidité|rapide|bien|à vous|cordialement|bien cordialement|bonne journée
bonne soirée|encore|et|beaucoup|c'est|parfait|très|bon week-end|d'avance|l'|la|le|les|vous
hola|por su|por la|por|su|ayuda|respuesta|rápida|atención|saludos|un saludo|saludos cordiales|de nuevo|y|buen día|muy
amables|perfecto|todo|que tengan|un
buongiorno|salve|per la|per|vostra|sua|risposta|aiuto|cordiali saluti|saluti|ancora|e|gentilezza|buona giornata
olá|pela|pelo|sua|resposta|ajuda|atenção|atenciosamente|cumprimentos|abraço|bom dia|o|a
beste|hoi|voor|uw|jullie|hulp|antwoord|snelle|reactie|met vriendelijke groet|groet|groeten|fijne dag|nogmaals|en|de|het
いつも|大変|どうも|本当に|とても|ご対応|ご対応いただき|ご返信|ご連絡|迅速な|お世話になっております|お世話になりました|了解しました|承知しました|よろしくお願いします
よろしくお願いいたします|誠に|いただき|頂き|を|に|の|は|が|で|こんにちは|早速
정말|너무|빠른|답변|도움|안녕하세요|네|수고하세요|수고하셨습니다|확인했습니다|친절한|주셔서|대단히
здравствуйте|за|помощь|ответ|быстрый|вам|большое|огромное|с уважением|добрый день|оперативность|и|всего доброго
för|er|hjälpen|svaret|hälsningar|med vänliga hälsningar|mvh|for hjelpen|for hjælpen|hilsen|venlig hilsen|vennlig hilsen
"""


def _one_of(words: str) -> re.Pattern[str]:
    phrases = sorted(
        {p.casefold() for line in words.strip().splitlines() for p in line.split("|")}, key=len, reverse=True
    )
    spelt = "|".join(rf"(?<!\w){re.escape(p)}(?!\w)" if p.isascii() or _spaced(p) else re.escape(p) for p in phrases)
    return re.compile(spelt)


def _spaced(phrase: str) -> bool:
    """True for scripts that part their words."""
    return not any("\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" for char in phrase)


_THANK = _one_of(_THANKS)
_ANY = _one_of(_THANKS + _PLEASANTRIES)
# "help" alone is a cry, "for your kind help" is none.
_FOR_YOUR_HELP = re.compile(
    r"(?<!\w)for (?:all )?(?:your|the|ur) (?:\w{1,15} ){0,2}"
    r"(?:help|support|assistance|reply|response|answer|information|info|update|time|patience|kindness|understanding|"
    r"efforts?|service|refund)(?!\w)"
)


def only_thanks(text: str, names: Iterable[str] = ()) -> bool:
    """True when a text thanks and says nothing else; `names` of people (and of the brand) say nothing.

    In doubt False: a question, a number or a word that isn't known makes it a mail that somebody should read.
    """
    if len(text) > _LONGEST or any(char in "?？" or char.isdigit() for char in text):
        return False
    return _THANK.search(_spoken(text)) is not None and says_nothing(text, names)


def says_nothing(text: str, names: Iterable[str] = ()) -> bool:
    """True for a greeting, a sign-off or thanks, with names or without, and for a line without a word."""
    plain = _spoken(text)
    for part in sorted({part.casefold() for name in names for part in (name, *name.split()) if part}, key=len)[::-1]:
        plain = (
            plain.replace(part, " ") if not _spaced(part) else re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", plain)
        )
    return not _ANY.sub(" ", _FOR_YOUR_HELP.sub(" ", plain)).strip()


def _spoken(text: str) -> str:
    return "".join(char if _speaks(char) else " " for char in text.casefold().replace("’", "'"))


def _speaks(char: str) -> bool:
    """Letters and apostrophes; emoji, punctuation and control characters only decorate."""
    return char == "'" or unicodedata.category(char)[0] in "LM"
