"""What the room of rights seals goes on under new keys, and nothing waits for the old ones."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.keyring import KeySet
from attention_point.people.claim_marks.marks import find_marks
from attention_point.rights.office import incidents
from attention_point.rights.office.incidents import NewIncident
from attention_point.rights.requests import stored_requests
from attention_point.rights.upkeep import ROTATIONS
from tests.rights.support import NOON, RECEIVED, SUPERVISOR, filed, recorded_person


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.override_now(NOON):
        yield


def add_version(keys: KeySet) -> KeySet:
    """The same keys and a second version, which is current."""
    return KeySet(2, {**keys.keys, 2: bytes(range(32))})


def test_requests_marks_and_incidents_are_found_under_both_keys_and_renewed(
    session: Session, keyring_path: Path
) -> None:
    person, _code = recorded_person(session)
    request = filed(session, "claim", person=person)
    incident = incidents.register_incident(session, SUPERVISOR, NewIncident("paper", RECEIVED, "Una lista."))
    keyring = Keyring.load(keyring_path)
    session.info["vault"] = Vault(replace(keyring, wrap=add_version(keyring.wrap), index=add_version(keyring.index)))
    later = filed(session, "claim", person=person)  # side by side with what stands under the old keys
    for _round in range(2):  # before and after what waits is renewed
        assert len(find_marks(session, [person])[person]) == 2
        found = {entry.id for entry in stored_requests.list_requests_of_people(session, [person])}
        assert found == {request.id, later.id}
        assert incidents.get_incident(session, incident).content["text"] == "Una lista."
        for rotation in ROTATIONS:
            rotation.prepare_batch(session, None, 100).write(session)
            assert rotation.prepare_batch(session, None, 100).count == 0
        session.expire_all()
        assert {version for rotation in ROTATIONS for version in rotation.count_by_version(session)} == {2}
