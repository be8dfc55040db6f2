"""Joined records count as one person, and what is written then does not tell that they were joined."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.intake.duplicates import joining
from attention_point.intake.models import Visit
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.intake.records.served_people import list_served_people
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.models import Person, PossibleDuplicate
from attention_point.tallies import services as tally_services
from attention_point.tallies.models import PendingTallies
from attention_point.tallies.queries import sum_period_tables
from tests.support.visits import AGENT, consents, person, recorded

MONTH, YEAR = date(2017, 8, 1), Period("year", date(2017, 1, 1))
RESEARCH = consents(("attention", True), ("research", True))


@pytest.fixture
def pair(session: Session) -> tuple[UUID, UUID]:
    """The later and the earlier record of somebody who came twice in a month."""
    known = person()
    for given_names, needs in (("Ana", ["EDU", "DDHH"]), ("Luisa", ["EDU"])):
        recorded(session, person={**known, "given_names": given_names}, needs=needs, consents=RESEARCH)
    found = session.scalars(select(PossibleDuplicate)).one()
    return found.person_id, found.other_id


def _count_people(session: Session, period: Period) -> tuple[int, int]:
    tables = sum_period_tables(session, period)
    return sum(tables["people-by-sex-and-age"].values()), sum(tables["needs-by-sex-and-age"].values())


def _decide(session: Session, pair: tuple[UUID, UUID], finding: str) -> None:
    joining.decide_pair(session, AGENT, *pair, Judgement(finding, pair[1]))


def test_a_closed_month_stays_and_its_year_and_reports_count_one_person(
    session: Session, pair: tuple[UUID, UUID]
) -> None:
    def count_reports() -> tuple[int, int]:
        served = len(list(list_served_people(session, MONTH)))
        return served, len(list(list_consented_visits(session, "research", MONTH, date(2017, 8, 31))))

    tally_services.close_month(session, MONTH)
    before = [_count_people(session, Period("month", MONTH)), _count_people(session, YEAR), count_reports()]
    assert before == [(2, 3), (2, 3), (2, 2)]
    _decide(session, pair, "one-person-said-so")
    assert [_count_people(session, Period("month", MONTH)), _count_people(session, YEAR)] == [(2, 3), (1, 2)]
    assert count_reports() == (1, 1)
    joining.undo_decision(session, AGENT, *pair, "decided-by-mistake")
    assert [_count_people(session, Period("month", MONTH)), _count_people(session, YEAR), count_reports()] == before


def test_on_whichever_record_a_visit_is_saved_the_person_counts_once(session: Session, pair: tuple[UUID, UUID]) -> None:
    _decide(session, pair, "one-person-said-so")
    with clock.override_now(datetime(2017, 9, 20, 12, tzinfo=UTC)):
        for record in (pair[1], pair[0], pair[1]):
            recorded(session, person={"id": str(record)}, needs=["EDU"], attended_at="2017-09-19T08:30:00-05:00")
    assert _count_people(session, Period("month", date(2017, 9, 1))) == (1, 1)
    assert _count_people(session, YEAR) == (1, 2)


def test_what_is_written_does_not_tell_what_was_decided(session: Session, pair: tuple[UUID, UUID]) -> None:
    def read_rows() -> dict[Any, bytes | None]:
        session.expire_all()
        return {
            (table.__tablename__, row_id): sealed
            for table, columns in (
                (Visit, (Visit.id, Visit.sealed)),
                (Person, (Person.id, Person.counted)),
                (PendingTallies, (PendingTallies.id, PendingTallies.sealed)),
            )
            for row_id, sealed in session.execute(select(*columns))
        }

    def list_writings(finding: str) -> Iterator[tuple[str, UUID | None, int]]:
        before = read_rows()
        _decide(session, pair, finding)
        for (table, row_id), sealed in read_rows().items():
            if before.get((table, row_id)) != sealed:
                yield table, None if table == "pending_tallies" else row_id, len(sealed or b"")

    apart = sorted(list_writings("two-people-said-so"), key=str)
    joining.undo_decision(session, AGENT, *pair, "person-says-otherwise")
    assert apart == sorted(list_writings("one-person-said-so"), key=str)
    assert [table for table, _row, _length in apart] == [*["pending_tallies"], *["person"] * 2, *["visit"] * 2]
