"""Requests of invented people, for the tests of this room."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.intake import queries as intake_queries
from attention_point.rights.requests import services, stored_requests
from attention_point.rights.requests.services import NewRequest
from attention_point.rights.requests.stored_requests import StoredRequest
from tests.support.visits import acting, recorded

SUPERVISOR = acting("supervisor")
NOON = datetime(2017, 8, 16, 17, 0, tzinfo=UTC)  # a Wednesday at noon in Bucaramanga
RECEIVED = date(2017, 8, 9)


def recorded_person(session: Session, **changes: Any) -> tuple[UUID, str]:
    """Somebody who was received on 9 August 2017: the person's id, and the code of the slip."""
    visit = intake_queries.find_visit(session, UUID(recorded(session, **changes)["id"]))
    assert visit is not None
    return visit.person_id, intake_queries.reveal_slip_code(session, visit)


def filed(session: Session, kind: str = "claim", **changes: Any) -> StoredRequest:
    """A request that was filed, of the person in ``person``."""
    known: dict[str, Any] = {
        "channel": "desk",
        "received_on": RECEIVED,
        "asker": "person",
        "proof": "document",
        "asker_name": "Yohana Velásquez",
        "text": "Mi segundo apellido es Peñaloza.",
        **changes,
    }
    return stored_requests.get_request(
        session, services.register_request(session, SUPERVISOR, NewRequest(kind=kind, **known))
    )
