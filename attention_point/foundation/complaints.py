"""Turns what pydantic finds into sentences; every complaint names its field, none repeats a value."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attention_point import texts
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.text_fields import UNFIT_ERROR

Model = TypeVar("Model", bound=BaseModel)

SENTENCES = {
    "missing": N_("This is required."),
    "extra_forbidden": N_("This field does not exist."),
    "string_too_long": N_("At most %(max_length)s characters."),
    "string_too_short": N_("This is required."),
    "string_type": N_("This must be text."),
    "string_unicode": texts.UNFIT,
    "string_pattern_mismatch": N_("This code does not exist."),
    "int_type": N_("This must be a whole number."),
    "int_parsing": N_("This must be a whole number."),
    "int_from_float": N_("This must be a whole number."),
    "bool_type": N_("This must be yes or no."),
    "bool_parsing": N_("This must be yes or no."),
    "greater_than_equal": N_("At least %(ge)s."),
    "less_than_equal": N_("At most %(le)s."),
    "too_short": N_("Choose at least one."),
    "too_long": N_("At most %(max_length)s entries."),
    "uuid_parsing": N_("This is not a valid identifier."),
    "uuid_type": N_("This is not a valid identifier."),
    "timezone_aware": N_("The moment must say its time zone."),
    "literal_error": N_("This code does not exist."),
    "tuple_type": N_("This must be a list."),
    "dict_type": N_("This must be an object."),
    "model_type": N_("This must be an object."),
    "model_attributes_type": N_("This must be an object."),
}
DATES = N_("This date does not exist or is not written as year-month-day.")
OTHER = N_("This value cannot be used here.")
MANY = N_("There are too many errors here to list them.")
MOST = 100
"""A body may be wrong in a hundred thousand places; the first complaints are enough to begin with."""
LISTED = 2000
"""Of more than these nobody makes a list: it would keep everybody else waiting for seconds."""


def read_object(model: type[Model], payload: object, not_an_object: str) -> Model:
    """What was sent, as the model; raises Invalid with one FieldError a complaint.

    ``not_an_object`` is the message id that says that this must be a JSON object.
    """
    if not isinstance(payload, dict):
        sentence = _(not_an_object)
        raise Invalid(sentence, (FieldError("", sentence),))
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        found = complaints(error) if error.error_count() <= LISTED else (FieldError(_fullest(payload), _(MANY)),)
        raise Invalid(_("Some fields need attention."), found) from None


def _fullest(payload: dict[str, Any]) -> str:
    """The dotted path of the field that holds the most entries; "" for the body itself."""
    parts = {"": payload, **payload}
    for name, value in payload.items():
        if isinstance(value, dict):
            parts |= {f"{name}.{inner}": each for inner, each in value.items()}
    return max(parts, key=lambda path: len(parts[path]) if isinstance(parts[path], list | dict) else 0)


def complaints(error: ValidationError) -> tuple[FieldError, ...]:
    """Pydantic's findings as ours; their input is left behind."""
    found = error.errors(include_url=False, include_context=True, include_input=False)[:MOST]
    named = dict.fromkeys(_complaint(each) for each in found)
    return tuple(each for each in named if not any(other.field.startswith(f"{each.field}.") for other in named))


def _complaint(found: Any) -> FieldError:
    kind, context = found["type"], found.get("ctx", {})
    path = texts.show_unfit(".".join(str(part) for part in found["loc"] if part != "[key]"))
    if kind == "at_field":
        return FieldError(context["field"], _(_words(found)))
    if kind == "document_number":
        return FieldError(f"{path}.number", _(_words(found)))
    if kind in {UNFIT_ERROR, "unknown_code"}:
        return FieldError(path, _(_words(found)))
    if kind.startswith(("date_", "datetime_")):
        return FieldError(path, _(DATES))
    sentence = SENTENCES.get(kind, OTHER)
    values = {name: value for name, value in context.items() if f"%({name})s" in sentence}
    return FieldError(path, _(sentence, **values))


def _words(found: Any) -> str:
    """A model's own complaints are message ids already."""
    words: str = found["msg"]
    return words
