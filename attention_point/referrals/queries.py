"""Queries of referrals. Each row is opened with the key of its person; lists leave restricted ones out by default."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.vault import VaultError
from attention_point.people import queries as people_queries
from attention_point.referrals.decrypted_referrals import DamagedReferral, DecryptedReferral, ListedReferral
from attention_point.referrals.entity_rows.entity_tags import find_entity, is_of_entity, select_of_entity
from attention_point.referrals.models import Referral

SEALING_PURPOSE = "referral"
_SELECT_ROWS = select(*Referral.__table__.columns)
_SELECT_OF_VISIT = _SELECT_ROWS.where(Referral.visit_id == bindparam("visit")).order_by(Referral.id)
_SELECT_ONE = _SELECT_ROWS.where(Referral.id == bindparam("referral"))
# SQLite, where a writing session holds the whole database, leaves the clause out.
_SELECT_ONE_LOCKED = _SELECT_ONE.with_for_update()
# How many rows a list opens at most to find those that it shows.
_MAX_ROWS_READ = 5_000


@dataclass(frozen=True, slots=True)
class ReferralBatch:
    """A part of a list, newest first. The next part begins before ``next_before``; None when this is the last."""

    items: list[ListedReferral]
    next_before: UUID | None


def list_referrals_of_visit(session: Session, visit_id: UUID) -> list[ListedReferral]:
    """Every referral of a visit, also restricted and damaged ones. The caller shows only what its reader may see."""
    return _decrypt_rows(session, session.execute(_SELECT_OF_VISIT, {"visit": visit_id}).all())


def list_decrypted_of_visit(session: Session, visit_id: UUID, *, lock: bool = False) -> list[DecryptedReferral]:
    """The referrals of a visit whose sealed part opens, also restricted ones.

    ``lock``: nobody else writes them until the transaction ends.
    """
    query = _SELECT_OF_VISIT.with_for_update() if lock else _SELECT_OF_VISIT
    rows = session.execute(query, {"visit": visit_id}).all()
    return [referral for referral in _decrypt_rows(session, rows) if isinstance(referral, DecryptedReferral)]


def list_referrals_of_visits(session: Session, visit_ids: Sequence[UUID]) -> list[ListedReferral]:
    """The referrals of several visits."""
    return _decrypt_rows(session, session.execute(_SELECT_ROWS.where(Referral.visit_id.in_(visit_ids))).all())


def list_states_of_visits(session: Session, visit_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """The visit and the state of each referral of several visits; none is opened."""
    query = select(Referral.visit_id, Referral.state).where(
        Referral.visit_id.in_(visit_ids), Referral.sealed.is_not(None)
    )
    return [(visit_id, state) for visit_id, state in session.execute(query)]


def find_referral(
    session: Session, referral_id: UUID, *, lock: bool = False, entity: str | None = None
) -> DecryptedReferral | None:
    """One referral, or None if there is none or its person was erased. Raises VaultError if it does not open.

    ``lock``: nobody else writes it until the transaction ends, so that an answer is added to the newest answers.
    ``entity``: a referral of another entity gives None too, also a damaged one.
    """
    query = _SELECT_ONE_LOCKED if lock else _SELECT_ONE
    if entity is not None:
        query = query.where(select_of_entity(session, entity, referral_id))
    referral = next(iter(_decrypt_rows(session, session.execute(query, {"referral": referral_id}).all())), None)
    if isinstance(referral, DamagedReferral):
        raise VaultError(SEALING_PURPOSE, referral_id)
    return referral


def list_referrals_of_person(session: Session, person_id: UUID) -> list[ListedReferral]:
    """A person's referrals, the newest first, at most 100; also restricted and damaged ones."""
    query = _SELECT_ROWS.where(Referral.person_id == person_id).order_by(Referral.id.desc()).limit(100)
    return _decrypt_rows(session, session.execute(query).all())


def list_referrals_by_ids(session: Session, referral_ids: Sequence[UUID]) -> list[ListedReferral]:
    """Some referrals by their ids."""
    return _decrypt_rows(session, session.execute(_SELECT_ROWS.where(Referral.id.in_(referral_ids))).all())


