"""The shape of each row of the directory, whether a file or a page brings it. Every error names its field."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from attention_point.directory.labels import PORTAL_FIELD_LABELS
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import FOLDED_LINE

# What a service may show its entity. The migration status is not among them: help never serves enforcement.
PORTAL_FIELDS = tuple(PORTAL_FIELD_LABELS)

# Wide enough for every date of the directory, and narrow enough to refuse slips of the keyboard.
ALLOWED_YEARS = range(1900, 2201)
LONGEST_TERM = 120  # working days: half a year
RESERVED_CODE = "new"  # ``/directory/entities/new`` is the page that adds an entity


def _parse_day(value: object) -> object:
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


def _parse_document_type(value: object) -> object:
    """The code of an identity document, also by its everyday word (PEP is PE), or the name of a paper in lower case."""
    return (get_code_list("document_types").find_code(value) or value) if isinstance(value, str) else value


def _build_text_constraint(max_length: int) -> Any:
    return StringConstraints(min_length=1, max_length=max_length)


def _build_code_constraint(pattern: str) -> Any:
    return StringConstraints(pattern=pattern, max_length=40)


def _check_document_code(value: str) -> str:
    # In lower case stands a paper that no code list knows, such as ``two-witnesses``.
    if not value.islower() and not get_code_list("document_types").has_code(value):
        raise PydanticCustomError("document_type", N_("No document has this code."))
    return value


Day = Annotated[date, BeforeValidator(_parse_day)]
Text = Annotated[str, _build_text_constraint(400), FOLDED_LINE]
# Kebab-case: the code stands in addresses, in consents (``referral:icbf``) and in accounts.
EntityCode = Annotated[str, _build_code_constraint(r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# In capitals, as the codes of needs.
ServiceCode = Annotated[str, _build_code_constraint(r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]
# A code in capitals (PA, DE), or the name of a paper in lower case.
DocumentType = Annotated[
    str,
    _build_code_constraint(r"^([A-Z0-9]+(-[A-Z0-9]+)*|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"),
    BeforeValidator(_parse_document_type),
    AfterValidator(_check_document_code),
]


def _sort_portal_fields(fields: list[str]) -> list[str]:
    if not set(fields).issubset(PORTAL_FIELDS):
        raise PydanticCustomError("portal_field", N_("Some of these data may not be shown to an entity."))
    # In one order, so that two lists of the same fields are equal.
    return [field for field in PORTAL_FIELDS if field in fields]


class _StrictModel(BaseModel):
    # A misspelt key is an error, and not a value that is lost in silence.
    model_config = ConfigDict(extra="forbid", frozen=True)


class BilingualShortName(_StrictModel):
    """A short name for lists."""

    es: Annotated[str, _build_text_constraint(60), FOLDED_LINE]
    en: Annotated[str, _build_text_constraint(60), FOLDED_LINE]


class BilingualName(_StrictModel):
    """A full name."""

    es: Annotated[str, _build_text_constraint(150), FOLDED_LINE]
    en: Annotated[str, _build_text_constraint(150), FOLDED_LINE]


class BilingualText(_StrictModel):
    """A sentence or two."""

    es: Text
    en: Text


class BilingualLongText(_StrictModel):
    """A paragraph."""

    es: Annotated[str, _build_text_constraint(2000), FOLDED_LINE]
    en: Annotated[str, _build_text_constraint(2000), FOLDED_LINE]


class _DatedModel(_StrictModel):
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


class EntityData(_DatedModel):
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
    address: BilingualText | None = None
    hours: BilingualText | None = None
    phone: Annotated[str, _build_text_constraint(100), FOLDED_LINE] | None = None
    confirmed: Day | None = None
    verified: bool = False

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
        values = super().build_columns()
        del values["confirmed"]
        return {**values, "confirmed_on": self.confirmed}


class LegalBasis(_StrictModel):
    """A law, decree or resolution on which a service is based."""

    text: Annotated[str, _build_text_constraint(200), FOLDED_LINE]
    verified: bool = False


class AcceptedDocumentData(_DatedModel):
    """A document that a service accepts."""

    type: DocumentType
    expired_accepted: bool = False
    below_age: Annotated[int, Field(ge=1, le=120)] | None = None
    verified: bool = False


class RequirementData(_DatedModel):
    """Something to bring, as the slip says it; whoever showed one of ``documents`` at the desk has it."""

    text: BilingualText
    documents: Annotated[list[DocumentType], Field(max_length=20)] = []
    verified: bool = False


class ServiceClockData(_StrictModel):
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


class ServiceData(_DatedModel):
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


class OfferTerms(_DatedModel):
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


class EmergencyLineData(_DatedModel):
    """An emergency line."""

    code: EntityCode
    number: Annotated[str, _build_text_constraint(40), FOLDED_LINE]
    name: BilingualName
    services: list[ServiceCode]
    verified: bool = False


class PointData(_DatedModel):
    """An attention point and its settings."""

    code: EntityCode
    # The references of visits begin with it: BGA-2017-000123.
    prefix: Annotated[str, StringConstraints(pattern="^[A-Z]{2,6}$")]
    name: BilingualName
    address: BilingualText | None = None
    hours: BilingualText | None = None
    phone: Annotated[str, _build_text_constraint(100), FOLDED_LINE] | None = None
    # DIVIPOLA.
    municipality: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None
    print_format: Literal["a4", "half_letter", "ticket"] = "a4"
    order: Literal["needs_first", "person_first"] = "needs_first"
    self_intake: bool = False
    retention_years: Annotated[int, Field(ge=1, le=100)] | None = None

    @field_validator("municipality")
    @classmethod
    def _check_municipality(cls, value: str | None) -> str | None:
        if value is not None and not get_code_list("municipality").has_code(value):
            raise PydanticCustomError("municipality", N_("No municipality has this code."))
        return value


class ConsentPurpose(_StrictModel):
    """One purpose. The agent asks for each purpose by itself."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z]+(:([a-z-]+|\*|<entity>))?$", max_length=60)]
    title: BilingualName
    collected: BilingualText
    why: BilingualText
    refusal: BilingualText


class ConsentContact(BilingualText):
    """Where people can ask about their data."""

    confirmed: Day | None = None


class ConsentNotice(_StrictModel):
    """One part of the public privacy pages."""

    title: BilingualName
    text: BilingualLongText


class ConsentData(_DatedModel):
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


class DirectoryFile(_StrictModel):
    """A whole file. Each part may be left out."""

    entities: list[EntityData] = []
    lines: list[EmergencyLineData] = []
    services: list[ServiceData] = []
    offers: list[OfferData] = []
    points: list[PointData] = []
    texts: list[ConsentData] = []
