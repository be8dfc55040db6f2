"""The dictionary of the open data: every column of the CSV and every code in it, in Spanish and in English."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import LANGUAGES, N_, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics import dimension_codes
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_labels import DIMENSIONS, build_code_labeller
from attention_point.statistics.month_papers.table_views import COUNT_LABELS
from attention_point.statistics.month_papers.tidy_tables import TOTALS_TABLE
from attention_point.statistics.open_data.columns import (
    DEMONSTRATION_COLUMN,
    DIMENSION_COLUMNS,
    STATUS_COLUMN,
    STATUS_SHOWN,
    STATUS_SUPPRESSED,
    build_column_pair,
)
from attention_point.tallies.facts import NOT_GIVEN
from attention_point.tallies.rules import DECLARED_INDICATORS, PUBLISHED_INDICATORS


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    """A column (with an empty ``code``) or one of its codes, with its label and its description by language."""

    column: str
    code: str
    translations: Mapping[str, tuple[str, str]]


DictionaryLines = Iterator[tuple[str, str, str, str]]  # column, code, label and description in the language in use

_FIXED_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("month", N_("Month"), N_("The month, as year and month (ISO 8601).")),
    ("period", N_("Period"), N_("In place of the month: a quarter (2017-Q3) or a year (2017).")),
    ("version", N_("Version"), N_("The version of the period. A correction is a new version; none ever changes.")),
    ("table", N_("Table"), N_("The table to which the count belongs.")),
    ("table_label", N_("Title of the table"), N_("The words of the table, in Spanish.")),
    ("counts", N_("What is counted"), N_("People and attentions are counted apart: the column of this name has the "
                                         "count.")),
    ("base", N_("Rounded to"), N_("The count is a multiple of this number, and less than it away from what was "
                                  "counted. Empty for totals.")),
    (DEMONSTRATION_COLUMN.name, N_("Demonstration"), N_("Only where the people are invented: says so on every line.")),
)  # fmt: skip
# Months that were released by the old method have a column that says whether a count is there.
_STATUS_CODES = {
    STATUS_SHOWN: (N_("Shown"), N_("The count is what was counted. A zero is written as 0.")),
    STATUS_SUPPRESSED: (
        N_("Suppressed"),
        N_("The count is held back so that nobody can be recognised; its cell is empty. That does not mean zero."),
    ),
}
# Codes that follow a format are not listed one by one.
_CODE_FORMATS = {
    "month": N_("Only in months of the old method: a month of the year so far, as year and month (ISO 8601)."),
    "day": N_("A day of the month (ISO 8601)."),
}
COUNT_EXPLANATIONS: Mapping[str, Callable[[], str]] = {
    "people": lambda: _("Counts people: each once in the period."),
    "attentions": lambda: _("Counts attentions: each visit, as often as a person came."),
    "referrals": lambda: _("Counts referrals of the period's visits, in the state that they had by then."),
    "answers": lambda: _("Counts the entities' first answers to referrals of the period's visits."),
}
_FIRST_TIME_TOTAL = "first_time_people"
# Tables that only the old method had, with what they count: running totals of the year, made of published months.
_YEAR_TABLES: Mapping[str, tuple[str, str]] = {
    "attentions-by-month": ("attentions", N_("Attentions by month of the year, and the year so far")),
    "first-time-people-by-month": ("people", N_("People who came for the first time, by month, and the year so far")),
    "referrals-by-month": ("referrals", N_("Referrals by month of the year, and the year so far")),
}


def build_entries(session: Session) -> tuple[DictionaryEntry, ...]:
    """Build the dictionary: the columns in their order, each followed by its codes."""
    # All lines in one language after the other: switching the language for each line would load the
    # words of the directory as often.
    lines_by_language = []
    for language in LANGUAGES:
        with in_language(language):
            lines = [*_describe_columns(), *_describe_tables(), *_describe_dimensions(session)]
        lines_by_language.append(lines)
    entries = []
    # The order of the lines follows from codes alone, so that both languages have the same line in the same position.
    for same_lines in zip(*lines_by_language, strict=True):
        column, code = same_lines[0][:2]
        texts = {language: line[2:] for language, line in zip(LANGUAGES, same_lines, strict=True)}
        entries.append(DictionaryEntry(column, code, texts))
    return tuple(entries)


def _describe_columns() -> DictionaryLines:
    for column, label, description in _FIXED_COLUMNS:
        yield column, "", _(label), _(description)
    for code, label in COUNT_LABELS.items():
        yield "counts", code, _(label), COUNT_EXPLANATIONS[code]()
        yield code, "", _(label), COUNT_EXPLANATIONS[code]()
    first_time = _("People who came for the first time"), _("A total: people on file for the first time.")
    yield "counts", _FIRST_TIME_TOTAL, *first_time
    yield STATUS_COLUMN.name, "", _("State"), _("Only in months of the old method: whether the count is shown.")
    for code, (label, description) in _STATUS_CODES.items():
        yield STATUS_COLUMN.name, code, _(label), _(description)


def _describe_tables() -> DictionaryLines:
    yield (
        "table",
        TOTALS_TABLE,
        _("The period at a glance"),
        _("The totals. They are exact where that tells of nobody."),
    )
    # Tables that are published no longer stand in released files, so the dictionary explains them too.
    earlier_indicators = [table for table in DECLARED_INDICATORS if not (table.published or table.internal)]
    for indicator in (*PUBLISHED_INDICATORS, *earlier_indicators):
        columns = ", ".join(DIMENSION_COLUMNS[dimension].name for dimension in indicator.dimensions)
        sentences = [COUNT_EXPLANATIONS[indicator.counts](), _("Columns: %(columns)s.", columns=columns)]
        if indicator.overlapping:
            sentences.append(_("One person may stand in several rows, so the rows do not add up to the people."))
        if indicator.published:
            sentences.append(_("Rounded to multiples of %(base)s.", base=indicator.base))
        else:
            sentences.append(_("Only in months of the old method."))
        yield "table", indicator.id, _(indicator.title), " ".join(sentences)
    for table_id, (counts, title) in _YEAR_TABLES.items():
        sentences = [COUNT_EXPLANATIONS[counts](), _("Only in months of the old method.")]
        yield "table", table_id, _(title), " ".join(sentences)


def _describe_dimensions(session: Session) -> DictionaryLines:
    label_for_code = build_code_labeller(session)
    for dimension, column in DIMENSION_COLUMNS.items():
        title = _(DIMENSIONS[dimension].title)
        yield column.name, "", title, _(_CODE_FORMATS.get(dimension, N_("Empty: the table has no such column.")))
        if dimension != "month":
            yield build_column_pair(dimension)[1].name, "", title, _("The words of the code, in Spanish.")
        yield column.name, TOTAL_CODE, _("Total"), _("All codes of the column together.")
        for code in _list_codes(session, dimension):
            yield column.name, code, label_for_code(dimension, code), ""


def _list_codes(session: Session, dimension: str) -> Iterable[str]:
    if dimension in {"month", "day"}:
        return ()
    # The rows of every period, and what months of the old method have besides.
    codes = dict.fromkeys(dimension_codes.list_codes(session, dimension, clock.today()))
    if code_list := DIMENSIONS[dimension].code_list:
        codes |= dict.fromkeys(code.code for code in get_code_list(code_list))
    # Every dimension can be left unanswered, also one whose list does not say so.
    return (*codes, *(() if NOT_GIVEN in codes else (NOT_GIVEN,)))


def write_csv_file(entries: Iterable[DictionaryEntry]) -> bytes:
    """Return the dictionary as CSV: one line for each column or code."""
    text_columns = [f"{kind}_{language}" for kind in ("label", "description") for language in LANGUAGES]
    columns = tuple(Column(name, name) for name in ("column", "code", *text_columns))
    rows = tuple(
        (entry.column, entry.code, *(entry.translations[language][kind] for kind in (0, 1) for language in LANGUAGES))
        for entry in entries
    )
    return write_csv(Table("dictionary", "", columns, rows))


def write_json_file(entries: Iterable[DictionaryEntry]) -> bytes:
    """Return the dictionary as JSON: a list of objects with their texts by language."""
    objects = [
        {
            "column": entry.column,
            "code": entry.code,
            "label": {language: label for language, (label, _description) in entry.translations.items()},
            "description": {language: description for language, (_label, description) in entry.translations.items()},
        }
        for entry in entries
    ]
    return json.dumps({"entries": objects}, ensure_ascii=False, indent=1).encode()
