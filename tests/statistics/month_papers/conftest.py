"""A September beside the August before it and the September of the year before, all released."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from attention_point.foundation.database import Database
from attention_point.statistics.month_papers.loading import load_paper
from attention_point.statistics.month_papers.period_report import PeriodPaper
from tests.statistics.releases.publishing import publish_month, publish_suppressed_month

SEPTEMBER, AUGUST, YEAR_BEFORE = date(2017, 9, 1), date(2017, 8, 1), date(2016, 9, 1)


@dataclass(frozen=True)
class Papers:
    """The papers of a month of rounded figures and of one of suppressed figures."""

    september: PeriodPaper
    suppressed: PeriodPaper


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """On SQLite: a row is read by its key. That both engines keep it is for the tests of the release."""
    shutil.copy(sqlite_template, tmp_path / "attention-point.db")
    return f"sqlite:///{tmp_path}/attention-point.db"


@pytest.fixture
def papers(database: Database) -> Papers:
    """Released months, read as they were frozen."""
    with database.write_session() as session:
        publish_month(session, 640, YEAR_BEFORE, 3)
        suppressed = publish_suppressed_month(session)
        publish_month(session, 720, AUGUST, 2)
        september = publish_month(session, 800, SEPTEMBER, 1, reader_note="El 4 no hubo atención.")
        return Papers(load_paper(session, september), load_paper(session, suppressed))
