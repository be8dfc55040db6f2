"""Backups are age files (age-encryption.org): any of the recipients opens one with the identity that only they keep."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from attention_point.backups.archive import BackupError, ByteStream
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _

if TYPE_CHECKING:
    import pyrage  # type: ignore[import-untyped]

# pyrage is loaded by the functions that use it: a server needs none of it.


def parse_recipients(texts: Sequence[str]) -> "list[pyrage.x25519.Recipient]":
    """Read the recipients of the settings. Raises BackupError where there are none or one is no recipient of age."""
    import pyrage  # noqa: PLC0415

    if not texts:
        raise BackupError(
            _("Nobody could open the backup: ATTENTION_POINT_BACKUP_RECIPIENTS names nobody (docs/operations.md).")
        )
    recipients = []
    for text in texts:
        try:
            recipients.append(pyrage.x25519.Recipient.from_str(text))
        except pyrage.RecipientError:
            raise BackupError(_("%(text)s is no recipient of age (age1…).", text=text)) from None
    return recipients


def read_identities(path: Path) -> "list[pyrage.x25519.Identity]":
    """Read the identities of a file as ``age-keygen`` writes it. Raises BackupError where there is none."""
    import pyrage  # noqa: PLC0415

    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        return _require_some([pyrage.x25519.Identity.from_str(line) for line in lines if line and line[0] != "#"])
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        # Its words could quote the secret.
        raise BackupError(_("%(file)s holds no identity of age (AGE-SECRET-KEY-1…).", file=path.name)) from None


def _require_some(identities: "list[pyrage.x25519.Identity]") -> "list[pyrage.x25519.Identity]":
    if not identities:
        # The caller has one sentence for every file that holds no identity, and says it for an OSError.
        raise OSError
    return identities


def encrypt_stream(chunks: Iterator[bytes], target: BinaryIO, recipients: "list[pyrage.x25519.Recipient]") -> None:
    """Encrypt what a generator gives into an open file. An AppError of the generator is raised as it is."""
    import pyrage  # noqa: PLC0415

    errors: list[BaseException] = []

    def give_chunks() -> Iterator[bytes]:
        try:
            yield from chunks
        except BaseException as error:
            errors.append(error)  # age would hide it behind an error of its own
            raise

    try:
        pyrage.encrypt_io(ByteStream(give_chunks()), target, recipients)
    except Exception:
        if errors and isinstance(errors[0], AppError | OSError):
            raise errors[0] from None
        raise


class _ErrorKeeper:
    """A file that is written to, and the error with which that failed: age hides it behind one of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        """Write as the file does."""
        try:
            return self._file.write(content)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Flush as the file does."""
        try:
            self._file.flush()
        except OSError as error:
            self.error = error
            raise


def decrypt_file(source: BinaryIO, target: BinaryIO, identities: "list[pyrage.x25519.Identity]") -> None:
    """Decrypt a whole file. Raises BackupError for one that is damaged, cut off, or closed to these identities."""
    import pyrage  # noqa: PLC0415

    writer = _ErrorKeeper(target)
    try:
        pyrage.decrypt_io(source, writer, identities)
    except (pyrage.DecryptError, OSError, ValueError):
        if writer.error is not None:  # a full disk is no fault of the backup
            raise writer.error from None
        raise BackupError(
            _("The backup does not open: it is damaged or cut off, or it was made for another identity.")
        ) from None
