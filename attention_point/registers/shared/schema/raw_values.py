"""A raw value as it was typed or read, and the error of one that cannot be parsed."""

from collections.abc import Iterable, Mapping
from typing import Any

from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import gettext as _


class WrongValue(Exception):
    """A value cannot be parsed. ``errors`` name its wrong parts (``.mark``, ``.2.name``), or the whole with ``""``."""

    def __init__(self, message: str = "", part: str = "", *, errors: Iterable[FieldError] = (), **values: Any) -> None:
        super().__init__(message)
        self.errors = list(errors) or [FieldError(part, _(message, **values))]


def is_blank(value: Any) -> bool:
    """Whether a value is empty, or a group of empty values. Zero and no are answers, not blanks."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(part) for part in value.values())
    return value is None or value == [] or value == ()


def format_raw_value(raw: Any) -> str:
    """Format a value as text; a whole number of a spreadsheet loses the ``.0`` that its reader adds."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
