"""What is said in a visit before it is recorded: one shape for the desk's form, the API and invented people.

The fields are those of the published contract. Only ``id``, ``point``, ``attended_at`` and ``needs`` are required:
somebody without papers, without a name to give, is received.
"""

import re
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from attention_point.foundation import clock
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import LINE, LINES
from attention_point.people.rules import normalise_document

OLDEST = 130  # years
AHEAD = timedelta(days=1)  # a tablet's clock may be wrong by some hours
BEGINNING = date(2000, 1, 1)
LONGEST_WAIT = timedelta(days=1)


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


@cache
def _codes(name: str) -> frozenset[str]:
    return frozenset(each.code for each in codelist(name))


def _in(name: str) -> AfterValidator:
    """A code of a list; an unknown one is named as such."""

    def check(value: Any) -> Any:
        if value is not None and str(value) not in _codes(name):
            raise PydanticCustomError("unknown_code", N_("This code does not exist."))
        return value

    return AfterValidator(check)


def _document_type(value: str) -> str:
    if value in _codes("document_types"):
        return value
    code = codelist("document_types").alias(value)
    if code is None:
        raise PydanticCustomError("unknown_code", N_("This code does not exist."))
    return code


_YEAR = re.compile(r"\s*\d{4}-", re.ASCII)


