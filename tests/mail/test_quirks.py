"""Each quirk of real mail is a file: `quirks/name.eml` beside the values that it must give (`name.yaml`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mailbot.mail.contract import parse_line
from mailbot.mail.parse import parse_mail

QUIRKS = sorted(Path(__file__).parent.joinpath("quirks").glob("*.eml"))


def test_every_quirk_has_its_values() -> None:
    assert len(QUIRKS) >= 60
    assert [path.name for path in QUIRKS if not path.with_suffix(".yaml").exists()] == []


@pytest.mark.parametrize("path", QUIRKS, ids=lambda path: path.stem)
def test_quirk(path: Path) -> None:
    expected = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    parsed = parse_mail(path.read_bytes())
    assert parsed == parse_mail(path.read_bytes())
    line = parse_line(str(path), parsed)
    line |= {
        "in_reply_to": list(parsed.mail.in_reply_to),
        "references": list(parsed.mail.references),
        "quoted_message_ids": list(parsed.mail.quoted_message_ids),
    }
    if "warnings_contain" in expected:
        wanted = expected.pop("warnings_contain")
        assert any(wanted in warning for warning in parsed.mail.warnings), parsed.mail.warnings
    if "not_in_text" in expected:
        assert expected.pop("not_in_text") not in parsed.mail.text
    if "text" in expected:
        line["text"] = parsed.mail.text.strip()
    files = expected.pop("attachments", None)
    assert files is None or len(files) == len(parsed.mail.attachments)
    for wanted, attachment in zip(files or (), parsed.mail.attachments, strict=False):
        assert attachment.size == len(parsed.contents[attachment.sha256])
        for key, value in wanted.items():
            if key == "filename_like":
                assert re.fullmatch(value, attachment.filename), attachment.filename
            else:
                found = getattr(attachment, key)
                assert (list(found) if isinstance(found, tuple) else found) == value
    assert {key: line[key] for key in expected} == expected
