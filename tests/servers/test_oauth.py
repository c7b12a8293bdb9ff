"""OAuth2: tokens are kept, renewed in time and rotated safely, and open a real Dovecot and an SMTP server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from mailbot.demo.people import Person, write
from mailbot.errors import ConfigError, ServerUnavailable, TryAgainLater
from mailbot.net import oauth
from mailbot.net.imap import ImapConnection
from mailbot.net.oauth import TokenSource, account_id
from mailbot.net.smtp import Outcome, SmtpConnection
from mailbot.settings.accounts import MailboxSettings, OAuthSettings, Security, SmtpSettings
from mailbot.store.tokenfile import TokenFile
from mailbot.store.vault import Vault, create_key_file, read_key_file
from tests.journeys.world import SUPPORT, World
from tests.servers.dovecot import PASSWORD, USERNAME, Dovecot
from tests.servers.processes import free_ports
from tests.servers.smtp import SmtpSink
from tests.servers.tokens import CLIENT_SECRET, TokenServer, token_server


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server(USERNAME) as made:
        yield made


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_key_file(tmp_path / "mailbot.key")
    return Vault(read_key_file(tmp_path / "mailbot.key"))


class Account:
    """An account whose clock is the test's."""

    def __init__(self, server: TokenServer, folder: Path, vault: Vault, **changes: object) -> None:
        self.settings = OAuthSettings.model_validate(server.settings(**changes))
        self.folder = folder
        self.vault = vault
        self.now = 1_000_000.0

    def source(self) -> TokenSource:
        """As a new process makes it."""
        file = TokenFile(self.folder, account_id(self.settings), self.vault)
        return TokenSource(self.settings, file, lambda: self.now)


@pytest.fixture
def account(server: TokenServer, tmp_path: Path, vault: Vault) -> Account:
    return Account(server, tmp_path / "var", vault)


def test_a_token_is_kept_sealed_and_renewed_before_it_runs_out(account: Account, server: TokenServer) -> None:
    assert [account.source()(False) for _ in range(3)] == ["access-1"] * 3
    (file,) = account.folder.glob("oauth-*.sealed")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"access-1" not in file.read_bytes()
    assert b"refresh-1" not in file.read_bytes()
    account.now += 3600 - 301
    assert account.source()(False) == "access-1"
    account.now += 2
    assert account.source()(False) == "access-2"
    assert [request["refresh_token"] for request in server.requests] == ["refresh-0", "refresh-1"]
    assert server.requests[0] == {
        "client_id": "mailbot-test",
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "scope": "mail",
    }


def test_a_refused_token_is_renewed_once_for_all_processes(account: Account, server: TokenServer) -> None:
    first, second = account.source(), account.source()
    assert first(False) == second(False) == "access-1"
    assert first(True) == "access-2"
    assert second(True) == "access-2"  # the other one has renewed it
    assert second(True) == "access-3"
    assert len(server.requests) == 3


def test_many_at_once_use_a_refresh_token_once(account: Account, server: TokenServer) -> None:
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(account.source()(False))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == ["access-1"] * 8
    assert len(server.requests) == 1


def test_a_refresh_token_is_not_spent_when_the_next_can_not_be_kept(account: Account, server: TokenServer) -> None:
    """Without room for the new one the old one isn't spent."""
    assert account.source()(False) == "access-1"
    account.now += 4000
    (file,) = account.folder.glob("oauth-*.sealed")
    draft = file.with_suffix(".tmp")
    draft.mkdir()  # nothing can be written there
    with pytest.raises(TryAgainLater, match="oauth"):
        account.source()(False)
    assert len(server.requests) == 1
    draft.rmdir()
    assert account.source()(False) == "access-2"


def test_other_credentials_never_use_old_tokens(
    account: Account, server: TokenServer, tmp_path: Path, vault: Vault
) -> None:
    assert account.source()(False) == "access-1"
    server.good_refresh.add("signed-in-again")
    renewed = Account(server, tmp_path / "var", vault, refresh_token="signed-in-again")
    assert renewed.source()(False) == "access-2"
    assert server.requests[-1]["refresh_token"] == "signed-in-again"


