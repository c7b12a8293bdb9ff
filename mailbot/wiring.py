"""The only place that builds adapters from settings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailbot.apply import Applier
from mailbot.apply.letters import LetterWriter, brand_of
from mailbot.correspondence import Correspondence
from mailbot.deliver import Deliverer
from mailbot.documents import DocumentReader, MailBounds
from mailbot.domain.catalogue import Catalogue, catalogue_of
from mailbot.domain.letters import Brand
from mailbot.domain.rules import RuleBook
from mailbot.errors import ConfigError
from mailbot.evidence.bounds import Bounds
from mailbot.evidence.calendars import calendar_there
from mailbot.extractor import Bench as ExtractorBench
from mailbot.extractor import Extractor
from mailbot.gather import Gatherer
from mailbot.idle import Watch
from mailbot.intake import Intake
from mailbot.logins import LoginTokens
from mailbot.mail.render import Templates
from mailbot.mail.tokens import TokenMaker
from mailbot.process import Processor
from mailbot.purchases import Purchases
from mailbot.reader import Bench, Reader
from mailbot.refunding import RefundOffice
from mailbot.schedule import Pass, PassResult, Ring, Stop
from mailbot.settings import Settings, load_settings
from mailbot.settings.cataloguefile import load_catalogue
from mailbot.settings.model import EvidenceSettings
from mailbot.settings.patterns import number_fits
from mailbot.settings.rulefiles import load_rules
from mailbot.store.blobs import Blobs
from mailbot.store.database import Database, database_errors, migrate, open_database
from mailbot.store.drop_folder import DropFolder
from mailbot.store.in_hand import MailInHand
from mailbot.store.vault import Vault, check_keys, read_key_file
from mailbot.timers import Timers

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A ready installation."""

    settings: Settings
    book: RuleBook
    templates: Templates
    vault: Vault
    blobs: Blobs
    processor: Processor
    passes: Pass
    refunds: RefundOffice
    database: Database

    def watches(self, ring: Ring) -> list[Watch]:
        """One for each mailbox that may be watched by IDLE."""
        seconds = 60 * self.settings.schedule.idle_minutes
        boxes = self.settings.mailboxes.items()
        return [Watch(name, box, seconds, self.passes.intake.tokens(name), ring) for name, box in boxes if box.idle]

    def run_pass(self, stop: Stop = lambda: False) -> PassResult:
        """One pass with a database connection of the calling thread's own."""
        with database_errors(self.settings.database), self.database.connection_context():
            return self.passes.run(stop)

    def pick_up_orders(self, stop: Stop = lambda: False) -> PassResult:
        """Import exports of orders, with a database connection of the calling thread's own."""
        with database_errors(self.settings.database), self.database.connection_context():
            return self.passes.pick_up(stop)


def drop_folder(settings: Settings) -> DropFolder | None:
    """The folder for exports of orders, where one is set."""
    orders = settings.orders
    if orders.drop_folder is None:
        return None
    return DropFolder(
        path=orders.drop_folder,
        settle_seconds=orders.drop_settle_seconds,
        keep_days=orders.drop_keep_days,
        fits=number_fits(orders.number_pattern),
    )


def catalogue(settings: Settings) -> Catalogue:
    """The products; none where no file is set. Raises ConfigError with file and line."""
    return load_catalogue(settings.rules / settings.catalogue) if settings.catalogue else catalogue_of(())


def load_templates(settings: Settings) -> Templates:
    """The templates, with the set languages as fallback."""
    return Templates.load(settings.templates, fallback=tuple(reversed(settings.languages)))


def letters_here(settings_file: Path) -> tuple[Templates, Brand | None]:
    """The templates and the sender; those that `init` copies and no sender, where there is no settings file yet."""
    if not settings_file.exists():
        return Templates.load(starter_file("templates")), None
    settings = load_settings(settings_file)
    return load_templates(settings), brand_of(settings.brand)


def check_rules(settings: Settings, templates: Templates) -> RuleBook:
    """The rules, checked against the templates."""
    return rules_of(settings.rules, settings, templates)


def rules_of(folder: Path, settings: Settings, templates: Templates) -> RuleBook:
    """The rules of a folder, with the catalogue of the settings and the calendars of all countries."""
    book = load_rules(folder, templates.names(), catalogue(settings).products)
    return replace(book, calendars=calendar_there)


def load_policy(settings: Settings) -> tuple[Templates, RuleBook]:
    """Templates and rules, checked against each other."""
    templates = load_templates(settings)
    return templates, check_rules(settings, templates)


def rules_folder(settings_file: Path) -> Path:
    """Where the rules are; those that `init` copies, where there is no settings file yet."""
    return load_settings(settings_file).rules if settings_file.exists() else starter_file("rules")


