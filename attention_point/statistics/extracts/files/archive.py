"""Packs the files that are handed over: the rows, the codebook, and the method note in each language."""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

from attention_point.foundation import clock
from attention_point.foundation.language import LANGUAGES, in_language
from attention_point.statistics.extracts.files.codebook import build_codebook_csv, build_codebook_json
from attention_point.statistics.extracts.files.method_note import build_method_note
from attention_point.statistics.extracts.models import Extract, LogEntry
from attention_point.statistics.extracts.rules import ExtractPeriod

FilesByName = Mapping[str, bytes]


def build_files(log_entry: LogEntry, extract: Extract, *, is_demonstration: bool = False) -> FilesByName:
    """Build every file, by its name. ``is_demonstration`` marks invented people as such."""
    method_notes = {}
    # Both languages: who works with the rows need not be who signed for them.
    for language in LANGUAGES:
        with in_language(language):
            note = build_method_note(log_entry, extract, is_demonstration=is_demonstration)
            method_notes[f"method-{language}.md"] = note.encode()
    return {
        f"{build_base_name(log_entry)}.csv": extract.content,
        "codebook.csv": build_codebook_csv(extract),
        "codebook.json": build_codebook_json(log_entry, extract),
        **method_notes,
    }


def build_base_name(log_entry: LogEntry) -> str:
    """Return the base of the file names: ``extract-2017-07-to-2017-12``."""
    return f"extract-{ExtractPeriod(log_entry.first, log_entry.last).name}"


def build_zip(files: FilesByName, moment: datetime) -> bytes:
    """Pack the files into one archive. The same files and moment give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            # By default a ZIP holds the time of its making, so that each download would differ.
            entry = zipfile.ZipInfo(name, clock.to_local_time(moment).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
