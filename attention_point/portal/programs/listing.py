"""The list that programs page through: by id, newest or oldest first, at the same cost however deep.

Whether a referral is restricted and of which service it is are sealed, so the list reads on until a page is full, at
most ``MAX_READ`` rows; a page may then hold fewer, and says where the next one begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest, nsmallest
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.portal.queries import DisclosureBatch, disclose_listed, record_list, require_own_entity
from attention_point.referrals import queries
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import DecryptedReferral, ListedReferral

MAX_READ = 1_000


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a program asks for. ``service`` and ``day`` (of the creation, local) are None for all.

    ``after`` and ``before`` are ids, of which at most one is set: with ``after`` the oldest come first.
    """

    states: tuple[str, ...]
    restricted: bool = False
    service: str | None = None
    day: date | None = None
    after: UUID | None = None
    before: UUID | None = None

    def accepts(self, referral: ListedReferral) -> bool:
        """Whether the list shows a referral. Of a damaged one nobody knows the service, or whether it is restricted."""
        if self.day is not None and clock.local_day(referral.created_at) != self.day:
            return False
        if not isinstance(referral, DecryptedReferral):
            return self.service is None
        return referral.restricted is self.restricted and self.service in (None, referral.service)


def list_for_program(session: Session, actor: Actor, list_filter: ListFilter, size: int) -> DisclosureBatch:
    """A page of the entity's referrals. The journal keeps it. ``next_before`` of the batch is where the next begins."""
    entity, is_ascending = require_own_entity(actor), list_filter.after is not None
    shown: list[ListedReferral] = []
    position = list_filter.after if is_ascending else list_filter.before
    has_more = True
    for _round in range(0, MAX_READ, size + 1):
        ids = _list_ids(session, entity, list_filter.states, position, size + 1, is_ascending=is_ascending)
        has_more = len(ids) > size
        referrals = {referral.id: referral for referral in queries.list_referrals_by_ids(session, ids)}
        for referral_id in ids:
            if len(shown) == size:
                break
            # An erased person's referrals are left out.
            if referral_id in referrals and list_filter.accepts(referrals[referral_id]):
                shown.append(referrals[referral_id])
            position = referral_id
        if len(shown) == size or not has_more:
            has_more = has_more or bool(ids and position != ids[-1])
            break
    disclosures = disclose_listed(session, shown)
    record_list(session, actor, disclosures)
    return DisclosureBatch(disclosures, position if has_more else None)


def _list_ids(
    session: Session, entity: str, states: Sequence[str], position: UUID | None, count: int, *, is_ascending: bool
) -> list[UUID]:
    """The next ids in order. Each state is read by itself from the index, which holds its ids in order."""
    ids: list[UUID] = []
    order = Referral.id.asc() if is_ascending else Referral.id.desc()
    for state in states:
        query = select(Referral.id).where(Referral.entity == entity, Referral.state == state)
        if position is not None:
            query = query.where(Referral.id > position if is_ascending else Referral.id < position)
        ids += session.scalars(query.order_by(order).limit(count))
    return nsmallest(count, ids) if is_ascending else nlargest(count, ids)
