"""The bodies that the visits API answers with, for its description; tests hold every answer to them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from attention_point.foundation.text_fields import FOLDED_LINE


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuggestedService(_ResponseBody):
    """A service that answers a need, and why. ``mandatory``: it is followed unless a reason says otherwise."""

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    reason: str


class CreatedReferral(_ResponseBody):
    """A referral of the visit; ``state`` is a code of the list of referral states.

    ``service`` is null where the sealed record of the referral does not open.
    """

    id: UUID
    service: str | None
    entity: str
    state: str


class VisitWarning(_ResponseBody):
    """A warning that the agent may confirm, about one field of the draft."""

    field: str
    message: str


class VisitResponse(_ResponseBody):
    """The answer to a recorded visit; a replay gets the same."""

    id: UUID
    reference: str
    received_at: AwareDatetime
    suggestions: list[SuggestedService]
    referrals: list[CreatedReferral]
    warnings: list[VisitWarning]


class VisitReceipt(_ResponseBody):
    """A visit's receipt, with its referrals as they stand now; no personal field.

    ``state`` is ``recorded``, ``corrected`` or ``void``; ``version`` grows with every correction.
    """

    id: UUID
    reference: str
    state: Literal["recorded", "corrected", "void"]
    version: int
    received_at: AwareDatetime
    referrals: list[CreatedReferral]


class PersonReceipt(_ResponseBody):
    """The receipt of a person's correction; no personal field. ``version`` grows with every change of the record."""

    id: UUID
    state: Literal["corrected"]
    version: int


class DocumentOnFile(_ResponseBody):
    """An identity document on file."""

    type: str
    number: str | None = None
    expires: date | None = None


class PeopleSearchRequest(BaseModel):
    """What to search for: a document with or without its type, names, a telephone, a reference or a slip's code."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, FOLDED_LINE]


class PersonFoundResponse(_ResponseBody):
    """Somebody whom the search found, and by what.

    ``other_document_type``: the number is on file under another type of document than the one that was sent.
    """

    id: UUID
    match: Literal["document", "name", "phone", "reference", "code"]
    given_names: str | None
    surname_1: str | None
    surname_2: str | None
    birth_date: str | None
    documents: list[DocumentOnFile] | None
    other_document_type: bool = False


class PeopleSearchResponse(_ResponseBody):
    """The people who may be meant, best first, at most 20. ``more``: others fit as well; send more of the name.

    ``damaged``: ids of those whose records do not open. ``unasked``: what could not be looked for; while there is any,
    an empty list does not say that the person is not on file.
    """

    people: list[PersonFoundResponse]
    more: bool
    damaged: list[UUID] = []
    unasked: list[
        Literal[
            "name-alone",
            "exact-names-only",
            "names-loading",
            "tags-incomplete",
            "short-number",
            "whole-numbers-only",
            "damaged-records",
        ]
    ] = []
