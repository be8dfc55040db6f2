"""A correction is never held back for what is published already, and tells no more than that."""

import hmac

import pytest
from sqlalchemy.orm import Session

from attention_point.dates import Period, parse_period_code
from attention_point.statistics.audit.findings import KnownSum, Published
from attention_point.statistics.audit.remedies import ProtectedPeriod, protect_audited_period
from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import TABLES_OF_TOTALS, PeriodRounder
from attention_point.statistics.protection.totals import FIRST_TIME_FIGURE, protect_totals
from tests.statistics.invented_years import InventedYears
from tests.support.directory import load_shipped

SEPTEMBER: Period = parse_period_code("2017-09")
OUTCOMES = "referrals-by-service-and-state"
TABLES = frozenset({*TABLES_OF_TOTALS.values(), FIRST_TIME_FIGURE[0]})
# Of the database it asks for names alone.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def rounder(session: Session) -> PeriodRounder:
    """A correction of a month of 61 referrals and 51 answers: of those that wait, 7 were not seen and 3 were."""
    load_shipped(session)
    years = InventedYears(4)
    years.add_month(SEPTEMBER.first_day, 35, 4)
    leanings = Leanings(SEPTEMBER.code, lambda text: hmac.digest(b"key of a test", text, "sha256"))
    # Without needs and situations, whose audit takes longest.
    tables = [table for table in years.build_tables(session, SEPTEMBER) if table.indicator.id in TABLES]
    rounder = PeriodRounder(tables, leanings)
    rounder.earlier_figures = rounder.round_tables().figures
    return rounder


def correct(rounder: PeriodRounder, *published: KnownSum) -> ProtectedPeriod:
    """Protect the correction beside what is published."""
    return protect_audited_period(
        rounder,
        lambda rounded, units: protect_totals(rounded, rounder.true_totals, {}, units),
        Published(published),
        lambda _rounded: [],
    )


def test_what_is_published_already_holds_no_correction_back(rounder: PeriodRounder) -> None:
    small = next(cell for cell, count in rounder.true_figures["people-by-sex-and-age"].items() if count == 2)
    assert not correct(rounder, KnownSum("people-by-sex-and-age", (small,), 2, 3)).hidden


def test_totals_that_would_tell_more_than_is_published_are_rounded(rounder: PeriodRounder) -> None:
    assert {"referrals", "answers"} <= correct(rounder).totals.exact
    # An earlier version told of at least 7 that were not seen and of one that was: with 10 that wait, these are 1 to 3.
    protected = correct(
        rounder,
        KnownSum(OUTCOMES, (("*", "*", "created"),), 7, 15),
        KnownSum(OUTCOMES, (("*", "*", "seen"),), 1, 9),
    )
    assert not {"referrals", "answers"} <= protected.totals.exact
    assert not protected.hidden
