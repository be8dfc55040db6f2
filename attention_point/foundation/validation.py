"""Turns pydantic's errors into sentences. Each names its field, and none repeats a value."""

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core.core_schema import ErrorType

from attention_point import texts
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _

Model = TypeVar("Model", bound=BaseModel)

# Pydantic's own sentences are English and repeat values; these are message ids by the type of the error.
MESSAGES = {
    "missing": N_("This is required."),
    "extra_forbidden": N_("This field does not exist."),
    "string_too_long": N_("At most %(max_length)s characters."),
    "string_too_short": N_("This is required."),
    "string_type": N_("This must be text."),
    "string_unicode": texts.UNFIT_CHARACTERS,
    "string_pattern_mismatch": N_("This code does not exist or is not written as one: letters, digits and hyphens."),
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
    "timezone_aware": N_("The date and time must include a time zone."),
    "literal_error": N_("This code does not exist."),
    "list_type": N_("This must be a list."),
    "tuple_type": N_("This must be a list."),
    "dict_type": N_("This must be an object."),
    "model_type": N_("This must be an object."),
    "model_attributes_type": N_("This must be an object."),
}
INVALID_DATE = N_("This date does not exist or is not written as year-month-day.")
INVALID_VALUE = N_("This value cannot be used here.")
TOO_MANY_ERRORS = N_("There are too many errors here to list.")
MAX_ERRORS_SHOWN = 100
"""A body may be wrong in a hundred thousand places; the first errors are enough to begin with."""
MAX_ERRORS_COLLECTED = 2000
"""A longer list is not built: it would keep everybody else waiting for seconds."""
_PYDANTIC_KINDS = frozenset(get_args(ErrorType))


def parse_object(model: type[Model], payload: object, wrong_type_message: str = MESSAGES["model_type"]) -> Model:
    """Return the payload as the model. Raises Invalid with a FieldError for each error.

    ``wrong_type_message`` is the message id for a payload that is not a JSON object.
    """
    if not isinstance(payload, dict):
        raise Invalid.of_field("", _(wrong_type_message))
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        field_errors = (
            build_field_errors(error)
            if error.error_count() <= MAX_ERRORS_COLLECTED
            else (FieldError(_find_largest_field(payload), _(TOO_MANY_ERRORS)),)
        )
        raise Invalid(_("Some fields need attention."), field_errors) from None


def _find_largest_field(payload: dict[str, Any]) -> str:
    """Return the dotted path of the field that holds the most entries; "" for the body itself."""
    values_by_path = {"": payload, **payload}
    for name, value in payload.items():
        if isinstance(value, dict):
            values_by_path |= {f"{name}.{inner_name}": inner_value for inner_name, inner_value in value.items()}
    return max(
        values_by_path,
        key=lambda path: len(values_by_path[path]) if isinstance(values_by_path[path], list | dict) else 0,
    )


def build_field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """Return pydantic's errors as ours, without the values that were sent.

    Of a field and its parts, only the parts are named: ``person.phone``, not ``person`` too.
    """
    details = error.errors(include_url=False, include_context=True, include_input=False)[:MAX_ERRORS_SHOWN]
    field_errors = dict.fromkeys(_build_field_error(detail) for detail in details)
    return tuple(
        field_error
        for field_error in field_errors
        if not any(nested_error.field.startswith(f"{field_error.field}.") for nested_error in field_errors)
    )


def _build_field_error(detail: Any) -> FieldError:
    kind, context = detail["type"], detail.get("ctx", {})
    # A key is the sender's own text; pydantic marks what is wrong with the key itself by a last part "[key]".
    path = texts.show_unfit(".".join(str(part) for part in detail["loc"] if part != "[key]"))
    if kind == "at_field":
        path = context["field"]
    elif kind == "document_number":
        path = f"{path}.number"
    elif kind == "condition" and context["at"]:
        path = f"{path}.{context['at']}"
    if kind.startswith(("date_", "datetime_")):
        message = INVALID_DATE
    elif kind in _PYDANTIC_KINDS:
        message = MESSAGES.get(kind, INVALID_VALUE)
    else:
        message = detail["msg"]  # of a validator of ours: a message id already
    values = {name: value for name, value in context.items() if f"%({name})s" in message}
    return FieldError(path, _(message, **values))
