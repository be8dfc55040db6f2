"""The job that closes what earlier days left over, so that nothing that a visitor said outlives the day."""

from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job
from attention_point.foundation.settings import Settings
from attention_point.turns.desks.desk_services import free_forgotten_desks
from attention_point.turns.models import Turn
from attention_point.turns.priority.samples import list_unmerged_days, merge_samples
from attention_point.turns.rules import ENDED
from attention_point.turns.services import close_day


def close_earlier_days(database: Database, _settings: Settings, period: str) -> None:
    """Close every turn of a day up to the period (``2017-08-09``) that has not ended; free desks of those days.

    Each day of each point has a transaction of its own. Turns more than a day ahead of the clock were given while it
    was wrong, and are closed too. So are the samples of days that left nothing open.
    """
    last_day = date.fromisoformat(period)
    with database.read_session() as session:
        open_days = _list_open_days(session, last_day)
    for point, day in open_days:
        with database.write_session() as session:
            close_day(session, SYSTEM, point, day)
    with database.read_session() as session:
        unmerged_days = list_unmerged_days(session, last_day)
    for point, day in unmerged_days:
        with database.write_session() as session:
            merge_samples(session, point, day)
    with database.write_session() as session:
        free_forgotten_desks(session, SYSTEM, last_day)


def _list_open_days(session: Session, last_day: date) -> list[tuple[str, date]]:
    is_to_be_closed = or_(Turn.day <= last_day, Turn.day > clock.today() + timedelta(days=1))
    query = select(Turn.point, Turn.day).where(and_(Turn.state.not_in(ENDED), is_to_be_closed)).distinct()
    return [(point, day) for point, day in session.execute(query.order_by(Turn.point, Turn.day))]


def _find_day_before(today: date) -> str:
    return (today - timedelta(days=1)).isoformat()


CLOSING_JOB = Job("turns-closing", _find_day_before, close_earlier_days)
