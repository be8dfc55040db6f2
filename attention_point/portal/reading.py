"""Reads an answer that a program sent; every complaint names its field."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from attention_point.foundation.codelists import codelist
from attention_point.foundation.complaints import read_object
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import LINES
from attention_point.referrals.services import REASON_LENGTH, Answer

OBJECT = N_("The answer must be a JSON object.")
LARGEST = 2**31 - 1


def _state(code: str) -> str:
    if not codelist("referral_states").has(code):
        raise PydanticCustomError("unknown_code", N_("This code does not exist."))
    return code


Words = Annotated[str, StringConstraints(strict=True, max_length=REASON_LENGTH), LINES]


class AnswerBody(BaseModel):
    """The body of an answer: the version is that of the referral as the program read it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    state: Annotated[str, StringConstraints(strict=True, max_length=20), AfterValidator(_state)]
    version: Annotated[StrictInt, Field(ge=1, le=LARGEST)]
    reason: Words | None = None
    note: Words | None = None


def read_answer(payload: object) -> Answer:
    """The answer; raises Invalid with one FieldError a complaint."""
    return Answer(**read_object(AnswerBody, payload, OBJECT).model_dump())
