"""The objects within a draft that stand for themselves: documents, the questions on disability, routing facts."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from attention_point.intake.draft_types.answers import (
    BLANK_TO_NONE,
    DifficultyLevel,
    DocumentNumber,
    DocumentTypeCode,
    EntityCode,
    GuardianName,
    GuardianRelationCode,
)
from attention_point.intake.draft_types.days import OptionalDay, PartialDate
from attention_point.people.rules import normalise_document


class DraftPart(BaseModel):
    """An object within a draft: it takes its own fields and no others."""

    # Errors must not quote what was typed: they stand in answers and in logs.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_null_fields(cls, value: Any) -> Any:
        # A program may send null for what it does not know. It means the same as a field left out, and a draft that is
        # sent again with or without it must have the same fingerprint.
        if isinstance(value, dict) and None in value.values():
            return {name: item for name, item in value.items() if item is not None}
        return value


class DocumentDraft(DraftPart):
    """An identity document as shown. A doubt about its number is a warning (``people/rules.py``), not an error."""

    type: DocumentTypeCode
    number: Annotated[DocumentNumber | None, BLANK_TO_NONE] = None
    expires: OptionalDay = None

    @model_validator(mode="after")
    def _normalise_number(self) -> Self:
        try:
            _type, number = normalise_document(self.type, self.number)
        except ValueError as error:
            raise PydanticCustomError("document_number", str(error)) from None
        if number != self.number:
            # The model is frozen for everybody else.
            object.__setattr__(self, "number", number or None)
        return self


class Guardian(DraftPart):
    """Who authorises for somebody under 18, and by what right (Ley 1581 de 2012, art. 7)."""

    name: GuardianName
    relation: GuardianRelationCode
    document: DocumentDraft | None = None


class Disability(DraftPart):
    """The six questions of the Washington Group Short Set; each may stay unanswered."""

    seeing: DifficultyLevel | None = None
    hearing: DifficultyLevel | None = None
    walking: DifficultyLevel | None = None
    remembering: DifficultyLevel | None = None
    self_care: DifficultyLevel | None = None
    communicating: DifficultyLevel | None = None

    @property
    def is_present(self) -> bool | None:
        """Whether there is a disability; None when nothing was answered."""
        # The set's own cut-off: at least one domain with "a lot of difficulty" or "cannot do at all".
        answers = [answer for answer in self.__dict__.values() if answer is not None]
        return any(answer in {"a_lot", "cannot"} for answer in answers) if answers else None


class SituationFacts(DraftPart):
    """Answers that the routing rules need.

    ``complained_of`` is the code of an entity or of a kind of addressee. ``arrived_on`` is the entry to Colombia,
    ``measure_notified_on`` the day on which a fine, an expulsion or a deportation was notified.
    """

    child_born_in_colombia_without_note: StrictBool = False
    complained_of: Annotated[EntityCode | None, BLANK_TO_NONE] = None
    arrived_on: PartialDate = None
    entry_stamped: StrictBool | None = None
    child_with_permit: StrictBool | None = None
    registered_in: Annotated[Literal["RAMV", "RUMV"] | None, BLANK_TO_NONE] = None
    measure_notified_on: OptionalDay = None
    violence_within_72_hours: StrictBool | None = None
    conflict_victim: StrictBool | None = None
    in_transit: StrictBool | None = None
    live_birth_certificate: StrictBool | None = None
    death_in_family: StrictBool | None = None
