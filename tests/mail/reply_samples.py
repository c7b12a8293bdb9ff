# ruff: noqa: E501 - tables of what mail programs write, one line each
"""Replies as mail programs write them: client x language x where the person wrote, with what they wrote.

Every mail is put together from an introduction (an attribution line, a separator, a repeated head), the desk's letter
as the client quotes it, and a body, so that the variety is that of real mail and not of one example per client.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DESK = "support@shop.example"
NB = "\u00a0"  # French puts one before its colons
NARROW = "\u202f"  # Gmail puts one before AM and PM

# What the person wrote, by language: paragraphs of several lines, a question, a closing with a name.
BODIES = {
    "zh-Hans": ("您好，屏幕还是坏的。\n请问什么时候可以换货？\n\n谢谢\n张三", "好的，我明天寄回。"),
    "zh-Hant": ("您好，螢幕還是壞的。\n請問什麼時候可以換貨？\n\n謝謝\n陳小姐", "好的，我明天寄回。"),
    "en": ("Hi,\n\nthe screen is still broken. Can I send it back?\n\nThanks,\nAlice", "Yes please, go ahead."),
    "de": ("Guten Tag,\n\nder Bildschirm ist noch defekt.\nKann ich ihn zurücksenden?\n\nViele Grüße\nUwe", "Ja, bitte."),
    "fr": ("Bonjour,\n\nl'écran est toujours cassé.\nPuis-je le renvoyer ?\n\nCordialement\nZoé", "Oui, merci."),
    "es": ("Hola:\n\nla pantalla sigue rota.\n¿Puedo devolverla?\n\nSaludos\nInés", "Sí, por favor."),
    "it": ("Buongiorno,\n\nlo schermo è ancora rotto.\nPosso restituirlo?\n\nCordiali saluti\nGiò", "Sì, grazie."),
    "pt": ("Olá,\n\no ecrã continua partido.\nPosso devolvê-lo?\n\nObrigado\nJoão", "Sim, por favor."),
    "nl": ("Hallo,\n\nhet scherm is nog steeds kapot.\nKan ik het terugsturen?\n\nGroet\nBram", "Ja, graag."),
    "ja": ("お世話になっております。\n画面がまだ壊れています。\n返品できますか？\n\n月森", "はい、お願いします。"),
    "ko": ("안녕하세요.\n화면이 아직 고장입니다.\n반품할 수 있나요?\n\n김하늘", "네, 부탁드립니다."),
    "ru": ("Здравствуйте,\n\nэкран всё ещё сломан.\nМожно его вернуть?\n\nС уважением\nОльга", "Да, пожалуйста."),
    "pl": ("Dzień dobry,\n\nekran jest nadal uszkodzony.\nCzy mogę go zwrócić?\n\nPozdrawiam\nEwa", "Tak, proszę."),
    "tr": ("Merhaba,\n\nekran hâlâ bozuk.\nİade edebilir miyim?\n\nTeşekkürler\nAyşe", "Evet, lütfen."),
    "sv": ("Hej,\n\nskärmen är fortfarande trasig.\nKan jag skicka tillbaka den?\n\nHälsningar\nÅsa", "Ja, tack."),
    "da": ("Hej,\n\nskærmen er stadig i stykker.\nKan jeg sende den tilbage?\n\nHilsen\nSøren", "Ja tak."),
}  # fmt: skip

# The desk's letter, which is quoted. A list, an empty line, a signature of its own.
LETTER = (
    "Hello,\n\nwe are sorry to hear that. Please tell us:\n- the order number\n- the serial number\n\n-- \nShop Desk"
)
CHINESE_LETTER = "您好，\n\n很抱歉给您带来不便。请告诉我们：\n- 订单号\n- 序列号\n\nShop 客服"

# Attribution lines. The letter below them is quoted with ">".
ATTRIBUTIONS: dict[str, dict[str, list[str]]] = {
    "gmail": {
        "en": [
            f"On Mon, Nov 2, 2026 at 10:15{NARROW}AM Shop Desk <{DESK}> wrote:",
            f"On Mon, 2 Nov 2026 at 10:15, Shop Desk <{DESK}> wrote:",
            f"On Mon, Nov 2, 2026 at 10:15 AM Shop Desk, the shop around the corner <\n{DESK}> wrote:",
            f"On Mon, Nov 2, 2026 at 10:15 AM 'Shop Desk' via Everybody <{DESK}>\nwrote:",
            f"On Mon, Nov 2, 2026, 10:15 AM {DESK} <{DESK}> wrote:",
        ],
        "zh-Hans": [
            f"Shop Desk <{DESK}> 于2026年11月2日周一 10:15写道：",
            f"Shop 客服 <{DESK}> 于 2026年11月2日周一 上午10:15写道：",
            f"在 2026年11月2日星期一，Shop Desk <{DESK}> 写道：",
        ],
        "zh-Hant": [
            f"Shop Desk <{DESK}> 於 2026年11月2日 週一 上午10:15寫道：",
            f"Shop Desk <{DESK}>於 2026年11月2日 週一，上午10:15寫道：",
        ],
        "de": [
            f"Am Mo., 2. Nov. 2026 um 10:15 Uhr schrieb Shop Desk <{DESK}>:",
            f"Am Mo., 2. Nov. 2026 um 10:15 Uhr schrieb Shop Desk <\n{DESK}>:",
        ],
        "fr": [
            f"Le lun. 2 nov. 2026 à 10:15, Shop Desk <{DESK}> a écrit{NB}:",
            f"Le lun. 2 nov. 2026 à 10:15, Shop Desk <{DESK}> a\nécrit :",
        ],
        "es": [
            f"El lun, 2 nov 2026 a las 10:15, Shop Desk (<{DESK}>) escribió:",
            f"El lun, 2 nov 2026 a la(s) 10:15 a.m., Shop Desk ({DESK}) escribió:",
        ],
        "it": [
            f"Il giorno lun 2 nov 2026 alle ore 10:15 Shop Desk <{DESK}> ha scritto:",
            f"Il lun 2 nov 2026, 10:15 Shop Desk <{DESK}> ha\nscritto:",
        ],
        "pt": [
            f"Em seg., 2 de nov. de 2026 às 10:15, Shop Desk <{DESK}> escreveu:",
            f"Shop Desk <{DESK}> escreveu (segunda, 2/11/2026 à(s) 10:15):",
            f"Shop Desk <{DESK}> escreveu no dia segunda, 2/11/2026 à(s) 10:15:",
        ],
        "nl": [f"Op ma 2 nov 2026 om 10:15 schreef Shop Desk <{DESK}>:"],
        "ja": [f"2026年11月2日(月) 10:15 Shop Desk <{DESK}>:", f"2026年11月2日(月) 午前10:15 Shop Desk <\n{DESK}>:"],
        "ko": [
            f"2026년 11월 2일 (월) 오전 10:15, Shop Desk <{DESK}>님이 작성:",
            f"2026년 11월 2일 (월) AM 10:15, Shop Desk <{DESK}>님이\n작성:",
        ],
        "ru": [
            f"пн, 2 нояб. 2026 г. в 10:15, Shop Desk <{DESK}>:",
            f"2 ноября 2026 г., 10:15 пользователь Shop Desk <{DESK}> написал:",
        ],
        "pl": [f"pon., 2 lis 2026 o 10:15 Shop Desk <{DESK}> napisał(a):"],
        "tr": [f"Shop Desk <{DESK}>, 2 Kas 2026 Pzt, 10:15 tarihinde\nşunu yazdı:"],
        "sv": [f"Den mån 2 nov. 2026 kl 10:15 skrev Shop Desk <{DESK}>:"],
        "da": [f"Den man. 2. nov. 2026 kl. 10.15 skrev Shop Desk <{DESK}>:"],
    },
    "apple": {
        "en": [
            f"On 2 Nov 2026, at 10:15, Shop Desk <{DESK}> wrote:",
            f"On Nov 2, 2026, at 10:15{NARROW}AM, Shop Desk <{DESK}> wrote:",
        ],
        "zh-Hans": [
            f"在 2026年11月2日，上午10:15，Shop Desk <{DESK}> 写道：",
            f"2026年11月2日 10:15，Shop Desk <{DESK}> 写道：",
        ],
        "zh-Hant": [
            f"Shop Desk <{DESK}> 於 2026年11月2日 上午10:15 寫道：",
            f"在 2026年11月2日 上午10:15，Shop Desk <{DESK}> 寫道：",
        ],
        "de": [f"Am 02.11.2026 um 10:15 schrieb Shop Desk <{DESK}>:"],
        "fr": [f"Le 2 nov. 2026 à 10:15, Shop Desk <{DESK}> a écrit :"],
        "es": [f"El 2 nov 2026, a las 10:15, Shop Desk <{DESK}> escribió:"],
        "it": [f"Il giorno 2 nov 2026, alle ore 10:15, Shop Desk <{DESK}> ha scritto:"],
        "pt": [
            f"Em 2 de nov. de 2026, à(s) 10:15, Shop Desk <{DESK}> escreveu:",
            f"No dia 02/11/2026, às 10:15, Shop Desk <{DESK}> escreveu:",
        ],
        "nl": [f"Op 2 nov 2026, om 10:15 heeft Shop Desk <{DESK}> het volgende geschreven:"],
        "ja": [f"2026/11/02 10:15、Shop Desk <{DESK}>のメール:", f"2026年11月2日 10:15、Shop Desk <{DESK}>のメール:"],
        "ko": [f"2026. 11. 2. 오전 10:15, Shop Desk <{DESK}> 작성:"],
        "ru": [f"2 нояб. 2026 г., в 10:15, Shop Desk <{DESK}> написал(а):"],
        "pl": [f"Wiadomość napisana przez Shop Desk <{DESK}> w dniu 2 lis 2026, o godz. 10:15:"],
        "tr": [f"Shop Desk <{DESK}> şunları yazdı (2 Kas 2026 10:15):"],
        "sv": [f"2 nov. 2026 kl. 10:15 skrev Shop Desk <{DESK}>:"],
        "da": [f"Den 2. nov. 2026 kl. 10.15 skrev Shop Desk <{DESK}>:"],
    },
    "thunderbird": {
        "en": ["On 02/11/2026 10:15, Shop Desk wrote:", "On 11/2/26 10:15 AM, Shop Desk via Shop wrote:"],
        "zh-Hans": ["在 2026/11/2 10:15, Shop Desk 写道:", "于 2026年11月02日 10:15, Shop Desk 写道:"],
        "zh-Hant": ["Shop Desk 於 2026/11/2 上午 10:15 寫道:", "於 2026/11/2 10:15，Shop Desk 寫道："],
        "de": ["Am 02.11.2026 um 10:15 schrieb Shop Desk:", "Am 02.11.26 um 10:15 schrieb Shop Desk via Laden:"],
        "fr": ["Le 02/11/2026 à 10:15, Shop Desk a écrit :"],
        "es": ["El 2/11/26 a las 10:15, Shop Desk escribió:", "El 02/11/2026 a las 10:15, Shop Desk escribió:"],
        "it": ["Il 02/11/2026 10:15, Shop Desk ha scritto:"],
        "pt": ["Em 02/11/2026 10:15, Shop Desk escreveu:", "Às 10:15 de 02/11/2026, Shop Desk escreveu:"],
        "nl": ["Op 02-11-2026 om 10:15 schreef Shop Desk:"],
        "ja": ["On 2026/11/02 10:15, Shop Desk wrote:", "2026/11/02 10:15、Shop Desk wrote:"],
        "ko": ["2026-11-02 오전 10:15에 Shop Desk 이(가) 쓴 글:"],
        "ru": ["02.11.2026 10:15, Shop Desk пишет:"],
        "pl": ["W dniu 2.11.2026 o 10:15, Shop Desk pisze:"],
        "tr": ["02.11.2026 10:15 tarihinde Shop Desk yazdı:"],
        "sv": ["Den 2026-11-02 kl. 10:15, skrev Shop Desk:"],
        "da": ["Den 02-11-2026 kl. 10:15 skrev Shop Desk:"],
    },
    "yahoo": {
        "en": [f"On Monday, November 2, 2026 at 10:15:00 AM GMT+8, Shop Desk <{DESK}> wrote:"],
        "de": [f"Am Montag, 2. November 2026 um 10:15:00 MEZ hat Shop Desk <{DESK}> Folgendes geschrieben:"],
        "fr": [f"Le lundi 2 novembre 2026 à 10:15:00 UTC+1, Shop Desk <{DESK}> a écrit :"],
        "es": [f"En lunes, 2 de noviembre de 2026, 10:15:00 CET, Shop Desk <{DESK}> escribió:"],
        "it": [f"Il lunedì 2 novembre 2026 alle ore 10:15:00 CET, Shop Desk <{DESK}> ha scritto:"],
        "pt": [f"Em segunda-feira, 2 de novembro de 2026 10:15:00 BRT, Shop Desk <{DESK}> escreveu:"],
        "zh-Hant": [f"在 2026年11月2日 星期一 上午10:15:00 [GMT+8]， Shop Desk<{DESK}> 寫道："],
        "zh-Hans": [f"在 2026年11月2日星期一 上午10:15:00 [GMT+8]，Shop Desk<{DESK}> 写道："],
    },
    "others": {
        "en": [
            f"On Nov 2, 2026, 10:15 +0100, Shop Desk <{DESK}>, wrote:",
            f"------- Original Message -------\nOn Monday, November 2nd, 2026 at 10:15 AM, Shop Desk <{DESK}> wrote:",
            f"On November 2, 2026 10:15:00 AM GMT+01:00, Shop Desk <{DESK}> wrote:",
            f'At 2026-11-02 10:15:00, "Shop Desk" <{DESK}> wrote:',
            f"Shop Desk <{DESK}> wrote on Mon, 2 Nov 2026 at 10:15:",
            f"Quoting Shop Desk <{DESK}>:",
        ],
        "zh-Hans": [
            f'在 2026-11-02 10:15:00，"Shop Desk" <{DESK}> 写道：',
            f"在2026年11月02日 10:15，Shop Desk<{DESK}> 写道：",
            f'"Shop Desk" <{DESK}> 在 2026年11月2日 10:15 写道：',
            f"在 Shop Desk <{DESK}>，2026年11月2日 10:15写道：",
            f"在2026-11-02 10:15:00，Shop Desk<{DESK}>写道：",
        ],
        "de": [f"Am 2. November 2026 10:15:00 MEZ schrieb Shop Desk <{DESK}>:", f"Zitat von Shop Desk <{DESK}>:"],
        "ru": [
            f"Понедельник, 2 ноября 2026, 10:15 +03:00 от Shop Desk <{DESK}>:",
            f'02.11.2026, 10:15, "Shop Desk" <{DESK}>:',
        ],
        "fr": [f"Le 2 novembre 2026 10:15:00 GMT+01:00, Shop Desk <{DESK}> a écrit :"],
    },
}

# The names of a repeated head (from, sent, to, subject) as Outlook writes them; further ones behind.
HEADS = {
    "en": [("From", "Sent", "To", "Subject"), ("From", "Date", "To", "Subject")],
    "zh-Hans": [("发件人", "发送时间", "收件人", "主题"), ("发件人", "日期", "收件人", "主题")],
    "zh-Hant": [("寄件者", "寄件日期", "收件者", "主旨"), ("寄件者", "傳送時間", "收件者", "主旨"),
                ("寄件人", "日期", "收件人", "主題")],
    "de": [("Von", "Gesendet", "An", "Betreff"), ("Von", "Datum", "An", "Betreff")],
    "fr": [("De", "Envoyé", "À", "Objet"), ("De", "Date", "À", "Objet")],
    "es": [("De", "Enviado", "Para", "Asunto"), ("De", "Enviado el", "Para", "Asunto"), ("De", "Fecha", "Para", "Asunto")],
    "it": [("Da", "Inviato", "A", "Oggetto"), ("Da", "Data", "A", "Oggetto")],
    "pt": [("De", "Enviado", "Para", "Assunto"), ("De", "Enviada em", "Para", "Assunto"), ("De", "Data", "Para", "Assunto")],
    "nl": [("Van", "Verzonden", "Aan", "Onderwerp"), ("Van", "Datum", "Aan", "Onderwerp")],
    "ja": [("差出人", "送信日時", "宛先", "件名"), ("差出人", "日付", "宛先", "件名")],
    "ko": [("보낸 사람", "보낸 날짜", "받는 사람", "제목"), ("보낸사람", "날짜", "받는사람", "제목")],
    "ru": [("От", "Отправлено", "Кому", "Тема"), ("От", "Дата", "Кому", "Тема")],
    "pl": [("Od", "Wysłane", "Do", "Temat"), ("Od", "Data", "Do", "Temat")],
    "tr": [("Kimden", "Gönderildi", "Kime", "Konu"), ("Gönderen", "Gönderilme", "Kime", "Konu")],
    "sv": [("Från", "Skickat", "Till", "Ämne")],
    "da": [("Fra", "Sendt", "Til", "Emne")],
}  # fmt: skip
DATES = {
    "en": "Monday, November 2, 2026 10:15 AM", "zh-Hans": "2026年11月2日 10:15", "zh-Hant": "2026年11月2日 上午 10:15",
    "de": "Montag, 2. November 2026 10:15", "fr": "lundi 2 novembre 2026 10:15", "es": "lunes, 2 de noviembre de 2026 10:15",
    "it": "lunedì 2 novembre 2026 10:15", "pt": "segunda-feira, 2 de novembro de 2026 10:15",
    "nl": "maandag 2 november 2026 10:15", "ja": "2026年11月2日 10:15", "ko": "2026년 11월 2일 월요일 오전 10:15",
    "ru": "2 ноября 2026 г. 10:15", "pl": "poniedziałek, 2 listopada 2026 10:15", "tr": "2 Kasım 2026 Pazartesi 10:15",
    "sv": "den 2 november 2026 10:15", "da": "2. november 2026 10:15",
}  # fmt: skip
# What stands above a repeated head: nothing, a rule, or a separator in words.
SEPARATORS = {
    "en": ["-----Original Message-----", "-------- Original message --------", "------------------ Original ------------------",
           "----- Forwarded Message -----"],
    "zh-Hans": ["------------------ 原始邮件 ------------------", "-----邮件原件-----", "-------- 原始信息 --------",
                "------------------&nbsp;原始邮件&nbsp;------------------".replace("&nbsp;", NB), "---原始邮件---",
                "---------- 回复的邮件 ----------", "---- 回复的原邮件 ----"],
    "zh-Hant": ["------------------ 原始郵件 ------------------", "-----原始郵件-----", "-------- 原始訊息 --------"],
    "de": ["-----Ursprüngliche Nachricht-----", "-------- Ursprüngliche Nachricht --------", "-----Original-Nachricht-----"],
    "fr": ["-----Message d'origine-----", "-------- Message d’origine --------", "-------- Message original --------"],
    "es": ["-----Mensaje original-----", "-------- Mensaje original --------"],
    "it": ["-----Messaggio originale-----", "----Messaggio originale----", "-------- Messaggio originale --------"],
    "pt": ["-----Mensagem original-----", "-------- Mensagem original --------"],
    "nl": ["-----Oorspronkelijk bericht-----", "-------- Oorspronkelijk bericht --------"],
    "ja": ["-----Original Message-----", "----- 元のメッセージ -----", "-------- 元のメッセージ --------"],
    "ko": ["-----Original Message-----", "--------- 원본 메일 ---------", "-------- 원본 이메일 --------"],
    "ru": ["-----Исходное сообщение-----", "-------- Исходное сообщение --------", "-------- Пересылаемое сообщение --------"],
    "pl": ["-----Oryginalna wiadomość-----", "-------- Oryginalna wiadomość --------"],
    "tr": ["-----Orijinal Mesaj-----", "-------- Orijinal mesaj --------"],
    "sv": ["-----Ursprungligt meddelande-----", "-------- Originalmeddelande --------"],
    "da": ["-----Oprindelig meddelelse-----", "-------- Oprindelig besked --------"],
}  # fmt: skip

# Lines that apps and phones put below what was written.
DEVICES = {
    "en": ["Sent from my iPhone", "Get Outlook for Android<https://aka.example/x>", "Sent from my Galaxy",
           "Sent from Yahoo Mail for iPhone", "Sent from Mail for Windows", "Sent with Proton Mail secure email.",
           "Yahoo Mail: Search, Organize, Conquer"],
    "zh-Hans": ["发自我的iPhone", "发自我的华为手机", "发自我的小米手机", "发自 Outlook", "来自我的华为手机", "发自我的 iPad",
                "从 Windows 版邮件发送", "发自新浪邮箱客户端", "发自QQ邮箱", "从我的 Galaxy 发送", "获取 Outlook for iOS",
                "发自我的OPPO手机", "来自钉钉专属商务邮箱", "发自网易邮箱大师", "该邮件从移动设备发送"],
    "zh-Hant": ["從我的 iPhone 傳送", "寄自我的 iPhone", "取得 Android 版 Outlook", "從我的 Galaxy 傳送"],
    "de": ["Von meinem iPhone gesendet", "Von meinem/meiner Galaxy gesendet", "Gesendet von Outlook für Android",
           "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Gesendet mit der GMX Mail App"],
    "fr": ["Envoyé de mon iPhone", "Envoyé depuis mon téléphone Orange", "Obtenez Outlook pour Android"],
    "es": ["Enviado desde mi iPhone", "Obtener Outlook para Android", "Enviado desde mi Galaxy"],
    "it": ["Inviato da iPhone", "Inviato dal mio Galaxy", "Ottieni Outlook per Android"],
    "pt": ["Enviado do meu iPhone", "Enviado do meu Galaxy", "Obter o Outlook para Android"],
    "nl": ["Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Outlook voor Android downloaden"],
    "ja": ["iPhoneから送信", "私のiPhoneから送信", "Outlook for iOS を入手"],
    "ko": ["나의 iPhone에서 보냄", "내 Galaxy에서 보냄", "iPhone에서 보냄"],
    "ru": ["Отправлено с iPhone", "Отправлено из мобильной Яндекс Почты", "Отправлено из Почты Mail.ru для Android"],
    "pl": ["Wysłane z iPhone'a", "Wysłano z mojego Galaxy"],
    "tr": ["iPhone'umdan gönderildi", "Galaxy cihazımdan gönderildi"],
    "sv": ["Skickat från min iPhone"],
    "da": ["Sendt fra min iPhone"],
}  # fmt: skip
SIGNATURES = [
    "-- \nAlice Example\n+44 20 0000 0000\nhttps://alice.example",
    "--\n张三\n示例公司 采购部\n电话：010-0000",
]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One body of a reply."""

    name: str  # client, language, form
    text: str
    expected: str  # what the person wrote


