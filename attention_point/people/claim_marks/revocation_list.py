"""The file beside the keyring that keeps what people took back, so that neither a restore nor a lost disk undoes it.

A line is sealed: it names neither a person nor a request. It is added as soon as the revocation is committed; the job
writes the file anew as a whole, so that whoever is erased leaves it, and a rotated key is followed. What does not open
goes into a file of its own: the keyring of which it is may come back, and ``doctor`` says so meanwhile.
"""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.foundation.database import new_id
from attention_point.foundation.errors import VaultError
from attention_point.foundation.private_files import (
    FILE_MODE,
    UNREADABLE_REVOCATIONS_FILE,
    append_private_lines,
    write_private_file,
)
from attention_point.foundation.vault import Vault, get_vault

SESSION_KEY = "revocation_list"
SEALING_PURPOSE = "kept-revocation"
_PADDED_BYTES = 1024  # all lines of one length
_ID_BYTES = 16
log = structlog.get_logger("revocations")

Revocations = dict[tuple[UUID, UUID], Mapping[str, Any]]
"""What a mark says, by the request from which it comes and the person."""


def append_after_commit(session: Session, request_id: UUID, content: Mapping[str, Any]) -> None:
    """Write a revocation into the list once the transaction is committed: what is rolled back was none.

    Where the file cannot be written, the revocation stands all the same; the job ``revocations`` writes it later.
    """
    path: Path | None = session.info.get(SESSION_KEY)
    if path is None:
        return
    line = _seal_line(get_vault(session), request_id, content)

    def append_line(committed: Session) -> None:
        if committed.in_nested_transaction():
            return  # a savepoint alone
        try:
            with hold_list(path):
                append_private_lines(path, line)
        except OSError as error:
            log.warning("revocations.list_not_written", reason=error.strerror)

    event.listen(session, "after_commit", append_line)


@contextmanager
def hold_list(path: Path) -> Iterator[None]:
    """Let nobody else write the list until the end of the block; an empty one is made if there is none.

    Raises OSError.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Whoever held it before has put a new file in its place: a line added to the old one would be lost.
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                yield
                return
        finally:
            os.close(descriptor)


def read_list(path: Path, vault: Vault) -> tuple[Revocations, list[bytes]]:
    """What a list holds, and the lines that do not open: also of earlier ones, which another keyring may open now."""
    listed: Revocations = {}
    unreadable_lines: dict[bytes, None] = {}
    for line in (*read_lines(path.with_name(UNREADABLE_REVOCATIONS_FILE)), *read_lines(path)):
        try:
            packed = base64.b64decode(line, validate=True)
            line_id = UUID(bytes=packed[:_ID_BYTES])
            content = json.loads(vault.open(SEALING_PURPOSE, line_id, packed[_ID_BYTES:]))
        except (binascii.Error, ValueError, VaultError):
            unreadable_lines[line] = None
            continue
        listed[UUID(content.pop("request")), UUID(content["person"])] = content
    return listed, list(unreadable_lines)


def read_lines(path: Path) -> list[bytes]:
    """The lines of a file; none where there is no such file."""
    return path.read_bytes().splitlines() if path.exists() else []


def write_list(path: Path, vault: Vault, revocations: Revocations, unreadable_lines: Iterable[bytes]) -> None:
    """Write the list anew, and apart from it the lines that do not open. The caller holds it. Raises OSError."""
    lines = (_seal_line(vault, request_id, content) for (request_id, _person), content in revocations.items())
    # First what leaves the list, so that a power cut in between loses none.
    if apart := b"".join(line + b"\n" for line in unreadable_lines):
        _replace_file(path.with_name(UNREADABLE_REVOCATIONS_FILE), apart)
    _replace_file(path, b"".join(lines))
    if not apart:
        path.with_name(UNREADABLE_REVOCATIONS_FILE).unlink(missing_ok=True)


def _seal_line(vault: Vault, request_id: UUID, content: Mapping[str, Any]) -> bytes:
    line_id, text = new_id(), json.dumps({**content, "request": request_id.hex}, separators=(",", ":"))
    sealed = vault.seal(SEALING_PURPOSE, line_id, text.ljust(_PADDED_BYTES).encode())
    return base64.b64encode(line_id.bytes + sealed) + b"\n"


def _replace_file(path: Path, content: bytes) -> None:
    # Under its own name only once it is whole: a full disk must not leave half a list.
    half = path.with_name(f".{path.name}.part")
    try:
        write_private_file(half, content)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
