"""outbox -> SMTP, row by row: claimed, sent, and the outcome written down (G10)."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.apply import Applier, Occasion
from mailbot.domain.bounces import MONEY_TEMPLATES, BounceLimits, after_bounce
from mailbot.domain.delivery import NextStep, after_delay, after_doubt, after_refusal, is_careful
from mailbot.domain.effects import Reader, UseTicket, Write
from mailbot.domain.message import Action, DeliveryReport
from mailbot.domain.remarks import Remark
from mailbot.errors import BadItem, ConfigError, MailbotError, TryAgainLater
from mailbot.logins import LoginTokens
from mailbot.mail.compose import ascii_address
from mailbot.net.imap import ImapConnection
from mailbot.net.smtp import Delivery, Outcome, SmtpConnection
from mailbot.settings import Settings
from mailbot.settings.accounts import MailboxSettings
from mailbot.store import addresses, desk, outbox
from mailbot.store.blobs import Blobs
from mailbot.store.database import transaction
from mailbot.store.vault import Vault

log = logging.getLogger(__name__)

# A kill sends again what was sent and not yet written down; each commit costs a write to the disk.
_WRITTEN_DOWN_TOGETHER = 10
_LOOK_AGAIN = 0.3  # seconds
_NO_SUCH_ADDRESS = re.compile(r"(?<![\d.])5\.1\.(?:1|2|3|6|10)(?![\d.]*\d)")  # RFC 3463, 3.2


@dataclass(kw_only=True)
class DeliveryResult:
    """What one pass did; counted up as it goes."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    held: int = 0  # not sent, because nothing arrives at the address; staff know of it
    uncertain: int = 0
    troubles: list[MailbotError] = field(default_factory=list)  # relay or sent folder out of reach, or misconfigured
    relay_is_down: bool = False  # nothing more can be sent in this pass

    def add(self, other: DeliveryResult) -> None:
        """Count another one's in; its troubles are the caller's."""
        self.sent += other.sent
        self.later += other.later
        self.dead += other.dead
        self.uncertain += other.uncertain


