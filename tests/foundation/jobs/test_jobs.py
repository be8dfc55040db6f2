"""Jobs: each once a period, again after a failure, never twice at once; and the days on which they fall due."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from structlog.testing import capture_logs

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.jobs import (
    EVERY_RUN,
    Job,
    JobResult,
    JobRun,
    due_every_run,
    latest_due_month,
    run_due_jobs,
    single_run_lock,
)
from attention_point.foundation.jobs.commands import build_jobs_commands
from attention_point.foundation.language import current_language, in_language
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import find_first_working_day

TODAY = date(2017, 10, 2)


@dataclass
class Work:
    """A job that counts its runs and raises what it is told to."""

    name: str = "month"
    due: Callable[[date], str | None] = latest_due_month
    raises: Exception | None = None
    periods: list[str] = field(default_factory=list)

    def run(self, _database: Database, _settings: Settings, period: str) -> None:
        self.periods.append(period)
        if self.raises:
            raise self.raises

    @property
    def job(self) -> Job:
        return Job(self.name, self.due, self.run)


def run(database: Database, settings: Settings, *works: Work, today: date = TODAY) -> list[JobResult]:
    with capture_logs():
        return list(run_due_jobs(database, settings, [work.job for work in works], today))


def row(database: Database, name: str = "month") -> JobRun:
    with database.read_session() as session:
        return session.scalars(select(JobRun).where(JobRun.name == name)).one()


def test_a_job_speaks_spanish_from_any_terminal(database: Database, settings: Settings) -> None:
    spoken: list[str] = []
    job = Job("month", latest_due_month, lambda _database, _settings, _period: spoken.append(current_language()))
    with in_language("en"):
        list(run_due_jobs(database, settings, [job], TODAY))
        assert current_language() == "en"
    assert spoken == ["es"]


def test_a_job_is_run_once_a_period(database: Database, settings: Settings) -> None:
    work = Work()
    assert run(database, settings, work) == [JobResult("month", "2017-09")]
    assert run(database, settings, work) == []
    assert run(database, settings, work, today=date(2017, 10, 31)) == []
    assert run(database, settings, work, today=date(2017, 11, 2)) == [JobResult("month", "2017-10")]
    assert work.periods == ["2017-09", "2017-10"]


def test_what_was_done_is_written_down(database: Database, settings: Settings) -> None:
    before = clock.now()
    run(database, settings, Work())
    kept = row(database)
    assert (kept.period, kept.outcome, kept.tries, kept.error) == ("2017-09", "done", 1, None)
    assert kept.finished_at is not None
    assert before <= kept.started_at <= kept.finished_at <= clock.now()


def test_a_job_that_is_not_due_is_not_run(database: Database, settings: Settings) -> None:
    work = Work(due=lambda today: "2017" if today.month == 12 else None)
    assert run(database, settings, work) == []
    assert run(database, settings, work, today=date(2017, 12, 1)) == [JobResult("month", "2017")]


def test_a_job_of_every_run_is_run_every_time_and_keeps_one_row(database: Database, settings: Settings) -> None:
    work = Work("post", due_every_run)
    for _time in range(3):
        assert run(database, settings, work) == [JobResult("post", EVERY_RUN)]
    assert len(work.periods) == 3
    assert row(database, "post").outcome == "done"


@pytest.mark.parametrize(
    ("raised", "code"), [(AppError("Not yet.", "too-early"), "too-early"), (KeyError("canary-7391"), "KeyError")]
)
def test_a_job_that_fails_is_tried_again_and_keeps_no_other_back(
    database: Database, settings: Settings, raised: Exception, code: str
) -> None:
    failing, other = Work(raises=raised), Work("other")
    first, second = run(database, settings, failing, other)
    assert (first.error, second.error) == (code, None)
    assert "7391" not in first.message
    assert (row(database).outcome, row(database).error) == ("failed", code)
    failing.raises = None
    assert run(database, settings, failing, other) == [JobResult("month", "2017-09")]
    assert (row(database).outcome, row(database).tries, row(database).error) == ("done", 2, None)
    assert (len(failing.periods), len(other.periods)) == (2, 1)


def test_the_log_says_where_it_failed_and_no_words(database: Database, settings: Settings) -> None:
    with capture_logs() as logs:
        list(run_due_jobs(database, settings, [Work(raises=KeyError("canary-7391")).job], TODAY))
    (entry,) = logs
    assert (entry["event"], entry["job"], entry["period"], entry["kind"]) == (
        "job.failed",
        "month",
        "2017-09",
        "KeyError",
    )
    assert entry["at"][-1].startswith("test_jobs.py:")
    assert "7391" not in str(logs)


def test_one_that_a_dead_process_left_running_is_run_again(database: Database, settings: Settings) -> None:
    work = Work()
    run(database, settings, work)
    with database.write_session() as session:
        session.execute(update(JobRun).values(outcome="running", finished_at=None))
    assert run(database, settings, work) == [JobResult("month", "2017-09")]
    assert row(database).tries == 2


def test_one_in_another_process_s_hands_is_left_alone(database: Database, settings: Settings) -> None:
    work, other = Work(), Work("other")
    with single_run_lock(database, "job-month"):
        assert run(database, settings, work, other) == [JobResult("other", "2017-09")]
    assert work.periods == []
    assert run(database, settings, work, other) == [JobResult("month", "2017-09")]


def test_two_at_once_run_a_period_once(database: Database, settings: Settings) -> None:
    works = [Work(f"job-{number}") for number in range(5)]
    other = Database(database.url.render_as_string(hide_password=False))
    start = threading.Barrier(2)

    def go(mine: Database) -> None:
        start.wait(60)
        list(run_due_jobs(mine, settings, [work.job for work in works], TODAY))

    threads = [threading.Thread(target=go, args=(opened,)) for opened in (database, other)]
    with capture_logs():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    other.close()
    assert [work.periods for work in works] == [["2017-09"]] * 5


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2017, 10, 1), "2017-08"),  # a Sunday: September is not due yet, August still is if nobody did it
        (date(2017, 10, 2), "2017-09"),
        (date(2017, 10, 31), "2017-09"),
        (date(2018, 1, 1), "2017-11"),
        (date(2018, 1, 2), "2017-12"),
    ],
)
def test_a_month_falls_due_on_the_first_working_day_after_it(today: date, month: str) -> None:
    assert latest_due_month(today) == month


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_every_month_falls_due_on_one_day_and_stays_due(today: date) -> None:
    tomorrow = today + timedelta(days=1)
    changes = latest_due_month(today) != latest_due_month(tomorrow)
    assert changes is (tomorrow == find_first_working_day(tomorrow))
    assert latest_due_month(today) <= latest_due_month(tomorrow) < f"{tomorrow:%Y-%m}"


@pytest.fixture
def command(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs ``jobs …`` over a test's jobs."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(settings.instance))
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    url = database.url.render_as_string(hide_password=False)

    def invoke(argument: str, *works: Work) -> Result:
        group = build_jobs_commands([work.job for work in works])
        with capture_logs():
            return CliRunner().invoke(group, [argument], obj=lambda: Database(url))

    return invoke


def test_the_command_says_what_was_run(command: Callable[..., Result]) -> None:
    done = command("run", Work())
    assert (done.exit_code, done.stdout) == (0, "month (2017-09): hecho\n")
    assert command("run", Work(), Work("post", due_every_run)).output == ""  # cron makes a mail of whatever is printed
    failed = command("run", Work("other", raises=AppError("Todavía no.", "too-early")))
    assert (failed.exit_code, failed.stderr) == (1, "other (2017-09): Todavía no.\n")
    first, _post, second = command("list").stdout.splitlines()
    assert first.split("\t")[:4] == ["other", "2017-09", "falló", "1"]
    assert first.endswith("too-early")
    assert second.split("\t")[:4] == ["month", "2017-09", "hecho", "1"]


def test_jobs_do_not_touch_a_database_of_an_older_program(
    command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from attention_point.foundation.jobs import commands  # noqa: PLC0415 - its name for the check is replaced

    work = Work()
    monkeypatch.setattr(commands, "has_pending_migrations", lambda _database: True)
    result = command("run", work)
    assert result.exit_code == 1
    assert "attention-point init" in result.stderr
    assert work.periods == []


def test_the_house_s_own_jobs_have_names_of_their_own() -> None:
    from attention_point.catalogue import FEATURES  # noqa: PLC0415 - the other tests here run without the features

    names = [job.name for feature in FEATURES for job in feature.jobs]
    assert "mail" in names
    assert len(names) == len(set(names))
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in names)