@contextlib.contextmanager
def open_desk(settings_file: Path, clock: Clock = lambda: datetime.now(UTC)) -> Iterator[Desk]:
    """Build everything; the database is brought up to date first.

    Raises ConfigError for whatever the operator must correct, TryAgainLater when disk or database is out of reach.
    """
    settings = load_settings(settings_file)
    with (
        open_store(settings) as database,
        contextlib.closing(Reader(bench_of(settings))) as reader,
        contextlib.closing(file_extractor(settings.evidence)) as extractor,
    ):
        yield build_desk(settings, database, reader, extractor, clock, settings_file)


@contextlib.contextmanager
def open_store(settings: Settings) -> Iterator[Database]:
    """The database alone, migrated."""
    with database_errors(settings.database):
        database = open_database(settings.database)
        try:
            migrate(database)
            yield database
        finally:
            database.close()


def bench_of(settings: Settings) -> Bench:
    """What the process that reads mail works with."""
    limits = settings.limits
    return Bench(
        key_file=settings.key_file,
        blobs=settings.blobs,
        seconds=limits.reading_seconds,
        memory=limits.reading_memory,
    )


def file_extractor(evidence: EvidenceSettings) -> Extractor:
    """The process that reads attached files, not started yet."""
    bounds = evidence_bounds(evidence)
    return Extractor(ExtractorBench(seconds=evidence.file_seconds, memory=evidence.memory, bounds=bounds))


def evidence_bounds(evidence: EvidenceSettings) -> Bounds:
    """How much of a file is read."""
    return Bounds(
        pages=evidence.pages,
        characters=evidence.characters,
        pixels=evidence.pixels,
        ocr=evidence.ocr,
        ocr_threads=evidence.ocr_threads,
    )


def mail_bounds(evidence: EvidenceSettings) -> MailBounds:
    """How much of one mail's files is read."""
    return MailBounds(files=evidence.files, file_bytes=evidence.file_bytes, seconds=evidence.mail_seconds)


def build_desk(
    settings: Settings,
    database: Database,
    reader: Reader,
    extractor: Extractor,
    clock: Clock,
    settings_file: Path,
    policy: tuple[Templates, RuleBook] | None = None,
) -> Desk:
    """Put the parts together over an open database; `policy` where templates and rules were read already."""
    templates, book = policy or load_policy(settings)
    keys = read_key_file(settings.key_file)
    vault = Vault(keys)
    check_keys(vault, settings.data, settings.key_file)
    blobs = Blobs(settings.blobs, vault)
    logins = LoginTokens(settings, vault)
    mark_key = keys.derived("marks of mailbox settings")[0]
    tokens = TokenMaker(keys.derived("mailbot reply tokens"))
    letters = LetterWriter(
        settings=settings,
        book=book,
        templates=templates,
        tokens=tokens,
        vault=vault,
        blobs=blobs,
    )
    applier = Applier(letters)
    processor = Processor(
        gatherer=Gatherer(
            settings=settings,
            book=book,
            correspondence=Correspondence(settings=settings, tokens=tokens),
            purchases=Purchases(settings=settings, catalogue=catalogue(settings)),
            clock=clock,
        ),
        book=book,
        applier=applier,
        reader=reader,
        documents=DocumentReader(extractor=extractor, bounds=mail_bounds(settings.evidence), vault=vault, blobs=blobs),
        in_hand=MailInHand(file=settings.data / "mail-in-hand"),
        attempts=settings.limits.attempts,
        clock=clock,
    )
    return Desk(
        settings=settings,
        book=book,
        templates=templates,
        vault=vault,
        blobs=blobs,
        processor=processor,
        passes=Pass(
            settings=settings,
            settings_file=settings_file,
            blobs=blobs,
            intake=Intake(
                settings=settings,
                blobs=blobs,
                tokens=logins.mailbox,
                settings_mark=lambda mailbox: mailbox.mark(mark_key),
                clock=clock,
            ),
            processor=processor,
            timers=Timers(settings=settings, book=book, applier=applier, clock=clock),
            deliverer=Deliverer(
                settings=settings, applier=applier, vault=vault, blobs=blobs, tokens=logins, clock=clock
            ),
            drop=drop_folder(settings),
        ),
        refunds=RefundOffice(settings=settings, book=book, applier=applier, blobs=blobs, clock=clock),
        database=database,
    )


def starter_file(name: str) -> Path:
    """A file or folder that `init` copies: inside the installed package, else in the source tree."""
    package = Path(__file__).parent
    for candidate in (package / "starter" / name, package.parent / name):
        if candidate.exists():
            return candidate
    raise ConfigError(f"{name} is missing from this installation of mailbot; install it again")
