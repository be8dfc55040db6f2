"""The bodies that the referrals API sends: its description shows them, and tests check replies against them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _ResponseBody(BaseModel):
    # A field that the description does not name fails the tests.
    model_config = ConfigDict(extra="forbid")


class ReferralAppointment(_ResponseBody):
    """The appointment in force, in the point's local time."""

    moment: AwareDatetime
    place: str | None
    bring: str | None


class EntityReferral(_ResponseBody):
    """A referral as its entity sees it. ``person`` holds those fields that the service declares and that were given.

    ``incomplete`` stands there, as true, only if the sealed record of the person or of the visit does not open.
    ``person`` then lacks what the record says. ``consent_ended`` stands there, as true, only if the person took the
    consent back: ``person`` is empty, and what was kept of it must not be used. ``appointment`` stands there only where
    one was given.
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
    consent_ended: bool = False
    appointment: ReferralAppointment | None = None


class DamagedReferral(_ResponseBody):
    """A referral whose sealed record does not open: what its row says, and a sentence for people.

    Nobody knows whether it is restricted, so it stands among the ordinary referrals and among the restricted ones.
    """

    id: UUID
    state: str
    version: int
    created_at: AwareDatetime
    message: str


class EntityReferrals(_ResponseBody):
    """A page of the entity's own referrals, newest first; ``next`` is the address of the following page.

    ``damaged`` stands there only if sealed records of the page do not open.
    """

    referrals: list[EntityReferral]
    damaged: list[DamagedReferral] = []
    next: str | None


class ReferralMessage(_ResponseBody):
    """A message; ``side`` is ``entity`` or ``desk``."""

    written_at: AwareDatetime
    side: str
    text: str


class DetailedReferral(EntityReferral):
    """One referral with its terms and messages.

    ``due_on`` is the day by which the entity owes its next answer, ``lateness`` where it stands in its clock.
    ``next_states`` are those that an answer may name now. ``claim_since`` stands there while the person disputes
    what is on file: the day from which a claim is in process (Ley 1581 de 2012, art. 15).
    """

    due_on: date | None
    lateness: str
    next_states: list[str]
    can_take_back: bool
    unread_messages: int
    messages: list[ReferralMessage]
    claim_since: date | None = None


class ForwardTarget(_ResponseBody):
    """A service of another entity to which a person can go on."""

    service: str
    entity: str


class ForwardTargets(_ResponseBody):
    """Where a referral can be forwarded; ``consents`` are the ways in which the person may have agreed."""

    targets: list[ForwardTarget]
    consents: list[str]


class RejectionReason(_ResponseBody):
    """A reason to reject: its code, and its words in the language of the request."""

    code: str
    label: str


class RejectionReasons(_ResponseBody):
    """The entity's reasons to reject, in its order."""

    reasons: list[RejectionReason]
