"""How a keyring changes: another version of a key, and the end of one. Each function returns another keyring."""

from dataclasses import replace
from datetime import datetime

from attention_point.foundation.vault.keyring import DERIVE, KEY_KINDS, Keyring, KeySet, generate_key
from attention_point.foundation.vault.vault import LASTING_PURPOSES, derive_secret


def prepare_version(keyring: Keyring, kind: str) -> Keyring:
    """A keyring with a further version of a key, under which nothing is written yet.

    Where several machines serve one database each of them gets this keyring first: what one writes the others open. A
    version that is prepared already stays as it is.
    """
    keys = keyring.get_keys(kind)
    if find_prepared(keys):
        return keyring
    version = max(keys.keys) + 1
    return _replace_keys(keyring, kind, replace(keys, keys={**keys.keys, version: generate_key()}))


def rotate_version(keyring: Keyring, kind: str, now: datetime) -> Keyring:
    """A keyring that writes under another version of a key from now on: the one prepared, or a new one."""
    prepared_keyring = prepare_version(keyring, kind)
    keys = prepared_keyring.get_keys(kind)
    version = find_prepared(keys)
    return _replace_keys(prepared_keyring, kind, replace(keys, current=version, since={**keys.since, version: now}))


def find_prepared(keys: KeySet) -> int:
    """The version after the current one; 0 where none is prepared."""
    return min((version for version in keys.keys if version > keys.current), default=0)


def remove_version(keyring: Keyring, kind: str, version: int) -> Keyring:
    """A keyring without an old version of a key. Raises ValueError for the current one and for one that is not held.

    Of a derived key the secrets stay that can never be made anew, such as the journal's: what was written under them
    stays as it is, and nothing else can be found out from them.
    """
    keys = keyring.get_keys(kind)
    if version == keys.current or version not in keys.keys:
        raise ValueError("version")
    others = {number: key for number, key in keys.keys.items() if number != version}
    if kind == DERIVE:
        secrets = {purpose: derive_secret(keys.keys[version], purpose) for purpose in LASTING_PURPOSES}
        keyring = replace(keyring, lasting={**keyring.lasting, version: secrets})
    return _replace_keys(keyring, kind, replace(keys, keys=others))


def is_successor(keyring: Keyring, before: Keyring) -> bool:
    """Whether a keyring is what another one became by changes of this module, or is the same.

    Another installation's is not, nor is a copy of before a rotation: with either, what was just written opens no more.
    """
    are_kept = [_is_key_kept(keyring.get_keys(kind), before.get_keys(kind)) for kind in KEY_KINDS]
    # Where each key was rotated and the old ones were removed, the secrets that stay tell whose keyring it is.
    version = before.derive.current
    lasting = {purpose: derive_secret(before.derive.keys[version], purpose) for purpose in LASTING_PURPOSES}
    return False not in are_kept and (True in are_kept or keyring.lasting.get(version) == lasting)


def _is_key_kept(keys: KeySet, before: KeySet) -> bool | None:
    """Whether the key that was the current one is held still; None where a later one took its place."""
    for version, key in before.keys.items():
        is_lost = version not in keys.keys and before.current < version >= keys.current
        # A version that was prepared goes only after it was used: another machine may write under it already.
        if is_lost or keys.keys.get(version, key) != key:
            return False
    if before.current in keys.keys:
        return keys.keys[before.current] == before.keys[before.current] and keys.current >= before.current
    return None if keys.current > before.current else False


def _replace_keys(keyring: Keyring, kind: str, keys: KeySet) -> Keyring:
    by_kind = {name: keyring.get_keys(name) for name in KEY_KINDS} | {kind: keys}
    return Keyring(**by_kind, lasting=keyring.lasting)
