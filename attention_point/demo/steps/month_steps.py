"""The steps of jobs and of the office in a demonstration: releases of months, comparisons of people."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import Period, first_of_month, first_of_next_month, format_month_code
from attention_point.demo.steps.staff import DemoStaff
from attention_point.demo.steps.timeline import Step
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict
from attention_point.foundation.jobs import Job, JobRun
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import add_working_days, find_first_working_day
from attention_point.intake.duplicates import joining
from attention_point.people.duplicates import decisions, pairs
from attention_point.statistics.jobs import MONTH_READY_JOB
from attention_point.statistics.open_data import public_files
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.services import release_period
from attention_point.tallies import folding

# Jobs run before the desk opens, the office releases in the morning, agents compare people in the afternoon.
JOB_TIME, RELEASE_TIME, COMPARISON_TIME = time(6, 5), time(10, 20), time(16, 30)
UNDECIDED_PAIRS = 4  # possible duplicates that wait for whoever tries the demonstration
COMPARISON_REASONS = ("one-person-said-so", "one-person-by-papers", "number-mistyped")


def build_month_steps(days: Iterable[date], until: datetime, settings: Settings, staff: DemoStaff) -> Iterator[Step]:
    """For each past month with visits: the job makes it ready, an agent compares pairs, the office releases it.

    A month whose next working days are still to come is released at the end of the load.
    """
    for month in sorted({first_of_month(day) for day in days}):
        following_month = first_of_next_month(month)
        if following_month > clock.local_day(until):
            continue
        first_day = find_first_working_day(following_month)
        yield build_job_step(
            MONTH_READY_JOB, format_month_code(month), build_moment(first_day, JOB_TIME, until), settings
        )
        yield Step(build_moment(add_working_days(first_day, 1), COMPARISON_TIME, until), partial(_compare_pairs, staff))
        released_on = build_moment(add_working_days(first_day, 2), RELEASE_TIME, until)
        yield Step(released_on, run_with_database=partial(_release_month, month, settings, staff))


def build_moment(day: date, time_of_day: time, until: datetime) -> datetime:
    """A time of a day at the point, but never later than the end of the load."""
    return min(datetime.combine(day, time_of_day, clock.TIME_ZONE), until)


def build_job_step(job: Job, period: str, moment: datetime, settings: Settings) -> Step:
    """A step that runs a job for a period, unless that run is on record already."""
    return Step(moment, run_with_database=partial(_run_job, job, period, settings))


def _run_job(job: Job, period: str, settings: Settings, database: Database) -> None:
    with database.read_session() as session:
        if session.get(JobRun, (job.name, period)) is not None:
            return
    run: dict[str, Any] = {
        "name": job.name,
        "period": period,
        "started_at": clock.now(),
        "outcome": "done",
        "tries": 1,
        "error": None,
    }
    folding.fold_due_tallies(database)
    job.run(database, settings, period)
    with database.write_session() as session:
        # The pretended clock stands still during a step, so two seconds are made up.
        session.add(JobRun(**run, finished_at=run["started_at"] + timedelta(seconds=2)))


def _release_month(month: date, settings: Settings, staff: DemoStaff, database: Database) -> None:
    """Release a month that nobody released yet, and write its public files. A month that is refused stays open."""
    with database.read_session() as session:
        is_released = queries.find_current_release(session, Period("month", month)) is not None
    if not is_released:
        folding.fold_due_tallies(database)
        # A refused month stays open, as it would at the office.
        with suppress(AppError), database.write_session() as session:
            release_period(session, staff.office_actor, Period("month", month))
    public_files.make_missing_files(database, settings)


def _compare_pairs(staff: DemoStaff, session: Session) -> Iterator[Step]:
    """An agent decides about the oldest pairs of possible duplicates."""
    undecided_pairs = pairs.list_undecided_pairs(session, 100)
    for number, pair in enumerate(undecided_pairs[:-UNDECIDED_PAIRS]):
        judgement = decisions.Judgement(COMPARISON_REASONS[number % len(COMPARISON_REASONS)], pair.other)
        with suppress(Conflict):  # two records that an earlier pair of the same day joined already
            joining.decide_pair(session, staff.agent_actors[0], pair.person, pair.other, judgement)
    return iter(())
