"""Fills the office's registers as the office would: each record is typed on a day of its own, some change later.

All texts stand in ``data/office.yaml``, where days are counted from the day of the load.
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

from attention_point.demo.demo_data import load_data_file
from attention_point.demo.steps.month_steps import JOB_TIME, build_job_step, build_moment
from attention_point.demo.steps.staff import DemoStaff
from attention_point.demo.steps.timeline import Step
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.foundation.workdays import is_working_day, list_working_days
from attention_point.registers.agreements.feature import agreements
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries as annual_report_queries
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.services import save_story
from attention_point.registers.annual_report.stories.story import WRITTEN, StoryPart
from attention_point.registers.calls import queries as calls_queries
from attention_point.registers.calls import rules
from attention_point.registers.calls.bulletin import sending
from attention_point.registers.calls.models import Bulletin, BulletinCall, BulletinLink, Call, CallAnswer, Recipient
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS, RECIPIENTS
from attention_point.registers.calls.services import SubmittedAnswer, hash_token, save_answer
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import TYPED
from attention_point.registers.shared.records import services
from attention_point.registers.shared.records.organisations import ORGANISATIONS
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.schema import Register

SOURCE_PREFIX = "demo"  # marks each record that a demonstration typed
# Of records typed at the same moment, those of an earlier register come first: a proposal names a call.
FILLED_REGISTERS = (ORGANISATIONS, OFFICE_YEARS, MONITORING, RECIPIENTS, EVENTS, AGREEMENTS, CALLS, PROPOSALS)
_RELATIVE_DATE = re.compile(
    r"(?P<unit>day|month|year) (?P<number>[+-]?\d+)|(?P<year>last|this)-year (?P<day>\d\d-\d\d)"
)
_TYPING_STARTS_AT, _MINUTES_BETWEEN_RECORDS, _MINUTES_A_DAY = time(8, 10), 17, 520
_BULLETIN_SENT_AT = time(11, 40)


def build_register_steps(until: datetime, settings: Settings, staff: DemoStaff) -> Iterator[Step]:
    """Every record, bulletin, answer, notice and text of the registers, up to a moment."""
    today = clock.local_day(until)
    number = 0
    for register in FILLED_REGISTERS:
        for row in load_data_file("office")[register.name]:
            number += 1
            typed_at = _pick_typing_time(today, row["typed"], number, until)
            yield Step(typed_at, partial(_add_record, staff.office_actor, register, row, today))
            if "changed" in row:
                changed_at = _pick_typing_time(today, row["changed"], number, until)
                yield Step(changed_at, partial(_change_record, staff.office_actor, register, row, today))
    for row in load_data_file("office")["texts"]:
        number += 1
        typed_at = _pick_typing_time(today, row["typed"], number, until)
        yield Step(typed_at, partial(_write_text, staff.office_actor, row, today))
    yield from _build_notice_steps(today, until, settings)
    yield from _build_bulletin_steps(today, until, settings, staff)


def holds_own_records(session: Session) -> bool:
    """Whether a register holds a record that no demonstration typed."""
    # Organisations do not count: they are added by the records that name them, without a source of their own.
    for model in (register.model for register in FILLED_REGISTERS if register is not ORGANISATIONS):
        is_own_record = model.source.is_(None) | model.source.not_like(f"{SOURCE_PREFIX}/%")
        if session.scalar(select(model.id).where(is_own_record).limit(1)) is not None:
            return True
    return False


def resolve_dates(value: Any, today: date) -> Any:
    """A value of the file with its days counted from today: ``day -30``, ``month 2``, ``year -1``, ``$year`` in a text.

    A day that is no working day becomes a working day near it.
    """
    if isinstance(value, Mapping):
        return {key: resolve_dates(part, today) for key, part in value.items()}
    if isinstance(value, list):
        return [resolve_dates(part, today) for part in value]
    if not isinstance(value, str):
        return value
    if match := _RELATIVE_DATE.fullmatch(value):
        return _resolve_relative_date(match, today)
    return Template(value).safe_substitute(year=today.year, last_year=today.year - 1)


def _resolve_relative_date(match: re.Match[str], today: date) -> str:
    if match["year"]:
        day = date.fromisoformat(f"{today.year - (match['year'] == 'last')}-{match['day']}")
        return find_working_day_near(min(day, today), today).isoformat()
    count = int(match["number"])
    if match["unit"] == "year":
        return f"{today.year + count}"
    if match["unit"] == "month":
        months = today.year * 12 + today.month - 1 + count
        return f"{months // 12}-{months % 12 + 1:02d}"
    return find_working_day_near(today + timedelta(days=count), today).isoformat()


def find_working_day_near(day: date, today: date) -> date:
    """The day itself where it is a working day or today; else the working day before it, or after a day to come."""
    day_step = timedelta(days=1 if day > today else -1)
    while not is_working_day(day) and day != today:
        day += day_step
    return day


def _pick_typing_time(today: date, day_text: str, number: int, until: datetime) -> datetime:
    """When a record was typed, never later than the end of the load. ``number`` spreads the records over the day."""
    day = date.fromisoformat(resolve_dates(day_text, today))
    opening_time = datetime.combine(day, _TYPING_STARTS_AT, clock.TIME_ZONE)
    return min(opening_time + timedelta(minutes=number * _MINUTES_BETWEEN_RECORDS % _MINUTES_A_DAY), until)


def _build_source(register: Register, values: Mapping[str, Any]) -> str:
    """The record's ``source``, by which a later load finds it again."""
    # The office has the same name each year, so the year belongs to it.
    name = f"{values['name']} {values['year']}" if register is OFFICE_YEARS else str(values["name"])
    return f"{SOURCE_PREFIX}/{register.name}/{fold_text(name)}"[:400]  # the length of the column


