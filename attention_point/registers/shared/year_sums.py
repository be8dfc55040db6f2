"""What the records of a register add up to in each year, kept with every write, so that a report asks no record.

A year without a row is added up from its records: nothing has to be filled before it can be read.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Text, cast, delete, select
from sqlalchemy.orm import Session

from attention_point.foundation.database.locks import serialise
from attention_point.registers.shared.adding import Part, added
from attention_point.registers.shared.describe import Data, Register
from attention_point.registers.shared.models import Mark, YearSum
from attention_point.registers.shared.queries import Wanted, narrowed

RECORDS = "records"
STATE = "state"


def of_year(session: Session, register: Register, year: int) -> dict[str, int]:
    """The sums of a year by key: ``records``, ``state/<code>``, and those of the register's ``adds``."""
    own = YearSum.register == register.name, YearSum.year == year
    kept: dict[str, int] | None = session.scalar(select(YearSum.sums).where(*own))
    return from_records(session, register, year) if kept is None else kept


def move(session: Session, register: Register, gone: Iterable[Data], come: Iterable[Data]) -> None:
    """Take records as they were out of their years, put records as they are in; after these are written."""
    moved: dict[int, dict[str, int]] = {}
    for sign, several in ((-1, gone), (1, come)):
        for data in several:
            parts = list(parts_of(register, data))
            for year in _years(register, data):
                moved[year] = _together(moved.get(year, {}), parts, sign)
    moved = {year: parts for year, parts in moved.items() if any(parts.values())}
    if not moved:
        return
    serialise(session, register.name.encode())
    own = YearSum.register == register.name, YearSum.year.in_(moved)
    chosen = select(YearSum).where(*own).execution_options(populate_existing=True)
    held = {row.year: row for row in session.scalars(chosen)}
    for year, moves in moved.items():
        if year in held:
            held[year].sums = added(held[year].sums, moves.items())
        else:
            session.add(YearSum(register=register.name, year=year, sums=from_records(session, register, year)))
    session.flush()


def _together(held: dict[str, int], parts: Iterable[Part], sign: int) -> dict[str, int]:
    for key, number in parts:
        held[key] = held.get(key, 0) + sign * number
    return held


def from_records(session: Session, register: Register, year: int) -> dict[str, int]:
    """The sums of a year, made of every record of it; their facts are read as one text, in a third of the time."""
    wanted = Wanted(marks={"year": str(year)})
    chosen = narrowed(session, register, select(cast(register.model.data, Text)), wanted)
    facts: list[dict[str, Any]] = json.loads(f"[{','.join(session.scalars(chosen))}]")
    found: dict[str, int] = {}
    for data in facts:
        _together(found, parts_of(register, data), 1)
    return {key: number for key, number in found.items() if number}


def parts_of(register: Register, data: Data) -> Iterable[Part]:
    """What one record adds to each of its years."""
    yield RECORDS, 1
    if register.state in data:
        yield f"{STATE}/{data[register.state]}", 1
    yield from register.adds(data)


def make_again(session: Session, registers: Iterable[Register]) -> None:
    """Add up every year from its records: a newer program may add otherwise than the one that kept the rows."""
    for register in registers:
        serialise(session, register.name.encode())
        session.execute(delete(YearSum).where(YearSum.register == register.name))
        years = select(Mark.value).where(Mark.register == register.name, Mark.key == "year").distinct()
        for value in session.scalars(years).all():
            sums = from_records(session, register, int(value))
            session.add(YearSum(register=register.name, year=int(value), sums=sums))
        session.flush()


def _years(register: Register, data: Mapping[str, Any]) -> set[int]:
    return {int(value) for key, value in register.marks(register, data) if key == "year"}
