"""Steps happen in their order, at their own moments, and not after the end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from attention_point.demo.steps import timeline
from attention_point.demo.steps.timeline import Step, Timeline
from attention_point.foundation import clock
from attention_point.foundation.database import Database

START = datetime(2026, 3, 2, 13, tzinfo=UTC)
Seen = list[tuple[str, datetime]]


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def note(seen: Seen, name: str, following: tuple[Step, ...], session: Session) -> Iterator[Step]:
    seen.append((name, clock.now()))
    yield from following


def step(seen: Seen, name: str, minutes: int, *following: Step) -> Step:
    return Step(after(minutes), partial(note, seen, name, following))


def test_steps_and_what_follows_from_them_happen_by_their_moments(database: Database) -> None:
    seen: Seen = []
    late = step(seen, "follows", 25)
    alone = Step(after(20), run_with_database=lambda _database: seen.append(("alone", clock.now())))
    steps = [step(seen, "third", 30), alone, step(seen, "first", 10, late)]
    taken = list(Timeline(steps, after(60)).run_steps(database))
    assert seen == [("first", after(10)), ("alone", after(20)), ("follows", after(25)), ("third", after(30))]
    assert len(taken) == 4


def test_nothing_happens_after_the_end(database: Database) -> None:
    seen: Seen = []
    steps = [step(seen, "now", 10, step(seen, "too late", 61)), step(seen, "later", 90)]
    with database.write_session() as session:
        Timeline(steps, after(60)).run_steps_in_session(session)
    assert [name for name, _moment in seen] == ["now"]


def test_the_clock_is_the_real_one_between_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "STEPS_PER_TRANSACTION", 1)
    seen: Seen = []
    for _step in Timeline([step(seen, "one", 1), step(seen, "two", 2)], after(5)).run_steps(database):
        assert clock.now() > after(60)
    assert len(seen) == 2


def test_progress_is_measured_by_what_was_planned(database: Database) -> None:
    steps = [step([], "in time", 1), step([], "too late", 90)]
    assert Timeline(steps, after(60)).planned_count == 1
