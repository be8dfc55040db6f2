"""The keyring: a JSON file outside the database, mode 0600, holding several versions of each key at a time."""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal

FORMAT = 1
KEY_BYTES = 32
LAST_VERSION = 0xFFFF  # a sealed value names its key's version in two bytes


class KeyringError(Refusal):
    """The keyring is missing, unreadable, or open to others."""

    code = "keyring"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Root keys by version. ``wrap`` wraps data keys, ``index`` feeds blind indexes, ``derive`` the app's secrets."""

    current: int
    wrap: dict[int, bytes]
    index_current: int
    index: dict[int, bytes]
    derive: bytes

    def __repr__(self) -> str:
        return f"Keyring(current={self.current}, versions={sorted(self.wrap)})"

    @classmethod
    def generate(cls) -> "Keyring":
        """New random keys, version 1 of each."""
        first, second, third = (secrets.token_bytes(KEY_BYTES) for _place in range(3))
        return cls(current=1, wrap={1: first}, index_current=1, index={1: second}, derive=third)

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """Generate and store; raises KeyringError when a keyring is there already: keys are never overwritten.

        On the disk before it is used: data whose keys a power cut took would be lost for good.
        """
        keyring = cls.generate()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyringError(_("%(path)s exists already", path=path)) from None
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump(keyring._as_json(), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(path.parent)
        except OSError:
            path.unlink()  # half a keyring would pass for a damaged one
            raise
        return keyring

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the file; raises KeyringError when it is missing, malformed, or readable by others."""
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except FileNotFoundError:
            raise KeyringError(
                _("there is no keyring at %(path)s: run 'attention-point init' first", path=path)
            ) from None
        except OSError as error:
            raise KeyringError(
                _("the keyring at %(path)s cannot be read: %(reason)s", path=path, reason=error.strerror)
            ) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyringError(_("the keyring at %(path)s is open to others: set its mode to 0600", path=path))
        try:
            return cls._from_json(json.loads(content))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyringError(_("the keyring at %(path)s is damaged", path=path)) from None

    def _as_json(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "wrap": {"current": self.current, "keys": _encode(self.wrap)},
            "index": {"current": self.index_current, "keys": _encode(self.index)},
            "derive": base64.b64encode(self.derive).decode(),
        }

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> "Keyring":
        wrap, index = _decode(data["wrap"]["keys"]), _decode(data["index"]["keys"])
        keyring = cls(
            current=data["wrap"]["current"],
            wrap=wrap,
            index_current=data["index"]["current"],
            index=index,
            derive=_key(data["derive"]),
        )
        if data["format"] != FORMAT or keyring.current not in wrap or keyring.index_current not in index:
            raise ValueError("keyring")
        return keyring


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _encode(keys: dict[int, bytes]) -> dict[str, str]:
    return {str(version): base64.b64encode(key).decode() for version, key in keys.items()}


def _decode(keys: dict[str, str]) -> dict[int, bytes]:
    decoded = {int(version): _key(text) for version, text in keys.items()}
    if not all(0 < version <= LAST_VERSION for version in decoded):
        raise ValueError("key version")
    return decoded


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("key length")
    return key
