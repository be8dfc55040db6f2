"""Dates, numbers and amounts as people write them in Colombia and in English, on the point's wall clock."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from attention_point.foundation.language import (
    format_amount,
    format_date,
    format_datetime,
    format_month,
    format_number,
    format_percent,
    format_time,
    in_language,
)

DAY = date(2017, 8, 9)
# The point's clock is five hours behind UTC: there it is still the 9th.
EVENING = datetime(2017, 8, 10, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "spanish", "english"),
    [
        (1_814_249_000, "$ 1.814.249.000", "COP 1,814,249,000"),
        (0, "$ 0", "COP 0"),
        (Decimal("1250.50"), "$ 1.250,50", "COP 1,250.50"),
        (Decimal("1250.00"), "$ 1.250", "COP 1,250"),
    ],
)
def test_amounts_of_pesos(amount: Decimal, spanish: str, english: str) -> None:
    assert format_amount(amount) == spanish
    with in_language("en"):
        assert format_amount(amount) == english


def test_an_amount_in_another_currency_names_it() -> None:
    assert format_amount(1500, "USD") == "US$ 1.500"
    with in_language("en"):
        assert format_amount(1500, "USD") == "$ 1,500"


@pytest.mark.parametrize(
    ("style", "spanish", "english"),
    [
        ("short", "09/08/2017", "8/9/17"),
        ("medium", "09/08/2017", "Aug 9, 2017"),
        ("long", "9 de agosto de 2017", "August 9, 2017"),
        ("full", "miércoles, 9 de agosto de 2017", "Wednesday, August 9, 2017"),
    ],
)
def test_dates(style: str, spanish: str, english: str) -> None:
    assert format_date(DAY, style) == spanish
    with in_language("en"):
        assert format_date(DAY, style) == english


def test_a_moment_is_shown_on_the_point_s_wall_clock() -> None:
    assert format_date(EVENING) == format_date(DAY)
    assert "9:05" in format_time(EVENING)
    assert format_datetime(EVENING).startswith("09/08/2017")
    with in_language("en"):
        assert "9:05" in format_time(EVENING)
        assert format_datetime(EVENING).startswith("Aug 9, 2017")


def test_months() -> None:
    assert format_month(DAY) == "agosto de 2017"
    with in_language("en"):
        assert format_month(DAY) == "August 2017"


@pytest.mark.parametrize(
    ("number", "spanish", "english"),
    [(1_234_567, "1.234.567", "1,234,567"), (999, "999", "999"), (1234.5, "1.234,5", "1,234.5"), (-7, "-7", "-7")],
)
def test_numbers(number: float, spanish: str, english: str) -> None:
    assert format_number(number) == spanish
    with in_language("en"):
        assert format_number(number) == english


@pytest.mark.parametrize(("share", "spanish"), [(0.25, "25%"), (0.3333, "33,3%"), (0, "0%"), (1, "100%")])
def test_shares(share: float, spanish: str) -> None:
    assert format_percent(share).replace("\xa0", "").replace(" ", "") == spanish
    with in_language("en"):
        assert format_percent(share) == spanish.replace(",", ".")
