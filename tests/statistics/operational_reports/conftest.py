"""People who come to the desk in 2017, and the report of a month as a workbook."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.statistics.operational_reports import services, workbook
from attention_point.statistics.operational_reports.activities import read_plan
from tests.support.visits import person, recorded

Come = Callable[..., dict[str, Any]]
Report = Callable[..., bytes]


@pytest.fixture
def come(database: Database) -> Come:
    """A function: somebody comes on a day for some needs. Gives the person, to come again."""

    def record(day: str, *needs: str, who: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        somebody = dict(who) if who else person(**changes)
        with database.write_session() as session:
            recorded(session, person=somebody, attended_at=f"{day}T09:00:00-05:00", needs=list(needs or ("MIG-REG",)))
        return somebody

    return record


@pytest.fixture
def report(database: Database, settings: Settings) -> Report:
    """A function: the workbook of a month."""

    def write(year: int, month: int, organisation: str | None = None) -> bytes:
        plan, first_day = read_plan(settings), date(year, month, 1)
        chosen = services.choose_organisation(plan, first_day, organisation)
        with database.read_session() as session:
            built = services.build_report(session, plan, first_day, chosen)
            return workbook.write_workbook(session, plan, built)

    return write
