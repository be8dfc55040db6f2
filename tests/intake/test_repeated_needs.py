"""The same need again at the same entity within its clock: the agent keeps the open referral or says why not."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.intake.models import Visit
from attention_point.intake.queries import find_visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from tests.intake.desk import CHECK, RECORD, Fields, count, decided, posted, recorded, sent, text
from tests.support.pages import PageClient

WORDS = "Esta persona ya tiene una remisión abierta para esto"


def returning(app: Flask, agent: PageClient, **changes: list[str]) -> tuple[Fields, str]:
    """The decisions of a check page for somebody on file, and its text."""
    with app.extensions["database"].read_session() as session:
        person = session.scalars(select(Person.id)).one()
    form = agent.get(f"/people/{person}/visits/new/{new_id()}", follow_redirects=True)
    fields = {**sent(form, CHECK), "needs": ["EMP-SENA"], "attention": ["yes"], **changes}
    page = posted(agent, CHECK, fields)
    return decided(page), text(page)


def newest(app: Flask) -> dict[str, object]:
    with app.extensions["database"].read_session() as session:
        visit = find_visit(session, session.scalars(select(Visit.id).order_by(Visit.received_at.desc())).first())
        return dict(visit.record) if visit else {}


@pytest.fixture
def earlier(agent: PageClient) -> None:
    """A visit of today for the same need."""
    recorded(agent, needs=["EMP-SENA"], vulnerabilities=[], child_born_in_colombia_without_note=[])


def test_an_open_referral_for_the_same_need_is_seen_and_kept(app: Flask, agent: PageClient, earlier: None) -> None:
    before = count(app, Referral)
    fields, page = returning(app, agent)
    assert WORDS in page
    assert "La entidad tiene plazo hasta el" in page
    del fields["reason-0-EMP-SENA"]
    fields["decision-0-EMP-SENA"] = ["decline"]
    assert agent.post(RECORD, data=fields).status_code == 303
    assert count(app) == 2
    assert count(app, Referral) == before
    assert newest(app)["declined"] == [{"service": "EMP-SENA", "reason": "La remisión anterior sigue abierta."}]


def test_to_refer_once_more_takes_a_reason_that_is_kept(app: Flask, agent: PageClient, earlier: None) -> None:
    before = count(app, Referral)
    fields, _page = returning(app, agent)
    del fields["reason-0-EMP-SENA"]
    refused = agent.post(RECORD, data=fields)
    assert "Escriba por qué se remite otra vez" in text(agent.get(refused.headers["Location"]))
    assert count(app) == 1
    fields["reason-0-EMP-SENA"] = ["Perdió la hoja y la entidad no la encuentra."]
    assert agent.post(RECORD, data=fields).status_code == 303
    assert count(app, Referral) == before + 1
    assert newest(app)["repeated"] == [
        {"service": "EMP-SENA", "reason": "Perdió la hoja y la entidad no la encuentra."}
    ]


def test_one_whose_clock_ran_out_is_no_reason_to_wait(app: Flask, agent: PageClient, earlier: None) -> None:
    with app.extensions["database"].write_session() as session:
        for referral in session.scalars(select(Referral)):
            referral.created_at = clock.now() - timedelta(days=60)
    _fields, page = returning(app, agent)
    assert WORDS not in page


def test_a_confidential_one_is_not_told_to_an_agent(app: Flask, agent: PageClient) -> None:
    recorded(agent, needs=["VBG"], vulnerabilities=[], child_born_in_colombia_without_note=[])
    _fields, page = returning(app, agent, needs=["VBG"])
    assert WORDS not in page
