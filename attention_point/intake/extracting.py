"""Reading what people allowed to be used for a purpose, without whatever names them: for the extract for research."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import connection_of
from attention_point.foundation.vault import Vault, vault_of
from attention_point.intake.models import Visit
from attention_point.intake.queries import BATCH, PURPOSE
from attention_point.people import queries as people

_PEOPLE = (
    select(Visit.person_id)
    .where(Visit.day.between(bindparam("first"), bindparam("last")), Visit.person_id > bindparam("after"))
    .distinct()
    .order_by(Visit.person_id)
    .limit(BATCH)
)
_VISITS = (
    select(Visit.id, Visit.person_id, Visit.day, Visit.attended_at, Visit.received_at, Visit.sealed)
    .where(Visit.person_id.in_(bindparam("people", expanding=True)), Visit.sealed.is_not(None))
    .order_by(Visit.person_id, Visit.day, Visit.id)
)
_NOBODY = UUID(int=0)
MEMBER_BYTES = 16


@dataclass(frozen=True, slots=True)
class Allowed:
    """What somebody said at the first attention at which the purpose was granted. Codes are those of the code lists.

    ``member`` tells the same person again with the keys at hand, and tells a thief of the database nothing. It must
    not leave the installation. ``day`` is the day on which the attention counts; ``age`` is in whole years on it.
    """

    member: bytes
    day: date
    age: int | None
    sex: str | None
    nationality: str | None
    municipality: str | None
    education: int | str | None
    population: str | None
    status: str | None
    ethnicity: int | str | None
    gender: str | None
    disability: bool | None
    needs: tuple[str, ...]
    vulnerabilities: tuple[str, ...]


COUNTED = tuple(name for name in Allowed.__slots__ if name not in {"member", "day", "needs", "vulnerabilities"})


def consenting(session: Session, purpose: str, first: date, last: date) -> Iterator[Allowed]:
    """Those who granted the purpose for the first time on one of these days, and whose last word on it grants it still.

    A revocation counts from when it was said and from when it arrived, whichever makes it the last word: what a tablet
    sends late cannot undo it. The erased are not here: nobody can read them. Nor is anybody with a visit that does not
    open: it may hold a revocation. It is noted in the session (``foundation.damage``).
    """
    after = _NOBODY
    while found := session.execute(_PEOPLE, {"first": first, "last": last, "after": after}).scalars().all():
        for visits in _visits(session, found):
            granted = _granted(visits, purpose)
            if granted is not None and first <= granted.day <= last:
                yield _allowed(vault_of(session), purpose, granted)
        after = found[-1]


@dataclass(frozen=True, slots=True)
class _Said:
    """One attention, open."""

    person: UUID
    day: date
    attended_at: datetime
    received_at: datetime
    record: Mapping[str, Any]

    def answer(self, purpose: str) -> bool | None:
        """What was said of the purpose; None when it was not spoken of. Of two answers in one visit, no counts."""
        said = [each["granted"] for each in self.record.get("consents", ()) if each["purpose"] == purpose]
        return all(said) if said else None


def _visits(session: Session, found: Sequence[UUID]) -> Iterator[list[_Said]]:
    """The attentions of each of these people, the earliest day first; not of those of whom one does not open."""
    keys = people.keys(session, found)
    rows = connection_of(session).execute(_VISITS, {"people": list(keys)}).all()
    for person, own in groupby(rows, key=lambda row: row.person_id):
        opened = [(row, people.open_or_note(session, keys[person], PURPOSE, row.id, row.sealed)) for row in own]
        said = [
            _Said(person, row.day, row.attended_at, row.received_at, record)
            for row, record in opened
            if record is not None
        ]
        if len(said) == len(opened):
            yield said


def _granted(visits: Sequence[_Said], purpose: str) -> _Said | None:
    """The first attention at which the purpose was granted, if the last word grants it."""
    answered = [visit for visit in visits if visit.answer(purpose) is not None]
    if not answered:
        return None
    last_said = max(answered, key=lambda visit: (visit.attended_at, not visit.answer(purpose)))
    last_received = max(answered, key=lambda visit: (visit.received_at, not visit.answer(purpose)))
    if not (last_said.answer(purpose) and last_received.answer(purpose)):
        return None
    return next(visit for visit in answered if visit.answer(purpose))


def _allowed(vault: Vault, purpose: str, visit: _Said) -> Allowed:
    counted = visit.record["counted"]
    return Allowed(
        member=vault.fingerprint(f"member:{purpose}", visit.person.bytes)[:MEMBER_BYTES],
        day=visit.day,
        needs=tuple(counted["needs"]),
        vulnerabilities=tuple(counted["vulnerabilities"]),
        **{name: counted.get(name) for name in COUNTED},
    )
