"""The list of erased people outlives a rotation: its old lines may be under a key that is gone."""

from pathlib import Path

import pytest

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.key_changes import remove_version, rotate_version
from attention_point.people.erasure import erasure_list


def test_a_line_left_in_half_stops_no_job_and_no_restore_once_it_stands_whole(tmp_path: Path) -> None:
    path, people, vault = tmp_path / "erased-people", [new_id(), new_id()], Vault(Keyring.generate())
    for person in people:
        sealed = vault.seal(erasure_list.SEALING_PURPOSE, person, b'{"at": "2026-11-30T12:00:00+00:00"}')
        erasure_list.append_erasures(path, [erasure_list.ListedErasure(person, clock.now(), sealed)])
    content = path.read_bytes()
    for length in range(len(content) // 2 + 1, len(content) - 1):
        path.write_bytes(content[:length])
        assert people[0] in erasure_list.read_listed_ids(path)
        with pytest.raises(erasure_list.ErasureListError):  # rather than that somebody comes back
            erasure_list.read_erasures(path, vault)
        # As the job does, which finds the erasure in the database.
        erasure_list.append_erasures(path, [erasure_list.ListedErasure(people[1], clock.now(), sealed)])
        if length >= len(content) // 2 + len(str(people[1])):  # else nobody can tell whose line it was
            assert list(erasure_list.read_erasures(path, vault)) == people


def test_an_erasure_that_was_sealed_anew_is_read_without_the_old_key(tmp_path: Path) -> None:
    path, person, now, keyring = tmp_path / "erased-people", new_id(), clock.now(), Keyring.generate()
    rotated = rotate_version(keyring, "wrap", now)
    content = b'{"at": "2026-11-30T12:00:00+00:00"}'
    for held in (keyring, rotated):
        sealed = Vault(held).seal(erasure_list.SEALING_PURPOSE, person, content)
        erasure_list.append_erasures(path, [erasure_list.ListedErasure(person, now, sealed)])
    left = Vault(remove_version(rotated, "wrap", 1))
    assert list(erasure_list.read_erasures(path, left)) == [person]
    other = Vault(keyring).seal(erasure_list.SEALING_PURPOSE, new_id(), content)
    erasure_list.append_erasures(path, [erasure_list.ListedErasure(new_id(), now, other)])
    with pytest.raises(erasure_list.ErasureListError):
        erasure_list.read_erasures(path, left)
