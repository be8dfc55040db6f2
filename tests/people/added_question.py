"""The question that ``docs/recipes/add-a-question-about-a-person.md`` adds, asked and answered at the desk.

``test_recipe.py`` runs this within a copy of the program to which the recipe has been applied.
"""

from flask import Flask
from sqlalchemy import select

from attention_point.intake.models import Visit
from attention_point.people import identity
from attention_point.people import queries as people_queries
from attention_point.people.models import Person
from attention_point.tallies import queries as tally_queries
from tests.intake.desk import RECORD, SignIn, checked, decided, text


def test_the_added_question_is_asked_shown_sealed_and_counted(app: Flask, as_role: SignIn) -> None:
    agent = as_role("agent")
    form = text(agent.get("/visits/new", follow_redirects=True))
    assert "Dónde duerme la persona" in form
    assert '<option value="shelter">Albergue</option>' in form

    check_page = checked(agent, housing=["shelter"])
    assert "Dónde duerme la persona" in text(check_page)
    assert "Albergue" in text(check_page)
    assert agent.post(RECORD, data=decided(check_page)).status_code == 303

    with app.extensions["database"].read_session() as session:
        visit, row = session.scalars(select(Visit)).one(), session.scalars(select(Person)).one()
        key = people_queries.open_person_keys(session, [row.id])[row.id]
        assert key is not None
        assert row.sealed is not None
        assert visit.sealed is not None
        assert identity.open_record(key, row.id, row.version, row.sealed)[0]["housing"] == "shelter"
        assert b"shelter" not in row.sealed + visit.sealed
        month = tally_queries.sum_month_tables(session, visit.day.replace(day=1))
    assert month["people-by-housing"] == {"shelter": 1}

    person_page = text(agent.get(f"/people/{row.id}"))
    assert "Dónde duerme la persona" in person_page
    assert "Albergue" in person_page
    month_page = text(as_role("supervisor").get(f"/statistics/{visit.day:%Y-%m}?provisional=1"))
    assert "Personas por vivienda" in month_page
