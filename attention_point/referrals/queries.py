"""Reading referrals: rows, opened under their people's keys, restricted ones left out unless asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation.vault import PersonKey
from attention_point.people import queries as people
from attention_point.referrals.models import Referral

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
_ROUNDS = 20  # how often a list reads on past restricted rows before it stops


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
    record: dict[str, Any]
    key: PersonKey

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


def of_visit(session: Session, visit: UUID) -> list[OpenReferral]:
    """Every referral of a visit, restricted ones too: the caller shows what its reader may see."""
    return _opened(session, session.connection().execute(_OF_VISIT, {"visit": visit}).all())


def one(session: Session, referral: UUID) -> OpenReferral | None:
    """One referral, or None when there is none or its person was erased."""
    found = _opened(session, session.connection().execute(_ONE, {"referral": referral}).all())
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
) -> list[OpenReferral]:
    """An entity's newest referrals in some states: the ordinary ones, or the restricted ones; never both."""
    conditions: list[ColumnElement[bool]] = [Referral.entity == entity, Referral.state.in_(states)]
    return _newest(session, conditions, before, size, restricted=restricted)


def at_point(session: Session, point: str, states: Sequence[str], before: UUID | None, size: int) -> list[OpenReferral]:
    """A point's newest referrals in some states, without the restricted ones."""
    return _newest(session, [Referral.point == point, Referral.state.in_(states)], before, size, restricted=False)


def _newest(
    session: Session, conditions: list[ColumnElement[bool]], before: UUID | None, size: int, *, restricted: bool
) -> list[OpenReferral]:
    """Whether a referral is restricted is sealed, so a list reads on until it is full: bounded, by the index."""
    found: list[OpenReferral] = []
    for _round in range(_ROUNDS):
        query = select(*_COLUMNS).where(*conditions).order_by(Referral.id.desc()).limit(size)
        rows = session.execute(query if before is None else query.where(Referral.id < before)).all()
        found += [each for each in _opened(session, rows) if each.restricted is restricted]
        if len(found) >= size or len(rows) < size:
            break
        before = rows[-1].id
    return found[:size]


def _opened(session: Session, rows: Iterable[Row[Any]]) -> list[OpenReferral]:
    rows = list(rows)
    keys = people.keys(session, [row.person_id for row in rows])
    found = []
    for row in rows:
        key = keys.get(row.person_id)
        if key is not None and row.sealed is not None:
            record = key.open(PURPOSE, row.id, row.sealed)
            found.append(OpenReferral(*row[:-1], record, key))
    return found
