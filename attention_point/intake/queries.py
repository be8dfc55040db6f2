"""Reading visits: one, a person's or a point's latest ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import VaultError
from attention_point.intake.models import VOID, Visit
from attention_point.people import queries as people_queries
from attention_point.people.break_glass import grants
from attention_point.referrals import queries as referral_queries

SEALING_PURPOSE = "visit"
ADDITION_PURPOSE = "visit-addition"
# Fields of a draft that stand in the row itself, or with the person: the sealed record is without them.
ROW_FIELDS = ("id", "point", "person", "attended_at")
# The fingerprint and the tag are for recording and for finding; whoever reads has no use for them.
VISIT_COLUMNS = tuple(column for column in Visit.__table__.columns if column.name not in {"fingerprint", "family_tag"})
_VISIT_BY_ID = select(*VISIT_COLUMNS).where(Visit.id == bindparam("visit"))
_VISITS_BY_IDS = select(*VISIT_COLUMNS).where(Visit.id.in_(bindparam("visits", expanding=True)))
_VISITS_OF_PERSON = (
    select(*VISIT_COLUMNS)
    .where(Visit.person_id == bindparam("person"), Visit.day.between(bindparam("first"), bindparam("last")))
    .order_by(Visit.id.desc())
    .limit(100)  # more than anybody comes in years; a page shows them all at once
)


@dataclass(frozen=True, slots=True)
class DecryptedVisit:
    """A visit with its sealed part opened: the columns of its row, and ``record``."""

    damaged: ClassVar[bool] = False

    id: UUID
    person_id: UUID
    point: str
    day: date
    attended_at: datetime
    received_at: datetime
    actor: str
    channel: str
    reference: str
    code: str
    version: int
    state: str
    changed_at: datetime | None
    record: Mapping[str, Any]

    @property
    def restricted(self) -> bool:
        """Whether ordinary lists must not show it (DOMAIN M2)."""
        return bool(self.record.get("restricted"))

    @property
    def family(self) -> UUID | None:
        """The id that links the visits of people who came together; None for somebody who came alone."""
        return UUID(self.record["family"]) if self.record.get("family") else None

    @property
    def is_of_today(self) -> bool:
        """Whether it was recorded on this calendar day of the point."""
        return is_recorded_today(self)

    @property
    def is_void(self) -> bool:
        """Whether it was annulled."""
        return self.state == VOID

    def may_be_corrected_by(self, actor: Actor) -> bool:
        """Whether this actor may correct or annul it: who recorded it on the same day, later a supervisor."""
        if self.is_void:
            return False
        is_own = actor.may("visits.correct") and actor.journal_label == self.actor
        return actor.may("visits.correct_any") or (is_own and is_recorded_today(self))

    def may_get_needs_from(self, actor: Actor) -> bool:
        """Whether this actor may add a forgotten need to it: everybody who receives people, on the same day."""
        return not self.is_void and (
            self.may_be_corrected_by(actor) or (actor.may("visits.record") and is_recorded_today(self))
        )


def is_recorded_today(visit: DecryptedVisit) -> bool:
    """Whether a visit was recorded on this calendar day of the point."""
    return clock.local_day(visit.received_at) == clock.today()


@dataclass(frozen=True, slots=True)
class DamagedVisit:
    """A visit whose sealed part does not open: what lists show of it. Nobody knows whether it is restricted."""

    damaged: ClassVar[bool] = True

    id: UUID
    attended_at: datetime


ListedVisit = DecryptedVisit | DamagedVisit


def list_visible_visits(session: Session, actor: Actor, visits: Sequence[ListedVisit]) -> list[ListedVisit]:
    """Those of some visits that this reader may see, in their order; a damaged one is shown as such.

    A supervisor sees all ordinary ones, and confidential ones of a person whose file she opened for a reason. Others
    see what they recorded and whatever is of today; of older visits of colleagues those from which a referral came. So
    a confidential visit, which they do not see, is missed no more than one that ended with guidance (decision 57).
    """
    if actor.may(grants.CONFIDENTIAL_PERMISSION):
        is_shown = build_restricted_filter(session, actor)
        return [visit for visit in visits if isinstance(visit, DamagedVisit) or not visit.restricted or is_shown(visit)]
    of_colleagues = [visit.id for visit in visits if isinstance(visit, DecryptedVisit) and not _is_near(actor, visit)]
    referred = {visit_id for visit_id, _state in referral_queries.list_states_of_visits(session, of_colleagues)}
    return [
        visit
        for visit in visits
        if isinstance(visit, DamagedVisit)
        or (is_received_today(actor, visit) if visit.restricted else _is_near(actor, visit) or visit.id in referred)
    ]


def _is_near(actor: Actor, visit: DecryptedVisit) -> bool:
    return actor.journal_label == visit.actor or is_recorded_today(visit)


def list_hidden_visits(session: Session, actor: Actor, visit_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of some visits that are confidential, and that this reader may not see: nor what hangs on them."""
    is_shown = build_restricted_filter(session, actor)
    rows = session.connection().execute(_VISITS_BY_IDS, {"visits": list(set(visit_ids))}).all()
    return frozenset(
        visit.id
        for visit in decrypt_visits(session, rows)
        if isinstance(visit, DecryptedVisit) and visit.restricted and not is_shown(visit)
    )


