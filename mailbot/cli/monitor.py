"""health and reconcile: for monitors and for the operator woken at three."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import typer
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, err, out, print_json, print_table, settings_file
from mailbot.errors import ConfigError, MailbotError, TryAgainLater
from mailbot.evidence.readers import installed, lacking
from mailbot.logins import LoginTokens
from mailbot.reconcile import FolderCheck, check_mailbox
from mailbot.schedule import read_last_pass
from mailbot.settings import load_settings
from mailbot.store import addresses, due, history, inbox, mailboxes, outbox
from mailbot.store.drop_folder import FAILED, DropFolder, DropState
from mailbot.watchdog import read_last_hang
from mailbot.wiring import drop_folder, open_store


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("health")(health)
    app.command("reconcile")(reconcile)


def health(context: typer.Context, as_json: AsJson = False) -> None:
    """Queues, quarantine, incidents and the last pass; exits with 1 when a person should look."""
    settings = load_settings(settings_file(context))
    now = datetime.now(UTC)
    with open_store(settings):
        mails, letters = inbox.counts(), outbox.counts()
        incidents = history.incidents_since(now - timedelta(days=1))
        unread = [trouble for trouble in mailboxes.troubles() if trouble.mailbox in settings.mailboxes]
        caps = history.count_since("cap", now - timedelta(days=1))
        flagged, held = addresses.counts(), outbox.held_count()
        waiting = due.counts()
    last = read_last_pass(settings.data)
    problems = []
    if mails["quarantined"]:
        problems.append(f"{mails['quarantined']} mails in quarantine: mailbot quarantine list")
    for state in ("dead", "uncertain"):
        # What is held back for a hard address was told to staff, and waits for nobody.
        count = letters[state] - (held if state == "dead" else 0)
        if count:
            problems.append(f"{count} {state} mails: mailbot outbox list --state {state}")
    problems.extend(
        f"since {_time(trouble.since)}, {trouble.failures} tries, the next at {_time(trouble.next_try_at)}: "
        f"{trouble.reason}"
        for trouble in unread
    )
    accounts = [
        *((f"mailbox {name}", box.oauth) for name, box in settings.mailboxes.items()),
        ("smtp", settings.smtp.oauth),
    ]
    problems.extend(f"{where}: {warning}" for where, oauth in accounts if (warning := oauth.warning(now.date())))
    if waiting.broken_promises:
        problems.append(f"{waiting.broken_promises} promises to customers are broken: mailbot due list")
    if last is None:
        problems.append("no pass was made yet: mailbot poll")
    else:
        told = {trouble.reason for trouble in unread}
        problems.extend(str(trouble) for trouble in _as_list(last.get("troubles")) if trouble not in told)
        age = now - datetime.fromisoformat(str(last["at"]))
        if age > timedelta(seconds=max(3600, 10 * settings.schedule.poll_seconds)):
            problems.append(
                f"the last pass was {age.total_seconds() / 3600:.1f} hours ago: is cron or the service running?"
            )
    hang = read_last_hang(settings.data)
    if hang is not None and (last is None or str(last["at"]) <= hang["at"]):
        problems.append(f"{hang['at']}: {hang['message']}")
    folder = drop_folder(settings)
    dropped = folder.state(now) if folder is not None else None
    if folder is not None and dropped is not None:
        problems.extend(_order_problems(folder, dropped))
    readers = lacking(ocr=settings.evidence.ocr) if settings.evidence.files else []
    if as_json:
        print_json(
            {
                "ok": not problems,
                "problems": problems,
                "inbox": mails,
                "outbox": letters,
                "mailboxes": [as_plain(trouble) for trouble in unread],
                "caps_last_day": caps,
                "addresses": flagged,
                "held_back": held,
                "due": as_plain(waiting),
                "drop_folder": as_plain(dropped) if dropped is not None else None,
                "readers": installed(),
                "incidents": [as_plain(incident) for incident in incidents],
                "last_pass": last,
                "last_hang": hang,
            }
        )
    else:
        print_table("Inbox", tuple(mails), [tuple(mails.values())])
        print_table("Outbox", tuple(letters), [tuple(letters.values())])
        print_table(
            "Not sent",
            ("answers stopped by a cap, last day", "held back for hard addresses", "hard addresses", "soft"),
            [(caps, held, flagged["hard"], flagged["soft"])],
        )
        print_table(
            "Cases",
            ("waiting", "longer than the rules allow", "promises broken"),
            [(waiting.waiting, waiting.overdue, waiting.broken_promises)],
        )
        print_table(
            "Incidents of the last day", ("at", "kind", "detail"), [(i.at, i.kind, i.detail) for i in incidents]
        )
        for note in readers:
            out.print(Text(f"note: {note}"))
        out.print(Text(f"last pass: {last['at'] if last else 'never'}"))
        for problem in problems:
            out.print(Text(f"look: {problem}"))
    if problems:
        raise typer.Exit(1)


def _order_problems(folder: DropFolder, state: DropState) -> Iterator[str]:
    if state.trouble:
        yield f"the drop folder can't be looked into: {state.trouble}"
    if state.failed:
        yield f"{len(state.failed)} files of orders can't be used: see the reasons in {folder.path / FAILED}"
    if state.overdue:
        yield f"{len(state.overdue)} files lie in {folder.path} that nobody imports: {', '.join(state.overdue[:3])}"


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the server's UIDs with the ledger, every mailbox and folder; exits with 1 on a gap."""
    settings = load_settings(settings_file(context))
    checks: list[FolderCheck] = []
    troubles: list[MailbotError] = []
    tokens = LoginTokens(settings)
    with open_store(settings):
        for name, mailbox in settings.mailboxes.items():
            try:
                troubles.extend(check_mailbox(name, mailbox, tokens.mailbox(name), checks.append))
            except (ConfigError, TryAgainLater) as error:
                troubles.append(error)
    if as_json:
        print_json([as_plain(check) for check in checks])
    else:
        rows = [as_plain(check) for check in checks]
        columns = [field for field in (rows[0] if rows else ()) if field != "missing_uids"]
        print_table("Server and ledger", columns, [[row[column] for column in columns] for row in rows])
        for check in checks:
            for uid in check.missing_uids:
                out.print(Text(f"missing: UID {uid} of {check.mailbox}/{check.folder}"))
    for trouble in troubles:
        err.print(f"mailbot: not compared: {trouble}", markup=False)
    if any(check.missing for check in checks):
        raise typer.Exit(1)
    if troubles:
        raise typer.Exit(max((trouble.exit_code for trouble in troubles), key=(75, 2).index))