def samples() -> Iterator[Sample]:
    """All of them, in a fixed order."""
    yield from _attributed()
    yield from _headed()
    yield from _signed()


def _letter(language: str) -> str:
    return CHINESE_LETTER if language.startswith("zh") else LETTER


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _attributed() -> Iterator[Sample]:
    for client, languages in ATTRIBUTIONS.items():
        for language, lines in languages.items():
            long, short = BODIES[language]
            quote = _quoted(_letter(language))
            for number, line in enumerate(lines):
                name = f"{client} {language} {number}"
                gap = "" if client == "thunderbird" else "\n"
                introduced = f"{line}\n{gap}{quote}"
                yield Sample(name=f"{name} above", text=f"{long}\n\n{introduced}\n", expected=long)
                if number == 0:
                    yield Sample(name=f"{name} below", text=f"{introduced}\n\n{long}\n", expected=long)
                    halves = quote.split("\n>\n", 1)
                    between = f"{halves[0]}\n\n{long}\n\n{halves[1]}\n\n{short}"
                    yield Sample(
                        name=f"{name} between",
                        text=f"{short}\n\n{line}\n{gap}{between}\n",
                        expected=f"{short}\n\n{gap}{between}",
                    )
                    nested = _quoted(f"{short}\n\n{line}\n{gap}{quote}")
                    yield Sample(name=f"{name} nested", text=f"{long}\n\n{line}\n{gap}{nested}\n", expected=long)
                if "@" in line:
                    # Mobile apps don't mark what they quote.
                    bare = f"{long}\n\n{line}\n\n{_letter(language)}\n"
                    yield Sample(name=f"{name} unmarked", text=bare, expected=long)
                if client == "apple" and number == 0:
                    yield Sample(name=f"{name} all marked", text=f"{short}\n\n{_quoted(introduced)}\n", expected=short)


