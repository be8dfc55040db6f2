"""The shape of each row of the directory, whether a file or a page brings it. Every error names its field."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from attention_point.directory.labels import PORTAL_FIELD_LABELS
from attention_point.directory.validation.field_types import (
    BilingualLongText,
    BilingualName,
    BilingualShortName,
    BilingualText,
    DatedModel,
    Day,
    EntityCode,
    PhoneText,
    ServiceCode,
    StrictModel,
    build_text_constraint,
)
from attention_point.directory.validation.place_schemas import PlaceData, PointData
from attention_point.directory.validation.rule_schemas import AdviceData, ConditionData, DocumentType, InstrumentData
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED_LINE

# What a service may show its entity. The migration status is not among them: help never serves enforcement.
PORTAL_FIELDS = tuple(PORTAL_FIELD_LABELS)

LONGEST_TERM = 120  # working days: half a year
CONTACT_OF_OLD_FILES = frozenset({"address", "hours", "phone", "confirmed"})
RESERVED_CODE = "new"  # ``/directory/entities/new`` is the page that adds an entity


def _sort_portal_fields(fields: list[str]) -> list[str]:
    if not set(fields).issubset(PORTAL_FIELDS):
        raise PydanticCustomError("portal_field", N_("Some of these data may not be shown to an entity."))
    # In one order, so that two lists of the same fields are equal.
    return [field for field in PORTAL_FIELDS if field in fields]


class EntityData(DatedModel):
    """An entity."""

    code: EntityCode
    kind: Literal["national", "municipal", "international"]
    name: BilingualName
    short: BilingualShortName
    description: BilingualText
    desk_2017: bool = False
    receives_referrals: bool = True
    sanctions: bool = False
    withheld_fields: Annotated[list[str], Field(max_length=len(PORTAL_FIELDS))] = []
    verified: bool = False
    # Files of an older version say here where the entity is; it becomes the first place of the entity.
    address: BilingualText | None = None
    hours: BilingualText | None = None
    phone: PhoneText | None = None
    confirmed: Day | None = None

    @field_validator("code")
    @classmethod
    def _check_code_not_reserved(cls, value: str) -> str:
        if value == RESERVED_CODE:
            raise PydanticCustomError("reserved", N_("This code is reserved for the program. Choose another."))
        return value

    @field_validator("withheld_fields")
    @classmethod
    def _check_withheld_fields(cls, value: list[str]) -> list[str]:
        return _sort_portal_fields(value)

    def build_columns(self) -> dict[str, Any]:
        """The values as the table keeps them."""
        return {name: value for name, value in super().build_columns().items() if name not in CONTACT_OF_OLD_FILES}

    def build_place(self) -> PlaceData | None:
        """The first place of the entity, where the file says it with the entity."""
        if not (self.address or self.hours or self.phone):
            return None
        return PlaceData(
            id=self.code,
            entity=self.code,
            address=self.address,
            hours_note=self.hours,
            phone=self.phone,
            confirmed=self.confirmed,
            order=1,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class LegalBasis(StrictModel):
    """A law, decree or resolution on which a service is based."""

    text: Annotated[str, build_text_constraint(200), FOLDED_LINE]
    verified: bool = False


class AcceptedDocumentData(DatedModel):
    """A document that a service accepts."""

    type: DocumentType
    expired_accepted: bool = False
    below_age: Annotated[int, Field(ge=1, le=120)] | None = None
    verified: bool = False


class RequirementData(DatedModel):
    """Something to bring, as the slip says it; whoever showed one of ``documents`` at the desk has it."""

    text: BilingualText
    documents: Annotated[list[DocumentType], Field(max_length=20)] = []
    verified: bool = False


class ServiceClockData(StrictModel):
    """The terms of a referral in working days: to open it, to answer it, and until it expires without an answer."""

    open: Annotated[int, Field(ge=1, le=LONGEST_TERM)]
    answer: Annotated[int, Field(ge=1, le=LONGEST_TERM)]
    expire: Annotated[int, Field(ge=1, le=LONGEST_TERM)]

    @field_validator("answer", "expire")
    @classmethod
    def _check_order_of_terms(cls, value: int, info: ValidationInfo) -> int:
        earlier_terms = [info.data[name] for name in ("open", "answer") if name in info.data]
        if earlier_terms and value < max(earlier_terms):
            raise PydanticCustomError("term_order", N_("This term cannot be shorter than the one before it."))
        return value


class ServiceData(DatedModel):
    """A service."""

    code: ServiceCode
    need: ServiceCode
    name: BilingualName
    description: BilingualText
    legal_basis: Annotated[list[LegalBasis], Field(max_length=20)] = []
    restricted: bool
    documents_none: bool
    documents: Annotated[list[AcceptedDocumentData], Field(max_length=40)] = []
    papers: Annotated[list[RequirementData], Field(max_length=40)] = []
    conditions: BilingualText | None = None
    clock: ServiceClockData | None = None
    fields: list[str]
    instruments: Annotated[list[InstrumentData], Field(max_length=40)] = []
    applies_if: ConditionData | None = None
    suggested_if: ConditionData | None = None
    urgent_if: ConditionData | None = None
    closed: BilingualText | None = None
    advice: Annotated[list[AdviceData], Field(max_length=60)] = []

    @field_validator("documents", "papers")
    @classmethod
    def _check_nothing_required(cls, value: list[Any], info: ValidationInfo) -> list[Any]:
        # The law lets some services ask for nothing; a listed paper would turn people away.
        if value and info.data.get("documents_none"):
            raise PydanticCustomError("papers_listed", N_("This service requests no documents, so none can be listed."))
        return value

    @field_validator("fields")
    @classmethod
    def _check_portal_fields(cls, value: list[str]) -> list[str]:
        return _sort_portal_fields(value)

    @field_validator("instruments")
    @classmethod
    def _check_instruments(cls, value: list[InstrumentData], info: ValidationInfo) -> list[InstrumentData]:
        if info.data.get("documents_none") and any(instrument.documents or instrument.papers for instrument in value):
            raise PydanticCustomError("papers_listed", N_("This service requests no documents, so none can be listed."))
        if len({instrument.code for instrument in value}) < len(value):
            raise PydanticCustomError("repeated", N_("Two instruments have the same code."))
        return value

    @field_validator("advice")
    @classmethod
    def _check_advice(cls, value: list[AdviceData], info: ValidationInfo) -> list[AdviceData]:
        # A suggestion keeps the codes of what was told: a code must lead to one text of the service.
        entries = [*value, *(entry for instrument in info.data.get("instruments") or () for entry in instrument.advice)]
        if len({entry.code for entry in entries}) < len(entries):
            raise PydanticCustomError("repeated", N_("Two entries of advice have the same code."))
        return value


class OfferTerms(DatedModel):
    """An entity that offers a service, and its place among the offers."""

    entity: EntityCode
    order: Annotated[int, Field(ge=1, le=99)]
    verified: bool = False


class OfferData(OfferTerms):
    """An entity's offer of a service."""

    service: ServiceCode


