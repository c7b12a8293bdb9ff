"""What a shop would write itself: answer every mail, keep its files, note it in a table. No matching, no state.

It is the measure for mailbot's speed, so it is written well: bulk fetching, one kept SMTP connection.
"""

from __future__ import annotations

import argparse
import csv
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from imap_tools import MailBoxUnencrypted, MailMessage

SUPPORT = "support@tp.example"
TEXT = "Dear customer,\n\nthank you for your mail. We have received it and will answer soon.\n\nYour TP team\n"


def reply_to(mail: MailMessage) -> EmailMessage:
    reply = EmailMessage()
    reply["From"], reply["To"] = SUPPORT, mail.from_
    reply["Subject"] = "Re: " + mail.subject
    reply["Message-ID"] = make_msgid(domain="tp.example")
    if message_id := mail.obj["Message-ID"]:
        reply["In-Reply-To"] = reply["References"] = str(message_id)
    reply.set_content(TEXT)
    return reply


def save_attachments(mail: MailMessage, directory: Path) -> int:
    for number, attachment in enumerate(mail.attachments):
        name = Path(attachment.filename).name or "unnamed"
        (directory / f"{mail.uid}-{number}-{name}").write_bytes(attachment.payload)
    return len(mail.attachments)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rival")
    parser.add_argument("--imap-port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    with (
        MailBoxUnencrypted("127.0.0.1", options.imap_port).login(SUPPORT, "secret") as mailbox,
        smtplib.SMTP("127.0.0.1", options.smtp_port) as smtp,
        (options.dir / "mails.csv").open("a", encoding="utf-8", newline="") as table,
    ):
        writer = csv.writer(table)
        for mail in mailbox.fetch(mark_seen=False, bulk=50):
            files = save_attachments(mail, options.dir)
            smtp.send_message(reply_to(mail))
            writer.writerow([mail.uid, mail.date.isoformat(), mail.from_, mail.subject, len(mail.text), files])


if __name__ == "__main__":
    main()
