"""Codes and texts as a draft holds them, each in one spelling."""

from functools import cache, partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, StrictInt, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.person_fields import FIELDS_BY_NAME

UNKNOWN_CODE = N_("This code does not exist.")
NO_CODE = N_("Choose one of the list.")


def _blank_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


@cache
def _load_codes(list_name: str) -> frozenset[str]:
    return frozenset(entry.code for entry in get_code_list(list_name))


def check_code(value: Any, list_name: str | None) -> Any:
    """A code of a list as it is. Raises PydanticCustomError for any other value."""
    if value is not None and (list_name is None or str(value) not in _load_codes(list_name)):
        raise PydanticCustomError("unknown_code", UNKNOWN_CODE)
    return value


def _check_answer(value: Any, info: ValidationInfo) -> Any:
    question = FIELDS_BY_NAME.get(str(info.field_name))
    return check_code(value, question.code_list if question else None)


def _parse_code(value: str, list_name: str) -> str:
    if value in _load_codes(list_name):
        return value
    if not value.strip():  # a number was written and its type was not chosen
        raise PydanticCustomError("missing_code", NO_CODE)
    code = get_code_list(list_name).find_code(value)
    if code is None:
        raise PydanticCustomError("unknown_code", UNKNOWN_CODE)
    return code


def is_kind_complained_of(code: str) -> bool:
    """Whether a code is one of those whom a person may complain of beside the entities of the directory."""
    return code in _load_codes("complained_of_kinds")


BLANK_TO_NONE = BeforeValidator(_blank_to_none)
CodedAnswer = Annotated[str | None, BLANK_TO_NONE, AfterValidator(_check_answer)]
"""A code of the list that ``person_fields.py`` names for the field."""
NumberedAnswer = Annotated[StrictInt | None, AfterValidator(_check_answer)]
"""The same, for lists whose codes are numbers in JSON."""
Surname = Annotated[str, StringConstraints(max_length=60), SINGLE_LINE]
GivenNames = Annotated[str, StringConstraints(max_length=80), SINGLE_LINE]
Phone = Annotated[str, StringConstraints(max_length=25), SINGLE_LINE]
DocumentNumber = Annotated[str, StringConstraints(max_length=32), SINGLE_LINE]
ReasonText = Annotated[str, StringConstraints(max_length=300), SINGLE_LINE]
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=30)]
EntityCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
# "referral:*" agrees to every entity; "referral:icbf" agrees to one, or refuses one in spite of the other.
Purpose = Annotated[
    str,
    StringConstraints(
        pattern=r"^(attention|contact|statistics|research|referral:(\*|[a-z0-9]+(-[a-z0-9]+)*))$", max_length=60
    ),
]
VulnerabilityCode = Annotated[str, AfterValidator(partial(check_code, list_name="vulnerabilities"))]
DifficultyLevel = Literal["none", "some", "a_lot", "cannot"]
DocumentTypeCode = Annotated[
    str, StringConstraints(max_length=12), AfterValidator(partial(_parse_code, list_name="document_types"))
]
RelationCode = Annotated[str, AfterValidator(partial(check_code, list_name="relations"))]
GuardianName = Annotated[str, StringConstraints(min_length=1, max_length=160, strip_whitespace=True), SINGLE_LINE]
GuardianRelationCode = Annotated[
    str, StringConstraints(max_length=30), AfterValidator(partial(_parse_code, list_name="guardian_relations"))
]
