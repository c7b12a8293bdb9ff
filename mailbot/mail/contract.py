"""The JSON object of `mailbot parse`: scripts depend on these names; add to them, never rename."""

from __future__ import annotations

from mailbot.domain.message import Address
from mailbot.mail.parse import ParsedMail


def parse_line(path: str, parsed: ParsedMail) -> dict[str, object]:
    """What `mailbot parse` prints for one file; `path` as the caller gave it."""
    mail = parsed.mail
    return {
        "path": path,
        "message_id": mail.message_id,
        "date": mail.date.isoformat() if mail.date is not None else None,
        "from": _mailbox(mail.sender) if mail.sender is not None else None,
        "reply_to": [_mailbox(address) for address in mail.reply_to],
        "to": [_mailbox(address) for address in mail.to],
        "cc": [_mailbox(address) for address in mail.cc],
        "subject": mail.subject,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "language": mail.language,
        "origin": mail.origin.value,
        "failed_recipients": list(mail.failed_recipients),
        "attachments": [
            {
                "filename": item.filename,
                "content_type": item.content_type,
                "size": item.size,
                "sha256": item.sha256,
                "inline": item.inline,
            }
            for item in mail.attachments
        ],
        "warnings": list(mail.warnings),
    }


def _mailbox(address: Address) -> dict[str, str]:
    return {"name": address.name, "email": address.email}
