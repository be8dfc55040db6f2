"""Sealing and blind indexes: the only package that uses ``cryptography``.

Each person has a random data key, which the keyring's current key wraps. The person's records are sealed under the data
key and bound to their table and row. Rotation wraps the data keys anew, and whoever destroys a
wrapped key destroys everything that is sealed under it.
"""

from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault.envelopes import (
    derive_public_key,
    generate_envelope_key,
    open_envelope,
    seal_envelope,
)
from attention_point.foundation.vault.keyring import Keyring, KeyringError, KeySet
from attention_point.foundation.vault.keyring_watch import KeyringWatch
from attention_point.foundation.vault.sealing import UNVERSIONED, PersonKey, WrappedKey
from attention_point.foundation.vault.vault import Vault, get_vault

__all__ = [
    "UNVERSIONED",
    "KeySet",
    "Keyring",
    "KeyringError",
    "KeyringWatch",
    "PersonKey",
    "Vault",
    "VaultError",
    "WrappedKey",
    "derive_public_key",
    "generate_envelope_key",
    "get_vault",
    "open_envelope",
    "seal_envelope",
]
