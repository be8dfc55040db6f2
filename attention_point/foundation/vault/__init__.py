"""Sealing and blind indexes: the only user of ``cryptography``.

A person has a random data key, wrapped by the keyring's current key. What is said of the person is sealed under the
data key, bound to its table and row. Rotation re-wraps data keys; destroying a wrapped key destroys all it sealed.
"""

from attention_point.foundation.vault.keyring import Keyring
from attention_point.foundation.vault.sealing import PersonKey, WrappedKey
from attention_point.foundation.vault.vault import Vault, vault_of
from attention_point.foundation.vault_error import VaultError

__all__ = ["Keyring", "PersonKey", "Vault", "VaultError", "WrappedKey", "vault_of"]
