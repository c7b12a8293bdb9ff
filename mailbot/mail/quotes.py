"""What stands above a quote: separators in words, and the head that Outlook, Foxmail and others repeat.

Every look is at one line, or at a bounded number of them; words are looked up, not searched for.
"""

from __future__ import annotations

import re

MAX_LINE = 400  # characters; a longer line is no separator and no rule
_MAX_HEAD = 14  # lines of a repeated head
_MAX_KEY = 40  # characters before the colon

# "-----Original Message-----" of Outlook, QQ Mail, Foxmail, 163, Gmail's forwards and others, in lower case.
_SEPARATORS = frozenset(
    line.strip()
    for line in """
original message|original|original email|original e-mail|originalmail|forwarded message|forwarded email|forward
forwarded mail|replied message|reply message|replied email|original appointment|begin forwarded message
原始邮件|原始郵件|原邮件|原郵件|原始信件|原始信息|原始訊息|原始消息|原件|邮件原件|郵件原件|原文|邮件原文|原始邮件信息
转发的邮件|轉寄的郵件|轉寄郵件|转发邮件信息|转发邮件|轉發郵件|转发的原邮件|已转发邮件|已轉寄郵件|被转发邮件|转发信息
转发
回复的原邮件|回复的邮件|回覆的郵件|回复邮件|回覆郵件|回复
転送メッセージ|転送されたメッセージ|元のメッセージ|元のメール|元のメールメッセージ|オリジナルメッセージ
원본 메시지|원본 메일|원본 이메일|원본메일|원본 메세지|전달된 메시지|전달된 메일|원래 메시지
ursprüngliche nachricht|ursprüngliche mail|originalnachricht|original-nachricht|weitergeleitete nachricht
urspr. nachricht
original nachricht|weitergeleitete mail
message d'origine|message d’origine|message original|message initial|message originel|courriel original
message transféré
message transfere|e-mail d'origine
mensaje original|mensaje reenviado|mensaje enviado|correo original|messaggio originale|messaggio inoltrato
messaggio originario|mensagem original|mensagem encaminhada|mensagem reencaminhada|missatge original
oorspronkelijk bericht|oorspronkelijke bericht|origineel bericht|doorgestuurd bericht|forwarded bericht
ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|oprindelig meddelelse|oprindelig besked
original meddelelse|videresendt meddelelse|videresendt besked|opprinnelig melding|original melding|videresendt melding
alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|przekazana wiadomość|wiadomość przekazana
treść przekazanej wiadomości|původní zpráva|původní e-mail|исходное сообщение|пересылаемое сообщение
пересланное сообщение|оригинальное сообщение|исходное письмо|начало пересылаемого сообщения
конец пересылаемого сообщения
оригінальне повідомлення|orijinal mesaj|orjinal mesaj|özgün ileti|iletilen mesaj|eredeti üzenet|továbbított üzenet
mesaj original|mesajul original|izvorna poruka|αρχικό μήνυμα
""".replace("\n", "|").split("|")
    if line.strip()
)
_SEPARATOR_STARTS = ("forwarded by ", "message transféré", "reply message", "original message from")
_BARE_FORWARDS = frozenset(
    """begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié
début du message transféré
inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem reencaminhada|início da mensagem encaminhada
begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked|videresendt besked
début du courriel transféré
开始转发的邮件|以下是转发的邮件|下面是被转发的邮件|開始轉寄郵件|开始转发邮件|轉寄郵件|転送されたメッセージ|전달된 메시지
начало переадресованного сообщения|początek przekazywanej wiadomości|iletilen ileti başlangıcı""".replace(
        "\n", "|"
    ).split("|")
)

