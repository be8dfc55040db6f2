"""The container of a backup: a tar archive in an age file. Its last member, the manifest, names every other one.

``write_archive`` streams, so that a backup needs no second copy of anything on the disk. ``Archive`` reads one that is
already decrypted, and compares each member with the manifest before anybody uses it.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _

MANIFEST = "manifest.json"
_BLOCK = tarfile.BLOCKSIZE
_MAX_MANIFEST_BYTES = 16 * 1024 * 1024
_MANIFEST_TYPES = {
    "format": int, "made_at": str, "database": str, "revision": str, "keyring": str, "rows": dict, "members": dict,
}  # fmt: skip


class BackupError(AppError):
    """A backup cannot be made or restored. Nothing was changed."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. ``chunks`` give exactly ``size`` bytes."""

    name: str
    size: int
    chunks: Iterable[bytes]


class ByteStream(io.RawIOBase):
    """What a generator of bytes gives, as a file that is read: age pulls what it encrypts."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, memoryview(b"")

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one chunk reaches; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def stream_archive(members: Iterable[Member], manifest: dict[str, Any]) -> Iterator[bytes]:
    """Give the bytes of the archive. What the members are is added to the manifest, which comes last.

    ``manifest`` may still grow meanwhile, and names all members at the end. Raises BackupError for a member that is not
    as long as it says: a file that somebody changes at that moment.
    """
    entries: dict[str, dict[str, Any]] = {}
    manifest["members"] = entries
    for member in members:
        digest, size = hashlib.sha256(), 0
        yield _build_head(member.name, member.size)
        for chunk in member.chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk
        if size != member.size:
            raise BackupError(_("%(file)s changed while it was copied. Make the backup again.", file=member.name))
        yield b"\0" * (-size % _BLOCK)
        entries[member.name] = {"size": size, "sha256": digest.hexdigest()}
    content = json.dumps(manifest, sort_keys=True).encode()
    yield _build_head(MANIFEST, len(content))
    yield content + b"\0" * (-len(content) % _BLOCK)
    yield b"\0" * (2 * _BLOCK)


def _build_head(name: str, size: int) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    # Without owner and time: they would tell of the machine, and nothing reads them.
    return head.tobuf(format=tarfile.PAX_FORMAT)


class Archive(AbstractContextManager["Archive"]):
    """A decrypted archive whose members are what the manifest says. Raises BackupError where they are not."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - it is closed with the archive
        except (tarfile.TarError, OSError):
            raise _build_damage_error() from None
        try:
            self._heads = {head.name: head for head in self._tar.getmembers()}
            self.manifest: dict[str, Any] = self._read_manifest()
            self._compare_members()
        except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self._tar.close()
            raise _build_damage_error() from None
        except BackupError:
            self._tar.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tar.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in their order, without the manifest."""
        return tuple(name for name in self._heads if name != MANIFEST)

    def open_member(self, name: str) -> IO[bytes]:
        """Open a member for reading. Raises BackupError where there is none."""
        file = self._tar.extractfile(self._heads[name]) if name in self._heads else None
        if file is None:
            raise _build_damage_error()
        return file

    def _read_manifest(self) -> dict[str, Any]:
        if self._heads[MANIFEST].size > _MAX_MANIFEST_BYTES:
            raise _build_damage_error()
        if self._heads[MANIFEST].issparse():
            raise _build_damage_error()
        with self.open_member(MANIFEST) as file:
            manifest: dict[str, Any] = json.loads(file.read())
        if not all(isinstance(manifest[name], kind) for name, kind in _MANIFEST_TYPES.items()):
            raise _build_damage_error()
        return manifest

    def _compare_members(self) -> None:
        entries = self.manifest["members"]
        # A sparse member says that it is longer than the whole archive: its holes would be read for days.
        is_plain = all(head.isreg() and not head.issparse() for head in self._heads.values())
        if list(entries) != sorted(self.names) or not is_plain:
            raise _build_damage_error()
        for name in self.names:
            with self.open_member(name) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
            if digest != entries[name]["sha256"] or self._heads[name].size != entries[name]["size"]:
                raise _build_damage_error()


def _build_damage_error() -> BackupError:
    return BackupError(_("The backup is damaged or incomplete. Nothing was restored; take another one."))
