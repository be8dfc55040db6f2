"""What a row of the directory must be, whether a file or a page brings it; every complaint names its row and field."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED

PORTAL_FIELDS = (
    "given_names",
    "surname_1",
    "surname_2",
    "birth_date",
    "age",
    "sex",
    "nationality",
    "documents",
    "phone",
    "municipality",
    "origin",
    "population",
    "education",
    "household",
    "vulnerabilities",
    "notes",
)
"""What a service may show its entity. The migration status is not among them: help never serves enforcement."""

YEARS = range(1900, 2201)
RESERVED = "new"  # the address of the page that adds one


def _day(value: object) -> object:
    """A calendar day, or its text YYYY-MM-DD; pydantic alone would take a number for a moment."""
    day = value
    if isinstance(value, str):
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime) or day.year not in YEARS:
        raise PydanticCustomError("day", N_("Write a real date between the years 1900 and 2200."))
    return day


def _document_type(value: object) -> object:
    """A document's code, by its everyday word too (PEP is PE), or a paper's own name in lower case."""
    return (codelist("document_types").alias(value) or value) if isinstance(value, str) else value


def _text(limit: int) -> Any:
    return StringConstraints(min_length=1, max_length=limit)


def _code(pattern: str) -> Any:
    return StringConstraints(pattern=pattern, max_length=40)


Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, _text(400), FOLDED]
EntityCode = Annotated[str, _code(r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ServiceCode = Annotated[str, _code(r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]
DocumentType = Annotated[
    str, _code(r"^([A-Z0-9]+(-[A-Z0-9]+)*|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"), BeforeValidator(_document_type)
]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Short(_Row):
    """A name for lists, in both languages."""

    es: Annotated[str, _text(60), FOLDED]
    en: Annotated[str, _text(60), FOLDED]


class Title(_Row):
    """A name in full."""

    es: Annotated[str, _text(150), FOLDED]
    en: Annotated[str, _text(150), FOLDED]


class Texts(_Row):
    """A sentence or two."""

    es: Text
    en: Text


class LongTexts(_Row):
    """A paragraph."""

    es: Annotated[str, _text(2000), FOLDED]
    en: Annotated[str, _text(2000), FOLDED]


class _Dated(_Row):
    valid_from: Day
    valid_to: Day | None = None

    @field_validator("valid_to")
    @classmethod
    def _after_the_first_day(cls, value: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if value and first and value < first:
            raise PydanticCustomError("day_order", N_("The last day cannot be before the first day."))
        return value

    def columns(self) -> dict[str, Any]:
        """The values as the table keeps them."""
        return {**self.model_dump(mode="json"), "valid_from": self.valid_from, "valid_to": self.valid_to}


class EntityData(_Dated):
    """An entity."""

    code: EntityCode
    kind: Literal["national", "municipal", "international"]
    name: Title
    short: Short
    description: Texts
    desk_2017: bool = False
    receives_referrals: bool = True
    address: Texts | None = None
    hours: Texts | None = None
    phone: Annotated[str, _text(100), FOLDED] | None = None
    confirmed: Day | None = None
    verified: bool = False

    @field_validator("code")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value == RESERVED:
            raise PydanticCustomError("reserved", N_("This code is kept for the program. Choose another."))
        return value

    def columns(self) -> dict[str, Any]:
        """The values as the table keeps them."""
        values = super().columns()
        del values["confirmed"]
        return {**values, "confirmed_on": self.confirmed}


class Basis(_Row):
    """A law or the like on which a service stands."""

    text: Annotated[str, _text(200), FOLDED]
    verified: bool = False


class DocumentData(_Dated):
    """A document that a service accepts."""

    type: DocumentType
    expired_accepted: bool = False
    below_age: Annotated[int, Field(ge=1, le=120)] | None = None
    verified: bool = False

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.islower() and not codelist("document_types").has(value):
            raise PydanticCustomError("document_type", N_("No document has this code."))
        return value


class PaperData(_Dated):
    """What to bring, as the slip says it."""

    text: Texts
    verified: bool = False


class ServiceData(_Dated):
    """A service."""

    code: ServiceCode
    need: ServiceCode
    name: Title
    description: Texts
    legal_basis: Annotated[list[Basis], Field(max_length=20)] = []
    restricted: bool
    documents_none: bool
    documents: Annotated[list[DocumentData], Field(max_length=40)] = []
    papers: Annotated[list[PaperData], Field(max_length=40)] = []
    conditions: Texts | None = None
    fields: list[str]

    @field_validator("documents", "papers")
    @classmethod
    def _none_asked(cls, value: list[Any], info: ValidationInfo) -> list[Any]:
        if value and info.data.get("documents_none"):
            raise PydanticCustomError("papers_listed", N_("This service asks for no paper, so none can be listed."))
        return value

    @field_validator("fields")
    @classmethod
    def _showable(cls, value: list[str]) -> list[str]:
        if not set(value).issubset(PORTAL_FIELDS):
            raise PydanticCustomError("portal_field", N_("One of these data cannot be shown to an entity."))
        return [field for field in PORTAL_FIELDS if field in value]


class OfferTerms(_Dated):
    """Which entity offers a service, and in which place."""

    entity: EntityCode
    order: Annotated[int, Field(ge=1, le=99)]
    verified: bool = False


class OfferData(OfferTerms):
    """An entity's offer of a service."""

    service: ServiceCode


class ServiceSheet(ServiceData):
    """A service with its offers, as the page edits them."""

    offers: Annotated[list[OfferTerms], Field(max_length=40)]


class LineData(_Dated):
    """An emergency line."""

    code: EntityCode
    number: Annotated[str, _text(40), FOLDED]
    name: Title
    services: list[ServiceCode]
    verified: bool = False


class PointData(_Dated):
    """An attention point."""

    code: EntityCode
    prefix: Annotated[str, StringConstraints(pattern="^[A-Z]{2,6}$")]
    name: Title
    address: Texts | None = None


class Purpose(_Row):
    """One purpose, asked by itself."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z]+(:([a-z-]+|\*|<entity>))?$", max_length=60)]
    title: Title
    collected: Texts
    why: Texts
    refusal: Texts


class ConsentContact(Texts):
    """Where a request about one's data is received."""

    confirmed: Day | None = None


class ConsentData(_Dated):
    """A consent text."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]+(-[0-9a-z]+)*$", max_length=40)]
    intro: LongTexts
    sensitive: LongTexts
    children: LongTexts
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=40)]
    rights: LongTexts
    how: LongTexts
    contact: ConsentContact
    legal_basis: list[Basis] = []


class DirectoryFile(_Row):
    """A whole file; each part may be left out."""

    entities: list[EntityData] = []
    lines: list[LineData] = []
    services: list[ServiceData] = []
    offers: list[OfferData] = []
    points: list[PointData] = []
    texts: list[ConsentData] = []
