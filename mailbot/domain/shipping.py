"""What the shop's shipping status means, and how people read it (policy P15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ShippingStatus:
    """One status, from rules/shipping.yaml."""

    under_way: bool  # the parcel hasn't arrived, and nothing is wrong
    words: Mapping[str, str]  # language -> how people read it; at least one


@dataclass(frozen=True, kw_only=True)
class ShippingTable:
    """All statuses that the shop writes."""

    statuses: Mapping[str, ShippingStatus]  # by `status_key`

    def under_way(self, status: str) -> bool:
        """True where the parcel hasn't arrived, and nothing is wrong; False for a status that isn't known."""
        found = self.statuses.get(status_key(status))
        return found is not None and found.under_way

    def words(self, status: str, language: str) -> str:
        """The status in `language`, else in English or any other; as the shop wrote it where it isn't known."""
        found = self.statuses.get(status_key(status))
        if found is None:
            return status
        return found.words.get(language) or found.words.get("en") or next(iter(found.words.values()))


def status_key(status: str) -> str:
    """ "In_Transit" -> "in transit"."""
    return " ".join(status.casefold().replace("_", " ").replace("-", " ").split())
