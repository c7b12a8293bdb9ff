"""What can be read, but will not work as somebody thinks: settings that don't fit one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mailbot.settings.accounts import AfterIntake, Connection, MailboxSettings
from mailbot.settings.model import Settings
from mailbot.settings.nearest import did_you_mean
from mailbot.settings.yamlfile import KeyPath

_STARTER_DOMAIN = ".example"  # RFC 2606: nobody has such an address


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One thing to look at."""

    key: KeyPath  # where in the settings
    text: str
    wrong: bool  # the desk can't work like that; else it works, perhaps not as meant


def advise(settings: Settings, languages: Collection[str], today: date) -> tuple[Advice, ...]:
    """All that `mailbot check` says about the settings; `languages` are those that have templates."""
    return (
        *_languages(settings, languages),
        *_accounts(settings, today),
        *_times(settings),
        *_senders(settings),
    )


def _wrong(*key: str | int, text: str) -> Advice:
    return Advice(key=key, text=text, wrong=True)


def _note(*key: str | int, text: str) -> Advice:
    return Advice(key=key, text=text, wrong=False)


def _languages(settings: Settings, there: Collection[str]) -> Iterator[Advice]:
    wanted: list[tuple[KeyPath, str]] = [
        *((("languages", index), language) for index, language in enumerate(settings.languages)),
        (("staff", "language"), settings.staff.language),
    ]
    for key, language in wanted:
        if language not in there:
            hint = did_you_mean(language, there) or f"there are {', '.join(sorted(there)) or 'none'}"
            yield _wrong(*key, text=f"no templates for {language!r} in {settings.templates}; {hint}")


def _accounts(settings: Settings, today: date) -> Iterator[Advice]:
    for name, box in settings.mailboxes.items():
        here = ("mailboxes", name)
        yield from _login(here, box, today)
        if box.move_to and box.after is not AfterIntake.MOVE:
            yield _note(*here, "move_to", text=f"is not used: after is {box.after.value}, not move")
        if all(folder.spam for folder in box.folders):
            yield _note(*here, "folders", text="all are marked as spam: no mail of this mailbox is ever answered")
        yield from _timeouts(here, box)
    yield from _login(("smtp",), settings.smtp, today)


def _login(here: tuple[str, ...], account: Connection, today: date) -> Iterator[Advice]:
    oauth = account.oauth
    given = [
        name
        for name in ("client_id", "client_secret", "refresh_token", "scope", "secret_expires_on")
        if getattr(oauth, name) and str(getattr(oauth, name))
    ]
    password = bool(account.password.get_secret_value())
    if given and not oauth.is_used:
        what = "so the password is used" if password else "and there is no password either: nobody can log in"
        yield Advice(
            key=(*here, "oauth", "token_url"),
            text=f"is empty, so {', '.join(given)} are not used, {what}",
            wrong=not password,
        )
    elif oauth.is_used and password:
        yield _note(*here, "password", text="is not used: oauth has a token_url")
    elif account.username and not password and not oauth.is_used:
        variable = "__".join(("MAILBOT", *here)).upper().replace("MAILBOT__", "MAILBOT_")
        yield _note(*here, "password", text=f"is empty and oauth is off; set {variable}__PASSWORD_FILE")
    elif (password or isinstance(account, MailboxSettings)) and not account.username:
        yield _wrong(*here, "username", text="is empty; expected the name of the account, as support@tp.example")
    if warning := oauth.warning(today):
        yield _note(*here, "oauth", "secret_expires_on", text=warning)
    if account.ca_file is not None and not Path(account.ca_file).is_file():
        yield _wrong(*here, "ca_file", text=f"no such file: {account.ca_file}")


def _timeouts(here: tuple[str, ...], box: MailboxSettings) -> Iterator[Advice]:
    for shorter in ("timeout", "connect_timeout"):
        if box.total_timeout < getattr(box, shorter):
            yield _note(
                *here,
                "total_timeout",
                text=f"{box.total_timeout:g} seconds for a whole answer are fewer than {shorter}: "
                f"{getattr(box, shorter):g}, which is never reached",
            )


def _times(settings: Settings) -> Iterator[Advice]:
    """A pass counts as hung when it says nothing for stuck_after, so every single step must be over before."""
    steps: dict[str, float] = {
        f"mailboxes.{name}.total_timeout": box.total_timeout for name, box in settings.mailboxes.items()
    }
    steps |= {
        "limits.reading_seconds": settings.limits.reading_seconds,
        "smtp.connect_timeout and smtp.timeout": settings.smtp.connect_timeout + settings.smtp.timeout,
    }
    stuck = settings.schedule.stuck_after
    for name, seconds in steps.items():
        if stuck <= seconds:
            yield _note(
                "schedule",
                "stuck_after",
                text=f"{stuck:g} seconds are no more than {name} ({seconds:g}): a slow server would end the pass; "
                "expected a good deal more",
            )
    for key, minutes in (
        (("delivery", "retry_minutes"), settings.delivery.retry_minutes),
        (("schedule", "retry_minutes"), settings.schedule.retry_minutes),
        (("schedule", "refused_retry_minutes"), settings.schedule.refused_retry_minutes),
    ):
        if list(minutes) != sorted(minutes):
            yield _note(*key, text="the pauses get shorter; expected them to grow, such as [1, 5, 15]")


def _senders(settings: Settings) -> Iterator[Advice]:
    support, authentication = settings.brand.support_address, settings.authentication
    if support.endswith(_STARTER_DOMAIN):
        yield _note("brand", "support_address", text=f"{support} is the starter file's; nobody can write to it")
    if not authentication.authserv_id and authentication.staff_commands_need_pass:
        yield _note("authentication", "authserv_id", text="is empty: staff commands are refused until it is set")
    if any(character in authentication.authserv_id for character in " @/;"):
        yield _note(
            "authentication", "authserv_id", text="expected the bare name of your mail server, such as mx.tp.example"
        )
    if not authentication.staff_commands_need_pass:
        yield _note(
            "authentication",
            "staff_commands_need_pass",
            text="is off: whoever gets hold of a notice's address may move its case",
        )
    if not settings.reply_address:
        yield _note("reply_address", text="is empty: threads are recognised by Message-ID and subject tag only")
    elif settings.reply_address.rpartition("@")[2].lower() != settings.mail_domain:
        yield _note(
            "reply_address",
            text=f"has another domain than {support}: make sure that such mail comes into one of the mailboxes",
        )
    if len(settings.staff.members) == 1 and not settings.staff.complaints_to:
        yield _note(
            "staff",
            "complaints_to",
            text=f"is empty, and {settings.staff.members[0].name} is the only member: a complaint about them would "
            "reach nobody else",
        )
    for member in settings.staff.members:
        if any(_blocks(entry, member.address) for entry in settings.spam.blocklist):
            yield _note("spam", "blocklist", text=f"holds the address of {member.name}; staff are never blocked")
    for entry in settings.spam.blocklist:
        if _blocks(entry, support):
            yield _note("spam", "blocklist", text=f"{entry} is the desk's own; it is never blocked")


def _blocks(entry: str, address: str) -> bool:
    address = address.lower()
    return address == entry or address.rpartition("@")[2] == entry