def lock_referrals(session: Session, referral_ids: Sequence[UUID]) -> list[ListedReferral]:
    """Some referrals as they are now, oldest first; nobody else writes them until the transaction ends."""
    # In one order: two who lock several of them do not wait for each other.
    query = _SELECT_ROWS.where(Referral.id.in_(referral_ids)).order_by(Referral.id).with_for_update()
    return _decrypt_rows(session, session.execute(query).all())


def list_referrals_at_point(
    session: Session,
    actor: Actor,
    point: str,
    states: Sequence[str],
    before: UUID | None,
    size: int,
    entity: str | None = None,
) -> ReferralBatch:
    """A point's newest referrals in some states, without the restricted ones. Damaged ones are there.

    Those of a visit that is hidden from this reader are missing too. ``entity`` leaves out those of all others.
    """
    conditions = [Referral.point == point, Referral.state.in_(states)]
    if entity:
        conditions.append(select_of_entity(session, entity))

    def choose_shown(referrals: list[ListedReferral]) -> list[ListedReferral]:
        ordinary = [referral for referral in referrals if referral.damaged or not _is_restricted(referral)]
        hidden_visits = list_hidden_visits(session, actor, ordinary)
        return [referral for referral in ordinary if referral.visit_id not in hidden_visits]

    return _list_newest(session, conditions, before, size, choose_shown)


def list_hidden_visits(session: Session, actor: Actor, referrals: Iterable[ListedReferral]) -> Collection[UUID]:
    """The visits of these referrals that are confidential and hidden from this reader.

    An ordinary referral of such a visit is hidden with it: beside it, its visit would be missed. Intake knows the
    visits; sessions carry its function (``app.py``).
    """
    find_hidden_visits: Callable[[Session, Actor, Iterable[UUID]], Collection[UUID]] = session.info["hidden_visits"]
    return find_hidden_visits(session, actor, {referral.visit_id for referral in referrals})


def _is_restricted(referral: ListedReferral) -> bool:
    return isinstance(referral, DecryptedReferral) and referral.restricted


def _list_newest(
    session: Session,
    conditions: list[ColumnElement[bool]],
    before: UUID | None,
    size: int,
    choose_shown: Callable[[list[ListedReferral]], list[ListedReferral]],
) -> ReferralBatch:
    """The newest rows of those that ``choose_shown`` keeps."""
    # Whether a referral is restricted is sealed, so the database cannot filter: the list reads on until it is full.
    listed_referrals: list[ListedReferral] = []
    newest_query = _SELECT_ROWS.where(*conditions).order_by(Referral.id.desc()).limit(size + 1)
    for _round in range(0, _MAX_ROWS_READ, size + 1):
        rows = session.execute(newest_query if before is None else newest_query.where(Referral.id < before)).all()
        listed_referrals += choose_shown(_decrypt_rows(session, rows))
        # One row more than the page shows says that there is a next page.
        if len(listed_referrals) > size:
            return ReferralBatch(listed_referrals[:size], listed_referrals[size - 1].id)
        if len(rows) <= size:
            return ReferralBatch(listed_referrals, None)
        before = rows[-1].id
    return ReferralBatch(listed_referrals, before)


def _decrypt_rows(session: Session, rows: Sequence[Any]) -> list[ListedReferral]:
    # One query for the keys of all people; an erased person has none.
    keys = people_queries.open_person_keys(session, [row.person_id for row in rows])
    listed_referrals: list[ListedReferral] = []
    for row in rows:
        if row.person_id not in keys or row.sealed is None:  # the person was erased
            continue
        key = keys[row.person_id]
        values = dict(row._mapping)
        tag, sealed = values.pop("entity_tag"), values.pop("sealed")
        record = people_queries.open_record_or_note(session, key, SEALING_PURPOSE, row.id, sealed, row.version)
        # A referral of the first versions says its entity by its tag alone.
        entity = (record or {}).get("entity") or find_entity(session, row.id, tag)
        if record is not None and (entity is None or not is_of_entity(session, entity, row.id, tag)):
            # Somebody moved the row to another entity, which must not read it.
            note_damage(session, VaultError(SEALING_PURPOSE, row.id))
            entity, record = find_entity(session, row.id, tag), None
        values["entity"] = entity or ""
        if key is None or record is None:
            listed_referrals.append(DamagedReferral(**values))
        else:
            listed_referrals.append(DecryptedReferral(**values, record=record, key=key))
    return listed_referrals
