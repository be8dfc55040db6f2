"""The person of a corrected visit: corrected too, and not identified any more where nobody allows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake import queries
from attention_point.intake.consents.consent_rules import IDENTITY_BASES, NAMING_FIELDS, find_consent
from attention_point.intake.corrections.changes import Correction
from attention_point.intake.corrections.referral_changes import PlanChange
from attention_point.intake.corrections.stored_drafts import require_identity_basis
from attention_point.intake.queries import ListedVisit
from attention_point.people import services as people_services


class CorrectedPerson(NamedTuple):
    """The record after the correction of a visit. ``is_forgotten``: what identifies the person was deleted."""

    record: Mapping[str, Any]
    changed_names: frozenset[str]
    is_forgotten: bool


def correct_person_of_visit(
    session: Session, actor: Actor, correction: Correction, change: PlanChange | None, now: datetime
) -> CorrectedPerson:
    """Correct what the correction of a visit says of its person. Raises Invalid where it would identify somebody who
    did not allow it. The caller keeps the journal.
    """
    forgotten = list_withdrawn_fields(session, correction, change) if change else frozenset()
    if change is None or not (correction.person_changes or forgotten):
        return CorrectedPerson(correction.person.record, frozenset(), False)
    fields, is_allowed = correction.person_changes, change.plan.identity_basis in IDENTITY_BASES
    require_identity_basis(fields, correction.person.record, is_allowed=is_allowed)
    person_correction = people_services.PersonCorrection(
        fields, correction.reason, correction.fingerprint, actor.journal_label, now, correction.visit.id, forgotten
    )
    record = people_services.correct_person(session, correction.person, person_correction).record
    return CorrectedPerson(record, frozenset(fields) | forgotten, bool(forgotten))


def list_withdrawn_fields(session: Session, correction: Correction, change: PlanChange) -> frozenset[str]:
    """The fields on file that must go with a correction: the names, the documents and the telephone, or none.

    They go where the correction takes the yes to being put on file away and they stand on nothing else: no mandatory
    path, and no other attention of this person. A guardian or a birth date that is corrected takes nothing away.
    """
    was_allowed = find_consent(change.draft_before, "attention")
    is_withdrawn = was_allowed and not find_consent(change.draft, "attention")
    if not is_withdrawn or change.plan.identity_basis in IDENTITY_BASES:
        return frozenset()
    other_visits = [
        visit
        for visit in queries.list_visits_of_person(session, correction.person.id)
        if visit.id != correction.visit.id
    ]
    if any(_allows_identity(visit) for visit in other_visits):
        return frozenset()
    return NAMING_FIELDS & _list_known_fields(correction)


def _list_known_fields(correction: Correction) -> frozenset[str]:
    earlier_names = (entry["earlier"].keys() for entry in correction.person.history)
    return frozenset({*correction.person.record, *correction.person_changes}.union(*earlier_names))


def _allows_identity(visit: ListedVisit) -> bool:
    if isinstance(visit, queries.DamagedVisit):  # nobody knows what it says
        return True
    if visit.is_void:
        return False
    # A visit from before there were legal bases kept the identity unless the person refused it.
    basis = visit.record.get("legal_basis", {}).get("identity")
    answers = [consent["granted"] for consent in visit.record.get("consents", ()) if consent["purpose"] == "attention"]
    return basis in IDENTITY_BASES if basis else False not in answers
