"""Whom somebody means who asks for a person on the command line."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.intake import queries as intake_queries
from attention_point.intake.models import Visit
from attention_point.people import queries as people_queries


def find_person(session: Session, reference: str) -> UUID:
    """The person of an id, of a visit's reference or of a slip's code. Raises NotFound."""
    text = reference.strip()
    try:
        person: UUID | None = UUID(text)
    except ValueError:
        # The person who asks brings a paper with a number or a code, and never the program's own id.
        visit_id = intake_queries.find_visit_by_code(session, text.upper())
        person = session.scalar(
            select(Visit.person_id).where(or_(Visit.reference == text.upper(), Visit.id == visit_id))
        )
    if person is None or people_queries.find_sealed_person(session, person) is None:
        raise NotFound(_("There is no such person."))
    return person
