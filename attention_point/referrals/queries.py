"""Reading referrals: rows, opened under their people's keys, restricted ones left out unless asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.vault import PersonKey
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
class OpenReferral:
    """A referral with its sealed part open: service, need, reason, flags, answers."""

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


def first_answer(answers: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the entity first answered; to have seen it is no answer."""
    moments = (each["at"] for each in answers if each["state"] in rules.ANSWERS)
    first = next(moments, None)
    return datetime.fromisoformat(first) if first else None


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a list, newest first. ``before``: from where to read on; None when there is nothing more."""

    items: list[OpenReferral]
    before: UUID | None


def of_visit(session: Session, visit: UUID) -> list[OpenReferral]:
    """Every referral of a visit, restricted ones too: the caller shows what its reader may see."""
    return _opened(session, session.connection().execute(_OF_VISIT, {"visit": visit}).all())


def of_visits(session: Session, visits: Sequence[UUID]) -> list[OpenReferral]:
    """The referrals of several visits."""
    return _opened(session, session.execute(select(*_COLUMNS).where(Referral.visit_id.in_(visits))).all())


def one(session: Session, referral: UUID, *, hold: bool = False) -> OpenReferral | None:
    """One referral, or None when there is none or its person was erased.

    ``hold``: nobody else writes it until the transaction ends, so that an answer adds to the newest answers.
    """
    query = _ONE_HELD if hold else _ONE
    found = _opened(session, session.connection().execute(query, {"referral": referral}).all())
    return found[0] if found else None


def several(session: Session, referrals: Sequence[UUID]) -> list[OpenReferral]:
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
    """An entity's newest referrals in some states: the ordinary ones, or the restricted ones; never both."""
    conditions: list[ColumnElement[bool]] = [Referral.entity == entity, Referral.state.in_(states)]
    return _newest(session, conditions, before, size, restricted=restricted)


def at_point(session: Session, point: str, states: Sequence[str], before: UUID | None, size: int) -> Batch:
    """A point's newest referrals in some states, without the restricted ones."""
    return _newest(session, [Referral.point == point, Referral.state.in_(states)], before, size, restricted=False)


def _newest(
    session: Session, conditions: list[ColumnElement[bool]], before: UUID | None, size: int, *, restricted: bool
) -> Batch:
    """Whether a referral is restricted is sealed, so a list reads on until it is full: bounded, by the index."""
    found: list[OpenReferral] = []
    newest = select(*_COLUMNS).where(*conditions).order_by(Referral.id.desc()).limit(size + 1)
    for _round in range(0, _MOST_READ, size + 1):
        rows = session.execute(newest if before is None else newest.where(Referral.id < before)).all()
        found += [each for each in _opened(session, rows) if each.restricted is restricted]
        if len(found) > size:
            return Batch(found[:size], found[size - 1].id)
        if len(rows) <= size:
            return Batch(found, None)
        before = rows[-1].id
    return Batch(found, before)


def _opened(session: Session, rows: Iterable[Any]) -> list[OpenReferral]:
    rows = list(rows)
    keys = people.keys(session, [row.person_id for row in rows])
    found = []
    for row in rows:
        key = keys.get(row.person_id)
        if key is not None and row.sealed is not None:
            values = dict(row._mapping)
            record = key.open(PURPOSE, row.id, values.pop("sealed"))
            found.append(OpenReferral(**values, record=record, key=key))
    return found
