"""A need that was referred already: the agent keeps the open referral, or says why she makes another one."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.people.break_glass import grants
from attention_point.referrals import queries
from attention_point.referrals.clocks import Lateness, find_due_day, find_lateness
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.rules import OPEN_STATES


class OpenReferral(NamedTuple):
    """A referral that waits for its entity within its clock. ``due_day``: the last day for what the entity owes."""

    id: UUID
    service: str
    entity: str
    entity_name: str
    state: str
    made_on: date
    due_day: date | None


def list_open_referrals(session: Session, actor: Actor, person_id: UUID) -> dict[str, OpenReferral]:
    """A person's open referrals by service, the newest of each, as far as this reader may see them.

    One whose clock has run out is no reason to wait. The journal keeps those that are shown.
    """
    referrals = queries.list_referrals_of_person(session, person_id)
    hidden_visits = queries.list_hidden_visits(session, actor, referrals)
    sees_confidential = grants.may_see_confidential(session, actor, person_id)
    now, names = clock.now(), directory_queries.list_entity_names(session)
    open_referrals = {
        referral.service: OpenReferral(
            referral.id,
            referral.service,
            referral.entity,
            names.get(referral.entity, referral.entity),
            referral.state,
            clock.local_day(referral.created_at),
            find_due_day(referral),
        )
        for referral in reversed(referrals)
        if isinstance(referral, DecryptedReferral)
        and referral.state in OPEN_STATES
        and referral.visit_id not in hidden_visits
        and (sees_confidential or not referral.restricted)
        and find_lateness(referral, now) is not Lateness.EXPIRED
    }
    # The hidden ones too, as in ``list_person_referrals``: a missing one would be known as confidential.
    if referral_ids := [str(referral.id) for referral in referrals if referral.state in OPEN_STATES]:
        journal.record(session, actor, "referral.list", "person", person_id, found=referral_ids)
    return open_referrals
