"""The anonymiser by itself: what holds for every population, and that each rule does its own part."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attention_point.statistics.extracts.anonymity.anonymiser import anonymise_records
from attention_point.statistics.extracts.anonymity.audit import find_breaches
from attention_point.statistics.extracts.anonymity.rules import (
    WITHHELD,
    AnonymisedRows,
    AnonymityRules,
    PersonRecord,
    QuasiIdentifier,
    Row,
    SensitiveColumn,
)

BANDS = {"0-5": "0-17", "12-17": "0-17", "18-28": "18+", "60+": "18+"}
QUASI = (
    QuasiIdentifier("sex"),
    QuasiIdentifier("age"),
    QuasiIdentifier("status", protected=frozenset({"irregular"}), share=0.8),
)
SENSITIVE = (
    SensitiveColumn("violence", frozenset({"yes"}), 6, 0.25, 0.2),
    SensitiveColumn("ethnicity", frozenset("15"), 4, 0.5, 0.2),
    SensitiveColumn("maternity", frozenset({"yes"}), 8, 0.25, 0.2, {"sex": frozenset("F")}),
)
RULES = AnonymityRules(4, 2, QUASI, SENSITIVE)


def record(sex: str, age: str, status: str, violence: str, ethnicity: str, maternity: str) -> PersonRecord:
    """One person; a man is not pregnant."""
    return PersonRecord(
        ((sex, "*"), (age, BANDS[age], "*"), (status, "*")),
        (violence, ethnicity, maternity if sex == "F" else "no"),
    )


PEOPLE = st.lists(
    st.builds(
        record,
        st.sampled_from("FFFFMMMMI"),
        st.sampled_from(tuple(BANDS)),
        st.sampled_from(("regular", "irregular", "irregular", "national")),
        st.sampled_from(("no", "no", "no", "yes")),
        st.sampled_from("666615"),
        st.sampled_from(("no", "no", "yes")),
    ),
    max_size=150,
)


def classes(rows: tuple[Row, ...]) -> dict[Row, list[Row]]:
    """The rows by what others may know, counted anew."""
    found: dict[Row, list[Row]] = {}
    for row in rows:
        found.setdefault(row[: len(QUASI)], []).append(row[len(QUASI) :])
    return found


def holds(rows: tuple[Row, ...]) -> None:
    """Every guarantee, from the rows alone."""
    by_class = classes(rows)
    for told, members in by_class.items():
        assert len(members) >= RULES.k
        for column, values in zip(SENSITIVE, zip(*members, strict=True), strict=True):
            if set(values) == {WITHHELD}:
                continue
            assert WITHHELD not in values
            assert len(values) >= column.k
            assert len(set(values)) >= RULES.l
            assert sum(value in column.protected for value in values) <= column.share * len(values)
            assert column.name != "maternity" or told[0] == "F"
    statuses: dict[Row, Counter[str]] = {}
    for told, members in by_class.items():
        statuses.setdefault(told[:2], Counter())[told[2]] += len(members)
    for counted in statuses.values():
        shown = sum(count for value, count in counted.items() if value != "*")
        assert counted["irregular"] <= 0.8 * shown


@settings(max_examples=150)
@given(PEOPLE)
@example([])
@example([record("F", "60+", "irregular", "yes", "1", "yes")] * 40)
@example([record("F", "60+", "irregular", "yes", "1", "yes")] * 3)
def test_every_population_is_protected(people: list[PersonRecord]) -> None:
    protected = anonymise_records(people, RULES)
    holds(protected.rows)
    assert find_breaches(protected.rows, RULES) == []


@settings(max_examples=60)
@given(PEOPLE)
def test_nobody_is_invented_or_altered(people: list[PersonRecord]) -> None:
    protected = anonymise_records(people, RULES)
    assert len(protected.rows) + protected.suppressed == len(people)
    if len(people) >= RULES.k:
        assert protected.suppressed <= RULES.max_suppressed_share * len(people)
    for place in range(len(QUASI)):
        level = protected.levels[QUASI[place].name]
        ladders = {person.quasi[place] for person in people}
        assert {row[place] for row in protected.rows} <= {ladder[level] for ladder in ladders}
    for place, column in enumerate(SENSITIVE, len(QUASI)):
        told = Counter(row[place] for row in protected.rows)
        assert told.pop(WITHHELD, 0) == protected.withheld[column.name]
        assert told <= Counter(person.sensitive[place - len(QUASI)] for person in people)
    assert 0 <= protected.loss <= 1


@settings(max_examples=60)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_in_which_people_came_says_nothing(people: list[PersonRecord], chance: "object") -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert len(anonymise_records(people, RULES).rows) >= RULES.k or len(people) < RULES.k
    holds(anonymise_records(shuffled, RULES).rows)


def crowd() -> list[PersonRecord]:
    """Enough people that something must be told; among them a rare sex and a group that is all irregular."""
    people = [
        record(sex, age, status, "yes" if number % 9 == 0 else "no", "6" if number % 3 else "1", "no")
        for number in range(20)
        for sex in "FM"
        for age in BANDS
        for status in ("regular", "irregular", "national")
    ]
    people += [record("F", "18-28", "irregular", "yes", "5", "yes")] * 9
    people += [record("F", "0-5", "irregular", "no", "6", "no")] * 400
    return [*people, record("I", "60+", "national", "no", "6", "no"), record("I", "0-5", "national", "yes", "1", "no")]


def test_a_crowd_is_told_in_detail() -> None:
    protected = anonymise_records(crowd(), RULES)
    holds(protected.rows)
    assert len(protected.rows) > 0.9 * len(crowd())
    assert protected.levels["sex"] == 0
    assert protected.loss < 0.8


def test_a_sensitive_column_is_told_of_nearly_all_or_of_nobody() -> None:
    for people in (crowd(), [*crowd(), *[record("M", "60+", "national", "no", "1", "no")] * 90]):
        protected = anonymise_records(people, RULES)
        for column in SENSITIVE:
            concerned = len(protected.rows)
            if column.within:
                concerned = sum(row[0] in column.within["sex"] for row in protected.rows)
            shown = len(protected.rows) - protected.withheld[column.name]
            assert shown == 0 or shown >= 0.95 * concerned


def test_more_protection_tells_less() -> None:
    stricter = replace(RULES, k=30, sensitive=tuple(replace(column, k=60) for column in SENSITIVE))
    assert anonymise_records(crowd(), stricter).loss >= anonymise_records(crowd(), RULES).loss
    assert min(map(len, classes(anonymise_records(crowd(), stricter).rows).values())) >= 30


WEAKENED = {
    "k": replace(RULES, k=3, sensitive=tuple(replace(column, k=3) for column in SENSITIVE)),
    "share": replace(RULES, sensitive=tuple(replace(column, share=1.0) for column in SENSITIVE)),
    "within": replace(RULES, sensitive=tuple(replace(column, within={}) for column in SENSITIVE)),
    "guard": replace(RULES, quasi=tuple(replace(column, protected=frozenset()) for column in QUASI)),
}


def people_for(kind: str) -> list[PersonRecord]:
    """A population that needs the rule: a small group beside a crowd; three mothers among men; a group of victims."""
    if kind == "within":
        man = record("M", "18-28", "national", "no", "6", "no")
        return [man] * 37 + [record("F", "18-28", "national", "no", "6", "yes")] * 3
    if kind == "share":
        return [record("F", "60+", "national", violence, "6", "no") for violence in ["yes"] * 30 + ["no"] * 20]
    return [*crowd(), *[record("I", "12-17", "national", "no", "6", "no")] * 3]


@pytest.mark.parametrize("kind", WEAKENED)
def test_an_anonymiser_without_one_rule_is_caught(kind: str) -> None:
    weak = anonymise_records(people_for(kind), WEAKENED[kind])
    assert kind in {breach for breach, _column in find_breaches(weak.rows, RULES)}
    with pytest.raises(AssertionError):
        holds(weak.rows)
    holds(anonymise_records(people_for(kind), RULES).rows)


def test_the_audit_names_each_breach() -> None:
    alike = ("F", "60+", "*")
    assert find_breaches([(*alike, "*", "*", "*")] * 4, RULES) == []
    assert find_breaches([(*alike, "*", "*", "*")] * 3, RULES) == [("k", "*")]
    assert find_breaches([(*alike, "no", "*", "*")] * 8, RULES) == [("l", "violence")]
    mixed = [(*alike, value, "*", "*") for value in ("yes", "yes", "yes", "no", "no", "no", "no", "no")]
    assert find_breaches(mixed, RULES) == [("share", "violence")]
    assert find_breaches([*mixed[2:], (*alike, "*", "*", "*")], RULES) == [("partly", "violence")]
    men = [("M", "60+", "*", "*", "*", value) for value in ("yes", *["no"] * 8)]
    assert find_breaches(men, RULES) == [("within", "maternity")]
    assert find_breaches([("F", "60+", "irregular", "*", "*", "*")] * 4, RULES) == [("guard", "status")]


@pytest.mark.parametrize(("k", "l"), [(2, 2), (5, 1), (0, 2), (5, 2)])
def test_rules_that_protect_nobody_are_refused(k: int, l: int) -> None:  # noqa: E741
    with pytest.raises(ValueError, match="k is at least 3"):
        AnonymityRules(k, l, QUASI, SENSITIVE)


def test_fewer_people_than_k_give_no_row() -> None:
    assert anonymise_records(crowd()[:3], RULES) == AnonymisedRows(
        (),
        3,
        {"sex": 0, "age": 0, "status": 0},
        {"violence": 0, "ethnicity": 0, "maternity": 0},
        1.0,
    )
