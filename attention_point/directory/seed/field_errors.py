"""Names the row of a file in which an error is, for whoever loads the file on the command line."""

from collections.abc import Iterator, Mapping
from typing import Any

from attention_point import texts
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _

# A file may be wrong in every row; the first errors are enough to begin with.
MAX_ERRORS_SHOWN = 20


def locate_errors_in_file(source: Any, error: Invalid, lines_by_path: Mapping[str, int]) -> Invalid:
    """The same error for the command line: one line for each field, which names its row by its code and its line.

    ``lines_by_path`` has the line of the file in which each value begins; it is empty where there is no file.
    """
    lines = [
        " · ".join(
            filter(
                None,
                [
                    _describe_line(lines_by_path, field_error.field),
                    *_describe_path(source, field_error.field),
                    field_error.message,
                ],
            )
        )
        for field_error in error.field_errors
    ]
    if len(lines) > MAX_ERRORS_SHOWN:
        lines = [*lines[:MAX_ERRORS_SHOWN], _("… and at least %(count)s more.", count=len(lines) - MAX_ERRORS_SHOWN)]
    heading = _("Nothing was loaded. The file needs correcting:")
    return Invalid("\n".join([heading, *lines]), error.field_errors)


def _describe_line(lines_by_path: Mapping[str, int], field: str) -> str:
    # What is missing has no line; what it is missing in has one.
    path = field
    while path and path not in lines_by_path:
        path = path.rpartition(".")[0]
    return _("line %(line)s", line=lines_by_path[path]) if path else ""


def _describe_path(source: Any, field: str) -> Iterator[str]:
    """The path in words. After the number of a row stand its own codes, by which people know it."""
    current = source
    for part in field.split("."):
        if isinstance(current, list) and part.isdecimal():
            current = current[int(part)] if int(part) < len(current) else None
            yield " ".join([str(int(part) + 1), *_describe_row(current)])
        else:
            current = current.get(part) if isinstance(current, dict) else None
            yield part


def _describe_row(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return []
    # Cut, because a file may hold anything here; fit to print, because a terminal obeys control characters.
    row_names = [row[key] for key in ("code", "version", "service", "entity", "purpose", "type") if key in row]
    return [f"({'/'.join(texts.show_unfit(str(name)[:60]) for name in row_names)})"] if row_names else []
