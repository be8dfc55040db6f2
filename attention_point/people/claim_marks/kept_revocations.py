"""What people took back is kept outside the database as well, beside the keyring, so that a restore does not undo it.

A backup is older than what was taken back since: an entity would read again what it may not. Unlike the list of erased
people the file is written anew as a whole, so that whoever is erased leaves it, and a rotated key is followed. A line
is sealed: it names neither a person nor a request.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import VaultError
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.vault import Vault
from attention_point.people import queries
from attention_point.people.claim_marks import stored_marks
from attention_point.people.claim_marks.revocations import KIND
from attention_point.people.models import RightsMark

SEALING_PURPOSE = "kept-revocation"
_PADDED_BYTES = 1024  # all lines of one length
_ID_BYTES = 16

Revocations = dict[tuple[UUID, UUID], Mapping[str, Any]]
"""What a mark says, by the request from which it comes and the person."""


def keep_revocations(database: Database, path: Path) -> int:
    """Store again what an older copy of the database has forgotten, and write the file anew.

    Returns how many revocations were stored again. Raises OSError; then the file is as it was.
    """
    listed, unreadable_lines = _read_file(path, database.info["vault"])
    with database.read_session() as session:
        rows = session.scalars(select(RightsMark).order_by(RightsMark.id)).all()
        stored: Revocations = {
            (row.request_id, UUID(content["person"])): content
            for row, content in stored_marks.open_marks(session, rows)
            if content["kind"] == KIND
        }
        people = {person for _request, person in listed.keys() - stored.keys()}
        keys = {row.id: row.wrapped_key for row in queries.list_sealed_people(session, people)}
    # Of somebody whom the copy does not know yet the line is kept: a newer copy may be restored after this one.
    remaining = {key: content for key, content in listed.items() if keys.get(key[1], b"unknown") is not None}
    forgotten = {key: content for key, content in remaining.items() if key not in stored and key[1] in keys}
    if forgotten:
        with database.write_session() as session:
            for (request_id, person), content in forgotten.items():
                stored_marks.store_mark(session, request_id, person, content)
            journal.record(session, SYSTEM, "rights.revoke-again", "rights-mark", None, changed=len(forgotten))
    if listed or stored or unreadable_lines:
        _write_file(path, database.info["vault"], {**remaining, **stored}, unreadable_lines)
    return len(forgotten)


def _read_file(path: Path, vault: Vault) -> tuple[Revocations, list[bytes]]:
    """What a file holds, and its lines that do not open: they are kept, for another keyring may open them."""
    listed: Revocations = {}
    unreadable_lines = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            packed = base64.b64decode(line, validate=True)
            line_id = UUID(bytes=packed[:_ID_BYTES])
            content = json.loads(vault.open(SEALING_PURPOSE, line_id, packed[_ID_BYTES:]))
        except (binascii.Error, ValueError, VaultError):
            unreadable_lines.append(line)
            continue
        listed[UUID(content.pop("request")), UUID(content["person"])] = content
    return listed, unreadable_lines


def _write_file(path: Path, vault: Vault, revocations: Revocations, unreadable_lines: list[bytes]) -> None:
    lines = list(unreadable_lines)
    for (request_id, _person), content in revocations.items():
        line_id, text = new_id(), json.dumps({**content, "request": request_id.hex}, separators=(",", ":"))
        sealed = vault.seal(SEALING_PURPOSE, line_id, text.ljust(_PADDED_BYTES).encode())
        lines.append(base64.b64encode(line_id.bytes + sealed))
    # Under its own name only once it is whole: a full disk must not leave half a list.
    half = path.with_name(f".{path.name}.part")
    try:
        write_private_file(half, b"".join(line + b"\n" for line in lines))
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