_KINDS = {
    "from": "from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|gönderen|feladó|发件人|寄件者|寄件人|發件人|"
    "发送人|发信人|"
    "寄信人|發信人|自|差出人|送信者|送信元|보낸사람|보낸이|발신|발신자",
    "when": "sent|date|sent at|send time|sentdate|gesendet|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|"
    "enviada|"
    "enviada em|enviado em|fecha|inviato|data|data invio|verzonden|verzonden op|skickat|sendt|dato|wysłano|wysłane|"
    "data wysłania|odesláno|отправлено|дата|дата отправки|надіслано|lähetetty|päivä|gönderilen|gönderildi|gönderilme|"
    "gönderim tarihi|gönderme tarihi|tarih|发送时间|发送日期|发件时间|发件日期|时间|日期|發送時間|發送日期|傳送時間|"
    "寄件日期|寄件時間|傳送日期|"
    "送信日時|送信日|日時|日付|보낸날짜|보낸시간|보낸일시|날짜|일시",
    "to": "to|an|à|a|para|aan|till|til|do|кому|komu|vastaanottaja|kime|alıcı|címzett|收件人|收件者|收信人|宛先|"
    "送信先|받는사람|"
    "받는이|수신|수신자|destinataire|destinatario",
    "subject": "subject|betreff|objet|asunto|oggetto|ogg|assunto|onderwerp|ämne|emne|temat|předmět|тема|aihe|konu|"
    "tárgy|主题|"
    "主題|主旨|标题|標題|件名|題名|제목",
    "other": "cc|bcc|reply-to|reply to|antwort an|antwort|répondre à|responder a|risposta|rispondi a|kopie|kopia|copie|"
    "copie à|copia|importance|priority|priorität|attachments|anlagen|抄送|抄送人|副本|密送|密件抄送|答复|回复|附件|"
    "参照|참조|"
    "копия|dw|bilgi|organization|sender",
}
_KIND_OF = {key.replace(" ", ""): kind for kind, keys in _KINDS.items() for key in keys.split("|")}

_RULE = re.compile(r"[\s*>|]*(?:[-_=*~#+—–\u2500\u2014]\s?){2,}\s*|\s*[ᐧ\u200b\ufeff]+\s*")
_RULE_START = frozenset("-_=*~#+—–\u2500>|ᐧ\u200b\ufeff")
_SIGNATURE_MARK = re.compile(r"\s{0,3}(?:--|—|-- |__+)\s*")
_QQ_MARK = re.compile(r"\s*-{14,24}\s*")
_DASHES = "-_=—–"
_KEY_NOISE = re.compile(r"[\s\u3000*>|\u200b-\u200f\u202a-\u202e\ufeff]+")


def is_separator(line: str) -> bool:
    """A line such as "-----Original Message-----" or "Begin forwarded message:"."""
    if len(line) > MAX_LINE:
        return False
    core = line.strip(" \t\r*>\u00a0\u3000")
    if core[:2].strip(_DASHES) == "" and len(core) > 4:
        ends = core[-2:].strip(_DASHES) == "" or core[-3:].strip(_DASHES + " :：") == ""
        words = " ".join(core.strip(_DASHES + " *:：\u00a0").lower().split())
        return ends and (words in _SEPARATORS or (words.startswith(_SEPARATOR_STARTS) and len(words) < 120))
    return core.endswith((":", "：")) and core.rstrip(" :：*").lower() in _BARE_FORWARDS


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores or the like."""
    stripped = line.strip()
    return bool(stripped) and stripped[0] in _RULE_START and len(line) <= MAX_LINE and _RULE.fullmatch(line) is not None


def is_signature_mark(line: str) -> bool:
    """The line "-- " (RFC 3676, 4.3) or what stands for it."""
    return len(line) <= MAX_LINE and _SIGNATURE_MARK.fullmatch(line) is not None


def is_qq_signature_mark(line: str) -> bool:
    """The row of dashes that QQ Mail puts above a signature."""
    return len(line) <= MAX_LINE and _QQ_MARK.fullmatch(line) is not None


def header_kind(line: str) -> str | None:
    """Which field of a repeated head a line holds ("from", "when", "to", "subject", "other"), or None."""
    head = line[: 2 * _MAX_KEY]
    at = min((place for place in (head.find(":"), head.find("：")) if place > 0), default=0)
    if not 0 < at <= _MAX_KEY:
        return None
    return _KIND_OF.get(_KEY_NOISE.sub("", head[:at]).lower())


def header_block(lines: list[str], start: int) -> int:
    """How many lines a repeated head ("From: … Sent: … To: … Subject: …") takes from `start`; 0 where there is none."""
    first = header_kind(lines[start])
    if first is None or first == "other":
        return 0
    kinds: set[str] = set()
    last = start
    mailbox = False
    unknown = 0
    for index in range(start, min(len(lines), start + _MAX_HEAD)):
        line = lines[index][: 2 * MAX_LINE]
        kind = header_kind(line)
        if kind is not None:
            if kind in kinds and kind == "from":
                break
            kinds.add(kind)
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
