"""A visit before it is recorded: one shape for the desk's form, the API and invented people.

The fields are those of the published contract. Only ``id``, ``point``, ``attended_at`` and ``needs`` are required:
somebody without papers, without a name to give, is received.

Fields keep their order: the fingerprint of a draft is taken of its JSON, and a tablet that sends a visit again after
an upgrade must be told that it is recorded already.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from attention_point.dates import (
    DateSpan,
    find_birth_span,
    find_possible_ages,
    format_partial_date,
    parse_partial_date,
)
from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import MULTIPLE_LINES, SINGLE_LINE
from attention_point.foundation.validation import parse_object
from attention_point.intake.draft_types.answers import (
    BLANK_TO_NONE,
    CodedAnswer,
    EntityCode,
    GivenNames,
    NumberedAnswer,
    Phone,
    Purpose,
    ReasonText,
    RelationCode,
    ServiceCode,
    Surname,
    VulnerabilityCode,
    check_code,
)
from attention_point.intake.draft_types.days import PartialDate, require_text_date
from attention_point.intake.draft_types.parts import Disability, DocumentDraft, DraftPart, Guardian, SituationFacts
from attention_point.people.phones import normalise_phone

IMPOSSIBLE_AGE = 130  # years; the oldest person on record lived for 122
MAXIMUM_VERSION = 2**31 - 1  # the largest number that PostgreSQL's integer holds
StoredWarning = tuple[str, str, Mapping[str, Any]]
"""A field, a message id and its values, stored so that every reader gets it in their own language."""
CLOCK_TOLERANCE = timedelta(days=1)  # a tablet's clock may be wrong by some hours
MAXIMUM_DOCUMENTS = 10
EARLIEST_DAY = date(2000, 1, 1)
LONGEST_WAIT = timedelta(days=1)  # between arrival and attention
NOT_AN_OBJECT = N_("The visit must be a JSON object.")


class PersonDraft(DraftPart):
    """The person who came. ``id`` names a person on file whom the agent chose; ``new`` says that it is nobody on file.

    Without either, a document on file together with the birth date and a name that agrees finds the person. ``version``
    is that of the chosen person's record, if all of it was in sight: what the draft leaves out was then emptied, and a
    record that was changed meanwhile is a conflict. ``age`` is in whole years at the attention, for whom the birth date
    is not known. The other fields are those of ``person_fields.py``.
    """

    id: UUID | None = None
    new: StrictBool | None = None
    version: Annotated[StrictInt, Field(ge=1, le=MAXIMUM_VERSION)] | None = None
    given_names: Annotated[GivenNames | None, BLANK_TO_NONE] = None
    surname_1: Annotated[Surname | None, BLANK_TO_NONE] = None
    surname_2: Annotated[Surname | None, BLANK_TO_NONE] = None
    birth_date: PartialDate = None
    age: Annotated[StrictInt, Field(ge=0)] | None = None
    sex: CodedAnswer = None
    nationality: CodedAnswer = None
    documents: Annotated[tuple[DocumentDraft, ...], Field(max_length=MAXIMUM_DOCUMENTS)] = ()
    phone: Annotated[Phone | None, BLANK_TO_NONE] = None
    phone_safe: CodedAnswer = None
    municipality: CodedAnswer = None
    origin: CodedAnswer = None
    population: CodedAnswer = None
    status: CodedAnswer = None
    intention: CodedAnswer = None
    ethnicity: NumberedAnswer = None
    education: NumberedAnswer = None
    gender: CodedAnswer = None
    disability: Disability | None = None
    # To the main person of the family that came. It belongs to the visit: next year a child may come with an aunt.
    relation: RelationCode | None = None


class Household(DraftPart):
    """The people who came along: their numbers, and who is responsible for a child."""

    adults: Annotated[StrictInt, Field(ge=0, le=50)] | None = None
    children: Annotated[StrictInt, Field(ge=0, le=50)] | None = None
    accompanied_by: Annotated[
        str | None, BLANK_TO_NONE, AfterValidator(partial(check_code, list_name="accompanied_by"))
    ] = None


class Consent(DraftPart):
    """One purpose, granted or refused, under one version of the text that was shown, in one language.

    ``extra_fields`` are data that the entity of a referral gets only because the person asked for it.
    """

    purpose: Purpose
    granted: StrictBool
    text_version: Annotated[str, StringConstraints(min_length=1, max_length=20), SINGLE_LINE]
    language: Literal["es", "en"] | None = None
    extra_fields: Annotated[tuple[Literal["phone"], ...], Field(max_length=10)] | None = None


class DeclinedSuggestion(DraftPart):
    """A suggestion that was not followed, or was followed once more. A mandatory path needs the reason."""

    service: ServiceCode
    reason: Annotated[ReasonText | None, BLANK_TO_NONE] = None


class VisitDraft(DraftPart):
    """A visit to record. The client makes the id (UUIDv7), so that sending it twice records it once."""

    # Who types a date mends it at once. A program's clock may be two years off while the person has left long ago.
    takes_any_moment: ClassVar[bool] = False

    # The greatest numbers of entries are far above any visit: they keep a broken program from filling the disk.
    id: UUID
    point: EntityCode
    attended_at: Annotated[AwareDatetime, BeforeValidator(require_text_date)]
    arrived_at: Annotated[AwareDatetime, BeforeValidator(require_text_date)] | None = None
    person: PersonDraft = PersonDraft()
    household: Household = Household()
    vulnerabilities: Annotated[tuple[VulnerabilityCode, ...], Field(max_length=20)] = ()
    needs: Annotated[tuple[ServiceCode, ...], Field(min_length=1, max_length=30)]
    facts: SituationFacts = SituationFacts()
    consents: Annotated[tuple[Consent, ...], Field(max_length=40)] = ()
    notes: Annotated[str, StringConstraints(max_length=2000), MULTIPLE_LINES] = ""
    # None: refer to whatever is suggested and consented to. A list: to these services only.
    refer: Annotated[tuple[ServiceCode, ...], Field(max_length=30)] | None = None
    entities: Annotated[dict[ServiceCode, EntityCode], Field(max_length=30, default_factory=dict)]
    declined: Annotated[tuple[DeclinedSuggestion, ...], Field(max_length=30)] = ()
    # Services referred again although an earlier referral waits for its entity, each with the reason. None: there are
    # none, and the fingerprint of a draft is what it was before the field existed.
    repeated: Annotated[tuple[DeclinedSuggestion, ...], Field(max_length=30)] | None = None
    # The same for all who came together; the client makes it (UUIDv7).
    family: UUID | None = None
    guardian: Guardian | None = None
    # The turn from which the attention began. Recording the visit finishes it, and its arrival counts if none is given.
    turn: UUID | None = None

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        day = self.attended_day
        is_possible = self.has_possible_moment(clock.now())
        if not self.takes_any_moment and not is_possible:
            raise _build_field_error("attended_at", N_("The date of the visit is not possible."))
        if is_possible and self.arrived_at and not timedelta(0) <= self.attended_at - self.arrived_at <= LONGEST_WAIT:
            raise _build_field_error("arrived_at", N_("The arrival is not within the day before the visit."))
        arrived_on, notified_on = self.facts.arrived_on, self.facts.measure_notified_on
        if arrived_on and parse_partial_date(arrived_on).earliest > day:
            raise _build_field_error("facts.arrived_on", N_("This date is after the date of the visit."))
        if notified_on and notified_on > day:
            raise _build_field_error("facts.measure_notified_on", N_("This date is after the date of the visit."))
        return self

    @model_validator(mode="after")
    def _check_birth(self) -> Self:
        birth_date, age = self.person.birth_date, self.person.age
        possible_ages = find_possible_ages(parse_partial_date(birth_date), self.attended_day) if birth_date else None
        if birth_date and possible_ages is None:
            raise _build_field_error("person.birth_date", N_("The birth date is after the date of the visit."))
        # A slip of the keyboard: 1897 for 1987, or 233 for 23.
        if possible_ages and possible_ages[0] >= IMPOSSIBLE_AGE:
            raise _build_field_error("person.birth_date", N_("Nobody is 130 years old or older. Check the birth date."))
        if age is not None and age >= IMPOSSIBLE_AGE:
            raise _build_field_error("person.age", N_("Nobody is 130 years old or older. Check the age."))
        if age is not None and possible_ages and not possible_ages[0] <= age <= possible_ages[1]:
            raise _build_field_error("person.age", N_("The age and the birth date do not go together."))
        return self

    @model_validator(mode="after")
    def _check_person_choice(self) -> Self:
        if self.person.new and self.person.id:
            raise _build_field_error(
                "person.new", N_("Somebody on file is not new: give the identifier, or say that it is new.")
            )
        if self.person.version and not self.person.id:
            raise _build_field_error(
                "person.version", N_("A version belongs to somebody on file: give the identifier.")
            )
        return self

    @model_validator(mode="after")
    def _check_consents(self) -> Self:
        # Nobody could tell afterwards which of the two was meant.
        granted_by_purpose: dict[str, bool] = {}
        for index, consent in enumerate(self.consents):
            if granted_by_purpose.setdefault(consent.purpose, consent.granted) != consent.granted:
                raise _build_field_error(f"consents.{index}.granted", N_("The same purpose is granted and refused."))
        return self

    def has_possible_moment(self, now: datetime) -> bool:
        """Whether the attention can have been then: not more than a day after ``now``, not before the year 2000."""
        return self.attended_at <= now + CLOCK_TOLERANCE and clock.local_day(self.attended_at) >= EARLIEST_DAY

    @property
    def refuses_to_be_on_file(self) -> bool:
        """Whether the person refused to be put on file. No answer is no refusal, and no consent either."""
        return any(consent.purpose == "attention" and not consent.granted for consent in self.consents)

    @property
    def waiting_minutes(self) -> int | None:
        """Whole minutes from the arrival to the attention; None where the arrival was not noted."""
        return int((self.attended_at - self.arrived_at).total_seconds()) // 60 if self.arrived_at else None

    @cached_property
    def attended_day(self) -> date:
        """The point's calendar day of the attention; today for a moment that cannot be."""
        now = clock.now()
        return clock.local_day(self.attended_at if self.has_possible_moment(now) else now)

    @cached_property
    def birth_span(self) -> DateSpan | None:
        """The days on which the person may have been born, by the birth date and the age that were stated."""
        birth_date, age = self.person.birth_date, self.person.age
        date_span = parse_partial_date(birth_date) if birth_date else None
        age_span = find_birth_span(age, self.attended_day) if age is not None else None
        return date_span.find_common_days(age_span) if date_span and age_span else date_span or age_span

    @cached_property
    def person_fields(self) -> dict[str, Any]:
        """What was stated of the person, as a person's record holds it.

        An age has become a part of a birth date, and a telephone stands in its one form. The draft itself keeps what
        was sent: its fingerprint must be the same after an upgrade that reads a number in another way.
        """
        left_out = {"id", "new", "version", "age", "relation"}
        fields = self.person.model_dump(mode="json", exclude_none=True, exclude=left_out)
        if self.birth_span:
            fields["birth_date"] = format_partial_date(self.birth_span)
        if self.person.phone:
            fields["phone"] = normalise_phone(self.person.phone).text
        return fields


class ProgramDraft(VisitDraft):
    """A visit as a program sends it: whatever its clock says, the visit is recorded (``find_moment``)."""

    takes_any_moment: ClassVar[bool] = True


def read_program_draft(payload: object) -> ProgramDraft:
    """The draft of what a program sent. Raises Invalid with an error for each wrong field."""
    return parse_object(ProgramDraft, payload, NOT_AN_OBJECT)


def read_draft(payload: object) -> VisitDraft:
    """The draft of what a form or a program sent. Raises Invalid with an error for each wrong field."""
    return parse_object(VisitDraft, payload, NOT_AN_OBJECT)


def _build_field_error(field: str, message: str) -> PydanticCustomError:
    return PydanticCustomError("at_field", message, {"field": field})
