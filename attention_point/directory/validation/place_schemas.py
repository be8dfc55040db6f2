"""The shapes of a place and of an attention point, whatever brings them. Every error names its field."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from attention_point.directory.validation.field_types import (
    BilingualName,
    BilingualText,
    DatedModel,
    Day,
    EntityCode,
    PhoneText,
    ServiceCode,
    StrictModel,
    build_text_constraint,
    check_municipality,
)
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED_LINE

# Two openings a day, seven days, and room for one more.
MAX_OPENINGS = 15

_Line = Annotated[str, build_text_constraint(100), FOLDED_LINE]


def _check_clock_time(value: str) -> str:
    try:
        return f"{time.fromisoformat(value.rjust(5, '0')):%H:%M}"
    except ValueError:
        raise PydanticCustomError("clock_time", N_("Write a time as 08:00 or 14:30.")) from None


ClockTime = Annotated[str, StringConstraints(max_length=8), AfterValidator(_check_clock_time)]


# DIVIPOLA.
Municipality = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), AfterValidator(check_municipality)]


class OpeningData(StrictModel):
    """From when to when a place is open on a weekday; Monday is 1."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    opens_at: ClockTime
    closes_at: ClockTime

    @field_validator("closes_at")
    @classmethod
    def _check_time_order(cls, value: str, info: ValidationInfo) -> str:
        if value <= info.data.get("opens_at", ""):
            raise PydanticCustomError("time_order", N_("It must close after it opens."))
        return value


class PlaceData(DatedModel):
    """A place in which an entity receives people. What is not known is left out."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    entity: EntityCode
    name: BilingualName | None = None
    address: BilingualText | None = None
    landmark: BilingualText | None = None
    neighbourhood: _Line | None = None
    municipality: Municipality | None = None
    hours: Annotated[list[OpeningData], Field(max_length=MAX_OPENINGS)] = []
    hours_note: BilingualText | None = None
    holidays: Literal["closed", "open"] | None = None
    appointment: Literal["required", "walk_in"] | None = None
    appointment_note: BilingualText | None = None
    is_free: bool | None = None
    cost: BilingualText | None = None
    phone: PhoneText | None = None
    whatsapp: PhoneText | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] | None = None
    website: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)] | None = None
    services: Annotated[list[ServiceCode], Field(max_length=60)] = []
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    source: Annotated[str, build_text_constraint(300), FOLDED_LINE] | None = None
    confirmed: Day | None = None
    review_on: Day | None = None
    verified: bool = False
    order: Annotated[int, Field(ge=1, le=999)] = 1

    @field_validator("hours")
    @classmethod
    def _sort_hours(cls, value: list[OpeningData]) -> list[OpeningData]:
        openings = sorted(value, key=lambda opening: (opening.weekday, opening.opens_at))
        for earlier, later in zip(openings, openings[1:], strict=False):
            if earlier.weekday == later.weekday and later.opens_at < earlier.closes_at:
                raise PydanticCustomError("openings_overlap", N_("Two openings of one day overlap."))
        return openings

    def build_columns(self) -> dict[str, Any]:
        """The values as the table keeps them, without who confirmed them."""
        columns = super().build_columns()
        del columns["confirmed"]
        return {**columns, "confirmed_on": self.confirmed, "review_on": self.review_on}


class PointData(DatedModel):
    """An attention point and its settings."""

    code: EntityCode
    # The references of visits begin with it: BGA-2017-000123.
    prefix: Annotated[str, StringConstraints(pattern="^[A-Z]{2,6}$")]
    name: BilingualName
    address: BilingualText | None = None
    hours: BilingualText | None = None
    phone: PhoneText | None = None
    municipality: Municipality | None = None
    print_format: Literal["a4", "half_letter", "ticket"] = "a4"
    order: Literal["needs_first", "person_first"] = "needs_first"
    self_intake: bool = False
    retention_years: Annotated[int, Field(ge=1, le=100)] | None = None
