"""What the house and the office do by themselves while a demonstration's months go by: jobs, releases, comparisons."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from attention_point.demo.staff import Staff
from attention_point.demo.timeline import Step
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, JobRun
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import add_working_days, first_working_day
from attention_point.people import duplicates
from attention_point.statistics import open_data, released
from attention_point.statistics.jobs import STATISTICS_JOB
from attention_point.statistics.services import release
from attention_point.tallies.queries import next_month

JOBS_RUN, LOOKED_THROUGH, COMPARED = time(6, 5), time(10, 20), time(16, 30)
PAIRS_LEFT = 4  # possible duplicates that wait for whoever tries the demonstration
FOUND_OUT = ("one-person-said-so", "one-person-by-papers", "number-mistyped")


def month_steps(days: Iterable[date], until: datetime, settings: Settings, staff: Staff) -> Iterator[Step]:
    """For each month in which somebody came and that is over: it is made ready, its pairs compared, and it is released.

    One whose first working days are still to come is released at the end of the load.
    """
    for month in sorted({day.replace(day=1) for day in days}):
        over = next_month(month)
        if over > clock.local_day(until):
            continue
        first = first_working_day(over)
        yield job_step(STATISTICS_JOB, f"{month:%Y-%m}", at(first, JOBS_RUN, until), settings)
        yield Step(at(add_working_days(first, 1), COMPARED, until), partial(_compare_pairs, staff))
        released_on = at(add_working_days(first, 2), LOOKED_THROUGH, until)
        yield Step(released_on, act_alone=partial(_release_month, month, settings, staff))


def at(day: date, hour: time, until: datetime) -> datetime:
    """A moment of a day at the point; the end of the load where it is still to come."""
    return min(datetime.combine(day, hour, clock.ZONE), until)


def job_step(job: Job, period: str, moment: datetime, settings: Settings) -> Step:
    """A job run for a period, once."""
    return Step(moment, act_alone=partial(_run_job, job, period, settings))


def _run_job(job: Job, period: str, settings: Settings, database: Database) -> None:
    with database.reading() as session:
        if session.get(JobRun, (job.name, period)) is not None:
            return
    began = clock.now()
    job.run(database, settings, period)
    ended = began + timedelta(seconds=2)
    with database.writing() as session:
        session.add(
            JobRun(
                name=job.name, period=period, started_at=began, finished_at=ended, outcome="done", tries=1, error=None
            )
        )


def _release_month(month: date, settings: Settings, staff: Staff, database: Database) -> None:
    """Release a month that nobody released yet, and draw its public files; what is refused stays open."""
    with database.reading() as session:
        is_released = released.newest(session, month) is not None
    if not is_released:
        with suppress(Refusal), database.writing() as session:
            release(session, staff.office, month)
    open_data.make_missing(database, settings)


def _compare_pairs(staff: Staff, session: Session) -> Iterator[Step]:
    """An agent decides about the oldest pairs; the newest wait."""
    waiting = duplicates.undecided(session, 100)
    for number, pair in enumerate(waiting[:-PAIRS_LEFT]):
        found_out = FOUND_OUT[number % len(FOUND_OUT)]
        duplicates.decide(session, staff.agents[0], pair.person, pair.other, found_out)
    return iter(())
