"""Sealed records and wrapped keys: what opens, what is refused, and what a thief reads off them."""

import base64
import json
import secrets
import traceback
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.vault import Keyring, PersonKey, Vault, VaultError, WrappedKey
from attention_point.foundation.vault.key_changes import rotate_version
from attention_point.foundation.vault.keyring import KEY_KINDS
from attention_point.foundation.vault.sealing import BLOCK_BYTES, HEAD_BYTES, NONCE_BYTES, seal_bytes

SECRET = "canary-ñandú-7391"
RECORD = {"given_names": SECRET, "documents": [{"type": "PA", "number": "045678123"}], "education": 5, "gender": None}
GCM_TAG = 16

KEYRING = Keyring.generate()
VAULT = Vault(KEYRING)
PERSON = new_id()
KEY, WRAPPED = VAULT.create_person_key(PERSON)
ROW = new_id()
BLOB = KEY.seal("visit", ROW, RECORD, version=1)


def rotated(keyring: Keyring) -> Keyring:
    """The same keyring with one more wrapping key, the current one from now on."""
    return rotate_version(keyring, "wrap", clock.now())


def test_what_is_sealed_opens() -> None:
    assert KEY.open("visit", ROW, BLOB, version=1) == RECORD
    assert VAULT.open_person_key(PERSON, WRAPPED).open("visit", ROW, BLOB, version=1) == RECORD


@given(st.dictionaries(st.text(max_size=20), st.none() | st.booleans() | st.integers() | st.text(max_size=200)))
def test_any_record_opens_as_it_was(record: dict[str, object]) -> None:
    assert KEY.open("person", ROW, KEY.seal("person", ROW, record, version=1), version=1) == record


def test_a_stored_key_opens_after_a_restart() -> None:
    assert Vault(KEYRING).open_person_key(PERSON, WRAPPED).open("visit", ROW, BLOB, version=1) == RECORD


def test_the_same_record_is_never_sealed_alike() -> None:
    assert len({KEY.seal("visit", ROW, RECORD, version=1) for _time in range(50)}) == 50


@pytest.mark.parametrize(("purpose", "row"), [("referral", ROW), ("visit", new_id()), ("visi", ROW), ("", ROW)])
def test_a_record_moved_to_another_place_does_not_open(purpose: str, row: object) -> None:
    with pytest.raises(VaultError):
        KEY.open(purpose, row, BLOB, version=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [0, 2, -1, 2**32, None, "1"])
def test_a_record_of_another_version_of_the_row_does_not_open(version: object) -> None:
    with pytest.raises(VaultError):
        KEY.open("visit", ROW, BLOB, version=version)  # type: ignore[arg-type]


def test_a_record_of_before_opens_until_its_persons_records_are_bound() -> None:
    raw = secrets.token_bytes(32)
    older = seal_bytes(AESGCM(raw), 1, "visit", ROW, to_json(RECORD))
    assert PersonKey(raw, are_rows_bound=False).open("visit", ROW, older, version=7) == RECORD
    with pytest.raises(VaultError):
        PersonKey(raw).open("visit", ROW, older, version=7)
    wrapped = WrappedKey(1, seal_bytes(AESGCM(KEYRING.wrap.keys[1]), 1, "person-key", PERSON, raw))
    assert VAULT.open_person_key(PERSON, wrapped).open("visit", ROW, older, version=7) == RECORD
    newer = Vault(rotated(KEYRING))
    rewrapped = newer.rewrap_person_key(PERSON, wrapped)
    assert rewrapped.version == 2
    assert newer.open_person_key(PERSON, rewrapped).open("visit", ROW, older, version=7) == RECORD
    bound = newer.rewrap_person_key(PERSON, rewrapped, bind_rows=True)
    with pytest.raises(VaultError):
        newer.open_person_key(PERSON, bound).open("visit", ROW, older, version=7)
    with pytest.raises(VaultError):  # nobody without the key takes the mark away
        newer.open_person_key(PERSON, replace(bound, sealed_key=b"\x01" + bound.sealed_key[1:]))


def test_a_record_moved_to_another_person_does_not_open() -> None:
    other, _wrapped = VAULT.create_person_key(new_id())
    with pytest.raises(VaultError):
        other.open("visit", ROW, BLOB, version=1)


def test_a_record_under_another_version_of_the_key_does_not_open() -> None:
    raw = secrets.token_bytes(32)
    blob = PersonKey(raw, 1).seal("visit", ROW, RECORD, version=1)
    assert PersonKey(raw, 1).open("visit", ROW, blob, version=1) == RECORD
    with pytest.raises(VaultError):
        PersonKey(raw).open("visit", ROW, blob[:1] + (2).to_bytes(2) + blob[HEAD_BYTES:], version=1)


@given(st.integers(0, len(BLOB) - 1), st.integers(1, 255))
def test_one_altered_byte_of_a_record_is_refused(position: int, change: int) -> None:
    altered = bytearray(BLOB)
    altered[position] ^= change
    with pytest.raises(VaultError):
        KEY.open("visit", ROW, bytes(altered), version=1)


