"""What the referrals API answers, as its description says it and as tests hold it to."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EntityReferral(_Answer):
    """A referral as its entity sees it. ``person`` holds the fields that the service declares, as far as given."""

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


class EntityReferrals(_Answer):
    """A page of the entity's own referrals, newest first; ``next`` is the address of the following page."""

    referrals: list[EntityReferral]
    next: str | None
