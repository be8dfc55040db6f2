"""Counts follow corrections exactly: whatever is recorded, corrected and annulled, in whatever order."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.intake import recount
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.services import record_visit
from attention_point.statistics.releases.period_counts import list_differences as list_month_differences
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import build_cells_of_facts
from attention_point.tallies.queries import list_differences
from tests.support.counts import read_cells
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, consents, draft

NEEDS = ("MIG-REG", "EMP-SENA", "EDU", "VBG", "SALUD-URG", "DDHH")
needs = st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3, unique=True)
vulnerabilities = st.lists(st.sampled_from(("pregnant", "street", "lgbti")), max_size=2, unique=True)
visits = st.fixed_dictionaries(
    {
        "who": st.integers(0, 2),
        "day": st.integers(0, 70),
        "needs": needs,
        "vulnerabilities": vulnerabilities,
        "agrees": st.booleans(),
    }
)
corrections = st.fixed_dictionaries(
    {"which": st.integers(0, 9), "void": st.booleans()},
    optional={
        "needs": needs,
        "vulnerabilities": vulnerabilities,
        "day": st.integers(0, 70),
        "children": st.integers(0, 3),
        "agrees": st.booleans(),
    },
)


class Undone(Exception):
    """Ends an example without leaving anything."""


def build_draft(visit: dict[str, Any]) -> dict[str, Any]:
    """The draft of a generated visit; the people say the same of themselves each time."""
    person = {
        "given_names": "Ana",
        "sex": "F",
        "birth_date": f"19{70 + visit['who']}-05-01",
        "documents": [{"type": "PA", "number": f"90000000{visit['who']}"}],
    }
    household = {"children": visit["children"]} if "children" in visit else {}
    return draft(
        attended_at=write_time(visit["day"]),
        person=person,
        household=household,
        needs=visit["needs"],
        vulnerabilities=visit["vulnerabilities"],
        consents=consents(("attention", True), ("referral:*", visit["agrees"])),
    )


def write_time(day: int) -> str:
    return f"{date(2017, 8, 9) + timedelta(days=day)}T10:00:00-05:00"


def build_correction(correction: dict[str, Any]) -> dict[str, Any]:
    """The corrected fields as a program sends them."""
    fields: dict[str, Any] = {name: correction[name] for name in ("needs", "vulnerabilities") if name in correction}
    if "day" in correction:
        fields["attended_at"] = write_time(correction["day"])
    if "children" in correction:
        fields["household"] = {"children": correction["children"]}
    if "agrees" in correction:
        fields["consents"] = consents(("referral:*", correction["agrees"]))
    return fields


def recount_everything(session: Session) -> Counter[Any]:
    cells: Counter[Any] = Counter()
    for facts in recount.recount_all(session):
        cells.update(build_cells_of_facts(facts))
    return cells


def undo(database: Database, example: Callable[[Session], None]) -> None:
    """Run an example in a transaction of its own, which leaves nothing."""
    with pytest.raises(Undone), database.write_session() as session:  # noqa: PT012 - the whole example is undone
        load_shipped(session)
        example(session)
        raise Undone


@given(st.lists(visits, min_size=1, max_size=5), st.lists(corrections, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_open_months_count_only_what_stands(
    database: Database, recorded: list[dict[str, Any]], corrected: list[dict[str, Any]]
) -> None:
    tallies: list[dict[Any, int]] = []

    def record_and_correct(session: Session) -> None:
        standing: list[dict[str, Any] | None] = list(recorded)
        ids = [UUID(record_visit(session, AGENT, read_draft(build_draft(visit))).response["id"]) for visit in recorded]
        for number, correction in enumerate(corrected):
            index = correction["which"] % len(ids)
            visit = standing[index]
            if visit is None:
                continue
            request = CorrectionRequest({} if correction["void"] else build_correction(correction), f"reason {number}")
            if correction["void"]:
                annul_visit(session, AGENT, ids[index], request)
                standing[index] = None
            else:
                correct_visit(session, AGENT, ids[index], request)
                given_names = {"needs", "vulnerabilities", "day", "children", "agrees"} & correction.keys()
                standing[index] = visit | {name: correction[name] for name in given_names}
            assert list_differences(session, recount_everything(session)) == []
        tallies.append(read_cells(session))
        stated.extend(visit for visit in standing if visit is not None)

    def record_what_stands(session: Session) -> None:
        for visit in stated:
            record_visit(session, AGENT, read_draft(build_draft(visit)))
        tallies.append(read_cells(session))

    stated: list[dict[str, Any]] = []
    undo(database, record_and_correct)
    undo(database, record_what_stands)
    corrected_tallies, standing_tallies = tallies
    assert corrected_tallies == standing_tallies


@given(
    st.lists(visits, min_size=1, max_size=5),
    st.lists(corrections, min_size=1, max_size=5),
    st.sets(st.sampled_from((8, 9, 10)), min_size=1),
    st.sampled_from(("1971-05-01", "2009-02-03", None)),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_closed_months_stay_and_every_count_is_that_of_a_recount(
    database: Database,
    recorded: list[dict[str, Any]],
    corrected: list[dict[str, Any]],
    closed: set[int],
    birth_date: str | None,
) -> None:
    def close_and_correct(session: Session) -> None:
        ids = [UUID(record_visit(session, AGENT, read_draft(build_draft(visit))).response["id"]) for visit in recorded]
        for month in sorted(closed):
            tally_services.close_month(session, date(2017, month, 1))
        people_tables = count_people_of_closed_months(session, closed)
        ended: set[int] = set()
        for number, correction in enumerate(corrected):
            index = correction["which"] % len(ids)
            if index in ended:
                continue
            request = CorrectionRequest({} if correction["void"] else build_correction(correction), f"reason {number}")
            if correction["void"]:
                annul_visit(session, AGENT, ids[index], request)
                ended.add(index)
            else:
                correct_visit(session, AGENT, ids[index], request)
        person = session.scalars(select(Visit.person_id).where(Visit.id == ids[0])).one()
        correct_person(session, AGENT, person, CorrectionRequest({"birth_date": birth_date}, "typing-error"))
        assert list_differences(session, recount_everything(session)) == []
        for month in (8, 9, 10):
            assert list_month_differences(session, date(2017, month, 1)) == []
        assert count_people_of_closed_months(session, closed) == people_tables

    undo(database, close_and_correct)


def count_people_of_closed_months(session: Session, closed: set[int]) -> dict[Any, int]:
    """The counts of closed months, but for those of referrals, which may be answered and withdrawn after a release, and
    for the repeats in a quarter or a year, which still count.
    """
    return {
        key: count
        for key, count in read_cells(session).items()
        if key[0].month in closed
        and key[0].year == 2017
        and not key[2].startswith(("referrals", "answers", "quarter", "year"))
    }
