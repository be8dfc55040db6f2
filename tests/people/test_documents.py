"""Identity documents: one way to write a number, and doubts that warn and never refuse."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point import texts
from attention_point.dates import DateSpan, parse_partial_date
from attention_point.foundation.codelists import get_code_list
from attention_point.people import rules

FACTS = rules.build_document_types(get_code_list("document_types"))
DAY = date(2022, 6, 1)
ADULT = parse_partial_date("1991-03-17")
CHILD = parse_partial_date("2012-03-17")
INFANT = parse_partial_date("2020-03-17")
BIRTHS = st.dates().map(lambda day: DateSpan(day, day)) | st.integers(1, 9999).map(
    lambda year: parse_partial_date(f"{year:04d}")
)


def doubts(
    type_: str, number: str, *, expires: date | None = None, born: DateSpan | None = None, on: date = DAY
) -> list[str]:
    return [doubt.code for doubt in rules.check_document(type_, number, expires, born, on, FACTS)]


GOOD = [
    ("CC", "1098765432", ADULT),
    ("TI", "1098765432", CHILD),
    ("RC", "A1B2C3D4", INFANT),
    ("CN", "12345678", INFANT),
    ("CE", "412345", ADULT),
    ("PA", "045678123", ADULT),
    ("PE", "123456717031991", ADULT),
    ("PT", "1234567", ADULT),
    ("SC", "SC12345", ADULT),
    ("DE", "V12345678", ADULT),
    ("CD", "CD1234", ADULT),
    ("AS", "A000000001", ADULT),
    ("MS", "M00000000001", CHILD),
    ("SI", "", ADULT),
    ("NES", "N12345", CHILD),
    ("CERT-PPT", "2022000123", ADULT),
]
DOUBTFUL = [
    ("CC", "0123456789", None, "off_pattern"),
    ("CC", "12345678901", None, "too_long"),
    ("CC", "1098765432", CHILD, "too_young"),
    ("TI", "123456789", None, "off_pattern"),
    ("TI", "1098765432", ADULT, "too_old"),
    ("TI", "1098765432", INFANT, "too_young"),
    ("RC", "1234567", None, "off_pattern"),
    ("RC", "1098765432", CHILD, "too_old"),
    ("CN", "1234567", None, "off_pattern"),
    ("CE", "12A45", None, "off_pattern"),
    ("PA", "A123", None, "off_pattern"),
    ("PE", "12345678901234", None, "off_pattern"),
    ("PE", "123456718031991", ADULT, "birth_date_differs"),
    ("PT", "123456789", None, "unusual"),
    ("PT", "123", None, "off_pattern"),
    ("SC", "1234", None, "off_pattern"),
    ("DE", "12345678", None, "prefix_missing"),
    ("DE", "P12345678", None, "off_pattern"),
    ("CD", "123", None, "off_pattern"),
    ("AS", "A0000000001", None, "too_long"),
    ("AS", "A1", CHILD, "too_young"),
    ("MS", "M000000000001", None, "too_long"),
    ("MS", "M1", ADULT, "too_old"),
    ("SI", "123", None, "number_unexpected"),
    ("TMF", "12345", None, "not_identity"),
    ("NES", "", None, "number_missing"),
    ("CERT-PPT", "", None, "number_missing"),
    ("PEPT", "", None, "number_missing"),
    ("VESP", "", None, "number_missing"),
    ("XX", "12345", None, "unknown_type"),
]


@pytest.mark.parametrize(("type_", "number", "born"), GOOD)
def test_a_usual_document_raises_no_doubt(type_: str, number: str, born: DateSpan) -> None:
    assert doubts(type_, number, born=born) == []


@pytest.mark.parametrize(("type_", "number", "born", "code"), DOUBTFUL)
def test_an_unusual_document_is_doubted(type_: str, number: str, born: DateSpan | None, code: str) -> None:
    assert code in doubts(type_, number, born=born)


def test_every_type_has_its_examples() -> None:
    # The others were not issued on DAY, or are no identity.
    assert {type_ for type_, *_ in GOOD} | {"TMF", "PEPT", "VESP"} == set(FACTS)
    assert {type_ for type_, *_ in DOUBTFUL} - {"XX"} == set(FACTS)


@pytest.mark.parametrize(
    ("type_", "number", "on", "codes"),
    [
        ("PE", "123456717031991", date(2017, 7, 31), ["not_yet_issued"]),
        ("PE", "123456717031991", date(2017, 8, 9), []),
        ("PE", "123456717031991", date(2023, 2, 28), []),
        ("PE", "123456717031991", date(2023, 3, 1), ["no_longer_valid"]),
        ("PT", "1234567", date(2020, 12, 31), ["not_yet_issued"]),
        ("PT", "1234567", date(2031, 5, 31), ["no_longer_valid"]),
        ("TMF", "123", date(2017, 4, 30), ["not_yet_issued", "not_identity"]),
        ("TMF", "123", date(2018, 2, 28), ["not_identity"]),
        ("TMF", "123", date(2018, 3, 1), ["no_longer_issued", "not_identity"]),
        ("CERT-PPT", "123", date(2021, 12, 31), ["not_yet_issued"]),
        ("PEPT", "123", date(2025, 8, 31), ["not_yet_issued"]),
        ("PEPT", "123", date(2025, 9, 1), []),
        ("VESP", "123", date(2024, 12, 3), ["not_yet_issued"]),
        ("VESP", "123", date(2024, 12, 4), []),
    ],
)
def test_types_have_their_days(type_: str, number: str, on: date, codes: list[str]) -> None:
    assert doubts(type_, number, on=on) == codes


def test_a_document_is_good_on_its_last_day() -> None:
    assert doubts("PA", "045678123", expires=DAY) == []
    assert doubts("PA", "045678123", expires=DAY - timedelta(days=1)) == ["expired"]


@pytest.mark.parametrize(
    ("on", "codes"),
    [(date(2021, 2, 28), ["expired"]), (date(2021, 3, 1), []), (date(2023, 2, 28), []), (date(2023, 3, 1), None)],
)
def test_every_pep_counts_to_its_last_day_whatever_is_printed(on: date, codes: list[str] | None) -> None:
    found = doubts("PE", "123456717031991", expires=date(2021, 2, 27), on=on)
    assert found == codes if codes is not None else {"expired", "no_longer_valid"} <= set(found)


@pytest.mark.parametrize(("age", "codes"), [(6, ["too_young"]), (7, []), (17, []), (18, ["too_old"])])
def test_the_identity_card_of_minors_has_its_ages(age: int, codes: list[str]) -> None:
    assert doubts("TI", "1098765432", born=parse_partial_date(f"{DAY.year - age}-06-01")) == codes


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert doubts("CE", "\u0661\u0662\u0663\u0664\u0665") == ["off_pattern"]


def test_a_doubt_carries_what_its_message_needs_and_no_number() -> None:
    for type_, number, born, _ in DOUBTFUL:
        for doubt in rules.check_document(type_, number, DAY - timedelta(days=1), born, DAY, FACTS):
            said = doubt.message % doubt.params
            assert "%(" not in said
            assert not number or number not in said


@pytest.mark.parametrize(
    ("type_", "number", "expected"),
    [
        ("DE", "V-12.345.678", ("DE", "V12345678")),
        (" de ", "v 12 345 678", ("DE", "V12345678")),
        ("DE", "12.345.678", ("DE", "12345678")),
        ("PEP", "1234567-17031991", ("PE", "123456717031991")),
        ("ppt", "1234567", ("PT", "1234567")),
        ("CERT-PPT", "2022-1", ("CERT-PPT", "20221")),
        ("CC", "1098765432.0", ("CC", "1098765432")),
        ("CC", "1.098.765.430", ("CC", "1098765430")),
        ("CC", "\uff11\uff10\u00a09\u20138", ("CC", "1098")),
        ("PA", "E1234567", ("PA", "E1234567")),
        ("PA", "12E34567", ("PA", "12E34567")),
        ("SI", None, ("SI", "")),
    ],
)
def test_a_number_is_written_one_way(type_: str, number: str | None, expected: tuple[str, str]) -> None:
    assert rules.normalise_document(type_, number) == expected


@pytest.mark.parametrize("number", ["1.2E+09", "1,2e+09", "1E+09", " 1.23456e9 ", "1.2 E+09"])
def test_a_number_rounded_by_a_spreadsheet_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="spreadsheet"):
        rules.normalise_document("CC", number)


@pytest.mark.parametrize("number", ["123\x00456", "123\n456", "12\u202e345", "12\ud800345"])
def test_control_characters_are_refused(number: str) -> None:
    with pytest.raises(ValueError, match="invisible or control"):
        rules.normalise_document("CC", number)


def test_the_longest_number() -> None:
    assert rules.normalise_document("NES", "9" * 32) == ("NES", "9" * 32)
    with pytest.raises(ValueError, match="32"):
        rules.normalise_document("NES", "9" * 33)


@given(st.sampled_from(sorted(FACTS)), st.text(alphabet="0123456789VEve .-,+\u2013\u00a0", max_size=24))
def test_writing_a_number_twice_changes_nothing(type_: str, number: str) -> None:
    try:
        once = rules.normalise_document(type_, number)
    except ValueError:
        return
    assert rules.normalise_document(*once) == once


@given(
    st.sampled_from([*sorted(FACTS), "PEP"]),
    st.text(max_size=40),
    st.none() | st.dates().map(lambda day: DateSpan(day, day)),
    st.dates(),
)
def test_any_number_is_written_or_refused_and_only_then_doubted(
    type_: str, number: str, born: DateSpan | None, on: date
) -> None:
    try:
        code, written = rules.normalise_document(type_, number)
    except ValueError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert len(rules.check_document(code, written, None, born, on, FACTS)) <= 6
    assert refusal in {"", rules.NUMBER_TOO_LONG, texts.UNFIT_CHARACTERS, rules.NUMBER_ROUNDED}


def test_the_rules_and_the_code_lists_agree() -> None:
    types = get_code_list("document_types")
    assert {word: types.find_code(word) for word in rules.TYPE_ALIASES} == rules.TYPE_ALIASES
    known = {type_field.name for type_field in fields(rules.DocumentType)} | {
        "note",
        "basis",
        "unverified",
        "told_to_family",
    }
    assert {name for code in types for name in code.attributes} <= known
