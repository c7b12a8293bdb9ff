"""How machines speak: subjects and sentences of bounces and of absence notices, in the languages of our customers.

Each pattern says what it is safe for. A person may write "failed delivery" about a parcel or "I am away" in a subject,
so words alone decide only where they are hardly ever a person's; `origin` asks for a machine's mark besides elsewhere.
All patterns are linear: bounded repetitions over bounded text.
"""

from __future__ import annotations

import re

# In a subject; counts only together with a daemon, no sender, a machine's mark or an SMTP server's own words.
BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|(?:mail )?delivery (?:status )?(?:notification|failure|failed|problem|error|report|"
    r"has failed|incomplete)|"
    r"delivery status\b|returned (?:e?-?mail|to sender)|failure notice|failed delivery|delivery to .{1,80} failed|"
    r"mail (?:delivery )?(?:failure|failed)|\[bounce\]|bounced? (?:e?-?mail|message)|"
    r"mail system error|(?:message|mail) (?:not delivered|could not be delivered|delayed|undeliverable)|"
    r"could not deliver|delayed mail|error sending your mail|unable to deliver|"
    r"warning: (?:could not send|message)|non-?deliver|non[- ]remis|échec de (?:la )?remise|rebut|non distribué|"
    r"unzustellbar|zustell(?:ung|fehler)|nicht zustellbar|nicht zugestellt|"
    r"no se (?:pudo|puede|ha podido) entregar|no entregado|devuelto al remitente|"
    r"mancata consegna|mancato recapito|impossibile recapitare|"
    r"não (?:foi possível entregar|entregue)|falha na entrega|onbestelbaar|niet afgeleverd|"
    r"недоставлен|не (?:было )?доставлен|сообщение не|kunde inte levereras|olevererbart|kan ikke leveres|"
    r"nie(?:dostarczon| można dostarczyć| dostarczono)|zwrot wiadomości|teslim edilemedi|iletilemedi|"
    r"系统退信|退信|投递失败|投遞失敗|无法投递|未能送达|未送达|投递状态|退回的?邮件|郵件退回|无法传递|传递失败|發送失敗|发送失败|無法傳遞|無法投遞|無法送達|"
    r"配信エラー|メールエラー|配信不能|送信できません|配信できません|配信に失敗|未配達|반송|전송 ?실패|배달 ?실패",
    re.IGNORECASE,
)
# In the text of a mail whose sender is a daemon, nobody or a robot.
BOUNCE_TEXT = re.compile(
    r"could not be delivered|message that you sent could not be delivered|had permanent fatal errors|"
    r"(?:was|were|is) undeliverable|unable to deliver|unable to relay|did not reach the following recipient|"
    r"this is a permanent error|recipient(?:'s)? (?:address|mailbox).{0,40}(?:rejected|unknown|full)|"
    r"delivery (?:to the following recipients? )?(?:has )?failed|couldn't be delivered|wasn't delivered|"
    r"returned to (?:you|sender)|mailbox (?:is )?(?:full|unavailable)|user unknown|"
    r"(?:notification|event)Type[\\'\x22]{1,3}\s?:\s?[\\\x22]{1,3}Bounce|"
    r"无法发送到|无法投递|投递失败|被退回|退信原因|收件人.{0,20}不存在|无法传递|传递.{0,12}失败|無法傳遞|無法投遞|"
    r"配信できません|送信できません|送信先のメールボックス|duplicated message-id in|"
    r"nicht zugestellt werden|n'a pas pu être (?:remis|distribué)|"
    r"no (?:se )?pudo (?:ser )?entrega|non è stato possibile recapitare|не удалось доставить",
    re.IGNORECASE,
)
# Only a mail server says such things; a customer who tells of a lost parcel doesn't.
SERVER_TEXT = re.compile(
    r"\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b|diagnostic-code|\b5\d\d \S{0,60} ?(?:user unknown|mailbox|recipient)|"
    r"permanent fatal errors|did not reach the following recipient|this is the mail system at host|"
    r"this message was created automatically by mail delivery software|qmail-send program|"
    r"(?:remote|receiving) (?:mail )?server (?:returned|responded|said)|smtp error from|"
    r"message that you sent could not be delivered|the original message was received at|"
    r"(?:notification|event)Type[\\'\x22]{1,3}\s?:\s?[\\\x22]{1,3}Bounce|duplicated message-id in|"
    r"送信先のメールボックス|退信原因|退信代码|退信代碼",
    re.IGNORECASE,
)
# The fixed subjects of widespread servers, as nobody types them.
SERVER_SUBJECT = re.compile(
    r"\s{0,9}(?:DELIVERY FAILURE: |Undelivered Mail Returned to Sender\s{0,9}$|Mail delivery failed: returning |"
    r"failure notice\s{0,9}$|"
    r"Undeliverable: |Unzustellbar: |Non remis ?: |Returned mail: |Delivery Status Notification \(|未送达: |无法传递: |"
    r"系统退信|來自.{1,60}的退信|来自.{1,60}的退信)"
)
COMPLAINT_SUBJECT = re.compile(
    r"\s{0,9}(?:complaint about message from|e?-?mail (?:feedback|abuse) report|abuse report|spam (?:complaint|report) "
    r"(?:for|from|about)|\[spamcop)",
    re.IGNORECASE,
)
COMPLAINT_TEXT = re.compile(
    r"this is an? (?:e?-?mail )?(?:abuse|spam) report|"
    r"(?:notification|event)Type[\\'\x22]{1,3}\s?:\s?[\\\x22]{1,3}Complaint",
    re.IGNORECASE,
)

