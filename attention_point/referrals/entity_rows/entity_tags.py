"""Keyed tags in place of an entity's code: where a person was sent would tell what the person needs (decision 63).

A referral's row holds the tag of its entity and of the day in its id. So two rows of one day tell whether they went to
the same entity, rows of two days tell nothing, and which entity it is only the keyring knows. Whoever asks for the
referrals of an entity asks for the tags of its days.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from attention_point.directory.queries import list_entity_codes
from attention_point.foundation import clock
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.key_rotation import rotate_rows
from attention_point.foundation.language import N_
from attention_point.foundation.vault import Vault, get_vault
from attention_point.referrals.models import Referral

TAG_FIELD = "referral-entity"
# Seven bytes of a digest, so that a million tags hold two equal ones in one of 100,000 installations, and one that says
# which version of the key made it.
_DIGEST_BYTES, _VERSIONS = 7, 256
# The day in an id counts in the time of Colombia, which has been five hours behind UTC since 1993.
_OFFSET_MILLISECONDS, _DAY_MILLISECONDS = -5 * 3_600_000, 86_400_000
_FIRST_DAY = date(1970, 1, 1)
_LAST_DAY = (date.max - _FIRST_DAY).days
# Ids of other days were written by a wrong clock. They are few, and are looked for one by one.
_EARLIEST_DAY, MAX_STRAY_IDS = (date(2017, 1, 1) - _FIRST_DAY).days, 1_000

Tags = tuple[int, ...]
# By vault, then by entity and day. A tag costs 1.5 µs, and an entity of ten years has 3,650 days.
_TAGS: WeakKeyDictionary[Vault, dict[tuple[str, int], Tags]] = WeakKeyDictionary()
_CODES: WeakKeyDictionary[Vault, dict[int, tuple[frozenset[str], dict[int, str]]]] = WeakKeyDictionary()
_MAX_CACHED = 200_000


def find_day_number(referral_id: UUID) -> int:
    """The day on which a referral was made, by the moment in its id: so many days after 1970-01-01, in Colombia."""
    return ((referral_id.int >> 80) + _OFFSET_MILLISECONDS) // _DAY_MILLISECONDS


def find_day(referral_id: UUID) -> date:
    """The same as a date."""
    # The 48 bits of an id reach beyond the calendar.
    return _FIRST_DAY + timedelta(days=min(find_day_number(referral_id), _LAST_DAY))


def make_tag(session: Session, entity: str, referral_id: UUID) -> int:
    """The tag of a new row: a signed number of 64 bits."""
    return _list_tags_of_day(get_vault(session), entity, find_day_number(referral_id))[0]


def is_of_entity(session: Session, entity: str, referral_id: UUID, tag: int) -> bool:
    """Whether a row of this id and tag is a referral to an entity."""
    return tag in _list_tags_of_day(get_vault(session), entity, find_day_number(referral_id))


def find_entity(session: Session, referral_id: UUID, tag: int) -> str | None:
    """The code of the entity whose tag a row carries; None for a tag of no entity in the directory."""
    vault, day = get_vault(session), find_day_number(referral_id)
    entities, codes_by_day = list_entity_codes(session), _CODES.setdefault(vault, {})
    known_entities, codes = codes_by_day.get(day, (frozenset(), {}))
    # An entity that was added since has tags on earlier days too, which would otherwise be taken for nobody's.
    if known_entities != entities:
        codes = {tag: entity for entity in entities for tag in _list_tags_of_day(vault, entity, day)}
        if len(codes_by_day) * len(codes) > _MAX_CACHED:
            codes_by_day.clear()
        codes_by_day[day] = entities, codes
    return codes.get(tag)


def select_of_entity(session: Session, entity: str, referral_id: UUID | None = None) -> ColumnElement[bool]:
    """The condition on ``Referral`` that a row is one of an entity: that of an id, or any."""
    days = list_days(session) if referral_id is None else (find_day_number(referral_id),)
    return Referral.entity_tag.in_(list_tags(session, entity, days))


def list_ids_of_entity(session: Session, entity: str, condition: ColumnElement[bool]) -> list[UUID]:
    """Ids of an entity's referrals among the few that meet a condition, the newest first.

    Each row's tag is looked at here: the tags of ten years are 3,650, and the database takes 10 ms to read so many.
    """
    query = select(Referral.id, Referral.entity_tag).where(condition).order_by(Referral.id.desc())
    rows = session.connection().execute(query)
    return [row.id for row in rows if is_of_entity(session, entity, row.id, row.entity_tag)]


def list_tags(session: Session, entity: str, days: Iterable[int]) -> list[int]:
    """The tags of an entity on some days, which are numbers of ``list_days``."""
    vault = get_vault(session)
    return [tag for day in days for tag in _list_tags_of_day(vault, entity, day)]


def list_days(session: Session) -> Sequence[int]:
    """The days, as numbers, on which there may be referrals: from the first id to the last, in order."""
    connection = session.connection()
    ends: Sequence[UUID | None] = connection.execute(_SELECT_ENDS).one()
    ids = [end for end in ends if end is not None]
    if not ids:
        return ()
    earliest, latest = _EARLIEST_DAY, (clock.today() - _FIRST_DAY).days + 1
    first, last = find_day_number(ids[0]), find_day_number(ids[-1])
    days = range(max(first, earliest), min(last, latest) + 1)
    if first >= earliest and last <= latest:
        return days
    is_stray = or_(Referral.id < find_first_id(earliest), Referral.id >= find_first_id(latest + 1))
    stray_ids = connection.execute(select(Referral.id).where(is_stray).limit(MAX_STRAY_IDS)).scalars()
    return sorted({*days, *map(find_day_number, stray_ids)})


def find_first_id(day: int) -> UUID:
    """The lowest id that a referral of a day may have."""
    return build_id_at(max(day * _DAY_MILLISECONDS - _OFFSET_MILLISECONDS, 0), 0)


def _select_end(order: ColumnElement[UUID]) -> ScalarSelect[UUID]:
    # PostgreSQL has no least UUID before its version 18.
    return select(Referral.id).order_by(order).limit(1).scalar_subquery()


_SELECT_ENDS = select(_select_end(Referral.id.asc()), _select_end(Referral.id.desc()))


def _build_tag(version: int, digest: bytes) -> int:
    return int.from_bytes(digest[:_DIGEST_BYTES] + bytes([version % _VERSIONS]), signed=True)


def _list_tags_of_day(vault: Vault, entity: str, day: int) -> Tags:
    tags_by_day = _TAGS.setdefault(vault, {})
    tags = tags_by_day.get((entity, day))
    if tags is None:
        if len(tags_by_day) > _MAX_CACHED:
            tags_by_day.clear()
        # Of all versions of the key, the current one first: while it is rotated, two stand side by side.
        digests = zip(vault.index_versions, vault.index_tags(TAG_FIELD, f"{entity}/{day}"), strict=True)
        tags = tags_by_day[entity, day] = tuple(_build_tag(version, digest) for version, digest in digests)
    return tags


# The tag of a row of somebody who was erased is random, and of no key: it would wait for ever, and keep a key in use.
_IS_OF_AN_ENTITY = Referral.sealed.is_not(None)


def _count_by_version(session: Session) -> dict[int, int]:
    version = Referral.entity_tag.bitwise_and(_VERSIONS - 1)
    rows = session.connection().execute(select(version, func.count()).where(_IS_OF_AN_ENTITY).group_by(version))
    # A byte holds the end of a version: nobody keeps two that are 256 apart.
    versions = {version % _VERSIONS: version for version in get_vault(session).index_versions}
    return {versions.get(end, end): count for end, count in rows}


def _select_waiting(session: Session) -> Select[*tuple[Any, ...]]:
    is_current = Referral.entity_tag.bitwise_and(_VERSIONS - 1) == get_vault(session).index_version % _VERSIONS
    return select(Referral.id, Referral.entity_tag.label("guard")).where(_IS_OF_AN_ENTITY, ~is_current)


def _renew_tag(session: Session, row: Row[Any]) -> dict[str, int] | None:
    # A tag of no entity in the directory stays: nobody asks for it.
    entity = find_entity(session, row.id, row.guard)
    return None if entity is None else {"entity_tag": make_tag(session, entity, row.id)}


TAG_ROTATION = rotate_rows(
    N_("entities of referrals"),
    "index",
    Referral.id,
    Referral.entity_tag,
    count_by_version=_count_by_version,
    select_waiting=_select_waiting,
    renew=_renew_tag,
)
