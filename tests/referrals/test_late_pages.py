"""The supervisor's list of late referrals, her home, and the terms that the office gives a service."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.directory import queries as directory_queries
from attention_point.directory import revision as directory_revision
from attention_point.directory.models import Place
from attention_point.directory.services import save_service
from attention_point.foundation import clock
from attention_point.foundation.errors import Invalid
from attention_point.referrals.models import Referral
from tests.portal.support import browser, referral_of, visit
from tests.portal.test_pages import text
from tests.support.visits import acting


def make_late(app: Flask) -> tuple[UUID, UUID]:
    """An ordinary and a confidential referral of years ago."""
    ordinary = visit(app, needs=["RC-CO"])
    confidential = visit(app, needs=["VBG"], vulnerabilities=["gender_violence"])
    with app.extensions["database"].write_session() as session:
        for referral in session.scalars(select(Referral)):
            referral.created_at = clock.now() - timedelta(days=900)
    return referral_of(ordinary, "registraduria"), UUID(confidential["referrals"][0]["id"])


def test_the_supervisor_sees_what_is_late_and_of_the_confidential_no_name(app: Flask) -> None:
    ordinary, confidential = make_late(app)
    supervisor = browser(app, "supervisor")
    page = text(supervisor.get("/referrals/late"))
    assert f"/referrals/{ordinary}" in page
    assert f"/referrals/{confidential}" in page
    assert "Registraduría: " in page
    assert len(set(re.findall(r"BGA-\d{4}-\d{6}", page))) == 1  # of the ordinary one
    assert "Remisión confidencial" in page
    for secret in ("violencia", "Comisaría", "Fiscalía"):
        assert secret not in page[page.index("<main") :]
    assert "sin respuesta a tiempo" in text(supervisor.get("/desk"))


def test_the_list_says_how_many_are_late_and_whom_to_call(app: Flask) -> None:
    make_late(app)
    with app.extensions["database"].write_session() as session:
        for place in session.scalars(select(Place).where(Place.entity.in_(("registraduria", "comisaria-familia")))):
            place.phone = f"607 {len(place.entity):03} 0000"
        directory_revision.increase_revision(session)
    page = text(browser(app, "supervisor").get("/referrals/late"))
    assert "remisiones están atrasadas." in page
    assert 'href="tel:6070130000"' in page
    assert "607 017 0000" not in page  # of a confidential one
    narrowed = text(browser(app, "supervisor").get("/referrals/late?entity=registraduria"))
    assert "1 remisión está atrasada." in narrowed
    # The entity of a confidential one narrows nothing: it stands on no list.
    assert text(browser(app, "supervisor").get("/referrals/late?entity=comisaria-familia")).count("news__item") == (
        page.count("news__item")
    )


@pytest.mark.parametrize("role", ["agent", "office", "auditor", "admin"])
def test_nobody_else_opens_the_list(app: Flask, role: str) -> None:
    make_late(app)
    client = browser(app, role)
    assert client.get("/referrals/late").status_code == 403
    if role == "agent":
        assert "sin respuesta a tiempo" not in text(client.get("/desk"))


def test_without_late_referrals_the_list_says_so(app: Flask) -> None:
    assert "Todas las entidades han respondido a tiempo." in text(browser(app, "supervisor").get("/referrals/late"))


@pytest.mark.parametrize(
    "terms", [{"open": 5, "answer": 2, "expire": 20}, {"open": 0, "answer": 1, "expire": 1}, {"open": 1}, {"open": "x"}]
)
def test_terms_that_contradict_each_other_are_refused(app: Flask, terms: dict[str, object]) -> None:
    browser(app, "office")
    with app.extensions["database"].write_session() as session:
        row = directory_queries.find_service(session, "EMP-SENA")
        assert row is not None
        values = {
            "name": dict(row.name),
            "description": dict(row.description),
            "documents_none": row.documents_none,
            "fields": list(row.fields),
            "valid_from": f"{row.valid_from}",
            "offers": [{"entity": "sena", "order": 1, "valid_from": "2017-01-01"}],
        }
        with pytest.raises(Invalid) as caught:
            save_service(session, acting("office"), "EMP-SENA", row.version, {**values, "clock": terms})
        assert {error.field.partition(".")[0] for error in caught.value.field_errors} == {"clock"}
        save_service(
            session,
            acting("office"),
            "EMP-SENA",
            row.version,
            {**values, "clock": {"open": 1, "answer": 3, "expire": 9}},
        )
        session.flush()
        changed = directory_queries.find_service(session, "EMP-SENA")
        assert changed is not None
        assert changed.clock == {"open": 1, "answer": 3, "expire": 9}
