"""The differences between two versions of a row, field by field, in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attention_point.directory.labels import FIELD_LABELS
from attention_point.foundation.errors import Difference
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _


def list_differences(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two versions differ, in the order of the page."""
    return tuple(
        Difference(_(label), format_value(yours[name]), format_value(theirs[name]))
        for name, label in FIELD_LABELS.items()
        if name in yours and yours[name] != theirs[name]
    )


def format_value(value: Any) -> str:
    """A value in words: texts in both languages, the entries of a list one after the other."""
    # An empty cell would look like a fault of the page.
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return format_date(value, "medium")
    if isinstance(value, dict):
        return " · ".join(_format_parts(value))
    if isinstance(value, list | tuple):
        return "; ".join(format_value(item) for item in value)
    return str(value)


def _format_parts(value: Mapping[str, Any]) -> Iterator[str]:
    """The two languages of a text; of any other group, the keys that have a value."""
    for name, part in value.items():
        if part is True:
            yield _(FIELD_LABELS[name]) if name in FIELD_LABELS else name
        elif part is not None and part is not False:
            yield format_value(part)
