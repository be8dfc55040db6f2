"""A rotation renews rows as it read them a moment ago: whatever the desk did with them since stays as it is."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from pydantic_core import to_json
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.vault import Keyring, Vault, WrappedKey, get_vault
from attention_point.foundation.vault.key_changes import rotate_version
from attention_point.foundation.vault.sealing import is_bound, seal_bytes
from attention_point.intake.key_renewal.person_keys import PERSON_KEY_ROTATION
from attention_point.intake.models import Visit
from attention_point.people import records
from attention_point.people.models import Person, PersonTag
from attention_point.people.search.tag_rotation import TAG_ROTATION
from tests.support.visits import recorded


def record_people(session: Session, count: int) -> list[UUID]:
    """Register some people, and return their ids."""
    visits = [UUID(recorded(session)["id"]) for _number in range(count)]
    return [session.get_one(Visit, visit).person_id for visit in visits]


def add_versions(session: Session, keyring_path: Path) -> None:
    """Let the session go on with a second version of each key."""
    keyring = Keyring.load(keyring_path)
    for kind in ("wrap", "index"):
        keyring = rotate_version(keyring, kind, clock.now())
    session.info["vault"] = Vault(keyring)


def test_who_was_erased_or_corrected_while_a_batch_was_made_gets_nothing_of_before(
    session: Session, keyring_path: Path
) -> None:
    erased, corrected, untouched = record_people(session, 3)
    add_versions(session, keyring_path)
    batches = [rotation.prepare_batch(session, None, 100) for rotation in (PERSON_KEY_ROTATION, TAG_ROTATION)]
    assert [batch.last for batch in batches] == [None, None]
    session.execute(update(Person).where(Person.id == erased).values(wrapped_key=None, sealed=None))
    session.execute(delete(PersonTag).where(PersonTag.person_id == erased))
    opened = records.open_chosen_person(session, corrected)
    sealed = opened.key.seal("person", corrected, opened.record | {"surname_1": "Zambrano"}, version=1)
    session.execute(update(Person).where(Person.id == corrected).values(sealed=sealed))
    for batch in batches:
        batch.write(session)
    assert session.scalar(select(Person.wrapped_key).where(Person.id == erased)) is None
    tags = Counter(tuple(row) for row in session.execute(select(PersonTag.person_id, PersonTag.index_version)))
    assert tags.keys() == {(corrected, 1), (untouched, 2)}
    assert PERSON_KEY_ROTATION.count_by_version(session) == {2: 2}
    # The next pass looks at those alone who were left, however many others there are.
    assert PERSON_KEY_ROTATION.prepare_batch(session, None, 100).count == 0
    left = TAG_ROTATION.prepare_batch(session, None, 100)
    assert left.count == tags[corrected, 1]


def test_an_end_of_a_pass_does_not_wait_for_what_the_desk_writes(session: Session, keyring_path: Path) -> None:
    record_people(session, 3)
    add_versions(session, keyring_path)
    place, counts = None, list[int]()
    while not counts or place is not None:
        batch = PERSON_KEY_ROTATION.prepare_batch(session, place, 2)
        batch.write(session)
        place = batch.last
        counts.append(batch.count)
        record_people(session, 3)  # faster than it renews
    assert counts == [2, 1]


@pytest.mark.parametrize("damaged", [False, True])
def test_records_of_before_are_bound_to_their_rows_when_the_keys_rotate(
    session: Session, keyring_path: Path, damaged: bool
) -> None:
    [person] = record_people(session, 1)
    opened, vault = records.open_chosen_person(session, person), get_vault(session)
    row = session.get_one(Person, person)
    assert row.wrapped_key is not None
    bound_visit = session.scalars(select(Visit.sealed)).one()
    assert bound_visit is not None
    # As the earlier versions of the program sealed them.
    row.sealed = seal_bytes(opened.key._cipher, 1, "person", person, to_json(opened.record))
    key = vault._unwrap_key(person, WrappedKey(row.key_version, row.wrapped_key))
    row.wrapped_key = vault._wrap_key(person, key, None).sealed_key
    if damaged:
        session.execute(update(Visit).values(sealed=bound_visit[:-1] + bytes([bound_visit[-1] ^ 1])))
    session.flush()
    add_versions(session, keyring_path)
    PERSON_KEY_ROTATION.prepare_batch(session, None, 100).write(session)
    session.expire_all()
    row = session.get_one(Person, person)
    reopened = records.open_chosen_person(session, person)
    assert reopened.record == opened.record
    assert row.sealed is not None
    # Where something does not open the key stays unmarked: what of before is mended later must still open.
    assert (is_bound(row.sealed), reopened.key.are_rows_bound) == (True, not damaged)
