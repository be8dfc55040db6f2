"""What is kept of past days, and that it tells nothing of a turn."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.turns import services
from attention_point.turns.models import Turn
from attention_point.turns.priority.models import TurnSamples
from attention_point.turns.priority.past_days import build_arrivals, read_day
from attention_point.turns.priority.samples import (
    NOT_SERVED,
    RETENTION,
    TurnSample,
    build_sample,
    keep_sample,
    list_sampled_days,
    merge_samples,
    read_samples,
)
from tests.turns.support import MORNING, POINT, give, open_room, program

DAY = clock.local_day(MORNING)
ROOM = program()


def _serve(session: Session, desk: UUID, minute: int, minutes: int, *reasons: str) -> Turn:
    """Give a turn in a minute after eight, call it at once and end it after some minutes."""
    begin = MORNING + timedelta(minutes=minute)
    with clock.override_now(begin):
        turn = give(session, preferential=reasons)
        services.call_turn(session, ROOM, turn.id, desk)
        services.start_turn(session, ROOM, turn.id, desk)
    with clock.override_now(begin + timedelta(minutes=minutes)):
        return services.finish_turn(session, ROOM, turn.id, desk)


def _count_rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TurnSamples)) or 0


def test_a_day_is_read_from_the_samples_of_its_turns(session: Session) -> None:
    first_desk, second_desk, *_ = open_room(session)
    _serve(session, first_desk, 0, 10)
    _serve(session, second_desk, 7, 20, "pregnant")
    with clock.override_now(MORNING + timedelta(hours=8)):
        give(session)
        services.close_day(session, ROOM, POINT, DAY)
    day = read_day(session, POINT, DAY)
    assert [(arrival.minute, arrival.preferential) for arrival in day.arrivals] == [
        (482.5, False),
        (487.5, True),
        (962.5, False),
    ]
    assert sorted(arrival.service_minutes for arrival in day.arrivals) == [10, 15, 20]
    assert day.desk_starts == [480, 487]
    assert list_sampled_days(session, POINT, 10) == [DAY]


def test_who_did_not_come_takes_a_minute_and_a_turn_given_twice_counts_once(session: Session) -> None:
    desk, *_ = open_room(session)
    with clock.override_now(MORNING):
        absent, twice = give(session), give(session)
        services.call_turn(session, ROOM, absent.id, desk)
        services.mark_absent(session, ROOM, absent.id, desk)
        services.close_turn(session, ROOM, twice.id, "given_twice")
        services.close_day(session, ROOM, POINT, DAY)
    assert read_samples(session, POINT, DAY) == [TurnSample(96, False, 1)]


def test_closing_a_day_parts_arrivals_from_attentions(session: Session) -> None:
    open_room(session)
    samples = [TurnSample(96, True, 30), TurnSample(97, False, 5), TurnSample(98, False, NOT_SERVED)]
    for sample in reversed(samples):
        keep_sample(session, POINT, DAY, sample)
    merge_samples(session, POINT, DAY)
    assert _count_rows(session) == 1
    assert read_samples(session, POINT, DAY) == [
        TurnSample(96, True, 5),
        TurnSample(97, False, 30),
        TurnSample(98, False, NOT_SERVED),
    ]
    merge_samples(session, POINT, DAY)
    assert len(read_samples(session, POINT, DAY)) == 3


def test_every_sample_has_the_same_size_and_stands_in_no_clear_text(session: Session) -> None:
    open_room(session)
    for sample in (TurnSample(0, False, 0), TurnSample(287, True, NOT_SERVED)):
        keep_sample(session, POINT, DAY, sample)
    rows = session.scalars(select(TurnSamples)).all()
    assert len({len(row.sealed) for row in rows}) == 1
    assert all(row.id.version == 4 for row in rows)


def test_samples_are_kept_for_a_year(session: Session) -> None:
    open_room(session)
    for age in (RETENTION, RETENTION + timedelta(days=1)):
        keep_sample(session, POINT, DAY - age, build_sample(480, preferential=False, service_minutes=5))
    merge_samples(session, POINT, DAY)
    assert list_sampled_days(session, POINT, 10) == [DAY - RETENTION]


def test_a_damaged_row_is_noted_and_kept(session: Session) -> None:
    open_room(session)
    keep_sample(session, POINT, DAY, TurnSample(96, True, 30))
    session.execute(update(TurnSamples).values(sealed=b"damaged" * 10))
    keep_sample(session, POINT, DAY, TurnSample(97, False, 5))
    session.expire_all()
    merge_samples(session, POINT, DAY)
    assert read_samples(session, POINT, DAY) == [TurnSample(97, False, 5)]
    assert _count_rows(session) == 2
    assert list_noted_damage(session)


def test_the_same_samples_give_the_same_arrivals() -> None:
    samples = [TurnSample(96, number % 3 == 0, number) for number in range(10)]
    arrivals = build_arrivals(samples, 7)
    assert arrivals == build_arrivals(samples, 7)
    assert Counter(arrival.preferential for arrival in arrivals) == {True: 4, False: 6}
    assert [arrival.minute for arrival in arrivals] == [480.25 + number * 0.5 for number in range(10)]


def test_an_attention_is_measured_between_nothing_and_four_hours() -> None:
    assert build_sample(485, preferential=True, service_minutes=9999) == TurnSample(97, True, NOT_SERVED - 1)
    assert build_sample(485, preferential=True, service_minutes=-3).service_minutes == 0
