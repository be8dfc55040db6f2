"""Files of a record. The kind of a file is detected from its bytes; its name alone is never believed.

The bytes are in the instance's folder, outside of everything that is served, under a random id. They leave only as
downloads.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.registers.shared.models import Attachment
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.writing import add_change
from attention_point.registers.shared.schema.parsing import build_field_error
from attention_point.registers.shared.schema.schema import Register

# A scanned agreement of some pages; only forms with a file may be so large.
MAX_FILE_SIZE = 10 * 1024 * 1024
MAX_UNPACKED_SIZE = 100 * 1024 * 1024
MAX_FILES_PER_RECORD = 50
MAX_NAME_LENGTH = 100
UPLOAD_SECONDS = 3600  # longer than any request takes
OFFICE_TYPE_PREFIX = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": f"{OFFICE_TYPE_PREFIX}wordprocessingml.document",
    ".xlsx": f"{OFFICE_TYPE_PREFIX}spreadsheetml.sheet",
    # OpenDocument is what LibreOffice writes, which costs no licence.
    ".odt": "application/vnd.oasis.opendocument.text",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
_REQUIRED_PACKAGE_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".odt": "content.xml"}
_JPEG_EXTENSIONS = {".jpg", ".jpeg", ".jfif"}
_DETECTED_EXTENSIONS = {".pdf": {".pdf"}, ".png": {".png"}, ".jpg": _JPEG_EXTENSIONS, ".jpeg": _JPEG_EXTENSIONS}
# Control characters except tab and line ends, and the sign of a lost character: a text has none of these.
_BINARY_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
UNKNOWN_FILE_KIND = N_("Only PDF, PNG, JPEG, DOCX, XLSX, ODT, CSV and TXT files are allowed.")
WRONG_FILE_KIND = N_("The file's content does not match its name.")
TOO_LARGE = N_("The file is too large: at most 10 MB.")


def add_attachment(
    session: Session, actor: Actor, register: Register, record_id: UUID, folder: Path, name: str, content: bytes
) -> UUID:
    """Store a file of a record under ``folder``. Raises NotFound, Invalid (wrong kind, too large, too many files).

    The bytes are on the disk before the transaction commits; ``delete_unknown_files`` removes those without a row.
    """
    # Locked, so that two uploads at once cannot both be the fiftieth.
    row = services.lock_record(session, register, record_id)
    name, extension = clean_file_name(name)
    check_file_content(extension, content)
    if len(queries.list_attachments(session, record_id)) >= MAX_FILES_PER_RECORD:
        raise build_field_error("file", _("Too many: at most %(max_length)s.", max_length=MAX_FILES_PER_RECORD))
    attachment = Attachment(
        # Random, unlike the other ids: the name of a file on the disk tells nothing of its time.
        id=uuid4(),
        register=register.name,
        record=record_id,
        name=name,
        extension=extension,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=clock.now(),
        added_by=actor.journal_label,
    )
    _write_file(folder, attachment.id, content)
    session.add(attachment)
    session.flush()
    add_change(session, actor, register, row, "attached", {"file": [None, name]})
    journal.record(
        session, actor, f"{register.name}.attach", register.name, record_id, file=attachment.id, size=attachment.size
    )
    return attachment.id


def delete_attachment(session: Session, actor: Actor, register: Register, record_id: UUID, file_id: UUID) -> None:
    """Delete a file's row; ``delete_unknown_files`` removes its bytes later. Raises NotFound."""
    row = services.lock_record(session, register, record_id)
    attachment = get_attachment(session, register, record_id, file_id)
    session.delete(attachment)
    session.flush()
    add_change(session, actor, register, row, "detached", {"file": [attachment.name, None]})
    journal.record(session, actor, f"{register.name}.detach", register.name, record_id, file=file_id)


def get_attachment(session: Session, register: Register, record_id: UUID, file_id: UUID) -> Attachment:
    """Get a file of this record of this register. Raises NotFound, also for a file of another or a removed record."""
    queries.get_record(session, register, record_id)
    attachment = session.get(Attachment, file_id)
    if attachment is None or (attachment.register, attachment.record) != (register.name, record_id):
        raise NotFound(_("File not found."))
    return attachment