class ServiceWithOffersData(ServiceData):
    """A service with its offers, as the page edits it."""

    offers: Annotated[list[OfferTerms], Field(max_length=40)]


class EmergencyLineData(DatedModel):
    """An emergency line."""

    code: EntityCode
    number: Annotated[PhoneText, StringConstraints(max_length=40)]
    name: BilingualName
    services: list[ServiceCode]
    source: Annotated[str, build_text_constraint(300), FOLDED_LINE] | None = None
    confirmed: Day | None = None
    review_on: Day | None = None
    verified: bool = False

    def build_columns(self) -> dict[str, Any]:
        """The values as the table keeps them, without who confirmed them."""
        columns = super().build_columns()
        del columns["confirmed"]
        return {**columns, "confirmed_on": self.confirmed, "review_on": self.review_on}


class ConsentPurpose(StrictModel):
    """One purpose. The agent asks for each purpose by itself."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z]+(:([a-z-]+|\*|<entity>))?$", max_length=60)]
    title: BilingualName
    collected: BilingualText
    why: BilingualText
    refusal: BilingualText


class ConsentContact(BilingualText):
    """Where people can ask about their data."""

    confirmed: Day | None = None


class ConsentNotice(StrictModel):
    """One part of the public privacy pages."""

    title: BilingualName
    text: BilingualLongText


class ConsentData(DatedModel):
    """A consent text. The parts that may be left out did not exist in the first version."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]+(-[0-9a-z]+)*$", max_length=40)]
    intro: BilingualLongText
    promise: BilingualLongText | None = None
    figures: BilingualLongText | None = None
    sensitive: BilingualLongText
    children: BilingualLongText
    purposes: Annotated[list[ConsentPurpose], Field(min_length=1, max_length=40)]
    sanctions: BilingualLongText | None = None
    on_request: BilingualLongText | None = None
    transfer: BilingualLongText | None = None
    rights: BilingualLongText
    how: BilingualLongText
    retention: BilingualLongText | None = None
    controller: BilingualName | None = None
    contact: ConsentContact
    policy: Annotated[list[ConsentNotice], Field(max_length=20)] | None = None
    legal_basis: list[LegalBasis] = []

    def build_content(self) -> dict[str, Any]:
        """The words and what belongs to them, without parts that the version does not have."""
        content = self.model_dump(mode="json", exclude={"version", "valid_from", "valid_to"})
        return {name: value for name, value in content.items() if value is not None}


class DirectoryFile(StrictModel):
    """A whole file. Each part may be left out."""

    entities: list[EntityData] = []
    places: list[PlaceData] = []
    lines: list[EmergencyLineData] = []
    services: list[ServiceData] = []
    offers: list[OfferData] = []
    points: list[PointData] = []
    texts: list[ConsentData] = []

    def list_places(self) -> list[PlaceData]:
        """The places of the file, also those that it says with their entity."""
        listed_ids = {place.id for place in self.places}
        said_with_entity = (entity.build_place() for entity in self.entities)
        return [*self.places, *(place for place in said_with_entity if place and place.id not in listed_ids)]
