"""The keyring: a JSON file outside of the database, of mode 0600, with several versions of each key."""

import base64
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, datetime
from pathlib import Path
from typing import Any

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file

FORMAT_VERSION = 2
_FIRST_FORMAT = 1  # with one derived key, that had no version; it is read as version 1
KEY_BYTES = 32
LAST_VERSION = 0xFFFF  # a sealed value names its key's version in two bytes
_CHECK = "check"
WRAP, INDEX, DERIVE = "wrap", "index", "derive"
KEY_KINDS = {
    WRAP: N_("key that wraps people's keys"),
    INDEX: N_("key of the search index"),
    DERIVE: N_("key of what is derived: sessions, fingerprints, the journal"),
}
"""The three kinds of key, by the name under which the file holds them, with their words."""


class KeyringError(AppError):
    """The keyring is missing, unreadable, or open to other users of the machine."""

    code = "keyring"


@dataclass(frozen=True, slots=True)
class KeySet:
    """The versions of one key. ``since`` says from when a version was the current one; the first has no moment.

    Versions above ``current`` were prepared: they open, and nothing is written under them yet.
    """

    current: int
    keys: Mapping[int, bytes]
    since: Mapping[int, datetime] = field(default_factory=dict)

    # A traceback or a log line must not show the keys.
    def __repr__(self) -> str:
        return f"KeySet(current={self.current}, versions={sorted(self.keys)})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Root keys by version: ``wrap`` wraps people's data keys, ``index`` makes blind indexes, ``derive`` gives secrets.

    ``lasting`` holds, of derived keys that were removed, the secrets that can never be made anew: the journal's, say.
    """

    wrap: KeySet
    index: KeySet
    derive: KeySet
    lasting: Mapping[int, Mapping[str, bytes]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Keyring(wrap={self.wrap}, index={self.index}, derive={self.derive})"

    def get_keys(self, kind: str) -> KeySet:
        """The versions of a kind of key: ``wrap``, ``index`` or ``derive``."""
        return {WRAP: self.wrap, INDEX: self.index, DERIVE: self.derive}[kind]

    @classmethod
    def generate(cls) -> "Keyring":
        """Return new random keys, version 1 of each."""
        wrap, index, derive = (KeySet(1, {1: generate_key()}) for _kind in KEY_KINDS)
        return cls(wrap, index, derive)

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """Generate a keyring and store it. Raises KeyringError for an existing file: keys are never overwritten."""
        keyring = cls.generate()
        keyring.write_new(path)
        return keyring

    def write_new(self, path: Path) -> None:
        """Store the keyring where none is. Raises KeyringError for an existing file."""
        try:
            # On the disk before its first use: data whose keys a power cut took would be lost for good.
            write_private_file(path, self.encode(), replace=False)
            _sync_folder(path.parent)
        except FileExistsError:
            raise KeyringError(_("%(path)s already exists", path=path)) from None
        except OSError:
            path.unlink(missing_ok=True)  # half a keyring would pass for a damaged one
            raise

    def replace_file(self, path: Path) -> None:
        """Put this keyring in the place of the file, at once: whoever reads meets the one or the other, never a half.

        Raises KeyringError where it cannot be written; then the file is as it was.
        """
        new_file = path.with_name(f"{path.name}.new")
        try:
            write_private_file(new_file, self.encode())
            new_file.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            new_file.unlink(missing_ok=True)
            raise KeyringError(
                _("the keyring at %(path)s cannot be written: %(reason)s", path=path, reason=error.strerror)
            ) from None

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the file. Raises KeyringError when it is missing, malformed, or open to others."""
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except FileNotFoundError:
            raise KeyringError(
                _(
                    "there is no keyring at %(path)s: put back its copy; only a new installation gets one, by "
                    "“attention-point init”",
                    path=path,
                )
            ) from None
        except OSError as error:
            raise KeyringError(
                _("the keyring at %(path)s cannot be read: %(reason)s", path=path, reason=error.strerror)
            ) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyringError(_("the keyring at %(path)s is open to others: set its mode to 0600", path=path))
        try:
            return cls.decode(content)
        except ValueError:
            raise KeyringError(_("the keyring at %(path)s is damaged: put back its copy", path=path)) from None

    def encode(self) -> bytes:
        """The keyring as the file holds it."""
        data: dict[str, object] = {"format": FORMAT_VERSION}
        data |= {kind: _encode_set(self.get_keys(kind)) for kind in KEY_KINDS}
        if self.lasting:
            data["lasting"] = {
                str(version): {purpose: _encode_key(secret) for purpose, secret in secrets_of_version.items()}
                for version, secrets_of_version in self.lasting.items()
            }
        data[_CHECK] = _digest(data)
        return json.dumps(data, indent=1).encode("ascii")

    @classmethod
    def decode(cls, content: bytes) -> "Keyring":
        """The keyring of a file's content. Raises ValueError for what is none."""
        try:
            return cls._from_json(json.loads(content))
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("keyring") from error

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> "Keyring":
        # A key with one wrong sign is as good as none. Files of before have no check; the next rotation writes one.
        check = data.pop(_CHECK, None)
        if check is not None and check != _digest(data):
            raise ValueError("keyring check")
        if data["format"] == _FIRST_FORMAT:
            derive = KeySet(1, {1: _decode_key(data["derive"])})
        elif data["format"] == FORMAT_VERSION:
            derive = _decode_set(data["derive"])
        else:
            raise ValueError("keyring format")
        lasting = {
            _decode_version(version): {purpose: _decode_key(secret) for purpose, secret in secrets_of_version.items()}
            for version, secrets_of_version in data.get("lasting", {}).items()
        }
        return cls(_decode_set(data["wrap"]), _decode_set(data["index"]), derive, lasting)


def _digest(data: dict[str, Any]) -> str:
    # Of random keys of 256 bits 64 bits of a digest tell nothing.
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode("ascii")).hexdigest()[:16]


def generate_key() -> bytes:
    """A new random key."""
    return secrets.token_bytes(KEY_BYTES)


def _sync_folder(folder: Path) -> None:
    # A new file is only found after a power cut if its folder is on the disk too.
    file_descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file_descriptor)
    finally:
        os.close(file_descriptor)


def _encode_set(key_set: KeySet) -> dict[str, object]:
    data: dict[str, object] = {
        "current": key_set.current,
        "keys": {str(version): _encode_key(key) for version, key in key_set.keys.items()},
    }
    if key_set.since:
        data["since"] = {str(version): moment.isoformat() for version, moment in key_set.since.items()}
    return data


def _decode_set(data: dict[str, Any]) -> KeySet:
    keys = {_decode_version(version): _decode_key(text) for version, text in data["keys"].items()}
    since = {_decode_version(version): _decode_moment(text) for version, text in data.get("since", {}).items()}
    # 1.0 and true are equal to 1, and cannot be written into what is sealed.
    if type(data["current"]) is not int or data["current"] not in keys:
        raise ValueError("current key")
    return KeySet(data["current"], keys, since)


def _decode_version(text: str) -> int:
    version = int(text)
    if not 0 < version <= LAST_VERSION:
        raise ValueError("key version")
    return version


def _decode_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    # Read in another zone it would be hours off, and the journal of those hours would be compared under the wrong key.
    if moment.tzinfo is None:
        raise ValueError("moment without zone")
    if not MINYEAR < moment.year < MAXYEAR:  # an hour more or less must still be a moment
        raise ValueError("moment at the end of time")
    return moment


def _encode_key(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode_key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("key length")
    return key
