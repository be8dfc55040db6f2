"""The dictionary of the open data: every column of the CSV and every code in it, in Spanish and in English."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import LANGUAGES, N_, speaking
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.content import YEAR
from attention_point.statistics.disclosure import TOTAL
from attention_point.statistics.labels import DIMENSIONS, FORMATTED, WORDS, labeller
from attention_point.statistics.open_data_columns import (
    DEMONSTRATION,
    DIMENSION_COLUMNS,
    SHOWN,
    SUPPRESSED,
    TOTALS,
)
from attention_point.statistics.tables import COUNTED, KINDS
from attention_point.tallies.facts import NOT_GIVEN
from attention_point.tallies.rules import INDICATORS, LISTED

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Entry:
    """A column (``code`` empty) or one of its codes. ``texts``: by language its label and its description."""

    column: str
    code: str
    texts: Mapping[str, tuple[str, str]]


Said = Iterator[tuple[str, str, str, str]]  # column, code, label, description, in the language in use

_FIXED: tuple[tuple[str, str, str], ...] = (
    ("month", N_("Month"), N_("The month, as year and month (ISO 8601).")),
    ("version", N_("Version"), N_("The version of the month. A correction is a new version; none ever changes.")),
    ("table", N_("Table"), N_("The table to which the count belongs.")),
    ("counts", N_("What is counted"), N_("People and attentions are counted apart: the column of this name has the "
                                         "count.")),
    ("status", N_("State"), N_("Whether the count is shown.")),
    (DEMONSTRATION.name, N_("Demonstration"), N_("Only where the people are invented: says so on every line.")),
)  # fmt: skip
_STATUS = {
    SHOWN: (N_("Shown"), N_("The count is what was counted. A zero is written as 0.")),
    SUPPRESSED: (N_("Suppressed"), N_("The count is held back so that nobody can be recognised; its cell is empty. "
                                     "That does not mean zero.")),
}  # fmt: skip
_WRITTEN = {
    "month": N_("A month of the year so far, as year and month (ISO 8601)."),
    "day": N_("A day of the month (ISO 8601)."),
    "hour": N_("The hour at which it began, from 00 to 23, in Colombian time."),
}
_RULES = {
    "line": N_("Counts that add up to a total: small ones are held back, and with them others, so that only their sum "
               "is known."),
    "overlap": N_("Counts in which one person may stand several times: small ones are held back."),
    "lines": N_("A line of counts for each code of the first dimension, each protected by itself; one that cannot be "
                "protected is left out."),
    "crossing": N_("Rows and columns are put together until no small count is left."),
    "beside-people": N_("Attentions beside people: rows and columns are put together, or left out, until what the two "
                        "differ by is 0 or large enough."),
    "sum-of-published": N_("Made of published months alone; what one of them holds back is held back in the sum."),
}  # fmt: skip


def entries(session: Session) -> tuple[Entry, ...]:
    """The whole dictionary, columns in their order, each followed by its codes."""
    spoken = []
    for language in LANGUAGES:
        with speaking(language):
            spoken.append([*_columns(), *_tables(), *_dimensions(session), *_rules()])
    return tuple(
        Entry(column, code, {language: each[2:] for language, each in zip(LANGUAGES, said, strict=True)})
        for said in zip(*spoken, strict=True)
        for column, code in [said[0][:2]]
    )


def _columns() -> Said:
    for column, label, description in _FIXED:
        yield column, "", _(label), _(description)
    for code, label in KINDS.items():
        yield "counts", code, _(label), COUNTED[code]()
        yield code, "", _(label), COUNTED[code]()
    for code, (label, description) in _STATUS.items():
        yield "status", code, _(label), _(description)


def _tables() -> Said:
    yield "table", TOTALS, _("The month at a glance"), _("The totals of the month.")
    for one in (*INDICATORS, *(listed for listed in LISTED if not listed.published)):
        names = ", ".join(DIMENSION_COLUMNS[dimension].name for dimension in one.dimensions)
        told = _("%(counted)s Columns: %(columns)s. Shown from %(k)s on.",
                 counted=COUNTED[one.counts](), columns=names, k=one.k)  # fmt: skip
        if one.overlapping:
            told += " " + _("One person may stand in several rows, so the rows do not add up to the people.")
        if not one.published:
            told += " " + _(
                "Only in earlier releases: next to the attentions it shows how many people came back, often very few."
            )
        yield "table", one.id, _(one.title), told
    of_published = _RULES["sum-of-published"]
    for name, (counts, title) in YEAR.items():
        yield "table", name, _(title), COUNTED[counts]() + " " + _(of_published)


def _dimensions(session: Session) -> Said:
    label = labeller(session)
    for dimension, column in DIMENSION_COLUMNS.items():
        title = _(DIMENSIONS[dimension].title)
        if dimension in FORMATTED:
            yield column.name, "", title, _(_WRITTEN[dimension])
        else:
            yield column.name, "", title, _("Codes joined by “/” are shown together, as one: their counts cannot be "
                                            "told apart. Empty: the table has no such column.")  # fmt: skip
        yield column.name, TOTAL, _("Total"), _("All codes of the column together.")
        for code in _codes(session, dimension):
            yield column.name, code, label(dimension, code), ""


def _codes(session: Session, dimension: str) -> Iterable[str]:
    if dimension in FORMATTED:
        return ()
    if dimension in WORDS:
        return (*WORDS[dimension], NOT_GIVEN)
    if dimension == "entity":
        return sorted(directory.entity_codes(session))
    if dimension in {"need", "service"}:
        return sorted(directory.service_codes(session))
    return (*(code.code for code in codelist(DIMENSIONS[dimension].codelist or dimension)), NOT_GIVEN)


def _rules() -> Said:
    for code, description in _RULES.items():
        yield "protection.rule", code, "", _(description)


def as_csv(found: Iterable[Entry]) -> bytes:
    """One line a column or code."""
    heads = ("column", "code", *(f"{kind}_{language}" for kind in ("label", "description") for language in LANGUAGES))
    rows = tuple(
        (one.column, one.code, *(one.texts[language][part] for part in (0, 1) for language in LANGUAGES))
        for one in found
    )
    return write_csv(Table("dictionary", "", tuple(Column(head, head) for head in heads), rows))


def as_json(found: Iterable[Entry]) -> bytes:
    """The same as JSON: a list of objects, texts by language."""
    said = [
        {
            "column": one.column,
            "code": one.code,
            "label": {language: texts[0] for language, texts in one.texts.items()},
            "description": {language: texts[1] for language, texts in one.texts.items()},
        }
        for one in found
    ]
    return json.dumps({"entries": said}, ensure_ascii=False, indent=1).encode()
