"""Correcting and annulling a visit: all that follows from it in the caller's transaction, or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from attention_point.directory.queries import find_point
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, FieldError, Forbidden, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries
from attention_point.intake.corrections import changes, recounting, stored_drafts
from attention_point.intake.corrections.application import apply_correction
from attention_point.intake.corrections.differences import list_visit_differences
from attention_point.intake.corrections.requests import CorrectionRequest, build_fingerprints, is_repeated
from attention_point.intake.draft import VisitDraft
from attention_point.intake.draft_types.answers import UNKNOWN_CODE
from attention_point.intake.models import VOID, Visit
from attention_point.intake.queries import DecryptedVisit
from attention_point.people import services as people_services
from attention_point.people.records import DecryptedPerson
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.follow_up import corrections as referral_corrections
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey

_VOID_VISIT = (
    update(Visit)
    .where(Visit.id == bindparam("visit"))
    .values(
        state=VOID, version=bindparam("new_version"), changed_at=bindparam("new_time"), sealed=bindparam("new_sealed")
    )
)


NOT_ALLOWED = N_("Who recorded the visit can correct or annul it on the same day. After that, ask a supervisor.")


def correct_visit(session: Session, actor: Actor, visit_id: UUID, request: CorrectionRequest) -> None:
    """Correct a visit with its person, its counts and its referrals. The same correction sent again changes nothing.

    Raises NotFound, Forbidden, Invalid for a wrong field, DamagedPerson, Conflict with the differences where somebody
    else changed the visit meanwhile or annulled it.
    """
    visit, person = _lock_and_open_visit(
        session,
        actor,
        visit_id,
        stored_drafts.read_documents(request.fields.get("person")),
        stored_drafts.read_family(request.fields),
    )
    fingerprints = build_fingerprints(session, "correct", visit_id, request)
    if is_repeated(visit.record.get("history", ()), fingerprints, request):
        return
    _require_standing(visit)
    stored_payload = stored_drafts.build_stored_payload(visit, person.record)
    draft = stored_drafts.merge_correction(stored_payload, request.fields, person.id)
    _require_known_point(session, visit, draft)
    correction = changes.build_correction(visit, person, stored_payload, draft, request, fingerprints[0], actor)
    _require_permission(actor, visit, correction)
    if correction.is_empty:
        # Its person may have been corrected apart from it. Where nothing follows, it is so already, whoever wrote it.
        correction = replace(correction, is_plan_due=True)
        if not changes.plan_correction(session, correction).is_plan_changed:
            return
    if request.version not in (None, visit.version):
        journal.record_shown(session, actor, "visit.view", "visit", visit_id)
        journal.record_shown(session, actor, "person.view", "person", person.id, purpose="difference")
        raise build_conflict(session, draft, stored_payload)
    tally_services.add_to_tallies(session, apply_correction(session, actor, correction))


def _lock_and_open_visit(
    session: Session,
    actor: Actor,
    visit_id: UUID,
    documents: Sequence[Mapping[str, Any]] = (),
    family: UUID | None = None,
) -> tuple[DecryptedVisit, DecryptedPerson]:
    lock_for_transaction(session, visit_id, *([family] if family else []))
    visible_visit = queries.get_visible_visit(session, actor, visit_id)
    person = people_services.lock_and_open_for_correction(session, visible_visit.person_id, documents)
    # Read again: until the person was locked, a correction of another visit of hers could count this one anew.
    return queries.get_visible_visit(session, actor, visit_id), person


def _require_known_point(session: Session, visit: DecryptedVisit, draft: VisitDraft) -> None:
    # Another point changes no suggestion, so that no plan looks for it; it stands in clear, where no word may stand.
    if draft.point != visit.point and find_point(session, draft.point) is None:
        raise Invalid(_("Some fields need attention."), (FieldError("point", _(UNKNOWN_CODE)),))


def _require_permission(actor: Actor, visit: DecryptedVisit, correction: changes.Correction) -> None:
    if visit.may_be_corrected_by(actor):
        return
    if correction.adds_needs_only and visit.may_get_needs_from(actor):
        return
    raise Forbidden(_(NOT_ALLOWED))


def annul_visit(session: Session, actor: Actor, visit_id: UUID, request: CorrectionRequest) -> None:
    """Annul a visit: it counts no more, its open referrals are withdrawn, and answered ones say that it was annulled.

    In a closed month it stays counted. Raises as ``correct_visit``; the same request sent again changes nothing.
    """
    visit, person = _lock_and_open_visit(session, actor, visit_id)
    fingerprints = build_fingerprints(session, "void", visit_id, request)
    if is_repeated(visit.record.get("history", ()), fingerprints, request):
        return
    _require_standing(visit)
    if not visit.may_be_corrected_by(actor):
        raise Forbidden(_(NOT_ALLOWED))
    if request.version not in (None, visit.version):
        raise Conflict(_("Somebody else corrected this visit meanwhile. Nothing was saved: look at it first."))
    tally_services.add_to_tallies(session, _annul_visit(session, actor, visit, person, request.reason, fingerprints[0]))


def _annul_visit(
    session: Session, actor: Actor, visit: DecryptedVisit, person: DecryptedPerson, reason: str, fingerprint: str
) -> Counter[CellKey]:
    now, cells = clock.now(), Counter[CellKey]()
    rows = recounting.list_counted_rows(session, person.id, person.key)
    referrals = referral_queries.list_decrypted_of_visit(session, visit.id, lock=True)
    open_months = recounting.lock_months(session, [row.day for row in rows] + [referral.day for referral in referrals])
    entry = changes.build_history_entry(actor.journal_label, reason, fingerprint, now, {})
    record = {**visit.record, "history": changes.extend_history(visit.record, entry)}
    session.execute(
        _VOID_VISIT,
        {
            "visit": visit.id,
            "new_time": now,
            "new_version": visit.version + 1,
            "new_sealed": person.key.seal(queries.SEALING_PURPOSE, visit.id, record, version=visit.version + 1),
        },
    )
    journal.record(session, actor, "visit.void", "visit", visit.id, person=visit.person_id)
    for referral in referrals:
        is_month_open = referral.day.replace(day=1) in open_months
        cells.update(referral_corrections.annul_referral(session, actor, referral, is_month_open=is_month_open))
    # Read again: the record of the visit was sealed anew.
    rows = recounting.list_counted_rows(session, person.id, person.key)
    ended = {row.id: None for row in rows if row.visit_id == visit.id and not row.is_frozen(open_months)}
    cells.update(recounting.recount_person(session, person.id, person.key, rows, ended, open_months))
    return cells


def _require_standing(visit: DecryptedVisit) -> None:
    """Raise Conflict for a visit that was annulled."""
    if visit.is_void:
        raise Conflict(_("This visit was annulled: it cannot be changed any more."), code="void")


def build_conflict(session: Session, draft: VisitDraft, stored_payload: Mapping[str, Any]) -> Conflict:
    """What the agent's correction and the visit as it is now say differently."""
    return Conflict(
        _("Somebody else corrected this visit meanwhile. Nothing was saved: compare, and save again."),
        list_visit_differences(session, draft, stored_payload),
        code="visit_changed",
    )
