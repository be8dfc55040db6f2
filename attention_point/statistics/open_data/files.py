"""The files of a month: the same counts as PDF, XLSX, CSV and JSON. A release always gives the same bytes.

PDF and XLSX speak the language in use. CSV and JSON hold codes, which the dictionary explains in every language.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import write_csv, write_pdf, write_xlsx
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.report_pages import build_report_wording, get_file_format, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.statistics.month_papers.loading import build_provisional_paper, load_paper
from attention_point.statistics.month_papers.period_report import (
    PeriodPaper,
    build_period_report,
    build_period_workbook,
)
from attention_point.statistics.open_data import columns
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import (
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release

DEMONSTRATION_KEY = "demonstration"  # of the watermark in the JSON; the hash is computed without it


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format: its name for readers, its media type, and the function that writes it."""

    name: str
    mimetype: str
    write: Callable[[PeriodPaper], bytes]


def write_file(session: Session, kind: str, period: Period, release: Release | None, watermark: str | None) -> bytes:
    """Return the file of a release, or without a release the file of the period as it stands now."""
    if release is None:
        return write_paper(kind, build_provisional_paper(session, period, watermark))
    return write_release_file(session, kind, release, watermark)


def draw_provisional_file(session: Session, settings: Settings, period: Period, kind: str) -> bytes:
    """Draw the file of a period as it stands now, in the language in use. A task of the worker."""
    return write_file(session, kind, period, None, get_watermark(settings))


def write_paper(format_code: str, paper: PeriodPaper) -> bytes:
    """Return a period as ``pdf``, ``xlsx``, ``csv`` or ``json``. Raises NotFound for another format."""
    return get_file_format(FILE_FORMATS, format_code).write(paper)


def write_release_file(session: Session, format_code: str, release: Release, watermark: str | None = None) -> bytes:
    """Return the file of a release. Raises NotFound for an unknown format.

    ``watermark`` says in every format that the people are invented.
    """
    if format_code == "json":
        # The frozen text itself: what this version of the program would write may have more keys.
        return _encode_json(queries.read_content_json(release), watermark)
    return write_paper(format_code, load_paper(session, release, watermark))


def write_file_atomically(target: Path, content: bytes) -> None:
    """Write a whole file or none, with mode 0600. Raises OSError."""
    if target.exists() and not target.is_file():
        # A pipe or a device is written in place: no file must be moved over it.
        with target.open("wb") as file:
            file.write(content)
        return
    # In the same folder, so that moving it is one step of the file system: a reader sees the whole file or none.
    partial_file = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write_private_file(partial_file, content)
        partial_file.replace(target)
    except OSError:
        partial_file.unlink(missing_ok=True)
        raise


def _write_json(paper: PeriodPaper) -> bytes:
    content_json = build_content_json(paper.content)
    return _encode_json({**content_json, "hash": compute_content_hash(content_json)}, paper.watermark)


def _encode_json(content_json: Mapping[str, Any], watermark: str | None) -> bytes:
    # Invented people must not be taken for real ones, also by a program that reads nothing but the JSON.
    marked_json = {**content_json, DEMONSTRATION_KEY: watermark} if watermark else content_json
    return encode_canonical_json(marked_json).encode()


def _write_csv(paper: PeriodPaper) -> bytes:
    return write_csv(columns.build_table(paper.content, paper.watermark))


def _write_pdf(paper: PeriodPaper) -> bytes:
    # The writer fills in the title where a table goes on; the message is translated here with its own sign for it.
    caption = _("%(title)s (continued)", title="%(title)s")
    # Paper has only so many pages. The workbook and the CSV have every row.
    report = build_period_report(paper, folds_zeros=True)
    return write_pdf(report, replace(build_report_wording(), continued_caption=caption))


def _write_xlsx(paper: PeriodPaper) -> bytes:
    return write_xlsx(build_period_workbook(paper), replace(build_report_wording(), contents_heading=_("Sheets")))


FILE_FORMATS: Mapping[str, FileFormat] = {
    "pdf": FileFormat("PDF", "application/pdf", _write_pdf),
    "xlsx": FileFormat("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _write_xlsx),
    "csv": FileFormat("CSV", "text/csv", _write_csv),
    "json": FileFormat("JSON", "application/json", _write_json),
}
