"""The types of fields that several rows of the directory share: days, codes, texts in two languages."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED_LINE

# Wide enough for every date of the directory, and narrow enough to refuse slips of the keyboard.
ALLOWED_YEARS = range(1900, 2201)


def parse_day(value: object) -> object:
    """A calendar day of a date or of a text YYYY-MM-DD."""
    # Pydantic alone would take a number, such as 20180101, for seconds since 1970.
    day = value
    if isinstance(value, str):
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime) or day.year not in ALLOWED_YEARS:
        raise PydanticCustomError("day", N_("Write a real date between the years 1900 and 2200."))
    return day


def build_text_constraint(max_length: int) -> Any:
    return StringConstraints(min_length=1, max_length=max_length)


def build_code_constraint(pattern: str) -> Any:
    return StringConstraints(pattern=pattern, max_length=40)


Day = Annotated[date, BeforeValidator(parse_day)]
Text = Annotated[str, build_text_constraint(400), FOLDED_LINE]
# Kebab-case: the code stands in addresses, in consents (``referral:icbf``) and in accounts.
EntityCode = Annotated[str, build_code_constraint(r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# In capitals, as the codes of needs.
ServiceCode = Annotated[str, build_code_constraint(r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]


def check_municipality(value: str) -> str:
    """The code of a municipality, as it is. Raises PydanticCustomError for one that DANE never gave."""
    if not get_code_list("municipality").has_code(value):
        raise PydanticCustomError("municipality", N_("No municipality has this code."))
    return value


_SHORTEST_NUMBER = 3  # digits: 123, 155


def _check_number(value: str) -> str:
    if sum(letter.isdigit() for letter in value) < _SHORTEST_NUMBER:
        raise PydanticCustomError("phone", N_("Write a telephone number, with its digits."))
    return value


# As it is written, with an extension or a second number. A text without digits would stand on a slip as a number.
PhoneText = Annotated[str, build_text_constraint(100), FOLDED_LINE, AfterValidator(_check_number)]


class StrictModel(BaseModel):
    # A misspelt key is an error, and not a value that is lost in silence.
    model_config = ConfigDict(extra="forbid", frozen=True)


class BilingualShortName(StrictModel):
    """A short name for lists."""

    es: Annotated[str, build_text_constraint(60), FOLDED_LINE]
    en: Annotated[str, build_text_constraint(60), FOLDED_LINE]


class BilingualName(StrictModel):
    """A full name."""

    es: Annotated[str, build_text_constraint(150), FOLDED_LINE]
    en: Annotated[str, build_text_constraint(150), FOLDED_LINE]


class BilingualText(StrictModel):
    """A sentence or two."""

    es: Text
    en: Text


class BilingualLongText(StrictModel):
    """A paragraph."""

    es: Annotated[str, build_text_constraint(2000), FOLDED_LINE]
    en: Annotated[str, build_text_constraint(2000), FOLDED_LINE]


class DatedModel(StrictModel):
    valid_from: Day
    valid_to: Day | None = None

    @field_validator("valid_to")
    @classmethod
    def _check_day_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        # ``info.data`` holds the fields that stand before this one in the class and are valid.
        first_day = info.data.get("valid_from")
        if value and first_day and value < first_day:
            raise PydanticCustomError("day_order", N_("The last day cannot be before the first day."))
        return value

    def build_columns(self) -> dict[str, Any]:
        """The values as the table keeps them."""
        return {**self.model_dump(mode="json"), "valid_from": self.valid_from, "valid_to": self.valid_to}
