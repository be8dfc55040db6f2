"""Two versions of the same row, told apart field by field in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attention_point.directory.labels import LABELS
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Difference


def differences(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields on which two versions disagree, in the order of the page."""
    return tuple(
        Difference(_(label), words(yours[name]), words(theirs[name]))
        for name, label in LABELS.items()
        if name in yours and yours[name] != theirs[name]
    )


def words(value: Any) -> str:
    """A value for a reader: texts in both languages, parts one after the other."""
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return format_date(value, "medium")
    if isinstance(value, dict):
        return " · ".join(_parts(value))
    if isinstance(value, list | tuple):
        return "; ".join(words(each) for each in value)
    return str(value)


def _parts(value: Mapping[str, Any]) -> Iterator[str]:
    """A text's two languages; of a group of keys, those that say something."""
    for name, each in value.items():
        if each is True:
            yield _(LABELS[name]) if name in LABELS else name
        elif each is not None and each is not False:
            yield words(each)
