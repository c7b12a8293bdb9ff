"""The return slip, a PDF: `write_slip` writes one, `read_words` reads what it says in a language."""

from mailbot.mail.slip.page import write_slip
from mailbot.mail.slip.words import SlipWords, read_words

__all__ = ["SlipWords", "read_words", "write_slip"]
