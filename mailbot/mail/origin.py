"""Who wrote a mail: a person, or which kind of machine (RFC 3834, 3464, 5965, 8098, 2369, 2919).

Only people are answered. The table of questions in `classify` is read from the top; the first that says yes decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.domain.message import Origin
from mailbot.mail.charset import decode_header
from mailbot.mail.structure import Part

DESK_HEADER = "x-mailbot-desk"  # every mail that we send bears it, in lower case here

_BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|(?:mail )?delivery (?:status )?(?:notification|failure|failed|problem|error|report|"
    r"has failed|incomplete)|"
    r"delivery status\b|returned (?:e?-?mail|to sender)|failure notice|failed delivery|"
    r"mail (?:delivery )?(?:failure|failed)|"
    r"mail system error|message (?:not delivered|could not be delivered|delayed)|could not deliver|delayed mail|"
    r"warning: (?:could not send|message)|nondeliverable|non[- ]remis|échec de (?:la )?remise|rebut|unzustellbar|"
    r"zustellung (?:fehlgeschlagen|nicht möglich)|nicht zustellbar|no se (?:pudo|puede|ha podido) entregar|"
    r"mancata consegna|não foi possível entregar|onbestelbaar|недоставлен|не доставлено|сообщение не|"
    r"系统退信|退信|投递失败|无法投递|未能送达|投递状态|退回的?邮件|郵件退回|無法傳遞|無法投遞|配信エラー|"
    r"メールエラー|配信不能|送信できません|반송|전송 실패",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(?:mailer-?daemon|postmaster|mail-?daemon|mail delivery (?:sub)?system|mdaemon)", re.IGNORECASE)
_BOUNCE_TEXT = re.compile(
    r"could not be delivered to|message that you sent could not be delivered|had permanent fatal errors|"
    r"(?:was|were|is) undeliverable|unable to deliver|unable to relay|did not reach the following recipient|"
    r"this is a permanent error|recipient(?:'s)? (?:address|mailbox).{0,40}(?:rejected|unknown|full)|"
    r"delivery (?:to the following recipients? )?(?:has )?failed|"
    r"notificationType[\\'\x22]{1,3}\s?:\s?[\\\x22]{1,3}Bounce|"
    r"无法发送到|无法投递|投递失败|被退回|退信原因|收件人.{0,20}不存在|配信できません|送信できません|"
    r"送信先のメールボックス|duplicated message-id in",
    re.IGNORECASE,
)
# Only at the beginning: "Re: … out of office" is a person's answer.
_VACATION_SUBJECT = re.compile(
    r"\s*(?:\[?(?:auto(?:matic|mated)?[- ]?(?:reply|response|antwort)|autoreply|auto[- ]?responder|auto|"
    r"out of (?:the )?office|ooo|"
    r"vacation(?: reply| notice| response)|(?:away|absence) (?:notice|message|from)|i am (?:out|away)|"
    r"on (?:vacation|annual leave|holiday)\b.{0,20}$|"
    r"automatische antwort|abwesenheit(?:snotiz|smeldung|sassistent)?|abwesend|ich bin (?:derzeit )?(?:nicht im|"
    r"außer)|urlaubs?(?:meldung|notiz)|"
    r"réponse automatique|absence du bureau|message d['’]absence|absent du bureau|en congés?|"
    r"respuesta autom[áa]tica|fuera de la oficina|ausente de la oficina|ausencia|"
    r"risposta automatica|fuori (?:ufficio|sede)|resposta autom[áa]tica|ausência|fora do escritório|"
    r"automatisch antwoord|afwezig(?:heid)?|"
    r"autosvar|automatiskt svar|frånvaro|automatisk svar|odpowiedź automatyczna|автоответ|автоматический ответ|"
    r"自动回复|自動回覆|自動回復|自动答复|自動答覆|自动应答|不在办公室|外出自动|休假(?:通知|自动)|"
    r"自動返信|自動応答|不在通知|不在のお知らせ|休暇中|자동 ?(?:회신|응답)|부재중)\]?(?:\s*[:：,，\]\-–]|\s|$|"
    r"(?<=[\u3000-\u9fff\uac00-\ud7a3])))",
    re.IGNORECASE,
)
_PRECEDENCE_LIST = frozenset({"list", "bulk", "junk"})
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_EMPTY_PATH = re.compile(r"\s*<\s*>\s*\Z")
_AUTO_HEADERS = frozenset(
    {"x-autoreply", "x-autorespond", "x-autoreply-from", "x-autoresponder", "x-auto-reply", "x-mail-autoreply"}
)
_LIST_HEADERS = frozenset(
    {"list-id", "list-post", "list-unsubscribe", "list-help", "mailing-list", "x-mailing-list", "x-mailman-version"}
)


def classify(root: Part, *, subject: str, text: str) -> Origin:
    """The origin of a mail by its head, its structure and its first lines. `subject` and `text` are decoded."""
    kinds = {part.content_type for part in leaves(root)}
    report = root.parameters.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    sender = " ".join((root.first("from"), root.first("sender")))
    daemon = _from_daemon(root, sender)
    auto = root.first("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    names = {name for name, _ in root.headers}

    if DESK_HEADER in names:
        return Origin.OWN
    if report == "feedback-report" or "message/feedback-report" in kinds:
        return Origin.COMPLAINT
    if report == "disposition-notification" or "message/disposition-notification" in kinds:
        return Origin.AUTO_REPLY
    if report == "delivery-status" or kinds & {"message/delivery-status", "message/global-delivery-status"}:
        return Origin.BOUNCE
    if "x-failed-recipients" in names:
        return Origin.BOUNCE
    if _is_bounce(root, kinds, subject, text[:20_000], daemon=daemon, machine=bool(auto) and auto != "no"):
        return Origin.BOUNCE
    if auto and auto != "no":
        return Origin.AUTO_REPLY
    precedence = root.first("precedence").strip().lower()
    if names & _AUTO_HEADERS or precedence in ("auto_reply", "auto-reply"):
        return Origin.AUTO_REPLY
    if _VACATION_SUBJECT.match(subject):
        return Origin.AUTO_REPLY
    if names & _LIST_HEADERS or precedence in _PRECEDENCE_LIST:
        return Origin.LIST
    if _SUPPRESSED.search(root.first("x-auto-response-suppress")):
        return Origin.AUTO_REPLY
    if daemon or _EMPTY_PATH.match(root.first("return-path") or "-"):
        return Origin.AUTO_REPLY
    return Origin.HUMAN


def leaves(part: Part) -> Iterator[Part]:
    """The leaves of a tree, in order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def _from_daemon(root: Part, sender: str) -> bool:
    """Does a mail system say that it wrote this? By From, Sender or the envelope sender."""
    path = root.first("return-path")
    address = decode_header(sender)[:500]
    local = re.search(r"[\w.+-]{1,64}(?=@|>|$)", address)
    name_says = _DAEMON.search(address.partition("@")[0]) is not None
    address_says = local is not None and _DAEMON.fullmatch(local[0]) is not None
    return name_says or address_says or _DAEMON.search(path[:200]) is not None


def _is_bounce(root: Part, kinds: set[str], subject: str, text: str, *, daemon: bool, machine: bool) -> bool:
    """A bounce without the report structure: qmail, Exim, Notes, QQ Mail, 163 and many others."""
    nobody = bool(_EMPTY_PATH.match(root.first("return-path") or "-")) or not root.first("from").strip(" <>")
    by_subject = _BOUNCE_SUBJECT.search(subject) is not None
    by_text = _BOUNCE_TEXT.search(text) is not None
    carried = bool(kinds & {"message/rfc822", "text/rfc822-headers"})
    if daemon:
        return by_subject or by_text or carried
    if by_subject:
        return nobody or by_text or (machine and carried)
    if by_text:
        # Without a subject that says so the text must come from a machine: a customer may quote a bounce.
        robot = re.search(r"\b(?:no-?reply|do-?not-?reply|admin|bounce)", root.first("from"), re.IGNORECASE) is not None
        return nobody or machine or robot
    return False
