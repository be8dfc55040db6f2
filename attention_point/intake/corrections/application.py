"""Applies a correction to a visit: its row and sealed history, its person, its counts and its referrals.

A visit of a closed month stays counted as it was. What the correction adds to it, a need or a vulnerability, counts on
the day of the correction (decision 30).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.vault import UNVERSIONED
from attention_point.intake import queries, visit_facts
from attention_point.intake.consents.consent_rules import NOT_KEPT, build_legal_basis
from attention_point.intake.consents.sealed_consents import seal_consents
from attention_point.intake.corrections import changes, recounting, referral_changes
from attention_point.intake.corrections.changes import Correction
from attention_point.intake.corrections.recounting import CountedRow
from attention_point.intake.corrections.referral_changes import PlanChange
from attention_point.intake.corrections.visit_person import correct_person_of_visit
from attention_point.intake.draft_types.parts import Disability
from attention_point.intake.family.links import move_to_family
from attention_point.intake.models import CORRECTED, Visit, VisitAddition
from attention_point.intake.records.visit_storage import build_sealed_suggestion, refer_visit
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up import corrections as referral_corrections
from attention_point.referrals.services import ReferralVisit
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.facts import VisitFacts

PersonRecord = Mapping[str, Any]
_CORRECT_VISIT = (
    update(Visit)
    .where(Visit.id == bindparam("visit"))
    .values(
        state=CORRECTED,
        version=bindparam("new_version"),
        changed_at=bindparam("new_time"),
        point=bindparam("new_point"),
        day=bindparam("new_day"),
        attended_at=bindparam("new_attended_at"),
        sealed=bindparam("new_sealed"),
    )
)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a correction stands on: the counted rows of the person, the referrals of the visit, the open months.

    ``row`` is the visit among the rows. ``record_after`` is that of the person after the correction.
    """

    rows: Sequence[CountedRow]
    referrals: Sequence[DecryptedReferral]
    open_months: frozenset[date]
    row: CountedRow
    record_after: PersonRecord

    @property
    def is_open(self) -> bool:
        """Whether the visit counts in a month that still counts."""
        return not self.row.is_frozen(self.open_months)


def apply_correction(session: Session, actor: Actor, correction: Correction) -> Counter[CellKey]:
    """Apply a correction, and return the change of counts for the caller to add, last of all."""
    now = clock.now()
    plan_change = changes.plan_correction(session, correction) if correction.is_planned else None
    corrected_person = correct_person_of_visit(session, actor, correction, plan_change, now)
    record_after = corrected_person.record
    basis = _collect_basis(session, correction, record_after)
    day = _choose_day(session, correction, basis)
    stated_facts = _build_stated_facts(correction, basis, day)
    legal_basis = plan_change.plan.identity_basis if plan_change and not corrected_person.is_forgotten else NOT_KEPT
    _save_visit(session, correction, basis, plan_change, stated_facts, legal_basis, now)
    # Not before: who answers a referral locks its row, and then the journal.
    if corrected_person.changed_names:
        fields = sorted(corrected_person.changed_names)
        journal.record(session, actor, "person.correct", "person", correction.person.id, fields=fields)
    details = {"person": correction.person.id, "fields": sorted(correction.changed_names)}
    journal.record(session, actor, "visit.correct", "visit", correction.visit.id, **details)
    new_referrals = list(referral_changes.list_new_referrals(plan_change, basis.referrals)) if plan_change else []
    cells = _change_referrals(session, actor, correction, basis, plan_change, day)
    stated_changes = follow_person(basis.rows, correction.person.id, correction.person.record, record_after)
    stated_changes[correction.visit.id] = stated_facts
    if not basis.is_open:
        stated_changes |= _add_to_closed_month(session, correction, basis, now, is_due=bool(new_referrals))
    person, point = correction.person, correction.draft.point
    referral_day = day if basis.is_open else clock.today()
    visit = ReferralVisit(correction.visit.id, person.id, person.key, point, referral_day)
    referral_ids = refer_visit(session, visit, new_referrals, now)
    cells.update(referral_corrections.count_new_referrals(session, referral_ids))
    # Read again: the visit was sealed anew, and an addition may have come.
    rows = recounting.list_counted_rows(session, person.id, person.key)
    cells.update(recounting.recount_person(session, person.id, person.key, rows, stated_changes, basis.open_months))
    return cells


