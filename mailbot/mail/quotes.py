"""How mail programs introduce what they quote: attributions, separators, header blocks, signatures.

Every pattern is tried on one line, or on a window of a few joined lines, of bounded length.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LINE = 400  # characters of a line or window that patterns look at

# "-----Original Message-----" of Outlook, QQ Mail, Foxmail, 163, Gmail's forwards and others.
_SEPARATOR_WORDS = (
    "original message|original|original e-?mail|forwarded message|forwarded by .{0,80}|forward|replied message|"
    "reply message|"
    "原始邮件|原始郵件|原邮件|原郵件|原始消息|转发的邮件|轉寄郵件|转发邮件信息|转发邮件|轉寄的郵件|回复的原邮件|"
    "回复的邮件|回覆的郵件|"
    "已转发邮件|已轉寄郵件|被转发邮件|転送メッセージ|転送されたメッセージ|元のメッセージ|元のメール|원본 메시지|"
    "원본 메일|전달된 메시지|"
    "ursprüngliche nachricht|originalnachricht|original-nachricht|weitergeleitete nachricht|urspr\\. nachricht|"
    "message d['’]origine|message original|message initial|courriel original|message transféré|"
    "message transf[ée]r[ée].{0,40}|"
    "mensaje original|mensaje reenviado|mensaje enviado|messaggio originale|messaggio inoltrato|mensagem original|"
    "mensagem encaminhada|oorspronkelijk bericht|doorgestuurd bericht|forwarded bericht|ursprungligt meddelande|"
    "vidarebefordrat meddelande|oprindelig meddelelse|videresendt meddelelse|opprinnelig melding|videresendt melding|"
    "alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|przekazana wiadomość|původní zpráva|"
    "исходное сообщение|пересылаемое сообщение|пересланное сообщение|orijinal mesaj|eredeti üzenet|mesaj original"
)
_SEPARATOR = re.compile(rf"[\s>*]*[-_=—]{{2,}}\s*(?:{_SEPARATOR_WORDS})\s*:?\s*[-_=—]{{2,}}[\s*]*", re.IGNORECASE)
_ZOHO = re.compile(
    r"[\s>*]*-{2,}\s*(?:On|Am|Le|El|在)\b.{5,200}(?:wrote|schrieb|écrit|escribió|写道)\s*-{2,}\s*", re.IGNORECASE
)
_BARE_FORWARD = re.compile(
    r"[\s*]*(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|"
    r"transféré)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:re)?encaminhada|"
    r"开始转发的邮件|以下是转发的邮件|下面是被转发的邮件|開始轉寄郵件|転送されたメッセージ)\s*[:：][\s*]*",
    re.IGNORECASE,
)

# "On Mon, 1 Jan 2026, X <x@example> wrote:" in the languages of the shop and around.
_LETTER_VERBS = (
    "wrote|writes|said|schrieb|hat geschrieben|a écrit|a ecrit|écrit|écrivait|escribió|escribio|escreveu|ha scritto|"
    "scrive|schreef|geschreven|het volgende geschreven|skrev|napisał(?:\\(a\\)|a)?|napsal(?:\\(a\\)|a)?|"
    "написал(?:\\(а\\)|а)?|пишет|пише|kirjoitti|yazdı|şunu yazdı|a írta|írta|έγραψε|a scris"
)
_CJK_VERBS = (
    "写道|寫道|写信|编写|撰写|のメール|のメッセージ|は書きました|が書きました|"
    "님이 작성|작성했습니다|작성하였습니다|님이 썼습니다"
)
_VERBS = f"{_LETTER_VERBS}|{_CJK_VERBS}"
_VERB = re.compile(rf"(?:(?<=\s)|^|(?<=[>\"”’)）]))(?:{_LETTER_VERBS})(?![A-Za-zÀ-ɏ])|{_CJK_VERBS}", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}\s?[:.h：]\s?\d\d")
_ATTRIBUTION_END = re.compile(r".*[:：]\s*[-*_]*\s*", re.DOTALL)
_OPENING = re.compile(
    r"[\s*_]*(?:On|At|In|Am|Le|El|Em|Il|Op|Den|Dnia|Dne|Em|Pe|W dniu|在|于|於|Vào)[\s,]{0,3}(?=.{0,80}\d)",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAY_DATE = re.compile(r"\d{1,4}[\s./年-]|[^\W\d]{2,12}[.,]{0,2}\s{1,2}\d{1,2}[\s.,]")
_DATE = re.compile(
    r"\d{1,4}\s{0,2}[-/.年년]\s{0,2}\d{1,2}|\d{1,2}[:.]\d{2}|\b(?:19|20)\d\d\b|"
    r"\d{1,2}\.?\s{1,2}(?:de\s)?[^\W\d]{3,9}|[^\W\d]{3,9}\s\d{1,2}\b"
)
# The last line of an attribution whose address was wrapped before its ">".
_WRAPPED_END = re.compile(rf"\s*>\s?(?:{_VERBS})?\s?[:：]\s*\Z", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s<>@]{1,100}@[\w.-]{2,100}")
# Gmail's older form, and its Japanese and Korean ones, have no verb.
_VERBLESS = (
    re.compile(r"\s*\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d .{1,200}", re.DOTALL),
    re.compile(r"\s*\d{4}/\d{1,2}/\d{1,2} [^<>]{1,100}<[^<>@\s]{1,100}@[^<>\s]{1,100}>\s*:?\s*"),
    re.compile(
        r"\s*\d{4}年\d{1,2}月\d{1,2}日.{0,40}\d{1,2}[:：]\d\d.{0,120}<[^<>@]{1,100}@[^<>]{1,100}>(?:のメール|さん)?"
        r"\s*[:：]\s*",
        re.DOTALL,
    ),
    re.compile(r"\s*\d{4}年\d{1,2}月\d{1,2}日.{0,40}\d{1,2}[:：]\d\d、.{0,120}のメール\s*[:：]\s*", re.DOTALL),
    re.compile(
        r"\s*\d{4}년 \d{1,2}월 \d{1,2}일.{0,120}(?:작성|<[^<>@]{1,100}@[^<>]{1,100}>).{0,20}[:：]\s*", re.DOTALL
    ),
)

# The head that Outlook, Foxmail and others repeat. Each name with what it stands for.
_FROM = "From|Von|De|Da|Van|Från|Fra|Od|От|Lähettäjä|Kimden|发件人|寄件者|寄件人|发送人|差出人|送信者|보낸\\s?사람"
_WHEN = (
    "Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el| em)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|Dato|Wysłano|"
    "Odesláno|"
    "Отправлено|Дата|Lähetetty|Gönderilen|发送时间|发送日期|发件时间|时间|日期|傳送時間|寄件日期|傳送日期|送信日時|"
    "日時|日付|보낸\\s?날짜|날짜"
)
_TO = "To|An|À|A|Para|Aan|Till|Til|Do|Кому|Komu|Vastaanottaja|Kime|收件人|收件者|宛先|받는\\s?사람"
_SUBJECT = (
    "Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Temat|Předmět|Тема|Aihe|Konu|"
    "主题|主題|主旨|件名|제목"
)
_OTHER = (
    "Cc|Bcc|Reply-To|Antwort an|Antwort|Répondre à|Responder a|Risposta|Kopie|Kopia|Copie|Importance|Priority|"
    "Attachments|抄送|副本|密送|答复|回复|附件|참조"
)
_HEADER = re.compile(
    rf"[\s>|]*\**\s?(?:(?P<from>{_FROM})|(?P<when>{_WHEN})|(?P<to>{_TO})|(?P<subject>{_SUBJECT})|(?P<other>{_OTHER}))"
    r"\s?\**\s?[:：]\s?\**(?P<value>.*)",
    re.IGNORECASE,
)

_RULE = re.compile(r"[\s*>|]*(?:[-_=*~#+—–\u2500\u2014]\s?){2,}\s*|\s*[ᐧ\u200b\ufeff]+\s*")
_SIGNATURE_MARK = re.compile(r"\s{0,3}(?:--|—|-- |__+)\s*")
_QQ_MARK = re.compile(r"\s*-{16,22}\s*")
_DEVICE = re.compile(
    r"[\s>*_(\[<|]*(?:"
    r"(?:sent|send|gesendet|verschickt|envoyée?|enviado|enviada|inviato|verzonden|skickat|sendt|wysłano|wysłane|"
    r"odesláno|отправлено|lähetetty)"
    r"\s{1,2}(?:from|via|with|by|using|von|mit|vom|de(?:puis)?|d['’]|desde|do|da|dal|met|vanaf|från|fra|z|"
    r"z\s+mojego|ze|с|из|от)\b.{0,120}|"
    r"get\s.{0,30}\boutlook\b.{0,100}|(?:télécharge[rz]|obtenir|obtener|holen sie sich)\s.{0,10}outlook\b.{0,100}|"
    r"outlook für .{0,20}herunterladen.{0,60}|"
    r"(?:diese (?:nachricht|e-?mail) wurde )?(?:von|mit) (?:meinem|meiner|einem|der)\s.{2,80}\bgesendet\.?|"
    r"diese nachricht wurde von .{2,80}gesendet\.?|"
    r"from my (?:iphone|ipad|android|phone|mobile|samsung|huawei|xiaomi).{0,40}|(?:someone )?from mobile|"
    r"[發发]自我?的?.{0,3}(?:iphone|ipad|手机|手機|华为|小米|vivo|oppo|荣耀|huawei|xiaomi|android|mac|安卓|移动|"
    r"outlook|mail|qq|网易|yahoo|荣耀).{0,40}|"
    r"来自我?的?.{0,3}(?:iphone|ipad|手机|华为|小米|vivo|oppo|android).{0,40}|[从從]我的.{1,30}(?:[发發]送|傳送|"
    r"传送)|从.{0,20}版?(?:outlook|邮件).{0,20}(?:发送|获取)|"
    r"(?:发送|傳送|获取|取得|下载).{0,12}(?:自|outlook).{0,60}|签名由.{0,60}定制|由.{0,20}(?:邮箱大师|"
    r"邮件大师).{0,10}|"
    r"(?:my )?(?:iphone|ipad|android|スマートフォン|スマホ).{0,10}から送信.{0,10}|나의 .{0,30}에서 (?:보냄|전송)|"
    r"내 .{0,30}에서 보냄"
    r")[\s.)\]>|*_]*",
    re.IGNORECASE,
)


def is_separator(line: str) -> bool:
    """A line such as "-----Original Message-----", "Begin forwarded message:" or Zoho's "---- On … wrote ----"."""
    if len(line) > MAX_LINE or not line.strip():
        return False
    return any(pattern.fullmatch(line) for pattern in (_SEPARATOR, _ZOHO, _BARE_FORWARD))


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores or the like."""
    return bool(line.strip()) and len(line) <= MAX_LINE and _RULE.fullmatch(line) is not None


def is_signature_mark(line: str) -> bool:
    """The line "-- " (RFC 3676, 4.3) or what stands for it."""
    return len(line) <= MAX_LINE and _SIGNATURE_MARK.fullmatch(line) is not None


def is_qq_signature_mark(line: str) -> bool:
    """The row of dashes that QQ Mail puts above a signature."""
    return len(line) <= MAX_LINE and _QQ_MARK.fullmatch(line) is not None


def is_device_line(line: str) -> bool:
    """What phones and apps add: "Sent from my iPhone", "发自我的手机"."""
    stripped = line.strip()
    return 0 < len(stripped) <= 200 and _DEVICE.fullmatch(stripped) is not None


def attribution(lines: list[str], start: int) -> int:
    """How many lines an attribution that begins at `start` takes; 0 where there is none."""
    first = lines[start]
    if not first.strip() or len(first) > MAX_LINE or first.lstrip().startswith(">"):
        return 0
    opening = _OPENING.match("\n".join(lines[start : start + 3])[:MAX_LINE]) is not None
    hinted = "@" in first or "<" in first or _WEEKDAY_DATE.search(first) or _VERB.search(first)
    if not opening and not hinted:
        return 0
    window = ""
    blanks = 0
    for count, line in enumerate(lines[start : start + 6], 1):
        if count > 1 and line.lstrip().startswith(">") and not _WRAPPED_END.match(line):
            break
        blanks += not line.strip()
        if blanks > (2 if opening else 0):
            break
        window = f"{window}\n{line}" if window else line
        if len(window) > MAX_LINE:
            break
        if line.strip() and (_is_attribution(window, opening) or any(p.fullmatch(window) for p in _VERBLESS)):
            # "2026-01-02 10:00 GMT+01:00 A B <" goes on in the next line.
            if window.rstrip().endswith("<") and start + count < len(lines):
                continue
            # "On 1 May I wrote:" may be the customer's own sentence: without address and time a quote must follow.
            if not _MAILBOX.search(window) and not _TIME.search(window) and not _quoted_next(lines, start + count):
                return 0
            strong = opening or _WEEKDAY_DATE.match(first) is not None
            return 0 if _starts_later(lines, start, count, strong=strong) else count
    return 0


def _quoted_next(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 4] if line.strip()), "")
    return following.lstrip().startswith((">", "|"))


def _starts_later(lines: list[str], start: int, count: int, *, strong: bool) -> bool:
    """Is the true beginning of the attribution further down, so that the lines above are the writer's own?"""
    for index in range(start + 1, start + count):
        opening = _OPENING.match(lines[index][:MAX_LINE]) is not None
        if (opening or not strong) and attribution(lines, index) == start + count - index:
            return True
    return False


