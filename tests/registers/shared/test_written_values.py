"""What people write into a form or a cell: dates, counts, amounts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.language import format_date, in_language
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.code_lists import find_code
from attention_point.registers.shared.schema.parsing import check_facts
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME, Field
from attention_point.registers.shared.written_dates import parse_date_range, parse_part_date
from attention_point.registers.shared.written_numbers import parse_decimal, parse_whole_number

DATES = {
    "2017": "2017",
    "2017-03": "2017-03",
    "03/2017": "2017-03",
    "30/03/2017": "2017-03-30",
    "30-3-2017": "2017-03-30",
    "2018/05/12": "2018-05-12",
    "12/05/18": "2018-05-12",
    "mayo de 2018": "2018-05",
    "MAYO 2018": "2018-05",
    "may-18": "2018-05",
    "12 de mayo de 2018": "2018-05-12",
    "mayo 12 de 2018": "2018-05-12",
    "1º de mayo del 2018": "2018-05-01",
    "primero de mayo de 2018": "2018-05-01",
    "sábado, 12 de mayo de 2018": "2018-05-12",
    "May 12, 2018": "2018-05-12",
    "24/03/2018 8:30 p.m.": "2018-03-24",
}
RANGES = {
    "12 y 13 de mayo de 2018": ("2018-05-12", "2018-05-13"),
    "12 al 14 de mayo de 2018": ("2018-05-12", "2018-05-14"),
    "12-14 de mayo de 2018": ("2018-05-12", "2018-05-14"),
    "12, 13 y 14 de mayo de 2018": ("2018-05-12", "2018-05-14"),
    "del 30 de abril al 2 de mayo de 2018": ("2018-04-30", "2018-05-02"),
    "30/04/2018 - 02/05/2018": ("2018-04-30", "2018-05-02"),
    "marzo a mayo de 2018": ("2018-03", "2018-05"),
}
NO_DATES = [
    "", "mayo", "12 de mayo", "30 de febrero", "mayo 12", "30/02/2018", "32/2017", "por definir", "2018 y 2019", "1850",
    "12 de mayo de 2018 y más", "०४/2017",
]  # fmt: skip


def refuse(parse_text: Callable[[str], Any], text: str) -> bool:
    """Whether a text is refused."""
    try:
        parse_text(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(("text", "part_date"), DATES.items())
def test_a_date_in_words_is_a_date(text: str, part_date: str) -> None:
    assert parse_part_date(text) == part_date


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert refuse(parse_part_date, text)


@pytest.mark.parametrize(("text", "days"), RANGES.items())
def test_two_dates_in_one_text_are_the_first_and_the_last_day(text: str, days: tuple[str, str]) -> None:
    assert parse_date_range(text) == days


@pytest.mark.parametrize("text", [*DATES, *sorted(set(NO_DATES) - {"2018 y 2019"}), "14 al 12 de mayo de 2018"])
def test_one_date_is_no_span(text: str) -> None:
    assert refuse(parse_date_range, text)


@given(day=st.dates(date(1900, 1, 1), date(2200, 12, 31)), language=st.sampled_from(["es", "en"]))
def test_every_day_that_the_pages_show_is_read_back(day: date, language: str) -> None:
    with in_language(language):
        for style in ("long", "medium"):
            assert parse_part_date(format_date(day, style)) == day.isoformat()


def parse(kind_of: Field, raw: Any) -> Any:
    """The stored value of what was typed; "wrong" if it is refused."""
    facts, errors = check_facts((kind_of,), {kind_of.key: raw})
    return "wrong" if errors else facts.get(kind_of.key)


COUNTS = {
    "25": {"number": 25},
    "1.030": {"number": 1030},
    "aprox. 25": {"number": 25, "mark": "approximate"},
    "25 (aprox.)": {"number": 25, "mark": "approximate"},
    "~ 500": {"number": 500, "mark": "approximate"},
    "más de 300 personas": {"number": 300, "mark": "at_least"},
    "300+": {"number": 300, "mark": "at_least"},
    "2 mil": {"number": 2000},
    "Cerca de (estimado) 3600": {"number": 3600, "mark": "approximate"},
}


@pytest.mark.parametrize(("text", "count"), COUNTS.items())
def test_a_count_in_words_is_a_count(text: str, count: dict[str, Any]) -> None:
    assert parse(EVENTS.get_field("participants"), text) == count


@pytest.mark.parametrize("raw", ["muchos", "15-20", "-5", "25 sillas", "1.5", 1.125, -5, True, float("nan"), 1e300])
def test_what_is_no_count_is_refused(raw: Any) -> None:
    assert parse(EVENTS.get_field("participants"), raw) == "wrong"


AMOUNTS: list[tuple[Any, str, str]] = [
    ("1.125", "1125", "COP"),
    (1.125, "1.13", "COP"),
    (1125.0, "1125", "COP"),
    ("$ 1'814.249.000", "1814249000", "COP"),
    ("$ 300.000 m/cte", "300000", "COP"),
    ("2,5 millones de pesos", "2500000", "COP"),
    ("US$ 5.000", "5000", "USD"),
    ("12.500,50 EUR", "12500.50", "EUR"),
    ("€ 20", "20", "EUR"),
    ("gratis", "0", "COP"),
]


@pytest.mark.parametrize(("raw", "amount", "currency"), AMOUNTS)
def test_an_amount_in_words_is_an_amount(raw: Any, amount: str, currency: str) -> None:
    assert parse(EVENTS.get_field("cost"), raw) == {"amount": amount, "currency": currency}


def test_an_amount_does_not_contradict_its_currency() -> None:
    assert parse(EVENTS.get_field("cost"), {"amount": "USD 5", "currency": "COP"}) == "wrong"
    assert parse(EVENTS.get_field("cost"), {"amount": "USD 5", "currency": "USD"}) == {"amount": "5", "currency": "USD"}


def test_countries_stand_between_commas_too() -> None:
    assert parse(EVENTS.get_field("countries"), "España, Israel y Holanda") == ["ES", "IL", "NL"]
    assert parse(EVENTS.get_field("countries"), "Unión Europea") == "wrong"


@given(number=st.integers(0, 10**15 - 1))
def test_a_number_that_is_a_number_means_itself(number: int) -> None:
    assert parse_whole_number(number) == number
    assert parse_whole_number(f"{number:,}".replace(",", ".")) == number
    assert parse_decimal(float(number % 10**12)) == number % 10**12


def test_every_label_of_every_list_means_its_code_in_both_languages() -> None:
    assert REGISTERS_BY_NAME, "the registers are known once their blueprints are"
    for register in (EVENTS, AGREEMENTS, *REGISTERS_BY_NAME.values()):
        fields = [*register.fields, *(part for field in register.fields for part in field.fields)]
        for field in (field for field in fields if field.codes):
            for code in field.code_list:
                assert [find_code(field.code_list, code.label(language)) for language in ("es", "en")] == [
                    code.code
                ] * 2
