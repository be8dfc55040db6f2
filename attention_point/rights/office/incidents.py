"""Incidents of data: what happened, to how many, what was done, and the last day to tell the authority.

An incident names nobody. What is written down is sealed, because it says how data got out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.foundation.workdays import add_working_days
from attention_point.rights.models import DataIncident
from attention_point.rights.terms import INCIDENT, LAW_IN_FORCE_SINCE, find_term

SEALING_PURPOSE = "data-incident"
LONGEST_TEXT = 4_000  # characters
_PADDED_BYTES = 2048
_COUNTER_LOCK = b"data-incident-reference"
REPORTED, NOT_REPORTED, CLOSED = "reported", "not_reported", "closed"
STEPS = ("stopped", "people_told", REPORTED, NOT_REPORTED, CLOSED)
"""What is done about an incident, in the usual order; each is noted with words."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident, opened."""

    id: UUID
    reference: str
    version: int
    content: Mapping[str, Any] = field(repr=False)

    @property
    def noticed_on(self) -> date:
        """The day on which it was noticed."""
        return date.fromisoformat(self.content["noticed_on"])

    @property
    def report_by(self) -> date:
        """The last day to tell the authority."""
        return add_working_days(self.noticed_on, find_term(INCIDENT, self.noticed_on).days)

    @property
    def steps_taken(self) -> frozenset[str]:
        """Which of ``STEPS`` were noted."""
        return frozenset(step["step"] for step in self.content["steps"])

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return CLOSED not in self.steps_taken

    @property
    def waits_for_report(self) -> bool:
        """Whether the authority is still to be told: it was not, and nobody wrote down why it need not be."""
        return self.is_open and not self.steps_taken & {REPORTED, NOT_REPORTED}

    def is_overdue(self, today: date) -> bool:
        """Whether the authority was not told in time."""
        return self.waits_for_report and today > self.report_by


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident as it was written down; ``people_count`` is a guess, or None."""

    kind: str
    noticed_on: date | None
    text: str
    people_count: int | None = None


def register_incident(session: Session, actor: Actor, new: NewIncident) -> UUID:
    """Note an incident. Returns its id. Raises Invalid."""
    errors = tuple(_check_incident(new))
    if errors or new.noticed_on is None:
        raise Invalid(_("Some fields need attention."), errors)
    incident_id = new_id()
    content: dict[str, Any] = {
        "kind": new.kind,
        "noticed_on": new.noticed_on.isoformat(),
        "text": texts.clean_text(new.text, lines=True),
        "people_count": new.people_count,
        # The version stands inside the seal as well, so that an older content does not pass for the present one.
        "version": 1,
        "steps": [],
    }
    # One number after another, as for requests.
    lock_for_transaction(session, _COUNTER_LOCK)
    prefix = f"IN-{new.noticed_on.year}-"
    last = session.scalar(select(func.max(DataIncident.reference)).where(DataIncident.reference.like(f"{prefix}%")))
    reference = f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"
    sealed = _seal_content(session, incident_id, content)
    session.execute(insert(DataIncident).values(id=incident_id, reference=reference, version=1, sealed=sealed))
    # Its number alone: what happened stands sealed, because it says how data got out.
    journal.record(session, actor, "incident.register", "data-incident", incident_id, reference=reference)
    return incident_id


def take_incident_step(session: Session, actor: Actor, incident_id: UUID, version: int, step: str, text: str) -> None:
    """Note what was done. Raises NotFound, Conflict for another version or a closed incident, and Invalid."""
    lock_for_transaction(session, incident_id)
    incident = get_incident(session, incident_id)
    if incident.version != version or not incident.is_open:
        raise Conflict(_("Somebody else changed this incident meanwhile. Nothing was saved: look at it again."))
    errors = []
    if step not in STEPS:
        errors.append(FieldError("step", _("Choose what was done.")))
    # Closed, nobody would be reminded of it any more.
    if step == CLOSED and incident.waits_for_report:
        message = _("First tell the authority, or note that it need not be told, and why.")
        errors.append(FieldError("step", message))
    if len(text) > LONGEST_TEXT:
        errors.append(FieldError("text", _("This is too long.")))
    elif not text.strip():
        errors.append(FieldError("text", _("Write what was done, and by whom.")))
    elif not texts.is_fit_text(text, lines=True):
        errors.append(FieldError("text", _(texts.UNFIT_CHARACTERS)))
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    entry = {"at": clock.now().isoformat(), "by": actor.journal_label, "step": step}
    entry["text"] = texts.clean_text(text, lines=True)
    content = {**incident.content, "version": version + 1, "steps": [*incident.content["steps"], entry]}
    session.execute(
        update(DataIncident)
        .where(DataIncident.id == incident_id)
        .values(version=version + 1, sealed=_seal_content(session, incident_id, content))
    )
    # By name: whoever decides it alone may have something to hide, and the auditor looks for it.
    action = "incident.not-reported" if step == NOT_REPORTED else "incident.step"
    journal.record(session, actor, action, "data-incident", incident_id)


def get_incident(session: Session, incident_id: UUID) -> Incident:
    """One incident. Raises NotFound and VaultError."""
    row = session.get(DataIncident, incident_id, populate_existing=True)
    if row is None:
        raise NotFound(_("There is no such incident."))
    return _open_row(session, row)


def list_incidents(session: Session) -> list[Incident]:
    """Every incident, the newest first; they are few."""
    incidents = []
    for row in session.scalars(select(DataIncident).order_by(DataIncident.id.desc())):
        try:
            incidents.append(_open_row(session, row))
        except VaultError as error:
            note_damage(session, error)
    return incidents


def _check_incident(new: NewIncident) -> Iterator[FieldError]:
    if not get_code_list("incident_kinds").has_code(new.kind):
        yield FieldError("kind", _("Choose what happened."))
    if new.noticed_on is None:
        yield FieldError("noticed_on", _("Write the day on which it was noticed, for example 17/03/2026."))
    elif new.noticed_on > clock.today():
        yield FieldError("noticed_on", _("This day has not come yet."))
    elif new.noticed_on < LAW_IN_FORCE_SINCE:  # a mistyped century gives a number and a clock that nobody can take back
        yield FieldError("noticed_on", _("The law of data protection is in force since 18/10/2012."))
    if not new.text.strip():
        yield FieldError("text", _("Write what happened. Write nobody’s name."))
    elif len(new.text) > LONGEST_TEXT:
        yield FieldError("text", _("This is too long."))
    elif not texts.is_fit_text(new.text, lines=True):
        yield FieldError("text", _(texts.UNFIT_CHARACTERS))


def _open_row(session: Session, row: DataIncident) -> Incident:
    content = json.loads(get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed))
    if content["version"] != row.version:  # an older content of the same row
        raise VaultError(SEALING_PURPOSE, row.id)
    return Incident(row.id, row.reference, row.version, content)


def _seal_content(session: Session, incident_id: UUID, content: Mapping[str, Any]) -> bytes:
    # Filled up, so that a row does not say by its length how much there is to tell.
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    padded = text.ljust(-(-len(text) // _PADDED_BYTES) * _PADDED_BYTES)
    return get_vault(session).seal(SEALING_PURPOSE, incident_id, padded)