def test_client_credentials(server: TokenServer, tmp_path: Path, vault: Vault) -> None:
    account = Account(server, tmp_path, vault, refresh_token="", client_secret=CLIENT_SECRET)
    assert account.source()(False) == "access-1"
    account.now += 4000
    assert account.source()(False) == "access-2"
    assert {request["grant_type"] for request in server.requests} == {"client_credentials"}
    wrong = Account(server, tmp_path, vault, refresh_token="", client_secret="wrong")
    with pytest.raises(ConfigError, match=r"invalid_client, AADSTS7000215.*check oauth.client_id") as refusal:
        wrong.source()(False)
    assert "Kate" not in str(refusal.value)


def test_a_withdrawn_refresh_token_says_what_to_do(account: Account, server: TokenServer) -> None:
    server.good_refresh.clear()
    with pytest.raises(ConfigError, match=r"invalid_grant, AADSTS700082.*sign in again") as refusal:
        account.source()(False)
    assert "kate@mail.example" not in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (500, b"<html>", ServerUnavailable),
        (503, {"error": "temporarily_unavailable"}, ServerUnavailable),
        (429, {}, ServerUnavailable),
        (200, b"not json", ServerUnavailable),
        (200, {"access_token": 7}, ServerUnavailable),
        (200, {"access_token": "a\r\nb"}, ServerUnavailable),
        (200, {"access_token": ""}, ServerUnavailable),
        (200, [], ServerUnavailable),
        (400, {"error": "temporarily_unavailable"}, ServerUnavailable),
        (302, b"", ConfigError),
        (404, b"", ConfigError),
        (400, {"error": {"nested": 1}}, ConfigError),
        (400, {"error": "invalid_scope"}, ConfigError),
    ],
)
def test_answers_that_bring_no_token(
    account: Account, server: TokenServer, status: int, answer: object, expected: type[Exception]
) -> None:
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    server.refusals = [(status, raw)]
    with pytest.raises(expected):
        account.source()(False)
    assert account.source()(False) == "access-1"


def test_a_token_server_that_says_nothing(tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "_TIMEOUT", 0.5)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        silent_server = TokenServer(USERNAME)
        silent_server.port = silent.getsockname()[1]
        with pytest.raises(ServerUnavailable, match="can't be reached"):
            Account(silent_server, tmp_path, vault).source()(False)


def test_damaged_tokens_are_replaced(account: Account) -> None:
    assert account.source()(False) == "access-1"
    (file,) = account.folder.glob("oauth-*.sealed")
    file.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="invalid_grant"):  # the one of the settings was spent
        account.source()(False)


@pytest.mark.parametrize(
    ("expires", "said"),
    [("2026-03-01", "has run out"), ("2026-03-20", "10 days left"), ("2026-06-01", "")],
)
def test_the_end_of_a_secret_is_told_early(expires: str, said: str) -> None:
    values = {"token_url": "https://login.example/token", "client_id": "x", "client_secret": "y"}
    settings = OAuthSettings.model_validate({**values, "secret_expires_on": expires})
    warning = settings.warning(date(2026, 3, 10))
    assert said in warning
    assert bool(warning) == bool(said)


# -- real logins


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with token_server(USERNAME) as made:
        yield made


@pytest.fixture(scope="module")
def token_dovecot(tmp_path_factory: pytest.TempPathFactory, tokens: TokenServer) -> Iterator[Dovecot]:
    """A Dovecot that asks the token server about tokens."""
    if Dovecot.binary() is None:
        pytest.skip("Dovecot is not installed")
    url = f"http://127.0.0.1:{tokens.port}/introspect"
    with Dovecot.start(tmp_path_factory.mktemp("dovecot-oauth"), introspection=url) as server:
        yield server


def mailbox(dovecot: Dovecot, username: str = USERNAME) -> MailboxSettings:
    return MailboxSettings(
        host=dovecot.host,
        port=dovecot.port,
        security=Security.NONE,
        username=username,
        oauth=OAuthSettings.model_validate({"token_url": "http://127.0.0.1/", "client_id": "x", "client_secret": "y"}),
    )