def _change_referrals(
    session: Session, actor: Actor, correction: Correction, basis: _Basis, plan_change: PlanChange | None, day: date
) -> Counter[CellKey]:
    cells: Counter[CellKey] = Counter()
    if plan_change:
        cells.update(referral_changes.change_referrals(session, actor, plan_change, basis.referrals, basis.open_months))
    if basis.is_open:
        referrals = referral_queries.list_decrypted_of_visit(session, correction.visit.id)
        cells.update(referral_corrections.move_referrals(session, referrals, correction.draft.point, day))
    return cells


def _collect_basis(session: Session, correction: Correction, record_after: PersonRecord) -> _Basis:
    rows = recounting.list_counted_rows(session, correction.person.id, correction.person.key)
    referrals = referral_queries.list_decrypted_of_visit(session, correction.visit.id, lock=True)
    days = [*(row.day for row in rows), *(referral.day for referral in referrals), correction.draft.attended_day]
    open_months = recounting.lock_months(session, days)
    row = next(row for row in rows if row.id == correction.visit.id)
    return _Basis(rows, referrals, open_months, row, record_after)


def _choose_day(session: Session, correction: Correction, basis: _Basis) -> date:
    is_day_corrected = correction.draft.attended_day != basis.row.attended_day
    if not (basis.is_open and is_day_corrected):
        return correction.visit.day
    return tally_services.choose_counting_day(session, correction.draft.attended_day)


def _build_stated_facts(correction: Correction, basis: _Basis, day: date) -> VisitFacts:
    stated_before = basis.row.stated
    person_facts = stated_before.person if stated_before else {}
    return visit_facts.build_stated_facts(
        correction.draft,
        _follow_facts(
            person_facts,
            _build_person_facts(correction.person.record, basis.row.attended_day),
            _build_person_facts(basis.record_after, correction.draft.attended_day),
        ),
        day,
    )


def follow_person(
    rows: Sequence[CountedRow], person: UUID, record_before: PersonRecord, record_after: PersonRecord
) -> dict[UUID, VisitFacts | None]:
    """What the visits of a person state once the person was corrected, by their ids.

    A visit that stated the wrong value states the right one; one that stated another value, at another time, keeps it.
    Those of a joined record stay: what that one says was not corrected.
    """
    stated_changes: dict[UUID, VisitFacts | None] = {}
    for row in rows:
        if row.stated is not None and row.person == person:
            before = _build_person_facts(record_before, row.attended_day)
            after = _build_person_facts(record_after, row.attended_day)
            person_facts = _follow_facts(row.stated.person, before, after)
            stated_changes[row.id] = row.stated._replace(person=person_facts)
    return stated_changes


def _build_person_facts(record: PersonRecord, day: date) -> dict[str, Any]:
    answers = record.get("disability")
    return visit_facts.build_person_facts(record, day, Disability.model_validate(answers) if answers else None)


def _follow_facts(stated: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: after[name] if stated.get(name) == before[name] else stated.get(name) for name in visit_facts.PERSON_FACTS
    }


