"""How the journal names requests and incidents: by their numbers, which tell nothing of a person."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.rights.models import DataIncident, RightsRequest


def _name_requests(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    query = select(RightsRequest.id, RightsRequest.reference).where(RightsRequest.id.in_(parse_uuids(ids)))
    # Of a reader who may not open it the number is enough: a link would only lead to a refusal.
    may_open = reader.may("rights.decide")
    return {
        str(row.id): RecordName(row.reference, url_for("rights.show_request", request_id=row.id) if may_open else None)
        for row in session.execute(query)
    }


def _name_incidents(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    query = select(DataIncident.id, DataIncident.reference).where(DataIncident.id.in_(parse_uuids(ids)))
    may_open = reader.may("incidents.manage")
    return {
        str(row.id): RecordName(
            row.reference, url_for("rights_office.show_incident", incident_id=row.id) if may_open else None
        )
        for row in session.execute(query)
    }


NAMING = RecordNaming({"rights-request": _name_requests, "data-incident": _name_incidents})