@dataclass(kw_only=True)
class Deliverer:
    """Sends what is due. One at a time per database: the caller holds the delivery lock."""

    settings: Settings
    applier: Applier
    vault: Vault
    blobs: Blobs
    tokens: LoginTokens | None = None  # for accounts that log in by OAuth2
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def run(
        self,
        result: DeliveryResult,
        stop: Callable[[], bool] = lambda: False,
        more_to_come: Callable[[], bool] = lambda: False,
    ) -> None:
        """Send all due mails, counting into `result`, and wait for others while there are `more_to_come`.

        Trouble with the relay ends it and leaves the rest queued. The caller holds the delivery lock.
        """
        self._recover()
        self._clear_doubts(result)
        asyncio.run(self._send_due(result, stop, more_to_come))

    def _recover(self) -> None:
        """Pick up after a kill: claimed mails are due again, those on the wire are in doubt."""
        for mail in outbox.recover():
            self._write_down(mail, self._doubt(mail), "interrupted while the mail was on its way")

    def _clear_doubts(self, result: DeliveryResult) -> None:
        """Look for mails in doubt in the folder where the provider files what was sent."""
        now = self.clock()
        doubtful = [m for m in outbox.in_state("uncertain") if m.next_try_at is not None and m.next_try_at <= now]
        name, mailbox = self._sent_mailbox()
        if not doubtful or mailbox is None:
            return
        try:
            with ImapConnection(name, mailbox, self.tokens.mailbox(name) if self.tokens else None) as connection:
                connection.select(mailbox.sent_folder, readonly=True)
                for mail in doubtful:
                    if connection.find_message_id(mail.message_id):
                        outbox.mark_sent([mail.outbox_id], now)
                        result.sent += 1
                    else:
                        outbox.requeue(mail.outbox_id, now)
        except MailbotError as error:
            result.troubles.append(error)  # the doubt stays, everything else goes out

    def _sent_mailbox(self) -> tuple[str, MailboxSettings | None]:
        for name, mailbox in self.settings.mailboxes.items():
            if mailbox.sent_folder:
                return name, mailbox
        return "", None

    async def _send_due(
        self, result: DeliveryResult, stop: Callable[[], bool], more_to_come: Callable[[], bool]
    ) -> None:
        worker = f"{os.uname().nodename}:{os.getpid()}"
        token = self.tokens.relay() if self.tokens else None
        connections = [SmtpConnection(self.settings.smtp, token) for _ in range(self.settings.smtp.connections)]
        try:
            while not stop() and not result.relay_is_down:
                last_look = not more_to_come()
                mails = outbox.claim(worker, self.clock(), self.settings.delivery.batch)
                mails = self._hold_back(mails, result)
                if mails:
                    await self._send_batch(connections, mails, result, stop)
                elif last_look:
                    return
                else:
                    await asyncio.sleep(_LOOK_AGAIN)
        finally:
            await asyncio.gather(*(connection.close() for connection in connections))

    def _hold_back(self, mails: list[outbox.OutgoingMail], result: DeliveryResult) -> list[outbox.OutgoingMail]:
        """The mails that may go out: to an address at which nothing arrives only a person's own words do.

        A bounce that anybody could have written holds automatic answers back, not what staff decided or what tells of
        money.
        """
        bound = [mail for mail in mails if mail.reader == "customer" and mail.template != "staff_reply"]
        hard = addresses.hard_among(mail.recipient for mail in bound)
        going = []
        for mail in mails:
            state = hard.get(mail.recipient.lower()) if mail in bound else None
            if state is None or not (state.proven or (mail.automatic and mail.template not in MONEY_TEMPLATES)):
                going.append(mail)
                continue
            # Of the address staff were told by its bounce; that a decision of theirs stays unsaid is news.
            step = NextStep(state="dead", next_try_at=None, tell_staff=not mail.automatic)
            detail = f"{outbox.HELD}nothing arrives at this address ({state.status or 'no status'}: {state.reason})"
            self._write_down(mail, step, detail)
            log.info("outgoing mail %d: held back", mail.outbox_id)
            result.held += 1
        return going

    async def _send_batch(
        self,
        connections: list[SmtpConnection],
        mails: list[outbox.OutgoingMail],
        result: DeliveryResult,
        stop: Callable[[], bool],
    ) -> None:
        waiting = list(reversed(mails))
        sent: list[int] = []

        async def worker(connection: SmtpConnection) -> None:
            while waiting and not result.relay_is_down and not stop():
                mail = waiting.pop()
                try:
                    delivery = await self._send(connection, mail)
                except BadItem as error:
                    delivery = Delivery(outcome=Outcome.REFUSED, detail=str(error))
                except (TryAgainLater, ConfigError) as error:
                    waiting.append(mail)
                    if not result.relay_is_down:
                        result.troubles.append(error)
                    result.relay_is_down = True
                    return
                if delivery.outcome is Outcome.SENT:
                    result.sent += 1
                    sent.append(mail.outbox_id)
                    if len(sent) >= _WRITTEN_DOWN_TOGETHER or is_careful(mail.template):
                        outbox.mark_sent(sent, self.clock())
                        sent.clear()
                else:
                    self._failed(mail, delivery, result)

        # All of them come to an end before anything is raised: a mail on the wire must be written down.
        ends = await asyncio.gather(*(worker(connection) for connection in connections), return_exceptions=True)
        outbox.mark_sent(sent, self.clock())
        outbox.release([mail.outbox_id for mail in waiting])
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _send(self, connection: SmtpConnection, mail: outbox.OutgoingMail) -> Delivery:
        raw = outbox.raw_bytes(self.vault, self.blobs, mail.outbox_id)
        before_data = None
        if is_careful(mail.template):

            def before_data() -> None:
                outbox.mark_transmitting(mail.outbox_id)

        return await connection.send(
            self.settings.brand.support_address, ascii_address(mail.recipient), raw, before_data
        )

    def _failed(self, mail: outbox.OutgoingMail, delivery: Delivery, result: DeliveryResult) -> None:
        if delivery.outcome is Outcome.REFUSED:
            step = after_refusal(to_customer=mail.reader == "customer")
            self._flag(mail, delivery.detail)
        elif delivery.outcome is Outcome.UNCERTAIN:
            step = self._doubt(mail)
        else:
            step = after_delay(
                attempts=mail.attempts,
                retry_minutes=self.settings.delivery.retry_minutes,
                now=self.clock(),
                to_customer=mail.reader == "customer",
            )
        counter = {"dead": "dead", "uncertain": "uncertain"}.get(step.state, "later")
        setattr(result, counter, getattr(result, counter) + 1)
        log.warning("outgoing mail %d: %s, now %s", mail.outbox_id, delivery.outcome.value, step.state)
        self._write_down(mail, step, delivery.detail)

    def _flag(self, mail: outbox.OutgoingMail, detail: str) -> None:
        """A relay that knows that there is no such address says what a bounce would say; staff are told as ever."""
        status = _NO_SUCH_ADDRESS.search(detail)
        if status is None or mail.reader != "customer":
            return
        limits, now = self.settings.limits, self.clock()
        report = DeliveryReport(address=mail.recipient, action=Action.FAILED, status=status[0], reason=detail[:300])
        within = BounceLimits(soft_bounces=limits.soft_bounces, within=timedelta(days=limits.soft_bounce_days))
        with transaction():
            state = after_bounce(addresses.get(mail.recipient), report, mail.recipient, now, within, proven=True)
            if state is not None:
                addresses.put(state)

    def _doubt(self, mail: outbox.OutgoingMail) -> NextStep:
        _, mailbox = self._sent_mailbox()
        return after_doubt(
            template=mail.template,
            attempts=mail.attempts,
            retry_minutes=self.settings.delivery.retry_minutes,
            now=self.clock(),
            to_customer=mail.reader == "customer",
            sent_folder_wait=mailbox.sent_folder_wait if mailbox else None,
        )

    def _write_down(self, mail: outbox.OutgoingMail, step: NextStep, detail: str) -> None:
        """The outcome and, where staff must know, the notice to them, in one transaction.

        A notice that can't be written (its template is broken) must not hide the outcome: it becomes an incident.
        """
        try:
            self._write_outcome(mail, step, detail)
        except ConfigError as error:
            log.error("%s", error)
            with transaction():
                outbox.mark_failed(mail.outbox_id, step.state, detail, step.next_try_at)
                about = f"outgoing mail {mail.outbox_id} is {step.state}; the notice to staff could not be written"
                desk.record_incident("notice_failed", mail.ticket_id, about, self.clock())

    def _write_outcome(self, mail: outbox.OutgoingMail, step: NextStep, detail: str) -> None:
        now = self.clock()
        with transaction():
            outbox.mark_failed(mail.outbox_id, step.state, detail, step.next_try_at)
            if mail.reader == "staff" and step.state == "dead":
                desk.record_incident("dead_notice", mail.ticket_id, f"outgoing mail {mail.outbox_id}", now)
            if step.tell_staff and mail.ticket_id is not None:
                notice = Write(
                    template="staff_delivery_failed",
                    to=Reader.STAFF,
                    automatic=False,
                    remarks=(
                        Remark(
                            "{template} to {address}: {detail}",
                            template=mail.template,
                            address=mail.recipient,
                            detail=detail,
                        ),
                        Remark(
                            "to send it again, somebody runs: mailbot outbox retry {number}", number=str(mail.outbox_id)
                        ),
                    ),
                )
                occasion = Occasion(
                    now=now, today=now.astimezone(ZoneInfo(self.settings.timezone)).date(), received_at=now
                )
                self.applier.apply((UseTicket(ticket_id=mail.ticket_id), notice), occasion)
