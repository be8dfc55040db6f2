"""Reading visits: receipts, a person's earlier attentions, the recount of all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Prepared, connection_of
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import said
from attention_point.foundation.refusals import NotFound
from attention_point.foundation.vault import VaultError
from attention_point.intake import counting
from attention_point.intake.models import Visit
from attention_point.intake.planning import Referred
from attention_point.people import queries as people
from attention_point.people.services import Received
from attention_point.referrals import queries as referrals
from attention_point.referrals.models import Referral
from attention_point.tallies.facts import ReferralFacts, VisitFacts

PURPOSE = "visit"
BATCH = 500
_COLUMNS = (
    Visit.id,
    Visit.person_id,
    Visit.point,
    Visit.day,
    Visit.attended_at,
    Visit.received_at,
    Visit.actor,
    Visit.channel,
    Visit.reference,
    Visit.code,
    Visit.sealed,
)
_ONE = select(*_COLUMNS).where(Visit.id == bindparam("visit"))
_OF_PERSON = (
    select(*_COLUMNS)
    .where(Visit.person_id == bindparam("person"), Visit.day.between(bindparam("first"), bindparam("last")))
    .order_by(Visit.id.desc())
    .limit(100)
)
_SEALED = Prepared(
    select(Visit.id, Visit.sealed).where(
        Visit.person_id == bindparam("person"),
        Visit.day.between(bindparam("first"), bindparam("last")),
        Visit.sealed.is_not(None),
    )
)


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit with its sealed part open."""

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
    record: Mapping[str, Any]

    @property
    def restricted(self) -> bool:
        """Whether ordinary lists must not show it (DOMAIN M2)."""
        return bool(self.record.get("restricted"))


@dataclass(frozen=True, slots=True)
class DamagedVisit:
    """A visit whose sealed part does not open: what lists show of it. Whether it is restricted is not known."""

    damaged: ClassVar[bool] = True

    id: UUID
    attended_at: datetime


ListedVisit = OpenVisit | DamagedVisit


def may_list(actor: Actor, visit: ListedVisit) -> bool:
    """Whether a list shows it to this reader: an ordinary or a damaged one, or one that the reader may see."""
    return isinstance(visit, DamagedVisit) or not visit.restricted or may_see_restricted(actor, visit)


def find(session: Session, visit: UUID) -> OpenVisit | None:
    """One visit, or None when there is none or its person was erased. Raises VaultError where it does not open."""
    row = connection_of(session).execute(_ONE, {"visit": visit}).one_or_none()
    found = next(iter(_opened(session, [row])), None) if row else None
    if isinstance(found, DamagedVisit):
        raise VaultError(PURPOSE, visit)
    return found


def visible(session: Session, actor: Actor, visit: UUID) -> OpenVisit:
    """One visit that this reader may see; raises NotFound otherwise: hidden and missing look the same.

    Whoever recorded a restricted visit may see its receipt; later lists and searches do not show it.
    """
    found = find(session, visit)
    if found is None or (found.restricted and not may_see_restricted(actor, found)):
        raise NotFound(_("There is no such visit."))
    return found


def may_see_restricted(actor: Actor, visit: OpenVisit) -> bool:
    """The supervisor always; the one who recorded it on the same day, to hand over the slip."""
    return actor.may("restricted.view") or (
        actor.label == visit.actor and clock.local_day(visit.received_at) == clock.today()
    )


def received_anybody(session: Session) -> bool:
    """Whether there is a visit that was not invented."""
    return session.execute(select(Visit.id).where(Visit.channel != "demo").limit(1)).first() is not None


def is_recorded(session: Session, visit: UUID) -> bool:
    """Whether a visit of this id is recorded."""
    return session.execute(select(Visit.id).where(Visit.id == visit)).first() is not None


def by_code(session: Session, code: str) -> UUID | None:
    """The visit of a slip's code."""
    return session.execute(select(Visit.id).where(Visit.code == code)).scalar_one_or_none()


def of_person(session: Session, person: UUID, first: date = date.min, last: date = date.max) -> list[ListedVisit]:
    """A person's attentions, newest first, at most 100."""
    rows = connection_of(session).execute(_OF_PERSON, {"person": person, "first": first, "last": last}).all()
    return _opened(session, rows)


def latest(session: Session, point: str, before: UUID | None, size: int) -> list[ListedVisit]:
    """A point's newest visits, those after ``before`` in the list."""
    query = select(*_COLUMNS).where(Visit.point == point).order_by(Visit.day.desc(), Visit.id.desc()).limit(size)
    if before is not None:
        last = select(Visit.day, Visit.id).where(Visit.id == before).scalar_subquery()
        query = query.where(tuple_(Visit.day, Visit.id) < last)
    return _opened(session, session.execute(query).all())


