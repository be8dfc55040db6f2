"""Files of a record: what they are is read from their bytes, never believed from their name.

They stand in the instance's folder, outside of all that is served, under a random id; they leave only as downloads.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import puremagic
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, NotFound
from attention_point.registers.shared import queries, services
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import Attachment
from attention_point.registers.shared.reading import CORRECT
from attention_point.registers.shared.writing import note_change

LIMIT = 10 * 1024 * 1024
UNPACKED = 100 * 1024 * 1024
PER_RECORD = 50
NAME_LENGTH = 100
OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": f"{OFFICE}wordprocessingml.document",
    ".xlsx": f"{OFFICE}spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
_INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".odt": "content.xml"}
_MAGIC = {".pdf": {".pdf"}, ".png": {".png"}, ".jpg": {".jpg", ".jpeg", ".jfif"}, ".jpeg": {".jpg", ".jpeg", ".jfif"}}
_TEXT = {".csv", ".txt"}
# Controls but tab and line ends, and the sign of a lost character: letters are not made of these.
_BINARY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
KINDS = N_("Only PDF, PNG, JPEG, DOCX, XLSX, ODT, CSV and TXT files are kept.")
LIES = N_("The file is not what its name says.")
TOO_LARGE = N_("The file is too large: at most 10 MB.")


def attach(
    session: Session, actor: Actor, register: Register, record_id: UUID, folder: Path, name: str, content: bytes
) -> UUID:
    """Keep a file of a record under ``folder``. Raises NotFound, Invalid (its type, its size, a lie, too many).

    The bytes are on the disk before the transaction commits; ``sweep`` removes those that no row knows.
    """
    row = services.held(session, register, record_id)
    name, extension = file_name(name)
    check_content(extension, content)
    if len(queries.attachments(session, record_id)) >= PER_RECORD:
        raise _wrong(_("Too many: at most %(max_length)s.", max_length=PER_RECORD))
    kept = Attachment(
        id=uuid4(),
        register=register.name,
        record=record_id,
        name=name,
        extension=extension,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=clock.now(),
        added_by=actor.label,
    )
    _write(folder, kept.id, content)
    session.add(kept)
    session.flush()
    note_change(session, actor, register, row, "attached", {"file": [None, name]})
    journal.record(session, actor, f"{register.name}.attach", register.name, record_id, file=kept.id, size=kept.size)
    return kept.id


def detach(session: Session, actor: Actor, register: Register, record_id: UUID, file_id: UUID) -> None:
    """Let go of a file; ``sweep`` takes its bytes away later. Raises NotFound."""
    row = services.held(session, register, record_id)
    kept = find(session, register, record_id, file_id)
    session.delete(kept)
    session.flush()
    note_change(session, actor, register, row, "detached", {"file": [kept.name, None]})
    journal.record(session, actor, f"{register.name}.detach", register.name, record_id, file=file_id)


def find(session: Session, register: Register, record_id: UUID, file_id: UUID) -> Attachment:
    """A file of this record of this register; raises NotFound."""
    kept = session.get(Attachment, file_id)
    if kept is None or (kept.register, kept.record) != (register.name, record_id):
        raise NotFound(_("There is no such file."))
    return kept


def path_of(folder: Path, file_id: UUID) -> Path:
    """Where the bytes of a file stand."""
    return folder / "attachments" / file_id.hex


def sweep(session: Session, folder: Path) -> int:
    """Remove bytes that no row knows: of a file let go, or of a transaction undone. Gives how many."""
    known = {each.hex for each in session.scalars(select(Attachment.id))}
    place = folder / "attachments"
    gone = [path for path in place.iterdir() if path.name not in known] if place.is_dir() else []
    for path in gone:
        path.unlink()
    return len(gone)


def file_name(name: str) -> tuple[str, str]:
    """A name as it may be given back, and its extension: no folders, no unseen characters. Raises Invalid."""
    plain = texts.normalise(name).replace("\\", "/").rpartition("/")[2]
    # A file's name is not typed again, so what is unfit in it is left out.
    seen = "".join("_" if letter in '<>:"|?*%' else letter for letter in plain if texts.is_fit(letter)).strip(" .")
    stem, dot, last = seen.rpartition(".")
    extension = f"{dot}{last.lower()}"
    if extension not in TYPES or not stem.strip(" ."):
        raise _wrong(_(KINDS))
    return f"{stem.strip(' .')[:NAME_LENGTH]}{extension}", extension


def check_content(extension: str, content: bytes) -> None:
    """Raises Invalid for a file that is empty, too large, or not of the type that its name says."""
    if not content:
        raise _wrong(_("The file is empty."))
    if len(content) > LIMIT:
        raise _wrong(_(TOO_LARGE))
    if extension in _TEXT:
        honest = _is_text(content)
    elif extension in _INSIDE:
        honest = _is_office(extension, content)
    else:
        honest = bool(_MAGIC[extension] & _magic(content))
    if not honest:
        raise _wrong(_(LIES))


def _magic(content: bytes) -> set[str]:
    try:
        return {each.extension for each in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()


def _is_text(content: bytes) -> bool:
    """Letters, tabs and line ends alone. Old spreadsheets write Windows' Western letters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return not _BINARY.search(text) and not content.startswith((b"%PDF", b"PK\x03\x04", b"MZ", b"\x7fELF"))


def _is_office(extension: str, content: bytes) -> bool:
    """A package with the part that its type needs, that unpacks to a bounded size and carries no macros."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            honest = _INSIDE[extension] in names and sum(part.file_size for part in parts) <= UNPACKED
            if honest and extension == ".odt":
                honest = package.read("mimetype").decode("ascii", "replace").strip() == TYPES[extension]
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False
    scripted = any(
        name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) or name.startswith("Basic/") for name in names
    )
    return honest and not scripted


def _write(folder: Path, file_id: UUID, content: bytes) -> None:
    path = path_of(folder, file_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _wrong(sentence: str) -> Invalid:
    return Invalid(_(CORRECT), (FieldError("file", sentence),))
