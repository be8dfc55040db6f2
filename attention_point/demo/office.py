"""Fills the office's registers as the office would: each record typed on a day of its own, some changed later.

All of its texts stand in ``data/office.yaml``, where days are counted from the day of the load.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from string import Template
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.demo.files import read_data
from attention_point.demo.months import JOBS_RUN, at, job_step
from attention_point.demo.staff import Staff
from attention_point.demo.timeline import Step
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day, working_days
from attention_point.registers.agreements.feature import agreements
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries as report
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.services import write
from attention_point.registers.calls import queries as calls
from attention_point.registers.calls import rules, sending
from attention_point.registers.calls.models import Bulletin, BulletinCall, BulletinLink, Call, CallAnswer, Recipient
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.calls.services import Answer, answer, digest
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import services
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import TYPED
from attention_point.registers.shared.organisations import ORGANISATIONS
from attention_point.registers.shared.rules import folded

SOURCE = "demo"
REGISTERS = (ORGANISATIONS, YEARS, MONITORING, RECIPIENTS, EVENTS, AGREEMENTS, CALLS, PROPOSALS)
_RELATIVE = re.compile(r"(?P<unit>day|month|year) (?P<number>[+-]?\d+)|(?P<year>last|this)-year (?P<day>\d\d-\d\d)")
_DESK_OPENS, _MINUTES_APART, _MINUTES_A_DAY = time(8, 10), 17, 520
_BULLETIN_SENT = time(11, 40)


def office_steps(until: datetime, settings: Settings, staff: Staff) -> Iterator[Step]:
    """Every record, bulletin, answer, notice and text of the registers, up to a moment."""
    today = clock.local_day(until)
    number = 0
    for register in REGISTERS:
        for row in read_data("office")[register.name]:
            number += 1
            moment = _typed_at(today, row["typed"], number, until)
            yield Step(moment, partial(_add_record, staff.office, register, row, today))
            if "changed" in row:
                changed = _typed_at(today, row["changed"], number, until)
                yield Step(changed, partial(_change_record, staff.office, register, row, today))
    for row in read_data("office")["texts"]:
        number += 1
        yield Step(_typed_at(today, row["typed"], number, until), partial(_write_text, staff.office, row, today))
    yield from _notices(today, until, settings)
    yield from _bulletins(today, until, settings, staff)


def holds_own_records(session: Session) -> bool:
    """Whether a register holds a record that no demonstration typed; organisations come and go with the records."""
    models = [register.model for register in REGISTERS if register is not ORGANISATIONS]
    own = [(model.source.is_(None)) | (model.source.not_like(f"{SOURCE}/%")) for model in models]
    return any(
        session.scalar(select(model.id).where(where).limit(1)) is not None
        for model, where in zip(models, own, strict=True)
    )


def resolve_dates(value: Any, today: date) -> Any:
    """A value of the file with its days counted from today: ``day -30``, ``month 2``, ``year -1``, ``$year`` in a text.

    A day that is no working day becomes the working day before it, or after it where it is still to come.
    """
    if isinstance(value, Mapping):
        return {key: resolve_dates(part, today) for key, part in value.items()}
    if isinstance(value, list):
        return [resolve_dates(part, today) for part in value]
    if not isinstance(value, str):
        return value
    if match := _RELATIVE.fullmatch(value):
        return _dated(match, today)
    return Template(value).safe_substitute(year=today.year, last_year=today.year - 1)


def _dated(match: re.Match[str], today: date) -> str:
    if match["year"]:
        day = date.fromisoformat(f"{today.year - (match['year'] == 'last')}-{match['day']}")
        return working_day_near(min(day, today), today).isoformat()
    count = int(match["number"])
    if match["unit"] == "year":
        return f"{today.year + count}"
    if match["unit"] == "month":
        months = today.year * 12 + today.month - 1 + count
        return f"{months // 12}-{months % 12 + 1:02d}"
    return working_day_near(today + timedelta(days=count), today).isoformat()


def working_day_near(day: date, today: date) -> date:
    """The day itself where it is a working day or today; else the one before it, or after it if it is to come."""
    way = timedelta(days=1 if day > today else -1)
    while not is_working_day(day) and day != today:
        day += way
    return day


def _typed_at(today: date, day_text: str, number: int, until: datetime) -> datetime:
    """When a record was typed, never later than the load."""
    day = date.fromisoformat(resolve_dates(day_text, today))
    opens = datetime.combine(day, _DESK_OPENS, clock.ZONE)
    return min(opens + timedelta(minutes=number * _MINUTES_APART % _MINUTES_A_DAY), until)


def _source(register: Register, values: Mapping[str, Any]) -> str:
    """What finds a record again: a year of the office has no name of its own."""
    name = f"{values['name']} {values['year']}" if register is YEARS else str(values["name"])
    return f"{SOURCE}/{register.name}/{folded(name)}"[:400]


def _add_record(
    actor: Actor, register: Register, row: Mapping[str, Any], today: date, session: Session
) -> Iterator[Step]:
    """The record as it was first typed; one that is there stays as it is."""
    values = resolve_dates({**row["record"], **row.get("before", {})}, today)
    source = _source(register, values)
    if session.scalar(select(register.model.id).where(register.model.source == source)) is None:
        services.add(session, actor, register, values, source, TYPED)
    return iter(())


def _change_record(
    actor: Actor, register: Register, row: Mapping[str, Any], today: date, session: Session
) -> Iterator[Step]:
    """The record as it stands today, where nobody has edited what was first typed."""
    values = resolve_dates(row["record"], today)
    record = session.scalar(select(register.model).where(register.model.source == _source(register, values)))
    if record is not None and record.version == 1:
        services.save(session, actor, register, record.id, record.version, values, TYPED)
    return iter(())


def _write_text(actor: Actor, row: Mapping[str, Any], today: date, session: Session) -> Iterator[Step]:
    """A section of the year's report, where nobody has written one."""
    text = resolve_dates({key: row[key] for key in ("year", "introduction", "account")}, today)
    year = int(text["year"])
    if row["section"] not in report.newest_texts(session, year):
        write(session, actor, year, row["section"], 0, text["introduction"], text["account"])
    return iter(())


