"""The shop of the labelled set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailbot.wiring import Desk
from tests.matching.trial import shop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with all orders of the set; nothing that a trial does stays."""
    with shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened
