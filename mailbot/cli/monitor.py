"""health and reconcile: for monitors and for the operator woken at three."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import typer
from rich.text import Text

from mailbot.cli.common import AsJson, as_plain, out, print_json, print_table, settings_file
from mailbot.net.imap import ImapConnection
from mailbot.schedule import read_last_pass
from mailbot.settings import load_settings
from mailbot.store import history, inbox, ledger, outbox
from mailbot.store.drop_folder import FAILED, DropFolder, DropState
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
    last = read_last_pass(settings.data)
    problems = []
    if mails["quarantined"]:
        problems.append(f"{mails['quarantined']} mails in quarantine: mailbot quarantine list")
    for state in ("dead", "uncertain"):
        if letters[state]:
            problems.append(f"{letters[state]} {state} mails: mailbot outbox list --state {state}")
    if last is None:
        problems.append("no pass was made yet: mailbot poll")
    else:
        problems.extend(str(trouble) for trouble in _as_list(last.get("troubles")))
        age = now - datetime.fromisoformat(str(last["at"]))
        if age > timedelta(seconds=max(3600, 10 * settings.schedule.poll_seconds)):
            problems.append(
                f"the last pass was {age.total_seconds() / 3600:.1f} hours ago: is cron or the service running?"
            )
    folder = drop_folder(settings)
    dropped = folder.state(now) if folder is not None else None
    if folder is not None and dropped is not None:
        problems.extend(_order_problems(folder, dropped))
    if as_json:
        print_json(
            {
                "ok": not problems,
                "problems": problems,
                "inbox": mails,
                "outbox": letters,
                "drop_folder": as_plain(dropped) if dropped is not None else None,
                "incidents": [as_plain(incident) for incident in incidents],
                "last_pass": last,
            }
        )
    else:
        print_table("Inbox", tuple(mails), [tuple(mails.values())])
        print_table("Outbox", tuple(letters), [tuple(letters.values())])
        print_table(
            "Incidents of the last day", ("at", "kind", "detail"), [(i.at, i.kind, i.detail) for i in incidents]
        )
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


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the server's UIDs with the ledger (G1); exits with 1 on a gap."""
    settings = load_settings(settings_file(context))
    rows = []
    with open_store(settings):
        for name, mailbox in settings.mailboxes.items():
            with ImapConnection(name, mailbox) as connection:
                uidvalidity = connection.select(mailbox.folder, readonly=True)
                on_server = connection.uids_after(0)
            folder = ledger.Folder(mailbox=name, folder=mailbox.folder, uidvalidity=uidvalidity)
            known = ledger.recorded_uids(folder)
            cursor = ledger.last_uid(folder)
            states = [known.get(uid, "missing" if uid <= cursor else "new") for uid in on_server]
            rows.append(
                {
                    "mailbox": name,
                    "folder": mailbox.folder,
                    "on_server": len(on_server),
                    **{s: states.count(s) for s in ("done", "pending", "quarantined", "new", "missing")},
                    "missing_uids": [uid for uid in on_server if uid <= cursor and uid not in known],
                }
            )
    if as_json:
        print_json(rows)
    else:
        print_table("Server and ledger", tuple(rows[0]), [tuple(row.values()) for row in rows])
    if any(row["missing"] for row in rows):
        raise typer.Exit(1)
