"""The dictionary of the open data: every column of the CSV and every code in it, in Spanish and in English."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import LANGUAGES, N_, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_labels import CODE_FORMATTERS, CODE_LABELS, DIMENSIONS, build_code_labeller
from attention_point.statistics.open_data.columns import (
    DEMONSTRATION_COLUMN,
    DIMENSION_COLUMNS,
    STATUS_SHOWN,
    STATUS_SUPPRESSED,
    TOTALS_TABLE,
)
from attention_point.statistics.releases.suppressed_months import YEAR_TABLES
from attention_point.statistics.releases.tables import COUNT_EXPLANATIONS, COUNT_LABELS
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
    ("version", N_("Version"), N_("The version of the month. A correction is a new version; none ever changes.")),
    ("table", N_("Table"), N_("The table to which the count belongs.")),
    ("counts", N_("What is counted"), N_("People and attentions are counted apart: the column of this name has the "
                                         "count.")),
    ("status", N_("State"), N_("Whether the count is shown.")),
    (DEMONSTRATION_COLUMN.name, N_("Demonstration"), N_("Only where the people are invented: says so on every line.")),
)  # fmt: skip
_STATUS_CODES = {
    STATUS_SHOWN: (N_("Shown"), N_("The count is what was counted. A zero is written as 0.")),
    STATUS_SUPPRESSED: (
        N_("Suppressed"),
        N_("The count is held back so that nobody can be recognised; its cell is empty. That does not mean zero."),
    ),
}
# Codes that follow a format are not listed one by one.
_CODE_FORMATS = {
    "month": N_("A month of the year so far, as year and month (ISO 8601)."),
    "day": N_("A day of the month (ISO 8601)."),
    "hour": N_("The hour at which it began, from 00 to 23, in Colombian time."),
}
# The rules under "protection" of the JSON of a table.
_PROTECTION_RULES = {
    "line": N_("Counts that add up to a total: small ones are held back, and with them others, so that only their sum "
               "is known."),
    "overlap": N_("Counts in which one person may stand several times: small ones are held back."),
    "lines": N_("A line of counts for each code of the first dimension, each protected by itself; one that cannot be "
                "protected is left out."),
    "crossing": N_("Rows and columns are put together until no small count is left."),
    "beside-people": N_("Attentions beside people: rows and columns are put together, or left out, until the "
                        "difference between the two is 0 or large enough."),
    "sum-of-published": N_("Made of published months alone; what one of them holds back is held back in the sum."),
}  # fmt: skip


def build_entries(session: Session) -> tuple[DictionaryEntry, ...]:
    """Build the dictionary: the columns in their order, each followed by its codes."""
    lines_by_language = []
    for language in LANGUAGES:
        with in_language(language):
            lines = [*_describe_columns(), *_describe_tables(), *_describe_dimensions(session), *_describe_rules()]
        lines_by_language.append(lines)
    entries = []
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
    for code, (label, description) in _STATUS_CODES.items():
        yield "status", code, _(label), _(description)


def _describe_tables() -> DictionaryLines:
    yield "table", TOTALS_TABLE, _("The month at a glance"), _("The totals of the month.")
    # Tables that are published no longer stand in released files, so the dictionary explains them too.
    earlier_indicators = [indicator for indicator in DECLARED_INDICATORS if not indicator.published]
    for indicator in (*PUBLISHED_INDICATORS, *earlier_indicators):
        columns = ", ".join(DIMENSION_COLUMNS[dimension].name for dimension in indicator.dimensions)
        counted = COUNT_EXPLANATIONS[indicator.counts]()
        sentences = [
            _(
                "%(counted)s Columns: %(columns)s. Rounded to multiples of %(base)s.",
                counted=counted,
                columns=columns,
                base=indicator.base,
            )
        ]
        if indicator.overlapping:
            sentences.append(_("One person may stand in several rows, so the rows do not add up to the people."))
        if not indicator.published:
            sentences.append(
                _("Only in earlier releases: beside attentions it shows how many people came back, often very few.")
            )
        yield "table", indicator.id, _(indicator.title), " ".join(sentences)
    for table_id, (counts, title) in YEAR_TABLES.items():
        rule = _PROTECTION_RULES["sum-of-published"]
        yield "table", table_id, _(title), f"{COUNT_EXPLANATIONS[counts]()} {_(rule)}"


def _describe_dimensions(session: Session) -> DictionaryLines:
    label_for_code = build_code_labeller(session)
    for dimension, column in DIMENSION_COLUMNS.items():
        title = _(DIMENSIONS[dimension].title)
        if dimension in CODE_FORMATTERS:
            yield column.name, "", title, _(_CODE_FORMATS[dimension])
        else:
            yield column.name, "", title, _("Codes joined by “/” are shown together, as one: their counts cannot be "
                                            "told apart. Empty: the table has no such column.")  # fmt: skip
        yield column.name, TOTAL_CODE, _("Total"), _("All codes of the column together.")
        for code in _list_codes(session, dimension):
            yield column.name, code, label_for_code(dimension, code), ""


def _list_codes(session: Session, dimension: str) -> Iterable[str]:
    if dimension in CODE_FORMATTERS:
        return ()
    if dimension in CODE_LABELS:
        return (*CODE_LABELS[dimension], NOT_GIVEN)
    if dimension == "entity":
        return sorted(directory_queries.list_entity_codes(session))
    if dimension in {"need", "service"}:
        return sorted(directory_queries.list_service_codes(session))
    return (*(code.code for code in get_code_list(DIMENSIONS[dimension].code_list or dimension)), NOT_GIVEN)


def _describe_rules() -> DictionaryLines:
    for code, description in _PROTECTION_RULES.items():
        yield "protection.rule", code, "", _(description)


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