def _build_record(
    session: Session, correction: Correction, plan_change: PlanChange | None, identity_basis: str, now: datetime
) -> dict[str, Any]:
    visit, names = correction.visit, correction.changed_names
    entry = correction.build_history_entry(
        now, {name: correction.payload_before.get(name, visit.record.get(name)) for name in names}
    )
    remaining_fields = {name: value for name, value in visit.record.items() if name not in names}
    # What was warned of the date is settled by a date that somebody corrected.
    settled_fields = names & {"attended_at"}
    remaining_fields["warnings"] = [
        warning for warning in remaining_fields["warnings"] if warning[0] not in settled_fields
    ]
    draft_fields = correction.dump_draft()
    stated = {name: draft_fields[name] for name in names & draft_fields.keys() if name not in queries.ROW_FIELDS}
    record = {**remaining_fields, **stated, "history": changes.extend_history(visit.record, entry)}
    if plan_change is None:
        return record
    # What was warned about the consents was about what they said then.
    plan, is_consent_corrected = plan_change.plan, bool(names & {"consents", "guardian"})
    warnings = [warning for warning in remaining_fields["warnings"] if warning[0] == "attended_at"]
    warnings += [warning for warning in plan.warnings if warning[0] != "consents"]
    if is_consent_corrected:
        record |= {
            "consents": seal_consents(session, draft_fields),
            "legal_basis": build_legal_basis(identity_basis),
        }
    else:
        warnings += [warning for warning in visit.record["warnings"] if warning[0] == "consents"]
    return record | {
        "restricted": plan.restricted,
        "suggestions": [build_sealed_suggestion(suggestion) for suggestion in plan.suggestions],
        "undecided": plan_change.undecided_services,
        "warnings": warnings,
    }


def _save_visit(
    session: Session,
    correction: Correction,
    basis: _Basis,
    plan_change: PlanChange | None,
    stated_facts: VisitFacts,
    identity_basis: str,
    now: datetime,
) -> None:
    visit, record = correction.visit, _build_record(session, correction, plan_change, identity_basis, now)
    if not basis.is_open:
        record[visit_facts.CORRECTED_FACTS] = visit_facts.encode_visit_facts(stated_facts)
    session.execute(
        _CORRECT_VISIT,
        {
            "visit": visit.id,
            "new_time": now,
            "new_point": correction.draft.point,
            "new_day": stated_facts.day,
            "new_attended_at": correction.draft.attended_at,
            "new_version": visit.version + 1,
            "new_sealed": correction.person.key.seal(
                queries.SEALING_PURPOSE, visit.id, record, version=visit.version + 1
            ),
        },
    )
    if "family" in correction.changed_names:
        move_to_family(session, visit.id, correction.draft.family)


def _add_to_closed_month(
    session: Session, correction: Correction, basis: _Basis, now: datetime, *, is_due: bool
) -> dict[UUID, VisitFacts | None]:
    """What the correction adds to a visit of a closed month, on the day of the correction; by the addition's id.

    A need or a vulnerability that was not counted counts: a person may have several, so that one more is not one person
    more. ``is_due``: new referrals count on that day, so that there is an addition for them even if it counts nothing
    itself.
    """
    additions = [row for row in basis.rows if row.visit_id == correction.visit.id and not row.is_visit]
    frozen_facts = [row.counted for row in (basis.row, *additions) if row.is_frozen(basis.open_months) and row.counted]
    needs = _list_uncounted(correction.draft.needs, [facts.needs for facts in frozen_facts])
    vulnerabilities = _list_uncounted(
        correction.draft.vulnerabilities, [facts.vulnerabilities for facts in frozen_facts]
    )
    this_month = first_of_month(clock.today())
    addition = next((row for row in additions if first_of_month(row.day) == this_month), None)
    if addition is None and not (needs or vulnerabilities or is_due):
        return {}
    addition_id, day = (addition.id, addition.day) if addition else (_insert_addition(session, correction, now), None)
    if not (needs or vulnerabilities):
        return {addition_id: None}
    day = day or clock.today()
    facts = VisitFacts(
        point=correction.draft.point,
        day=day,
        hour=clock.to_local_time(now).hour,
        person=_build_person_facts(basis.record_after, day),
        needs=needs,
        vulnerabilities=vulnerabilities,
    )
    return {addition_id: facts}


def _list_uncounted(codes: Sequence[str], counted: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(code for code in dict.fromkeys(codes) if not any(code in counted_codes for counted_codes in counted))


def _insert_addition(session: Session, correction: Correction, now: datetime) -> UUID:
    addition_id = new_id()
    sealed = correction.person.key.seal(queries.ADDITION_PURPOSE, addition_id, {"counted": None}, version=UNVERSIONED)
    session.execute(
        insert(VisitAddition).values(
            id=addition_id,
            visit_id=correction.visit.id,
            person_id=correction.person.id,
            day=clock.today(),
            added_at=now,
            sealed=sealed,
        )
    )
    return addition_id
