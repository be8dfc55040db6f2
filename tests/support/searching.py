"""The one search, for tests of services."""

from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake.records import visit_search
from attention_point.people.search.people_search import SearchResult
from tests.support.visits import AGENT


def searched(session: Session, text: str, actor: Actor = AGENT) -> SearchResult:
    """What the search of the desk answers."""
    return visit_search.search_people(session, actor, text)


def ids(result: SearchResult) -> list[UUID]:
    """Who was found, best first."""
    return [person.id for person in result.people]