def build_file_path(folder: Path, file_id: UUID) -> Path:
    """Build the path of a file's bytes."""
    return folder / "attachments" / file_id.hex


def delete_unknown_files(database: Database, settings: Settings, _period: str) -> None:
    """Remove bytes without a row, of a deleted file or a transaction that was rolled back: the job ``attachments``."""
    # The row of a file that is being stored is not visible yet.
    newest = clock.now().timestamp() - UPLOAD_SECONDS
    paths = [path for path in (settings.instance / "attachments").glob("*") if path.stat().st_mtime < newest]
    # The rows are read after the folder: a file that is added meanwhile is not among the paths.
    with database.read_session() as session:
        known_names = {file_id.hex for file_id in session.scalars(select(Attachment.id))}
    for path in paths:
        if path.name not in known_names:
            path.unlink(missing_ok=True)


def clean_file_name(name: str) -> tuple[str, str]:
    """Clean a name for the download: no folder, no invisible character. Gives it with its extension. Raises Invalid."""
    base_name = texts.normalise_text(name).replace("\\", "/").rpartition("/")[2]
    # Nobody types a file's name into a form, so nobody could correct it there: unfit characters are left out.
    visible_name = "".join(
        # Characters that Windows takes in no file name.
        "_" if letter in '<>:"|?*%' else letter
        for letter in base_name
        if texts.is_fit_text(letter)
    ).strip(" .")
    stem, dot, suffix = visible_name.rpartition(".")
    extension = f"{dot}{suffix.lower()}"
    if extension not in MEDIA_TYPES or not stem.strip(" ."):
        raise build_field_error("file", _(UNKNOWN_FILE_KIND))
    return f"{stem.strip(' .')[:MAX_NAME_LENGTH]}{extension}", extension


def check_file_content(extension: str, content: bytes) -> None:
    """Check a file's bytes. Raises Invalid if it is empty, too large, or not of the kind that its name says."""
    if not content:
        raise build_field_error("file", _("The file is empty."))
    if len(content) > MAX_FILE_SIZE:
        raise build_field_error("file", _(TOO_LARGE))
    if not _matches_extension(extension, content):
        raise build_field_error("file", _(WRONG_FILE_KIND))


def _matches_extension(extension: str, content: bytes) -> bool:
    if extension in {".csv", ".txt"}:
        return _is_text_file(content)
    if extension in _REQUIRED_PACKAGE_PARTS:
        return _is_office_file(extension, content)
    import puremagic  # noqa: PLC0415 - its table of file kinds is loaded with the first attachment

    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.extension in _DETECTED_EXTENSIONS[extension] for match in matches)


def _is_text_file(content: bytes) -> bool:
    """Whether the bytes are letters, tabs and line ends alone, in UTF-8 or, as old spreadsheets write, Windows-1252."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    # A PDF without pictures may be readable text throughout; it is a PDF all the same.
    return not _BINARY_CHARACTERS.search(text) and not content.startswith((b"%PDF", b"PK\x03\x04", b"MZ", b"\x7fELF"))


def _is_office_file(extension: str, content: bytes) -> bool:
    """Whether it is a package with the part that its kind needs, of a bounded unpacked size, without macros."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            is_genuine = (
                _REQUIRED_PACKAGE_PARTS[extension] in names
                and sum(part.file_size for part in parts) <= MAX_UNPACKED_SIZE
            )
            # ODF names its kind in the part mimetype; a text and a spreadsheet have the same parts otherwise.
            if is_genuine and extension == ".odt":
                is_genuine = package.read("mimetype").decode("ascii", "replace").strip() == MEDIA_TYPES[extension]
    except Exception:  # zipfile passes on whatever its decompressors raise of a damaged part: zlib.error, EOFError, …
        return False
    # The office needs no macros, and whoever downloads a file from here trusts it.
    has_scripts = any(
        name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) or name.startswith("Basic/") for name in names
    )
    return is_genuine and not has_scripts


def _write_file(folder: Path, file_id: UUID, content: bytes) -> None:
    path = build_file_path(folder, file_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # O_EXCL: an id is never used twice, so an existing file would be somebody else's.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # on the disk before the row is, or a power cut leaves a row without its file
