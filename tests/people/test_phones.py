"""Telephone numbers: one form and one key for all ways of writing a number; doubtful ones stay as they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.people.phones import is_phone_shaped, list_phone_keys, normalise_phone


@pytest.mark.parametrize(
    "typed",
    ["3105550101", "310 555 0101", "+57 310 555 0101", "57 310-5550101", "0057 310 555 0101", "(310) 555.0101"],
)
def test_a_colombian_number_has_one_form(typed: str) -> None:
    assert normalise_phone(typed).text == "+573105550101"
    assert not normalise_phone(typed).is_doubtful
    assert list_phone_keys(typed) == ["3105550101"]


@pytest.mark.parametrize("typed", ["0414-1234567", "4141234567", "+58 414 1234567", "+58 0414 1234567"])
def test_a_venezuelan_number_has_one_form(typed: str) -> None:
    assert normalise_phone(typed).text == "+584141234567"
    assert normalise_phone(typed).region == "VE"
    assert list_phone_keys(typed) == ["4141234567"]


@pytest.mark.parametrize("typed", ["300123456", "6337000", "310555010112345", "call my sister", "3105550101 mama"])
def test_a_doubtful_number_stays_as_it_was_typed(typed: str) -> None:
    phone = normalise_phone(f" {typed} ")
    assert phone.text == typed
    assert phone.is_doubtful


def test_a_doubtful_number_is_still_found_by_its_digits() -> None:
    assert list_phone_keys("300 123 456") == list_phone_keys("300123456") == ["300123456"]
    assert list_phone_keys("12345") == []
    assert list_phone_keys(None) == []


def test_two_numbers_in_one_field_give_a_key_each() -> None:
    assert list_phone_keys("310 555 0101 / 0414 1234567") == ["3105550101", "4141234567"]


@given(
    subscriber=st.integers(min_value=3100000000, max_value=3239999999),
    prefix=st.sampled_from(["", "+57", "57", "0057", "+57 "]),
    separator=st.sampled_from(["", " ", "-", "."]),
)
def test_prefix_and_separators_change_nothing(subscriber: int, prefix: str, separator: str) -> None:
    digits = str(subscriber)
    typed = prefix + separator.join((digits[:3], digits[3:6], digits[6:]))
    assert list_phone_keys(typed) == [digits]
    assert is_phone_shaped(typed)


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(typed: str) -> None:
    for key in list_phone_keys(typed):
        assert re.fullmatch(r"[0-9]{7,17}", key)


@given(st.integers(min_value=3100000000, max_value=3239999999).map(str))
def test_a_normal_form_is_its_own_normal_form(digits: str) -> None:
    normal = normalise_phone(digits).text
    assert normalise_phone(normal).text == normal
    assert list_phone_keys(normal) == list_phone_keys(digits)
