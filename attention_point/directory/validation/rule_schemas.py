"""The shape of what the rules read of a service: conditions, windows with their papers, advice."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from attention_point.conditions import ConditionError, read_condition
from attention_point.directory.validation.field_types import (
    BilingualName,
    BilingualText,
    DatedModel,
    Day,
    EntityCode,
    ServiceCode,
    StrictModel,
    build_code_constraint,
    build_text_constraint,
)
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED_LINE


def _parse_document_type(value: object) -> object:
    """The code of an identity document, also by its everyday word (PEP is PE), or the name of a paper in lower case."""
    return (get_code_list("document_types").find_code(value) or value) if isinstance(value, str) else value


def _check_document_code(value: str) -> str:
    # In lower case stands a paper that no code list knows, such as ``two-witnesses``.
    if not value.islower() and not get_code_list("document_types").has_code(value):
        raise PydanticCustomError("document_type", N_("No document has this code."))
    return value


def _check_condition(value: dict[str, Any]) -> dict[str, Any]:
    try:
        read_condition(value)
    except ConditionError as error:
        raise PydanticCustomError("condition", error.msgid, {"at": error.path}) from None
    return value


ConditionData = Annotated[dict[str, Any], AfterValidator(_check_condition)]
"""A condition over the facts of a visit (``attention_point/conditions.py``)."""
# A code in capitals (PA, DE), or the name of a paper in lower case.
DocumentType = Annotated[
    str,
    build_code_constraint(r"^([A-Z0-9]+(-[A-Z0-9]+)*|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"),
    BeforeValidator(_parse_document_type),
    AfterValidator(_check_document_code),
]


class AdviceData(StrictModel):
    """What a person of whom ``applies_if`` holds is told, on the slip, on the agent's card or on both."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    text: BilingualText
    applies_if: ConditionData | None = None
    shown_on: Literal["slip", "card", "both"] = "both"
    valid_from: Day | None = None
    valid_to: Day | None = None
    verified: bool = False

    @model_validator(mode="after")
    def _check_day_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("day_order", N_("The last day cannot be before the first day."))
        return self


class InstrumentDocumentData(StrictModel):
    """A document that an instrument accepts while its window is open."""

    type: DocumentType
    expired_accepted: bool = False
    below_age: Annotated[int, Field(ge=1, le=120)] | None = None


class InstrumentPaperData(StrictModel):
    """Something to bring for an instrument."""

    text: BilingualText
    documents: Annotated[list[DocumentType], Field(max_length=20)] = []


class InstrumentData(DatedModel):
    """A way that a procedure has for some people within a window, such as a phase of a permit."""

    code: ServiceCode
    name: BilingualName
    applies_if: ConditionData | None = None
    entity: EntityCode | None = None
    documents: Annotated[list[InstrumentDocumentData], Field(max_length=20)] = []
    papers: Annotated[list[InstrumentPaperData], Field(max_length=20)] = []
    advice: Annotated[list[AdviceData], Field(max_length=20)] = []
    basis: Annotated[list[Annotated[str, build_text_constraint(200), FOLDED_LINE]], Field(max_length=10)] = []
    verified: bool = False
