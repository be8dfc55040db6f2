"""Turns what pydantic finds into sentences; the refused value itself is left behind."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attention_point import texts
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.text_fields import UNFIT_ERROR

Row = TypeVar("Row", bound=BaseModel)

SENTENCES = {
    "missing": N_("This is needed."),
    "extra_forbidden": N_("There is no such key."),
    "string_too_long": N_("Too long: at most %(max_length)s characters."),
    "string_too_short": N_("This is needed."),
    "string_type": N_("This must be a text."),
    "string_unicode": N_("This must be a text."),
    "string_pattern_mismatch": N_("This code is not written as a code is: letters, digits and hyphens."),
    "int_type": N_("Write a whole number."),
    "int_parsing": N_("Write a whole number."),
    "int_from_float": N_("Write a whole number."),
    "bool_type": N_("Write true or false."),
    "bool_parsing": N_("Write true or false."),
    "greater_than_equal": N_("The least is %(ge)s."),
    "less_than_equal": N_("The most is %(le)s."),
    "too_long": N_("Too many: at most %(max_length)s."),
    "too_short": N_("At least one is needed."),
    "literal_error": N_("Choose one of the list."),
    "list_type": N_("This must be a list."),
    "model_type": N_("This must be a group of keys."),
}
OWN = {UNFIT_ERROR, "day", "day_order", "reserved", "document_type", "papers_listed", "portal_field"}
SHOWN = 20
"""A file may be wrong in every row; the first complaints are enough to begin with."""
OTHER = N_("This cannot be used here.")


def read_row(kind: type[Row], values: object) -> Row:
    """The values as a row of that kind; raises Invalid with one FieldError a complaint."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        complaints = tuple(FieldError(_path(each["loc"]), _sentence(each)) for each in found)
        raise Invalid(_("Nothing was saved: something needs correcting."), complaints) from None


def in_file(source: Any, refusal: Invalid) -> Invalid:
    """The same refusal for the command line: one line a complaint, naming its row by its code."""
    lines = [" · ".join(filter(None, [*_places(source, each.field), each.message])) for each in refusal.fields]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], _("… and %(count)s more.", count=len(lines) - SHOWN)]
    heading = _("Nothing was loaded. The file needs correcting:")
    return Invalid("\n".join([heading, *lines]), refusal.fields)


def _path(parts: tuple[str | int, ...]) -> str:
    return texts.show_unfit(".".join(str(part) for part in parts))


def _sentence(found: Any) -> str:
    kind, own = found["type"], found["msg"]
    sentence = own if kind in OWN else SENTENCES.get(kind, OTHER)
    values = {name: value for name, value in found.get("ctx", {}).items() if f"%({name})s" in sentence}
    return _(sentence, **values)


def _places(source: Any, field: str) -> Iterator[str]:
    """The path in words: the number of a row is followed by what the row calls itself."""
    here = source
    for part in field.split("."):
        if isinstance(here, list) and part.isdecimal():
            here = here[int(part)] if int(part) < len(here) else None
            yield " ".join([str(int(part) + 1), *_own_name(here)])
        else:
            here = here.get(part) if isinstance(here, dict) else None
            yield part


def _own_name(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return []
    named = [row[key] for key in ("code", "version", "service", "entity", "purpose", "type") if key in row]
    return [f"({'/'.join(texts.show_unfit(str(name)[:60]) for name in named)})"] if named else []
