"""A month's files: the same figures as PDF, XLSX, CSV and JSON, byte for byte the same for the same release.

PDF and XLSX speak the language in use; CSV and JSON hold codes, which the dictionary explains in both.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Words, write_csv, write_pdf, write_xlsx
from attention_point.foundation.private_files import write_private
from attention_point.foundation.refusals import NotFound
from attention_point.statistics import open_data_columns as columns
from attention_point.statistics import released
from attention_point.statistics.content import Content, as_json, canonical, from_json, hash_of
from attention_point.statistics.documents import month_document, words
from attention_point.statistics.models import Release

DEMONSTRATION = "demonstration"  # the JSON's key for the watermark; it is no part of what the hash is made of


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: its name for readers, its media type, its writer."""

    name: str
    mimetype: str
    write: Callable[[Content, str | None], bytes]


def write(kind: str, content: Content, watermark: str | None = None) -> bytes:
    """A month as ``pdf``, ``xlsx``, ``csv`` or ``json``; raises NotFound for another format.

    ``watermark`` says in every format that the people are invented.
    """
    return kind_of(kind).write(content, watermark)


def of_release(kind: str, release: Release, watermark: str | None = None) -> bytes:
    """A released month's file. Its JSON is what was frozen, whatever the program has learnt since."""
    if kind == "json":
        return _frozen(released.content(release), watermark)
    return write(kind, from_json(released.content(release)), watermark)


def kind_of(kind: str) -> Kind:
    """A format by its ending; raises NotFound for one that there is not."""
    if kind not in KINDS:
        raise NotFound(
            _("There is no format “%(kind)s”. Choose one of these: %(list)s.", kind=kind[:20], list=", ".join(KINDS)),
            code="unknown_format",
        )
    return KINDS[kind]


def write_whole(target: Path, content: bytes) -> None:
    """The whole file or none, mode 0600: written beside its place, then moved there. Raises OSError.

    What is no ordinary file (a pipe, a device) is written as it is: nothing must be moved into its place.
    """
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            file.write(content)
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write_private(part, content)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _json(content: Content, watermark: str | None) -> bytes:
    found = as_json(content)
    return _frozen({**found, "hash": hash_of(found)}, watermark)


def _frozen(found: Mapping[str, Any], watermark: str | None) -> bytes:
    return canonical({**found, DEMONSTRATION: watermark} if watermark else found).encode()


def _csv(content: Content, watermark: str | None) -> bytes:
    return write_csv(columns.table(content, watermark))


def _pdf(content: Content, watermark: str | None) -> bytes:
    return write_pdf(replace(month_document(content, watermark), cover=True, contents=True), _words())


def _xlsx(content: Content, watermark: str | None) -> bytes:
    return write_xlsx(month_document(content, watermark), _words())


def _words() -> Words:
    return replace(words(), contents=_("Contents"), continued=_("%(title)s (continued)", title="%(title)s"))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", _pdf),
    "xlsx": Kind("XLSX", XLSX, _xlsx),
    "csv": Kind("CSV", "text/csv", _csv),
    "json": Kind("JSON", "application/json", _json),
}
