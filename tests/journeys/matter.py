"""One customer's matter in a journey: mails go to and fro, each answers the newest one that they got."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2

from mailbot.demo.people import File, Person, body_text, header, reply, write
from tests.journeys.world import PHOTO, STAFF, SUPPORT, World

RECEIPT = File(filename="receipt.jpg", content_type="image/jpeg", data=PHOTO)


@dataclass
class Matter:
    """What is said between one customer and staff."""

    world: World
    customer: Person
    newest: dict[str, bytes] = field(default_factory=dict)  # address -> the last mail that they got

    def opens(self, subject: str, text: str, *files: File) -> dict[str, str]:
        """The customer's first mail; as all of these, returns what each reader got: subject, empty line, text."""
        return self._arrives(write(self.customer, SUPPORT, subject, text, at=self.world.now, files=files))

    def customer_says(self, text: str, *files: File) -> dict[str, str]:
        """The customer answers."""
        return self._answer(self.customer, text, files)

    def staff_say(self, text: str, by: Person = STAFF) -> dict[str, str]:
        """A member of the desk answers a notice."""
        return self._answer(by, text, ())

    def _answer(self, person: Person, text: str, files: Sequence[File]) -> dict[str, str]:
        return self._arrives(reply(person, self.newest[person.address], text, at=self.world.now, files=files))

    def _arrives(self, raw: bytes) -> dict[str, str]:
        said: dict[str, str] = {}
        for mail in self.world.exchange(raw):
            (to,) = mail.recipients
            assert to not in said, f"two mails at once to {to}"
            self.newest[to] = mail.raw
            said[to] = f"{header(mail.raw, 'Subject')}\n\n{body_text(mail.raw)}"
        return said

    def state(self, number: str = "R-100001") -> str:
        """Where the case stands, as the command line says."""
        return str(self.case(number)["state"])

    def case(self, number: str = "R-100001") -> Any:
        """`mailbot cases show --json`."""
        return self.world.json("cases", "show", number)

    def ticket_state(self) -> str:
        """Of the first ticket: open or closed."""
        return str(self.world.json("tickets", "show", "T-100001")["state"])  # type: ignore[index]

    def slip(self) -> str:
        """The text of the return slip in the customer's newest mail."""
        message = email.message_from_bytes(self.newest[self.customer.address], policy=email.policy.default)
        (pdf,) = [part for part in message.iter_attachments() if part.get_content_type() == "application/pdf"]
        with pypdfium2.PdfDocument(pdf.get_content()) as document:
            return "\n".join(page.get_textpage().get_text_bounded() for page in document)
