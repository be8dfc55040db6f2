"""Builds an extract: rows that protect people and whose shares are true, and the report about them."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from attention_point.foundation import clock
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import current_language, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.intake.records.research_records import ConsentedVisit
from attention_point.statistics.extracts.anonymity.audit import find_breaches
from attention_point.statistics.extracts.anonymity.rules import WITHHELD, AnonymisedRows, AnonymityRules, Row
from attention_point.statistics.extracts.columns import (
    build_record,
    build_rules,
    load_columns,
    load_declaration,
    name_levels,
)
from attention_point.statistics.extracts.comparison.shares import ColumnComparison, compare_columns
from attention_point.statistics.extracts.models import Extract
from attention_point.statistics.extracts.requests import ExtractRequest
from attention_point.statistics.extracts.rules import DEFAULT_L, get_k_restricted
from attention_point.statistics.releases.content import ReleaseContent

# The operating system's chance has no seed that somebody could guess to undo the shuffling.
_random = secrets.SystemRandom()


def build_extract(request: ExtractRequest, people: list[ConsentedVisit], contents: Sequence[ReleaseContent]) -> Extract:
    """De-identify the people of a request and compare what the rows say with what was published. Writes nothing.

    A sensitive column that would mislead is withheld in all rows. Raises AppError where another column would.
    """
    # NumPy takes a tenth of a second to load: only who makes an extract pays for it.
    from attention_point.statistics.extracts.anonymity.anonymiser import anonymise_records  # noqa: PLC0415

    k_restricted = get_k_restricted(request.k)
    rules = build_rules(request.k, DEFAULT_L, k_restricted)
    anonymised = anonymise_records([build_record(person) for person in people], rules)
    # Of the finished rows, and not of the people: what a researcher will count is what must be true.
    comparisons = compare_columns(anonymised.rows, name_levels(anonymised.levels), contents)
    misleading = _list_misleading_columns(comparisons)
    _check_shares(comparisons, misleading)
    # Withheld in all rows: in some of them it would be as misleading as before, and nobody would know.
    shown = _withhold_columns(anonymised, misleading)
    # Rows that were handed over cannot be called back, so an independent check looks for errors of the anonymiser.
    if find_breaches(shown.rows, rules):
        raise AppError(_("The rows could not be protected. Nothing was written."), code="unprotected")
    return Extract(
        first=request.period.first,
        last=request.period.last,
        k=request.k,
        k_restricted=k_restricted,
        l=DEFAULT_L,
        content=build_csv(shown.rows),
        # Sorted, so that a tag does not say in which row its person is.
        members=b"".join(sorted(person.member for person in people)),
        report=json.dumps(
            {
                **_build_report(shown, rules),
                "compared_with": [content.period for content in contents],
                "difference_limit": load_declaration()["difference"],
                "misleading": sorted(misleading),
                # Frozen with the rows: published figures may be corrected, and the codebook
                # must say what was compared then.
                "comparisons": {name: _build_comparison_json(shares) for name, shares in comparisons.items()},
            }
        ),
        made_at=clock.now(),
    )


def _list_misleading_columns(comparisons: Mapping[str, ColumnComparison]) -> frozenset[str]:
    limit: float = load_declaration()["difference"]
    return frozenset(name for name, comparison in comparisons.items() if comparison.difference > limit)


def _check_shares(comparisons: Mapping[str, ColumnComparison], misleading: frozenset[str]) -> None:
    """Refuse an extract in which a column that describes everybody is not what was published. Raises AppError."""
    # Without sex or age the rest means little, so that no extract is made. A sensitive column is only left out.
    columns = [column for column in load_columns() if column.kind == "quasi" and column.name in misleading]
    if columns:
        raise AppError(
            _(
                "The extract would mislead: its shares differ from the published ones by more than %(limit)s. "
                "%(columns)s. Too few people, or people of one kind only, allowed research in this period.",
                limit=format_percent(load_declaration()["difference"]),
                columns="; ".join(
                    f"{column.translations[current_language()]}: {format_percent(comparisons[column.name].difference)}"
                    for column in columns
                ),
            ),
            code="misleading",
        )


def _withhold_columns(anonymised: AnonymisedRows, names: frozenset[str]) -> AnonymisedRows:
    """Withhold sensitive columns in all rows, because what they say is not what was published."""
    hidden = [column.name in names for column in load_columns()]
    rows = tuple(
        tuple(WITHHELD if is_hidden else value for value, is_hidden in zip(row, hidden, strict=True))
        for row in anonymised.rows
    )
    return replace(anonymised, rows=rows, withheld={**anonymised.withheld, **dict.fromkeys(names, len(rows))})


def _build_comparison_json(comparison: ColumnComparison) -> dict[str, object]:
    return {
        "difference": round(comparison.difference, 4),
        "adults": comparison.is_adult,
        "answers": {
            answer.code: [
                round(share, 4) for share in (answer.in_extract, answer.published_least, answer.published_greatest)
            ]
            for answer in comparison.answers
        },
    }


def build_csv(rows: Iterable[Row]) -> bytes:
    # The order of the rows is that in which people were read. It is shuffled once and kept nowhere else.
    shuffled = list(rows)
    _random.shuffle(shuffled)
    columns = tuple(Column(column.name, column.name) for column in load_columns())
    return write_csv(Table("extract", "extract", columns, tuple(shuffled)))


def _build_report(anonymised: AnonymisedRows, rules: AnonymityRules) -> dict[str, object]:
    return {
        "rows": len(anonymised.rows),
        "suppressed": anonymised.suppressed,
        "levels": {name: {level: len(anonymised.rows)} for name, level in name_levels(anonymised.levels).items()},
        "withheld": dict(anonymised.withheld),
        "shares": {column.name: column.share for column in rules.sensitive},
        "loss": round(anonymised.loss, 3),
    }