def _written(value: Any) -> Any:
    """A date comes as text that begins with its year: a number would be taken for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and (not value or _YEAR.match(value))):
        return value or None
    raise PydanticCustomError("date_type", N_("A date is written as text."))


Day = Annotated[date | None, BeforeValidator(_written)]
BLANK = BeforeValidator(_empty_is_none)
Name = Annotated[str, StringConstraints(max_length=60), LINE]
GivenNames = Annotated[str, StringConstraints(max_length=80), LINE]
Phone = Annotated[str, StringConstraints(max_length=25), LINE]
Number = Annotated[str, StringConstraints(max_length=32), LINE]
Sentence = Annotated[str, StringConstraints(max_length=300), LINE]
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=30)]
EntityCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Purpose = Annotated[
    str,
    StringConstraints(pattern=r"^(attention|statistics|research|referral:(\*|[a-z0-9]+(-[a-z0-9]+)*))$", max_length=60),
]
Level = Literal["none", "some", "a_lot", "cannot"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, dict) and None in value.values():
            return {name: given for name, given in value.items() if given is not None}
        return value


class Document(_Part):
    """An identity document as shown. Format doubts are warnings (people/rules.py), not errors."""

    type: Annotated[str, StringConstraints(max_length=12), AfterValidator(_document_type)]
    number: Annotated[Number | None, BLANK] = None
    expires: Day = None

    @model_validator(mode="after")
    def _normalised(self) -> Self:
        try:
            _type, number = normalise_document(self.type, self.number)
        except ValueError as error:
            raise PydanticCustomError("document_number", str(error)) from None
        if number != self.number:
            object.__setattr__(self, "number", number or None)
        return self


class Disability(_Part):
    """The six questions of the Washington Group short set; each may stay unanswered."""

    seeing: Level | None = None
    hearing: Level | None = None
    walking: Level | None = None
    remembering: Level | None = None
    self_care: Level | None = None
    communicating: Level | None = None

    @property
    def present(self) -> bool | None:
        """Whether there is a disability: at least one "a lot" or more; None when nothing was answered."""
        answers = [answer for answer in self.__dict__.values() if answer is not None]
        return any(answer in {"a_lot", "cannot"} for answer in answers) if answers else None


class PersonDraft(_Part):
    """Who came. ``id`` names a person already known, chosen by the agent; ``new`` says that it is nobody on file.

    Without either, a document on file together with the birth date and a name that agrees finds the person.
    """

    id: UUID | None = None
    new: StrictBool | None = None
    given_names: Annotated[GivenNames | None, BLANK] = None
    surname_1: Annotated[Name | None, BLANK] = None
    surname_2: Annotated[Name | None, BLANK] = None
    birth_date: Day = None
    sex: Annotated[str | None, BLANK, _in("sex")] = None
    nationality: Annotated[str | None, BLANK, _in("nationality")] = None
    documents: Annotated[tuple[Document, ...], Field(max_length=10)] = ()
    phone: Annotated[Phone | None, BLANK] = None
    municipality: Annotated[str | None, BLANK, _in("municipality")] = None
    origin: Annotated[str | None, BLANK, _in("origin")] = None
    population: Annotated[str | None, BLANK, _in("population")] = None
    status: Annotated[str | None, BLANK, _in("status")] = None
    intention: Annotated[str | None, BLANK, _in("intention")] = None
    ethnicity: Annotated[StrictInt | None, _in("ethnicity")] = None
    education: Annotated[StrictInt | None, _in("education")] = None
    gender: Annotated[str | None, BLANK, _in("gender")] = None
    disability: Disability | None = None


class Household(_Part):
    """Who came along: numbers of people, and who answers for a child."""

    adults: Annotated[StrictInt, Field(ge=0, le=50)] | None = None
    children: Annotated[StrictInt, Field(ge=0, le=50)] | None = None
    accompanied_by: Annotated[str | None, BLANK, _in("accompanied_by")] = None


class Facts(_Part):
    """Answers that rules ask for."""

    child_born_in_colombia_without_note: StrictBool = False
    complained_of: Annotated[EntityCode | None, BLANK] = None


class Consent(_Part):
    """One purpose, granted or refused, under one version of the text that was shown."""

    purpose: Purpose
    granted: StrictBool
    text_version: Annotated[str, StringConstraints(min_length=1, max_length=20), LINE]


class Declined(_Part):
    """A suggestion that was not followed. The reason is asked for where the path is mandatory."""

    service: ServiceCode
    reason: Annotated[Sentence | None, BLANK] = None


class VisitDraft(_Part):
    """A visit to record. Ids are the client's own (UUIDv7), so that sending twice records once."""

    id: UUID
    point: EntityCode
    attended_at: Annotated[AwareDatetime, BeforeValidator(_written)]
    arrived_at: Annotated[AwareDatetime, BeforeValidator(_written)] | None = None
    person: PersonDraft = PersonDraft()
    household: Household = Household()
    vulnerabilities: Annotated[tuple[Annotated[str, _in("vulnerabilities")], ...], Field(max_length=20)] = ()
    needs: Annotated[tuple[ServiceCode, ...], Field(min_length=1, max_length=30)]
    facts: Facts = Facts()
    consents: Annotated[tuple[Consent, ...], Field(max_length=40)] = ()
    notes: Annotated[str, StringConstraints(max_length=2000), LINES] = ""
    refer: Annotated[tuple[ServiceCode, ...], Field(max_length=30)] | None = None
    entities: Annotated[dict[ServiceCode, EntityCode], Field(max_length=30, default_factory=dict)]
    declined: Annotated[tuple[Declined, ...], Field(max_length=30)] = ()

    @model_validator(mode="after")
    def _times_agree(self) -> Self:
        day = self.day
        if self.attended_at > clock.now() + AHEAD or day < BEGINNING:
            raise _at("attended_at", N_("The date of the attention is not possible."))
        if self.arrived_at and not self.attended_at - LONGEST_WAIT <= self.arrived_at <= self.attended_at:
            raise _at("arrived_at", N_("The arrival is not within the day before the attention."))
        born = self.person.birth_date
        if born and born > day:
            raise _at("person.birth_date", N_("The birth date is after the date of the attention."))
        if born and day.year - born.year > OLDEST:
            raise _at("person.birth_date", N_("The birth date is more than 130 years ago."))
        return self

    @model_validator(mode="after")
    def _is_new_or_known(self) -> Self:
        if self.person.new and self.person.id:
            raise _at("person.new", N_("Somebody on file is not new: give the identifier, or say that it is new."))
        return self

    @model_validator(mode="after")
    def _consents_agree(self) -> Self:
        answers: dict[str, bool] = {}
        for place, consent in enumerate(self.consents):
            if answers.setdefault(consent.purpose, consent.granted) != consent.granted:
                raise _at(f"consents.{place}.granted", N_("The same purpose is granted and refused."))
        return self

    @property
    def refuses_to_be_on_file(self) -> bool:
        """Whether the person refused to be put on file (Ley 1581 de 2012, art. 9); saying nothing is no refusal."""
        return any(consent.purpose == "attention" and not consent.granted for consent in self.consents)

    @property
    def wait(self) -> int | None:
        """Whole minutes from the arrival to the attention; None where the arrival was not noted."""
        return int((self.attended_at - self.arrived_at).total_seconds()) // 60 if self.arrived_at else None

    @cached_property
    def day(self) -> date:
        """The point's calendar day of the attention."""
        return clock.local_day(self.attended_at)

    def consented_to(self, entity: str) -> bool:
        """Whether the person agreed that their data go to this entity; a refusal by name outweighs a general yes."""
        answers = {consent.purpose: consent.granted for consent in self.consents}
        return answers.get(f"referral:{entity}", answers.get("referral:*", False))


def _at(field: str, message: str) -> PydanticCustomError:
    return PydanticCustomError("at_field", message, {"field": field})
