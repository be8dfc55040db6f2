"""The codes of turns: those that the server numbers, and those that a device printed without network."""

import re
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.database import PreparedStatement, get_dialect, get_single_value
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import gettext as _
from attention_point.turns import rules
from attention_point.turns.models import Turn, TurnCounter

_DEVICE_CODE = re.compile(r"([A-Z])-(\d{3})", re.ASCII)


def choose_code(session: Session, point: str, day: date, device_code: str | None) -> tuple[int, str]:
    """Return the number and the code of a new turn: the device's own where it is free, else the next of the day.

    The caller holds the lock on the point. Raises Conflict with the code ``day_full``.
    """
    free_code = find_free_device_code(session, point, day, device_code)
    if free_code is not None:
        return free_code
    increment = _build_counter_statement(get_dialect(session).name)
    count = int(get_single_value(increment.execute(session, {"point": point, "day": day, "last": 1})))
    if count > rules.LARGEST_COUNT:
        raise Conflict(_("No more turns can be given today."), code="day_full")
    return (count - 1) % rules.NUMBERS_A_LETTER + 1, rules.build_code(count)


def find_free_device_code(session: Session, point: str, day: date, device_code: str | None) -> tuple[int, str] | None:
    """The number and code that a device printed; None where it printed none, or one that it may not give."""
    code = _DEVICE_CODE.fullmatch(device_code or "")
    if code is None or code[1] in rules.OWN_LETTERS:
        return None
    same_code = select(Turn.id).where(Turn.point == point, Turn.day == day, Turn.code == code[0])
    return None if session.scalar(same_code) else (int(code[2]), code[0])


@cache
def _build_counter_statement(dialect_name: str) -> PreparedStatement:
    # An upsert: the first turn of a day makes the counter, and nobody has to prepare a new day.
    increment = build_insert(dialect_name, TurnCounter).on_conflict_do_update(
        index_elements=["point", "day"], set_={"last": TurnCounter.last + 1}
    )
    return PreparedStatement(increment.returning(TurnCounter.last), ("point", "day", "last"))
