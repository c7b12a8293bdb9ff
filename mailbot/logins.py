"""Who logs in with tokens, and where the tokens come from: one source for each account of the settings."""

from __future__ import annotations

from mailbot.net.imap import AccessToken
from mailbot.net.oauth import TokenSource, account_id
from mailbot.settings import Settings
from mailbot.settings.accounts import OAuthSettings
from mailbot.store.tokenfile import TokenFile
from mailbot.store.vault import Vault, read_key_file


class LoginTokens:
    """Access tokens of mailboxes and relay; None where a password is used."""

    def __init__(self, settings: Settings, vault: Vault | None = None) -> None:
        """Without a vault the key file is read once it is needed."""
        self._settings = settings
        self._vault = vault
        self._sources: dict[str, TokenSource] = {}

    def mailbox(self, name: str) -> AccessToken | None:
        """For the login to a mailbox. Raises ConfigError for the key file."""
        return self._source(self._settings.mailboxes[name].oauth)

    def relay(self) -> AccessToken | None:
        """For the login to the relay. Raises ConfigError for the key file."""
        return self._source(self._settings.smtp.oauth)

    def _source(self, oauth: OAuthSettings) -> TokenSource | None:
        if not oauth.is_used:
            return None
        name = account_id(oauth)
        if name not in self._sources:
            if self._vault is None:
                self._vault = Vault(read_key_file(self._settings.key_file))
            self._sources[name] = TokenSource(oauth, TokenFile(self._settings.data, name, self._vault))
        return self._sources[name]
