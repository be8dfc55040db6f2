"""The list that programs page through: by id, newest or oldest first, at the same cost however deep.

Whether a referral is restricted and of which service it is are sealed, so the list reads on until a page is full, at
most ``MAX_READ`` rows; a page may then hold fewer, and says where the next one begins.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.portal.queries import DisclosureBatch, disclose_listed, record_list, require_own_entity
from attention_point.referrals import queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.entity_rows.entity_lists import list_ids_of_entity

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
        rows = list_ids_of_entity(
            session, entity, list_filter.states, size + 1, newest_first=not is_ascending, after=position
        )
        ids = [referral_id for referral_id, _state in rows]
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