def _is_attribution(window: str, opening: bool) -> bool:
    if not _ATTRIBUTION_END.fullmatch(window):
        return False
    evidence = (_MAILBOX.search(window) is not None) + (_DATE.search(window) is not None)
    if not evidence:
        return False
    if _VERB.search(window):
        return opening or _MAILBOX.search(window) is not None or (evidence > 0 and "\n" not in window)
    return evidence == 2 and any(pattern.match(window) for pattern in _library_patterns())


@lru_cache(maxsize=1)
def _library_patterns() -> tuple[re.Pattern[str], ...]:
    """What mail-parser-reply knows of further languages; only ever used on one short window.

    Its parser as a whole is not used: its patterns run over the whole body and take quadratic time and more on
    hostile text, it strips the indentation of every line, and it cuts closings such as "Best regards" off.
    """
    from mailparser_reply.constants import MAIL_LANGUAGES

    out = []
    for words in MAIL_LANGUAGES.values():
        header = words.get("wrote_header")
        if isinstance(header, str):
            out.append(re.compile(header, re.MULTILINE | re.IGNORECASE))
    return tuple(out)


def header_block(lines: list[str], start: int) -> int:
    """How many lines a repeated head ("From: … Sent: … To: … Subject: …") takes from `start`; 0 where there is none."""
    first = _HEADER.fullmatch(lines[start][:MAX_LINE]) if len(lines[start]) <= 4 * MAX_LINE else None
    if first is None or not (first["from"] or first["when"] or first["subject"]):
        return 0
    kinds: set[str] = set()
    last = start
    mailbox = False
    unknown = 0
    for index in range(start, min(len(lines), start + 14)):
        line = lines[index][:MAX_LINE]
        match = _HEADER.fullmatch(line)
        if match is not None:
            kind = match.lastgroup if match.lastgroup != "value" else None
            kind = next((name for name in ("from", "when", "to", "subject", "other") if match[name]), kind)
            if kind in kinds and kind == "from":
                break
            kinds.add(kind or "other")
            last, unknown = index, 0
            mailbox = mailbox or "@" in line
        elif not line.strip():
            if len(kinds) >= 3:
                break
            unknown += 1
        else:
            unknown += 1
            mailbox = mailbox or (unknown == 1 and "@" in line)
        if unknown > 2:
            break
    sure = mailbox or {"when", "subject"} <= kinds
    if "from" not in kinds or len(kinds) < 3 or not sure:
        return 0
    # The folded rest of the last field ("Subject: a very long\nsubject") is part of the block.
    return last - start + 1
