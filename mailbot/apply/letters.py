"""From a `Write` effect to frozen mails in the outbox, one for each reader."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Sequence, Set
from dataclasses import replace
from zoneinfo import ZoneInfo

from mailbot.apply.caseview import case_view, refund_view
from mailbot.apply.exports import export_file, export_view
from mailbot.apply.occasion import Occasion
from mailbot.apply.scene import Scene, read_scene, staff_note
from mailbot.apply.slips import SLIP_LETTERS, slip_file
from mailbot.domain.confirmation import masked_address
from mailbot.domain.effects import AskOwner, Reader, Write
from mailbot.domain.facts import CaseFacts
from mailbot.domain.letters import (
    Brand,
    ConfirmView,
    Letter,
    MailView,
    Policy,
    TicketView,
)
from mailbot.domain.masking import mask_secrets
from mailbot.domain.message import Address, Attachment
from mailbot.domain.numbers import subject_tag, ticket_number
from mailbot.domain.orders import Order
from mailbot.domain.rights import withdrawal
from mailbot.domain.rules import RuleBook
from mailbot.domain.standing import TokenPurpose, Verdict
from mailbot.domain.waiting import Wait
from mailbot.errors import SafeguardTripped
from mailbot.mail.compose import OutgoingFile, compose
from mailbot.mail.letter_values import person_name
from mailbot.mail.render import Templates
from mailbot.mail.tokens import TokenMaker
from mailbot.settings import Settings
from mailbot.settings.model import BrandSettings, StaffMember
from mailbot.store import confirmations, instructions, orders, outbox, views
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault

_IN_THE_HOUSE = (Reader.STAFF, Reader.ACTING_STAFF, Reader.FINANCE)


def brand_of(brand: BrandSettings) -> Brand:
    """The sender as letters know it."""
    return Brand(
        name=brand.name,
        support_address=brand.support_address,
        phone=brand.phone,
        phone_hours=brand.phone_hours,
        chat_url=brand.chat_url,
        website=brand.website,
        return_address=brand.return_address,
        color=brand.color,
    )


class LetterWriter:
    """Renders, composes and freezes letters inside the deciding transaction (G2)."""

    def __init__(
        self,
        *,
        settings: Settings,
        book: RuleBook,
        templates: Templates,
        tokens: TokenMaker,
        vault: Vault,
        blobs: Blobs,
    ) -> None:
        self._settings = settings
        self._book = book
        self._policy = book.returns
        self._templates = templates
        self._tokens = tokens
        self._vault = vault
        self._blobs = blobs
        self._zone = ZoneInfo(settings.timezone)
        self._brand = brand_of(settings.brand)

    def for_show(self, blobs: Blobs) -> LetterWriter:
        """One that reads and keeps files in `blobs` instead."""
        other = copy.copy(self)
        other._blobs = blobs
        return other

    def write(self, letters: Sequence[tuple[Write, int | None]], ticket_id: int | None, occasion: Occasion) -> int:
        """Queue each letter, about the case with the id beside it, for each of its readers; returns how many mails.

        Only letters to finance, and to the staff member whose mail is in hand, can do without a ticket.
        """
        scene = read_scene(ticket_id)
        written = 0
        for effect, case_id in letters:
            if scene.ticket is None and effect.to not in (Reader.ACTING_STAFF, Reader.FINANCE):
                raise SafeguardTripped("a letter needs a ticket; the rule must open one or add to one before")
            readers = self._readers(effect, scene, occasion)
            for address in readers:
                self._queue(effect, scene, case_id, address, readers, occasion)
            written += len(readers)
        return written

    def _readers(self, effect: Write, scene: Scene, occasion: Occasion) -> list[Address]:
        ticket = scene.ticket
        if effect.asks is not None:
            return [Address(name="", email=effect.asks.address)]
        if effect.to is Reader.CUSTOMER:
            if ticket is None or not ticket.customer_email:
                return []
            customer = Address(name=person_name(ticket.customer_name), email=ticket.customer_email)
            # What staff write to the customer reaches those in copy; order data never does (G5).
            copies = views.in_copy(ticket.ticket_id) if effect.template == "staff_reply" else []
            return [customer, *(Address(name="", email=email) for email in copies)]
        if effect.to is Reader.FINANCE:
            return [Address(name="", email=self._settings.refunds.export_to)]
        if effect.to is Reader.ACTING_STAFF:
            acting = self._settings.is_staff(occasion.sender)
            return [Address(name=acting.name, email=acting.address)] if acting is not None else []
        # Nothing may stay unread: where the settings leave nobody else, even those get it that it is about (P23).
        kept = scene.kept_from
        told = self._told(kept | set(effect.not_to)) or self._told(kept) or self._told(frozenset())
        return [Address(name=one.name, email=one.address) for one in told]

    def _told(self, not_to: Set[str]) -> list[StaffMember]:
        """The members that a notice isn't kept from; where nobody is left, whom the settings name for that."""
        staff = self._settings.staff
        members = [member for member in staff.members if member.address.lower() not in not_to]
        if not members and staff.complaints_to and staff.complaints_to.lower() not in not_to:
            return [self._settings.deputy()]
        return members

    def _queue(
        self,
        effect: Write,
        scene: Scene,
        case_id: int | None,
        reader: Address,
        readers: Sequence[Address],
        occasion: Occasion,
    ) -> None:
        settings, ticket = self._settings, scene.ticket
        for_staff = effect.to in _IN_THE_HOUSE
        language = settings.staff.language if for_staff or ticket is None else ticket.language
        if effect.asks is not None:
            language = effect.asks.language
        harmless, withheld = _files(effect, scene, occasion)
        files = self._enclosures(effect, harmless)
        mail = _mail(occasion, harmless, withheld, enclosed=bool(files)) if for_staff else None
        letter = self._letter(effect, scene, case_id, reader, language, occasion, mail)
        exported = instructions.export(effect.export_id) if effect.to is Reader.FINANCE else None
        if exported is not None:
            letter = replace(letter, export=export_view(exported))
        rendered = self._templates.render(effect.template, language, letter)
        enclosed = [OutgoingFile(filename=f.filename, content_type=f.content_type, data=data) for f, data in files]
        if effect.template in SLIP_LETTERS and (approved := scene.case(case_id)) is not None:
            enclosed.append(slip_file(letter, approved, self._templates.slip_words(rendered.language)))
        if exported is not None:
            enclosed.append(export_file(exported, self._blobs))
        customer = ticket.customer_email if ticket is not None and effect.to is Reader.CUSTOMER else ""
        thread = self._thread(ticket, reader, customer, occasion)
        token = ""
        if ticket is not None:
            purpose = TokenPurpose.STAFF if for_staff else TokenPurpose.CUSTOMER
            purpose = TokenPurpose.CONFIRM if effect.asks is not None else purpose
            token = self._tokens.make(purpose, ticket.ticket_id, reader.email)
        message_id = f"<{token or 'desk'}.{secrets.token_hex(10)}@{settings.mail_domain}>"
        counted = effect.template == "staff_notice"
        raw = compose(
            rendered=rendered,
            # The owner of an order isn't part of the ticket that quotes it.
            tag=subject_tag(ticket.ticket_id) if ticket and effect.asks is None else "",
            from_name=settings.brand.name,
            from_address=settings.brand.support_address,
            # Each gets a mail of their own, for its reply address is signed for them; the header tells who else does.
            to=reader if for_staff else readers[0],
            cc=() if for_staff else readers[1:],
            reply_to=self._reply_to(token),
            message_id=message_id,
            date=occasion.now.astimezone(self._zone),
            in_reply_to=thread[-1] if thread else None,
            references=thread,
            auto_submitted=_auto_submitted(effect, occasion),
            desk_id=settings.mail_domain,
            attachments=enclosed,
        )
        outbox.queue(
            self._vault,
            self._blobs,
            ticket_id=ticket.ticket_id if ticket else None,
            case_id=case_id,
            template=effect.template,
            reader="staff" if for_staff else "customer",
            sender=settings.brand.support_address,
            sender_name=effect.agent or settings.brand.name,
            recipient=reader.email,
            message_id=message_id,
            subject=rendered.subject,
            text=rendered.text,
            raw=raw,
            automatic=effect.automatic,
            verified=occasion.standing == Verdict.VERIFIED,
            subject_key=occasion.subject_key if effect.automatic or counted else "",
            sender_key=occasion.sender_key if counted else "",
            enclosed=[file for file, _ in files],
            now=occasion.now,
        )

    def _reply_to(self, token: str) -> str:
        if not token or not self._settings.reply_address:
            return self._settings.brand.support_address
        return self._settings.reply_address.replace("{token}", token)

    def _thread(self, ticket: views.TicketRow | None, reader: Address, customer: str, occasion: Occasion) -> list[str]:
        """Message-IDs of the conversation with one reader, oldest first."""
        if ticket is not None:
            return views.thread_of(ticket.ticket_id, reader.email.lower(), customer=customer)
        return [occasion.mail.message_id] if occasion.mail and occasion.mail.message_id else []

    def _enclosures(self, effect: Write, files: Sequence[Attachment]) -> list[tuple[Attachment, bytes]]:
        """The files that a notice carries; none where they are too large together."""
        if not effect.enclose or sum(file.size for file in files) > self._settings.staff.enclose_bytes:
            return []
        return [(f, self._blobs.get(f.sha256)) for f in files]

    def _letter(
        self,
        effect: Write,
        scene: Scene,
        case_id: int | None,
        reader: Address,
        language: str,
        occasion: Occasion,
        mail: MailView | None,
    ) -> Letter:
        for_staff = effect.to in _IN_THE_HOUSE
        in_hand = _case_in_hand(effect, scene, case_id)
        most_bytes = self._settings.limits.message_bytes
        order = self._order(effect, scene, in_hand, reader, occasion)
        case = in_hand or scene.case_shown(order)
        return Letter(
            brand=self._brand_for(order),
            policy=Policy(
                return_window_days=self._policy.window_days,
                refund_days_min=self._policy.refund_days_min,
                refund_days_max=self._policy.refund_days_max,
                mail_megabytes=max(1, most_bytes // 1_000_000),
                files_megabytes=max(1, most_bytes * 7 // 10_000_000),
                exchange_days_max=self._policy.waiting.exchange_days,
                form_days=self._policy.waiting.rule(Wait.FORM).expire,
                parcel_days=self._policy.waiting.rule(Wait.PARCEL).expire,
            ),
            today=occasion.today,
            now=occasion.now.astimezone(self._zone),
            ticket=_ticket(scene.ticket if effect.asks is None else None, occasion),
            order=order,
            shipping=self._book.shipping.words(order.shipping_status, language) if order else "",
            case=case_view(
                case,
                scene.proofs,
                self._book,
                language,
                occasion.today,
                has_slip=effect.template in SLIP_LETTERS,
                for_staff=for_staff,
            )
            if case and order
            else None,
            refund=refund_view(in_hand, case, order),
            mail=mail,
            note=staff_note(effect, scene, case) if for_staff else None,
            confirm=_confirm(effect.asks, scene, self._zone) if effect.asks is not None else None,
            withdrawal=withdrawal(order, self._book) if order else None,
            warranty=effect.warranty,
            choices=self._choices(effect, reader),
            message=effect.message,
            agent=effect.agent,
        )

    def _brand_for(self, order: Order | None) -> Brand:
        """The sender, with the return address for the country of the order."""
        address = self._book.return_addresses.get(order.country) if order is not None else None
        return replace(self._brand, return_address=address) if address else self._brand

    def _order(
        self, effect: Write, scene: Scene, in_hand: CaseFacts | None, reader: Address, occasion: Occasion
    ) -> Order | None:
        """The order that the letter may speak of: a customer gets only their own, or what its owner granted (G5).

        It is that of the case in hand, else the one that the mail was matched to. Staff otherwise see the ticket's
        current order, which may be somebody else's.
        """
        if not effect.with_order:
            return None
        order = in_hand.order if in_hand else occasion.order
        if effect.about and in_hand is None:
            order = orders.get(effect.about)
        if order is None and effect.to is not Reader.CUSTOMER and scene.ticket and scene.ticket.order_number:
            shown = [case for case in scene.cases if case.order.number == scene.ticket.order_number]
            order = shown[0].order if shown else orders.get(scene.ticket.order_number)
        if order is not None and effect.to is Reader.CUSTOMER and not _may_learn_of(order, reader):
            raise SafeguardTripped(f"order {order.number} isn't this reader's; no letter was written")
        return order

    def _choices(self, effect: Write, reader: Address) -> tuple[Order, ...]:
        """Orders to choose from, in the sequence of the effect: the reader's own and no other (G5)."""
        found = orders.by_numbers(effect.choices)
        foreign = [order.number for order in found.values() if not _may_learn_of(order, reader)]
        if foreign:
            raise SafeguardTripped(f"order {foreign[0]} isn't this reader's; no letter was written")
        return tuple(found[number] for number in effect.choices if number in found)


def _case_in_hand(effect: Write, scene: Scene, case_id: int | None) -> CaseFacts | None:
    """The case that effects spoke of before the letter, unless the letter is about another order."""
    case = scene.case(case_id)
    return case if case is not None and effect.about in ("", case.order.number) else None


def _may_learn_of(order: Order, reader: Address) -> bool:
    email = reader.email.lower()
    return order.buyer_email == email or order.number in confirmations.granted(email, [order.number])


def _confirm(asks: AskOwner, scene: Scene, zone: ZoneInfo) -> ConfirmView:
    customer = scene.ticket.customer_email if scene.ticket else ""
    return ConfirmView(
        order_number=asks.order_number,
        asked_for=masked_address(customer),
        until=asks.expires_at.astimezone(zone).date(),
    )


def _ticket(ticket: views.TicketRow | None, occasion: Occasion) -> TicketView:
    if ticket is None:
        return TicketView(number="", subject=occasion.bare_subject, customer_name="", customer_email="")
    return TicketView(
        number=ticket_number(ticket.ticket_id),
        subject=ticket.subject,
        customer_name=ticket.customer_name,
        customer_email=ticket.customer_email,
    )


def _auto_submitted(effect: Write, occasion: Occasion) -> str:
    """RFC 3834: a machine's answer to a mail, a machine's notice, or a person's words."""
    if effect.template == "staff_reply":
        return "no"
    answers = effect.automatic and effect.to is Reader.CUSTOMER and occasion.mail is not None
    return "auto-replied" if answers else "auto-generated"


def _files(effect: Write, scene: Scene, occasion: Occasion) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """The mail's files, or all of the ticket where a decision is asked for: harmless ones, and those kept back."""
    files: Sequence[Attachment] = occasion.mail.attachments if occasion.mail else ()
    if effect.enclose and effect.headline == "decision_wanted":
        files = scene.files or files
    return tuple(f for f in files if not f.is_harmful), tuple(f for f in files if f.is_harmful)


def _mail(
    occasion: Occasion, harmless: tuple[Attachment, ...], withheld: tuple[Attachment, ...], *, enclosed: bool
) -> MailView | None:
    mail = occasion.mail
    if mail is None:
        return None
    others = [address.email for address in mail.reply_to if address.email.lower() != occasion.sender]
    return MailView(
        sender_name=mail.sender.name if mail.sender else "",
        sender_email=mail.sender.email if mail.sender else "",
        reply_to=", ".join(others),
        subject=mask_secrets(mail.subject),
        text=mask_secrets(mail.reply_text or mail.text),
        standing=occasion.standing,
        origin=mail.origin.value,
        attachments=harmless,
        attachments_enclosed=enclosed,
        withheld=withheld,
        warnings=mail.warnings,
    )
