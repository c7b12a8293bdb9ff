"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from peewee import TextField


def utc_text(value: datetime) -> str:
    """ISO 8601 in UTC with microseconds: this text sorts by time. A time without a zone is refused."""
    if value.tzinfo is None:
        raise ValueError("a time without a time zone must not be stored")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class UtcField(TextField):
    """An aware datetime, stored as `utc_text` writes it."""

    def db_value(self, value: datetime | None) -> str | None:
        """Aware datetime -> text."""
        return value if value is None or isinstance(value, str) else utc_text(value)

    def python_value(self, value: str | None) -> datetime | None:
        """Text -> aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class AmountField(TextField):
    """A Decimal amount of money, stored as text: no database rounds it."""

    def db_value(self, value: Decimal | None) -> str | None:
        """Decimal -> text."""
        return None if value is None else str(value)

    def python_value(self, value: str | None) -> Decimal | None:
        """Text -> Decimal."""
        return None if value is None else Decimal(value)
