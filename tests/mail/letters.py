"""The templates that ship, and what a reader gets from a letter."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from mailbot.domain.letters import Letter
from mailbot.mail.render import Rendered, Templates
from mailbot.mail.sample_letters import sample_letter

DIRECTORY = Path(__file__).parents[2] / "templates"
TEMPLATES = Templates.load(DIRECTORY)
LANGUAGES = ("de", "en", "es", "fr", "ja", "zh-Hans", "zh-Hant")
STAFF_LANGUAGES = ("en", "zh-Hans")
STAFF = (
    "staff_notice",
    "staff_command_refused",
    "staff_order_noted",
    "staff_delivery_failed",
    "staff_refund_overdue",
    "staff_refund_export",
    "staff_task",
)
CUSTOMER = tuple(name for name in TEMPLATES.names() if name not in STAFF)
EVERY = [(name, language) for name in TEMPLATES.names() for language in TEMPLATES.languages_of(name)]


class Page(HTMLParser):
    """What a reader gets from an HTML part: words, tags and the addresses that links and images lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "background", "action")]

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def render(name: str, language: str = "en", letter: Letter | None = None) -> Rendered:
    return TEMPLATES.render(name, language, letter or sample_letter(language))


def copy_layout(folder: Path) -> Path:
    """A directory of templates with the layout that ships and nothing else."""
    (folder / "en").mkdir()
    (folder / "_layout.html.j2").write_text((DIRECTORY / "_layout.html.j2").read_text("utf-8"), "utf-8")
    return folder
