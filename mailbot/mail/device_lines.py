"""What apps and phones put below a mail: "Sent from my iPhone", "发自我的手机". Only lines that name a device or app.

"Sent with DHL on Monday" is a customer's sentence: a line that names neither is kept.
"""

from __future__ import annotations

import re

_THINGS = (
    r"iphone|ipad|ipod|android|galaxy|samsung|huawei|honor|xiaomi|redmi|miui|oppo|vivo|realme|oneplus|pixel|htc|nokia|"
    r"lumia|blackberry|motorola|moto\s|sony|xperia|alcatel|fairphone|nexus|windows|outlook|yahoo|gmail|aol|gmx|web\.de|"
    r"t-online|airmail|mailbox|mail for|\[mail\]|windows mail|proton\s?mail|fastmail|mail\.ru|яндекс|yandex|hey\.com|"
    r"tutanota|mailspring|emclient|em client|posteo|spark|"
    r"thunderbird|k-9|fairemail|bluemail|blue mail|mailmaster|foxmail|qq ?mail|roundcube|webmail|zoho|workspace|"
    r"smartphone|mobile|mobil\b|phone|cell\b|cellphone|handy|tablet|\bpc\b|macbook|\bmac\b|laptop|device|gerät|"
    r"apparaat|"
    r"téléphone|telefon|teléfono|telefone|telefoon|móvil|movil|celular|telemóvel|cellulare|dispositivo|appareil|"
    r"mobilen|"
    r"телефона|смартфона|устройства|phablet"
)
_THING = re.compile(_THINGS, re.IGNORECASE)
_SENT = re.compile(
    r"(?:sent|send|gesendet|verschickt|envoyée?|enviado|enviada|inviato|inviata|verzonden|verstuurd|skickat|sendt|"
    r"sendes|"
    r"wysłano|wysłane|odesláno|отправлено|надіслано|lähetetty)\s{1,2}"
    r"(?:from|via|with|using|by|von|mit|vom|de|depuis|d['’]|desde|do|da|dal|met|vanaf|van|uit|från|fra|z|ze|с|со|из|"
    r"от|через|"
    r"з|avec|con|com)\b(?P<rest>.{0,160})",
    re.IGNORECASE,
)
_OWN_THING = re.compile(r"\s*my\s[\w'’+./-]{1,30}(?:\s[\w'’+./-]{1,20})?\s*[.!]?", re.IGNORECASE)
_PLACES = re.compile(
    r"\b(?:home|house|office|shop|address|country|account|side|friend|wife|husband|city)\b", re.IGNORECASE
)
_LETTERS_ONLY = re.compile(
    r"(?:get|télécharge[rz]|obtenir|obtenez|obtener|obtén|obter|ottieni|holen sie sich|hämta|hent|pobierz)\s.{0,12}"
    r"\boutlook\b.{0,100}|"
    r"outlook (?:für|voor|för|til|for|для|dla|para) .{0,20}(?:herunterladen|downloaden|を入手).{0,60}|"
    r"(?:android|ios)\s?(?:용|版)\s?outlook.{0,40}|\[?outlook\]?.{0,20}を入手.{0,60}|"
    r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:von|mit) (?:meinem?/?(?:meiner)?|meiner|einem|"
    r"der) .{2,60}\bgesendet\.?|"
    r"diese nachricht wurde von .{2,80}gesendet\.?|"
    r"from my (?:iphone|ipad|android|phone|mobile|samsung|huawei|xiaomi)(?:\s[\w+-]{1,10})?\s*\.?|"
    r"(?:someone )?from mobile|yahoo mail: search, organi[sz]e, conquer.{0,60}|"
    r"(?:my |私の|僕の)?[\w .]{0,20}(?:iphone|ipad|android|スマートフォン|スマホ|携帯|outlook|"
    r"yahoo!?メール)[\w ]{0,10}(?:から|で|より)送信"
    r"(?:されました|しました|しています)?。?|"
    r"(?:나의|내|제)?\s?[\w .]{1,30}에서 (?:보냄|전송|보냈습니다|보낸 메일)\.?|"
    r"[\w'’ ]{0,30}(?:umdan|ımdan|imdan|ümdan|undan|ndan|dan|den) gönderildi\.?|"
    r"(?:this (?:e-?mail|message) was )?sent from a mobile device.{0,60}|"
    r"скачайте outlook .{0,40}|отправлено (?:из|с) .{2,60}",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"[發发寄來来]自(?:于|於)?我?的?\s{0,2}.{0,6}?(?:iphone|ipad|手机|手機|华为|華為|小米|红米|紅米|vivo|oppo|荣耀|"
    r"榮耀|一加|魅族|"
    r"三星|huawei|honor|xiaomi|redmi|galaxy|android|mac|windows|安卓|移动|outlook|mail|qq|网易|網易|新浪|搜狐|钉钉|"
    r"釘釘|阿里|"
    r"飞书|企业微信|微信|yahoo|雅虎|gmail|foxmail|139|189)(?:[A-Za-z0-9\s.+()（）-]|手机|手機|客户端|客戶端|邮箱|"
    r"郵箱|信箱|"
    r"邮件|郵件|大师|大師|版|端|专属|专业|商务|企业|个人|平板|极速|国际|电脑){0,24}|"
    r"[从從]\s?(?:我的)?\s?(?:iphone|ipad|galaxy|windows|android|手机|手機|.{0,12}版?\s?(?:outlook|邮件|"
    r"郵件))[\w .+-]{0,20}"
    r"(?:[发發]送|傳送|传送|寄出|获取)|"
    r"(?:获取|取得|下载|下載)\s?.{0,14}outlook.{0,60}|在 ?[\w ]{1,20} ?上使用 ?.{0,12}(?:邮箱|郵箱|信箱|"
    r"邮件)(?:发送|傳送)?|"
    r"签名由.{0,60}定制|由.{0,20}(?:邮箱大师|邮件大师|郵箱大師).{0,10}|"
    r"(?:该|本|此)?邮件(?:从|由)(?:移动设备|手机|我的手机)发送|使用.{0,20}(?:邮箱|手机|客户端)发送",
    re.IGNORECASE,
)
_DECORATION = " \t\r\u00a0*_()[]<>|~-—–"


def is_device_line(line: str) -> bool:
    """What phones and apps add, and nothing that a person might have written."""
    stripped = line.strip()
    if not 0 < len(stripped) <= 200:
        return False
    core = stripped.strip(_DECORATION)
    if _CHINESE.fullmatch(core) or _LETTERS_ONLY.fullmatch(core):
        return True
    sent = _SENT.fullmatch(core)
    if sent is None:
        return False
    rest = sent["rest"]
    thing = _THING.search(rest)
    if thing is not None:
        # "Sent from Germany, but my phone did not arrive" names a thing late.
        return thing.start() <= 30 and len(rest) - thing.end() <= 100 and "?" not in rest.replace("/?", "")
    return _OWN_THING.fullmatch(rest) is not None and _PLACES.search(rest) is None
