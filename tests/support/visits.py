"""Visits of invented people, recorded through the one door, and those who act on them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import new_id
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.queries import DecryptedVisit, reveal_slip_code
from attention_point.intake.services import record_visit
from tests.support.directory import load_shipped


def acting(role: str, entity: str | None = None) -> Actor:
    """Somebody of a role, for services that are tested without the web."""
    return Actor("account", new_id(), "Somebody", role, get_permissions(role), entity)


def read_slip_code(app: Flask, visit: Visit | DecryptedVisit) -> str:
    """The code on the slip of a visit."""
    with app.extensions["database"].read_session() as session:
        return reveal_slip_code(session, visit)


AGENT = acting("agent")
CONSENTS = (("attention", True), ("referral:*", True))
VERSION = "2017-08"


def consents(*answers: tuple[str, bool]) -> list[dict[str, Any]]:
    """Consents as a draft holds them."""
    return [{"purpose": purpose, "granted": granted, "text_version": VERSION} for purpose, granted in answers]


def person(**changes: Any) -> dict[str, Any]:
    """An invented person with a passport of her own each time; a field that is None is left out."""
    known = {
        "given_names": "Yohana Patricia",
        "surname_1": "Velásquez",
        "surname_2": "Pérez",
        "birth_date": "1991-03-17",
        "sex": "F",
        "nationality": "VE",
        "documents": [{"type": "PA", "number": f"{new_id().int % 10**9:09d}"}],
        "phone": "+57 300 1234567",
        "municipality": "68001",
        "status": "irregular",
        "population": "migrant",
        **changes,
    }
    return {name: value for name, value in known.items() if value is not None}


def draft(**changes: Any) -> dict[str, Any]:
    """A visit of 2017-08-09 for two needs, with consent to every referral, as a program would send it."""
    known = {
        "id": str(new_id()),
        "point": "bucaramanga",
        "attended_at": "2017-08-09T08:30:00-05:00",
        "person": person(),
        "needs": ["MIG-REG", "EMP-SENA"],
        "consents": consents(*CONSENTS),
        **changes,
    }
    return {name: value for name, value in known.items() if value is not None}


def recorded(session: Session, **changes: Any) -> Mapping[str, Any]:
    """Record such a visit, with the shipped directory, and give the answer: id, reference, suggestions, referrals."""
    if not directory_queries.get_revision(session):
        load_shipped(session)
    return record_visit(session, AGENT, read_draft(draft(**changes))).response
