"""The keyring: a JSON file outside of the database, of mode 0600, with several versions of each key."""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file

FORMAT_VERSION = 1
KEY_BYTES = 32
LAST_VERSION = 0xFFFF  # a sealed value names its key's version in two bytes


class KeyringError(AppError):
    """The keyring is missing, unreadable, or open to other users of the machine."""

    code = "keyring"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Root keys by version.

    ``wrap`` keys wrap people's data keys, ``index`` keys make blind indexes, and ``derive`` gives the app's secrets.
    """

    current: int
    wrap: dict[int, bytes]
    index_current: int
    index: dict[int, bytes]
    derive: bytes

    # A traceback or a log line must not show the keys.
    def __repr__(self) -> str:
        return f"Keyring(current={self.current}, versions={sorted(self.wrap)})"

    @classmethod
    def generate(cls) -> "Keyring":
        """Return new random keys, version 1 of each."""
        wrap, index, derive = (secrets.token_bytes(KEY_BYTES) for _purpose in ("wrap", "index", "derive"))
        return cls(current=1, wrap={1: wrap}, index_current=1, index={1: index}, derive=derive)

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """Generate a keyring and store it. Raises KeyringError for an existing file: keys are never overwritten."""
        keyring = cls.generate()
        content = json.dumps(keyring._as_json(), indent=1).encode("ascii")
        try:
            # On the disk before its first use: data whose keys a power cut took would be lost for good.
            write_private_file(path, content, replace=False)
            _sync_folder(path.parent)
        except FileExistsError:
            raise KeyringError(_("%(path)s already exists", path=path)) from None
        except OSError:
            path.unlink(missing_ok=True)  # half a keyring would pass for a damaged one
            raise
        return keyring

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the file. Raises KeyringError when it is missing, malformed, or open to others."""
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
            "format": FORMAT_VERSION,
            "wrap": {"current": self.current, "keys": _encode_keys(self.wrap)},
            "index": {"current": self.index_current, "keys": _encode_keys(self.index)},
            "derive": base64.b64encode(self.derive).decode(),
        }

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> "Keyring":
        wrap, index = _decode_keys(data["wrap"]["keys"]), _decode_keys(data["index"]["keys"])
        keyring = cls(
            current=data["wrap"]["current"],
            wrap=wrap,
            index_current=data["index"]["current"],
            index=index,
            derive=_decode_key(data["derive"]),
        )
        if data["format"] != FORMAT_VERSION or keyring.current not in wrap or keyring.index_current not in index:
            raise ValueError("keyring")
        return keyring


def _sync_folder(folder: Path) -> None:
    # A new file is only found after a power cut if its folder is on the disk too.
    file_descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file_descriptor)
    finally:
        os.close(file_descriptor)


def _encode_keys(keys: dict[int, bytes]) -> dict[str, str]:
    return {str(version): base64.b64encode(key).decode() for version, key in keys.items()}


def _decode_keys(keys: dict[str, str]) -> dict[int, bytes]:
    decoded = {int(version): _decode_key(text) for version, text in keys.items()}
    if not all(0 < version <= LAST_VERSION for version in decoded):
        raise ValueError("key version")
    return decoded


def _decode_key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("key length")
    return key
