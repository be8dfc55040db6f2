"""The list of erased people that is kept outside the database, beside the keyring.

A backup is older than what was erased since. So each erasure is a line of this file too, and a restore erases again
whom the backup brings back. Lines are only added: the last one of a person counts. A line is the person's id, the
moment, and the sealed note in base64, which proves that the line was written by this installation.
"""

import base64
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.foundation.errors import AppError, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import append_private_lines
from attention_point.foundation.vault import Vault

SESSION_KEY = "erasure_list"
SEALING_PURPOSE = "erasure"
_LINE = re.compile(rb"([0-9a-f-]{36}) (\S+) ([A-Za-z0-9+/]+=*)")
_ID_LENGTH = 36
_PENDING_KEY = "pending_erasures"
log = structlog.get_logger("erasures")


class ErasureListError(AppError):
    """A list of erased people that cannot be used."""

    code = "erasure-list"


@dataclass(frozen=True, slots=True)
class ListedErasure:
    """One erasure: who, when (UTC), and the sealed note of the file."""

    person_id: UUID
    erased_at: datetime
    sealed: bytes


def append_after_commit(session: Session, erasure: ListedErasure) -> None:
    """Write an erasure into the list once the transaction is committed: what is rolled back was no erasure.

    Where the file cannot be written, the erasure stands all the same; the job ``erasures`` writes it later.
    """
    path: Path | None = session.info.get(SESSION_KEY)
    if path is None:
        return
    # In the session itself: its ``info`` may be shared by all sessions of a database.
    pending: list[ListedErasure] | None = getattr(session, _PENDING_KEY, None)
    if pending is not None:
        pending.append(erasure)
        return
    pending = [erasure]
    setattr(session, _PENDING_KEY, pending)

    def append_pending(_session: Session) -> None:
        try:
            append_erasures(path, pending)
        except OSError as error:
            log.warning("erasures.list_not_written", reason=error.strerror)
        # The same session may begin another transaction, which has erasures of its own.
        pending.clear()

    event.listen(session, "after_commit", append_pending)


def append_erasures(path: Path, erasures: Iterable[ListedErasure]) -> None:
    """Add lines to the list, which is on the disk when this returns. Raises OSError."""
    lines = b"".join(
        b"%s %s %s\n"
        % (str(erasure.person_id).encode(), erasure.erased_at.isoformat().encode(), base64.b64encode(erasure.sealed))
        for erasure in erasures
    )
    if lines:
        append_private_lines(path, lines)


def read_listed_ids(path: Path) -> dict[UUID, bytes]:
    """Who is on the list, with the sealed note of each; nothing is opened, and lines left in half are passed over."""
    if not path.exists():
        return {}
    listed: dict[UUID, bytes] = {}
    for line in path.read_bytes().splitlines():
        if match := _LINE.fullmatch(line):
            with suppress(ValueError):  # the end of its base64 is missing
                listed[UUID(match[1].decode())] = base64.b64decode(match[3])
    return listed


def read_erasures(path: Path, vault: Vault) -> dict[UUID, ListedErasure]:
    """The erasures of a list. Raises ErasureListError for a line that was altered or is of another installation."""
    erasures: dict[UUID, ListedErasure] = {}
    lines = path.read_bytes().splitlines()
    # A note that was sealed under a key since removed has a newer line, which the job added after the rotation, and so
    # has a line that a power cut left in half.
    last_numbers = {match[1]: number for number, line in enumerate(lines, 1) if (match := _LINE.fullmatch(line))}
    for number, line in enumerate(lines, 1):
        if not line or last_numbers.get(line[:_ID_LENGTH], 0) > number:
            continue
        erasure = _read_line(line, vault)
        # Passed over, the line would bring somebody back whom nobody looks for: rather nothing is changed.
        if erasure is None:
            raise ErasureListError(
                _(
                    "%(file)s, line %(line)s: this is no erasure of this installation, or the line is damaged. "
                    "Nothing was changed.",
                    file=path.name,
                    line=number,
                )
            )
        erasures[erasure.person_id] = erasure
    return erasures


def _read_line(line: bytes, vault: Vault) -> ListedErasure | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    try:
        person_id, sealed = UUID(match[1].decode()), base64.b64decode(match[3])
        # From inside the seal: the moment that stands in clear beside it can be altered.
        moment = datetime.fromisoformat(json.loads(vault.open(SEALING_PURPOSE, person_id, sealed))["at"])
    except (VaultError, ValueError):
        return None
    return ListedErasure(person_id, moment, sealed)