# "Re:", "Fwd:" and the like: a person answers or passes on what the rest of the subject names.
ANSWERED = re.compile(
    r"\s{0,9}(?:re|aw|antw|sv|vs|ref|rif|res|odp|ynt|fw|fwd|wg|tr|rv|enc|doorst|vb|vl|pd|i|回复|回覆|答复|答覆|转发|轉發|轉寄|返信|転送|"
    r"회신|전달)\s{0,9}(?:\[\d{1,2}\]|\^\d)?\s{0,9}[:：]",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"\s{0,9}(?:fw|fwd|wg|tr|rv|enc|doorst|vb|vl|pd|转发|轉發|轉寄|転送|전달)\s{0,9}[:：]|\s{0,9}\[fwd", re.IGNORECASE
)

# Nobody begins a subject like this by hand.
_AUTOMATIC = (
    r"(?:out of (?:the )?office |vacation |away )?auto(?:matic|mated|mate)?[- ]?(?:e?-?mail )?(?:reply|response|"
    r"responder|answer|antwort)|autoreply|autoresponse|"
    r"automatische (?:antwort|abwesenheitsnotiz|reactie)|abwesenheits(?:notiz|meldung|assistent|nachricht|agent)|"
    r"réponse automatique|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica|"
    r"automatisch(?:e)? (?:antwoord|beantwoording)|autosvar|automatiskt? svar|automatiskt svarsmeddelande|"
    r"odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]|"
    r"автоответ(?:чик)?|автоматический ответ|автоматична відповідь|"
    r"otomatik (?:yan[ıi]t|cevap)|automaattinen vastaus|automatická odpověď|automatikus válasz|răspuns automat|"
    r"αυτόματη απάντηση|الرد التلقائي|رد تلقائي|מענה אוטומטי|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ|"
    r"自动(?:回复|答复|应答|回信)|"
    r"自動(?:回覆|回復|答覆|返信|応答|回信)|外出自动|不在通知|不在のお知らせ|자동 ?(?:회신|응답|답장)|부재중"
)
# The same, with something behind it that an absence notice has: its end, a colon, a date.
_OUT = (
    r"(?:(?:i am|i'm|we are) (?:currently )?)?out[- ]of[- ](?:the )?office|ooo|"
    r"vacation (?:reply|notice|response|message)|away (?:notice|message)|"
    r"away from (?:my|the) (?:mail|e-?mail|office|desk)|on (?:vacation|annual leave|parental leave|maternity leave)|"
    r"nicht im (?:büro|haus)|ich bin (?:derzeit |zurzeit |momentan )?(?:nicht im (?:büro|haus)|abwesend|außer haus)|"
    r"(?:derzeit|zurzeit) abwesend|"
    r"absen(?:ce|t) du bureau|message d['’]absence|je suis (?:actuellement )?absente?|notification d['’]absence|"
    r"fuera de (?:la )?oficina|ausente de la oficina|aviso de ausencia|"
    r"fuori (?:ufficio|sede)|assente dall['’]ufficio|fora do escrit[óo]rio|aviso de ausência|"
    r"afwezigheids(?:bericht|melding|assistent)|niet op kantoor|"
    r"fr[åa]nvaromeddelande|inte p[åa] kontoret|ikke (?:p[åa] kontoret|til stede)|frav[æa]rsmelding|ude af kontoret|"
    r"poza biurem|nieobecno[śs][ćc] w biurze|нет на месте|вне офиса|отсутствую в офисе|"
    r"ofis d[ıi][şs][ıi]nda(?:y[ıi]m)?|"
    r"poissa toimistolta|mimo kancelář|házon kívül|εκτός γραφείου|"
    r"不在办公室|不在辦公室|休假(?:通知|自动|中)|外出中|休暇中|出張中|휴가 ?중"
)
# One word that a person may begin with as well: only before a colon, or all that the subject says.
_ALONE = (
    r"auto|away|vacation|absence|absent|abwesend|abwesenheit|urlaub(?:smeldung|snotiz)?|en congés?|ausencia|ausente|"
    r"assente|assenza|ausência|afwezig(?:heid)?|fr[åa]nvaro(?:rande)?|frav[æa]r|nieobecny|nieobecność|отпуск|отсутствие|"
    r"休假|外出|不在|休暇"
)
AUTOMATIC_SUBJECT = re.compile(
    r"\s{0,9}(?:\[[^\]\n]{1,60}\]\s{0,2})?[\[(【<«]{0,2}\s{0,2}(?:yahoo!? )?"
    rf"(?:{_AUTOMATIC})(?:[\])】>»:：,，、;.!。！\-–—\s(（\[]|$|(?<=[\u0e00-\u0e7f\u3000-\u9fff\uac00-\ud7a3]))"
    r"|[^\n]{0,300}[\[(（【]\s?(?:自动(?:回复|答复)|自動(?:回覆|回復|返信)|auto-?reply|automatic reply|자동 ?회신)\s?"
    r"[\])）】]\s{0,9}$",
    re.IGNORECASE,
)
ABSENCE_SUBJECT = re.compile(
    r"\s{0,9}[\[(【<«]{0,2}\s{0,2}(?:"
    rf"(?:{_OUT})\s{{0,2}}(?:[\])】>»:：;.!。！\-–—(（\[]|$|\d|"
    r"(?:re|from|until|till|to|today|through|bis|vom|du|jusqu|hasta|del|dal|fino|até|tot|van|til|do|od|до|с)\b)"
    rf"|(?:{_ALONE})\s{{0,2}}(?:[:：]|[\])】>»]?\s{{0,2}}$))",
    re.IGNORECASE,
)
# In the first lines of a mail that a machine sent: it tells of an absence and of nothing else.
VACATION_TEXT = re.compile(
    r"out of (?:the )?office|out-of-office|on (?:vacation|annual leave|holiday|leave) (?:until|till|from|and)|"
    r"(?:am|are|be|is) (?:currently )?(?:away|on (?:vacation|leave|holiday)|unavailable)|"
    r"limited access to (?:my )?e-?mail|"
    r"automatic(?:ally generated)? (?:reply|response)|auto-?reply|"
    r"nicht im (?:büro|haus)|bin (?:ich )?.{0,40}(?:abwesend|im urlaub)|außer haus|"
    r"absente? (?:du bureau|jusqu|du \d)|en congés?|fuera de (?:la )?oficina|de vacaciones|estaré ausente|"
    r"fuori (?:ufficio|sede)|in ferie|fora do escritório|de férias|afwezig|niet op kantoor|met vakantie|"
    r"semester|inte på kontoret|på ferie|ikke på kontoret|poza biurem|na urlopie|nieobecn|в отпуске|отсутствую|"
    r"вне офиса|"
    r"ofis d[ıi]şında|izindeyim|tatildeyim|"
    r"不在办公室|不在辦公室|正在休假|休假中|休假期间|外出|出差|自动回复|自動回覆|稍后(?:会|将|给)|尽快(?:给您)?回复|"
    r"不在にして|休暇|出張|自動返信|부재|휴가|출장|자동 ?(?:회신|응답)",
    re.IGNORECASE,
)

