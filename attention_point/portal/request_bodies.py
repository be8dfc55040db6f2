"""Reads the answer that a program sends. Every error names its field."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import MULTIPLE_LINES, SINGLE_LINE
from attention_point.foundation.validation import parse_object
from attention_point.referrals.appointments import TEXT_MAX_LENGTH, Appointment
from attention_point.referrals.services import REASON_MAX_LENGTH, Answer

NOT_AN_OBJECT = N_("The answer must be a JSON object.")
MAX_VERSION = 2**31 - 1  # the largest number that PostgreSQL's integer holds


def _check_state_code(code: str) -> str:
    if not get_code_list("referral_states").has_code(code):
        raise PydanticCustomError("unknown_code", N_("This code does not exist."))
    return code


AnswerText = Annotated[str, StringConstraints(strict=True, max_length=REASON_MAX_LENGTH), MULTIPLE_LINES]


AppointmentText = Annotated[str, StringConstraints(strict=True, max_length=TEXT_MAX_LENGTH), SINGLE_LINE]


class AppointmentBody(BaseModel):
    """The appointment that goes with an acceptance: a moment with its time zone, the place, what to bring."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    moment: AwareDatetime
    place: AppointmentText | None = None
    bring: AppointmentText | None = None


class AnswerBody(BaseModel):
    """The body of an answer. ``version`` is that of the referral as the program read it."""

    # An error of pydantic must not carry the reason or the note into a log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    state: Annotated[str, StringConstraints(strict=True, max_length=20), AfterValidator(_check_state_code)]
    # Strict: a version as text or as 1.0 is a mistake of the program.
    version: Annotated[StrictInt, Field(ge=1, le=MAX_VERSION)]
    reason: AnswerText | None = None
    # One of the entity's reasons to reject, or "other" with words in ``reason``.
    reason_code: Annotated[str, StringConstraints(strict=True, max_length=40), SINGLE_LINE] | None = None
    note: AnswerText | None = None
    appointment: AppointmentBody | None = None


def read_answer(payload: object) -> Answer:
    """Read an answer. Raises Invalid with a FieldError for each error."""
    body = parse_object(AnswerBody, payload, NOT_AN_OBJECT)
    appointment = _read_appointment(body.appointment)
    return Answer(body.state, body.version, body.reason, body.note, appointment, body.reason_code)


def _read_appointment(body: AppointmentBody | None) -> Appointment | None:
    if body is None:
        return None
    try:
        moment = clock.to_local_time(body.moment)
    except OverflowError:  # the last hours of the year 9999, say: the check of the appointment refuses them
        moment = body.moment
    return Appointment(moment.isoformat(), body.place, body.bring)
