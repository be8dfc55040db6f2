"""What an extract says of each of its columns, in words: how exactly it is shown, and how true its shares are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attention_point.foundation.language import current_language, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.columns import (
    ExtractColumn,
    list_codebook_entries,
    load_columns,
    load_declaration,
)

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column in the language in use.

    ``difference`` is from 0 to 1, or None where nothing was published to compare with; ``largest`` names the answer
    that differs most. ``is_adult``: only people of 18 years or more were compared.
    """

    name: str
    title: str
    shown: str
    is_shown: bool
    difference: float | None
    largest: str
    is_adult: bool


def list_column_summaries(report: Report) -> Iterator[ColumnSummary]:
    """Yield the summary of every column from the report of a frozen extract, in the order of the columns."""
    labels = {
        (entry.column, entry.code): entry.translations[current_language()]
        for entry in list_codebook_entries(report["levels"])
    }
    for column in load_columns():
        shown, is_shown = _describe_shown(column, report)
        comparison = report.get("comparisons", {}).get(column.name)
        yield ColumnSummary(
            column.name,
            column.translations[current_language()],
            shown,
            is_shown,
            comparison and comparison["difference"],
            _describe_largest(column, comparison["answers"], labels) if comparison else "",
            bool(comparison and comparison["adults"]),
        )


def _describe_shown(column: ExtractColumn, report: Report) -> tuple[str, bool]:
    if column.kind == "quasi":
        levels = {level: rows for level, rows in report["levels"][column.name].items() if rows}
        words = load_declaration()["level_words"]
        names = {level: words[level][current_language()] for level in levels}
        # Extracts of earlier versions of the program have rows on several levels.
        if len(levels) == 1:
            return next(iter(names.values())), "all" not in levels
        return ", ".join(f"{names[level]} ({format_number(rows)})" for level, rows in levels.items()), True
    shown_rows = report["rows"] - report["withheld"][column.name]
    # The reason is said: a researcher must not take a column that misleads for one that protects.
    if column.name in report.get("misleading", ()):
        return _("not shown, because its shares would be too far from the published ones"), False
    if not shown_rows:
        return _("not shown, to protect people"), False
    if shown_rows == report["rows"]:
        return _("in all rows"), True
    return _("in %(count)s rows", count=format_number(shown_rows)), True


def _describe_largest(
    column: ExtractColumn, answers: Mapping[str, tuple[float, float, float]], labels: Mapping[tuple[str, str], str]
) -> str:
    code, (in_extract, least, greatest) = max(answers.items(), key=lambda answer: _measure_distance(*answer[1]))
    return _(
        "%(answer)s: %(here)s here, %(published)s published",
        answer=labels.get((column.name, code), code),
        here=format_percent(in_extract),
        published=_format_range(least, greatest),
    )


def _measure_distance(in_extract: float, least: float, greatest: float) -> float:
    return max(in_extract - greatest, least - in_extract)


def _format_range(least: float, greatest: float) -> str:
    least_text, greatest_text = format_percent(least), format_percent(greatest)
    # A range whose ends round to the same percent reads like a misprint.
    if least_text == greatest_text:
        return least_text
    return _("%(least)s to %(greatest)s", least=least_text, greatest=greatest_text)
