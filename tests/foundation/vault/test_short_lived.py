"""What is sealed for a row of no person: opens there alone, also after the keyring turned to a new key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.vault import Keyring, Vault, VaultError
from attention_point.foundation.vault.key_changes import rotate_version

KEYRING = Keyring.generate()
VAULT = Vault(KEYRING)
ROW = new_id()


@given(st.binary())
def test_it_opens_where_it_was_sealed(plain: bytes) -> None:
    assert VAULT.open("mail", ROW, VAULT.seal("mail", ROW, plain)) == plain


def test_it_opens_nowhere_else() -> None:
    sealed = VAULT.seal("mail", ROW, b"canary")
    assert b"canary" not in sealed
    for vault, purpose, row in (
        (VAULT, "mail", new_id()),
        (VAULT, "other", ROW),
        (Vault(Keyring.generate()), "mail", ROW),
    ):
        with pytest.raises(VaultError):
            vault.open(purpose, row, sealed)


@given(st.integers(0, 60), st.integers(1, 255))
def test_what_was_altered_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(VAULT.seal("mail", ROW, b"some content"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(VaultError):
        VAULT.open("mail", ROW, bytes(sealed))


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x00\x01", b"\x01\x00\x09" + bytes(40)])
def test_what_was_never_sealed_does_not_open(blob: bytes) -> None:
    with pytest.raises(VaultError):
        VAULT.open("mail", ROW, blob)


def test_an_older_key_opens_what_it_sealed() -> None:
    sealed = VAULT.seal("mail", ROW, b"before")
    turned = Vault(rotate_version(KEYRING, "wrap", clock.now()))
    assert turned.open("mail", ROW, sealed) == b"before"
    assert turned.open("mail", ROW, turned.seal("mail", ROW, b"after")) == b"after"
    with pytest.raises(VaultError):
        VAULT.open("mail", ROW, turned.seal("mail", ROW, b"after"))
