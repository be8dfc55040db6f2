"""Builds the content of a period out of its rounded tables, with the words of its codes as they are today."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation.language import LANGUAGES, gettext, in_language
from attention_point.foundation.vault import get_vault
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_labels import CODE_FORMATTERS, build_code_labeller
from attention_point.statistics.protection.families import select_figures
from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import Figure, PeriodRounder, RoundedTables
from attention_point.statistics.protection.totals import HeadlineTotals, protect_totals
from attention_point.statistics.releases.content import Quality, ReleaseContent, TableContent
from attention_point.statistics.releases.period_counts import read_stored_tables
from attention_point.statistics.tables_of_a_period import list_published_indicators
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID, Indicator

_LEANING_PURPOSE = "statistics-leaning"


def build_provisional_content(session: Session, period: Period) -> ReleaseContent:
    """Build the content of a period as it stands now, over all points, rounded and not yet audited."""
    rounder = build_rounder(session, period)
    rounded = rounder.round_tables()
    return build_content(session, period, rounded, protect_totals(rounded, rounder.true_totals, {}))


def build_rounder(session: Session, period: Period) -> PeriodRounder:
    """Return what rounds the counts of a period, keyed with the secret of the keyring."""
    return PeriodRounder(read_stored_tables(session, period), build_leanings(session, period))


def build_leanings(session: Session, period: Period) -> Leanings:
    """Return the leanings of a period, keyed with the secret of the keyring."""
    vault = get_vault(session)
    # A period leans the same way for ever, whatever key is the current one when it is corrected.
    version = vault.find_derive_version(period.first_day)
    return Leanings(period.code, lambda text: vault.keyed_digest(_LEANING_PURPOSE, text, version))


def build_content(
    session: Session,
    period: Period,
    rounded: RoundedTables,
    totals: HeadlineTotals,
    hidden: frozenset[Figure] = frozenset(),
) -> ReleaseContent:
    """Build the content of a period whose tables are rounded. ``hidden`` are figures that are left out."""
    contents = tuple(_build_table(indicator, rounded, hidden) for indicator in list_published_indicators(period.kind))
    return ReleaseContent(
        period.code,
        totals.published,
        contents,
        _collect_labels(session, contents),
        quality=measure_quality(contents, rounded),
        is_empty=not any(totals.true.values()),
    )


def _build_table(indicator: Indicator, rounded: RoundedTables, hidden: frozenset[Figure]) -> TableContent:
    stored = INDICATORS_BY_ID[indicator.stored_table]
    figures = rounded.figures[stored.id]
    # A figure that is left out is left out of every table that shows it, or the one would give away the other.
    shown = {cell: count for cell, count in figures.items() if (stored.id, cell) not in hidden} if hidden else figures
    cells = select_figures(indicator, stored, shown)
    bases = select_figures(indicator, stored, {cell: rounded.bases[stored.id][cell] for cell in shown})
    # A family whose bases do not fit one another has the greatest of them in all its cells.
    base = min(bases.values(), default=indicator.base)
    return TableContent(
        indicator.id,
        translate_message(indicator.title),
        indicator.counts,
        base,
        indicator.dimensions,
        indicator.overlapping,
        cells,
        {cell: cell_base for cell, cell_base in bases.items() if cell_base != base},
    )


def measure_quality(contents: Iterable[TableContent], rounded: RoundedTables) -> Quality:
    """Measure how much of the true figures the tables tell, and no more than tells of nobody.

    In a month of few people the greatest of all errors is a small count by itself: 8 beside a single 10 is 2 people. So
    the greatest possible error is told, and the mean is told to tenths.
    """
    errors_of_base: list[int] = []
    shown_count, largest_error = 0, 0
    expected_count = 0
    for content in contents:
        stored = INDICATORS_BY_ID[INDICATORS_BY_ID[content.id].stored_table]
        true_cells = select_figures(INDICATORS_BY_ID[content.id], stored, rounded.true_figures[stored.id])
        expected_count += len(true_cells)
        for cell, count in content.cells.items():
            if count is not None:
                shown_count += 1
                largest_error = max(largest_error, content.get_base(cell) - 1)
                # A restricted table lies farther off by design: mixed in, it would hide how good the usual tables are.
                if content.get_base(cell) == BASE:
                    errors_of_base.append(abs(count - true_cells[cell]))
    # Computed from all figures of the fixed list, so that a table that is missing counts as unpublished.
    share = shown_count / expected_count if expected_count else 1.0
    mean_error = sum(errors_of_base) / len(errors_of_base) if errors_of_base else 0.0
    return Quality(round(share, 4), round(mean_error, 1), largest_error)


# A content is built with every look at a month that is not released, and its titles are always the same.
@lru_cache(maxsize=256)
def _translate_to_all(message: str) -> tuple[tuple[str, str], ...]:
    texts = []
    for language in LANGUAGES:
        with in_language(language):
            texts.append((language, gettext(message)))
    return tuple(texts)


def translate_message(message: str) -> dict[str, str]:
    """Return a message in every language."""
    return dict(_translate_to_all(message))


def _collect_labels(session: Session, tables: Iterable[TableContent]) -> dict[str, dict[str, dict[str, str]]]:
    # The words are frozen with the counts: a service that is renamed later keeps its name in this period.
    codes_by_dimension: dict[str, set[str]] = {}
    for table in tables:
        for axis, dimension in enumerate(table.dimensions):
            # Days and hours are formatted from their codes: their words need no freezing.
            if dimension not in CODE_FORMATTERS:
                codes_by_dimension.setdefault(dimension, set()).update({cell[axis] for cell in table.cells})
    labels: dict[str, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        with in_language(language):
            label_for_code = build_code_labeller(session)
            for dimension, codes in sorted(codes_by_dimension.items()):
                for code in sorted(codes - {TOTAL_CODE}):
                    labels.setdefault(dimension, {}).setdefault(code, {})[language] = label_for_code(dimension, code)
    return labels