def _add_record(
    actor: Actor, register: Register, row: Mapping[str, Any], today: date, session: Session
) -> Iterator[Step]:
    """Add the record as it was first typed, unless an earlier load added it."""
    values = resolve_dates({**row["record"], **row.get("before", {})}, today)
    source = _build_source(register, values)
    if session.scalar(select(register.model.id).where(register.model.source == source)) is None:
        services.add_record(session, actor, register, values, source, TYPED)
    return iter(())


def _change_record(
    actor: Actor, register: Register, row: Mapping[str, Any], today: date, session: Session
) -> Iterator[Step]:
    """Bring the record to its present state, unless somebody has edited it."""
    values = resolve_dates(row["record"], today)
    record = session.scalar(select(register.model).where(register.model.source == _build_source(register, values)))
    if record is not None and record.version == 1:
        services.update_record(session, actor, register, record.id, record.version, values, TYPED)
    return iter(())


def _write_text(actor: Actor, row: Mapping[str, Any], today: date, session: Session) -> Iterator[Step]:
    """Write a section of the year's report, unless somebody has written it."""
    text = resolve_dates({key: row[key] for key in ("year", "introduction", "account")}, today)
    year = int(text["year"])
    if row["section"] not in annual_report_queries.list_newest_texts(session, year):
        parts = [StoryPart(WRITTEN, text[key]) for key in ("introduction", "account") if text[key]]
        save_story(session, actor, year, row["section"], 0, parts)
    return iter(())


def _build_notice_steps(today: date, until: datetime, settings: Settings) -> Iterator[Step]:
    """The job that mails notices of agreements, on each working day of the last weeks."""
    (job,) = agreements.jobs
    for day in list_working_days(today - timedelta(days=load_data_file("office")["notices_for_days"]), today):
        yield build_job_step(job, day.isoformat(), build_moment(day, JOB_TIME, until), settings)


def _build_bulletin_steps(today: date, until: datetime, settings: Settings, staff: DemoStaff) -> Iterator[Step]:
    """The bulletins of the last weeks: the job drafts each, and the office sends all but this week's at once."""
    plan = load_data_file("office")["bulletins"]
    this_week = sending.find_due_week(today)
    for weeks_ago in range(plan["weeks"], -1, -1):
        monday = rules.parse_monday(this_week) - weeks_ago * rules.WEEK
        week, first_working_day = rules.format_week(monday), list_working_days(monday, monday + rules.WEEK)[0]
        yield build_job_step(sending.BULLETIN_JOB, week, build_moment(first_working_day, JOB_TIME, until), settings)
        if weeks_ago:
            sent_at = build_moment(first_working_day, _BULLETIN_SENT_AT, until)
            yield Step(sent_at, run_with_database=partial(_send_bulletin, staff.office_actor, week, settings))
    for number, row in enumerate(plan["answers"]):
        answered_at = _pick_typing_time(today, row["typed"], number * 7, until)
        yield Step(answered_at, partial(_answer_call, resolve_dates(row, today)))


def _send_bulletin(actor: Actor, week: str, settings: Settings, database: Database) -> None:
    with database.write_session() as session:
        draft_bulletin = session.scalar(select(Bulletin).where(Bulletin.week == week, Bulletin.sent_at.is_(None)))
        if draft_bulletin is not None:
            chosen_calls = {call.id for call, _facts in calls_queries.list_bulletin_calls(session, draft_bulletin.id)}
            sending.send_bulletin(session, actor, draft_bulletin.id, chosen_calls, settings.public_url)


def _answer_call(row: Mapping[str, Any], session: Session) -> Iterator[Step]:
    """Save a recipient's answer to a call of the newest bulletin that was sent, unless there is one."""
    call_id = _get_record_id(session, Call, row["call"])
    recipient_id = _get_record_id(session, Recipient, row["recipient"])
    query = select(BulletinCall.bulletin).join(Bulletin).order_by(Bulletin.sent_at.desc()).limit(1)
    bulletin_id = session.scalar(query.where(BulletinCall.call == call_id, Bulletin.sent_at.is_not(None)))
    if bulletin_id is None or session.get(CallAnswer, (call_id, recipient_id)) is not None:
        return iter(())
    # The database has only the digest of the token that was mailed, so the answer comes by a link that ends with it.
    now, token = clock.now(), secrets.token_urlsafe(32)
    keys = {"token_hash": hash_token(token), "bulletin": bulletin_id, "recipient": recipient_id}
    link = BulletinLink(**keys, ends=clock.today(), since=now, tries=0)
    session.add(link)
    session.flush()
    save_answer(session, token, call_id, SubmittedAnswer(**row["answer"]), now)
    session.delete(link)
    session.flush()
    return iter(())


def _get_record_id(session: Session, model: type[Call] | type[Recipient], name: str) -> UUID:
    return session.scalars(select(model.id).where(model.name_key == fold_text(name)[:300])).one()
