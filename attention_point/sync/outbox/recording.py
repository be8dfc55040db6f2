"""Records an opened capture in the caller's transaction, by the code that records what was typed with network."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries as intake_queries
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.models import Visit
from attention_point.intake.records.reserved_references import OfflineCapture, StoredWarning
from attention_point.intake.services import record_family
from attention_point.people.duplicates import pairs, recognition
from attention_point.sync.outbox.captured_forms import WRONG_CLOCK, CaptureTimes, build_form_drafts, parse_moment
from attention_point.sync.outbox.contents import CapturedForm, CapturedTurn, Content
from attention_point.turns.kiosk.turn_details import select_fit_details
from attention_point.turns.services import NewTurn, create_turn

CHANNEL = "tablet"


class CaptureSource(NamedTuple):
    """Where a capture comes from: its device with the point where that is, who wrote it down (None: unknown), when."""

    point: str
    times: CaptureTimes
    device_id: UUID
    user_id: UUID | None


def record_content(session: Session, actor: Actor, content: Content, source: CaptureSource) -> dict[str, Any]:
    """Record what a capture holds, and return what its receipt says of it.

    Raises Invalid, Conflict, NotFound or DamagedPerson, as the same thing typed with network.
    """
    if isinstance(content, CapturedTurn):
        return _record_turn(session, actor, content, source)
    if isinstance(content, CapturedForm):
        drafts, warnings = build_form_drafts(session, content.fields, source.times)
        # The slip has one number, that of the main person; who came along gets the next ones.
        references = {drafts[0].id: content.reference} if content.reference else {}
        capture = OfflineCapture(references, warnings, source.device_id, source.user_id)
        return _record_drafts(session, actor, drafts, capture, source.times)
    payload, warnings = _mend_payload(content, source.times)
    draft = read_draft(payload)
    if actor.kind == "device":
        _check_draft_of_device(draft, source)
    return _record_drafts(session, actor, [draft], OfflineCapture({}, warnings), source.times)


def _check_draft_of_device(draft: VisitDraft, source: CaptureSource) -> None:
    """Raise Invalid for what an agent may note, and a device by itself, which may be stolen, may not."""
    if draft.point != source.point:
        raise Invalid.of_field("point", _("This device belongs to another point."))
    if draft.person.id:
        raise Invalid.of_field("person.id", _("A device adds people. It does not change those on file."))


def _mend_payload(payload: Mapping[str, Any], times: CaptureTimes) -> tuple[dict[str, Any], list[StoredWarning]]:
    better_time = times.find_better_time(parse_moment(payload.get("attended_at")))
    if better_time is None:
        return dict(payload), []
    # The arrival was read from the same clock.
    mended = {name: value for name, value in payload.items() if name != "arrived_at"}
    return {**mended, "attended_at": better_time.isoformat()}, [WRONG_CLOCK]


def _record_turn(session: Session, actor: Actor, turn: CapturedTurn, source: CaptureSource) -> dict[str, Any]:
    # As the kiosk's page is read with network: needs that exist, and nothing that names somebody without the consent.
    point = directory_queries.find_point(session, source.point)
    details = select_fit_details(session, turn.details, offers_self_intake=bool(point and point.self_intake))
    new_turn = NewTurn(turn.id, source.point, details, "offline", turn.issued_at, turn.code)
    created = create_turn(session, actor, new_turn)
    return {"turn": str(created.turn.id), "code": created.turn.code}


def _record_drafts(
    session: Session, actor: Actor, drafts: Sequence[VisitDraft], capture: OfflineCapture, times: CaptureTimes
) -> dict[str, Any]:
    # Before they are recorded, or everybody would be found to be like themselves.
    likely_people = {draft.id: _find_likely_people(session, actor, draft) for draft in drafts}
    results = record_family(session, actor, drafts, CHANNEL, capture)
    _note_pairs(session, {visit_id: people for visit_id, people in likely_people.items() if people}, times.received_at)
    main = results[0].response
    return {
        "reference": main["reference"],
        "visit": main["id"],
        **({"warnings": main["warnings"]} if main["warnings"] else {}),
    }


def _note_pairs(session: Session, likely_people: Mapping[UUID, set[UUID]], moment: datetime) -> None:
    if not likely_people:
        return
    visit_people = select(Visit.id, Visit.person_id).where(Visit.id.in_(list(likely_people)))
    people = {visit_id: person_id for visit_id, person_id in session.execute(visit_people)}
    for visit_id, candidates in likely_people.items():
        pairs.note_pairs(session, people[visit_id], candidates - {people[visit_id]}, moment)


def _find_likely_people(session: Session, actor: Actor, draft: VisitDraft) -> set[UUID]:
    """Who on file has the same name and birth date.

    With network the agent is asked before she saves; here the pair waits for a person to compare them. Who shows the
    same document is noted by ``record_family`` itself.
    """
    if draft.person.id or draft.refuses_to_be_on_file or not draft.birth_span:  # a name alone is nobody's
        return set()
    if intake_queries.is_recorded(session, draft.id):
        return set()
    by_name = {recognition.ANOTHER_DOCUMENT, recognition.POSSIBLE_BIRTH_DATE}
    people = recognition.find_likely_people(session, actor, draft.person_fields)
    return {person.id for person in people if person.comparison in by_name}