DAEMON = re.compile(
    r"(?:mailer[-_. ]?daemon|post[-_]?master|mail-?daemon|mail delivery (?:sub)?system|mdaemon|mail system|"
    r"internet mail delivery|系统退信|邮件系统|郵件系統)",
    re.IGNORECASE,
)
# The local part of an address whose mail nobody reads.
UNREAD = re.compile(
    r"\b(?:no|do-?not|not|non|ne-?pas)[-_.]?(?:reply|replies|respond|answer|repondre|responder|antworten)(?=[@+.\d_-])|"
    r"\b(?:noreply|donotreply|nepasrepondre|keineantwort|bounces?)(?=[@+])|[-_.](?:noreply|no-reply|donotreply)@",
    re.IGNORECASE,
)
# A sender's display name under which mail servers write from an ordinary address.
SYSTEM_NAME = re.compile(
    r"\W{0,3}(?:system|mail|e-?mail|exchange)\s?(?:administrator|admin)\b|administrateur système|"
    r"administrador del sistema|系统管理员|系統管理員|システム管理者",
    re.IGNORECASE,
)
# The local part of an address at which often a program sits, and sometimes a person.
ROBOT = re.compile(
    r"\b(?:robot|notifications?|notify|alerts?|autoresponder|auto-?reply|system|administrator|"
    r"(?:[\w.]{1,40}-)?admin|root)(?=@|\+)",
    re.IGNORECASE,
)
