"""What the referrals API answers, as its description says it and as tests hold it to."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EntityReferral(_Answer):
    """A referral as its entity sees it. ``person`` holds the fields that the service declares, as far as given.

    ``incomplete`` is there, and true, where the sealed record of the person or of the visit does not open: ``person``
    lacks what it says.
    """

    id: UUID
    reference: str
    service: str
    entity: str
    state: str
    version: int
    created_at: AwareDatetime
    urgent: bool
    mandatory: bool
    reason: str
    person: dict[str, Any]
    incomplete: bool = False


class DamagedReferral(_Answer):
    """A referral of the page whose sealed record does not open: what is known of it, and a sentence for people.

    Nobody knows whether it is restricted: it is told with the ordinary referrals and with the restricted ones.
    """

    id: UUID
    state: str
    version: int
    created_at: AwareDatetime
    message: str


class EntityReferrals(_Answer):
    """A page of the entity's own referrals, newest first; ``next`` is the address of the following page.

    ``damaged`` is there where sealed records of the page do not open.
    """

    referrals: list[EntityReferral]
    damaged: list[DamagedReferral] = []
    next: str | None
