"""init, check, db: before the desk can work."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mailbot.apply.letters import brand_of
from mailbot.cli.common import AsJson, err, out, print_json, print_table, settings_file
from mailbot.domain.vocabulary import DUE_WORDS, MAIL_WORDS
from mailbot.errors import ConfigError, MailbotError
from mailbot.evidence.calendars import work_calendar
from mailbot.evidence.readers import installed, lacking
from mailbot.logins import LoginTokens
from mailbot.mail.slip.sample import slip_problems
from mailbot.net.imap import ImapConnection
from mailbot.net.smtp import SmtpConnection
from mailbot.settings import Settings, load_settings
from mailbot.settings.accounts import MailboxSettings
from mailbot.settings.advice import advise
from mailbot.settings.load import place_of
from mailbot.settings.termsfile import check_terms
from mailbot.store import mailboxes
from mailbot.store.database import migrate, open_database, pending_migrations
from mailbot.store.vault import create_key_file, read_key_file
from mailbot.wiring import catalogue, check_rules, load_templates, open_store, starter_file

db_app = typer.Typer(help="The database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("init")(init)
    app.command("check")(check)


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> None:
    """Starter settings.yaml, rules/, templates/ and a key file."""
    parts = ("settings.yaml", "rules", "templates")
    for name in (*parts, "mailbot.key"):
        if (folder / name).exists():
            raise ConfigError(f"{folder / name}: there already; `init` overwrites nothing, choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in parts:
            source = starter_file(name)
            if source.is_dir():
                shutil.copytree(source, folder / name)
            else:
                shutil.copyfile(source, folder / name)
        (folder / "var").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: can't be written: {error.strerror}") from None
    create_key_file(folder / "mailbot.key")
    out.print(f"{folder}: settings.yaml, rules/, templates/ and mailbot.key are there.", markup=False)
    out.print(
        "Next: edit settings.yaml, keep a copy of mailbot.key elsewhere, then: mailbot check --live", markup=False
    )


def check(
    context: typer.Context,
    live: Annotated[bool, typer.Option("--live", help="Also log in to every mailbox and to the relay.")] = False,
    words: Annotated[bool, typer.Option("--words", help="List every condition and action that rules may use.")] = False,
    as_json: AsJson = False,
) -> None:
    """Settings, rules, templates, key, database; --live logs in to IMAP and SMTP."""
    if words:
        _print_words(as_json)
        return
    problems: list[str] = []
    worst = 0
    done: list[str] = []
    file = settings_file(context)
    settings = load_settings(file)
    wrong, hints = _advice(file, settings, _languages_there(settings))
    if wrong:
        problems += wrong
        worst = ConfigError.exit_code
    else:
        done.append("settings")
    steps: list[tuple[str, Callable[[], object]]] = [
        ("templates", partial(_check_templates, settings)),
        ("rules", lambda: check_rules(settings, load_templates(settings))),
        ("catalogue", partial(catalogue, settings)),
        ("calendar", partial(_check_calendar, file, settings)),
        ("terms and catalogue", partial(_check_terms, settings)),
        ("key", partial(read_key_file, settings.key_file)),
        ("database", partial(_check_database, settings)),
    ]
    if settings.orders.drop_folder is not None:
        steps.append(("drop folder", partial(_check_drop_folder, file, settings.orders.drop_folder)))
    if live:
        steps += [
            (f"mailbox {name}", partial(_check_mailbox, settings, name, box))
            for name, box in settings.mailboxes.items()
        ]
        steps.append(("smtp relay", lambda: asyncio.run(_check_relay(settings))))
    for what, step in steps:
        try:
            step()
            done.append(what)
        except MailbotError as error:
            if str(error) not in problems:  # what is wrong with the rules is found again beside the catalogue
                problems.append(str(error))
            worst = 2 if 2 in (worst, error.exit_code) else error.exit_code
    if as_json:
        print_json({"ok": not problems, "checked": done, "problems": problems, "hints": hints, "readers": installed()})
    else:
        for problem in problems:
            err.print(f"mailbot: {problem}", markup=False)
        print_table("Readers of attached files", ("reads", "by"), list(installed().items()))
        for hint in hints:
            out.print(f"note: {hint}", markup=False)
        out.print(f"checked and fine: {', '.join(done)}", markup=False)
    if problems:
        raise typer.Exit(worst)


def _check_templates(settings: Settings) -> None:
    templates = load_templates(settings)
    problems = templates.check(settings.languages, settings.staff.language)
    problems += slip_problems(templates, brand_of(settings.brand))
    if problems:
        raise ConfigError("\n".join(problems))


def _check_terms(settings: Settings) -> None:
    if settings.catalogue:
        check_terms(check_rules(settings, load_templates(settings)).terms, catalogue(settings))


def _check_database(settings: Settings) -> None:
    with open_store(settings):
        return


def _languages_there(settings: Settings) -> Collection[str]:
    """Those that have templates; where these can't be read at all, the step "templates" says so."""
    try:
        return load_templates(settings).languages()
    except ConfigError:
        return {*settings.languages, settings.staff.language}