def test_every_position_of_a_record_and_a_wrapped_key_is_guarded() -> None:
    for position in range(len(BLOB)):
        with pytest.raises(VaultError):
            KEY.open("visit", ROW, BLOB[:position] + bytes([BLOB[position] ^ 1]) + BLOB[position + 1 :], version=1)
    blob = WRAPPED.sealed_key
    for position in range(len(blob)):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(VaultError):
            VAULT.open_person_key(PERSON, replace(WRAPPED, sealed_key=altered))


def test_a_cut_or_lengthened_record_is_refused() -> None:
    for length in range(len(BLOB)):
        with pytest.raises(VaultError):
            KEY.open("visit", ROW, BLOB[:length], version=1)
    with pytest.raises(VaultError):
        KEY.open("visit", ROW, BLOB + b"\x00", version=1)


def test_a_wrapped_key_moved_to_another_person_is_refused() -> None:
    with pytest.raises(VaultError):
        VAULT.open_person_key(new_id(), WRAPPED)


def test_a_wrapped_key_of_another_installation_is_refused() -> None:
    with pytest.raises(VaultError):
        Vault(Keyring.generate()).open_person_key(PERSON, WRAPPED)


@pytest.mark.parametrize("version", [0, 2, -1, 70_000])
def test_a_version_that_the_keyring_does_not_hold_is_refused(version: int) -> None:
    with pytest.raises(VaultError):
        VAULT.open_person_key(PERSON, WrappedKey(version, WRAPPED.sealed_key))


def test_two_versions_of_the_wrapping_key_work_at_a_time() -> None:
    vault = Vault(rotated(KEYRING))
    assert vault.open_person_key(PERSON, WRAPPED).open("visit", ROW, BLOB, version=1) == RECORD
    person = new_id()
    key, wrapped = vault.create_person_key(person)
    assert wrapped.version == 2
    blob = key.seal("visit", ROW, RECORD, version=1)
    assert vault.open_person_key(person, wrapped).open("visit", ROW, blob, version=1) == RECORD
    with pytest.raises(VaultError):
        vault.open_person_key(person, WrappedKey(1, wrapped.sealed_key))
    with pytest.raises(VaultError):
        vault.open_person_key(PERSON, WrappedKey(2, WRAPPED.sealed_key))
    with pytest.raises(VaultError):
        VAULT.open_person_key(person, wrapped)


def test_the_sealed_records_do_not_depend_on_the_wrapping_key() -> None:
    """Data keys of two wrapping versions seal in one format: rotation re-wraps keys and leaves the records alone."""
    _key, wrapped = Vault(rotated(KEYRING)).create_person_key(PERSON)
    assert len(wrapped.sealed_key) == len(WRAPPED.sealed_key)
    newer = Vault(rotated(KEYRING)).create_person_key(PERSON)[0]
    assert newer.seal("visit", ROW, RECORD, version=1)[:HEAD_BYTES] == BLOB[:HEAD_BYTES]


def test_the_length_tells_little() -> None:
    # Digits of random bytes, which no compression makes shorter than half of them.
    lengths = {
        len(KEY.seal("note", ROW, {"notes": secrets.token_hex(count)}, version=1)) for count in range(0, 900, 50)
    }
    assert lengths == {HEAD_BYTES + NONCE_BYTES + GCM_TAG + BLOCK_BYTES * blocks for blocks in range(1, 4)}
    close: list[dict[str, object]] = [
        {"status": "irregular"},
        {"status": "regular"},
        {"status": None},
        {"needs": ["VBG"]},
        {},
    ]
    assert len({len(KEY.seal("visit", ROW, record, version=1)) for record in close}) == 1


def test_a_record_that_an_earlier_version_did_not_compress_opens() -> None:
    key_bytes = secrets.token_bytes(32)
    blob = seal_bytes(AESGCM(key_bytes), 1, "visit", ROW, b'{"needs":["VBG"]}  ', 1)
    assert PersonKey(key_bytes).open("visit", ROW, blob, version=1) == {"needs": ["VBG"]}


def test_nothing_of_the_content_stands_in_the_blob() -> None:
    for secret in (SECRET.encode(), SECRET.encode("utf-16-le"), base64.b64encode(SECRET.encode()), b"given_names"):
        assert secret not in BLOB


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error) + str(vars(error))


def test_an_error_names_the_row_and_nothing_else() -> None:
    with pytest.raises(VaultError) as caught:
        KEY.open("referral", ROW, BLOB, version=1)
    assert (caught.value.purpose, caught.value.row_id) == ("referral", ROW)
    told = _told(caught.value)
    assert str(ROW) in told
    assert SECRET not in told
    assert BLOB.hex() not in told
    assert caught.value.__cause__ is None


def test_what_the_vault_is_made_of_does_not_show_its_keys() -> None:
    keys = [KEYRING.get_keys(kind).keys[1] for kind in KEY_KINDS]
    shown = "".join(text(thing) for thing in (KEYRING, VAULT, KEY, WRAPPED) for text in (repr, str))
    for key in keys:
        for form in (repr(key)[2:-1], key.hex(), base64.b64encode(key).decode(), json.dumps(list(key))):
            assert form not in shown
