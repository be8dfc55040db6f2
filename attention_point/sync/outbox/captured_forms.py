"""From the captured fields of the desk's form to the drafts of visits, by the very code of the desk."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.foundation.language.typed_dates import parse_local_time
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.form.companions import FamilyForm
from attention_point.intake.pages.check_page import decisions
from attention_point.intake.pages.check_page.checked_people import list_checked_people
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields
from attention_point.intake.records.reserved_references import StoredWarning
from attention_point.sync import rules

# Stored with visits: the id of the message stays.
WRONG_CLOCK: StoredWarning = (
    "attended_at",
    N_("The clock of the tablet was wrong. The date and the time are those at which the server received the visit."),
    {},
)
# How far the typed time may lie from the wrong clock and still have been taken from it.
_SAME_CLOCK = timedelta(days=1)


class CaptureTimes(NamedTuple):
    """When a capture was made by the clock of the device, when it was received, and since when it can have been."""

    captured_at: datetime
    received_at: datetime
    earliest: datetime

    @property
    def is_clock_wrong(self) -> bool:
        """Whether the clock of the device cannot have been right."""
        return not rules.is_possible_time(self.captured_at, self.earliest, self.received_at)

    def find_better_time(self, moment: datetime | None) -> datetime | None:
        """The time that counts in place of one that cannot be; None where the moment can be true, or is none."""
        if moment is None:
            return None
        is_of_wrong_clock = self.is_clock_wrong and abs(moment - self.captured_at) <= _SAME_CLOCK
        if moment <= self.received_at + rules.CLOCK_TOLERANCE and not is_of_wrong_clock:
            return None
        return self.received_at if self.is_clock_wrong else self.captured_at


def parse_moment(text: Any) -> datetime | None:
    """A moment with its zone out of a draft; None for anything else, which the draft complains of."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return clock.keep_in_calendar(moment) if moment.tzinfo is not None else None


def build_form_drafts(
    session: Session, typed_fields: list[tuple[str, str]], times: CaptureTimes
) -> tuple[list[VisitDraft], list[StoredWarning]]:
    """The drafts of everybody on a captured form, and the capture's warnings. Raises as ``list_checked_people``."""
    fields: Fields = Fields(typed_fields)
    warnings = [WRONG_CLOCK] if _mend_time(fields, times) else []
    drafts = []
    # Without the choices of each field: nobody looks at this form, and they cost as much as all the rest of it.
    # Without a token: the envelope has none, and to make one would begin a session of the browser.
    for person in list_checked_people(session, FamilyForm(fields, meta={"csrf": False})):
        # The tablet's form asks for the consents by entity, and names the answers as the check page does.
        payload = decisions.add_decisions(person, fields)
        _drop_withdrawn_referrals(session, payload, person.draft)
        drafts.append(read_draft(payload))
    return drafts, warnings


def _mend_time(fields: Fields, times: CaptureTimes) -> bool:
    """Put the better time into a form whose time cannot be true. Returns whether it did."""
    typed_moment = parse_moment(parse_local_time(fields.get("attended_on"), fields.get("attended_time")))
    better_time = times.find_better_time(typed_moment)
    if better_time is None:
        return False
    local_time = clock.to_local_time(better_time)
    # The arrival was read from the same clock.
    fields["attended_on"], fields["attended_time"] = f"{local_time:%d/%m/%Y}", f"{local_time:%H:%M}"
    fields["arrived_time"] = ""
    return True


def _drop_withdrawn_referrals(session: Session, payload: dict[str, Any], draft: VisitDraft) -> None:
    """Leave out what the directory no longer offers: the tablet's copy of it may be some days old."""
    if not payload["entities"]:  # and so no consent names an entity
        return
    offered = {
        (offer.service, offer.entity)
        for offer in directory_queries.list_offers(session)
        if offer.is_in_force(draft.attended_day)
    }
    # The person allowed this entity and no other, so nobody takes its place.
    entities = {service: entity for service, entity in payload["entities"].items() if (service, entity) in offered}
    known_entities = directory_queries.list_entity_codes(session)
    payload |= {
        "entities": entities,
        "refer": list(entities),
        "consents": [
            consent for consent in payload["consents"] if _names_known_entity(consent["purpose"], known_entities)
        ],
    }


def _names_known_entity(purpose: str, entities: Collection[str]) -> bool:
    kind, _colon, entity = purpose.partition(":")
    return kind != "referral" or entity == "*" or entity in entities
