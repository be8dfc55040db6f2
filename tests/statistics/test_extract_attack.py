"""The extract against an adversary who knows the source; and weakened ones, so that the attack can succeed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from attention_point.intake.extracting import Allowed
from attention_point.statistics import extracts
from attention_point.statistics.anonymity import Protected, Record, Row, Rules, protect
from attention_point.statistics.anonymity_audit import breaches
from attention_point.statistics.extracts_columns import columns, record_of, rules_of
from tests.statistics.extract_adversary import KNOWN, rows_of, source, successes, target_of

RULES = rules_of(5, 2, 10)


@pytest.fixture(scope="module")
def people() -> list[Allowed]:
    """Some hundreds of invented people."""
    return source(900)


def attacked(rows: Sequence[Row], people: Sequence[Allowed]) -> set[str]:
    """What somebody achieves who knows everybody in the source."""
    content = extracts._csv(rows)
    return set(successes(rows_of(content), [target_of(one) for one in people], 5))


def test_the_adversary_achieves_nothing(people: list[Allowed]) -> None:
    protected = protect([record_of(one) for one in people], RULES)
    assert breaches(protected.rows, RULES) == []
    assert attacked(protected.rows, people) == set()
    assert len(protected.rows) > 0.9 * len(people)
    assert protected.loss < 0.6


def test_the_adversary_who_knows_others_too_achieves_nothing(people: list[Allowed]) -> None:
    protected = protect([record_of(one) for one in people[::2]], RULES)
    assert attacked(protected.rows, people) == set()


def _exact(records: Sequence[Record], rules: Rules) -> Protected:
    """No anonymiser at all: every ladder at its most exact rung."""
    rows = tuple((*(ladder[0] for ladder in one.quasi), *one.sensitive) for one in records)
    return replace(protect(records, rules), rows=rows)


def _small(records: Sequence[Record], rules: Rules) -> Protected:
    return protect(records, replace(rules, k=3))


def _trusting(records: Sequence[Record], rules: Rules) -> Protected:
    """Nobody may conclude too much, it says, and does nothing for it."""
    return protect(records, replace(rules, sensitive=tuple(replace(one, share=1.0) for one in rules.sensitive)))


def _careless(records: Sequence[Record], rules: Rules) -> Protected:
    """It tells who is pregnant where the sex is not told."""
    return protect(records, replace(rules, sensitive=tuple(replace(one, within={}, k=5) for one in rules.sensitive)))


def _unguarded(records: Sequence[Record], rules: Rules) -> Protected:
    return protect(records, replace(rules, quasi=tuple(replace(one, protected=frozenset()) for one in rules.quasi)))


def _alike(records: Sequence[Record], rules: Rules) -> Protected:
    """It tells what a whole class has in common."""
    done = protect(records, rules)
    width = len(KNOWN) + [column.name for column in columns() if column.kind == "sensitive"].index("violence")
    rows = tuple((*row[:width], "no", *row[width + 1 :]) for row in done.rows)
    return replace(done, rows=rows)


@pytest.mark.parametrize(
    ("weak", "success"),
    [
        (_exact, "linked"),
        (_small, "linked"),
        (_trusting, "inferred lgbti"),
        (_careless, "excluded"),
        (_unguarded, "inferred status"),
        (_alike, "homogeneous violence"),
    ],
)
def test_the_attack_succeeds_against_a_weak_anonymiser(
    people: list[Allowed], weak: Callable[[Sequence[Record], Rules], Protected], success: str
) -> None:
    protected = weak([record_of(one) for one in people], RULES)
    assert success in attacked(protected.rows, people)
    assert breaches(protected.rows, RULES)


def test_two_files_of_the_same_people_keep_no_order(people: list[Allowed]) -> None:
    rows = protect([record_of(one) for one in people], RULES).rows
    first, second = extracts._csv(rows), extracts._csv(rows)
    assert first != second
    assert sorted(first.splitlines()) == sorted(second.splitlines())
