"""What the visits API answers, as its description says it and as tests hold it to."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuggestedService(_Answer):
    """A service that answers a need, and why. ``mandatory``: it is followed unless a reason says otherwise."""

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    reason: str


class MadeReferral(_Answer):
    """A referral of the visit; ``state`` is a code of the list of referral states.

    ``service`` is null where the sealed record of the referral does not open.
    """

    id: UUID
    service: str | None
    entity: str
    state: str


class Doubt(_Answer):
    """A warning that the agent may confirm, about one field of the draft."""

    field: str
    message: str


class VisitAnswer(_Answer):
    """The answer to a visit; a replay gets the same."""

    id: UUID
    reference: str
    received_at: AwareDatetime
    suggestions: list[SuggestedService]
    referrals: list[MadeReferral]
    warnings: list[Doubt]


class VisitReceipt(_Answer):
    """A visit's receipt, with its referrals as they stand now; no personal field."""

    id: UUID
    reference: str
    state: str
    received_at: AwareDatetime
    referrals: list[MadeReferral]


class ShownDocument(_Answer):
    """An identity document on file."""

    type: str
    number: str | None = None
    expires: date | None = None


class Candidate(_Answer):
    """Somebody whom the search found."""

    id: UUID
    given_names: str | None
    surname_1: str | None
    surname_2: str | None
    birth_date: date | None
    documents: list[ShownDocument] | None


class Candidates(_Answer):
    """Who may be meant, best first.

    ``damaged`` is there where records of people who match do not open: their ids.
    """

    candidates: list[Candidate]
    damaged: list[UUID] = []
