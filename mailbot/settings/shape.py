"""What may stand at a place in the settings: the model, walked by key."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailbot.settings.model import Settings


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place in the settings."""

    section: type[BaseModel] | None  # the section that stands here, None for a value
    many: bool  # a list, or names of the operator's choice: what stands here is one JSON value in the environment
    field: FieldInfo | None  # None inside a list


def keys_of(section: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a section."""
    return tuple(section.model_fields)


def place_at(key: tuple[str | int, ...], top: type[BaseModel] = Settings) -> Place | None:
    """What stands at `key`; None where the settings have no such place."""
    here: Place | None = Place(section=top, many=False, field=None)
    for part in key:
        if here is None:
            return None
        if here.many:  # a name of a mailbox, or the number of an item
            here = Place(section=here.section, many=False, field=None)
            continue
        field = here.section.model_fields.get(str(part)) if here.section is not None else None
        here = _place_of(field) if field is not None else None
    return here


def _place_of(field: FieldInfo) -> Place:
    annotation = field.annotation
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    many = get_origin(annotation) in (dict, tuple)
    return Place(section=_section_in(annotation), many=many, field=field)


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple, Annotated, Union, types.UnionType):
        return next((found for part in get_args(annotation) if (found := _section_in(part)) is not None), None)
    return None


def all_keys(section: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every key with its path, as `limits.attempts`; nothing below lists and names of the operator's choice."""
    for name, field in section.model_fields.items():
        place = _place_of(field)
        yield prefix + name
        if place.section is not None and not place.many:
            yield from all_keys(place.section, f"{prefix}{name}.")
