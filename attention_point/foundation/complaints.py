"""Turns what pydantic finds into sentences; every complaint names its field, none repeats a value."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid

Model = TypeVar("Model", bound=BaseModel)

SENTENCES = {
    "missing": N_("This is required."),
    "extra_forbidden": N_("This field does not exist."),
    "string_too_long": N_("At most %(max_length)s characters."),
    "string_too_short": N_("This is required."),
    "string_type": N_("This must be text."),
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
        raise Invalid(_("Some fields need attention."), complaints(error)) from None


def complaints(error: ValidationError) -> tuple[FieldError, ...]:
    """Pydantic's findings as ours; their input is left behind."""
    found = error.errors(include_url=False, include_context=True, include_input=False)
    named = dict.fromkeys(_complaint(each) for each in found)
    return tuple(each for each in named if not any(other.field.startswith(f"{each.field}.") for other in named))


def _complaint(found: Any) -> FieldError:
    kind, context = found["type"], found.get("ctx", {})
    path = ".".join(str(part) for part in found["loc"] if part != "[key]")
    if kind == "at_field":
        return FieldError(context["field"], _(_words(found)))
    if kind == "document_number":
        return FieldError(f"{path}.number", _(_words(found)))
    if kind in {"control_characters", "unknown_code"}:
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