def _check_drop_folder(file: Path, folder: Path) -> None:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        place = place_of(file, ("orders", "drop_folder"))
        raise ConfigError(f"{place}: {folder} must be a folder that mailbot may read and write")


def _check_mailbox(settings: Settings, name: str, mailbox: MailboxSettings) -> None:
    with ImapConnection(name, mailbox, LoginTokens(settings).mailbox(name)) as connection:
        for folder in mailbox.folders:
            connection.select(folder.name, readonly=True)
    with open_store(settings):
        mailboxes.forget(name)  # the next pass need not wait any longer


async def _check_relay(settings: Settings) -> None:
    connection = SmtpConnection(settings.smtp, LoginTokens(settings).relay())
    try:
        await connection.connect()
    finally:
        await connection.close()


def _advice(file: Path, settings: Settings, languages: Collection[str]) -> tuple[list[str], list[str]]:
    """What is wrong, and what should be looked at, each with its place."""
    found = advise(settings, languages, datetime.now(ZoneInfo(settings.timezone)).date())
    lines = [(advice.wrong, f"{place_of(file, advice.key)}: {advice.text}") for advice in found]
    if settings.evidence.files:
        lines.extend((False, line) for line in lacking(ocr=settings.evidence.ocr))
    return [line for wrong, line in lines if wrong], [line for wrong, line in lines if not wrong]


def _check_calendar(file: Path, settings: Settings) -> None:
    try:
        work_calendar(settings.calendar, ())
    except ConfigError as error:
        raise ConfigError(f"{place_of(file, ('calendar',))}: {error}") from None


def _print_words(as_json: bool) -> None:
    rows = []
    for kind, words in (
        ("condition", MAIL_WORDS.conditions),
        ("action", MAIL_WORDS.actions),
        ("condition (due)", DUE_WORDS.conditions),
        ("action (due)", DUE_WORDS.actions),
    ):
        for word in words.values():
            argument = word.argument if isinstance(word.argument, str) else ", ".join(word.argument or ())
            rows.append({"kind": kind, "word": word.name, "argument": argument, "meaning": word.meaning})
    if as_json:
        print_json(rows)
    else:
        print_table("Words of the rules", ("kind", "word", "argument", "meaning"), [list(row.values()) for row in rows])


@db_app.command("upgrade")
def upgrade(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database up to date (happens by itself on start for SQLite)."""
    settings = load_settings(settings_file(context))
    database = open_database(settings.database)
    try:
        pending = pending_migrations(database)
        applied = migrate(database)
    finally:
        database.close()
    if as_json:
        print_json({"pending": pending, "applied": applied})
    else:
        out.print(f"applied: {', '.join(applied)}" if applied else "the database is up to date", markup=False)