def test_a_token_opens_a_real_mailbox(token_dovecot: Dovecot, tokens: TokenServer) -> None:
    tokens.good_access.add("good")
    with ImapConnection("support", mailbox(token_dovecot), lambda refused: "good") as connection:
        assert connection.select("INBOX") > 0
    asked: list[bool] = []

    def stale_then_good(refused: bool) -> str:
        asked.append(refused)
        return "good" if refused else "withdrawn"

    with ImapConnection("support", mailbox(token_dovecot), stale_then_good) as connection:
        assert connection.select("INBOX") > 0
    assert asked == [False, True]
    with pytest.raises(ConfigError, match="check the oauth settings"):
        ImapConnection("support", mailbox(token_dovecot), lambda refused: "bad")
    with pytest.raises(ConfigError, match="refuses the login"):  # somebody else's mailbox
        ImapConnection("support", mailbox(token_dovecot, "returns@tp.example"), lambda refused: "good")


def test_a_desk_that_logs_in_with_tokens_alone(
    tmp_path: Path, token_dovecot: Dovecot, tokens: TokenServer, smtp_sink: SmtpSink
) -> None:
    """From the settings to the answer, with a token that runs out in between; the password isn't used."""
    token_dovecot.wipe()
    world = World(folder=tmp_path / "desk", dovecot=token_dovecot, sink=smtp_sink)
    settings = world.settings_file.read_text(encoding="utf-8")
    assert PASSWORD in settings
    world.settings_file.write_text(settings.replace(f"password: {PASSWORD}", "password: ''"), encoding="utf-8")
    accounts = {"MAILBOT_MAILBOXES__SUPPORT__OAUTH__" + k.upper(): str(v) for k, v in tokens.settings().items()}
    secret = tmp_path / "refresh_token"
    secret.write_text(accounts.pop("MAILBOT_MAILBOXES__SUPPORT__OAUTH__REFRESH_TOKEN") + "\n")
    env = {**os.environ, **accounts, "MAILBOT_MAILBOXES__SUPPORT__OAUTH__REFRESH_TOKEN_FILE": str(secret)}
    person = Person(name="Kate", address="kate@mail.example")
    for number in (1, 2):
        world.arrive(write(person, SUPPORT, f"Question {number}", "How loud is it?", at=world.now))
        done = world.cli("poll", env=env)
        assert done.returncode == 0, done.stderr
        assert sum(mail.recipients == (person.address,) for mail in smtp_sink.mails) == number
        tokens.good_access.clear()  # the server forgets what it granted
    assert [request["refresh_token"] for request in tokens.requests] == ["refresh-0", "refresh-1"]
    assert world.cli("reconcile", env=env).returncode == 0
    tokens.good_refresh.clear()
    tokens.good_access.clear()
    done = world.cli("poll", env=env)
    assert done.returncode == 2
    assert "sign in again" in done.stderr
    health = world.cli("health", env=env)
    assert "sign in again" in health.stdout
    assert health.returncode == 1


class _Relay:
    """An SMTP server that takes XOAUTH2 and nothing else."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:
        words = base64.b64decode(arguments[1]).decode()
        self.said.append(words)
        if words == "user=support@tp.example\x01auth=Bearer good\x01\x01":
            return AuthResult(success=True)
        challenge = await server.challenge_auth('{"status":"401"}')
        assert challenge == b""
        return AuthResult(success=False, handled=False)


def test_a_token_opens_the_relay() -> None:
    handler = _Relay()
    port, _ = free_ports()
    controller = Controller(handler, hostname="127.0.0.1", port=port, auth_require_tls=False)
    controller.start()
    try:
        settings = SmtpSettings(host="127.0.0.1", port=port, security=Security.NONE, username="support@tp.example")

        async def send(token: str, second: str) -> Outcome:
            connection = SmtpConnection(settings, lambda refused: second if refused else token)
            try:
                raw = b"Subject: x\r\n\r\nhello\r\n"
                return (await connection.send("support@tp.example", "kate@mail.example", raw)).outcome
            finally:
                await connection.close()

        assert asyncio.run(send("good", "unused")) is Outcome.SENT
        assert asyncio.run(send("stale", "good")) is Outcome.SENT
        with pytest.raises(ConfigError, match="check the oauth settings"):
            asyncio.run(send("stale", "stale"))
        assert len(handler.said) == 5
    finally:
        controller.stop()
