"""A form whose record a colleague changed meanwhile: what both did stands together, unless they did it to one thing."""

import json
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, FieldList, SelectMultipleField

from attention_point.intake.form.situation_questions import YesNoField
from attention_point.intake.form.typed_values import drop_blank_values
from attention_point.intake.form.visit_form import VisitForm


def read_page_values(form: VisitForm) -> dict[str, Any] | None:
    """The values with which a form's page was filled, which it carries along; None where it carries none.

    The page came back from outside: a value of another kind than that of its field is passed over.
    """
    try:
        values = json.loads(form.page_values.data or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    return {name: value for name, value in values.items() if name in form and _is_of_kind(form[name], value)}


def _is_of_kind(field: Field, value: object) -> bool:
    if isinstance(field, FieldList):
        names = {name for entry in field.entries[:1] for name in entry.form._fields}
        return (
            isinstance(value, list)
            and len(value) <= (field.max_entries or 0)
            and all(isinstance(entry, dict) and entry.keys() <= names for entry in value)
            and all(part is None or isinstance(part, str) for entry in value for part in entry.values())
        )
    if isinstance(field, SelectMultipleField):
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if isinstance(field, BooleanField | YesNoField) and isinstance(value, bool):
        return True
    return value is None or isinstance(value, str)


def merge_entries(shown: Sequence[Any], typed: Sequence[Any], current: Sequence[Any]) -> list[Any]:
    """A list as a colleague left it (``current``), with what one took away from the list shown, and what one added."""
    standing_entries = [entry for entry in current if entry in typed or entry not in shown]
    return standing_entries + [entry for entry in typed if entry not in shown and entry not in current]


def merge_documents(shown_form: VisitForm, typed_form: VisitForm, current_form: VisitForm) -> list[dict[str, Any]]:
    """The documents for the form; those that were typed where both changed the same one, which is asked."""
    shown, typed, current = (
        [drop_blank_values(entry.data, "type") for entry in form.documents if entry.form.is_filled]
        for form in (shown_form, typed_form, current_form)
    )
    if any(entry not in typed and entry not in current for entry in shown):
        return typed
    # Else a document that a colleague struck out would come back with the next one that is added.
    return merge_entries(shown, typed, current)


def is_same(shown_form: VisitForm, typed_form: VisitForm, name: str) -> bool:
    """Whether a field that has one text still says what was shown."""
    return (shown_form[name].data or "").strip() == (typed_form[name].data or "").strip()
