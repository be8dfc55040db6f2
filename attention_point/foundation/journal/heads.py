"""Heads of the journal kept outside of the database: lines ``number hash``, or released months as JSON.

The first is kept by ``init`` in a file beside the keyring: whoever can write the database, but not that file, cannot
put an older, unkeyed chain in the journal's place.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal

_LARGEST = 10 * 1024 * 1024
_LINE = re.compile(r"(?:([1-9][0-9]{0,17})\s+)?([0-9a-f]{64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """An entry's number and hash (64 hexadecimal digits). A released month tells the hash alone."""

    seq: int | None
    hash: str


def read_heads(path: Path) -> list[Head]:
    """The heads in a file. Raises Refusal, which names the line, for one that cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be read: %(reason)s", file=path, reason=reason)) from None
    except UnicodeDecodeError:
        raise Refusal(_("%(file)s is not a text file.", file=path)) from None
    if len(content) > _LARGEST:
        raise Refusal(_("%(file)s is too large for a file of heads.", file=path))
    heads = _months(text) or [_of_line(path, number, line) for number, line in _lines(text)]
    if not heads:
        raise Refusal(_("%(file)s holds no head. Write the number and the hash of an entry.", file=path))
    return heads


def _lines(text: str) -> list[tuple[int, str]]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _of_line(path: Path, number: int, line: str) -> Head:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Refusal(
            _(
                "%(file)s, line %(line)s: a head is the number of an entry, a space, and its hash"
                " of 64 hexadecimal digits.",
                file=path,
                line=number,
            )
        )
    return Head(int(match[1]) if match[1] else None, match[2].lower())


def _months(text: str) -> list[Head]:
    """The heads of one released month or of a list of them; empty for a text that is no such JSON."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    months = found if isinstance(found, list) else [found]
    hashes = [month.get("journal_head") for month in months if isinstance(month, dict)]
    return [Head(None, value.lower()) for value in hashes if isinstance(value, str) and _LINE.fullmatch(value)]


def write_first_head(path: Path, seq: int, digest: bytes) -> None:
    """Make the file beside the keyring, for its owner alone. Raises OSError; FileExistsError where there is one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{seq} {digest.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
