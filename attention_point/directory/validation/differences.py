"""The differences between two versions of a row, field by field, in words."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from attention_point.directory.labels import APPOINTMENT_LABELS, FIELD_LABELS, HOLIDAY_LABELS, KIND_LABELS
from attention_point.directory.snapshot import OpeningHours
from attention_point.directory.validation.week_words import describe_week
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Difference
from attention_point.foundation.language import current_language, format_date
from attention_point.foundation.language import gettext as _

_CODES_IN_WORDS = {"kind": KIND_LABELS, "holidays": HOLIDAY_LABELS, "appointment": APPOINTMENT_LABELS}


def list_differences(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two versions differ, in the order of the page."""
    return tuple(
        Difference(_(label), format_field(name, yours[name]), format_field(name, theirs[name]))
        for name, label in FIELD_LABELS.items()
        if name in yours and yours[name] != theirs[name]
    )


def format_field(name: str, value: Any) -> str:
    """The value of a field in words: a code by its label, the hours of a week by its days."""
    if name == "hours" and isinstance(value, list | tuple) and value:
        return "; ".join(describe_week(_parse_opening(part) for part in value))
    if name == "municipality" and value:
        return get_code_list("municipality").label_for_code(value, current_language())
    words = _CODES_IN_WORDS.get(name, {})
    return _(words[value]) if isinstance(value, str) and value in words else format_value(value)


def _parse_opening(part: Mapping[str, Any]) -> OpeningHours:
    opens_at, closes_at = (time.fromisoformat(part[name]) for name in ("opens_at", "closes_at"))
    return OpeningHours(part["weekday"], opens_at, closes_at)


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
        # An address is the same in both languages: it is said once.
        return " · ".join(dict.fromkeys(_format_parts(value)))
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
