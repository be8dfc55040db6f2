"""Reading referrals: rows, opened under their people's keys, restricted ones left out unless asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.vault import PersonKey, VaultError
from attention_point.people import queries as people
from attention_point.referrals import rules
from attention_point.referrals.models import Referral
from attention_point.tallies.facts import ReferralFacts

PURPOSE = "referral"
_COLUMNS = (
    Referral.id,
    Referral.visit_id,
    Referral.person_id,
    Referral.point,
    Referral.day,
    Referral.entity,
    Referral.state,
    Referral.created_at,
    Referral.state_at,
    Referral.version,
    Referral.sealed,
)
_OF_VISIT = select(*_COLUMNS).where(Referral.visit_id == bindparam("visit")).order_by(Referral.id)
_ONE = select(*_COLUMNS).where(Referral.id == bindparam("referral"))
_ONE_HELD = _ONE.with_for_update()  # SQLite, where a writing session holds everything, leaves the clause out
_MOST_READ = 5_000  # rows that a list opens at most in search of those that it shows


@dataclass(frozen=True, slots=True)
class ClearReferral:
    """What a referral's row says in clear."""

    id: UUID
    visit_id: UUID
    person_id: UUID
    point: str
    day: date
    entity: str
    state: str
    created_at: datetime
    state_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class DamagedReferral(ClearReferral):
    """A referral whose sealed part does not open. Whether it is restricted is not known."""

    damaged: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class OpenReferral(ClearReferral):
    """A referral with its sealed part open: service, need, reason, flags, answers."""

    damaged: ClassVar[bool] = False

    record: dict[str, Any] = field(repr=False)
    key: PersonKey = field(repr=False, compare=False)

    @property
    def service(self) -> str:
        """The service's code."""
        service: str = self.record["service"]
        return service

    @property
    def restricted(self) -> bool:
        """Whether ordinary lists must not show it (DOMAIN M2)."""
        return bool(self.record.get("restricted"))

    @property
    def mandatory(self) -> bool:
        """Whether the path is mandatory (DOMAIN M1)."""
        return bool(self.record.get("mandatory"))

    @property
    def facts(self) -> ReferralFacts:
        """How it is counted now."""
        answered = first_answer(self.record["answers"])
        days = (clock.local_day(answered) - clock.local_day(self.created_at)).days if answered else None
        return ReferralFacts(self.point, self.day, self.entity, self.service, self.state, days)

    @property
    def urgent(self) -> bool:
        """Whether it cannot wait."""
        return bool(self.record.get("urgent"))


ListedReferral = OpenReferral | DamagedReferral


def first_answer(answers: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the entity first answered; to have seen it is no answer."""
    moments = (each["at"] for each in answers if each["state"] in rules.ANSWERS)
    first = next(moments, None)
    return datetime.fromisoformat(first) if first else None


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a list, newest first. ``before``: from where to read on; None when there is nothing more."""

    items: list[ListedReferral]
    before: UUID | None


def of_visit(session: Session, visit: UUID) -> list[ListedReferral]:
    """Every referral of a visit, restricted and damaged ones too: the caller shows what its reader may see."""
    return _opened(session, session.connection().execute(_OF_VISIT, {"visit": visit}).all())


def open_of_visit(session: Session, visit: UUID) -> list[OpenReferral]:
    """The referrals of a visit that open, restricted ones too."""
    return [each for each in of_visit(session, visit) if isinstance(each, OpenReferral)]


def of_visits(session: Session, visits: Sequence[UUID]) -> list[ListedReferral]:
    """The referrals of several visits."""
    return _opened(session, session.execute(select(*_COLUMNS).where(Referral.visit_id.in_(visits))).all())


def one(session: Session, referral: UUID, *, hold: bool = False, entity: str | None = None) -> OpenReferral | None:
    """One referral, or None when there is none or its person was erased. Raises VaultError where it does not open.

    ``hold``: nobody else writes it until the transaction ends, so that an answer adds to the newest answers.
    ``entity``: that of another entity is None too, also where it is damaged.
    """
    query = _ONE_HELD if hold else _ONE
    if entity is not None:
        query = query.where(Referral.entity == entity)
    found = _opened(session, session.connection().execute(query, {"referral": referral}).all())
    listed = found[0] if found else None
    if isinstance(listed, DamagedReferral):
        raise VaultError(PURPOSE, referral)
    return listed


def several(session: Session, referrals: Sequence[UUID]) -> list[ListedReferral]:
    """Some referrals by their ids."""
    return _opened(session, session.execute(select(*_COLUMNS).where(Referral.id.in_(referrals))).all())


def inbox(
    session: Session,
    entity: str,
    states: Sequence[str],
    before: UUID | None,
    size: int,
    *,
    restricted: bool = False,
) -> Batch:
    """An entity's newest referrals in some states: the ordinary ones, or the restricted ones; never both.

    A damaged one, of which nobody knows which it is, is in both.
    """
    conditions: list[ColumnElement[bool]] = [Referral.entity == entity, Referral.state.in_(states)]
    return _newest(session, conditions, before, size, restricted=restricted)


def at_point(session: Session, point: str, states: Sequence[str], before: UUID | None, size: int) -> Batch:
    """A point's newest referrals in some states, without the restricted ones; damaged ones are there."""
    return _newest(session, [Referral.point == point, Referral.state.in_(states)], before, size, restricted=False)


def _newest(
    session: Session, conditions: list[ColumnElement[bool]], before: UUID | None, size: int, *, restricted: bool
) -> Batch:
    """Whether a referral is restricted is sealed, so a list reads on until it is full: bounded, by the index."""
    found: list[ListedReferral] = []
    newest = select(*_COLUMNS).where(*conditions).order_by(Referral.id.desc()).limit(size + 1)
    for _round in range(0, _MOST_READ, size + 1):
        rows = session.execute(newest if before is None else newest.where(Referral.id < before)).all()
        found += [
            each
            for each in _opened(session, rows)
            if isinstance(each, DamagedReferral) or each.restricted is restricted
        ]
        if len(found) > size:
            return Batch(found[:size], found[size - 1].id)
        if len(rows) <= size:
            return Batch(found, None)
        before = rows[-1].id
    return Batch(found, before)


def _opened(session: Session, rows: Iterable[Any]) -> list[ListedReferral]:
    rows = list(rows)
    keys = people.keys(session, [row.person_id for row in rows])
    found: list[ListedReferral] = []
    for row in rows:
        if row.person_id not in keys or row.sealed is None:  # erased
            continue
        key = keys[row.person_id]
        values = dict(row._mapping)
        record = people.open_or_note(session, key, PURPOSE, row.id, values.pop("sealed"))
        if key is None or record is None:
            found.append(DamagedReferral(**values))
        else:
            found.append(OpenReferral(**values, record=record, key=key))
    return found
