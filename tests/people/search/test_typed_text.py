"""What is typed into the one search box is read as everything that it may be, and nothing breaks it."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attention_point.foundation.errors import Invalid
from attention_point.people.search.people_search import read_search
from attention_point.people.search.typed_text import Reference

DIGITS = st.integers(min_value=10_000, max_value=10**12).map(str)


@pytest.mark.parametrize(
    ("typed", "document_type", "number"),
    [
        ("V-12.345.678", None, "V12345678"),
        ("v 12 345 678", None, "V12345678"),
        ("DE V-12.345.678", "DE", "V12345678"),
        ("DE:V-12.345.678", "DE", "V12345678"),
        ("cédula venezolana 12345678", "DE", "12345678"),
        ("C.C. 1.098.765.432", "CC", "1098765432"),
        ("cc1098765432", None, "CC1098765432"),
        ("Pasaporte AB123456", "PA", "AB123456"),
        ("ppt 1234567", "PT", "1234567"),
        ("PEP 123456717031991", "PE", "123456717031991"),
        ("SC-2 12345", "SC", "12345"),
        ("cedula 12345678", None, "12345678"),
        ("cedula 1098765432", None, "1098765432"),
        ("No. 12345678", None, "12345678"),
        ("MS 12ABCD", "MS", "12ABCD"),
        ("CC 1096 667412", "CC", "1096667412"),
    ],
)
def test_a_document_is_read_with_and_without_its_type(typed: str, document_type: str | None, number: str) -> None:
    search = read_search(typed)
    assert (search.document_type, search.number, search.name) == (document_type, number, "")


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("BGA-2017-000123", Reference(123, 2017, "BGA")),
        ("bga 2017 123", Reference(123, 2017, "BGA")),
        ("BGA2017000123", Reference(123, 2017, "BGA")),
        ("2017-123", Reference(123, 2017)),
        ("000123", Reference(123)),
        ("12345678", None),
        ("CC 2017 000123", None),
        ("cedula 1098765432", None),
        ("cel 3105550101", None),
        ("3105-550101", None),
    ],
)
def test_a_reference_is_read_with_what_is_left_out(typed: str, reference: Reference | None) -> None:
    assert read_search(typed).reference == reference


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD2EFGH9JKLMN8",
        "abcd2efgh9jklmn8",
        "ABCD 2EFG H9JK LMN8",
        "https://point.example.org/portal/slips/ABCD2EFGH9JKLMN8",
        "http://127.0.0.1:8000/portal/slips/ABCD2EFGH9JKLMN8?x=1",
    ],
)
def test_a_slips_code_is_read_from_its_address_too(typed: str) -> None:
    search = read_search(typed)
    assert (search.slip_code, search.name, search.number) == ("ABCD2EFGH9JKLMN8", "", "")


@pytest.mark.parametrize(
    ("typed", "name", "birth_date"),
    [
        ("Yohana Velásquez", "Yohana Velásquez", None),
        ("Velásquez 1991", "Velásquez", "1991"),
        ("1991 Velásquez Yohana", "Velásquez Yohana", "1991"),
        ("Velásquez 17/03/1991", "Velásquez", "1991-03-17"),
        ("Velásquez 1991-3-7", "Velásquez", "1991-03-07"),
        ("Ana 12/13/1991", "Ana", None),
        ("Ana Peña 12345678", "Ana Peña", None),
    ],
)
def test_a_name_is_read_with_its_year_or_date(typed: str, name: str, birth_date: str | None) -> None:
    search = read_search(typed)
    assert (search.name, search.birth_date) == (name, birth_date)


def test_the_same_digits_may_be_everything() -> None:
    search = read_search("3105550101")
    assert (search.number, search.phone_keys) == ("3105550101", ("3105550101",))
    assert read_search("123456").reference == Reference(123456)
    assert read_search("123456").number == "123456"


@pytest.mark.parametrize("typed", ["", " ", "-", "¿?", "1.2E+09", "a\u200bb", "9" * 33, "x" * 201])
def test_what_cannot_be_searched_is_told_at_the_box(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_search(typed)
    assert [error.field for error in refused.value.field_errors] == ["q"]
    assert typed.strip() not in str(refused.value) or not typed.strip("- ¿?")


@example("2438522", "pasaporte ", "")  # as long as a slip's code
@given(DIGITS, st.sampled_from(["", "V", "v-", "CC ", "pasaporte ", "No "]), st.sampled_from(["", " ", ".", "-"]))
def test_separators_and_words_before_a_number_change_nothing(digits: str, before: str, separator: str) -> None:
    grouped = separator.join(digits[start : start + 3] for start in range(0, len(digits), 3))
    if separator == "-" and before == "" and len(digits) <= 7:  # "201-7" is no reference either
        grouped = digits
    read = read_search(before + grouped)
    assert read.number.lstrip("V") == digits or read.reference is not None


@given(st.text(max_size=220))
def test_any_text_is_read_or_refused_at_the_box(typed: str) -> None:
    with suppress(Invalid):  # what is refused names the box: see above
        search = read_search(typed)
        assert len(search.number) <= 32
        assert search.name or search.number or search.reference or search.slip_code
