"""A correction of a visit as data: what it changes, and what the visit keeps of it in its sealed history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake.corrections.referral_changes import PlanChange, build_request_for_plan
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.stored_drafts import list_person_changes
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.planning import plan_visit
from attention_point.intake.queries import DecryptedVisit
from attention_point.people.records import DecryptedPerson

LONGEST_HISTORY = 100  # entries; a record is opened as a whole
DECISION_NAMES = frozenset({"consents", "refer", "entities", "declined"})
# What a plan is made of. Notes and a corrected hour change no suggestion.
_PLANNED_NAMES = DECISION_NAMES | {"needs", "vulnerabilities", "facts", "household", "attended_at", "guardian"}


@dataclass(frozen=True, slots=True)
class Correction:
    """A visit before and after a correction.

    ``payload_before`` is the visit as a draft before it. ``changed_names`` are fields of the draft, without those of
    the person, which are ``person_changes``. ``is_plan_due``: the person was corrected already, apart from the visit.
    """

    visit: DecryptedVisit
    person: DecryptedPerson
    payload_before: Mapping[str, Any]
    draft: VisitDraft
    changed_names: frozenset[str]
    person_changes: Mapping[str, Any]
    given_names: frozenset[str]
    reason: str
    fingerprint: str
    actor: str
    is_plan_due: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.changed_names or self.person_changes or self.is_plan_due)

    @property
    def adds_needs_only(self) -> bool:
        """Whether nothing that was recorded is taken back: needs are added, with the decisions on their services."""
        is_nothing_else = self.changed_names <= {"needs", *DECISION_NAMES} and not self.person_changes
        return is_nothing_else and set(self.payload_before["needs"]) <= set(self.draft.needs)

    @property
    def is_planned(self) -> bool:
        """Whether the suggestions are worked out anew."""
        return bool(self.changed_names & _PLANNED_NAMES or self.person_changes or self.is_plan_due)

    def build_history_entry(self, now: datetime, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """The entry of the visit's sealed history: what stood there until now, who changed it, and why."""
        return build_history_entry(self.actor, self.reason, self.fingerprint, now, earlier)

    def dump_draft(self) -> dict[str, Any]:
        """The corrected draft as it is sealed."""
        stated = self.draft.model_dump(mode="json", exclude_none=True)
        return {**stated, **{name: value for name, value in stated["person"].items() if name == "relation"}}


def build_history_entry(
    actor_label: str, reason: str, fingerprint: str, now: datetime, earlier: Mapping[str, Any]
) -> dict[str, Any]:
    """An entry of a visit's sealed history; ``actor_label`` is the journal's."""
    return {
        "until": now.isoformat(timespec="seconds"),
        "actor": actor_label,
        "reason": reason,
        "fingerprint": fingerprint,
        "earlier": dict(earlier),
    }


def build_correction(
    visit: DecryptedVisit,
    person: DecryptedPerson,
    payload_before: Mapping[str, Any],
    draft: VisitDraft,
    request: CorrectionRequest,
    fingerprint: str,
    actor: Actor,
) -> Correction:
    """What the fields of a request, merged into ``draft``, change of a visit."""
    fields = request.fields
    stated = draft.model_dump(mode="json", exclude_none=True)
    names = fields.keys() - {"id", "person", "attended_at"}
    changed_names = {name for name in names if stated.get(name) != payload_before.get(name)}
    if draft.attended_at != visit.attended_at:
        changed_names.add("attended_at")
    # It is asked with the person, and belongs to the visit.
    if draft.person.relation != payload_before["person"].get("relation"):
        changed_names.add("relation")
    return Correction(
        visit,
        person,
        payload_before,
        draft,
        frozenset(changed_names),
        list_person_changes(draft, fields.get("person"), person.record),
        frozenset(fields),
        request.reason,
        fingerprint,
        actor.journal_label,
    )


def plan_correction(session: Session, correction: Correction) -> PlanChange:
    """Work out the suggestions of a corrected visit. Raises Invalid for a code that does not exist."""
    request = build_request_for_plan(correction.draft, correction.given_names)
    suggestions = () if "entities" in correction.given_names else correction.visit.record["suggestions"]
    # Nobody is sent elsewhere by a correction while the entity that was told still answers.
    kept_entities = {suggestion["service"]: suggestion["entity"] for suggestion in suggestions}
    return PlanChange(
        correction.visit,
        read_draft(dict(correction.payload_before)),
        correction.draft,
        plan_visit(session, request, kept_entities=kept_entities),
        # Who is named as guardian lets count what was agreed to.
        is_decision_corrected=bool(correction.changed_names & {*DECISION_NAMES, "guardian"}),
    )


def extend_history(record: Mapping[str, Any], entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The sealed history of a visit with one entry more; the first one stays for ever."""
    history = [*record.get("history", ()), entry]
    return history[:1] + history[1:][-(LONGEST_HISTORY - 1) :]
