"""Files of journal heads kept outside of the database: lines of number and hash, or released months as JSON.

``init`` keeps the first keyed head in a file beside the keyring. Whoever can write the database, but not that file,
cannot replace the journal by an older chain without a key.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file

_MAX_FILE_BYTES = 10 * 1024 * 1024  # more than a hundred thousand heads
_HEAD_LINE = re.compile(r"(?:([1-9][0-9]{0,17})\s+)?([0-9a-f]{64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """An entry's number and hash (64 hexadecimal digits). A released month holds only the hash: ``seq`` is None."""

    seq: int | None
    hash: str


def read_heads(path: Path) -> list[ChainHead]:
    """Return the heads in a file. Raises AppError, which names the file and the line, for one that cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
        text = content.decode("utf-8-sig")  # editors on Windows write a byte order mark
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(_("%(file)s cannot be read: %(reason)s", file=path, reason=reason)) from None
    except UnicodeDecodeError:
        raise AppError(_("%(file)s is not a text file.", file=path)) from None
    if len(content) > _MAX_FILE_BYTES:
        raise AppError(_("%(file)s is too large for a file of heads.", file=path))
    heads = _read_released_months(text) or [_read_head_line(path, number, line) for number, line in _number_lines(text)]
    if not heads:
        raise AppError(_("%(file)s has no head in it. Write the number and the hash of an entry.", file=path))
    return heads


def _number_lines(text: str) -> list[tuple[int, str]]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _read_head_line(path: Path, number: int, line: str) -> ChainHead:
    match = _HEAD_LINE.fullmatch(line)
    if match is None:
        raise AppError(
            _(
                "%(file)s, line %(line)s: a head is the number of an entry, a space, and its hash"
                " of 64 hexadecimal digits.",
                file=path,
                line=number,
            )
        )
    return ChainHead(int(match[1]) if match[1] else None, match[2].lower())


def _read_released_months(text: str) -> list[ChainHead]:
    """Return the heads of one released month or of a list of them; none for a text that is no such JSON."""
    content: Any = None
    with suppress(ValueError, RecursionError):  # deeply nested JSON exhausts the parser's stack
        content = json.loads(text)
    months = content if isinstance(content, list) else [content]
    hashes = [month.get("journal_head") for month in months if isinstance(month, dict)]
    return [
        ChainHead(None, value.lower()) for value in hashes if isinstance(value, str) and _HEAD_LINE.fullmatch(value)
    ]


def write_first_head(path: Path, seq: int, digest: bytes) -> None:
    """Create the file beside the keyring with mode 0600. Raises OSError, FileExistsError where there is one."""
    write_private_file(path, f"{seq} {digest.hex()}\n".encode("ascii"), replace=False)
