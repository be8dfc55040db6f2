"""Correcting somebody on file apart from a visit: the counts follow, and the referrals of today's visits."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries
from attention_point.intake.corrections import changes, recounting, stored_drafts
from attention_point.intake.corrections.application import apply_correction, follow_person
from attention_point.intake.corrections.changes import Correction
from attention_point.intake.corrections.requests import CorrectionRequest, build_fingerprints, is_repeated
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.records.new_drafts import PERSON_CHANGED
from attention_point.people import services as people_services
from attention_point.people.records import DecryptedPerson, list_person_differences
from attention_point.referrals import queries as referral_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey

RELATION_OF_VISIT = N_("Who came with whom belongs to the visit on which they came together: correct that visit.")


def correct_person(session: Session, actor: Actor, person_id: UUID, request: CorrectionRequest) -> DecryptedPerson:
    """Correct somebody on file, and return the record before. The same correction sent again changes nothing.

    Visits of months that still count and that stated the wrong value count the right one. Raises NotFound,
    DamagedPerson, Invalid for a wrong field, Conflict with the differences where somebody else changed the record.
    """
    person = people_services.lock_and_open_for_correction(
        session, person_id, stored_drafts.read_documents(request.fields)
    )
    fingerprints = build_fingerprints(session, "person", person_id, request)
    if is_repeated(person.history, fingerprints, request):
        return person
    draft = read_person(person, request.fields)
    person_changes = stored_drafts.list_person_changes(draft, request.fields, person.record)
    if not person_changes:  # it is so already, whoever wrote it
        return person
    if request.version not in (None, person.version):
        journal.record_shown(session, actor, "person.view", "person", person.id, purpose="difference")
        raise build_person_conflict(draft, person.record)
    # Whoever is on file by name said yes to it; nobody else is put on file by a correction.
    stored_drafts.require_identity_basis(person_changes, person.record, is_allowed=False)
    cells = _correct_details(session, actor, person, person_changes, request.reason, fingerprints[0])
    tally_services.add_to_tallies(session, cells)
    return person


def read_person(person: DecryptedPerson, fields: Mapping[str, Any]) -> VisitDraft:
    """Read the corrected attributes as the draft of a visit reads them today. Raises Invalid, naming each as
    ``person.…``.
    """
    if "relation" in fields:
        raise Invalid(_(RELATION_OF_VISIT), (FieldError("person.relation", _(RELATION_OF_VISIT)),))
    record = stored_drafts.select_asked_fields(person.record)
    # Only the person is read: the rest is what no draft can do without.
    payload = {
        "id": str(new_id()),
        "point": "none",
        "attended_at": clock.to_local_time(clock.now()).isoformat(),
        "needs": ["NONE"],
        "person": stored_drafts.merge_person(record, fields, person.id),
    }
    return read_draft(payload)


def build_person_conflict(draft: VisitDraft, record: Mapping[str, Any]) -> Conflict:
    """What the agent's correction and the record as it is now say differently."""
    return Conflict(
        _("Somebody else changed the details of this person meanwhile. Nothing was saved: compare, and save again."),
        list_person_differences(draft.person_fields, record),
        code=PERSON_CHANGED,
    )


def _correct_details(
    session: Session,
    actor: Actor,
    person: DecryptedPerson,
    person_changes: Mapping[str, Any],
    reason: str,
    fingerprint: str,
) -> Counter[CellKey]:
    now, cells = clock.now(), Counter[CellKey]()
    person_correction = people_services.PersonCorrection(person_changes, reason, fingerprint, actor.journal_label, now)
    corrected_person = people_services.correct_person(session, person, person_correction)
    rows = recounting.list_counted_rows(session, person.id, person.key)
    today_visits = [row.visit_id for row in rows if row.day == clock.today() and row.person == person.id]
    # The rows of referrals first, as who answers one does; then the months, and after them the journal.
    for visit_id in today_visits:
        referral_queries.list_decrypted_of_visit(session, visit_id, lock=True)
    open_months = recounting.lock_months(session, [row.day for row in rows])
    journal.record(session, actor, "person.correct", "person", person.id, fields=sorted(person_changes))
    stated_changes = follow_person(rows, person.id, person.record, corrected_person.record)
    cells.update(recounting.recount_person(session, person.id, person.key, rows, stated_changes, open_months))
    for correction in _list_visits_to_follow(session, actor, person, corrected_person.record, reason, fingerprint):
        cells.update(apply_correction(session, actor, correction))
    return cells


def _list_visits_to_follow(
    session: Session,
    actor: Actor,
    person: DecryptedPerson,
    record_after: dict[str, Any],
    reason: str,
    fingerprint: str,
) -> list[Correction]:
    # A child who was taken for an adult an hour ago must still get the path that protects children (M1).
    corrected = DecryptedPerson(person.id, person.key, record_after, person.version + 1, person.history)
    corrections = []
    for visit in queries.list_visits_of_person(session, person.id, clock.today(), clock.today()):
        if isinstance(visit, queries.DamagedVisit) or visit.is_void:
            continue
        payload = stored_drafts.build_stored_payload(visit, record_after)
        correction = Correction(
            visit=visit,
            person=corrected,
            payload_before=payload,
            draft=read_draft(payload),
            changed_names=frozenset(),
            person_changes={},
            given_names=frozenset(),
            reason=reason,
            fingerprint=fingerprint,
            actor=actor.journal_label,
            is_plan_due=True,
        )
        if changes.plan_correction(session, correction).is_plan_changed:
            corrections.append(correction)
    return corrections
