"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.readers import close_readers
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink

# One tree has one verdict there, the same twice; elsewhere new examples are tried every time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("MAILBOT_REQUIRE_SERVERS") == "1":
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def dovecot_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """One Dovecot for the whole run; tests take `dovecot`, which is empty."""
    if Dovecot.binary() is None:
        if os.environ.get("MAILBOT_REQUIRE_SERVERS") == "1":
            pytest.fail("Dovecot is not installed, and MAILBOT_REQUIRE_SERVERS=1 forbids to skip its tests")
        pytest.skip("Dovecot is not installed")
    with Dovecot.start(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Dovecot:
    """A running Dovecot without any mail; sessions of earlier tests are ended."""
    dovecot_server.wipe()
    return dovecot_server


@pytest.fixture(autouse=True)
def _no_reader_outlives_its_test() -> Iterator[None]:
    yield
    close_readers()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A running SMTP sink without AUTH and TLS, new for each test; its hook must not have failed."""
    with SmtpSink.start() as sink:
        yield sink
    assert sink.hook_errors == []
