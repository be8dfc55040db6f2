"""What happens by itself when a clock runs: a reminder to the entity, escalation to the supervisor, expiry.

What was done is noted in the sealed record (``follow_up``), so that each step is taken once for each term, however
often the job runs. A referral on one of the paths M1–M6 never expires: it is escalated again, and stays.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, latest_working_day
from attention_point.foundation.settings import Settings
from attention_point.referrals import notices, queries
from attention_point.referrals.clocks import Lateness, find_lateness, find_start
from attention_point.referrals.follow_up.escalations import queue_supervisor_letters
from attention_point.referrals.follow_up.open_referrals import BATCH_SIZE, list_all_open
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import DecryptedReferral
from attention_point.referrals.rules import DESK_SIDE, OPEN_STATES
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey, build_referral_cells

FollowUp = Literal["reminder", "escalation", "expiry"]
# Reached once in each term. An accepted referral without an outcome is asked for, and told to nobody else.
_STEPS: dict[Lateness, FollowUp] = {
    Lateness.TO_OPEN: "reminder",
    Lateness.TO_ANSWER: "escalation",
    Lateness.TO_FINISH: "reminder",
    Lateness.EXPIRED: "expiry",
}


def find_follow_up(referral: DecryptedReferral, now: datetime) -> FollowUp | None:
    """The step that is due for a referral at a moment, or None; one that is not open needs none."""
    if referral.state not in OPEN_STATES:
        return None
    lateness = find_lateness(referral, now)
    step = _STEPS.get(lateness)
    if step is None or lateness in _list_told(referral):
        return None
    return "escalation" if step == "expiry" and referral.needs_outcome else step


def _list_told(referral: DecryptedReferral) -> set[str]:
    start = find_start(referral)
    entries = referral.record.get("follow_up", [])
    return {entry["lateness"] for entry in entries if datetime.fromisoformat(entry["at"]) > start}


def run_follow_up_job(database: Database, settings: Settings, period: str) -> None:
    """Take every step that is due, in small transactions of their own, and write to the supervisors once a day."""
    now = clock.now()
    with database.read_session() as session:
        due_ids = list(_list_due_ids(session, now))
    write_damage_to_journal(database, SYSTEM, list_noted_damage(session))
    for start in range(0, len(due_ids), BATCH_SIZE):
        with database.write_session() as session:
            steps = take_due_steps(session, due_ids[start : start + BATCH_SIZE], now)
            # With the steps: what was escalated is told, also where the job ends early.
            if steps["escalation"]:
                queue_supervisor_letters(session, period, settings.public_url)


FOLLOW_UP_JOB = Job("referral-clocks", latest_working_day, run_follow_up_job)


def _list_due_ids(session: Session, now: datetime) -> Iterator[UUID]:
    for referrals in list_all_open(session):
        for referral in referrals:
            if isinstance(referral, DecryptedReferral) and find_follow_up(referral, now):
                yield referral.id


def take_due_steps(session: Session, referral_ids: Iterable[UUID], now: datetime) -> Counter[FollowUp]:
    """Take the steps that are due for some referrals. One that was answered meanwhile needs none any more."""
    steps: dict[FollowUp, list[DecryptedReferral]] = {}
    cells: Counter[CellKey] = Counter()
    for referral in queries.lock_referrals(session, list(referral_ids)):
        step = find_follow_up(referral, now) if isinstance(referral, DecryptedReferral) else None
        if isinstance(referral, DecryptedReferral) and step:
            cells.update(_take_step(session, referral, step, now))
            steps.setdefault(step, []).append(referral)
    for kind in ("reminder", "escalation"):
        late_referrals = steps.get(kind, [])
        notices.queue_notices(session, kind, [(referral.entity, referral.id) for referral in late_referrals])
    _record_steps(session, steps)
    if cells:
        tally_services.add_to_tallies(session, cells)
    return Counter({step: len(referrals) for step, referrals in steps.items()})


def _take_step(session: Session, referral: DecryptedReferral, step: FollowUp, now: datetime) -> Counter[CellKey]:
    entry = {"at": now.isoformat(), "lateness": find_lateness(referral, now)}
    record: dict[str, Any] = {**referral.record, "follow_up": [*referral.record.get("follow_up", []), entry]}
    values: dict[str, Any] = {}
    cells: Counter[CellKey] = Counter()
    if step == "expiry":
        answer = {"at": now.isoformat(), "by": SYSTEM.journal_label, "side": DESK_SIDE, "state": "expired"}
        record["answers"] = [*record["answers"], {**answer, "reason": None, "note": None}]
        # An answer that the entity has on its screen now is told that the referral is over.
        values = {"state": "expired", "state_at": now, "version": referral.version + 1}
        if referral.is_counted:
            cells.subtract(build_referral_cells(referral.facts))
            cells.update(build_referral_cells(replace(referral, record=record, state="expired").facts))
    version = values.get("version", referral.version)
    values["sealed"] = referral.key.seal(queries.SEALING_PURPOSE, referral.id, record, version=version)
    session.execute(update(Referral).where(Referral.id == referral.id).values(values))
    return cells


def _record_steps(session: Session, steps: dict[FollowUp, list[DecryptedReferral]]) -> None:
    for referral in steps.get("expiry", []):
        journal.record(
            session, SYSTEM, "referral.answer", "referral", referral.id, state="expired", before=referral.state
        )
    # Ids alone: the journal is in clear, and whose entity is late is told by no entry of it.
    for kind in ("reminder", "escalation"):
        if late_referrals := steps.get(kind):
            referral_ids = [str(referral.id) for referral in late_referrals]
            journal.record(session, SYSTEM, f"referral.{kind}", "referral", found=referral_ids)