def _notices(today: date, until: datetime, settings: Settings) -> Iterator[Step]:
    """The notices of agreements, each working day of the last weeks."""
    job = _job(agreements.jobs, "agreement-notices")
    for day in working_days(today - timedelta(days=read_data("office")["notices_for_days"]), today):
        yield job_step(job, day.isoformat(), at(day, JOBS_RUN, until), settings)


def _job(jobs: tuple[Job, ...], name: str) -> Job:
    return next(job for job in jobs if job.name == name)


def _bulletins(today: date, until: datetime, settings: Settings, staff: Staff) -> Iterator[Step]:
    """The bulletins of the last weeks: drafted by the job, sent the same day; this week's waits to be sent."""
    plan = read_data("office")["bulletins"]
    this_week = sending.week_due(today)
    for weeks in range(plan["weeks"], -1, -1):
        monday = rules.monday_of(this_week) - weeks * rules.WEEK
        week, first = rules.week_of(monday), working_days(monday, monday + rules.WEEK)[0]
        yield job_step(sending.BULLETIN_JOB, week, at(first, JOBS_RUN, until), settings)
        if weeks:
            sent_at = at(first, _BULLETIN_SENT, until)
            yield Step(sent_at, act_alone=partial(_send_bulletin, staff.office, week, settings))
    for number, row in enumerate(plan["answers"]):
        moment = _typed_at(today, row["typed"], number * 7, until)
        yield Step(moment, partial(_answer_call, resolve_dates(row, today)))


def _send_bulletin(actor: Actor, week: str, settings: Settings, database: Database) -> None:
    with database.writing() as session:
        drafted = session.scalar(select(Bulletin).where(Bulletin.week == week, Bulletin.sent_at.is_(None)))
        if drafted is not None:
            chosen = {call.id for call, _facts in calls.told(session, drafted.id)}
            sending.send(session, actor, drafted.id, chosen, settings.public_url)


def _answer_call(row: Mapping[str, Any], session: Session) -> Iterator[Step]:
    """A recipient's answer, by a link that ends with it: the token of the mailed one stands in the letter alone."""
    call, recipient = _id_of(session, Call, row["call"]), _id_of(session, Recipient, row["recipient"])
    bulletins = (
        select(BulletinCall.bulletin).join(Bulletin).where(BulletinCall.call == call, Bulletin.sent_at.is_not(None))
    )
    sent = session.scalar(bulletins.order_by(Bulletin.sent_at.desc()).limit(1))
    if sent is None or session.get(CallAnswer, (call, recipient)) is not None:
        return iter(())
    now = clock.now()
    token = secrets.token_urlsafe(32)
    link = BulletinLink(
        token_hash=digest(token), bulletin=sent, recipient=recipient, ends=clock.today(), since=now, tries=0
    )
    session.add(link)
    session.flush()
    answer(session, token, call, Answer(**row["answer"]), now)
    session.delete(link)
    session.flush()
    return iter(())


def _id_of(session: Session, model: type[Call] | type[Recipient], name: str) -> UUID:
    return session.scalars(select(model.id).where(model.name_key == folded(name)[:300])).one()
