"""The extract against an adversary who knows the source; and weakened ones, so that the attack can succeed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from attention_point.intake.records.research_records import ConsentedVisit
from attention_point.statistics.extracts.anonymity.anonymiser import anonymise_records
from attention_point.statistics.extracts.anonymity.audit import find_breaches
from attention_point.statistics.extracts.anonymity.rules import AnonymisedRows, AnonymityRules, PersonRecord, Row
from attention_point.statistics.extracts.building import build_csv
from attention_point.statistics.extracts.columns import build_record, build_rules, load_columns
from tests.statistics.extracts.adversary import KNOWN, attack_rows, describe_target, invent_consented_visits, read_rows

RULES = build_rules(5, 2, 10)


@pytest.fixture(scope="module")
def people() -> list[ConsentedVisit]:
    """Some hundreds of invented people."""
    return invent_consented_visits(900)


def attacked(rows: Sequence[Row], people: Sequence[ConsentedVisit]) -> set[str]:
    """What somebody achieves who knows everybody in the source."""
    content = build_csv(rows)
    return set(attack_rows(read_rows(content), [describe_target(person) for person in people], 5))


def test_the_adversary_achieves_nothing(people: list[ConsentedVisit]) -> None:
    protected = anonymise_records([build_record(person) for person in people], RULES)
    assert find_breaches(protected.rows, RULES) == []
    assert attacked(protected.rows, people) == set()
    assert len(protected.rows) > 0.9 * len(people)
    assert protected.loss < 0.6


def test_the_adversary_who_knows_others_too_achieves_nothing(people: list[ConsentedVisit]) -> None:
    protected = anonymise_records([build_record(person) for person in people[::2]], RULES)
    assert attacked(protected.rows, people) == set()


def _exact(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """No anonymiser at all: every ladder at its most exact rung."""
    rows = tuple((*(ladder[0] for ladder in record.quasi), *record.sensitive) for record in records)
    return replace(anonymise_records(records, rules), rows=rows)


def _small(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    return anonymise_records(records, replace(rules, k=3))


def _trusting(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """Nobody may conclude too much, it says, and does nothing for it."""
    return anonymise_records(
        records, replace(rules, sensitive=tuple(replace(column, share=1.0) for column in rules.sensitive))
    )


def _careless(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """It tells who is pregnant where the sex is not told, and cares for little else."""
    quasi = tuple(replace(column, weight=0.01 if column.name == "sex" else 1.0) for column in rules.quasi)
    sensitive = tuple(
        replace(column, within={}, k=5, weight=1.0 if column.name == "maternity" else 0.1) for column in rules.sensitive
    )
    return anonymise_records(records, replace(rules, quasi=quasi, sensitive=sensitive, max_withheld_share=1.0))


def _unguarded(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """It wants the status told exactly, whatever all else says of it."""
    quasi = tuple(
        replace(column, protected=frozenset(), weight=4.0 if column.name == "status" else column.weight)
        for column in rules.quasi
    )
    return anonymise_records(records, replace(rules, quasi=quasi))


def _alike(records: Sequence[PersonRecord], rules: AnonymityRules) -> AnonymisedRows:
    """It tells what a whole class has in common."""
    done = anonymise_records(records, rules)
    width = len(KNOWN) + [column.name for column in load_columns() if column.kind == "sensitive"].index("violence")
    rows = tuple((*row[:width], "no", *row[width + 1 :]) for row in done.rows)
    return replace(done, rows=rows)


@pytest.mark.parametrize(
    ("weak", "success"),
    [
        (_exact, "linked"),
        (_small, "linked"),
        (_trusting, "inferred health"),
        (_careless, "excluded"),
        (_unguarded, "inferred status"),
        (_alike, "homogeneous violence"),
    ],
)
def test_the_attack_succeeds_against_a_weak_anonymiser(
    people: list[ConsentedVisit], weak: Callable[[Sequence[PersonRecord], AnonymityRules], AnonymisedRows], success: str
) -> None:
    protected = weak([build_record(person) for person in people], RULES)
    assert success in attacked(protected.rows, people)
    assert find_breaches(protected.rows, RULES)


def test_two_files_of_the_same_people_keep_no_order(people: list[ConsentedVisit]) -> None:
    rows = anonymise_records([build_record(person) for person in people], RULES).rows
    first, second = build_csv(rows), build_csv(rows)
    assert first != second
    assert sorted(first.splitlines()) == sorted(second.splitlines())
