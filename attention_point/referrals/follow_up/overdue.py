"""What happens by itself when a clock runs: a reminder to the entity, escalation to the supervisor, expiry.

What was done is noted in the sealed record (``follow_up``), so that each step is taken once for each term, however
often the job runs. The job seals every open referral anew: by two copies of the database, or by the rows of one
transaction, nobody sees which of them took a step, for what is urgent takes it sooner. A referral on one of the paths
M1–M6 never expires: it is escalated again, and stays.
"""

from collections import Counter
from collections.abc import Iterable
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
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.escalations import queue_supervisor_letters
from attention_point.referrals.follow_up.open_referrals import BATCH_SIZE, list_all_open
from attention_point.referrals.models import Referral
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
        open_ids = [
            referral.id
            for referrals in list_all_open(session)
            for referral in referrals
            if isinstance(referral, DecryptedReferral)
        ]
    write_damage_to_journal(database, SYSTEM, list_noted_damage(session))
    for start in range(0, len(open_ids), BATCH_SIZE):
        with database.write_session() as session:
            steps = take_due_steps(session, open_ids[start : start + BATCH_SIZE], now)
            # With the steps: what was escalated is told, also where the job ends early.
            if steps["escalation"]:
                queue_supervisor_letters(session, period, settings.public_url)


FOLLOW_UP_JOB = Job("referral-clocks", latest_working_day, run_follow_up_job)


def take_due_steps(session: Session, referral_ids: Iterable[UUID], now: datetime) -> Counter[FollowUp]:
    """Take the steps that are due for some referrals, and seal the others anew. One that was answered needs none."""
    steps: dict[FollowUp, list[DecryptedReferral]] = {}
    cells: Counter[CellKey] = Counter()
    rows: list[dict[str, Any]] = []
    for referral in queries.lock_referrals(session, list(referral_ids)):
        if not isinstance(referral, DecryptedReferral):
            continue
        changed = referral
        if step := find_follow_up(referral, now):
            changed = _take_step(referral, step, now)
            steps.setdefault(step, []).append(referral)
            if step == "expiry" and referral.is_counted:
                cells.subtract(build_referral_cells(referral.facts))
                cells.update(build_referral_cells(changed.facts))
        rows.append(_build_row(changed))
    if rows:
        session.execute(update(Referral), rows)
    for kind in ("reminder", "escalation"):
        late_referrals = steps.get(kind, [])
        notices.queue_notices(session, kind, [(referral.entity, referral.id) for referral in late_referrals])
    _record_steps(session, steps)
    if cells:
        tally_services.add_to_tallies(session, cells)
    return Counter({step: len(referrals) for step, referrals in steps.items()})


def _take_step(referral: DecryptedReferral, step: FollowUp, now: datetime) -> DecryptedReferral:
    entry = {"at": now.isoformat(), "lateness": find_lateness(referral, now)}
    record: dict[str, Any] = {**referral.record, "follow_up": [*referral.record.get("follow_up", []), entry]}
    if step != "expiry":
        return replace(referral, record=record)
    answer = {"at": now.isoformat(), "by": SYSTEM.journal_label, "side": DESK_SIDE, "state": "expired"}
    record["answers"] = [*record["answers"], {**answer, "reason": None, "note": None}]
    # An answer that the entity has on its screen now is told that the referral is over.
    return replace(referral, record=record, state="expired", state_at=now, version=referral.version + 1)


def _build_row(referral: DecryptedReferral) -> dict[str, Any]:
    sealed = referral.key.seal(queries.SEALING_PURPOSE, referral.id, referral.record, version=referral.version)
    changed = {name: getattr(referral, name) for name in ("id", "state", "state_at", "version")}
    return {**changed, "sealed": sealed}


def _record_steps(session: Session, steps: dict[FollowUp, list[DecryptedReferral]]) -> None:
    for referral in steps.get("expiry", []):
        journal.record(
            session, SYSTEM, "referral.answer", "referral", referral.id, state="expired", before=referral.state
        )
    for kind in ("reminder", "escalation"):
        if late_referrals := steps.get(kind):
            referral_ids = [str(referral.id) for referral in late_referrals]
            journal.record(session, SYSTEM, f"referral.{kind}", "referral", found=referral_ids)