def counted_in_month(session: Session, received: Received, day: date) -> list[Mapping[str, Any] | None]:
    """How a person's visits of this month were counted already; None for a visit that does not open."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rows = _SEALED.run(session, {"person": received.id, "first": first, "last": last})
    opened = (people.open_or_note(session, received.key, PURPOSE, _id(visit), sealed) for visit, sealed in rows)
    return [record and record["counted"] for record in opened]


def _id(kept: UUID | str) -> UUID:
    """SQLite keeps an id as text."""
    return kept if isinstance(kept, UUID) else UUID(kept)


def answer(
    visit: UUID,
    reference: str,
    received_at: datetime,
    record: Mapping[str, Any],
    made: Sequence[tuple[UUID, Referred]],
) -> dict[str, Any]:
    """The contract's answer to a new visit."""
    rows = [(referral, each.service, each.entity, "created") for referral, each in made]
    return _answer(visit, reference, received_at, record, rows)


def stored_answer(session: Session, visit: UUID) -> dict[str, Any]:
    """The same answer again, from what is stored."""
    found = find(session, visit)
    if found is None:
        raise NotFound(_("There is no such visit."))
    rows = [(each.id, _service(each), each.entity, "created") for each in referrals.of_visit(session, visit)]
    return _answer(found.id, found.reference, found.received_at, found.record, rows)


def _answer(
    visit: UUID,
    reference: str,
    received_at: datetime,
    record: Mapping[str, Any],
    rows: Sequence[tuple[UUID, str | None, str, str]],
) -> dict[str, Any]:
    return {
        "id": str(visit),
        "reference": reference,
        "received_at": clock.local(received_at).isoformat(timespec="seconds"),
        "suggestions": [
            {
                "need": each["need"],
                "service": each["service"],
                "entity": each["entity"],
                "mandatory": each["mandatory"],
                "urgent": each["urgent"],
                "reason": said(*each["reason"]),
            }
            for each in record["suggestions"]
        ],
        "referrals": [
            {"id": str(referral), "service": service, "entity": entity, "state": state}
            for referral, service, entity, state in rows
        ],
        "warnings": [
            {"field": field, "message": said(message, values)} for field, message, values in record["warnings"]
        ],
    }


def receipt(session: Session, visit: OpenVisit) -> dict[str, Any]:
    """A visit's receipt: reference, state, referrals as they stand now; no personal field."""
    return {
        "id": str(visit.id),
        "reference": visit.reference,
        "state": "recorded",
        "received_at": clock.local(visit.received_at).isoformat(timespec="seconds"),
        "referrals": [
            {"id": str(each.id), "service": _service(each), "entity": each.entity, "state": each.state}
            for each in referrals.of_visit(session, visit.id)
        ],
    }


def _service(referral: referrals.ListedReferral) -> str | None:
    """The service's code; None where the referral does not open."""
    return None if isinstance(referral, referrals.DamagedReferral) else referral.service


def recount_month(session: Session, first: date, points: Sequence[str]) -> Iterator[VisitFacts | ReferralFacts]:
    """What counts in one month at these points, read from its sealed rows, in batches.

    Rows that do not open are passed over and noted in the session (``foundation.damage``).
    """
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    for point in points:
        within = (Visit.point == point, Visit.day.between(first, last))
        # In the order of the index on these: by id alone PostgreSQL reads through the years before the month.
        for visits in _batches(session, _COLUMNS, (Visit.day, Visit.id), *within):
            yield from _visit_facts(session, visits)
            yield from _referral_facts(referrals.of_visits(session, [row.id for row in visits]))


def recount(session: Session) -> Iterator[VisitFacts | ReferralFacts]:
    """Everything that is counted, read from the sealed rows themselves, in batches.

    Rows that do not open are passed over and noted in the session (``foundation.damage``).
    """
    for visits in _batches(session, _COLUMNS, (Visit.id,)):
        yield from _visit_facts(session, visits)
    for rows in _batches(session, (Referral.id,), (Referral.id,)):
        yield from _referral_facts(referrals.several(session, [row.id for row in rows]))


def _visit_facts(session: Session, rows: Sequence[Any]) -> Iterator[VisitFacts]:
    for visit in _opened(session, rows):
        if isinstance(visit, OpenVisit):
            yield counting.unsealed(visit.record["counted"])


def _referral_facts(listed: Iterable[referrals.ListedReferral]) -> Iterator[ReferralFacts]:
    for referral in listed:
        if isinstance(referral, referrals.OpenReferral):
            yield referral.facts


def _batches(session: Session, columns: Any, keys: Sequence[Any], *within: Any) -> Iterator[Sequence[Any]]:
    """Rows in the order of the keys, which are among their columns."""
    query = select(*columns).where(*within).order_by(*keys).limit(BATCH)
    rows = session.execute(query).all()
    while rows:
        yield rows
        last = tuple(getattr(rows[-1], key.key) for key in keys)
        rows = session.execute(query.where(tuple_(*keys) > last)).all()


def _opened(session: Session, rows: Sequence[Any]) -> list[ListedVisit]:
    keys = people.keys(session, [row.person_id for row in rows])
    found: list[ListedVisit] = []
    for row in rows:
        if row.person_id not in keys or row.sealed is None:  # erased
            continue
        values = dict(row._mapping)
        record = people.open_or_note(session, keys[row.person_id], PURPOSE, row.id, values.pop("sealed"))
        if record is None:
            found.append(DamagedVisit(row.id, row.attended_at))
        else:
            found.append(OpenVisit(**values, record=record))
    return found
