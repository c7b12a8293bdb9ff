"""Mails that are made to cost much, in the process that reads mail, within its deadline and its memory (G9)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from mailbot.domain.message import IncomingMail
from mailbot.reader import Bench, Reader
from mailbot.store.blobs import Blobs
from mailbot.store.vault import Vault, create_key_file, read_key_file
from tests.mail.bombs import BOMBS

SECONDS = 60  # for one mail, as the settings have it; the costliest needs three on a machine at rest
MEMORY = 1_000_000_000


@pytest.mark.timeout(900)
def test_no_mail_defeats_the_reading_process(tmp_path: Path) -> None:
    create_key_file(tmp_path / "mailbot.key")
    blobs = Blobs(tmp_path / "blobs", Vault(read_key_file(tmp_path / "mailbot.key")))
    bench = Bench(key_file=tmp_path / "mailbot.key", blobs=tmp_path / "blobs", seconds=SECONDS, memory=MEMORY)
    defeated = {}
    with closing(Reader(bench)) as reader:
        for name, build in BOMBS.items():
            (reading,) = reader.read(blobs.put_all([build()]))
            if not isinstance(reading, IncomingMail):
                defeated[name] = str(reading)
            elif any("could not be read (" in warning for warning in reading.warnings):
                defeated[name] = reading.warnings[0]
    assert defeated == {}