def is_in_ordinary_lists(visit: ListedVisit) -> bool:
    """Whether ordinary lists show it; a damaged one is shown as such."""
    return isinstance(visit, DamagedVisit) or not visit.restricted


def find_visit(session: Session, visit_id: UUID) -> DecryptedVisit | None:
    """One visit, or None when there is none or its person was erased. Raises VaultError where it does not open."""
    row = session.connection().execute(_VISIT_BY_ID, {"visit": visit_id}).one_or_none()
    decrypted_visit = next(iter(decrypt_visits(session, [row])), None) if row else None
    if isinstance(decrypted_visit, DamagedVisit):
        raise VaultError(SEALING_PURPOSE, visit_id)
    return decrypted_visit


def get_visible_visit(session: Session, actor: Actor, visit_id: UUID) -> DecryptedVisit:
    """One visit that this reader may see. Raises NotFound otherwise, and ReasonRequired as ``require_grant`` does.

    Who received the person herself today is not asked for a reason.
    """
    # Hidden and missing look the same: that there is a restricted visit would already tell something.
    decrypted_visit = find_visit(session, visit_id)
    if decrypted_visit is not None and not is_received_today(actor, decrypted_visit):
        grants.require_grant(session, actor, decrypted_visit.person_id)
    if decrypted_visit is None or not list_visible_visits(session, actor, [decrypted_visit]):
        raise NotFound(_("There is no such visit."))
    return decrypted_visit


def is_received_today(actor: Actor, visit: DecryptedVisit) -> bool:
    """Whether this reader recorded the visit today, and sees it whatever is in it, to hand over the slip."""
    return actor.journal_label == visit.actor and is_recorded_today(visit)


def build_restricted_filter(session: Session, actor: Actor) -> Callable[[DecryptedVisit], bool]:
    """Return the test whether this reader may see a restricted visit now."""
    may_see_confidential = grants.build_confidential_filter(session, actor)
    return lambda visit: may_see_confidential(visit.person_id) or is_received_today(actor, visit)


def has_real_visit(session: Session) -> bool:
    """Whether there is a visit that was not invented."""
    return session.execute(select(Visit.id).where(Visit.channel != "demo").limit(1)).first() is not None


def is_recorded(session: Session, visit_id: UUID) -> bool:
    """Whether a visit of this id is recorded."""
    return session.execute(select(Visit.id).where(Visit.id == visit_id)).first() is not None


def find_visit_by_code(session: Session, code: str) -> UUID | None:
    """The id of the visit whose slip carries this code."""
    return session.execute(select(Visit.id).where(Visit.code == code)).scalar_one_or_none()


def list_visits_of_person(
    session: Session, person: UUID, first_day: date = date.min, last_day: date = date.max
) -> list[ListedVisit]:
    """A person's attentions, newest first, at most 100."""
    rows = (
        session.connection().execute(_VISITS_OF_PERSON, {"person": person, "first": first_day, "last": last_day}).all()
    )
    return decrypt_visits(session, rows)


def list_visits_of_people(session: Session, people: Iterable[UUID]) -> list[ListedVisit]:
    """The attentions of all records of one person (``merging.list_linked``), newest first, at most 100."""
    visits = [visit for person in people for visit in list_visits_of_person(session, person)]
    return sorted(visits, key=lambda visit: visit.id, reverse=True)[:100]


def decrypt_visits(session: Session, rows: Sequence[Any]) -> list[ListedVisit]:
    """Open the sealed part of rows of ``VISIT_COLUMNS``, in their order. The visits of erased people are left out."""
    # Each person's key is opened once, however many of the visits are theirs.
    person_keys = people_queries.open_person_keys(session, [row.person_id for row in rows])
    visits: list[ListedVisit] = []
    for row in rows:
        if row.person_id not in person_keys or row.sealed is None:  # the person was erased
            continue
        values = dict(row._mapping)
        record = people_queries.open_record_or_note(
            session, person_keys[row.person_id], SEALING_PURPOSE, row.id, values.pop("sealed"), row.version
        )
        if record is None:
            visits.append(DamagedVisit(row.id, row.attended_at))
        else:
            visits.append(DecryptedVisit(**values, record=record))
    return visits
