"""The adversary of the disclosure bench finds what the old method told, and nothing in a month of this one."""

import hmac
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.statistics.audit.remedies import ProtectedPeriod
from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import PeriodRounder
from attention_point.statistics.protection.totals import protect_totals
from attention_point.statistics.releases.content import build_content_json
from attention_point.statistics.releases.content_building import build_content
from attention_point.statistics.releases.related_releases import Publications, protect_beside_releases
from tests.statistics.adversary import Adversary, Name, name_figure
from tests.statistics.invented_years import InventedYears, list_true_figures
from tests.support.directory import load_shipped

FAMILY = 1  # visit, of which one of four people is made
SEPTEMBER = Period("month", date(2017, 9, 1))
# Of the database it asks for names alone.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def old_release(*tables: tuple[str, str, dict[str, int]]) -> tuple[dict[str, Any], dict[Name, int]]:
    """A month of the old method with such tables of one dimension, and its true figures."""
    truth = {name_figure(unit, {dimension: code}): count for unit, dimension, cells in tables
             for code, count in cells.items()}  # fmt: skip
    listed = [
        {
            "id": f"{unit}-by-{dimension}", "counts": unit, "k": 5, "dimensions": [dimension],
            "overlapping": [dimension],
            "cells": [{"at": {dimension: code}, "count": count} for code, count in cells.items()],
        }
        for unit, dimension, cells in tables
    ]  # fmt: skip
    return {"month": "2017-09", "totals": {}, "tables": listed}, truth


def told_by(release: dict[str, Any], truth: dict[Name, int]) -> set[str]:
    """What the adversary finds in one release."""
    reader = Adversary({"2017-09": truth})
    reader.read(release)
    return {told.what.removeprefix("2017-09 ") for told in reader.find_told()}


def test_the_old_methods_people_by_day_told_who_came_again() -> None:
    told = told_by(
        *old_release(
            ("attentions", "day", {"2017-09-04": 31, "2017-09-05": 40}),
            ("people", "day", {"2017-09-04": 29, "2017-09-05": 33}),
        )
    )
    assert told == {"attentions day=2017-09-04 less people day=2017-09-04"}


def test_the_old_methods_older_adults_told_of_one_person() -> None:
    told = told_by(
        *old_release(
            ("people", "vulnerability", {"older_adult": 18, "pregnant": 9}), ("people", "age", {"60+": 17, "18-28": 80})
        )
    )
    assert told == {"people vulnerability=older_adult less people age=60+"}


@pytest.mark.parametrize(("shown", "told"), [((105, 104), True), ((105, 105), False), ((100, 110), True)])
def test_a_rounded_total_beside_a_near_one_tells_of_few(shown: tuple[int, int], told: bool) -> None:
    people, attentions = shown
    totals = {"people": people, "attentions": attentions}
    release = {"method": "rounding", "month": "2017-09", "totals": totals, "tables": []}
    truth = {name_figure("people", {}): 102, name_figure("attentions", {}): 104 if attentions < 110 else 106}
    assert bool(told_by(release, truth)) == told


@ON_SQLITE
@pytest.mark.parametrize(("visits", "people"), [(3, 3), (FAMILY, 4), (120, 49), (120, 50), (120, 51)])
def test_a_month_of_this_method_tells_nothing(session: Session, visits: int, people: int) -> None:
    load_shipped(session)
    rounder = _build_rounder(session, visits, most_people=people)
    assert people - 1 <= rounder.true_totals["people"] <= people
    protected = _protect(rounder)
    content = build_content(session, SEPTEMBER, protected.rounded, protected.totals, protected.hidden)
    truth = list_true_figures(rounder.true_figures, SEPTEMBER)
    assert told_by(build_content_json(content), truth) == set()
    assert content.quality is not None
    assert content.quality.published_share == 1
    assert content.quality.mean_error <= 2


@ON_SQLITE
def test_the_audit_turns_a_leaning_that_the_adversary_would_use(session: Session) -> None:
    load_shipped(session)
    for visits in (80, 400):  # of these months some figure tells too much until a leaning is turned
        rounder = _build_rounder(session, visits, 2000 + visits if visits == 80 else 3000 + visits)
        rounded = rounder.round_tables()
        content = build_content(session, SEPTEMBER, rounded, protect_totals(rounded, rounder.true_totals, {}))
        told = told_by(build_content_json(content), list_true_figures(rounder.true_figures, SEPTEMBER))
        assert bool(told) == bool(_protect(rounder).turn_count)


def _protect(rounder: PeriodRounder) -> ProtectedPeriod:
    """Protect the first month that is released."""
    nothing = Publications(lambda _period: [], lambda period: period != SEPTEMBER)
    return protect_beside_releases(rounder, SEPTEMBER, nothing, lambda _code: {})


def _build_rounder(session: Session, visits: int, seed: int = 1, most_people: int = 1000) -> PeriodRounder:
    years = InventedYears(seed)
    years.add_month(SEPTEMBER.first_day, visits, seed)
    kept = list(dict.fromkeys(number for number, _visit in years.visits[SEPTEMBER.first_day]))[:most_people]
    years.visits[SEPTEMBER.first_day] = [
        (number, visit) for number, visit in years.visits[SEPTEMBER.first_day] if number in kept
    ]
    if visits == FAMILY:  # a month of one family with one need: every count is below the base
        ((_number, mother),) = years.visits[SEPTEMBER.first_day]
        years.visits[SEPTEMBER.first_day] = [
            (
                number,
                mother._replace(person={**mother.person, "age": age, "sex": sex}, needs=("EDU",), new_needs=("EDU",)),
            )
            for number, (age, sex) in enumerate(((30, "F"), (8, "M"), (3, "F"), (70, "F")))
        ]
        years.referrals[SEPTEMBER.first_day] = []
    leanings = Leanings(SEPTEMBER.code, lambda text: hmac.digest(b"key of a test", text, "sha256"))
    return PeriodRounder(years.build_tables(session, SEPTEMBER), leanings)