def _headed() -> Iterator[Sample]:
    for language, heads in HEADS.items():
        long, short = BODIES[language]
        letter, date = _letter(language), DATES[language]
        colon = "：" if language.startswith("zh") else f"{NB}:" if language == "fr" else ":"
        for number, (sender, sent, to, subject) in enumerate(heads):
            values = (f"Shop Desk <{DESK}>", date, "Alice <alice@customer.example>", "Re: [T-1] order TP2026001234")
            head = "\n".join(
                f"{key}{colon} {value}" for key, value in zip((sender, sent, to, subject), values, strict=True)
            )
            bold = "\n".join(f"*{line.replace(colon, colon + '*', 1)}" for line in head.split("\n"))
            mailto = head.replace(f"<{DESK}>", f"[mailto:{DESK}]")
            named = head.replace(f" <{DESK}>", "").replace(" <alice@customer.example>", "")
            forms = {"bare": head, "rule": f"________________________________\n{head}", "bold": bold, "mailto": mailto,
                     "named": f"\n{named}", "dashes": f"{'-' * 66}\n{head}"}  # fmt: skip
            for form, block in forms.items():
                yield Sample(
                    name=f"head {language} {number} {form}", text=f"{long}\n\n{block}\n\n{letter}\n", expected=long
                )
        for number, line in enumerate(SEPARATORS[language]):
            name = f"separator {language} {number}"
            yield Sample(name=f"{name} head", text=f"{long}\n\n\n{line}\n{head}\n\n{letter}\n", expected=long)
            yield Sample(name=f"{name} alone", text=f"{short}\n\n{line}\n\n{letter}\n", expected=short)
            yield Sample(
                name=f"{name} marked",
                text=f"{short}\n\n{line}\n{_quoted(head)}\n>\n{_quoted(letter)}\n",
                expected=short,
            )


def _signed() -> Iterator[Sample]:
    for language, lines in DEVICES.items():
        long, short = BODIES[language]
        attribution = ATTRIBUTIONS["gmail"][language][0]
        for number, line in enumerate(lines):
            yield Sample(name=f"device {language} {number} alone", text=f"{long}\n\n{line}\n", expected=long)
            text = f"{short}\n\n{line}\n\n{attribution}\n{_quoted(_letter(language))}\n"
            yield Sample(name=f"device {language} {number} quoted", text=text, expected=short)
        for number, signature in enumerate(SIGNATURES):
            text = f"{long}\n\n{signature}\n\n{attribution}\n\n{_quoted(_letter(language))}\n"
            yield Sample(name=f"signature {language} {number} above", text=text, expected=long)
            text = f"{attribution}\n{_quoted(_letter(language))}\n\n{long}\n\n{signature}\n"
            yield Sample(name=f"signature {language} {number} below", text=text, expected=long)
