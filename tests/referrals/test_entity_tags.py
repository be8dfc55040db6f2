"""Tags of entities: who finds which rows by them, and what a row tells without the keyring."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.key_changes import rotate_version
from attention_point.referrals import queries
from attention_point.referrals.entity_rows import entity_lists, entity_tags
from attention_point.referrals.models import Referral
from tests.support.visits import recorded

VAULT = Vault(Keyring.generate())
MOMENTS = st.datetimes(datetime(2017, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ENTITIES = st.sampled_from(["sena", "icbf", "comisaria-familia"])


def make_id(moment: datetime) -> UUID:
    return build_id_at(int(moment.timestamp() * 1000))


def tag(vault: Vault, entity: str, referral: UUID) -> int:
    return entity_tags.make_tag(cast(Session, SimpleNamespace(info={"vault": vault})), entity, referral)


@given(first=MOMENTS, hours=st.integers(0, 100), entities=st.tuples(ENTITIES, ENTITIES))
def test_rows_share_a_tag_by_entity_and_day_alone(first: datetime, hours: int, entities: tuple[str, str]) -> None:
    second = first + timedelta(hours=hours)
    ids = make_id(first), make_id(second)
    alike = entities[0] == entities[1] and clock.local_day(first) == clock.local_day(second)
    assert (tag(VAULT, entities[0], ids[0]) == tag(VAULT, entities[1], ids[1])) is alike
    assert tag(Vault(Keyring.generate()), entities[0], ids[0]) != tag(VAULT, entities[0], ids[0])
    assert entity_tags.find_day(ids[0]) == clock.local_day(first)


def add_rows(session: Session, moments: Sequence[datetime], entity: str = "sena") -> list[tuple[UUID, str]]:
    """Copies of a referral of SENA that were made at some moments, in turn in two states; their ids in order."""
    answer = recorded(session, needs=["EMP-SENA"])
    first = session.execute(
        select(*Referral.__table__.columns).where(Referral.id == UUID(answer["referrals"][0]["id"]))
    ).one()
    session.execute(update(Referral).where(Referral.visit_id == UUID(answer["id"])).values(state="closed"))
    rows: list[dict[str, Any]] = []
    for number, moment in enumerate(moments):
        row_id = make_id(moment)
        state = ("created", "attended")[number % 2]
        row_tag = entity_tags.make_tag(session, entity, row_id)
        rows.append({**first._mapping, "id": row_id, "entity_tag": row_tag, "state": state})
    session.execute(insert(Referral), rows)
    return sorted((row["id"], row["state"]) for row in rows)


def test_a_list_finds_every_row_of_an_entity_in_order_and_in_pages(session: Session) -> None:
    noon = datetime(2026, 3, 2, 17, tzinfo=UTC)
    # Some a day, then one after a long time; two were written by a wrong clock.
    moments = [noon + timedelta(days=day, minutes=number) for day in (0, 1, 2, 40, 300) for number in range(3)]
    own = add_rows(session, [*moments, datetime(1990, 1, 1, tzinfo=UTC), datetime(2290, 1, 1, tzinfo=UTC)])
    add_rows(session, moments, "icbf")
    states = ("created", "attended")
    with clock.override_now(noon + timedelta(days=310)):
        for newest_first in (False, True):
            expected = own[::-1] if newest_first else own
            for size in (1, 4, 50):
                listed: list[tuple[UUID, str]] = []
                while page := entity_lists.list_ids_of_entity(
                    session, "sena", states, size, newest_first=newest_first, after=listed[-1][0] if listed else None
                ):
                    listed += page
                assert listed == expected
        assert entity_lists.count_states(session, "sena", states) == {"created": 9, "attended": 8}
        assert entity_lists.list_ids_of_entity(session, "oim", states, 9, newest_first=True) == []


def test_a_row_moved_to_another_entity_opens_for_nobody(session: Session) -> None:
    answer = recorded(session, needs=["EMP-SENA"])
    referral = UUID(answer["referrals"][0]["id"])
    session.execute(update(Referral).values(entity_tag=entity_tags.make_tag(session, "icbf", referral)))
    [listed] = queries.list_referrals_of_visit(session, UUID(answer["id"]))
    assert (listed.damaged, listed.entity) == (True, "icbf")
    assert queries.find_referral(session, referral, entity="sena") is None
    for entity in (None, "icbf"):
        with pytest.raises(VaultError):
            queries.find_referral(session, referral, entity=entity)


def test_tags_of_two_versions_are_found_until_the_old_ones_are_renewed(session: Session, keyring_path: Path) -> None:
    answer = recorded(session, needs=["EMP-SENA", "EDU"])
    ids = {row["entity"]: UUID(row["id"]) for row in answer["referrals"]}
    session.info["vault"] = Vault(rotate_version(Keyring.load(keyring_path), "index", clock.now()))
    rotation = entity_tags.TAG_ROTATION
    assert rotation.count_by_version(session) == {1: len(ids)}
    for entity, referral in ids.items():
        assert queries.find_referral(session, referral, entity=entity) is not None
    rotation.prepare_batch(session, None, 1).write(session)
    assert rotation.count_by_version(session) == {1: len(ids) - 1, 2: 1}
    rotation.prepare_batch(session, None, len(ids)).write(session)
    assert rotation.count_by_version(session) == {2: len(ids)}
    for entity, referral in ids.items():
        assert entity_lists.list_ids_of_entity(session, entity, ["created"], 9, newest_first=True) == [
            (referral, "created")
        ]
        assert queries.find_referral(session, referral, entity=entity) is not None
