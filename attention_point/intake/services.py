"""Recording a visit: everything of it in the caller's transaction, or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import pipelined
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries, visit_facts
from attention_point.intake.api_responses import build_response
from attention_point.intake.consents import consent_rules
from attention_point.intake.consents.sealed_consents import seal_consents
from attention_point.intake.draft import StoredWarning, VisitDraft
from attention_point.intake.family.guardians import check_protection, complete_family
from attention_point.intake.family.links import check_family_drafts, choose_free_tags, name_person
from attention_point.intake.models import RECORDED
from attention_point.intake.planning import VisitPlan, plan_visit
from attention_point.intake.records.new_drafts import (
    NewDraft,
    RecordResult,
    build_person_conflict,
    split_recorded_drafts,
)
from attention_point.intake.records.person_counts import CountOfVisit
from attention_point.intake.records.reserved_references import (
    LOST_REFERENCE,
    NO_CAPTURE,
    OfflineCapture,
    claim_references,
)
from attention_point.intake.records.served_turns import finish_served_turns, lock_served_turns
from attention_point.intake.records.visit_storage import (
    build_sealed_suggestion,
    insert_visit,
    refer_visit,
    take_references,
)
from attention_point.people import services as people_services
from attention_point.people.records import DecryptedPerson, open_chosen_person
from attention_point.referrals import services as referral_services
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey


@dataclass(frozen=True, slots=True)
class _PreparedVisit:
    """A visit whose person is received and counted, and whose locks are held."""

    new_draft: NewDraft
    plan: VisitPlan
    person: people_services.ReceivedPerson
    count: CountOfVisit
    family_tag: bytes | None
    reserved_reference: str | None
    warnings: Sequence[StoredWarning] = ()

    @property
    def counter(self) -> tuple[str, int, str]:
        """The point, the year and the prefix by which the visit gets its reference."""
        return self.new_draft.draft.point, self.new_draft.draft.attended_day.year, self.plan.reference_prefix


def record_visit(session: Session, actor: Actor, draft: VisitDraft, channel: str = "api") -> RecordResult:
    """Record one visit: person, visit, referrals, journal entry and tallies.

    A draft that was recorded already gives the same answer again and stores nothing. A draft with a family is linked
    with the visits of that family, in whichever order they arrive. Raises Conflict for another draft under the same id,
    Invalid for codes that do not exist and for a mandatory path declined without a reason, NotFound or DamagedPerson
    for the person whom the agent chose.
    """
    return _record_drafts(session, actor, [draft], channel)[0]


def record_family(
    session: Session,
    actor: Actor,
    drafts: Sequence[VisitDraft],
    channel: str = "api",
    capture: OfflineCapture = NO_CAPTURE,
) -> list[RecordResult]:
    """Record the visits of people who came together, all or none, each as ``record_visit`` does.

    What follows from their relations is completed first (``complete_family``). Sent again, those that are recorded give
    the same answers. Raises as ``record_visit``, and Invalid for a person who stands there twice; an error of a field
    names the person, counted from 0, and the field: ``people.1.person.birth_date``.
    """
    check_family_drafts(drafts)
    return _record_drafts(session, actor, complete_family(drafts), channel, capture)


def _record_drafts(
    session: Session,
    actor: Actor,
    drafts: Sequence[VisitDraft],
    channel: str,
    capture: OfflineCapture = NO_CAPTURE,
) -> list[RecordResult]:
    now = clock.now()
    arrivals = lock_served_turns(session, drafts)
    new_drafts, results = split_recorded_drafts(session, drafts, arrivals, now)
    visits = _prepare_visits(session, actor, new_drafts, drafts, now, capture)
    cells: Counter[CellKey] = Counter()
    for visit in visits:
        cells.update(visit_facts.sum_visit_cells(visit.count.counted, visit.plan.chosen_referrals))
    # Everybody waits for the counter and the head of the journal, so that they are taken last.
    sealed_records = [_seal_record(session, visit) for visit in visits]
    with pipelined(session):
        tally_services.add_to_tallies(session, cells)
        references = take_references(
            session, {visit.new_draft.draft.id: visit.counter for visit in visits if visit.reserved_reference is None}
        )
        for visit, sealed_record in zip(visits, sealed_records, strict=True):
            draft_id = visit.new_draft.draft.id
            reference = visit.reserved_reference or references[draft_id]
            results[draft_id] = _store_visit(session, actor, visit, sealed_record, reference, channel, now)
        finish_served_turns(session, actor, arrivals)
        for visit in visits:
            referral_count = len(visit.plan.chosen_referrals)
            details = {"person": visit.person.id, "new": visit.person.is_new, "referrals": referral_count}
            journal.record(session, actor, "visit.record", "visit", visit.new_draft.draft.id, **details)
    return [results[draft.id] for draft in drafts]


def _prepare_visits(
    session: Session,
    actor: Actor,
    new_drafts: Sequence[NewDraft],
    drafts: Sequence[VisitDraft],
    now: datetime,
    capture: OfflineCapture,
) -> list[_PreparedVisit]:
    """Plan the visits and receive their people.

    Everybody locks in this order, or two transactions would wait for each other for ever: the turns, the visits and
    the family, documents, people, months, counters, the journal. Who corrects locks the rows of referrals before the
    months.
    """
    # Whoever corrects one of these people or their visits comes before or after: neither writes over the other.
    people_services.lock_people(session, [(new.draft.person.id, new.draft.person_fields) for new in new_drafts])
    plans = _plan_visits(session, new_drafts, drafts)
    attended_days = sorted({new.draft.attended_day for new in new_drafts})
    days = {day: tally_services.choose_counting_day(session, day) for day in attended_days}
    counted_now: dict[UUID, bytes] = {}
    counts = [CountOfVisit(session, new.draft, days[new.draft.attended_day], counted_now) for new in new_drafts]
    people = [
        _receive_person(session, actor, new_draft, *plan, count, now)
        for new_draft, plan, count in zip(new_drafts, plans, counts, strict=True)
    ]
    family = new_drafts[0].draft.family if new_drafts else None
    tags = iter(choose_free_tags(session, family, len(new_drafts)) if family else ())
    points = {new.draft.id: new.draft.point for new in new_drafts}
    reserved, lost_ids = claim_references(session, points, capture, now)
    referred_needs = {referral.need for plan, _person in plans for referral in plan.chosen_referrals}
    return [
        _PreparedVisit(
            new_draft,
            plan,
            person,
            count,
            next(tags, None),
            reserved.get(new_draft.draft.id),
            (
                *capture.warnings,
                *([LOST_REFERENCE] if new_draft.draft.id in lost_ids else []),
                *check_protection(new_draft.draft, plan.notices, referred_needs),
            ),
        )
        for new_draft, (plan, _chosen_person), person, count in zip(new_drafts, plans, people, counts, strict=True)
    ]


def _plan_visits(
    session: Session, new_drafts: Sequence[NewDraft], drafts: Sequence[VisitDraft]
) -> list[tuple[VisitPlan, DecryptedPerson | None]]:
    plans: list[tuple[VisitPlan, DecryptedPerson | None]] = []
    errors: list[FieldError] = []
    for new_draft in new_drafts:
        draft = new_draft.draft
        try:
            chosen_person = open_chosen_person(session, draft.person.id) if draft.person.id else None
            plans.append((plan_visit(session, draft, chosen_person, drafts), chosen_person))
        except Invalid as error:
            if len(drafts) == 1:
                raise
            # The errors of all people at once, as those of one person.
            index = next(index for index, sent_draft in enumerate(drafts) if sent_draft.id == draft.id)
            errors += name_person(index, error.field_errors)
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    return plans


def _receive_person(
    session: Session,
    actor: Actor,
    new_draft: NewDraft,
    plan: VisitPlan,
    chosen_person: DecryptedPerson | None,
    count: CountOfVisit,
    now: datetime,
) -> people_services.ReceivedPerson:
    draft = new_draft.draft
    # What identifies is kept with a yes, or where a mandatory path protects a child (decision 34).
    is_named = plan.identity_basis in consent_rules.IDENTITY_BASES
    omitted_fields = frozenset[str]() if is_named else consent_rules.NAMING_FIELDS
    if chosen_person and draft.person.version not in (None, chosen_person.version):
        journal.record_shown(session, actor, "person.view", "person", chosen_person.id, purpose="difference")
        raise build_person_conflict(draft.person_fields, chosen_person.record)
    statement = people_services.PersonStatement(
        {name: value for name, value in draft.person_fields.items() if name not in omitted_fields},
        draft.id,
        actor.journal_label,
        now,
        count.count_visit,
        chosen_person,
        is_new=bool(draft.person.new),
        is_complete=draft.person.version is not None,
        omitted_fields=omitted_fields,
    )
    return people_services.receive_person(session, statement)


def _seal_record(session: Session, visit: _PreparedVisit) -> tuple[dict[str, Any], bytes]:
    """Return the record of a visit and the same sealed."""
    count = visit.count
    record = _build_record(session, visit) | {
        # How the visit was counted is sealed with it, so that a recount years later gives the same figures.
        "counted": visit_facts.encode_visit_facts(count.counted),
        **visit_facts.encode_stated_person(count.stated, count.counted),
    }
    return record, visit.person.key.seal(queries.SEALING_PURPOSE, visit.new_draft.draft.id, record, version=1)


def _store_visit(
    session: Session,
    actor: Actor,
    visit: _PreparedVisit,
    sealed_record: tuple[dict[str, Any], bytes],
    reference: str,
    channel: str,
    now: datetime,
) -> RecordResult:
    draft, person, count, (record, sealed) = visit.new_draft.draft, visit.person, visit.count, sealed_record
    insert_visit(
        session,
        {
            "id": draft.id,
            "person_id": person.id,
            "point": draft.point,
            "day": count.day,
            "attended_at": draft.attended_at,
            "received_at": now,
            "actor": actor.journal_label,
            "channel": channel,
            "reference": reference,
            "fingerprint": visit.new_draft.fingerprint,
            "family_tag": visit.family_tag,
            "version": 1,
            "state": RECORDED,
            "changed_at": None,
            "sealed": sealed,
        },
    )
    referral_visit = referral_services.ReferralVisit(draft.id, person.id, person.key, draft.point, count.day)
    referral_ids = refer_visit(session, referral_visit, visit.plan.chosen_referrals, now)
    referrals = [
        (referral_id, referral.service, referral.entity, "created")
        for referral_id, referral in zip(referral_ids, visit.plan.chosen_referrals, strict=True)
    ]
    return RecordResult(build_response(draft.id, reference, now, record, referrals), True)


def _build_record(session: Session, visit: _PreparedVisit) -> dict[str, Any]:
    draft_fields, plan = visit.new_draft.fields, visit.plan
    # Only that somebody shows the same document, never who: the visit's record is opened by those who may not see them.
    warnings = [*visit.new_draft.warnings, *plan.warnings, *visit.warnings]
    if visit.person.duplicates:
        warnings.append(("person.documents", SAME_DOCUMENT, {}))
    return {
        **{name: value for name, value in draft_fields.items() if name not in queries.ROW_FIELDS},
        **{name: value for name, value in draft_fields["person"].items() if name == "relation"},
        "consents": seal_consents(session, draft_fields),
        "legal_basis": consent_rules.build_legal_basis(plan.identity_basis),
        "restricted": plan.restricted,
        "suggestions": [build_sealed_suggestion(suggestion) for suggestion in plan.suggestions],
        "warnings": warnings,
    }


# Stored with visits: see the warnings of ``people/rules.py``.
SAME_DOCUMENT = N_("Somebody else is on file with the same document. Both are kept apart until a person decides.")
