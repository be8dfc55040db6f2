"""What a person on file allowed at an earlier visit. It stands until they say otherwise, or the text changes.

Whoever comes again is not asked the same again: only a change of purpose needs a fresh authorisation (Decreto 1074 de
2015, 2.2.2.25.2), and a change of purpose is a new version of the text.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.intake import queries
from attention_point.people import merging
from attention_point.people.claim_marks.revocations import is_revoked, list_revocations


def list_standing_consents(
    session: Session, person: UUID, day: date, visit_to_record: UUID | None = None
) -> Mapping[str, date]:
    """The purposes that a person allowed last time they were asked, under the text of ``day``, with the day of it.

    A visit that does not open may hold a revocation, so that nothing stands beside it. Annulled visits say nothing, and
    ``visit_to_record`` nothing about itself: it may be one that is corrected.
    """
    consent_text = directory_queries.find_consent_text(session, day)
    visits = queries.list_visits_of_people(session, merging.list_linked(session, person))
    if consent_text is None or any(visit.damaged for visit in visits):
        return {}
    last_answers: dict[str, tuple[bool, date]] = {}
    for visit in sorted(visits, key=lambda visit: visit.attended_at):
        if visit.id == visit_to_record:
            continue
        if isinstance(visit, queries.DecryptedVisit) and visit.day <= day and not visit.is_void:
            for consent in visit.record.get("consents", ()):
                stands = consent["granted"] and consent["text_version"] == consent_text.version
                last_answers[consent["purpose"]] = (stands, visit.day)
    revocations = list_revocations(session, [person])
    return {
        purpose: answer_day
        for purpose, (stands, answer_day) in last_answers.items()
        if stands and not is_revoked(revocations, purpose, answer_day)
    }
